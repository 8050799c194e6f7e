"""The built-in attribute rules and the planner of approval routes."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import AttributeRule, PluginContext, RoutePlanner
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_attribute_rules(context: PluginContext) -> Sequence[AttributeRule]:
    """Attribute and ground given, contradictions, genres, forwarded documents, stricter attachments."""
    from disclosure_pipeline.builtin.rules.attachments import StricterAttachment
    from disclosure_pipeline.builtin.rules.attributes import (
        AttributeGiven,
        ForwardedSource,
        GenreAdvice,
        NoteContradiction,
    )

    kinds = (AttributeGiven, NoteContradiction, GenreAdvice, ForwardedSource, StricterAttachment)
    return [kind(context.rulebook) for kind in kinds]


@hookimpl
def register_approval_routes(context: PluginContext) -> Sequence[RoutePlanner]:
    """Focus items, collective deliberation and referrals (重点审查事项, 集体审议, 报审)."""
    from disclosure_pipeline.builtin.rules.routes import FocusItems

    return [FocusItems(context.rulebook)]
