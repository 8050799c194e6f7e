"""Words in content streams that no operator shows: comments, properties of marked content, lost operands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from disclosure_pipeline.builtin.extractors.pdf.words import decoded, is_binary, kept_as, spoken

STRING = rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\))*\)"
_HEX = rb"<[0-9A-Fa-f\s]*>"
_PROPERTIES = re.compile(rb"<<(?:[^<>()]|%s|%s|<<[^<>]*>>)*>>\s*(?:BDC|DP)\b" % (STRING, _HEX), re.DOTALL)
_HOLDS_STRING = re.compile(rb"\(|[^<]<[^<]")
_PROPERTY = re.compile(rb"/([^\s/<>()\[\]]+)\s*(%s|%s)" % (STRING, _HEX), re.DOTALL)
_COMMENT = re.compile(rb"%s|%%([^\r\n]*)" % STRING, re.DOTALL)
_LOST_STRING = re.compile(
    rb"(%s|%s)\s*(?![\s\])(<>/'\"\d.+-]|T[jJ]\b|%%|\Z)[^\s/<>()\[\]]" % (STRING, _HEX), re.DOTALL
)
_INLINE_PICTURE = re.compile(rb"\bBI\s.*?\sID\s(.*?)\sEI\b", re.DOTALL)
_QUIET = re.compile(rb"[%!]*[-=*_%\s]*\Z|%?!PS|%[A-Z]\w+")
LOST = "operand"
"""The detail of words that stand before no operator."""

Found = tuple[str, str, str]
"""(kind, detail, words)."""


def unshown(data: bytes, known: dict[bytes, tuple[Found, ...]] | None = None) -> Iterator[Found]:
    """Words of a decoded content stream that no operator shows.

    Args:
        data: the stream; strings of text operators are read by who reads the page.
        known: properties that were met in other streams, and their words; remembers those that are met here.

    Yields:
        ``alt`` for replacement texts and descriptions, else ``unplaced``.
    """
    if b"BI" in data and b"ID" in data:
        for match in _INLINE_PICTURE.finditer(data):
            yield from _plain(match[1], "picture")
        data = _INLINE_PICTURE.sub(b" ", data)
    if b"<<" in data:
        known = {} if known is None else known
        for dictionary in dict.fromkeys(_PROPERTIES.findall(data)):
            if dictionary not in known:
                known[dictionary] = tuple(_properties(dictionary))
            yield from known[dictionary]
    if b"%" in data:
        yield from comments(data)
    for match in _LOST_STRING.finditer(data):
        words = decoded(literal(match[1]))
        kind = kept_as(words) if words else None
        if kind is not None:
            yield kind, LOST, words


def comments(data: bytes) -> Iterator[Found]:
    """Comments of a content stream, a function, a table of characters or an object."""
    for match in _COMMENT.finditer(data):
        if match[1] is not None and not _QUIET.match(match[1]):
            yield from _plain(match[1], "comment")


_KEYED = re.compile(rb"(?:/([^\s/<>()\[\]]+)\s*)?(%s|<(?!<)[0-9A-Fa-f\s]*>)" % STRING, re.DOTALL)


def strings(data: bytes) -> Iterator[tuple[str, str]]:
    """(key with its slash or empty, words) of every string in the bytes of an object."""
    for match in _KEYED.finditer(data):
        key = "/" + match[1].decode("latin-1") if match[1] else "/Names"
        value = literal(match[2])
        if is_binary(value, key) or (key == "/Contents" and b"/ByteRange" in data):
            continue
        words = decoded(value)
        if words:
            yield key, words


def literal(token: bytes) -> bytes:
    """The bytes that a string in parentheses or angle brackets stands for."""
    if token.startswith(b"<"):
        digits = b"".join(token[1:-1].split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    import pikepdf

    return bytes(pikepdf.Object.parse(token))


def _properties(dictionary: bytes) -> Iterator[Found]:
    if not _HOLDS_STRING.search(dictionary):
        return
    for match in _PROPERTY.finditer(dictionary):
        key = match[1].decode("latin-1")
        words = decoded(literal(match[2]))
        usual = "alt" if key in ("ActualText", "Alt", "E") else "unplaced"
        kind = kept_as(words, "/" + key, usual) if words else None
        if kind is not None:
            yield kind, key, words


def _plain(data: bytes, detail: str) -> Iterator[Found]:
    words = spoken(data)
    if words:
        yield "unplaced", detail, words
