"""Archives: zip, tar, 7z, rar, and single files packed as gz, bz2 or xz. Nothing is written to disk."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from disclosure_pipeline.builtin.extractors.archives.formats import document_in, format_of
from disclosure_pipeline.builtin.extractors.archives.member import Members
from disclosure_pipeline.builtin.extractors.archives.rar import read_rar
from disclosure_pipeline.builtin.extractors.archives.seven import read_seven
from disclosure_pipeline.builtin.extractors.archives.stream import read_stream
from disclosure_pipeline.builtin.extractors.archives.tar import read_tar
from disclosure_pipeline.builtin.extractors.archives.zip import read_zip
from disclosure_pipeline.builtin.extractors.budget import Budget
from disclosure_pipeline.builtin.extractors.claims import ARCHIVE
from disclosure_pipeline.builtin.extractors.collector import Collector, Source, check_suffix
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.readers import named_extractor
from disclosure_pipeline.builtin.extractors.signatures import (
    RAR_MAGIC,
    SEVEN_MAGIC,
    STREAM_MAGICS,
    ZIP_MAGIC,
    is_tar,
)
from disclosure_pipeline.model.text import Text

_PACKED_SUFFIXES = {".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar"}


class ArchiveExtractor(BuiltinExtractor):
    """Reads archives, and their members by the readers of their formats."""

    claim = ARCHIVE

    def read(self, source: Source, name: str) -> Text:
        """Read every member.

        Raises:
            ExtractionFailed: ``file.broken``, ``file.bomb``, ``file.encrypted``, ``file.empty``,
                ``archive.split``, ``file.too_large``.
        """
        data = source if isinstance(source, bytes) else self._load(source)
        if not data:
            raise failure("file.empty")
        if data.startswith(ZIP_MAGIC) and (document := document_in(data)):
            return named_extractor(document, self._settings, self._depth).read(source, name)
        budget, settings = Budget.shared(self._settings, len(data))
        words = tuple(settings.get("passwords", ()))
        kind = format_of(data)
        out = self._collector(kind.media_type)
        check_suffix(out, name, kind.suffixes, kind.title)
        members = Members(out, settings, self._depth)
        if data.startswith(RAR_MAGIC):
            read_rar(out, data, members, budget)
        elif data.startswith(SEVEN_MAGIC):
            read_seven(data, members, budget, words)
        elif data.startswith(STREAM_MAGICS):
            self._single(out, data, name, members, budget)
        elif is_tar(data[:512]):
            read_tar(out, data, members, budget)
        else:
            read_zip(out, data, members, budget, words)
        if members.number == 0 and not out.texts():
            raise failure("file.empty", "The archive holds nothing.")
        return out.text()

    def _load(self, path: Any) -> bytes:
        if path.stat().st_size > self._limits.max_unpacked:
            raise failure("file.too_large", "It is larger than what may be unpacked.")
        return bytes(path.read_bytes())

    def _single(self, out: Collector, data: bytes, name: str, members: Members, budget: Budget) -> None:
        content = read_stream(out, data, members, budget)
        if is_tar(content[:512]):
            read_tar(out, content, members, budget)
            return
        path = PurePosixPath(name.lower())
        inner = (
            path.stem if path.suffix not in _PACKED_SUFFIXES else path.stem + _PACKED_SUFFIXES[path.suffix]
        )
        members.number += 1
        members.read(content, inner)
