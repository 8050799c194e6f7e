"""The stages of the pipeline (`builtin/stages.py`); their order is the core's (`pipeline/run.py`)."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.hooks.stages import Stage


@hookimpl
def register_stages() -> Sequence[Stage]:
    """Every stage."""
    from disclosure_pipeline.builtin.stages import (
        ExtractStage,
        FreezeStage,
        RouteStage,
        ScreenStage,
        TagStage,
    )

    return [ExtractStage(), ScreenStage(), TagStage(), RouteStage(), FreezeStage()]
