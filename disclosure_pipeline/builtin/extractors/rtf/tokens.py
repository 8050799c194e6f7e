"""Rich Text Format cut into tokens: groups, control words, bytes of text, binary data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,40})(-?[0-9]{1,10})?[ ]?"  # a control word, its number, the space that ends it
    rb"|\\'([0-9a-fA-F]{2})"  # a byte
    rb"|\\([^a-zA-Z'])"  # a control symbol
    rb"|([{}])"
    rb"|([^\\{}\r\n]+)"
    rb"|[\r\n]+|\\'?",
    re.DOTALL,
)
_CODE_PAGES = {
    437: "cp437", 708: "iso8859-6", 850: "cp850", 866: "cp866", 874: "cp874", 932: "cp932", 936: "gb18030", 949: "cp949",
    950: "big5hkscs", 10000: "mac-roman", 10008: "gb18030", 10001: "shift-jis", 65001: "utf-8", 54936: "gb18030",
}  # fmt: skip
_CHARACTER_SETS = {
    128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5hkscs", 161: "cp1253", 162: "cp1254", 163: "cp1258",
    2: "symbols", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 77: "mac-roman",
}  # fmt: skip
DOUBLE_BYTE = frozenset(("gb18030", "big5hkscs", "cp932", "cp949", "johab", "shift-jis"))
"""Codecs in which a character may take two bytes."""

SYMBOLS = "symbols"
"""Codec of pictograph fonts: bytes stand for signs of the private area."""

OPEN, CLOSE, WORD, SYMBOL, TEXT, BYTE, BINARY = range(7)


class Token(NamedTuple):
    """A token.

    Args:
        kind: :data:`OPEN`, :data:`CLOSE`, :data:`WORD`, :data:`SYMBOL`, :data:`TEXT`, :data:`BYTE` (one escaped
            byte) or :data:`BINARY`.
        word: name of a control word, or the symbol.
        number: its parameter.
        data: bytes of text or of binary data.
        end: offset behind it.
    """

    kind: int
    word: str = ""
    number: int | None = None
    data: bytes = b""
    end: int = 0


def tokens(data: bytes) -> Iterator[Token]:
    """The tokens of a file, to its last byte."""
    at = 0
    while match := _TOKEN.match(data, at):
        at = match.end()
        name, number, escaped, symbol, brace, text = match.groups()
        if text is not None:
            yield Token(TEXT, data=text, end=at)
        elif name is not None:
            value = int(number) if number else None
            if name == b"bin" and value is not None:
                size = max(0, min(value, len(data) - at))
                yield Token(BINARY, data=data[at : at + size], end=at + size)
                at += size
            else:
                yield Token(WORD, name.decode("ascii"), value, end=at)
        elif brace is not None:
            yield Token(OPEN if brace == b"{" else CLOSE, end=at)
        elif escaped is not None:
            yield Token(BYTE, data=bytes((int(escaped, 16),)), end=at)
        elif symbol is not None:
            yield Token(SYMBOL, symbol.decode("latin-1"), end=at)


def codec_of_page(number: int | None) -> str:
    """The codec of a code page (``ansicpg``)."""
    if number is None:
        return "cp1252"
    return _CODE_PAGES.get(number, f"cp{number}" if 1250 <= number <= 1258 else "cp1252")


def codec_of_font(character_set: int, default: str) -> str:
    """The codec of a font's character set (``fcharset``)."""
    return _CHARACTER_SETS.get(character_set, default)


def decode(data: bytes, codec: str) -> str:
    """Bytes as characters; what the codec does not have is replaced."""
    if codec == SYMBOLS:
        return "".join(chr(0xF000 + byte) if byte > 0x7E else chr(byte) for byte in data)
    return data.decode(codec, "replace")


def hex_bytes(text: bytes) -> bytes:
    """Bytes written as hexadecimal digits; what is none is left out."""
    digits = re.sub(rb"[^0-9a-fA-F]+", b"", text)
    return bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
