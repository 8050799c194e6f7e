"""The detector of terms."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Detector, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_detectors(context: PluginContext) -> Sequence[Detector]:
    """The lexicon."""
    from disclosure_pipeline.builtin.detectors.wording.lexicon import Lexicon

    return [Lexicon(context.rulebook, context.words)]
