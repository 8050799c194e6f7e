"""The built-in engines that read words in pictures, and the comparison of scans with their text."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Collator, PluginContext, Recogniser
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_recognisers() -> Sequence[Recogniser]:
    """RapidOCR, and tesseract where it is installed."""
    from disclosure_pipeline.builtin.recognisers.rapid import RapidRecogniser
    from disclosure_pipeline.builtin.recognisers.tesseract import TesseractRecogniser

    return [RapidRecogniser(), TesseractRecogniser()]


@hookimpl
def register_collators(context: PluginContext) -> Sequence[Collator]:
    """A scan beside its editable text (盖章扫描件与正文)."""
    from disclosure_pipeline.builtin.collation.scans import ScanCollator

    return [ScanCollator(context.rulebook)]
