"""Signed and encrypted mails (S/MIME, PKCS #7): the mail inside a signature, and who signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from disclosure_pipeline.builtin.extractors.shared.asn1 import Node, NotAsn1, parse, strings

_IDENTIFIER, _OCTETS, _CHUNKS = 0x06, 0x04, 0x24
_INDEFINITE, _CONSTRUCTED = 0x80, 0x20
_DEEPEST = 40
_DATA = bytes.fromhex("2a864886f70d010701")
_SIGNED = bytes.fromhex("2a864886f70d010702")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a PKCS #7 message holds.

    Args:
        content: the signed mail; ``None`` when it stands elsewhere or is encrypted.
        words: names of signers and issuers.
        readable: whether the message was understood and is not encrypted.
    """

    content: bytes | None
    words: tuple[str, ...]
    readable: bool


def open_signed(data: bytes) -> Signed:
    """Look into a PKCS #7 message (DER)."""
    try:
        nodes = parse(_definite(data, 0, 0)[0])
    except NotAsn1:
        return Signed(None, (), readable=False)
    content = next(_contents(nodes), None)
    inner = [] if content is None else [content]
    words = tuple(word for word in strings(nodes) if all(word.encode() not in part for part in inner))
    return Signed(content, words, readable=_is_signed(nodes))


def _definite(data: bytes, at: int, depth: int) -> tuple[bytes, int]:
    """One value with its lengths told (DER) instead of marked by an end (BER), and where it ends.

    Raises:
        NotAsn1: it is none.
    """
    if at + 2 > len(data) or depth > _DEEPEST:
        raise NotAsn1
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80 and length != _INDEFINITE:
        size = length & 0x7F
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    marked = length == _INDEFINITE and data[at + 1] == _INDEFINITE
    if not tag & _CONSTRUCTED:
        if marked or start + length > len(data):
            raise NotAsn1
        return data[at : start + length], start + length
    end = len(data) if marked else start + length
    pieces, here = [], start
    while here < end and not (marked and data[here : here + 2] == b"\x00\x00"):
        piece, here = _definite(data, here, depth + 1)
        pieces.append(piece)
    content = b"".join(pieces)
    size = -(-len(content).bit_length() // 8) or 1
    head = (
        bytes((tag, len(content)))
        if len(content) < 0x80
        else bytes((tag, 0x80 | size)) + len(content).to_bytes(size, "big")
    )
    return head + content, here + 2 if marked else end


def _is_signed(nodes: list[Node]) -> bool:
    identifiers = (node.content for top in nodes for node in top.children[:1] if node.tag == _IDENTIFIER)
    return next(identifiers, b"") == _SIGNED


def _contents(nodes: list[Node]) -> Iterator[bytes]:
    """The octets of ``data`` contents, chunks joined."""
    for node in (inner for top in nodes for inner in top.walk()):
        children = node.children
        if len(children) >= 2 and children[0].tag == _IDENTIFIER and children[0].content == _DATA:
            for child in children[1].children:
                if child.tag == _OCTETS:
                    yield child.content
                elif child.tag == _CHUNKS:
                    yield b"".join(piece.content for piece in child.children if piece.tag == _OCTETS)
