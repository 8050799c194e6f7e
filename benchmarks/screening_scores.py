"""How well something finds what is labelled in `tests/labelled`: recall, precision, traps that fire.

*Exact* counts an answer of the same kind in the same range, *overlap* one of the same kind that shares a character
with it. Findings of severity ``info`` that meet no label are counted apart, as mentions. The same counting serves
the product and its peers.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tests.labelled
from disclosure_pipeline.hooks.contracts import Detector
from disclosure_pipeline.hooks.loading import BUILTIN_MODULES
from disclosure_pipeline.hooks.roster import builtin_context
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.settings.models import Settings
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.workspace import Workspace
from tests.labelled.sample import Half, Sample

CONFIG = Path(__file__).parents[1] / "config"

Range = tuple[int, int, int, str]
"""Segment, start, end, kind."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that was found.

    Args:
        kind: its finding kind.
        ranges: every place of it.
        is_mention: it need not be settled; where it meets no label it is no false alarm.
    """

    kind: str
    ranges: frozenset[Range]
    is_mention: bool = False

    @classmethod
    def of(cls, finding: Finding) -> Answer:
        """What a finding answers."""
        ranges = frozenset((*place, finding.kind) for place in finding.ranges)
        return cls(finding.kind, ranges, finding.severity is Severity.INFO)


@dataclass
class Tally:
    """What was counted over some samples.

    Args:
        samples: how many.
        labels: places to be found.
        exact: those found in exactly their range.
        touched: those of which some character was found.
        found: answers, mentions that meet no label aside.
        right: answers whose every range is a label's.
        near: answers that share a character with a label.
        mentions: mentions that meet no label.
        traps: samples without labels.
        fired: traps on which something but a mention fired.
    """

    samples: int = 0
    labels: int = 0
    exact: int = 0
    touched: int = 0
    found: int = 0
    right: int = 0
    near: int = 0
    mentions: int = 0
    traps: int = 0
    fired: int = 0

    def add(self, other: Tally) -> None:
        """Count what another one counted."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)

    @classmethod
    def total(cls, tallies: Iterable[Tally]) -> Tally:
        """All of them together."""
        whole = cls()
        for tally in tallies:
            whole.add(tally)
        return whole

    @property
    def figures(self) -> dict[str, Any]:
        """The counts with their shares in per cent."""
        shares = {
            "recall": share(self.exact, self.labels), "precision": share(self.right, self.found),
            "overlap_recall": share(self.touched, self.labels), "overlap_precision": share(self.near, self.found),
            "traps_fired": share(self.fired, self.traps),
        }  # fmt: skip
        return {**shares, **asdict(self)}


def share(part: int, whole: int) -> float | None:
    """Per cent; ``None`` of nothing."""
    return round(100 * part / whole, 2) if whole else None


def families(names: Sequence[str] = ()) -> Iterator[str]:
    """The modules of labelled samples, all or those named."""
    if names:
        yield from names
        return
    for module in pkgutil.iter_modules(tests.labelled.__path__):
        if hasattr(importlib.import_module(f"tests.labelled.{module.name}"), "samples"):
            yield module.name


def samples_of(family: str, half: Half) -> Sequence[Sample]:
    """The samples of a module."""
    samples: Sequence[Sample] = importlib.import_module(f"tests.labelled.{family}").samples(half)
    return samples


def detectors(modules: Sequence[str] = ()) -> list[Detector]:
    """The built-in detectors of some registration modules, or of all."""
    context = builtin_context(Settings(), Workspace(CONFIG, Path("unused")), load_rulebook(CONFIG))
    found: list[Detector] = []
    for name in BUILTIN_MODULES:
        if not modules or name.rpartition(".")[2] in modules:
            register = getattr(importlib.import_module(name), "register_detectors", None)
            found += register(context) if register else ()
    return found


def found_in(sample: Sample, working: Sequence[Detector]) -> list[Finding]:
    """What the detectors of a sample's kinds find in it, of these kinds."""
    part = sample.part
    return [
        finding
        for detector in working
        if sample.kinds.intersection(detector.kinds)
        for finding in detector.detect(part)
        if finding.kind in sample.kinds
    ]


def score(sample: Sample, working: Sequence[Detector]) -> tuple[Tally, list[Finding]]:
    """What the detectors of a sample's kinds make of it, and the findings that count."""
    answers = {finding.id: (finding, Answer.of(finding)) for finding in found_in(sample, working)}
    tally, counted = judged(sample, [answer for _, answer in answers.values()])
    return tally, [finding for finding, answer in answers.values() if answer in counted]


def judged(
    sample: Sample, answers: Iterable[Answer], kinds: Iterable[str] | None = None
) -> tuple[Tally, list[Answer]]:
    """The count of one sample, and the answers that count.

    Args:
        sample: the sample.
        answers: what was found in it, of any kind.
        kinds: only labels and answers of these kinds; ``None`` for all that were labelled.
    """
    asked = sample.kinds.intersection(kinds) if kinds is not None else sample.kinds
    labels = {
        (label.segment, label.start, label.end, label.kind) for label in sample.labels if label.kind in asked
    }
    given = [answer for answer in answers if answer.kind in asked]
    near = [answer for answer in given if any(_touch(one, two) for one in answer.ranges for two in labels)]
    counted = [answer for answer in given if not answer.is_mention or answer in near]
    hit = {place for answer in counted for place in answer.ranges}
    tally = Tally(
        samples=1, labels=len(labels), exact=len(labels & hit),
        touched=sum(any(_touch(label, other) for other in hit) for label in labels), found=len(counted),
        right=sum(labels.issuperset(answer.ranges) for answer in counted), near=len(near),
        mentions=len(given) - len(counted), traps=not sample.labels, fired=not sample.labels and bool(counted),
    )  # fmt: skip
    return tally, counted


def _touch(one: Range, two: Range) -> bool:
    return one[0] == two[0] and one[3] == two[3] and one[1] < two[2] and two[1] < one[2]


def shown(sample: Sample, counted: Sequence[Finding]) -> str:
    """A sample that did not come out as labelled, for who writes rules."""
    segments = sample.text.segments
    wanted = [
        f"{label.kind}:{segments[label.segment].text[label.start : label.end]!r}" for label in sample.labels
    ]
    got = [
        f"{finding.kind}:{finding.text!r}{'+' * len(finding.more)} ({finding.rule})" for finding in counted
    ]
    return f"--- {sample.family} / {sample.form}: {sample.plain!r}\n    wanted {wanted}\n    got    {got}"
