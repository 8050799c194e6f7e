"""The built-in archive."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Archive, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_archives(context: PluginContext) -> Sequence[Archive]:
    """BagIt bags."""
    from disclosure_pipeline.builtin.archives.bag import BagArchive

    return [BagArchive(context)]
