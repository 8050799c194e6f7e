"""Questions that the bytes of an XML part answer without a look at every element.

A part repeats its tags: a document of ten pages has thousands, but only some hundred different ones. Those
are gathered once (:class:`Tags`), and what is asked of the attributes is asked of them. A part that is not
written as usual (another encoding, single quotes, white space around ``=``) is written anew first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from functools import cached_property
from html import unescape
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.ooxml.words import may_hold_signs

if TYPE_CHECKING:
    from lxml import etree

_ROOT = re.compile(rb"<(?:[\w.\-]+:)?([A-Za-z][\w.\-]*)[\s/>]")
_UTF8_PROLOG = re.compile(
    rb"""\s*<(?!\?xml)|\s*<\?xml(?![^>]*encoding)|[^>]*encoding\s*=\s*["'](?:utf-8|us-ascii)["']""",
    re.IGNORECASE,
)
_NAMESPACE = re.compile(rb'xmlns(?::[^\s="]+)?="([^"]*)"')
_UTF16_STARTS = (b"\xff\xfe<\x00", b"\xfe\xff\x00<", b"<\x00?\x00", b"\x00<\x00?")
_TO_BLANKS = bytes.maketrans(b"\n\t\r", b"   ")


def is_xml(name: str, data: bytes) -> bool:
    """Whether a part is XML; a web page imported as ``afchunk.htm`` is not."""
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return start.startswith(b"<?xml") or name.lower().endswith((".xml", ".rels", ".vml", ".svg"))
    return data[:4] in _UTF16_STARTS


def root_name(data: bytes) -> str:
    """Local name of the root element, as far as the bytes tell."""
    found = _ROOT.search(data[:4096])
    return found[1].decode() if found else ""


class Tags:
    """The different start tags of a part.

    Args:
        data: the part.
    """

    def __init__(self, data: bytes):
        pieces = set(_without_prolog(data).strip().split(b"<"))
        pairs = [piece.partition(b">") for piece in pieces]
        tags = [tag for tag, *_ in pairs if not tag.startswith(b"/")]
        self.lines = b"\n".join(tags)
        """The tags without their brackets, one a line; white space in them is blanks."""
        if self.lines.count(b"\n") >= len(tags) or b"\t" in self.lines or b"\r" in self.lines:
            self.lines = b"\n".join(tag.translate(_TO_BLANKS) for tag in tags)
        self.is_usual = self._is_usual(data)
        """Whether the lines say what a parser sees."""
        self._texts = pairs

    def _is_usual(self, data: bytes) -> bool:
        if b"\x00" in data[:64] or _UTF8_PROLOG.match(data.removeprefix(b"\xef\xbb\xbf")[:200]) is None:
            return False
        lines = self.lines
        signs = lines.count(b'="')
        if signs * 2 != lines.count(b'"') or b' ="' in lines:
            return False
        return lines.count(b"=") == signs or not any(sign in lines for sign in (b"='", b"= ", b" =", b"=\n"))

    @cached_property
    def has_remarks(self) -> bool:
        """Whether the part holds comments, sections, or instructions behind its prolog."""
        lines = self.lines
        if b"!" not in lines and b"?" not in lines:
            return False
        return lines.startswith((b"!", b"?")) or b"\n!" in lines or b"\n?" in lines

    @cached_property
    def has_text(self) -> bool:
        """Whether any element holds characters that are no white space."""
        return any(text and not text.isspace() for _, _, text in self._texts)

    def has_text_only_in(self, names: Container[str]) -> bool:
        """Whether no characters, not even white space, stand elsewhere than behind the start tags of elements.

        Args:
            names: local names of the elements.
        """
        tags = {tag for tag, _, text in self._texts if text}
        if any(tag.startswith(b"/") or tag.endswith(b"/") for tag in tags):
            return False
        written = {tag.partition(b" ")[0] for tag in tags}
        return all(name.rpartition(b":")[2].decode("utf-8", "replace") in names for name in written)

    @cached_property
    def _attributes(self) -> dict[bytes, list[bytes]]:
        """The attributes of the different tags, by element as written."""
        found: dict[bytes, list[bytes]] = {}
        for line in self.lines.split(b"\n"):
            element, _, attributes = line.partition(b" ")
            found.setdefault(element.rstrip(b"/"), []).append(attributes)
        return found

    @cached_property
    def elements(self) -> frozenset[str]:
        """Local names of all elements."""
        return frozenset(name.rpartition(b":")[2].decode("utf-8", "replace") for name in self._attributes)

    @cached_property
    def suspects(self) -> tuple[str, ...]:
        """The values of attributes that may hold words, references resolved.

        Those are all but the ones of plain ASCII without eleven digits or four capitals in a row (`words.may_tell`).
        """
        found = (
            value for value in self.values() if not value.isascii() or b"&" in value or may_hold_signs(value)
        )
        return tuple(unescape(value.decode("utf-8", "replace")) for value in found)

    def search(self, root: etree._Element, names: Iterable[str]) -> Iterable[etree._Element]:
        """The elements of some local names, in any namespace; no search for names that the part does not have.

        Args:
            root: of the part.
            names: local names.
        """
        present = [f"{{*}}{name}" for name in names if name in self.elements]
        return root.iter(*present) if present else ()

    def values(self, start: bytes = b'="') -> set[bytes]:
        """The different values of attributes, as written (references not resolved); of namespaces too.

        Args:
            start: what stands before a value: ``="``, or with names before it those attributes only.
        """
        pieces = self.lines.split(start)
        del pieces[0]
        return {piece.partition(b'"')[0] for piece in pieces}

    def of(self, name: str) -> list[bytes]:
        """The attributes of the different tags of an element, each list with a blank before it.

        Args:
            name: local name of the element, whatever its prefix.
        """
        if name not in self.elements:
            return []
        found = self._attributes
        own, prefixed = name.encode(), f":{name}".encode()
        spellings = (item for item in found if item == own or item.endswith(prefixed))
        return [b" " + attributes for spelling in spellings for attributes in found[spelling]]

    def foreign_namespaces(self, known: Callable[[str], bool]) -> list[str]:
        """Addresses of the namespaces declared anywhere that are not known."""
        found = dict.fromkeys(_NAMESPACE.findall(self.lines)) if b"xmlns" in self.lines else {}
        return [text for address in found if not known(text := address.decode("utf-8", "replace"))]


def rewritten(root: etree._Element) -> bytes:
    """The part in the usual writing."""
    from lxml import etree

    return etree.tostring(root, encoding="utf-8")


def _without_prolog(data: bytes) -> bytes:
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return data[data.find(b"?>") + 2 :] if start.startswith(b"<?xml") else data
