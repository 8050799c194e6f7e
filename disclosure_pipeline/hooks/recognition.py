"""Recognition of words in pictures (OCR), as readers of file formats ask for it.

Readers run in a sandbox process; engines run in a process of their own (`hooks/recognition_process.py`),
because they need three times the memory of a reader and are trusted less with their time. This module is
the one door between them: it counts the pictures of a submission, reads the same picture once, and turns
every failure into ``None``, which is a doubt for whoever asked, never "no words".
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disclosure_pipeline.hooks import allowance
from disclosure_pipeline.hooks.contracts import Raster, RecognisedLine
from disclosure_pipeline.hooks.recognition_process import START_SECONDS, RecognitionProcess, Setup
from disclosure_pipeline.model.finding import Fault
from disclosure_pipeline.settings.models import RecognitionSettings

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.loading import PluginSource
    from disclosure_pipeline.model.policy import RuleBook
    from disclosure_pipeline.settings.models import Settings
    from disclosure_pipeline.settings.workspace import Workspace

MOST_FAILURES = 3
"""Pictures in a row on which recognition failed, after which a submission's other pictures are not tried."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was read in a picture.

    Args:
        lines: in reading order; empty when an engine looked and saw no words.
        engine: full id of the engine.
    """

    lines: tuple[RecognisedLine, ...]
    engine: str


class Desk:
    """Recognition for one sandbox process.

    Args:
        settings: ``[recognition]``.
        setup: what the recognition process is made of; ``None`` when there is none.
    """

    def __init__(self, settings: RecognitionSettings, setup: Setup | None):
        self.settings = settings
        self._process = RecognitionProcess(setup) if setup is not None and settings.enabled else None
        self._known: dict[bytes, Recognition | None] = {}
        self._faults: dict[Fault, None] = {}
        self._asked = self._failures = 0

    def begin(self) -> None:
        """Forget the last submission: its pictures, its count, its faults."""
        self._known.clear()
        self._faults.clear()
        self._asked = self._failures = 0

    def recognise(self, raster: Raster) -> Recognition | None:
        """See :func:`recognise`."""
        if self._process is None:
            return None
        key = _key(raster)
        if key not in self._known:
            if self._asked >= self.settings.max_pages or self._failures >= MOST_FAILURES:
                return None
            self._asked += 1
            self._known[key] = self._ask(self._process, raster)
            self._failures = 0 if self._known[key] is not None else self._failures + 1
        return self._known[key]

    def available(self) -> bool:
        """See :func:`available`."""
        return (
            self._process is not None
            and self._asked < self.settings.max_pages
            and self._failures < MOST_FAILURES
        )

    def faults(self) -> tuple[Fault, ...]:
        """What went wrong since :meth:`begin`."""
        return tuple(self._faults)

    def close(self) -> None:
        """End the recognition process."""
        if self._process is not None:
            self._process.end()

    def peak_memory(self) -> int:
        """Most memory that the recognition process held so far, bytes."""
        return self._process.peak_memory() if self._process is not None else 0

    def _ask(self, process: RecognitionProcess, raster: Raster) -> Recognition | None:
        granted, began = self.settings.page_timeout, time.monotonic()
        if not process.running:
            granted += START_SECONDS
        allowance.grant(granted)
        try:
            reply = process.read(raster)
        finally:
            allowance.take_back(granted - (time.monotonic() - began))
        self._faults.update(dict.fromkeys(reply.faults))
        return Recognition(reply.lines, reply.engine) if reply.lines is not None else None


def _key(raster: Raster) -> bytes:
    head = f"{raster.width}x{raster.height}x{raster.channels}@{raster.dpi}".encode()
    return hashlib.sha256(head + raster.pixels).digest()


_desk = Desk(RecognitionSettings(), None)
"""The one desk of this process; without :func:`configure` nobody sits at it."""


def configure(
    settings: Settings, workspace: Workspace, rulebook: RuleBook, extras: Sequence[PluginSource]
) -> None:
    """Say how to recognise in this process; nothing starts before the first picture.

    Args:
        settings: the settings.
        workspace: the folders.
        rulebook: all rules in force.
        extras: third-party plugins that register recognisers.
    """
    global _desk  # noqa: PLW0603  set once, when the sandbox process starts
    _desk.close()
    _desk = Desk(settings.recognition, Setup(settings, workspace, rulebook, tuple(extras)))


def recognise(raster: Raster) -> Recognition | None:
    """Read the words in a picture.

    Returns:
        ``None`` when nobody could look (switched off, no engine, failed, over the submission's number of
        pages): the picture is undetermined, never empty.
    """
    return _desk.recognise(raster)


def available() -> bool:
    """Whether somebody could look at one more picture of this submission."""
    return _desk.available()


def settings() -> RecognitionSettings:
    """``[recognition]`` of this process: the resolution to render at, the confidence that is enough."""
    return _desk.settings


def begin() -> None:
    """A new submission begins."""
    _desk.begin()


def faults() -> tuple[Fault, ...]:
    """What went wrong with recognition in this submission."""
    return _desk.faults()


def close() -> None:
    """End the recognition process of this process, if there is one."""
    _desk.close()


def peak_memory() -> int:
    """Most memory that the recognition process held so far, bytes."""
    return _desk.peak_memory()
