"""All hooks of the product, in one place.

Names by family: ``register_*`` returns a list of objects, ``on_*`` is told and answers nothing.
Implementations MUST NOT give arguments default values and may leave arguments out. Each hook is
called once per process that loads the plugin, in that process's main thread, plugin by plugin
through the guard; an exception makes the plugin ``failed`` (shown by `disclosure plugins`), its
other objects are dropped, and nothing it should have answered counts as clear.
"""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Sequence

import pluggy
from pydantic import BaseModel

from disclosure_pipeline.hooks.contracts import (
    Archive,
    AttributeRule,
    Channel,
    Collator,
    Detector,
    Editor,
    Event,
    Extractor,
    Job,
    Notifier,
    PluginContext,
    Recogniser,
    RoutePlanner,
)
from disclosure_pipeline.hooks.stages import Stage

PROJECT = "disclosure_pipeline"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_config() -> type[BaseModel]:
    """The pydantic model of the plugin's own section ``[plugin.<name>]``.

    Called in: every process, before any other hook. Unknown keys are refused.
    """


@hookspec
def register_extractors(context: PluginContext) -> Sequence[Extractor]:
    """File readers. Called in: sandbox processes. A failure: the files they would read need a person."""


@hookspec
def register_detectors(context: PluginContext) -> Sequence[Detector]:
    """Detectors. Called in: sandbox processes (built-ins), the plugin's own process (others).

    A failure: every screening is undetermined while the detector is required.
    """


@hookspec
def register_recognisers(context: PluginContext) -> Sequence[Recogniser]:
    """Engines that read words in pictures. Called in: recognition processes; sandbox processes, to list them.

    A failure: the next engine of ``[recognition] engines``; after the last one the picture is undetermined.
    """


@hookspec
def register_collators(context: PluginContext) -> Sequence[Collator]:
    """Comparisons of a submission's parts. Called in: sandbox processes. Only built-ins may register them.

    A failure: every screening is undetermined.
    """


@hookspec
def register_editors(context: PluginContext) -> Sequence[Editor]:
    """Makers of clean and annotated copies. Called in: sandbox processes. A failure: no copy is made."""


@hookspec
def register_attribute_rules(context: PluginContext) -> Sequence[AttributeRule]:
    """Rules that judge the proposed attribute. Called in: workers. A failure: a finding for a person."""


@hookspec
def register_approval_routes(context: PluginContext) -> Sequence[RoutePlanner]:
    """Planners that may lengthen a route. Called in: workers. A failure: the document needs a person."""


@hookspec
def register_channels(context: PluginContext) -> Sequence[Channel]:
    """Channels. Called in: workers (built-ins), the plugin's own process (others).

    A failure: the publication fails by name and is retried; other channels go on.
    """


@hookspec
def register_archives(context: PluginContext) -> Sequence[Archive]:
    """Archives. Called in: workers. A failure: as for channels."""


@hookspec
def register_notifiers(context: PluginContext) -> Sequence[Notifier]:
    """Messengers. Called in: workers and the daemon. A failure: recorded; the document goes on."""


@hookspec
def register_jobs(context: PluginContext) -> Sequence[Job]:
    """Regular jobs. Called in: the scheduler's process. A failure: recorded; other jobs go on."""


@hookspec
def register_stages(context: PluginContext) -> Sequence[Stage]:
    """The pipeline's own stages. Called in: workers. Only built-ins may register stages."""


@hookspec
def on_event(event: Event) -> None:
    """Told after each committed step. Called in: the process that made the step. A failure: recorded."""
