"""RTF bodies of Outlook messages: unpacked ([MS-OXRTFCP]), and turned back into what they were made of.

Outlook wraps HTML and plain text in RTF ([MS-OXRTFEX]).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from disclosure_pipeline.builtin.extractors.failures import failure

_PACKED, _STORED = 0x75465A4C, 0x414C454D
_WINDOW = 4096
_FIRST_WORDS = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+"
)
_UNSHOWN = frozenset(("fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "mhtmltag"))
_SIGNS = {
    "par": "\r\n", "line": "\r\n", "tab": "\t", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "endash": "–", "emdash": "—",
}  # fmt: skip
_CHARSETS = {134: "gb18030", 136: "cp950", 128: "cp932", 129: "cp949", 0: "cp1252", 204: "cp1251"}


def unpack(data: bytes, most: int) -> bytes:
    """The RTF in a compressed body.

    Args:
        data: the property's bytes.
        most: bytes that it may unpack to.

    Raises:
        ExtractionFailed: ``file.broken``, ``file.bomb``.
    """
    if len(data) < 16:
        raise failure("file.broken", "A compressed body is too short.")
    _, size, kind, _ = struct.unpack_from("<IIII", data)
    if kind == _STORED:
        return data[16 : 16 + size]
    if kind != _PACKED:
        raise failure("file.broken", "A body is compressed in an unknown way.")
    if size > most or size > 10 * len(data):  # a reference of two bytes gives at most 17
        raise failure("file.bomb", "A compressed body tells an impossible size.")
    return _unpacked(data, most)


def _unpacked(data: bytes, most: int) -> bytes:
    """Literal bytes and references to what came before, eight to a byte of flags."""
    window = bytearray(_FIRST_WORDS.ljust(_WINDOW, b"\x00"))
    write, at = len(_FIRST_WORDS), 16
    out = bytearray()
    while at < len(data):
        flags = data[at]
        at += 1
        for bit in range(8):
            if not flags >> bit & 1:
                piece, at = data[at : at + 1], at + 1
            else:
                start, length = divmod(int.from_bytes(data[at : at + 2], "big"), 16)
                at += 2
                if start == write:
                    return bytes(out)
                piece = _referred(window, start, write, length + 2)
            for byte in piece:
                window[write] = byte
                write = (write + 1) % _WINDOW
            out += piece
            if len(out) > most:
                raise failure("file.bomb", "A compressed body is larger than it tells.")
    return bytes(out)


def _referred(window: bytearray, start: int, write: int, length: int) -> bytes:
    """A run of earlier bytes; it may reach into itself."""
    distance = (write - start) % _WINDOW
    seen = bytes(window[(start + step) % _WINDOW] for step in range(min(length, distance)))
    return (seen * (length // len(seen) + 1))[:length]


@dataclass(slots=True)
class _Group:
    """What holds inside a pair of braces."""

    unshown: bool = False
    tag: bool = False
    suppressed: bool = False
    skip: int = 1
    codec: str = ""
    starred: bool = False


@dataclass(slots=True)
class _Output:
    """Text as it comes, bytes of one code page gathered until they can be decoded."""

    codec: str = "cp1252"
    pieces: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    pending_codec: str = ""

    def text(self, text: str) -> None:
        self.flush()
        self.pieces.append(text)

    def narrow(self, data: bytes, codec: str) -> None:
        if self.pending and codec != self.pending_codec:
            self.flush()
        self.pending_codec = codec
        self.pending += data

    def flush(self) -> None:
        if self.pending:
            self.pieces.append(self.pending.decode(self.pending_codec or self.codec, "replace"))
            self.pending.clear()


def original(rtf: bytes) -> tuple[str, str] | None:
    """What Outlook wrapped in RTF.

    Args:
        rtf: the unpacked body.

    Returns:
        (``html`` or ``text``, the body); ``None`` for RTF that was RTF from the start.
    """
    kind = "html" if b"\\fromhtml" in rtf[:1000] else "text" if b"\\fromtext" in rtf[:1000] else ""
    return (kind, _unwrapped(rtf)) if kind else None


def _unwrapped(rtf: bytes) -> str:
    out = _Output()
    groups = [_Group()]
    fonts = _fonts(rtf)
    skipped = 0
    for match in _TOKEN.finditer(rtf):
        word, number, code, sign, brace, text = match.groups()
        group = groups[-1]
        silent = group.unshown or (group.suppressed and not group.tag)
        if brace == b"{":
            groups.append(_Group(group.unshown, group.tag, group.suppressed, group.skip, group.codec))
        elif brace == b"}":
            groups[:] = groups[:-1] or [_Group()]
        elif word == b"u" and number is not None:
            out.text("" if silent else chr(int(number) % 65536))
            skipped = group.skip
        elif word is not None:
            value = None if number is None else int(number)
            _obey(word.decode(), value, group, out, fonts=fonts, silent=silent)
        elif sign is not None:
            _sign(sign.decode("latin-1"), group, out, silent=silent)
        else:
            plain = bytes((int(code, 16),)) if code is not None else text or b""
            shown, skipped = plain[skipped:], max(0, skipped - len(plain))
            if not silent:
                out.narrow(shown, group.codec or out.codec)
    out.flush()
    return "".join(out.pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _obey(
    name: str, value: int | None, group: _Group, out: _Output, *, fonts: dict[int, str], silent: bool
) -> None:
    if name == "htmltag":
        group.tag, group.unshown = True, False
    elif name in _UNSHOWN or (group.starred and name != "htmltag"):
        group.unshown = True
    elif name == "htmlrtf":
        group.suppressed = value != 0
    elif name == "ansicpg" and value:
        out.codec = "gb18030" if value == 936 else "utf-8" if value == 65001 else f"cp{value}"
        out.codec = out.codec if _is_known(out.codec) else "cp1252"
    elif name == "uc" and value is not None:
        group.skip = max(0, min(value, 8))
    elif name == "f" and value is not None:
        group.codec = fonts.get(value, "")
    elif name in _SIGNS and not silent:
        out.text(_SIGNS[name])
    group.starred = False


def _sign(sign: str, group: _Group, out: _Output, *, silent: bool) -> None:
    if sign == "*":
        group.starred = True
    elif not silent:
        shown = {"~": "\u00a0", "_": "-", "-": "", "\n": "\r\n", "\r": "\r\n"}.get(sign, sign)
        out.text(shown)


def _fonts(rtf: bytes) -> dict[int, str]:
    """The code page of each font."""
    found: dict[int, str] = {}
    for match in re.finditer(rb"\\f(\d{1,5})[^{};]{0,200}?\\fcharset(\d{1,3})", rtf[:50_000]):
        codec = _CHARSETS.get(int(match[2]))
        if codec:
            found[int(match[1])] = codec
    return found


def _is_known(codec: str) -> bool:
    import codecs

    try:
        codecs.lookup(codec)
    except LookupError:
        return False
    return True
