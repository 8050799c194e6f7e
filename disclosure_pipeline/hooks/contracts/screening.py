"""Contracts of what judges the text of a draft: detectors, and collators of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from disclosure_pipeline.hooks.contracts.reading import PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.text import Doubt


@dataclass(frozen=True, slots=True)
class Canary:
    """A text on which a detector must fire, or it is not trusted (proved at load)."""

    text: str
    kind: str


@runtime_checkable
class Detector(Protocol):
    """Finds one family of things that must not go out.

    Built-in detectors run in the sandbox process beside the extractors; those of third-party
    plugins in a process of their own that is killed at ``[screening] detector_timeout``.
    """

    id: str
    version: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """Finding kinds it may report; a class attribute will do."""
        ...

    @property
    def canaries(self) -> tuple[Canary, ...]:
        """Texts on which it must fire; a class attribute will do."""
        ...

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Returns:
            Every finding, an empty list when there is nothing. ``None`` is not an answer.
            ``segment``, ``start`` and ``end`` index the original text of ``part.text.segments``;
            the core checks that ``text`` equals those characters.
        """
        ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing the parts of a submission with one another brought.

    Args:
        findings: differences; ``part`` names the part in which each stands.
        settled: doubts of these parts that are answered by another part (their ``position`` filled in).
    """

    findings: tuple[Finding, ...] = ()
    settled: tuple[Doubt, ...] = ()


@runtime_checkable
class Collator(Protocol):
    """Compares the parts of a submission with one another (a scan with its editable text).

    Only built-ins may register collators, because they settle doubts. Runs inside a sandbox process, after
    the marking check found nothing.
    """

    id: str
    version: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """Finding kinds it may report; a class attribute will do."""
        ...

    def collate(self, parts: Sequence[PartText]) -> Comparison:
        """Compare the parts; the core takes a doubt away only if it is about uncertain recognition."""
        ...
