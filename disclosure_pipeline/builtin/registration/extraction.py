"""The built-in readers of file formats."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Extractor, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_extractors(context: PluginContext) -> Sequence[Extractor]:
    """Every built-in reader."""
    from disclosure_pipeline.builtin.extractors.readers import builtin_extractors

    return list(builtin_extractors(context.limits))
