"""The detector of what a printed page does not show."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Detector, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_detectors(context: PluginContext) -> Sequence[Detector]:
    """Hidden text, comments, tracked changes, metadata."""
    from disclosure_pipeline.builtin.detectors.hidden_content import HiddenContent

    return [HiddenContent(context.rulebook)]
