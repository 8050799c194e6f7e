"""How well names are found: public sets, and the labelled texts by role.

A set is a public file with one character and its tag a line (BIO or BMES, ``PER`` or ``NAME``) and a blank line after
each sentence, as in OYE93/Chinese-NLP-Corpus and luopeixiang/named_entity_recognition; nothing is fetched. Each
sentence is read alone. *Strict*: both ends agree. *Overlap*: a name counts when some character of it was found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.detectors.persons.person_name import PersonName
from disclosure_pipeline.builtin.detectors.persons.recogniser import NameRecogniser
from disclosure_pipeline.builtin.detectors.persons.roles import Roles
from disclosure_pipeline.builtin.detectors.persons.spelling import Spelling
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.folding import folded
from disclosure_pipeline.model.policy import RuleBook
from tests.labelled.sample import Sample

Spans = set[tuple[int, int]]
Find = Callable[[str], Spans]
Tagged = list[tuple[str, Spans]]

SETS = {
    "MSRA test": "msra_test_bio.txt",
    "People's Daily test": "example.test",
    "Resume test": "test.char.bmes",
}
"""Public sets and the files in which their repositories keep them."""


def sets_in(folder: Path) -> dict[str, Tagged]:
    """The sets that a folder with the repositories holds, wherever in it they are."""
    found = {name: next(iter(sorted(folder.rglob(file))), None) for name, file in SETS.items()}
    return {name: read(path) for name, path in found.items() if path is not None}


def read(path: Path) -> Tagged:
    """The sentences of a public set with the ranges of their names."""
    found: Tagged = []
    characters: list[str] = []
    tags: list[str] = []
    for line in [*path.read_text(encoding="utf-8").split("\n"), ""]:
        if line.strip():
            character, _, tag = line.replace("\t", " ").rpartition(" ")
            characters.append(character[:1] or " ")
            tags.append(tag)
        elif characters:
            found.append(("".join(characters), set(_spans(tags))))
            characters, tags = [], []
    return found


def _spans(tags: Sequence[str]) -> Iterator[tuple[int, int]]:
    start = None
    for at, tag in enumerate([*tags, "O"]):
        is_name = tag.endswith(("PER", "NAME"))
        if start is not None and (not is_name or tag[0] in "BS"):
            yield start, at
            start = None
        if is_name and start is None:
            start = at


def product(rulebook: RuleBook) -> Find:
    """The recogniser as the detector uses it, without roles."""
    recogniser = NameRecogniser(
        Spelling.of(rulebook.of_form("person_shape")[0]),
        rulebook.of_form("person_figure")[0].patterns,
        Roles(rulebook).introducers,
    )

    def find(text: str) -> Spans:
        aligned = "".join(one if len(other := folded(one)) != 1 else other for one in text)
        return {(name.start, name.end) for name in recogniser.names(aligned)}

    return find


def scored(tagged: Tagged, found: Sequence[Spans]) -> dict[str, dict[str, float]]:
    """Precision, recall and F1, strict and by overlap, in per cent."""
    wanted = [spans for _, spans in tagged]
    exact = sum(len(one & other) for one, other in zip(wanted, found, strict=True))
    met = sum(_touched(one, other) for one, other in zip(wanted, found, strict=True))
    right = sum(_touched(other, one) for one, other in zip(wanted, found, strict=True))
    all_wanted, all_found = sum(map(len, wanted)), max(sum(map(len, found)), 1)
    return {
        "strict": _figures(exact / all_wanted, exact / all_found),
        "overlap": _figures(met / all_wanted, right / all_found),
    }


def _touched(these: Spans, those: Spans) -> int:
    return sum(any(start < other[1] and other[0] < end for other in those) for start, end in these)


def _figures(recall: float, precision: float) -> dict[str, float]:
    both = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
    values = {"recall": recall, "precision": precision, "f1": both}
    return {name: round(100 * value, 1) for name, value in values.items()}


def by_role(detector: PersonName, samples: Sequence[Sample]) -> dict[str, dict[str, Any]]:
    """Of the labelled texts, by family: names found, with the right weight, and false ones."""
    counts: defaultdict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for sample in samples:
        ranges = {place: finding for finding in detector.detect(sample.part) for place in finding.ranges}
        count = counts[sample.family]
        labels = {(label.segment, label.start, label.end) for label in sample.labels}
        count["names"] += len(labels)
        count["exact"] += len(labels & set(ranges))
        count["right weight"] += sum(_weighs_right(sample, ranges.get(place)) for place in labels)
        count["false"] += sum(not _meets(place, labels) for place in ranges)
        count["false to settle"] += sum(
            not _meets(place, labels) and finding.severity is not Severity.INFO
            for place, finding in ranges.items()
        )
    return {key: dict(count) for key, count in sorted(counts.items())}


def _weighs_right(sample: Sample, finding: Finding | None) -> bool:
    """Private names must be settled, those of officials need not."""
    if finding is None:
        return False
    return (finding.severity is Severity.INFO) == (sample.family == "name.official")


def _meets(place: tuple[int, int, int], labels: set[tuple[int, int, int]]) -> bool:
    return any(place[0] == one[0] and place[1] < one[2] and one[1] < place[2] for one in labels)
