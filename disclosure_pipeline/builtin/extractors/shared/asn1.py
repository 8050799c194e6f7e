"""ASN.1 values of seals and signatures (GM/T 0031, GB/T 38540), read without a schema.

Everything that is text is found, whatever the structure says; the name and the picture of a seal are
known by where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_DEEPEST = 24
_MOST_NODES = 20_000
_ENCODINGS = {
    0x0C: "utf-8", 0x12: "ascii", 0x13: "ascii", 0x14: "latin-1", 0x16: "utf-8", 0x1A: "ascii",
    0x1B: "utf-8", 0x1C: "utf-32-be", 0x1E: "utf-16-be",
}  # fmt: skip
_OCTETS, _BITS, _SEQUENCE = 0x04, 0x03, 0x30
_IA5, _UTF8 = 0x16, 0x0C
_READABLE = re.compile(
    "[\u3400-\u9fff][\x20-\x7e★☆\u3000-\u303f\u3400-\u9fff\uff00-\uffef]*[\u3400-\u9fff]|[\x21-\x7e\u3400-\u9fff][\x20-\x7e\u3400-\u9fff]{7,}"
)


@dataclass(slots=True)
class Node:
    """One value."""

    tag: int
    content: bytes
    children: list[Node] = field(default_factory=list)

    @property
    def text(self) -> str | None:
        """The characters of a string value; ``None`` for others."""
        encoding = _ENCODINGS.get(self.tag)
        return self.content.decode(encoding, "replace") if encoding else None

    def walk(self) -> Iterator[Node]:
        """This value and all inside it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal inside a signature."""

    name: str
    picture: bytes


class NotAsn1(ValueError):
    """The bytes are no ASN.1 value."""


def parse(data: bytes) -> list[Node]:
    """The values in a string of bytes, one after the other.

    Raises:
        NotAsn1: they are none.
    """
    return _values(data, 0, [0])


def seals(nodes: list[Node]) -> Iterator[Seal]:
    """Seals: a sequence of header (``ES`` …), number, properties (with the name), and picture."""
    for node in (inner for top in nodes for inner in top.walk()):
        children = node.children
        if len(children) < 4 or not _is_header(children[0]):
            continue
        name = next((item.text for item in children[2].children if item.tag == _UTF8), None)
        picture = next((item.content for item in children[3].children if item.tag == _OCTETS), b"")
        yield Seal(name or "", picture)


def strings(nodes: list[Node]) -> Iterator[str]:
    """Every string, each once."""
    seen = set()
    for node in (inner for top in nodes for inner in top.walk()):
        text = (node.text or "").strip("\x00 ")
        if text and text not in seen:
            seen.add(text)
            yield text


def readable(data: bytes) -> Iterator[str]:
    """Runs of readable characters in bytes that are no ASN.1."""
    for match in _READABLE.finditer(data.decode("utf-8", "replace")):
        yield match[0]


def _is_header(node: Node) -> bool:
    first = node.children[0] if node.children else None
    return first is not None and first.tag == _IA5 and first.content == b"ES"


def _values(data: bytes, depth: int, count: list[int]) -> list[Node]:
    nodes = []
    at = 0
    while at < len(data):
        tag, start, end = _header(data, at)
        count[0] += 1
        if depth > _DEEPEST or count[0] > _MOST_NODES:
            raise NotAsn1
        node = Node(tag, data[start:end])
        if tag & 0x20:
            node.children = _values(node.content, depth + 1, count)
        elif tag in (_OCTETS, _BITS):
            node.children = _wrapped(node.content[tag == _BITS :], depth, count)
        nodes.append(node)
        at = end
    return nodes


def _wrapped(content: bytes, depth: int, count: list[int]) -> list[Node]:
    """A value inside a string of bytes, such as a certificate; none for anything else."""
    if content[:1] != bytes((_SEQUENCE,)):
        return []
    try:
        return _values(content, depth + 1, count)
    except NotAsn1:
        return []


def _header(data: bytes, at: int) -> tuple[int, int, int]:
    """(tag, start of the content, its end)."""
    if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
        raise NotAsn1
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4:
            raise NotAsn1
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    if start + length > len(data):
        raise NotAsn1
    return tag, start, start + length
