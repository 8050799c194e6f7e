"""What screening found: findings, doubts and the verdict over them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from disclosure_pipeline.model.text import Doubt, Place

FINDING_KINDS = (
    "secrecy.marking", "secrecy.internal", "secrecy.term",
    "privacy.resident_id", "privacy.mobile", "privacy.landline", "privacy.bank_card",
    "privacy.email", "privacy.passport", "privacy.address", "privacy.plate",
    "privacy.person_name", "privacy.birth_date", "privacy.health", "privacy.minor",
    "commercial.secret", "process.information", "internal.affairs", "enforcement.case",
    "special.statistics", "special.epidemic", "special.animal_epidemic", "special.geography",
    "special.agriculture", "special.trade", "infrastructure.secret", "security.credential",
    "hidden.content", "attribute.contradiction", "check.undetermined",
)  # fmt: skip
"""The namespace of `kind` (`design.md`); ``format.*`` is open."""

MARKING = "secrecy.marking"
"""The kind that quarantines a whole submission (保守国家秘密法 第三十一条; A2.13)."""

PERSON = "person"
"""The detector of what an officer marked by hand."""

PERSON_RULE = "person.mark"
"""The rule of what an officer marked by hand."""

HIDDEN = "hidden.content"
"""The kind of what a file holds and its printed page does not show."""

UNDETERMINED = "check.undetermined"
"""The kind that a doubt becomes; settled like any other finding (design details)."""


PERMITTED = "format.issue_permitted"
"""The kind of what an issued file (正式件) may say otherwise than the approved version."""

DIFFERS = "format.issue_difference"
"""The kind of where an issued file says something else, so that it is reviewed in full."""


class Severity(StrEnum):
    """How a finding binds: ``block`` and ``review`` must be settled by ``secrecy``, ``info`` need not."""

    BLOCK = "block"
    REVIEW = "review"
    INFO = "info"

    @property
    def weight(self) -> int:
        """A number that grows with how it binds."""
        return (Severity.INFO, Severity.REVIEW, Severity.BLOCK).index(self)


class Verdict(StrEnum):
    """The result of a screening; everything that is not surely clear is not ``clear``."""

    CLEAR = "clear"
    FOUND = "found"
    UNDETERMINED = "undetermined"


class Settlement(StrEnum):
    """What the secrecy officer (保密审查员) decided about a finding."""

    ACCEPT = "accept"
    DISMISS = "dismiss"
    REDACT = "redact"


class Treatment(StrEnum):
    """How the public copy leaves out what is to be redacted.

    ``remove`` cuts the characters out and says so, ``mask`` shows the form that a rule allows (138****1234),
    ``column`` empties the whole column of a table below its heading.
    """

    REMOVE = "remove"
    MASK = "mask"
    COLUMN = "column"


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that a person must look at.

    Args:
        detector: id ``PLUGIN.ID`` of the detector (filled in by the guard, not by the detector).
        kind: one of :data:`FINDING_KINDS` or ``format.*``.
        severity: see :class:`Severity`.
        text: the original characters; ``None`` for a secrecy marking once it leaves the sandbox.
        start: character offset of the first character in the segment's original text.
        end: character offset behind the last one (in the same segment).
        segment: index of the segment in the part's :class:`~.text.Text`.
        place: where it stands.
        rule: id of the rule that fired.
        article: the legal source, as the rule names it.
        suggestion: what the officer may do (mask form, ground, clean the file), in Chinese.
        confidence: 0 … 1.
        part: index of the part (file) in the submission; 0 is the main document.
        why: what made it a finding, in Chinese: the pattern or the check digit, and the words around it that raised
            or lowered the confidence; never the text itself.
        rule_version: version of the rule that fired.
        more: further ranges of the same hit, as (segment, start, end), when it goes on in other
            segments (a number broken over two cells), or of the further items of a list;
            ``text`` shows the first range only.
        count: how many things it stands for; more than one for a list that is settled in one step.
    """

    kind: str
    severity: Severity
    text: str | None
    start: int
    end: int
    segment: int
    place: Place
    rule: str
    article: str = ""
    suggestion: str = ""
    confidence: float = 1.0
    detector: str = ""
    part: int = 0
    more: tuple[tuple[int, int, int], ...] = ()
    why: str = ""
    rule_version: int = 0
    count: int = 1

    @property
    def ranges(self) -> tuple[tuple[int, int, int], ...]:
        """Every range of the hit, as (segment, start, end)."""
        return ((self.segment, self.start, self.end), *self.more)

    @property
    def id(self) -> str:
        """Deterministic id: the same place and rule give the same id in every run."""
        key = f"{self.part}|{self.detector}|{self.kind}|{self.rule}|{self.segment}|{self.start}|{self.end}"
        return "f" + hashlib.sha256(key.encode()).hexdigest()[:12]

    def without_text(self) -> Finding:
        """The same finding with nothing of the document's text in it."""
        return replace(self, text=None)

    def as_json(self) -> dict[str, Any]:
        """The finding as `disclosure screen --json` prints it."""
        values: dict[str, Any] = {
            "detector": self.detector, "kind": self.kind, "severity": self.severity.value,
            "text": self.text, "start": self.start, "end": self.end, "segment": self.segment,
            "place": self.place.as_json(), "rule": self.rule, "article": self.article,
            "suggestion": self.suggestion, "confidence": self.confidence,
            "why": self.why, "rule_version": self.rule_version, "count": self.count,
        }  # fmt: skip
        if self.more:
            values["more"] = [{"segment": item[0], "start": item[1], "end": item[2]} for item in self.more]
        return values


@dataclass(frozen=True, slots=True)
class Screening:
    """The findings and doubts of one run of the detectors over one or more parts.

    ``verdict`` is derived: any doubt makes it undetermined, also beside findings.
    """

    findings: tuple[Finding, ...]
    doubts: tuple[Doubt, ...]
    rules_version: str

    @property
    def verdict(self) -> Verdict:
        """``clear`` only when every required detector answered and none found anything."""
        if self.doubts:
            return Verdict.UNDETERMINED
        return Verdict.FOUND if self.findings else Verdict.CLEAR

    @property
    def marked(self) -> bool:
        """Whether a secrecy marking (国家秘密标志) stands in any part."""
        return any(finding.kind == MARKING for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """The object `disclosure screen --json` prints."""
        return {
            "verdict": self.verdict.value,
            "findings": [finding.as_json() for finding in self.findings],
            "undetermined": [doubt.as_json() for doubt in self.doubts],
            "rules_version": self.rules_version,
        }


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure that is shown, counted and stored; never with document text.

    Args:
        code: stable code.
        stage: where it happened (``extract``, ``screen``, ``publish`` …).
        message: what happened.
        advice: what to do next.
        plugin: name of the plugin at fault, if one is.
        at: UTC, ISO 8601, filled in when stored.
    """

    code: str
    stage: str
    message: str
    advice: str
    plugin: str | None = None
    at: str | None = None

    def as_json(self) -> Mapping[str, Any]:
        """The fault as an entry of ``faults`` in `disclosure show --json`."""
        values: dict[str, Any] = {"code": self.code, "stage": self.stage}
        if self.plugin:
            values["plugin"] = self.plugin
        return {**values, "message": self.message, "advice": self.advice, "at": self.at}
