"""The detector of names of persons."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Detector, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_detectors(context: PluginContext) -> Sequence[Detector]:
    """Names."""
    from disclosure_pipeline.builtin.detectors.persons.person_name import PersonName

    return [PersonName(context.rulebook)]
