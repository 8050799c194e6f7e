"""The first bytes of file formats, and what they say; light, because every choice of a reader looks here."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
ZIP_MAGIC, EMPTY_ZIP_MAGIC, SPANNED_ZIP_MAGIC = b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"
PDF_MAGIC = b"%PDF-"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RAR_MAGIC, SEVEN_MAGIC = b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c"
GZIP_MAGIC, BZIP2_MAGIC, XZ_MAGIC = b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00"
STREAM_MAGICS = (GZIP_MAGIC, BZIP2_MAGIC, XZ_MAGIC)
"""Of single packed files."""

PICTURE_MAGICS = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+",
)  # fmt: skip
METAFILE_SUFFIXES = (".emf", ".wmf", ".emz", ".wmz")
EMF_MARK, PLACEABLE_WMF = b" EMF", b"\xd7\xcd\xc6\x9a"
_WMF = re.compile(rb"[\x01\x02]\0\x09\0\0[\x01\x03]")

MAILBOX = re.compile(rb"^From [^\r\n]*\r?\n(?=[A-Za-z][\w-]*:)", re.MULTILINE)
"""Where a mail of a mailbox (mbox) begins."""

MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<[?!:\w]")

LOCAL_HEADER = struct.Struct("<4s2xH10xI4xHH")
"""Before each member of a zip: magic, flags, packed size, length of the name, length of the extra field."""

_SIZE_FOLLOWS = 8
_TAR_BLOCK, _TAR_MAGIC_AT = 512, 257


def first_names(head: bytes) -> Iterator[bytes]:
    """Names of the members in the head of a zip, not of those in a zip inside it."""
    at = 0
    while head.startswith(ZIP_MAGIC, at) and len(head) >= at + LOCAL_HEADER.size:
        _, flags, size, name_length, extra_length = LOCAL_HEADER.unpack_from(head, at)
        start = at + LOCAL_HEADER.size
        yield head[start : start + name_length]
        at = start + name_length + extra_length + size
        if flags & _SIZE_FOLLOWS and not size:
            at = head.find(ZIP_MAGIC, at)
            if at < 0:
                return


def first_folder(head: bytes) -> str:
    """The first telling top-level folder among the member names in a zip's head (``word``, ``xl`` …)."""
    folders = (name.partition(b"/") for name in first_names(head))
    return next(
        (folder.decode() for folder, slash, _ in folders if slash and folder in (b"word", b"xl", b"ppt")), ""
    )


def is_tar(head: bytes) -> bool:
    """Whether bytes begin with a tar header: by its magic, or in the oldest form by its checksum."""
    if len(head) < _TAR_BLOCK:
        return False
    if head[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar":
        return True
    field = head[148:156].strip(b" \x00")
    try:
        told = int(field, 8) if field else -1
    except ValueError:
        return False
    return told == sum(head[:148]) + 8 * 32 + sum(head[156:_TAR_BLOCK]) and head[:1] != b"\x00"


def is_picture(name: str, data: bytes) -> bool:
    """Whether a file is a picture, by its bytes (or, for metafiles, its name)."""
    return (
        data.startswith(PICTURE_MAGICS)
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or is_metafile(data)
        or name.lower().endswith(METAFILE_SUFFIXES)
    )


def is_metafile(data: bytes) -> bool:
    """Whether bytes are an EMF or WMF drawing."""
    emf = data[:4] == b"\x01\0\0\0" and data[40:44] == EMF_MARK
    return emf or data.startswith(PLACEABLE_WMF) or bool(_WMF.match(data[:6]))
