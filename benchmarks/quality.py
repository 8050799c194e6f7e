"""How well detectors find what is labelled: recall, precision and traps, per family and way of writing.

Run: ``python benchmarks/quality.py [--half test] [--family numbers …] [--failures 20] [--json]``. The families are the
modules ``tests/labelled/*.py`` with a function ``samples(half)``. *Exact* counts a finding of the same kind in the same
range, *overlap* one of the same kind that shares a character with it. Findings of severity ``info`` that meet no label
are counted apart, as mentions. Of samples without labels (traps) the share is printed on which something fires.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

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


@dataclass
class Tally:
    """What was counted over some samples.

    Args:
        samples: how many.
        labels: places to be found.
        exact: those found in exactly their range.
        touched: those of which some character was found.
        found: findings, those of severity ``info`` that meet no label aside.
        right: findings whose every range is a label's.
        near: findings that share a character with a label.
        mentions: findings of severity ``info`` that meet no label.
        traps: samples without labels.
        fired: traps on which something of severity above ``info`` fired.
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

    @property
    def figures(self) -> dict[str, Any]:
        """The counts with their shares in per cent."""
        shares = {
            "recall": _share(self.exact, self.labels), "precision": _share(self.right, self.found),
            "overlap_recall": _share(self.touched, self.labels), "overlap_precision": _share(self.near, self.found),
            "traps_fired": _share(self.fired, self.traps),
        }  # fmt: skip
        return {**shares, **asdict(self)}


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def families(names: Sequence[str]) -> Iterator[str]:
    """The modules of labelled samples, all or those named."""
    if names:
        yield from names
        return
    for module in pkgutil.iter_modules(tests.labelled.__path__):
        if hasattr(importlib.import_module(f"tests.labelled.{module.name}"), "samples"):
            yield module.name


def detectors(modules: Sequence[str]) -> list[Detector]:
    """The built-in detectors of some registration modules, or of all."""
    context = builtin_context(Settings(), Workspace(CONFIG, Path("unused")), load_rulebook(CONFIG))
    found: list[Detector] = []
    for name in BUILTIN_MODULES:
        if not modules or name.rpartition(".")[2] in modules:
            register = getattr(importlib.import_module(name), "register_detectors", None)
            found += register(context) if register else ()
    return found


def score(sample: Sample, working: Sequence[Detector]) -> tuple[Tally, list[Finding]]:
    """What the detectors of a sample's kinds make of it, and the findings that count."""
    part = sample.part
    findings = [
        finding
        for detector in working
        if sample.kinds.intersection(detector.kinds)
        for finding in detector.detect(part)
        if finding.kind in sample.kinds
    ]
    labels = {(label.segment, label.start, label.end, label.kind) for label in sample.labels}
    ranges = {finding.id: ranges_of(finding) for finding in findings}
    near = [
        finding
        for finding in findings
        if any(_touch(one, two) for one in ranges[finding.id] for two in labels)
    ]
    mentions = [finding for finding in findings if finding.severity is Severity.INFO and finding not in near]
    counted = [finding for finding in findings if finding not in mentions]
    hit = {item for finding in counted for item in ranges[finding.id]}
    tally = Tally(
        samples=1, labels=len(labels), exact=len(labels & hit),
        touched=sum(any(_touch(label, other) for other in hit) for label in labels), found=len(counted),
        right=sum(labels.issuperset(ranges[finding.id]) for finding in counted), near=len(near),
        mentions=len(mentions), traps=not labels, fired=not labels and bool(counted),
    )  # fmt: skip
    return tally, counted


def ranges_of(finding: Finding) -> set[Range]:
    """Every range of a finding, with its kind."""
    return {(*place, finding.kind) for place in finding.ranges}


def _touch(one: Range, two: Range) -> bool:
    return one[0] == two[0] and one[3] == two[3] and one[1] < two[2] and two[1] < one[2]


def show(sample: Sample, counted: Sequence[Finding]) -> None:
    """Print a sample that did not come out as labelled."""
    segments = sample.text.segments
    wanted = [
        f"{label.kind}:{segments[label.segment].text[label.start : label.end]!r}" for label in sample.labels
    ]
    got = [
        f"{finding.kind}:{finding.text!r}{'+' * len(finding.more)} ({finding.rule})" for finding in counted
    ]
    print(f"--- {sample.family} / {sample.form}: {sample.plain!r}\n    wanted {wanted}\n    got    {got}")


def table(tallies: Mapping[tuple[str, str], Tally]) -> str:
    """The figures as lines of text."""
    lines = [
        f"{'family':<24}{'form':<14}{'samples':>8}{'recall':>8}{'prec.':>8}{'o.rec.':>8}{'o.prec.':>8}{'traps':>7}{'fired %':>8}{'mention':>8}"
    ]
    for (family, form), tally in sorted(tallies.items()):
        figures = tally.figures
        cells = (figures[name] for name in ("recall", "precision", "overlap_recall", "overlap_precision"))
        shown = "".join(f"{'–' if cell is None else cell:>8}" for cell in cells)
        fired = "–" if figures["traps_fired"] is None else figures["traps_fired"]
        lines.append(
            f"{family:<24}{form:<14}{tally.samples:>8}{shown}{tally.traps:>7}{fired:>8}{tally.mentions:>8}"
        )
    return "\n".join(lines)


def main() -> None:
    """Count, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=get_args(Half), default="dev")
    parser.add_argument("--family", nargs="*", default=[], help="modules of tests/labelled; all without it")
    parser.add_argument("--register", nargs="*", default=[], help="registration modules; all without it")
    parser.add_argument("--failures", type=int, default=0, help="show so many samples that came out wrong")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    working = detectors(options.register)
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    shown = 0
    for module in families(options.family):
        for sample in importlib.import_module(f"tests.labelled.{module}").samples(options.half):
            tally, counted = score(sample, working)
            for key in (
                (sample.family, sample.form),
                (sample.family, "*"),
                (f"= {module}", "*"),
                (f"= {module}", sample.form),
            ):
                tallies[key].add(tally)
            if shown < options.failures and (tally.exact < tally.labels or tally.right < tally.found):
                show(sample, counted)
                shown += 1
    if options.json:
        print(
            json.dumps(
                {f"{family}/{form}": tally.figures for (family, form), tally in sorted(tallies.items())},
                indent=1,
            )
        )
    else:
        print(table(tallies))


if __name__ == "__main__":
    main()
