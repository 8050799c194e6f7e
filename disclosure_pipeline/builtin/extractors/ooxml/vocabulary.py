"""The vocabulary of XML parts: addresses of namespaces, and names of elements and attributes, which can be words too.

A program skips what stands in a namespace that it does not know, so that words may hide in the address, in the
prefix, and in every name. Those that office programs write are known by strict patterns.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.ooxml.tags import Tags, rewritten
from disclosure_pipeline.builtin.extractors.shared.code_words import has_code_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

_SPACES = (
    "http://schemas.openxmlformats.org/", "http://schemas.microsoft.com/", "https://schemas.microsoft.com/",
    "http://purl.oclc.org/ooxml/", "http://purl.org/", "http://www.w3.org/", "urn:schemas-microsoft-com:",
    "http://www.wps.cn/", "http://web.wps.cn/", "urn:org:documentfoundation:", "http://opendope.org/",
    "http://customooxmlschemas.google.com/", "http://customschemas.google.com/", "urn:oasis:names:",
    "http://ns.adobe.com/", "adobe:ns:", "http://schemas.apple.com/", "urn:schemas:contacts",
    "http://schemas.libreoffice.org/", "http://www.etiger.vip", "http://openoffice.org/", "urn:openoffice:names:",
    "http://docs.oasis-open.org/ns/",
)  # fmt: skip
_EXACT = frozenset((
    "", "http://macVmlSchemaUri", "uuid:C2F41010-65B3-11d1-A29F-00AA00C14882", "http://uri.etsi.org/01903/v1.1.1#",
    "http://uri.etsi.org/01903/v1.2.2#", "http://uri.etsi.org/01903/v1.3.2#", "http://uri.etsi.org/01903/v1.4.1#",
))  # fmt: skip
_MOST_LENGTH = 60
_REST = re.compile(
    r"(?!(?:\D*\d){9})"  # no date with a version has as many digits as a telephone
    r"(?:[/:.#\-_]?(?:[A-Za-z]{1,30}\d{0,2}|dr3d|model3d|(?:19|20)\d\d|\d{1,2})(?![A-Za-z0-9]))*[/#]?",
    re.ASCII,
)
"""What follows: words, years, months, days, versions, each behind a mark."""
_ODD = re.compile(r"[^\x00-\x7f]|\d{6}|(?:\D*\d){8}")
_MAY_BE_ODD = re.compile(rb"[\x80-\xff]|\d{3}|[A-Z]{4}")
_ESCAPED = re.compile(r"_x([0-9a-fA-F]{4})_")
_KEY = re.compile(r"(?<![0-9a-zA-Z])[a-z]?[0-9a-f]{31,32}(?![0-9a-zA-Z])")
"""Names that SharePoint gives to fields."""


@lru_cache(maxsize=1024)
def is_known_namespace(address: str) -> bool:
    """Whether a namespace is one that office programs declare."""
    if address in _EXACT:
        return True
    space = next((space for space in _SPACES if address.startswith(space)), "")
    rest = address[len(space) :]
    return (
        bool(space)
        and len(rest) <= _MOST_LENGTH
        and _REST.fullmatch(rest) is not None
        and not has_code_word(rest)
    )


def tags_of(data: bytes, root: etree._Element) -> Tags:
    """The tags of a part.

    Args:
        data: the part, as it is written.
        root: its root, of which it is written anew if it is not written as usual.
    """
    tags = Tags(data)
    return tags if tags.is_usual else Tags(rewritten(root))


def vocabulary(tags: Tags) -> Iterator[tuple[str, str]]:
    """What nobody's vocabulary has: (address or name, ``namespace`` or ``name in XML``)."""
    for address in tags.foreign_namespaces(is_known_namespace):
        yield address, "namespace"
    yield from ((name, "name in XML") for name in odd_names(tags))


def odd_names(tags: Tags) -> list[str]:
    """Names of elements and attributes, and prefixes, that hold signs beyond ASCII, long numbers or code words."""
    lines = tags.lines
    if not tags.has_remarks and not _MAY_BE_ODD.search(b" ".join(lines.split(b'"')[::2])):
        return []
    found: dict[str, None] = {}
    for line in lines.split(b"\n"):
        if line.startswith((b"!", b"?")):
            continue
        for written in b" ".join(line.split(b'"')[::2]).split():
            name = _ESCAPED.sub(_letter, written.strip(b"=/").decode("utf-8", "replace"))
            if _is_odd(name):
                found[name.removeprefix("xmlns:")] = None
    return list(found)


@lru_cache(maxsize=4096)
def _is_odd(name: str) -> bool:
    name = _KEY.sub("", name)
    return _ODD.search(name) is not None or any(map(has_code_word, name.split(":")))


def _letter(escaped: re.Match[str]) -> str:
    return chr(int(escaped[1], 16))
