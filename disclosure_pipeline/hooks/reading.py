"""Extraction and screening of one submission, inside a sandbox process.

The marking check comes first, on every part. When it finds a marking, or cannot be concluded, no text
leaves the process: not in segments, findings, place details or faults (保守国家秘密法: what may be a
state secret is not spread further). Only then do the other detectors run. Every silence is a doubt:
an unreadable part, an empty text, a detector that raises, answers ``None`` or is missing.

The sandbox bounds time and memory; a ``MemoryError`` ends the process instead of becoming a doubt of
whoever happened to be running.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks import checks, passwords, recognition
from disclosure_pipeline.hooks.canary import MARKING_DETECTOR
from disclosure_pipeline.hooks.contracts import (
    Collator,
    Detector,
    Extractor,
    PartText,
    Reading,
    SourceFile,
)
from disclosure_pipeline.hooks.explaining import unexplained
from disclosure_pipeline.hooks.gathering import gathered
from disclosure_pipeline.hooks.guard import Nonsense, ask, instance
from disclosure_pipeline.hooks.loading import BUILTIN
from disclosure_pipeline.hooks.registry import COLLATORS, DETECTORS, EXTRACTORS
from disclosure_pipeline.model.amendment import Guard
from disclosure_pipeline.model.finding import MARKING, Fault, Finding, Screening
from disclosure_pipeline.model.text import Doubt, Place, Segment, Text

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.host import PluginHost, PluginInfo
    from disclosure_pipeline.hooks.loading import PluginSource
    from disclosure_pipeline.model.policy import RuleBook
    from disclosure_pipeline.settings.models import Settings
    from disclosure_pipeline.settings.workspace import Workspace


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
    return replace(place, part="", cell=cell, detail=None)


class Reader:
    """Reads and screens with the objects of one process.

    Args:
        extractors: by full id.
        detectors: proved detectors by full id.
        required: ids that must answer, of those this process is responsible for.
        rules_version: recorded with each screening.
        collators: what compares the parts, by full id.
        guards: the office's guards by rule id.
        list_from: findings of one rule in a column that become one finding.
    """

    def __init__(
        self,
        extractors: Mapping[str, Extractor],
        detectors: Mapping[str, Detector],
        required: Sequence[str],
        rules_version: str,
        collators: Mapping[str, Collator] | None = None,
        *,
        guards: Mapping[str, Sequence[Guard]] | None = None,
        list_from: int = 10,
    ):
        self._extractors = extractors
        self._detectors = detectors
        wanted = dict.fromkeys((MARKING_DETECTOR, *required))
        self._missing = tuple(name for name in wanted if name not in detectors)
        self._rules_version = rules_version
        self._collators = collators or {}
        self._guards = guards or {}
        self._list_from = list_from

    def read(self, files: Sequence[SourceFile], released: frozenset[str] = frozenset()) -> Reading:
        """Extract every file, check for markings, then screen.

        Args:
            files: the submission's files.
            released: keys of markings that do not count for these bytes (:func:`mark_key`).
        """
        recognition.begin()
        record = Record()
        if not files:
            record.doubts.append(Doubt("submission.empty", "没有可读取的文件，请人工核查。"))
        with passwords.handed_out(files) as given:
            texts = [part for part in (self._extract(file, record) for file in given) if part is not None]
        record.faults += recognition.faults()
        concluded = len(texts) == len(files) and bool(files)
        concluded &= self._check_markings(texts, record)
        concluded &= self._check_names(files, record)
        record.spare(released, {file.position: file.sha256 for file in files})
        if concluded and not record.marked:
            self._collate(texts, record)
            self._screen(texts, record)
        record.gather(texts, self._list_from)
        record.explain(texts, self._guards)
        screening = record.screening(self._rules_version)
        faults = tuple(record.faults)
        if record.marked:
            return sealed(Reading((), screening, faults))
        if not concluded:
            # Without a concluded marking check the text may be secret: it stays here.
            doubts = sealed_doubts(screening.doubts)
            return Reading((), Screening((), doubts, self._rules_version), faults)
        return Reading(tuple(texts), screening, faults)

    def screen(
        self, texts: Sequence[PartText], released: frozenset[str], digests: Mapping[int, str]
    ) -> tuple[Screening, tuple[Fault, ...]]:
        """Screen texts that were read before; a marking's characters are left out."""
        record = Record()
        for part in texts:
            record.doubts.extend(_doubts(part))
        if not texts:
            record.doubts.append(Doubt("submission.empty", "没有可检查的文字，请人工核查。"))
        self._check_markings(texts, record)
        self._collate(texts, record)
        self._screen(texts, record)
        record.spare(released, digests)
        record.gather(texts, self._list_from)
        record.explain(texts, self._guards)
        record.bare_markings()
        return record.screening(self._rules_version), tuple(record.faults)

    def look_for(
        self, texts: Sequence[PartText], kinds: Collection[str]
    ) -> tuple[Screening, tuple[Fault, ...]]:
        """Ask only what can find these kinds; a marking's characters are left out.

        Args:
            texts: texts that were read before.
            kinds: kinds of findings.
        """
        record = Record(doubts=[missing(name) for name in self._missing])
        for part in texts:
            for name, detector in self._detectors.items():
                if concerns(detector, part) and not set(kinds).isdisjoint(detector.kinds):
                    examine(detector, name, part, record)
        if any(not set(kinds).isdisjoint(collator.kinds) for collator in self._collators.values()):
            self._collate(texts, record)
        record.findings = [item for item in record.findings if item.kind in kinds]
        record.gather(texts, self._list_from)
        record.explain(texts, self._guards)
        record.bare_markings()
        return record.screening(self._rules_version), tuple(record.faults)

    def extract(self, file: SourceFile) -> Text:
        """Extract one file and check nothing (`disclosure extract`, which keeps nothing either).

        Raises:
            ExtractionFailed: it could not be read.
        """
        recognition.begin()
        record = Record()
        text = self._read_one(file, record)
        if text is None:
            fault = record.faults[-1]
            raise ExtractionFailed(fault.message, code=fault.code, advice=fault.advice)
        return text

    def _extract(self, file: SourceFile, record: Record) -> PartText | None:
        try:
            text = self._read_one(file, record)
        except ExtractionFailed as error:
            record.faults.append(Fault(error.code, "extract", error.message, error.advice))
            text = None
        if text is None:
            record.doubts.append(unread(record.faults[-1].code, file.position))
            return None
        part = PartText(file.position, file.role, text)
        record.doubts.extend(_doubts(part))
        return part

    def _read_one(self, file: SourceFile, record: Record) -> Text | None:
        full_id, extractor = self._choose(file, record)
        trusted = full_id.startswith(f"{BUILTIN}.")
        answer = ask(
            EXTRACTORS.subject(full_id),
            lambda: extractor.extract(file),
            checks.text_of(full_id),
            passes=(ExtractionFailed, MemoryError) if trusted else (MemoryError,),
            trusted=trusted,
        )
        if answer.fault is not None:
            record.faults.append(answer.fault)
        return answer.value

    def _choose(self, file: SourceFile, record: Record) -> tuple[str, Extractor]:
        from disclosure_pipeline.hooks.sniff import HEAD_BYTES, LAST_RESORT, choose

        try:
            with file.path.open("rb") as stream:
                head = stream.read(HEAD_BYTES)
        except OSError as error:
            raise ExtractionFailed(
                f"The file could not be opened ({type(error).__name__}).", code="extract.open"
            ) from None
        if not head:
            raise ExtractionFailed(
                "The file is empty.", code="file.empty", advice="文件是空的，请重新投递完整的文件。"
            )
        candidates = [_Candidate(name, found, record) for name, found in self._extractors.items()]
        # What the product reads itself no plugin takes over: the reader decides what the checks get to see.
        own = [item for item in candidates if item.id.startswith(f"{BUILTIN}.")]
        sure = [item for item in own if item.score(head, file.name.lower()) > LAST_RESORT]
        chosen = choose(sure or candidates, head, file.name)
        if chosen is None:
            raise ExtractionFailed(
                "The format of the file is not supported, or its beginning is damaged.",
                code="file.unknown",
                advice="不支持该文件格式，或者文件已损坏、扩展名有误，请另存为 docx、xlsx、pptx、pdf、ofd 等常用格式后重新投递。",
            )
        return chosen.id, chosen.extractor

    def _check_markings(self, texts: Iterable[PartText], record: Record) -> bool:
        """Run the marking detectors over every part; whether all of them answered for all parts."""
        record.doubts.extend(missing(name) for name in self._missing)
        marking = {name: found for name, found in self._detectors.items() if MARKING in found.kinds}
        answers = [
            examine(detector, name, part, record) for part in texts for name, detector in marking.items()
        ]
        return MARKING_DETECTOR in marking and all(answers)

    def _check_names(self, files: Iterable[SourceFile], record: Record) -> bool:
        """Run the marking detectors over the names of the files; whether all of them answered.

        Words in a name that are no marking, but sound like one, are a doubt.
        """
        marking = {name: found for name, found in self._detectors.items() if MARKING in found.kinds}
        concluded = True
        for file in files:
            text = Text("text/plain", "name", name_segments(file.name))
            part, found = PartText(file.position, file.role, text), Record()
            for name, detector in marking.items():
                concluded &= examine(detector, name, part, found)
            for item in found.findings:
                if item.kind == MARKING:
                    record.findings.append(replace(item, segment=-1 - item.segment, more=()))
                else:
                    record.doubts.append(_doubtful_name(file.position))
            record.doubts += [doubt for doubt in found.doubts if doubt not in record.doubts]
            record.faults += [fault for fault in found.faults if fault not in record.faults]
        return concluded

    def _collate(self, texts: Sequence[PartText], record: Record) -> None:
        """Compare the parts with one another; a comparison that fails is a doubt."""
        for name, collator in self._collators.items():
            check = checks.comparison(texts, name, collator.kinds, record.doubts)
            subject = COLLATORS.subject(name)
            answer = ask(subject, lambda item=collator: item.collate(texts), check, passes=(MemoryError,))  # type: ignore[misc]
            if answer.value is None:
                record.faults += [answer.fault] if answer.fault is not None else []
                record.doubts.append(
                    Doubt("collator.failed", "各文件之间未能互相核对，请人工核对。", detector=name)
                )
                continue
            record.findings += answer.value.findings
            record.doubts = [doubt for doubt in record.doubts if doubt not in answer.value.settled]

    def _screen(self, texts: Iterable[PartText], record: Record) -> None:
        others = {name: found for name, found in self._detectors.items() if MARKING not in found.kinds}
        for part in texts:
            for name, detector in others.items():
                if concerns(detector, part):
                    examine(detector, name, part, record)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An extractor that is asked for its score through the guard."""

    id: str
    extractor: Extractor
    record: Record

    def score(self, head: bytes, name: str) -> int:
        """The extractor's score, 0 when it gave none."""
        subject = EXTRACTORS.subject(self.id)
        answer = ask(subject, lambda: self.extractor.score(head, name), instance(int), trusted=False)
        if answer.fault is not None:
            self.record.faults.append(answer.fault)
            return 0
        return min(answer.get(), 100)


def _doubtful_name(position: int) -> Doubt:
    message = f"第{position + 1}个文件的名称中有密级字样，请人工核查。"
    return Doubt("name.secrecy_word", message, position=position)


def _doubts(part: PartText) -> tuple[Doubt, ...]:
    """The extractor's doubts about a part; a part without any character is one by itself."""
    doubts = part.text.doubts
    if doubts or any(segment.text.strip() for segment in part.text.segments):
        return tuple(replace(doubt, position=part.position) for doubt in doubts)
    message = f"第{part.position + 1}个文件没有读出任何文字，请人工查看原件。"
    return (Doubt("text.empty", message, position=part.position),)


# ------------------------------------------------------- inside the sandbox process

_host: PluginHost | None = None
"""The one host of this sandbox process, made by :func:`initialise` before any file is read."""


def initialise(
    settings: Settings,
    workspace: Workspace,
    rulebook: RuleBook,
    extras: tuple[PluginSource, ...],
    recognisers: tuple[PluginSource, ...] = (),
) -> None:
    """Build the sandbox's host once per process (the sandbox's initializer).

    Args:
        settings: the settings.
        workspace: the folders.
        rulebook: all rules in force.
        extras: third-party plugins that register extractors and described themselves well elsewhere.
        recognisers: those that register recognisers; a recognition process loads them.
    """
    global _host  # noqa: PLW0603  a process pool's initializer has no other place to leave its result
    from disclosure_pipeline.hooks.host import PluginHost

    _host = PluginHost.load(settings, workspace, rulebook, scope="sandbox", extras=extras)
    recognition.configure(settings, workspace, rulebook, recognisers)


def loaded() -> PluginHost:
    """The host of this sandbox process.

    Raises:
        RuntimeError: :func:`initialise` was not called.
    """
    if _host is None:
        raise RuntimeError("the sandbox process was not initialised")
    return _host


def _reader() -> Reader:
    return loaded().reader


def read_files(files: Sequence[SourceFile], released: frozenset[str] = frozenset()) -> Reading:
    """Extract and screen a submission (called through the sandbox)."""
    return _reader().read(files, released)


def extract_file(file: SourceFile) -> Text:
    """Extract one file (called through the sandbox)."""
    return _reader().extract(file)


def screen_texts(
    texts: Sequence[PartText], released: frozenset[str], digests: Mapping[int, str]
) -> tuple[Screening, tuple[Fault, ...]]:
    """Screen texts with the built-in detectors (called through the sandbox)."""
    return _reader().screen(texts, released, digests)


def look_for_kinds(texts: Sequence[PartText], kinds: tuple[str, ...]) -> tuple[Screening, tuple[Fault, ...]]:
    """Ask the built-in detectors that can find these kinds (called through the sandbox)."""
    return _reader().look_for(texts, kinds)


def describe() -> tuple[PluginInfo, ...]:
    """The plugins of the sandbox process and what they provide (called through the sandbox)."""
    return loaded().plugins()
