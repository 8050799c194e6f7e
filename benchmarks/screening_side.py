"""The product side by side with its peers: the same labelled texts, the same counting, the same prose for speed.

Peers run in an interpreter of their own (`benchmarks/screening_peers.py`). They see a text as one string, lines
joined by line ends and cells by tabs; what they answer is led back to the segments. White space at the ends of an
answer is not counted against it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import screening_names as by_sets
from benchmarks.screening_peers import PEERS
from benchmarks.screening_scores import Answer, Tally, found_in, judged, samples_of, share
from benchmarks.screening_speed import NAMES, best, part_of
from disclosure_pipeline.hooks.contracts import Detector
from disclosure_pipeline.model.policy import RuleBook
from tests.labelled.sample import Half, Sample

OURS = "disclosure_pipeline"

GROUPS: Mapping[str, tuple[str, frozenset[str]]] = {
    "resident ids": ("privacy.resident_id", frozenset(("id", "former", "permit"))),
    "mobiles": ("privacy.mobile", frozenset(("mobile",))),
    "landlines": ("privacy.landline", frozenset(("landline", "local"))),
    "bank cards": ("privacy.bank_card", frozenset(("card",))),
    "e-mail": ("privacy.email", frozenset(("email",))),
    "plates": ("privacy.plate", frozenset(("plate",))),
    "passports, permits": ("privacy.passport", frozenset(("passport", "travel", "taiwan", "officer"))),
}
"""Row → (kind, families of labelled numbers). Recall is of these families, precision of all texts with numbers."""

FORMS = (
    "plain",
    "full_width",
    "spaced_each",
    "spaced_groups",
    "hyphenated",
    "dotted",
    "line_broken",
    "zero_width",
    "other_digits",
    "odd_blanks",
    "two_segments",
    "two_cells",
    "mixed",
)

_SPEED_ROUNDS = 5
_NAME = "privacy.person_name"


@dataclass(frozen=True, slots=True)
class Tool:
    """What one tool answered.

    Args:
        name: as shown.
        version: of its package; empty for ours.
        kinds: what it looks for.
        answers: for each sample.
        spans: for each public set the names found in each sentence; empty where it looks for none.
        speed: MB of UTF-8 a second on the prose, without names unless it looks for names only.
        names_speed: characters a second with names; 0 where it looks for none.
        missing: why it could not be run; then the rest is empty.
    """

    name: str
    version: str = ""
    kinds: frozenset[str] = frozenset()
    answers: Sequence[Sequence[Answer]] = ()
    spans: Mapping[str, Sequence[by_sets.Spans]] = field(default_factory=dict)
    speed: float = 0.0
    names_speed: float = 0.0
    missing: str = ""


def texts_of(half: Half) -> dict[str, Sequence[Sample]]:
    """What the tools read, by family."""
    return {name: samples_of(name, half) for name in ("numbers", "number_traps", "names", "addresses")}


def ours(
    samples: Sequence[Sample], working: Sequence[Detector], rulebook: RuleBook,
    sets: Mapping[str, by_sets.Tagged], prose: Sequence[Sequence[str]],
) -> Tool:  # fmt: skip
    """What the product answers; its speeds are of the detectors of personal data, and of that of names."""
    answers = [[Answer.of(finding) for finding in found_in(sample, working)] for sample in samples]
    find = by_sets.product(rulebook)
    spans = {name: [find(text) for text, _ in tagged] for name, tagged in sets.items()}
    personal = [
        detector for detector in working if any(kind.startswith("privacy.") for kind in detector.kinds)
    ]
    size = sum(len(line.encode()) + 1 for lines in prose for line in lines) / 1e6
    kinds = frozenset(kind for detector in personal for kind in detector.kinds)

    characters = sum(len(line) for lines in prose for line in lines)

    def read(names: bool) -> None:
        for lines in prose:
            part = part_of(lines)
            for detector in personal:
                if (detector.id == NAMES) is names:
                    detector.detect(part)

    speed = size / best(lambda: read(False), _SPEED_ROUNDS)
    return Tool(OURS, "", kinds, answers, spans, speed, characters / best(lambda: read(True), _SPEED_ROUNDS))


def peer(
    name: str, python: str, samples: Sequence[Sample], sets: Mapping[str, by_sets.Tagged],
    prose: Sequence[Sequence[str]],
) -> Tool:  # fmt: skip
    """What a peer answers."""
    kinds = frozenset(PEERS[name][2])
    told = _asked(name, python, [sample.plain for sample in samples])
    if isinstance(told, str):
        return Tool(name, missing=told)
    answers = [
        [answer for found in several if (answer := _answer(sample, *found))]
        for sample, several in zip(samples, told["found"], strict=True)
    ]
    lines = [line for text in prose for line in text]
    read = _asked(name, python, lines)
    speed = names_speed = 0.0
    if not isinstance(read, str):
        speed = sum(len(line.encode()) + 1 for line in lines) / 1e6 / read["seconds"]
        names_speed = sum(map(len, lines)) / read["seconds"] if _NAME in kinds else 0.0
    spans: dict[str, Sequence[by_sets.Spans]] = {}
    if _NAME in kinds:
        for label, tagged in sets.items():
            heard = _asked(name, python, [text for text, _ in tagged])
            if not isinstance(heard, str):
                spans[label] = [_names(several) for several in heard["found"]]
    return Tool(name, told["version"], kinds, answers, spans, 0.0 if kinds == {_NAME} else speed, names_speed)


def _names(found: Sequence[tuple[str, int, int]]) -> by_sets.Spans:
    return {(start, end) for kind, start, end in found if kind == _NAME}


def _asked(name: str, python: str, texts: Sequence[str]) -> dict[str, Any] | str:
    """A peer's answer as JSON, or why there is none."""
    script = Path(__file__).with_name("screening_peers.py")
    done = subprocess.run(
        [python, str(script), name], input=json.dumps(texts), capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        return lines[-1] if lines else f"ended with {done.returncode}"
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _answer(sample: Sample, kind: str, start: int, end: int) -> Answer | None:
    """A range of the joined text as an answer; ``None`` where nothing but white space is in it."""
    text = sample.plain
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    ranges = frozenset((*place, kind) for place in _pieces(sample, start, end))
    return Answer(kind, ranges) if ranges else None


def _pieces(sample: Sample, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    base = 0
    for index, segment in enumerate(sample.text.segments):
        first, behind = max(start - base, 0), min(end - base, len(segment.text))
        if first < behind:
            yield index, first, behind
        base += len(segment.text) + 1


def kinds_table(tools: Sequence[Tool], families: Mapping[str, Sequence[Sample]]) -> Iterator[str]:
    """Exact recall and precision of each kind, traps, addresses, names, speed."""
    shown = [tool for tool in tools if not tool.missing]
    yield "| exact recall / precision, % | " + " | ".join(_head(tool) for tool in shown) + " |"
    yield "|---|" + "---:|" * len(shown)
    samples = [sample for several in families.values() for sample in several]
    for row, (kind, own) in GROUPS.items():
        yield _row(row, [_number_cell(tool, samples, kind, own) for tool in shown])
    for row, kind, family in (
        ("addresses, overlap", "privacy.address", "address"),
        ("names in office texts, overlap", _NAME, "name"),
    ):
        yield _row(row, [_overlap_cell(tool, samples, kind, family) for tool in shown])
    number_kinds = {kind for kind, _ in GROUPS.values()}
    yield _row("traps that fire", [_traps_cell(tool, samples, number_kinds) for tool in shown])
    yield _row(
        "speed without names, MB/s (helan: with its own)",
        [f"{tool.speed:.1f}" if tool.speed else "–" for tool in shown],
    )
    yield _row(
        "speed of names, characters/s",
        [f"{tool.names_speed:,.0f}" if tool.names_speed else "–" for tool in shown],
    )


def forms_table(tools: Sequence[Tool], families: Mapping[str, Sequence[Sample]]) -> Iterator[str]:
    """Exact recall of numbers by way of writing, of the kinds each tool looks for."""
    kinds = {kind for kind, _ in GROUPS.values()}
    shown = [tool for tool in tools if tool.kinds & kinds and not tool.missing]
    samples = [sample for several in families.values() for sample in several]
    yield "| numbers found exactly, % | " + " | ".join(tool.name for tool in shown) + " |"
    yield "|---|" + "---:|" * len(shown)
    for form in FORMS:
        cells = []
        for tool in shown:
            tally = Tally.total(
                judged(sample, answers, kinds & tool.kinds)[0]
                for sample, answers in zip(samples, tool.answers, strict=True)
                if sample.form == form and _group(sample) is not None
            )
            cells.append(_percent(share(tally.exact, tally.labels)))
        yield _row(form.replace("_", " "), cells)


def names_table(tools: Sequence[Tool], sets: Mapping[str, by_sets.Tagged]) -> Iterator[str]:
    """Names on the public sets."""
    shown = [tool for tool in tools if tool.spans]
    yield "| names, % | " + " | ".join(tool.name for tool in shown) + " |"
    yield "|---|" + "---:|" * len(shown)
    for name, tagged in sets.items():
        figures = [by_sets.scored(tagged, tool.spans[name]) for tool in shown]
        overlaps = [one["overlap"] for one in figures]
        yield _row(
            f"{name}, overlap recall / precision",
            [f"{one['recall']} / {one['precision']}" for one in overlaps],
        )
        yield _row(
            f"{name}, F1 overlap / strict",
            [f"{one['overlap']['f1']} / {one['strict']['f1']}" for one in figures],
        )


def missing(tools: Sequence[Tool]) -> Iterator[str]:
    """Why a peer is not in the tables."""
    for tool in tools:
        if tool.missing:
            yield f"{tool.name} could not be run: {tool.missing}."


def _group(sample: Sample) -> str | None:
    """The row a labelled number belongs to."""
    family = sample.family.removesuffix(".table")
    return next((row for row, (_, own) in GROUPS.items() if family in own), None)


def _number_cell(tool: Tool, samples: Sequence[Sample], kind: str, own: frozenset[str]) -> str:
    if kind not in tool.kinds:
        return "–"
    asked = [
        (sample, answers)
        for sample, answers in zip(samples, tool.answers, strict=True)
        if kind in sample.kinds
    ]
    everywhere = Tally.total(judged(sample, answers, (kind,))[0] for sample, answers in asked)
    inside = Tally.total(
        judged(sample, answers, (kind,))[0]
        for sample, answers in asked
        if sample.family.removesuffix(".table") in own
    )
    return f"{_percent(share(inside.exact, inside.labels))} / {_percent(share(everywhere.right, everywhere.found))}"


def _overlap_cell(tool: Tool, samples: Sequence[Sample], kind: str, family: str) -> str:
    if kind not in tool.kinds:
        return "–"
    tally = Tally.total(
        judged(sample, answers, (kind,))[0]
        for sample, answers in zip(samples, tool.answers, strict=True)
        if sample.family.partition(".")[0] == family
    )
    return f"{_percent(share(tally.touched, tally.labels))} / {_percent(share(tally.near, tally.found))}"


def _traps_cell(tool: Tool, samples: Sequence[Sample], kinds: set[str]) -> str:
    if not tool.kinds & kinds:
        return "–"
    tally = Tally.total(
        judged(sample, answers, kinds)[0]
        for sample, answers in zip(samples, tool.answers, strict=True)
        if sample.family.startswith("trap.")
    )
    return _percent(share(tally.fired, tally.traps))


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _head(tool: Tool) -> str:
    return f"{tool.name} {tool.version}".strip()


def _row(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"
