"""Screens the stored text of one document again under the rules in force, and draws the consequences.

What is not signed yet gets the new findings. What is signed goes round again as a new version, because every
signature was given without them. What is out becomes an incident for the secrecy officer; what bears a marking is
quarantined, or recalled from every channel first. Doing it twice changes nothing the second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, update

from disclosure_pipeline.errors import DisclosureError, Fenced
from disclosure_pipeline.hooks.contracts import Case
from disclosure_pipeline.hooks.record import mark_key
from disclosure_pipeline.hooks.stages import Marked, Outcome, Screened
from disclosure_pipeline.model.finding import UNDETERMINED, Fault, Finding, Screening, Severity
from disclosure_pipeline.model.lifecycle import State, step
from disclosure_pipeline.model.publication import PublicationState
from disclosure_pipeline.model.route import Route, TierState
from disclosure_pipeline.model.text import Doubt
from disclosure_pipeline.pipeline import (
    exemptions,
    incidents,
    isolation,
    issuing,
    leases,
    rules,
    stored,
    versions,
    widening,
)
from disclosure_pipeline.pipeline.cases import load_case
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.delays import PASSING
from disclosure_pipeline.pipeline.publication_rows import publications_of
from disclosure_pipeline.pipeline.recording import doubts_as_findings
from disclosure_pipeline.pipeline.toolbox import CaseTools
from disclosure_pipeline.pipeline.transitions import SYSTEM, Lease, check_rules, take_step
from disclosure_pipeline.store import audit, desk, documents
from disclosure_pipeline.store.tables import document as document_table

_OPEN = frozenset({State.SCREENED, State.TAGGED, State.IN_REVIEW, State.REFERRED, State.ATTENTION})
"""States in which open findings still wait for somebody; what a guard explains away may leave them."""

_SIGNING = frozenset({State.IN_REVIEW, State.REFERRED, State.APPROVED, State.AWAITING_ISSUE})


class End(StrEnum):
    """What became of a document, for the counts of a run."""

    SAME = "same"
    FOUND = "found"
    REOPENED = "reopened"
    INCIDENT = "incident"
    QUARANTINED = "quarantined"
    RECALLED = "recalled"
    GONE = "gone"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Result:
    """What re-screening did to a document.

    Args:
        end: see :class:`End`.
        appeared: how many findings are new.
        vanished: how many open ones an office's change has explained away.
        undetermined: whether something could not be looked at.
    """

    end: End
    appeared: int = 0
    vanished: int = 0
    undetermined: bool = False


@dataclass(slots=True)
class _News:
    """What a new screening says beyond the stored findings.

    Args:
        new: findings that the version does not have, or that say more than those it has.
        gone: ids of open ones that an office's change has explained away.
        route: the chain that the new findings ask for, if it is longer than the present one.
    """

    new: list[Finding]
    gone: list[str] = field(default_factory=list)
    route: Route | None = None

    @property
    def binding(self) -> list[Finding]:
        """The new ones that a person must settle."""
        return [item for item in self.new if item.severity is not Severity.INFO]


Also = Callable[[Connection, Result], None]
"""What belongs into the transaction that writes a result; called before its audit row."""


def nothing_else(_connection: Connection, _result: Result) -> None:
    """Nothing belongs into it."""


def rescreen(core: Core, document: str, also: Also = nothing_else) -> Result:
    """Screen a document's stored text again.

    Args:
        core: the process's parts.
        document: case number.
        also: written together with the result; not called for ``busy`` and ``gone``.

    Returns:
        What became of it; ``busy`` when another worker has it, or a person acted on it just now.

    Raises:
        Fenced: the rules have changed since this worker read them.
        StoreFault: rows or vault cannot be used.
    """
    with leases.claimed(core, document) as lease:
        if lease is None:
            return Result(End.BUSY)
        tools = CaseTools(core, document)
        try:
            return _look_again(core, lease, tools, also)
        finally:
            tools.close()


def before_it_goes_out(core: Core, lease: Lease, tools: CaseTools) -> None:
    """Screen an approved document that older rules have screened, before a channel gets it.

    Signed or not, nothing goes out that the rules in force would stop.

    Args:
        core: the process's parts.
        lease: the lease under which the document is carried.
        tools: what the stage works with.

    Raises:
        Fenced: a person acted on it just now, or the rules have changed; it is looked at again.
        DisclosureError: it could not be screened; it stays approved.
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, lease.document)
    if State(row.state) is not State.APPROVED or row.work_at is None:
        return
    if row.rules_version == core.rulebook.version:
        return
    if _look_again(core, lease, tools, nothing_else).end is End.BUSY:
        raise Fenced(f"{lease.document} changed while it was screened again.")


def _look_again(core: Core, lease: Lease, tools: CaseTools, also: Also) -> Result:
    with core.database.read() as connection:
        row = documents.fetch(connection, lease.document)
        text = stored.read(connection, lease.document)
        if text.state not in stored.STORED or documents.is_held(connection, lease.document):
            return Result(End.GONE)
        case = load_case(core, connection, row)
    outcome = core.host.run_stage("screen", case, tools)
    try:
        if isinstance(outcome, Marked):
            return _seize(core, lease, case, outcome, also)
        screening = _screening(core, outcome, text)
        return _record(core, lease, case, row, screening=screening, also=also)
    except Fenced:
        if core.rules_changed():
            raise
        return Result(End.BUSY)


def _screening(core: Core, outcome: Outcome | Fault, text: stored.StoredText) -> Screening:
    """What the stage said, with a doubt for whatever it could not look at.

    Raises:
        DisclosureError: a fault of the machine, not of the document.
    """
    if isinstance(outcome, Screened):
        return replace(outcome.screening, doubts=(*outcome.screening.doubts, *text.doubts))
    if isinstance(outcome, Fault) and outcome.code in PASSING:
        raise DisclosureError(outcome.message, code=outcome.code, advice=outcome.advice)
    code = outcome.code if isinstance(outcome, Fault) else "stage.nonsense"
    doubt = Doubt(code, "按现行规则重新筛查未能完成，请人工核查全文。")
    return Screening((), (doubt, *text.doubts), core.rulebook.version)


# ------------------------------------------------------------------------ findings


def _record(
    core: Core, lease: Lease, case: Case, row: Row[Any], *, screening: Screening, also: Also
) -> Result:
    news = _news(core, case, screening)
    if news.binding and case.state in _SIGNING:
        news.route = widening.longer(core, case, news.new)
    with core.database.write() as connection:
        present = documents.fetch(connection, case.document, lock=True)
        _check_same(core, connection, lease, row, present)
        on_its_way = _given_out(connection, case)
        version, end = case.version, End.FOUND if news.new else End.SAME
        if news.binding and case.state in incidents.OUT | ({State.APPROVED} if on_its_way else set()):
            end = End.INCIDENT
            _open_incident(connection, present, news, screening)
        elif news.binding and case.state in _SIGNING:
            version, end = _go_round(core, connection, present, news)
        documents.forget_findings(connection, case.document, version, [item.id for item in news.new])
        documents.add_findings(connection, case.document, version, news.new)
        documents.drop_findings(connection, case.document, version, news.gone)
        documents.resolve_faults(connection, case.document, incidents.FAILED)
        connection.execute(
            update(document_table)
            .where(document_table.c.id == case.document)
            .values(rules_version=screening.rules_version)
        )
        result = Result(end, len(news.new), len(news.gone), bool(screening.doubts))
        also(connection, result)
        if news.new or news.gone:
            desk.refresh(connection, case.document)
            _note(connection, case, version, news, screening)
    return result


def _check_same(core: Core, connection: Connection, lease: Lease, row: Row[Any], present: Row[Any]) -> None:
    """The screening is about what is still there, by rules that are still in force.

    Raises:
        Fenced: it is not.
    """
    held = (present.lease_owner, present.fence) == (lease.owner, lease.fence)
    if not held or (present.state, present.version, present.revision) != (
        row.state,
        row.version,
        row.revision,
    ):
        raise Fenced(f"{lease.document} changed while it was screened again.")
    check_rules(core, connection)


def _news(core: Core, case: Case, screening: Screening) -> _News:
    found = {item.id: item for item in screening.findings}
    known = {item.id: item for item in case.findings}
    new = [item for name, item in found.items() if name not in known or says_more(item, known[name])]
    doubts = _new_doubts(case, screening)
    news = _News([*new, *doubts])
    # What could not be looked at, now or ever, may be why it was not found.
    if case.state in _OPEN and not screening.doubts:
        with core.database.read() as connection:
            touched = rules.touched(connection)
        news.gone = [
            item.id
            for item in case.findings
            if item.id not in case.settled and item.rule in touched and item.id not in found
        ]
    return news


def says_more(found: Finding, known: Finding) -> bool:
    """Whether a finding binds more than the one of the same place and rule that was judged, or holds more places.

    Args:
        found: by the rules in force.
        known: by older ones; a list that has grown since bears the same id.
    """
    return found.severity.weight > known.severity.weight or not set(found.ranges) <= set(known.ranges)


def _new_doubts(case: Case, screening: Screening) -> list[Finding]:
    """Doubts that the version does not have yet, numbered behind those it has.

    Doubts bear numbers, not offsets: by its number alone a new one could pass for a settled one.
    """
    known = [item for item in case.findings if item.kind == UNDETERMINED]
    left = Counter(map(_about, known))
    behind = max((item.segment for item in known), default=-1) + 1
    new: list[Finding] = []
    for item in doubts_as_findings(screening):
        if left[_about(item)] > 0:
            left[_about(item)] -= 1
        else:
            new.append(replace(item, segment=behind + len(new)))
    return new


def _about(doubt: Finding) -> tuple[object, ...]:
    return (doubt.rule, doubt.detector, doubt.part, doubt.suggestion, str(doubt.place.as_json()))


def _note(connection: Connection, case: Case, version: int, news: _News, screening: Screening) -> None:
    kinds = Counter(item.kind for item in news.new)
    detail = {
        "rules": screening.rules_version,
        "vanished": len(news.gone),
        "appeared": dict(sorted(kinds.items())),
    }
    row = documents.fetch(connection, case.document)
    record = audit.Record(
        action="rescreen", actor=SYSTEM, document=case.document, unit=case.unit, version=version,
        before=case.state.value, after=row.state, detail=detail,
    )  # fmt: skip
    audit.append(connection, record)


# ------------------------------------------------------------------------ signatures


def _go_round(core: Core, connection: Connection, row: Row[Any], news: _News) -> tuple[int, End]:
    """Open the version for the new findings, or make a new one if anybody has signed it.

    An issued file (正式件) that was only to be confirmed goes through the whole chain, as a new version.
    """
    tiers = documents.tiers_of(connection, row.id, row.version)
    version, end = int(row.version), End.FOUND
    if row.issue_of or any(item.state == TierState.APPROVED.value for item in tiers):
        if State(row.state) in (State.APPROVED, State.AWAITING_ISSUE):
            row = take_step(core, connection, row.id, "reopen", changes={"work_at": None, "final": None})
        version = versions.raise_version(
            core, connection, row, actor=SYSTEM, why="rescreen", changes={}, route=news.route, wider=False
        )
        end = End.REOPENED
    elif news.route is not None:
        versions.lengthen(connection, row, news.route)
    if row.issue_of:
        issuing.review_in_full(core, connection, row.id, why="rescreen")
    return version, end


# ------------------------------------------------------------------------ what is out


def _open_incident(connection: Connection, row: Row[Any], news: _News, screening: Screening) -> None:
    sure = [item for item in news.binding if item.kind != UNDETERMINED]
    kind = incidents.FINDING if sure else incidents.UNDETERMINED
    _incident(connection, row, kind, news.binding, screening.rules_version)


def _incident(
    connection: Connection, row: Row[Any], kind: str, found: Sequence[Finding], rules_version: str
) -> None:
    named = {item.rule for item in found}
    incidents.open_one(connection, row, kind, rules=named, findings=len(found), rules_version=rules_version)


def _seize(core: Core, lease: Lease, case: Case, marked: Marked, also: Also) -> Result:
    """A marking: quarantine, recall, or an incident when two officers have released these very characters."""
    found, version = marked.findings, marked.rules_version
    recalled = case.state in step("recall").sources
    with core.database.read() as connection:
        given_out = _given_out(connection, case)
    if recalled and given_out and _was_released(core, case, found):
        return _lapsed(core, lease, case, marked, also)
    result = Result(End.RECALLED if recalled else End.QUARANTINED, len(found))
    isolation.isolate(core, case.document, found, version, lease=lease, also=lambda at: also(at, result))
    return result


def _given_out(connection: Connection, case: Case) -> bool:
    """Whether a channel has this version, or is about to."""
    rows = publications_of(connection, case.document)
    withdrawn = PublicationState.WITHDRAWN.value
    return any(item.version == case.version and item.state != withdrawn for item in rows)


def _was_released(core: Core, case: Case, found: Iterable[Finding]) -> bool:
    digests = {part.position: part.sha256 for part in case.parts}
    released = exemptions.ever_released(core, case.document)
    return all(mark_key(digests.get(item.part, ""), item) in released for item in found)


def _lapsed(core: Core, lease: Lease, case: Case, marked: Marked, also: Also) -> Result:
    """What two officers released, and was published, is not torn down because other rule files came."""
    with core.database.write() as connection:
        row = documents.fetch(connection, case.document, lock=True)
        _check_same(core, connection, lease, row, row)
        if row.rules_version != marked.rules_version:
            _incident(connection, row, incidents.RELEASED, marked.findings, marked.rules_version)
        connection.execute(
            update(document_table)
            .where(document_table.c.id == case.document)
            .values(rules_version=marked.rules_version)
        )
        also(connection, Result(End.INCIDENT))
    return Result(End.INCIDENT)
