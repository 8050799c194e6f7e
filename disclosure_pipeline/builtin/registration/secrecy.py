"""Detectors of secrecy markings and internal-use notices."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Detector, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_detectors(context: PluginContext) -> Sequence[Detector]:
    """Secrecy markings (国家秘密标志) and internal-use notices (内部资料 and its forms)."""
    from disclosure_pipeline.builtin.detectors.secrecy.internal import InternalNotice
    from disclosure_pipeline.builtin.detectors.secrecy.marking import SecrecyMarking

    return [SecrecyMarking(context.rulebook), InternalNotice(context.rulebook)]
