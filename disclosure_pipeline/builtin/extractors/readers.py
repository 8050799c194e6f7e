"""The built-in readers of file formats, in one table; each module is imported when it is first needed."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Protocol

from disclosure_pipeline.builtin.extractors.collector import Source
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text

_TABLE = (
    "docx:DocxExtractor",
    "xlsx:XlsxExtractor",
    "pptx:PptxExtractor",
    "pdf:PdfExtractor",
    "ofd:OfdExtractor",
    "odf:OdfExtractor",
    "html:HtmlExtractor",
    "image:ImageExtractor",
    "rtf:RtfExtractor",
    "msg:MsgExtractor",
    "legacy:LegacyExtractor",
    "mime:MailExtractor",
    "archive:ArchiveExtractor",
    "txt_xml:XmlExtractor",
    "delimited:DelimitedExtractor",
    "txt:TxtExtractor",
)
"""``module:class``; on equal scores the earlier one reads the file."""


class Reader(Protocol):
    """A built-in extractor: it also reads from memory.

    Its class takes ``limits`` (the keys of ``[extraction]``) and ``depth`` (how deep the files it reads lie
    inside other files).
    """

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
    """Every built-in reader.

    Args:
        limits: the keys of ``[extraction]``.
        depth: how deep the files they read lie inside other files.
    """
    return tuple(_reader(entry, limits, depth) for entry in _TABLE)


def _reader(entry: str, limits: Mapping[str, Any], depth: int) -> Reader:
    module, _, name = entry.partition(":")
    found: Reader = getattr(importlib.import_module(f"{__package__}.{module}"), name)(limits, depth)
    return found
