"""The built-in editors of office files."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Editor, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_editors(context: PluginContext) -> Sequence[Editor]:
    """Word, Excel and PowerPoint."""
    from disclosure_pipeline.builtin.editors.office import PresentationEditor, WordEditor, WorkbookEditor

    return [kind(context.limits) for kind in (WordEditor, WorkbookEditor, PresentationEditor)]
