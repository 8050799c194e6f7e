"""Screening, measured: what it finds and what it costs against what is wanted, side by side with its peers.

Run: ``python benchmarks/screening.py --names-sets DIR --prose DIR [--peers PYTHON] [--write docs/screening.md]``.
``--names-sets`` is a folder with the public repositories OYE93/Chinese-NLP-Corpus and
luopeixiang/named_entity_recognition (nothing is fetched), ``--prose`` one with text files of real policy prose;
without them their rows are left open, and speed is taken on generated prose. ``--peers`` names an interpreter with
the peers (`make peers`). ``--details`` prints instead recall and precision by family and way of writing, with
``--failures`` what came out wrong: look at those of the half ``dev`` only.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import screening_names, screening_side, screening_speed
from benchmarks.screening_peers import PEERS
from benchmarks.screening_scores import (
    CONFIG,
    Answer,
    Tally,
    detectors,
    families,
    found_in,
    judged,
    samples_of,
    score,
    share,
    shown,
)
from disclosure_pipeline.builtin.detectors.persons.person_name import PersonName
from disclosure_pipeline.hooks.contracts import Detector
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.settings.policy import load_rulebook
from tests.labelled.sample import Half, Sample

NUMBERS = {kind for kind, _ in screening_side.GROUPS.values()}
SECRECY = ("secrecy.marking", "secrecy.internal", "secrecy.term")
NEGATIVES = ("policy_prose", "secrecy_prose")
WRITTEN = {
    "plain, full-width, spaced, split, zero-width": (
        99.5,
        ("plain", "full_width", "spaced", "spaced_star", "other_star", "line_broken", "two_segments", "cells", "column", "zero_width"),
    ),
    "traditional, look-alike": (95.0, ("traditional", "lookalike")),
}  # fmt: skip
"""Ways of writing a marking, with the recall that is wanted of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table.

    Args:
        what: what was measured. wanted: the least. measured: the figures.
        is_met: whether they are enough; ``None`` for a figure without a wish, or one that was not measured.
    """

    what: str
    wanted: str
    measured: str
    is_met: bool | None = None

    def __str__(self) -> str:
        met = {True: "yes", False: "**no**", None: ""}[self.is_met]
        return f"| {self.what} | {self.wanted} | {self.measured} | {met} |"


def rows(
    half: Half, working: Sequence[Detector], sets: Mapping[str, screening_names.Tagged], prose: Path | None
) -> Iterator[Row]:
    """Every row of the table."""
    yield from sizes()
    yield from numbers(half, working)
    yield from markings(half, working)
    yield from alarms(half, working, prose)
    yield from names(half, sets)
    yield from addresses(half, working)
    yield from speed(working, prose)


def sizes() -> Iterator[Row]:
    """How much was labelled."""
    count: dict[str, int] = {
        half: sum(len(samples_of(name, half)) for name in families()) for half in get_args(Half)
    }
    negatives = sum(len(samples_of(name, half)) for name in NEGATIVES for half in get_args(Half))
    both = sum(count.values())
    yield Row(
        "labelled texts", "3,000", f"{both:,} ({count['dev']:,} dev, {count['test']:,} test)", both >= 3000
    )
    yield Row("of them prose without anything to find", "600", f"{negatives:,}", negatives >= 600)


def numbers(half: Half, working: Sequence[Detector]) -> Iterator[Row]:
    """Numbers in all ways of writing, and what only looks like them."""
    found = _answers(samples_of("numbers", half), working)
    pooled = Tally.total(judged(sample, answers, NUMBERS)[0] for sample, answers in found)
    recall, precision = share(pooled.exact, pooled.labels), share(pooled.right, pooled.found)
    yield Row(
        "ids, mobiles, landlines, cards, e-mail, plates, passports: exact recall / precision",
        "99 / 98", f"{recall} / {precision} of {pooled.labels:,}", _enough(recall, 99, precision, 98),
    )  # fmt: skip
    for name, (kind, _) in screening_side.GROUPS.items():
        tally = Tally.total(judged(sample, answers, (kind,))[0] for sample, answers in found)
        yield Row(
            f"– {'e-mail, accounts' if name == 'e-mail' else name}", "",
            f"{share(tally.exact, tally.labels)} / {share(tally.right, tally.found)} of {tally.labels:,}",
        )  # fmt: skip
    traps = Tally.total(
        judged(sample, answers)[0] for sample, answers in _answers(samples_of("number_traps", half), working)
    )
    fired = share(traps.fired, traps.traps)
    yield Row(
        "traps that fire: money, document, bid, project, ISBN, credit code, serial number …", "≤ 0.5",
        f"{fired} of {traps.traps:,}", fired is not None and fired <= 0.5,
    )  # fmt: skip


def markings(half: Half, working: Sequence[Detector]) -> Iterator[Row]:
    """Markings found (some character of each), by way of writing."""
    found = _answers(samples_of("markings", half), working)
    for name, (wanted, forms) in WRITTEN.items():
        tally = Tally.total(
            judged(sample, answers, ("secrecy.marking",))[0]
            for sample, answers in found
            if sample.form in forms
        )
        recall = share(tally.touched, tally.labels)
        yield Row(
            f"markings, recall: {name}", str(wanted),
            f"{recall} of {tally.labels:,} (exact range {share(tally.exact, tally.labels)})",
            _enough(recall, wanted),
        )  # fmt: skip


def alarms(half: Half, working: Sequence[Detector], folder: Path | None) -> Iterator[Row]:
    """Findings of secrecy above ``info`` where there is nothing secret, per 100,000 characters."""
    secrecy = [detector for detector in working if set(SECRECY) & set(detector.kinds)]

    def fired(samples: Iterable[Sample]) -> tuple[int, int]:
        counted = characters = 0
        for sample in samples:
            part = sample.part
            characters += sum(len(segment.text) for segment in part.text.segments)
            spared = set(SECRECY) - sample.kinds if sample.kinds & set(SECRECY) else set()
            counted += sum(
                finding.kind in SECRECY
                and finding.kind not in spared
                and finding.severity is not Severity.INFO
                for detector in secrecy
                for finding in detector.detect(part)
            )
        return counted, characters

    what = "false alarms of secrecy terms per 100,000 characters of"
    if folder is None:
        yield Row(f"{what} real policy prose", "≤ 2", "not measured (`--prose`)")
    else:
        texts = screening_speed.texts_of(folder)
        parts = [screening_speed.part_of(lines) for lines in texts]
        count = sum(
            finding.kind in SECRECY and finding.severity is not Severity.INFO
            for part in parts for detector in secrecy for finding in detector.detect(part)
        )  # fmt: skip
        characters = sum(len(line) for lines in texts for line in lines)
        yield Row(f"{what} real policy prose", "≤ 2", *_rate(count, characters))
    for name, title in (("policy_prose", "written policy prose"), ("secrecy_prose", "prose about secrets")):
        count, characters = fired(samples_of(name, half))
        figures, met = _rate(count, characters)
        yield Row(
            f"{what} {title}",
            "≤ 2" if name == "policy_prose" else "",
            figures,
            met if name == "policy_prose" else None,
        )


def _rate(count: int, characters: int) -> tuple[str, bool]:
    rate = 1e5 * count / characters
    return f"{rate:.2f} ({count} in {characters:,})", rate <= 2


def names(half: Half, sets: Mapping[str, screening_names.Tagged]) -> Iterator[Row]:
    """Names on the public sets, and in office texts by role."""
    rulebook = load_rulebook(CONFIG)
    find = screening_names.product(rulebook)
    wanted = {"MSRA test": (94.0, 86.0), "People's Daily test": (91.0, 86.0)}
    for name, (overlap, strict) in wanted.items():
        what, least = f"names, F1 overlap / strict: {name}", f"{overlap:.0f} / {strict:.0f}"
        if name not in sets:
            yield Row(what, least, "not measured (`--names-sets`)")
            continue
        figures = screening_names.scored(sets[name], [find(text) for text, _ in sets[name]])
        got = figures["overlap"]["f1"], figures["strict"]["f1"]
        yield Row(what, least, f"{got[0]} / {got[1]}", got[0] >= overlap and got[1] >= strict)
    roles = screening_names.by_role(PersonName(rulebook), samples_of("names", half))
    for family, told in roles.items():
        if told["names"]:
            yield Row(
                f"– names in office texts, {family.partition('.')[2]}: exact / right weight", "",
                f"{share(told['exact'], told['names'])} / {share(told['right weight'], told['names'])} of {told['names']}",
            )  # fmt: skip
        else:
            yield Row(
                f"– office texts, {family.partition('.')[2]}: false names to settle",
                "",
                str(told["false to settle"]),
            )


def addresses(half: Half, working: Sequence[Detector]) -> Iterator[Row]:
    """Addresses by overlap."""
    found = _answers(samples_of("addresses", half), working)
    tally = Tally.total(judged(sample, answers, ("privacy.address",))[0] for sample, answers in found)
    recall, precision = share(tally.touched, tally.labels), share(tally.near, tally.found)
    yield Row(
        "addresses, overlap recall / precision", "95 / 95", f"{recall} / {precision} of {tally.labels:,}",
        _enough(recall, 95, precision, 95),
    )  # fmt: skip


def speed(working: Sequence[Detector], folder: Path | None) -> Iterator[Row]:
    """Detectors on one core, and a document from its bytes to its findings."""
    figures = screening_speed.speeds(working, screening_speed.texts_of(folder))
    where = f"{figures['megabytes']:.2f} MB of {'real' if folder else 'generated'} policy prose"
    fast, names_fast = figures["all but names, MB/s"], figures["names, characters/s"]
    yield Row(f"all detectors but names, one core, MB/s ({where})", "8", f"{fast:.1f}", fast >= 8)
    yield Row("names, one core, characters/s", "45,000", f"{names_fast:,.0f}", names_fast >= 45_000)
    taken = screening_speed.whole()
    yield Row(
        f"a ten-page docx ({taken['characters']:,.0f} characters) read and screened in a warm worker, s", "≤ 0.3",
        f"{taken['median']:.2f} (best {taken['best']:.2f})", taken["median"] <= 0.3,
    )  # fmt: skip


def _answers(samples: Iterable[Sample], working: Sequence[Detector]) -> list[tuple[Sample, list[Answer]]]:
    return [(sample, [Answer.of(finding) for finding in found_in(sample, working)]) for sample in samples]


def _enough(*pairs: float | None) -> bool:
    """Whether each figure reaches what stands behind it."""
    return all(
        got is not None and least is not None and got >= least
        for got, least in zip(pairs[::2], pairs[1::2], strict=True)
    )


def measured(options: argparse.Namespace, working: Sequence[Detector]) -> Iterator[str]:
    """The table of what is wanted."""
    sets = screening_names.sets_in(options.names_sets) if options.names_sets else {}
    yield "| what (%, where nothing else is said) | at least | measured | met |"
    yield "|---|---:|---:|---|"
    yield from map(str, rows(options.half, working, sets, options.prose))


def beside(options: argparse.Namespace, working: Sequence[Detector]) -> Iterator[str]:
    """The tables with the peers."""
    sets = screening_names.sets_in(options.names_sets) if options.names_sets else {}
    prose = screening_speed.texts_of(options.prose)
    by_family = screening_side.texts_of(options.half)
    samples = [sample for several in by_family.values() for sample in several]
    tools = [screening_side.ours(samples, working, load_rulebook(CONFIG), sets, prose)]
    tools += [screening_side.peer(name, options.peers, samples, sets, prose) for name in PEERS]
    yield from screening_side.kinds_table(tools, by_family)
    yield ""
    yield from screening_side.forms_table(tools, by_family)
    yield ""
    if sets:
        yield from screening_side.names_table(tools, sets)
    yield from screening_side.missing(tools)


def details(options: argparse.Namespace, working: Sequence[Detector]) -> Iterator[str]:
    """Recall and precision by family and way of writing, and what came out wrong."""
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    left = options.failures
    for module in families(options.family):
        for sample in samples_of(module, options.half):
            tally, counted = score(sample, working)
            for key in (
                (sample.family, sample.form),
                (sample.family, "*"),
                (f"= {module}", "*"),
                (f"= {module}", sample.form),
            ):
                tallies[key].add(tally)
            if left and (tally.exact < tally.labels or tally.right < tally.found):
                left -= 1
                yield shown(sample, counted)
    columns = (
        "samples",
        "recall",
        "precision",
        "overlap_recall",
        "overlap_precision",
        "traps",
        "traps_fired",
        "mentions",
    )
    yield f"{'family':<26}{'form':<16}" + "".join(
        f"{name.replace('overlap_', 'o.').replace('traps_', ''):>12}" for name in columns
    )
    for (family, form), tally in sorted(tallies.items()):
        figures = tally.figures
        cells = ("–" if figures[name] is None else figures[name] for name in columns)
        yield f"{family:<26}{form:<16}" + "".join(f"{cell:>12}" for cell in cells)
    for name, taken in screening_speed.costs(working, screening_speed.texts_of(options.prose)).items():
        yield f"{name:<42}{taken:>12.2f} ms"


def main() -> None:
    """Print the sections that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=get_args(Half), default="test")
    parser.add_argument("--names-sets", type=Path, metavar="DIR")
    parser.add_argument("--prose", type=Path, metavar="DIR")
    parser.add_argument("--peers", metavar="PYTHON", default=sys.executable)
    parser.add_argument("--only", choices=("measured", "peers"))
    parser.add_argument("--details", action="store_true")
    parser.add_argument("--family", nargs="*", default=(), help="for --details: modules of tests/labelled")
    parser.add_argument("--failures", type=int, default=0, help="for --details: show so many")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    options = parser.parse_args()
    working = detectors()
    if options.details:
        print(*details(options, working), sep="\n")
        return
    sections = {"measured": measured, "peers": beside}
    for name, section in sections.items():
        if options.only in (None, name):
            lines = list(section(options, working))
            print(*lines, "", sep="\n", flush=True)
            if options.write:
                _replace(options.write, name, lines)


def _replace(page: Path, name: str, lines: Sequence[str]) -> None:
    """Put a section between its marks in a page."""
    text = page.read_text("utf-8")
    expression = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    page.write_text(
        expression.sub(lambda marks: marks[1] + "\n".join(lines) + "\n" + marks[2], text), "utf-8"
    )


if __name__ == "__main__":
    main()
