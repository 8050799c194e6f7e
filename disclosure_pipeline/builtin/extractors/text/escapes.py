"""Characters written as escapes inside text: backslash, percent, entity, Base64."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from disclosure_pipeline.builtin.extractors.shared.code_words import PATTERN
from disclosure_pipeline.builtin.extractors.text.encoding import is_plausible, strictly

_BACKSLASH = re.compile(
    r"(?:\\u\{[0-9A-Fa-f]{1,6}\}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|[\w，。：；、 .,:-])+"
)
_CODE = re.compile(r"\\u\{([0-9A-Fa-f]{1,6})\}|\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}|[\w.~-]){2,}")
_ENTITY = re.compile(r"(?:&#(?:x[0-9A-Fa-f]{2,6}|\d{2,7});|\w){2,}")
_BASE64 = re.compile(
    r"(?:[A-Za-z0-9+/_-]{40,}={0,2}(?:\r?\n[ \t]*|$)?)+(?:[A-Za-z0-9+/_-]+={0,2})?", re.MULTILINE
)
_SHORTEST_BASE64 = 200
_TELLING = re.compile(rf"[^\x00-\x7f]|\d{{11}}|{PATTERN}")


def unescaped(text: str) -> Iterator[str]:
    """What runs of escapes in a text stand for, where that is text beyond ASCII, a long number or a code word."""
    for pattern, mark, read in (
        (_BACKSLASH, "\\", _backslashes),
        (_PERCENT, "%", _percents),
        (_ENTITY, "&#", html.unescape),
    ):
        if mark not in text:
            continue
        for match in pattern.finditer(text):
            if mark in match[0]:
                shown = read(match[0])
                told = _TELLING.search(shown)
                if told is not None and told[0] not in match[0] and is_plausible(shown):
                    yield shown


def base64_files(text: str) -> Iterator[bytes]:
    """The files that long runs of Base64 in a text hold."""
    for match in _BASE64.finditer(text):
        run = "".join(match[0].split())
        # Rules of dashes, long identifiers and hex digests are no Base64.
        if (
            len(run) < _SHORTEST_BASE64
            or len(set(run)) < 20
            or not re.search("[a-z]", run)
            or not re.search("[A-Z]", run)
        ):
            continue
        whole = run.rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
        try:
            yield base64.b64decode(whole + "=" * (-len(whole) % 4), validate=True)
        except (binascii.Error, ValueError):
            yield b""


def _backslashes(run: str) -> str:
    shown = _CODE.sub(lambda match: _char(int(match[1] or match[2] or match[3], 16)), run)
    return shown.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _char(code: int) -> str:
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def _percents(run: str) -> str:
    data = unquote_to_bytes(run)
    return strictly(data, "utf-8") or strictly(data, "gb18030") or run
