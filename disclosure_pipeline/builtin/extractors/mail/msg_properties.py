"""Properties of Outlook messages ([MS-OXMSG], [MS-OXPROPS]): which stream is what."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from disclosure_pipeline.builtin.extractors.archives.names import decode_name
from disclosure_pipeline.builtin.extractors.mail.headers import codec
from disclosure_pipeline.builtin.extractors.text.encoding import strictly

STREAM = re.compile(r"__substg1\.0_([0-9A-Fa-f]{4})([0-9A-Fa-f]{4})(?:-([0-9A-Fa-f]{8}))?")
FIXED = "__properties_version1.0"

SUBJECT, BODY, HTML, RTF, TRANSPORT = 0x0037, 0x1000, 0x1013, 0x1009, 0x007D
ATTACHED, ATTACHED_NAMES = 0x3701, frozenset((0x3704, 0x3707, 0x3001))
SHOWN = {
    0x0C1A: "from",
    0x0C1F: "from",
    0x0042: "from",
    0x0065: "from",
    0x0E04: "to",
    0x0E03: "cc",
    SUBJECT: "subject",
}
"""Properties that a mail program shows above the body."""

_CODE_PAGES = (0x3FDE, 0x3FFD)  # of the body, of the message
BINARY = 0x0102
_TEXT, _WIDE, _MANY = 0x001E, 0x001F, 0x1000
LISTS = frozenset((_TEXT | _MANY, _WIDE | _MANY))
"""Types of lists of strings."""
# Message classes, kinds of address, suffixes, media types: the same in every message.
_USUAL = re.compile(r"IPM\.[\w.]*|SMTP|EX|FAX|\.\w{1,5}|[a-z]+/[\w.+-]+|en-US|zh-CN|utf-8|en")


@dataclass(frozen=True, slots=True)
class Property:
    """One property of variable length.

    Args:
        number: its identifier.
        kind: its type.
        data: its bytes.
    """

    number: int
    kind: int
    data: bytes

    @property
    def is_text(self) -> bool:
        """Whether its type is a string, or one of a list of strings."""
        return self.kind & ~_MANY in (_TEXT, _WIDE)

    def text(self, code_page: str) -> str:
        """Its characters.

        Args:
            code_page: codec of strings that are not Unicode.
        """
        if self.kind & ~_MANY == _WIDE:
            return self.data.decode("utf-16-le", "replace").strip("\x00")
        data = self.data.rstrip(b"\x00")
        text = strictly(data, code_page) if code_page and not data.isascii() else None
        return decode_name(data) if text is None else text

    @property
    def detail(self) -> str:
        """Its number, for the place."""
        return f"property {self.number:04X}"


def is_usual(text: str) -> bool:
    """Whether a string is one that programs write for themselves."""
    return _USUAL.fullmatch(text) is not None


def code_page(fixed: bytes, header: int) -> str:
    """The codec of the strings that are not Unicode, by the message's fixed properties.

    Args:
        fixed: the stream of fixed properties.
        header: length of its header.
    """
    rows = (struct.unpack_from("<III", fixed, at) for at in range(header, len(fixed) - 15, 16))
    values = {tag >> 16: value for tag, _, value in rows}
    number = next((values[key] for key in _CODE_PAGES if key in values), 0)
    return "utf-8" if number == 65001 else codec(f"cp{number}") if number else ""
