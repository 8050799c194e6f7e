"""Detectors of what tells about a person beside numbers and names."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Detector, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_detectors(context: PluginContext) -> Sequence[Detector]:
    """Residential addresses, dates of birth, circumstances."""
    from disclosure_pipeline.builtin.detectors.persons.address import Address
    from disclosure_pipeline.builtin.detectors.persons.birth_date import BirthDate
    from disclosure_pipeline.builtin.detectors.persons.circumstances import Circumstances

    return [kind(context.rulebook) for kind in (Address, BirthDate, Circumstances)]
