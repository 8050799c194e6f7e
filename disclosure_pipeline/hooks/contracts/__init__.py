"""What plugins register: the contracts between the core and everything replaceable.

Built-ins and third-party plugins follow the same contracts. A plugin object MUST have a non-empty
``id`` (ASCII, ``[a-z0-9_]+``), unique within its plugin; the core prefixes it with the plugin's
name (``builtin.site``). Methods MUST take the arguments of their contract without defaults, MUST NOT keep
references to what they are given, and MUST NOT log, store or raise document text. Whatever a
method raises, and every answer of the wrong type (``None`` included), is a fault of the plugin: the
core records it by code and treats the question as *undetermined*. The core SHALL call one object
at a time per process, under the time limit of its family.
"""

from __future__ import annotations

from disclosure_pipeline.hooks.contracts.context import PluginContext
from disclosure_pipeline.hooks.contracts.deciding import Approved, AttributeRule, Case, Opinion, RoutePlanner
from disclosure_pipeline.hooks.contracts.editing import Editor, Remark
from disclosure_pipeline.hooks.contracts.publication import Archive, Channel, Event, Job, Mending, Notifier
from disclosure_pipeline.hooks.contracts.reading import (
    Extractor,
    PartText,
    Raster,
    Reading,
    RecognisedLine,
    Recogniser,
    SourceFile,
)
from disclosure_pipeline.hooks.contracts.screening import Canary, Collator, Comparison, Detector

__all__ = [
    "Approved",
    "Archive",
    "AttributeRule",
    "Canary",
    "Case",
    "Channel",
    "Collator",
    "Comparison",
    "Detector",
    "Editor",
    "Event",
    "Extractor",
    "Job",
    "Mending",
    "Notifier",
    "Opinion",
    "PartText",
    "PluginContext",
    "Raster",
    "Reading",
    "RecognisedLine",
    "Recogniser",
    "Remark",
    "RoutePlanner",
    "SourceFile",
]
