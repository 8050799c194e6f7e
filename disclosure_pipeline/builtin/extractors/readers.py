"""The built-in readers of file formats, in one table; each module is imported when it is first needed."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor

_TABLE = (
    "word.reader:DocxExtractor",
    "sheets.reader:XlsxExtractor",
    "slides.reader:PptxExtractor",
    "pdf.reader:PdfExtractor",
    "ofd.reader:OfdExtractor",
    "odf.reader:OdfExtractor",
    "html.reader:HtmlExtractor",
    "pictures.reader:ImageExtractor",
    "rtf.reader:RtfExtractor",
    "mail.msg:MsgExtractor",
    "legacy.reader:LegacyExtractor",
    "mail.mime:MailExtractor",
    "archives.reader:ArchiveExtractor",
    "text.xml:XmlExtractor",
    "text.delimited:DelimitedExtractor",
    "text.plain:TxtExtractor",
)
"""``module:class``; on equal scores the earlier one reads the file."""


def builtin_extractors(limits: Mapping[str, Any], depth: int = 0) -> tuple[BuiltinExtractor, ...]:
    """Every built-in reader.

    Args:
        limits: the keys of ``[extraction]``.
        depth: how deep the files they read lie inside other files.
    """
    return tuple(_reader(entry, limits, depth) for entry in _TABLE)


def named_extractor(wanted: str, limits: Mapping[str, Any], depth: int = 0) -> BuiltinExtractor:
    """The built-in reader of this id; arguments as of :func:`builtin_extractors`."""
    return next(reader for reader in builtin_extractors(limits, depth) if reader.id == wanted)


def _reader(entry: str, limits: Mapping[str, Any], depth: int) -> BuiltinExtractor:
    module, _, name = entry.partition(":")
    found: BuiltinExtractor = getattr(importlib.import_module(f"{__package__}.{module}"), name)(limits, depth)
    return found
