"""A stamped scan beside its editable text: one is read against the other.

What was recognised surely enough is compared character by character with the text that a program wrote;
white space and punctuation aside. Where both agree, uncertain recognition is settled; where they do not, the
place is a finding. Nothing is settled by a guess: an uncertain line that differs stays in doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from disclosure_pipeline.builtin.collation.streams import Stream, stream_of
from disclosure_pipeline.builtin.detectors.common import refuse_expired
from disclosure_pipeline.builtin.extractors.pictures.scanned import SEAL, UNSURE
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Comparison, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.text import Doubt, Segment

MOST_CHARACTERS = 200_000
"""Characters of one side above which nothing is compared (and so nothing settled)."""

_SCAN_SHARE = 0.8
_QUOTED = 24
_MOVED = 4
_GAP = 2
_SURE_RUN = 2

Span = tuple[int, int, int, int]
"""Where text (from, to) and scan (from, to) differ, in characters of the two streams."""


class ScanCollator:
    """Compares scans with the editable text of one submission.

    Args:
        rulebook: all rules in force; the one of form ``scan_pair`` says what is tolerated.

    Raises:
        ConfigError: there is not exactly one such rule.
    """

    id = "scans"
    version = "1"
    kinds: tuple[str, ...] = ("format.scan_difference",)

    def __init__(self, rulebook: RuleBook):
        rules = rulebook.of_form("scan_pair")
        if len(rules) != 1:
            raise ConfigError("There must be one rule of form scan_pair.", code="rule.missing")
        self._rule = rules[0]
        self._tolerance = Tolerance(self._rule)

    def collate(self, parts: Sequence[PartText]) -> Comparison:
        """Find each scan's text and compare them; see :class:`~disclosure_pipeline.hooks.contracts.Collator`.

        Raises:
            DisclosureError: the rule has expired.
        """
        refuse_expired((self._rule,))
        findings: list[Finding] = []
        settled: list[Doubt] = []
        for text, scans in self._pairs(parts):
            pair = _Pair(text, scans, self._rule, self._tolerance)
            findings += pair.findings()
            settled += pair.settled()
        return Comparison(tuple(findings), tuple(settled))

    def _pairs(self, parts: Sequence[PartText]) -> Iterator[tuple[Stream, Stream]]:
        scans = [stream_of((part,), _in_scan) for part in parts if _is_scan(part)]
        texts = [stream_of((part,), _in_text) for part in parts if not _is_scan(part)]
        for text in texts:
            if not self._tolerance.shortest <= len(text.text) <= MOST_CHARACTERS:
                continue
            own = [scan for scan in scans if self._best(scan, texts) is text]
            if own and sum(len(scan.text) for scan in own) <= MOST_CHARACTERS:
                yield text, Stream.joined(own)

    def _best(self, scan: Stream, texts: Sequence[Stream]) -> Stream | None:
        """The text that a scan was printed from."""
        if len(scan.text) < self._tolerance.shortest:
            return None
        best = max(texts, key=scan.share_in, default=None)
        return best if best is not None and scan.share_in(best) >= self._tolerance.similar else None


class Tolerance:
    """What the rule tolerates."""

    def __init__(self, rule: Rule):
        options: dict[str, Any] = dict(rule.options)
        self.similar = float(options["similar"])
        self.under_seal = int(options["under_seal"])
        self.most = int(options["most"])
        self.shortest = int(options["shortest"])
        self._numbering = re.compile(options["numbering"])
        self._page_numbers = [re.compile(guard) for guard in rule.guards]

    def is_page_number(self, line: str) -> bool:
        """Whether a line of a scan is nothing but the number of its page."""
        return any(guard.match(line) for guard in self._page_numbers)

    def numbering(self, line: str) -> int:
        """How many characters of a line are a number that an office program sets by itself."""
        found = self._numbering.match(line)
        return found.end() if found else 0


def _is_scan(part: PartText) -> bool:
    seen = [segment for segment in part.text.segments if segment.visible]
    read = sum(len(segment.text) for segment in seen if segment.place.kind == "ocr")
    return bool(seen) and read >= _SCAN_SHARE * sum(len(segment.text) for segment in seen)


def _in_scan(segment: Segment) -> bool:
    return segment.visible and segment.place.kind == "ocr" and segment.place.detail != SEAL


def _in_text(segment: Segment) -> bool:
    return segment.visible


@dataclass(slots=True)
class _Pair:
    """One text and what was scanned of it."""

    text: Stream
    scan: Stream
    rule: Rule
    tolerance: Tolerance

    def findings(self) -> list[Finding]:
        """The differences; of too many only the first, which then asks for the whole to be compared."""
        found = [
            item for span in self._spans() if not self._is_tolerated(span) for item in self._findings(span)
        ]
        if len(found) > self.tolerance.most:
            return [replace(found[0], suggestion=self._suggestion(f"共{len(found)}处，请核对全文"))]
        return found

    def settled(self) -> list[Doubt]:
        """The doubts about lines of the scan that stand in the text exactly so."""
        differing = {
            segment for _, _, start, end in self._spans() for segment in self.scan.segments(start, end)
        }
        complete = not any(start < end for start, end, _, _ in self._spans())
        done = []
        for part in self.scan.parts:
            for doubt in part.text.doubts:
                lines = _lines_of(part, doubt)
                agreed = not lines & differing if lines else complete and not differing
                if doubt.code == UNSURE and agreed:
                    done.append(replace(doubt, position=part.position))
        return done

    def _spans(self) -> list[Span]:
        """Where the streams differ; differences that nearly touch are one."""
        from rapidfuzz.distance import Levenshtein

        spans: list[Span] = []
        for code in Levenshtein.opcodes(self.text.text, self.scan.text):
            if code.tag == "equal":
                continue
            span = (code.src_start, code.src_end, code.dest_start, code.dest_end)
            if spans and span[0] - spans[-1][1] <= _GAP and span[2] - spans[-1][3] <= _GAP:
                span = (spans[-1][0], span[1], spans[-1][2], span[3])
                spans.pop()
            spans.append(span)
        return spans

    def _is_tolerated(self, span: Span) -> bool:
        gone, come = self.text.text[span[0] : span[1]], self.scan.text[span[2] : span[3]]
        if any(sign.isdigit() for sign in gone):
            return False
        if not come:
            return len(gone) <= self.tolerance.under_seal and self._is_at_seal(span[2])
        if not gone and self._is_set_by_program(span):
            return True
        unsure = self.scan.segments(span[2], span[3]) <= self._unsure()
        short = max(len(gone), len(come)) <= _SURE_RUN and not any(sign.isdigit() for sign in come)
        return unsure and short  # the line's own doubt stays

    def _is_at_seal(self, at: int) -> bool:
        """Whether the scan's characters around a gap stand at the height of a seal on their page."""
        for position, index in self.scan.segments(max(at - 1, 0), at + 1):
            place = self.scan.segment(position, index).place
            for seal in self.scan.seals(position, place.page):
                if place.bbox and place.bbox[1] < seal[3] and seal[1] < place.bbox[3]:
                    return True
        return False

    def _is_set_by_program(self, span: Span) -> bool:
        """Page numbers, and numbers of paragraphs: they are printed and stand in no paragraph."""
        segments = self.scan.segments(span[2], span[3])
        if all(self.tolerance.is_page_number(self._line(segment)) for segment in segments):
            return True
        part, segment, offset = self.scan.places[span[3] - 1]
        first = self.scan.places[span[2]]
        return (
            len(segments) == 1
            and offset < self.tolerance.numbering(self._line((part, segment)))
            and not any(sign.isalnum() for sign in self._line((part, segment))[: first[2]])
        )

    def _line(self, segment: tuple[int, int]) -> str:
        return self.scan.segment(*segment).text

    def _unsure(self) -> set[tuple[int, int]]:
        return {
            line
            for part in self.scan.parts
            for doubt in part.text.doubts
            if doubt.code == UNSURE
            for line in _lines_of(part, doubt)
        }

    def _findings(self, span: Span) -> Iterator[Finding]:
        gone, come = self.text.text[span[0] : span[1]], self.scan.text[span[2] : span[3]]
        if come and (gone or not _stands_in(come, self.text.text)):
            where = f"正文此处为“{_cut(gone)}”" if gone else "正文没有这些字"
            yield from self._at(self.scan, span[2], span[3], where)
        elif gone and (come or not _stands_in(gone, self.scan.text)):
            yield from self._at(self.text, span[0], span[1], "扫描件没有这些字")

    def _at(self, stream: Stream, start: int, end: int, where: str) -> Iterator[Finding]:
        """One finding a segment, from the first to the last character that differs in it."""
        for position, index in sorted(stream.segments(start, end)):
            offsets = [
                at for part, segment, at in stream.places[start:end] if (part, segment) == (position, index)
            ]
            segment = stream.segment(position, index)
            first, last = min(offsets), max(offsets) + 1
            yield Finding(
                kind=self.rule.kind, severity=self.rule.severity, text=segment.text[first:last], start=first, end=last,
                segment=index, place=segment.place, rule=self.rule.id, article=self.rule.article,
                suggestion=self._suggestion(where), part=position,
            )  # fmt: skip

    def _suggestion(self, where: str) -> str:
        return self.rule.suggestion.replace("{where}", where)


def _lines_of(part: PartText, doubt: Doubt) -> set[tuple[int, int]]:
    """The recognised lines that a doubt is about: those in its box, or all of its page."""
    place = doubt.place
    if place is None:
        return set()
    return {
        (part.position, index)
        for index, segment in enumerate(part.text.segments)
        if segment.place.kind == "ocr"
        and (segment.place.part, segment.place.page) == (place.part, place.page)
        and place.bbox in (None, segment.place.bbox)
    }


def _stands_in(run: str, whole: str) -> bool:
    """Whether words stand elsewhere on the other side: headers and text boxes are read in another order."""
    return len(run) >= _MOVED and run in whole


def _cut(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
