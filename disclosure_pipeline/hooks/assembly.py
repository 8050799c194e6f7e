"""What a process loads, by what it does: the built-ins, other plugins' processes, and the sandbox for files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from disclosure_pipeline.hooks import registry
from disclosure_pipeline.hooks.loading import PluginSource, find_plugins
from disclosure_pipeline.hooks.registry import Family
from disclosure_pipeline.hooks.roster import Roster, builtin_context, check_sections, publishing_context

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.sandbox import Sandbox
    from disclosure_pipeline.model.policy import RuleBook
    from disclosure_pipeline.settings.models import Settings
    from disclosure_pipeline.settings.workspace import Workspace

Scope = Literal["worker", "sandbox", "daemon", "cli"]
"""What a process does: a ``sandbox`` reads files, the others have them read in sandboxes of theirs."""

_LOCAL = tuple(family for family in registry.FAMILIES if not family.sandboxed)
_SANDBOXED = tuple(family for family in registry.FAMILIES if family.sandboxed)


def assemble(
    settings: Settings, workspace: Workspace, rulebook: RuleBook, scope: Scope, extras: Sequence[PluginSource]
) -> tuple[Roster, Sandbox | None]:
    """Load what the process needs; see :meth:`disclosure_pipeline.hooks.host.PluginHost.load`."""
    roster = Roster()
    if scope == "sandbox":
        roster.add_builtins(builtin_context(settings, workspace, rulebook), _SANDBOXED)
        for source in extras:
            roster.add_third_party(source, settings, workspace, rulebook, (registry.EXTRACTORS,))
        return roster, None
    sources = find_plugins(settings, workspace)
    check_sections(settings.plugin, sources)
    try:
        roster.start_remotes(sources, settings, workspace, rulebook)
        roster.add_builtins(publishing_context(settings, workspace, rulebook), _LOCAL)
        roster.join_remotes(lambda family: _timeout(family, settings))
    except BaseException:
        roster.close()
        raise
    processes = settings.engine.concurrency if scope == "worker" else 1
    initargs = (settings, workspace, rulebook, tuple(roster.extras), tuple(roster.recognisers))
    return roster, _sandbox(settings, workspace, processes, initargs)


def _timeout(family: Family, settings: Settings) -> float:
    """Seconds for one call of a third-party object."""
    screening = (registry.DETECTORS, registry.ATTRIBUTE_RULES, registry.ROUTES)
    return settings.screening.detector_timeout if family in screening else settings.publication.timeout


def _sandbox(settings: Settings, workspace: Workspace, processes: int, initargs: tuple[Any, ...]) -> Sandbox:
    from disclosure_pipeline.hooks.sandbox import Sandbox
    from disclosure_pipeline.hooks.sandbox_child import Bounds

    # A third-party reader may keep data of its own beside its module, and in its own folder.
    readable = (workspace.plugin_folder(settings), workspace.plugin_data) if settings.plugins.allow else ()
    return Sandbox(
        processes,
        bounds=Bounds.of(settings, readable),
        folder=workspace.spool if workspace.spool.is_dir() else None,
        initializer="disclosure_pipeline.hooks.sandbox_entry:initialise",
        initargs=initargs,
    )
