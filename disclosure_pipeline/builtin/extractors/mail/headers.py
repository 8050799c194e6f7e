"""Headers of mails: folded, encoded (RFC 2047, RFC 2231) or raw, as text."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from email.message import Message
from email.utils import collapse_rfc2231_value

from disclosure_pipeline.builtin.extractors.archives.names import decode_name
from disclosure_pipeline.builtin.extractors.text.encoding import strictly

_FOLD = re.compile(r"\r?\n[ \t]*")
_BROKEN_WORD = re.compile(r"=\?[^?]*+\?[bB]\?[A-Za-z0-9+/=\s]*+[^A-Za-z0-9+/=?\s][^?]*+\?=")
_WORD = re.compile(r"=\?([^?]*)\?([qQbB])\?(.*?)\?=")
_CHINESE = ("gb2312", "gbk", "gb_2312-80", "cp936", "x-gbk", "gb18030")
_NAME_PARAMETERS = ("name", "filename")


def codec(charset: str) -> str:
    """The codec that reads what a charset promises: GB 2312 in mails is GB 18030 in truth."""
    name = charset.strip().strip("\"'").lower()
    if name in _CHINESE:
        return "gb18030"
    return {"hz-gb-2312": "hz", "big5": "cp950", "unicode-1-1-utf-7": "utf-7"}.get(name, name)


def header_text(raw: str) -> str:
    """A header's value as its reader sees it.

    Args:
        raw: as parsed from bytes, raw bytes as surrogates.
    """
    value = _FOLD.sub(" ", _readable(raw)).strip()
    if "=?" not in value:
        return value
    text = "".join(_words(value))
    return f"{text} {value}".strip() if _BROKEN_WORD.search(value) else text


def headers(message: Message) -> Iterator[tuple[str, str]]:
    """(name, text) of every header, repeated ones too."""
    for name, raw in message.raw_items():
        yield str(name), header_text(str(raw))


def names(message: Message) -> Iterator[str]:
    """The file names that a part gives itself."""
    found = []
    for header in ("content-disposition", "content-type"):
        for parameter in _NAME_PARAMETERS:
            value = message.get_param(parameter, header=header)
            if value:
                found.append(header_text(collapse_rfc2231_value(value)))
    yield from dict.fromkeys(name for name in found if name)


def _readable(raw: str) -> str:
    return raw if raw.isascii() else decode_name(raw.encode("utf-8", "surrogateescape"))


def _words(value: str) -> Iterator[str]:
    """A value with its encoded words decoded; a character may begin in one word and end in the next.

    The library's own decoder takes the square of the number of words.
    """
    at, kept, last = 0, bytearray(), ""
    for match in _WORD.finditer(value):
        charset, encoding, letters = match.groups()
        between, at = value[at : match.start()], match.end()
        if kept and (charset.lower() != last or between.strip()):
            yield _piece(bytes(kept), last)
            kept.clear()
        if between.strip() or not (kept or last):
            yield between
        last = charset.lower()
        kept += _quoted(letters) if encoding in "qQ" else _base64(letters)
    yield _piece(bytes(kept), last) + value[at:]


def _quoted(letters: str) -> bytes:
    return quopri.decodestring(letters.encode("utf-8", "replace"), header=True)


def _base64(letters: str) -> bytes:
    """What was encoded; behind a filling sign there may be more. What cannot be decoded stays as it is."""
    found = bytearray()
    for run in letters.encode("ascii", "ignore").split(b"="):
        try:
            found += base64.b64decode(run + b"==")
        except binascii.Error:
            found += run
    return bytes(found)


def _piece(data: bytes, charset: str) -> str:
    text = strictly(data, codec(charset.partition("*")[0])) if charset else None  # RFC 2231: charset*language
    return decode_name(data) if text is None else text
