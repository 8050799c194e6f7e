"""Files inside files: read by the same extractors, three levels deep at most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from disclosure_pipeline.builtin.extractors.collector import Collector, Source
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.sniff import HEAD_BYTES, choose
from disclosure_pipeline.model.text import Place, Text

MAX_DEPTH = 3


class Reader(Protocol):
    """A built-in extractor: it also reads from memory."""

    id: str
    version: str

    def score(self, head: bytes, name: str) -> int:
        """See :class:`~disclosure_pipeline.hooks.contracts.Extractor`."""
        ...

    def extract(self, file: SourceFile) -> Text:
        """See :class:`~disclosure_pipeline.hooks.contracts.Extractor`."""
        ...

    def read(self, source: Source, name: str) -> Text:
        """Read from a path or from memory."""
        ...


def builtin_extractors(limits: Mapping[str, Any], depth: int = 0) -> tuple[Reader, ...]:
    """Every built-in extractor.

    Args:
        limits: the keys of ``[extraction]``.
        depth: how deep the files they read lie inside other files.
    """
    from disclosure_pipeline.builtin.extractors.docx import DocxExtractor
    from disclosure_pipeline.builtin.extractors.html import HtmlExtractor
    from disclosure_pipeline.builtin.extractors.legacy import LegacyExtractor
    from disclosure_pipeline.builtin.extractors.pdf import PdfExtractor
    from disclosure_pipeline.builtin.extractors.txt import TxtExtractor
    from disclosure_pipeline.builtin.extractors.xlsx import XlsxExtractor

    return (
        DocxExtractor(limits, depth),
        XlsxExtractor(limits, depth),
        PdfExtractor(limits, depth),
        HtmlExtractor(limits),
        LegacyExtractor(),
        TxtExtractor(limits),
    )


def read_embedded(
    out: Collector, part: str, data: bytes, *, limits: Mapping[str, Any], depth: int, name: str = ""
) -> None:
    """Read a file found inside another; what cannot be read is a doubt, never a silence.

    Args:
        out: gets the text as kind ``attachment``.
        part: where the file lies in the outer one.
        data: its bytes.
        limits: the keys of ``[extraction]``.
        depth: depth of the outer file.
        name: its own name, if it differs from ``part``.
    """
    place = Place(part, "attachment")
    if not data:
        return
    name = (name or part).lower()
    reader = (
        choose(builtin_extractors(limits, depth + 1), data[:HEAD_BYTES], name) if depth < MAX_DEPTH else None
    )
    if reader is None:
        out.doubt("attachment.unread", "文件中嵌有无法读取的附件或对象，请人工查看。", place)
        return
    try:
        out.adopt(reader.read(data, name), part)
    except ExtractionFailed as error:
        if error.code in ("file.bomb", "file.too_large"):
            raise
        out.doubt("attachment.unread", f"文件中嵌有的附件未能读出（{error.code}），请人工查看。", place)
