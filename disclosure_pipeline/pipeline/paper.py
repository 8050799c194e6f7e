"""Decisions signed on paper or in the office's own system, recorded by an administrator (代录).

The decision counts as that of the person who signed; the same rules are asked as if they had decided here
themselves, on the day that the paper bears. The scan is kept only when nothing speaks against the decision, the plugins
that judge a wider attribute included, so that a refusal leaves nothing behind. Who records sees no text of the document:
number, title, chain, and who may sign.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from disclosure_pipeline.errors import NotAllowed, NotFound
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import Ground
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import (
    deciders,
    decisions,
    deputies,
    objections,
    rights,
    scans,
    signing,
    versions,
    widening,
)
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.decisions import Decision
from disclosure_pipeline.pipeline.signing import TierSigned
from disclosure_pipeline.store import deputies as appointments
from disclosure_pipeline.store import documents, people
from disclosure_pipeline.store.people import Person

VERBS = (Verb.APPROVE, Verb.RETURN, Verb.WITHHOLD, Verb.REFER)
"""What a paper can say; the answer of an outside body has a form of its own."""


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """What an administrator sees before recording a paper.

    Args:
        document: case number. title: title, or ``None``. department: drafting department.
        version: what a decision must name. since: the first day that a paper about it can bear.
        state: where it stands.
        tiers: the chain in signing order, with who signed.
        open: name of the open tier, or empty. label: what it is called, or empty.
        meeting: whether a 会议文号 is asked. risk: whether a risk assessment is.
        verbs: what a paper can say now; empty when nothing waits for a signature.
        signers: names of those whose decision can be recorded now, also of deputies whose days are over since.
        grounds: the reasons that can be given for 不予公开.
    """

    document: str
    title: str | None
    department: str
    version: int
    since: date
    state: State
    tiers: tuple[TierSigned, ...]
    open: str
    label: str
    meeting: bool
    risk: bool
    verbs: tuple[Verb, ...]
    signers: tuple[str, ...]
    grounds: tuple[Ground, ...]


def sheet(core: Core, document: str, person: Person) -> PaperSheet:
    """What an administrator sees before recording a paper.

    Args:
        core: the process's parts.
        document: case number.
        person: who records.

    Raises:
        NotFound: no such case, or none that this person may see the head of.
        NotAllowed: the person is no administrator of its unit.
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, document)
        _check_recorder(person, row)
        tier = deciders.open_tier(connection, row)
        aside = State(row.state) is State.ATTENTION
        return PaperSheet(
            document=row.id,
            title=row.title,
            department=row.department,
            version=row.version,
            since=versions.begun_on(connection, row),
            state=State(row.state),
            tiers=signing.tiers(connection, row),
            open=tier.tier if tier is not None else "",
            label=tier.label if tier is not None else "",
            meeting=tier is not None and bool(tier.meeting),
            risk=tier is not None and bool(tier.risk),
            verbs=VERBS if tier is not None else (Verb.RETURN,) if aside else (),
            signers=_signers(connection, row, tier) if tier is not None or aside else (),
            grounds=core.rulebook.grounds,
        )


def record(
    core: Core, document: str, wish: Decision, scan: Path | bytes, *, by: str, any_kind: bool = False
) -> State:
    """Record what somebody decided on paper.

    Args:
        core: the process's parts.
        document: case number.
        wish: the decision of the person who signed the paper.
        scan: the scanned paper, or its file.
        by: the administrator who records it.
        any_kind: see :func:`scans.keep_scan`.

    Returns:
        The document's state afterwards.

    Raises:
        NotFound: no such case or person, or an empty scan.
        NotAllowed: ``by`` is no administrator of the unit, or the person may not decide this, or might not on the
            day of the paper.
        Refused: no scan, or the procedure forbids the decision now.
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, document)
        _check_recorder(people.get(connection, by), row)
        person = people.get(connection, wish.by, wish.signed_on)
        for refusal in objections.against(core, connection, row, person, wish):
            raise refusal
    wider = widening.wider(core, document, wish.attribute)
    digest = scans.keep_scan(core, scan, by, any_kind=any_kind)
    return decisions.decide(core, document, replace(wish, recorded_by=by, scan=digest), wider=wider)


def _check_recorder(person: Person, row: Row[Any]) -> None:
    rights.require(person, row, rights.Sight.HEAD)
    if State(row.state) in rights.SEALED:
        raise NotFound(f"There is no case {row.id}.")
    if deputies.entitled(person, (Role.ADMIN,), row.unit) is None:
        raise NotAllowed(
            "Only an administrator of the unit records decisions signed on paper.", code="wrong_role"
        )


def _signers(connection: Connection, row: Row[Any], tier: Row[Any] | None) -> tuple[str, ...]:
    """Who holds the role that the open tier asks (or, without one, may give the document back), or did in its days."""
    wanted = deciders.GIVE_BACK if tier is None else {Role(tier.role)}
    department = row.department if tier is not None and tier.department else None
    since, today = versions.begun_on(connection, row), today_in_shanghai()
    stood_in = {item.deputy for item in appointments.listed(connection) if item.last_day >= since.isoformat()}
    names = []
    for found, grants in people.of_unit(connection, row.unit):
        late = found.name in stood_in
        held = people.grants_of(connection, found.name, since, today) if late else grants
        if found.disabled_at is None and any(
            grant.covers(role, row.unit, department) for grant in held for role in wanted
        ):
            names.append(found.name)
    return tuple(names)
