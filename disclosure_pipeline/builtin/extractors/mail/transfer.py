"""The bytes of a mail's part behind their transfer encoding, and whether all of them came through.

The library decodes leniently: it skips characters that are none, stops at a filling sign in the middle, and
gives nothing for what it cannot decode. Whatever is lost that way may be what a reader should have seen.
"""

from __future__ import annotations

import re
from email.message import Message

from disclosure_pipeline.builtin.extractors.text.encoding import is_charset

_USUAL = frozenset(("", "7bit", "8bit", "binary"))
_BASE64, _QUOTED = "base64", "quoted-printable"
_UUENCODED = frozenset(("x-uuencode", "uuencode", "uue", "x-uue"))
_WHOLE_BASE64 = re.compile(r"[A-Za-z0-9+/]*+={0,2}")
_SPACE = re.compile(r"\s+")
_BROKEN_QUOTED = re.compile(r"=(?![0-9A-Fa-f]{2}|[ \t]*(?:\r?\n|\Z))")


def decoded(part: Message) -> tuple[bytes, bool]:
    """The bytes of a part, and whether none was lost on the way.

    Args:
        part: one that holds no other parts.
    """
    encoding = str(part.get("Content-Transfer-Encoding", "")).partition(";")[0].strip().lower()
    encoding = encoding.replace("8-bit", "8bit").replace("7-bit", "7bit")
    raw = characters(part)
    try:
        data = part.get_payload(decode=True)
    except (ValueError, AssertionError, LookupError):
        data = None
    if raw is None or not isinstance(data, bytes):
        return b"", False
    return data, _is_whole(raw, encoding, data)


def characters(part: Message) -> str | None:
    """A part as it stands in the mail; ``None`` when it holds others or names a codec that is no charset."""
    if not is_charset(str(part.get_param("charset") or "")):
        return None
    try:
        raw = part.get_payload()
    except (ValueError, LookupError):
        return None
    return raw if isinstance(raw, str) else None


def _is_whole(raw: str, encoding: str, data: bytes) -> bool:
    if encoding in _USUAL:
        return True
    if encoding == _BASE64:
        letters = _SPACE.sub("", raw)
        return _WHOLE_BASE64.fullmatch(letters) is not None and len(letters.rstrip("=")) % 4 != 1
    if encoding == _QUOTED:
        return _BROKEN_QUOTED.search(raw) is None
    # What cannot be decoded comes back as it stands in the mail.
    return encoding in _UUENCODED and data != raw.encode("utf-8", "surrogateescape")
