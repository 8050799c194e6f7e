"""Which kind of archive a file is, and of which document a zip is the package."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from io import BytesIO

from disclosure_pipeline.builtin.extractors.failures import check_memory
from disclosure_pipeline.builtin.extractors.shared.zip_errors import ZIP_ERRORS
from disclosure_pipeline.builtin.extractors.signatures import (
    BZIP2_MAGIC,
    GZIP_MAGIC,
    RAR_MAGIC,
    SEVEN_MAGIC,
    XZ_MAGIC,
    is_tar,
)

_CONTENT_TYPES = "[Content_Types].xml"
_ENCRYPTED = 1


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of archive.

    Args:
        media_type: its type.
        title: what it is called, Chinese.
        suffixes: of its names.
    """

    media_type: str
    title: str
    suffixes: tuple[str, ...]


_ZIP = Format("application/zip", " zip 压缩包", (".zip",))
_TAR = Format("application/x-tar", " tar 打包文件", (".tar",))
_BY_MAGIC = (
    (RAR_MAGIC, Format("application/vnd.rar", " rar 压缩包", (".rar",))),
    (SEVEN_MAGIC, Format("application/x-7z-compressed", " 7z 压缩包", (".7z",))),
    (GZIP_MAGIC, Format("application/gzip", " gzip 压缩文件", (".gz", ".tgz"))),
    (BZIP2_MAGIC, Format("application/x-bzip2", " bzip2 压缩文件", (".bz2", ".tbz", ".tbz2"))),
    (XZ_MAGIC, Format("application/x-xz", " xz 压缩文件", (".xz", ".txz"))),
)


def format_of(data: bytes) -> Format:
    """The kind of an archive, by its first bytes."""
    found = next((known for magic, known in _BY_MAGIC if data.startswith(magic)), None)
    return found or (_TAR if is_tar(data[:512]) else _ZIP)


def document_in(data: bytes) -> str:
    """The id of the reader of whose documents a zip is the package; empty for any other archive.

    A reader sees the head of a file when it is asked whether it is the one; this sees the whole directory.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
    except ZIP_ERRORS as error:
        check_memory(error)
        return ""  # who unpacks it finds the same, and says so
    if any(member.flag_bits & _ENCRYPTED for member in members):
        return ""
    return _document({member.filename for member in members})


def _document(names: Collection[str]) -> str:
    if any(name.casefold() == "ofd.xml" for name in names):
        return "ofd"
    if "content.xml" in names and ("mimetype" in names or "META-INF/manifest.xml" in names):
        return "odf"
    if _CONTENT_TYPES in names:
        folders = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
        return next(
            (reader for folder, reader in folders.items() if any(name.startswith(folder) for name in names)),
            "",
        )
    return ""
