"""What screening collects about a submission, and what of it may be told when a marking was found.

Every silence becomes a doubt here: a detector that raises, answers ``None`` or is missing, a part that was
not read. What may be a state secret leaves without its text, names and places (保守国家秘密法: it is not
spread further).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from disclosure_pipeline.hooks import checks
from disclosure_pipeline.hooks.contracts import Detector, PartText, Reading
from disclosure_pipeline.hooks.explaining import unexplained
from disclosure_pipeline.hooks.gathering import gathered
from disclosure_pipeline.hooks.guard import Nonsense, ask
from disclosure_pipeline.hooks.profiles import Profiles
from disclosure_pipeline.hooks.registry import DETECTORS
from disclosure_pipeline.model.amendment import Guard
from disclosure_pipeline.model.finding import MARKING, Fault, Finding, Screening
from disclosure_pipeline.model.text import Doubt, Place, Segment


@dataclass(slots=True)
class Record:
    """What screening collects over the parts of one submission."""

    findings: list[Finding] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def marked(self) -> bool:
        """Whether a marking was found."""
        return any(found.kind == MARKING for found in self.findings)

    def spare(self, released: frozenset[str], digests: Mapping[int, str]) -> None:
        """Drop the markings that two secrecy officers released for exactly these bytes."""
        self.findings = [
            found
            for found in self.findings
            if found.kind != MARKING or mark_key(digests.get(found.part, ""), found) not in released
        ]

    def gather(self, texts: Sequence[PartText], least: int) -> None:
        """Make one finding of the many that a rule has in a column."""
        self.findings = gathered(self.findings, texts, least)

    def explain(self, texts: Sequence[PartText], guards: Mapping[str, Sequence[Guard]]) -> None:
        """Drop the findings that the office's guards explain away."""
        self.findings = unexplained(self.findings, texts, guards)

    def show(self, texts: Sequence[PartText], profiles: Profiles) -> None:
        """Lower the names that the law wants shown to information; an expired profile is a doubt."""
        self.findings, expired = profiles.applied(self.findings, self.doubts, texts)
        self.doubts += expired

    def bare_markings(self) -> None:
        """Leave out the characters of markings."""
        self.findings = [item.without_text() if item.kind == MARKING else item for item in self.findings]

    def screening(self, rules_version: str) -> Screening:
        """The findings in reading order, with the doubts."""
        ordered = sorted(self.findings, key=lambda f: (f.part, f.segment, f.start, f.end, f.detector, f.rule))
        return Screening(tuple(ordered), tuple(self.doubts), rules_version)


def mark_key(sha256: str, marking: Finding) -> str:
    """What a release from quarantine is bound to: the bytes, the rule and the place of a marking.

    Args:
        sha256: hash of the part's bytes.
        marking: the finding.
    """
    key = f"{sha256}|{marking.rule}|{marking.segment}|{marking.start}|{marking.end}"
    return hashlib.sha256(key.encode()).hexdigest()


def examine(detector: Detector, full_id: str, part: PartText, record: Record) -> bool:
    """Ask one detector about one part; its findings are checked, its failures become doubts.

    Returns:
        Whether the detector gave a complete answer.
    """
    subject = DETECTORS.subject(full_id)
    bad: list[str] = []

    def findings(answer: object) -> list[Finding]:
        good = []
        for item in checks.listed(answer):
            try:
                good.append(checks.finding(item, part, full_id, detector.kinds))
            except Nonsense as problem:
                bad.append(str(problem))
        return good

    answer = ask(subject, lambda: detector.detect(part), findings, passes=(MemoryError,))
    fault = answer.fault
    if bad and fault is None:
        fault = subject.fault("nonsense", f"{full_id}: {bad[0]} ({len(bad)} findings refused).")
    if fault is not None:
        record.faults.append(fault)
        record.doubts.append(failed(full_id, part.position))
    record.findings.extend(answer.value or ())
    return fault is None


def failed(detector: str, position: int) -> Doubt:
    """The doubt about a part on which a detector gave no usable answer."""
    message = f"检测器 {detector} 未能检查第{position + 1}个文件，请人工核查全文。"
    return Doubt("detector.failed", message, detector=detector, position=position)


def unread(code: str, position: int) -> Doubt:
    """The doubt about a file that was not read completely."""
    return Doubt(code, f"第{position + 1}个文件未能完整读取，请人工核查或请部门重新提供。", position=position)


def name_segments(name: str) -> tuple[Segment, ...]:
    """A file's name as text to check: its folders and its stem, each a line of its own.

    Segment ``n`` of them is number ``-1 - n`` in a finding, because it is none of the file's text.
    """
    path = PurePosixPath(name)
    return tuple(Segment(word, Place("name", "metadata")) for word in (*path.parts[:-1], path.stem) if word)


def missing(detector: str) -> Doubt:
    """The doubt about a required detector that is not there or was not proved."""
    message = f"必备检测器 {detector} 未加载或未通过自检，请人工核查全文。"
    return Doubt("detector.missing", message, detector=detector)


def concerns(detector: Detector, part: PartText) -> bool:
    """Whether a detector looks at this part.

    Slips and internal sheets (办理单, 花脸稿) are never published, so only secrecy matters in them.
    """
    return part.role.public or any(kind.startswith("secrecy.") for kind in detector.kinds)


def sealed(reading: Reading) -> Reading:
    """The reading of a marked submission: its markings, and nothing of its text or names."""
    screening = reading.screening
    markings = (found for found in screening.findings if found.kind == MARKING)
    return Reading(
        texts=(),
        screening=Screening(
            tuple(replace(found.without_text(), place=_bare(found.place)) for found in markings),
            sealed_doubts(screening.doubts),
            screening.rules_version,
        ),
        faults=reading.faults,
        marked=True,
    )


def sealed_doubts(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """The doubts with nothing in their places that an author could have named."""
    return tuple(replace(doubt, place=_bare(doubt.place) if doubt.place else None) for doubt in doubts)


def _bare(place: Place) -> Place:
    """Kind and position only: part, sheet and property names are the author's words."""
    cell = place.cell.rpartition("!")[2] if place.cell and "!" in place.cell else None
    return place._replace(part="", cell=cell, detail=None)
