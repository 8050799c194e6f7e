"""The functions that are called by name inside a sandbox process, and the one host that serves them there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from disclosure_pipeline.hooks import recognition
from disclosure_pipeline.hooks.contracts import PartText, Reading, SourceFile
from disclosure_pipeline.hooks.reading import Reader
from disclosure_pipeline.model.finding import Fault, Screening
from disclosure_pipeline.model.text import Text

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.host import PluginHost, PluginInfo
    from disclosure_pipeline.hooks.loading import PluginSource
    from disclosure_pipeline.model.policy import RuleBook
    from disclosure_pipeline.settings.models import Settings
    from disclosure_pipeline.settings.workspace import Workspace

_host: PluginHost | None = None
"""The one host of this sandbox process, made by :func:`initialise` before any file is read."""


def initialise(
    settings: Settings,
    workspace: Workspace,
    rulebook: RuleBook,
    extras: tuple[PluginSource, ...],
    recognisers: tuple[PluginSource, ...] = (),
) -> None:
    """Build the sandbox's host once per process (the sandbox's initializer).

    Args:
        settings: the settings.
        workspace: the folders.
        rulebook: all rules in force.
        extras: third-party plugins that register extractors and described themselves well elsewhere.
        recognisers: those that register recognisers; a recognition process loads them.
    """
    global _host  # noqa: PLW0603  a process pool's initializer has no other place to leave its result
    from disclosure_pipeline.hooks.host import PluginHost

    _host = PluginHost.load(settings, workspace, rulebook, scope="sandbox", extras=extras)
    recognition.configure(settings, workspace, rulebook, recognisers)


def loaded() -> PluginHost:
    """The host of this sandbox process.

    Raises:
        RuntimeError: :func:`initialise` was not called.
    """
    if _host is None:
        raise RuntimeError("the sandbox process was not initialised")
    return _host


def _reader() -> Reader:
    return loaded().reader


def read_files(files: Sequence[SourceFile], released: frozenset[str] = frozenset()) -> Reading:
    """Extract and screen a submission (called through the sandbox)."""
    return _reader().read(files, released)


def extract_file(file: SourceFile) -> Text:
    """Extract one file (called through the sandbox)."""
    return _reader().extract(file)


def screen_texts(
    texts: Sequence[PartText], released: frozenset[str], digests: Mapping[int, str]
) -> tuple[Screening, tuple[Fault, ...]]:
    """Screen texts with the built-in detectors (called through the sandbox)."""
    return _reader().screen(texts, released, digests)


def look_for_kinds(texts: Sequence[PartText], kinds: tuple[str, ...]) -> tuple[Screening, tuple[Fault, ...]]:
    """Ask the built-in detectors that can find these kinds (called through the sandbox)."""
    return _reader().look_for(texts, kinds)


def describe() -> tuple[PluginInfo, ...]:
    """The plugins of the sandbox process and what they provide (called through the sandbox)."""
    return loaded().plugins()
