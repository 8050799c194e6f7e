"""Why a draft came back, as data: what the return note prints, and the department's page beside the passage.

Both say the same, so that a page never tells a department more than its note does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from disclosure_pipeline.model.finding import HIDDEN, Settlement, Severity
from disclosure_pipeline.pipeline import quotes
from disclosure_pipeline.pipeline.quotes import Passage
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.tables import decision

UNSAID = "此处须修改。"
"""What stands beside a passage that was quoted without a remark."""


class Source(StrEnum):
    """Who says it: a passage an officer quoted, the officer, an outside body, a rule, a finding."""

    QUOTE = "quote"
    OFFICER = "officer"
    BODY = "body"
    RULE = "rule"
    FINDING = "finding"


@dataclass(frozen=True, slots=True)
class ReturnReason:
    """One reason for a return.

    Args:
        source: who says it.
        text: the words, Chinese.
        place: where (:meth:`~disclosure_pipeline.model.text.Place.as_json`), or ``None``.
        quote: the characters that are meant, or empty.
        article: legal source, or empty.
        part: index of the file, or ``None`` when no place is meant.
        segment: index of the segment in the file's text. start, end: offsets in it.
    """

    source: Source
    text: str
    place: Mapping[str, Any] | None = None
    quote: str = ""
    article: str = ""
    part: int | None = None
    segment: int = 0
    start: int = 0
    end: int = 0

    def as_json(self) -> dict[str, Any]:
        """The reason as an entry of a letter."""
        if self.part is None:
            return {"text": self.text}
        return {"text": self.text, "place": self.place, "quote": self.quote, "article": self.article}


@dataclass(frozen=True, slots=True)
class Returned:
    """A return as its department is told of it.

    Args:
        reasons: quoted passages first, then what was said, then the open findings that nobody quoted.
        hidden: whether one of them is hidden content, which a command can clean.
    """

    reasons: tuple[ReturnReason, ...]
    hidden: bool


def told(connection: Connection, case: str, version: int, detail: Mapping[str, Any]) -> Returned:
    """What a department is told about a return, read from the rows as they are now.

    The caller has made sure that the case is not quarantined.

    Args:
        connection: a transaction.
        case: case number.
        version: the version that was returned.
        detail: ``letter.detail`` of the return note: the tag stage's ``reasons``, the ``tier`` whose
            officer returned it, or the body that ``refused_by``.
    """
    reasons = [ReturnReason(Source.RULE, text) for text in detail.get("reasons", ())]
    if "refused_by" in detail:
        refused = f"{detail['refused_by']}（{detail['number']}）不同意公开。"
        reasons.append(ReturnReason(Source.BODY, refused))
    spoken = connection.execute(
        select(decision)
        .where(decision.c.document == case, decision.c.version == version, decision.c.verb == "return")
        .order_by(decision.c.seq.desc())
    ).first()
    quoted: list[Passage] = []
    if spoken is not None and "tier" in detail:
        quoted = quotes.passages(connection, case, version, spoken.quotes or ())
        reasons.append(ReturnReason(Source.OFFICER, spoken.reason))
    named = {item.quote.finding for item in quoted}
    findings = _open(connection, case, version)
    reasons += [_of_finding(item) for item in findings if item.id not in named]
    hidden = any(item.finding.kind == HIDDEN for item in findings)
    return Returned((*(_of_passage(item) for item in quoted), *reasons), hidden)


def _open(connection: Connection, case: str, version: int) -> Sequence[documents.Settled]:
    return [
        item
        for item in documents.findings_of(connection, case, version)
        if item.settled is not Settlement.DISMISS and item.finding.severity is not Severity.INFO
    ]


def _of_passage(item: Passage) -> ReturnReason:
    quote = item.quote
    return ReturnReason(
        Source.QUOTE, quote.remark or item.advice or UNSAID, item.place, item.text, item.article,
        part=quote.part, segment=quote.segment, start=quote.start, end=quote.end,
    )  # fmt: skip


def _of_finding(item: documents.Settled) -> ReturnReason:
    found = item.finding
    return ReturnReason(
        Source.FINDING, found.suggestion or found.kind, found.place.as_json(), found.text or "", found.article,
        part=found.part, segment=found.segment, start=found.start, end=found.end,
    )  # fmt: skip
