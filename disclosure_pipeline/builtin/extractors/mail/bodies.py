"""Text bodies of mails: lines, files written into them, and other versions of one body."""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.text.escapes import base64_files
from disclosure_pipeline.model.text import Place

_LINE_END = re.compile(r"\r\n|\r|\n")
_UUENCODED = re.compile(
    r"^begin [0-7]{3,4} ([^\r\n]+)\r?\n((?:[ -`]{0,90}\r?\n)*?)[ `]?\r?\n?end\b[^\r\n]*", re.MULTILINE
)
_YENC = re.compile(r"^=ybegin ", re.MULTILINE)
_SIGNS = re.compile(r"[\W_]+")
_MARKUP = re.compile(
    r"<https?://[^>\s]*>|https?://\S+|\[(?:image|cid)[^\]]*\]|<mailto:[^>]*>|<[^<>]*>", re.IGNORECASE
)


def add_body(out: Collector, text: str, part: str, *, settings: Mapping[str, Any], depth: int) -> None:
    """Add a plain text body as its reader sees it; files written into it are read.

    Args:
        out: gets the lines.
        text: the body.
        part: name of the body.
        settings: the keys of ``[extraction]``.
        depth: depth of the mail.
    """
    for number, match in enumerate(_UUENCODED.finditer(text), start=1):
        name = f"{part} uuencoded {number}"
        out.add(match[1], "name", part, visible=True)
        data = _decoded(match[2])
        if data is None:
            _unread(out, name)
        else:
            read_embedded(out, name, data, limits=settings, depth=depth, name=match[1], shown=True)
    text = _UUENCODED.sub("", text)
    if _YENC.search(text):
        _unread(out, part)
    for number, line in enumerate(_LINE_END.split(text), start=1):
        out.add(line, "body", part, paragraph=number)
    for number, data in enumerate(base64_files(text), start=1):
        read_embedded(out, f"{part} base64 {number}", data, limits=settings, depth=depth)


def add_other_version(out: Collector, text: str, part: str) -> None:
    """Add, as ``hidden``, the lines of a body's other version that its shown version does not have.

    Args:
        out: what was read so far; gets the rest.
        text: the version that mail programs do not show.
        part: name of the version.
    """
    known = _bare("".join(out.texts()))
    for number, line in enumerate(_LINE_END.split(text), start=1):
        words = _bare(line)
        if words and words not in known and _bare(_MARKUP.sub("", line)) not in known:
            out.add(line, "hidden", part, paragraph=number, detail="other version")
        out.reveal(line, Place(part, "hidden", paragraph=number))


def _bare(text: str) -> str:
    return _SIGNS.sub("", text).lower()


def _decoded(body: str) -> bytes | None:
    try:
        return b"".join(binascii.a2b_uu(line) for line in body.splitlines() if line.strip("` "))
    except binascii.Error:
        return None


def _unread(out: Collector, part: str) -> None:
    place = Place(part, "attachment")
    out.doubt("text.encoded", "文本中有经过编码的内容，未能读出，请人工查看。", place)
