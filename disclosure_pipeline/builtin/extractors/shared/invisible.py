"""Words written in characters that no screen shows: tags, variation selectors, bits of zero width."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}")
_NOTHING = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_ZERO_WIDTH = re.compile(f"[{_NOTHING}]")
_RUN = re.compile(f"[{_NOTHING}]{{8,}}")
INVISIBLE = re.compile(f"[{_NOTHING}\ufe00-\ufe0f\U000e0020-\U000e01ef]")
"""A character that no screen shows."""

_BYTE = 8
_SHORTEST = 2


def spelled(text: str) -> tuple[str, ...]:
    """The words that invisible characters of a text spell."""
    return tuple(word for word in _spelled(text) if len(word) >= _SHORTEST)


def is_suspicious(text: str) -> bool:
    """Whether invisible characters stand in a long row, as they never do for the sake of the script."""
    return _RUN.search(text) is not None


def _spelled(text: str) -> Iterator[str]:
    for run in _TAGS.findall(text):
        yield "".join(chr(ord(char) - 0xE0000) for char in run)
    for run in _SELECTORS.findall(text):
        yield _text(bytes(_selected(char) for char in run))
    signs = "".join(_ZERO_WIDTH.findall(text))
    kinds = sorted(set(signs))
    if len(kinds) == 2 and len(signs) >= _BYTE * _SHORTEST:
        for zero, one in (kinds, kinds[::-1]):
            bits = signs.replace(zero, "0").replace(one, "1")
            yield _text(bytes(int(bits[at : at + _BYTE], 2) for at in range(0, len(bits) - _BYTE + 1, _BYTE)))


def _selected(char: str) -> int:
    return ord(char) - 0xFE00 if char < "\U000e0100" else ord(char) - 0xE0100 + 16


def _text(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() else ""
