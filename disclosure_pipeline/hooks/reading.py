"""Extraction and screening of one submission, inside a sandbox process.

The marking check comes first, on every part. When it finds a marking, or cannot be concluded, no text
leaves the process: not in segments, findings, place details or faults (保守国家秘密法: what may be a
state secret is not spread further). Only then do the other detectors run. Every silence is a doubt:
an unreadable part, an empty text, a detector that raises, answers ``None`` or is missing.

The sandbox bounds time and memory; a ``MemoryError`` ends the process instead of becoming a doubt of
whoever happened to be running.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

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
from disclosure_pipeline.hooks.guard import ask, instance
from disclosure_pipeline.hooks.loading import BUILTIN
from disclosure_pipeline.hooks.profiles import Profiles
from disclosure_pipeline.hooks.record import (
    Record,
    concerns,
    examine,
    missing,
    name_segments,
    sealed,
    sealed_doubts,
    unread,
)
from disclosure_pipeline.hooks.registry import COLLATORS, EXTRACTORS
from disclosure_pipeline.model.amendment import Guard
from disclosure_pipeline.model.finding import MARKING, Fault, Screening
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.text import Doubt, Text


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
        profiles: the disclosure profiles; none without.
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
        profiles: Profiles | None = None,
    ):
        self._extractors = extractors
        self._detectors = detectors
        wanted = dict.fromkeys((MARKING_DETECTOR, *required))
        self._missing = tuple(name for name in wanted if name not in detectors)
        self._rules_version = rules_version
        self._collators = collators or {}
        self._guards = guards or {}
        self._list_from = list_from
        self._profiles = profiles or Profiles(RuleBook(()))

    def read(self, files: Sequence[SourceFile], released: frozenset[str] = frozenset()) -> Reading:
        """Extract every file, check for markings, then screen.

        Args:
            files: the submission's files.
            released: keys of markings that do not count for these bytes (:func:`~disclosure_pipeline.hooks.record.mark_key`).
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
        record.show(texts, self._profiles)
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
        record.show(texts, self._profiles)
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
