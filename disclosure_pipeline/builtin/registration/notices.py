"""The built-in messenger."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Notifier, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_notifiers(context: PluginContext) -> Sequence[Notifier]:
    """Letters in the department's outbox folder."""
    from disclosure_pipeline.builtin.notifiers.outbox import OutboxNotifier

    return [OutboxNotifier(context)]
