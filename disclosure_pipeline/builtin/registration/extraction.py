"""The built-in readers of file formats."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Extractor, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_extractors(context: PluginContext) -> Sequence[Extractor]:
    """Word, PDF, Excel, web pages and plain text."""
    from disclosure_pipeline.builtin.extractors.docx import DocxExtractor
    from disclosure_pipeline.builtin.extractors.html import HtmlExtractor
    from disclosure_pipeline.builtin.extractors.legacy import LegacyExtractor
    from disclosure_pipeline.builtin.extractors.pdf import PdfExtractor
    from disclosure_pipeline.builtin.extractors.txt import TxtExtractor
    from disclosure_pipeline.builtin.extractors.xlsx import XlsxExtractor

    kinds = (DocxExtractor, PdfExtractor, XlsxExtractor, HtmlExtractor, TxtExtractor)
    return [*(kind(context.limits) for kind in kinds), LegacyExtractor()]
