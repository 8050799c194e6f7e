"""Who may change how findings are settled, in which version, and what the audit log says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from disclosure_pipeline.errors import NotAllowed, Refused
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Route, TierState
from disclosure_pipeline.pipeline import claims, deputies, issuing, versions
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.deciders import refuse_drafter
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.store import documents, people
from disclosure_pipeline.store.documents import Settled

REOPEN, MARK, UNMARK = "reopen", "mark", "unmark"
"""What the audit log says instead of a settlement when findings are opened again, made or removed by hand."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A document in review before the secrecy officer who settles its findings.

    Args:
        row: the document's row, locked.
        by: the officer.
        principal: as whose deputy, or empty.
    """

    row: Row[Any]
    by: str
    principal: str

    def findings(self, connection: Connection) -> list[Settled]:
        """The findings of the present version."""
        return documents.findings_of(connection, self.row.id, self.row.version)

    def is_signed(self, connection: Connection) -> bool:
        """Whether anybody has signed the present version."""
        tiers = documents.tiers_of(connection, self.row.id, self.row.version)
        return any(item.state == TierState.APPROVED.value for item in tiers)

    def changeable(self, core: Core, connection: Connection, route: Route | None = None) -> int:
        """The version whose findings may be changed: the present one, or a new one if anybody has signed it.

        A new one, too, of an issued file (正式件) that is only to be confirmed: its public copy is made already.

        Args:
            core: the process's parts.
            connection: the transaction.
            route: the longer chain that it needs; ``None`` keeps the present one.
        """
        if self.is_signed(connection) or self.row.issue_of:
            return versions.raise_version(
                core, connection, self.row, actor=self.by, deputy_for=self.principal, why="settlement",
                changes={}, route=route, wider=False,
            )  # fmt: skip
        if route is not None:
            versions.lengthen(connection, self.row, route)
        return int(self.row.version)

    def note(self, core: Core, connection: Connection, **facts: object) -> None:
        """Write into the audit log what was done to findings; the last thing of the transaction."""
        self.take(core, connection, "clear", facts)

    def take(self, core: Core, connection: Connection, step: str, facts: Mapping[str, object]) -> None:
        """Take a step that changes what is signed, and write it into the audit log; the last thing of the transaction.

        An issued file (正式件) that is changed is not only confirmed any more.
        """
        detail = {**facts, **deputies.told(self.principal)}
        take_step(core, connection, self.row.id, step, actor=self.by, detail=detail)
        if self.row.issue_of:
            issuing.review_in_full(core, connection, self.row.id, actor=self.by, why="settlement")


def desk(connection: Connection, document: str, by: str, version: int | None = None) -> Desk:
    """The document before an officer, for the rest of a writing transaction; a claim of theirs holds on.

    Args:
        connection: a writing transaction.
        document: case number.
        by: who wants to change findings.
        version: the version that they saw; ``None`` when they named none.

    Raises:
        NotAllowed: not a secrecy officer of the unit, or one who drafted the document.
        StaleVersion: they saw another version than the present one.
        Refused: not in review.
    """
    row = documents.fetch(connection, document, lock=True)
    person = people.get(connection, by)
    principals = person.acts_for(Role.SECRECY, row.unit)
    if not principals:
        raise NotAllowed(
            "Only a secrecy officer (保密审查员) of the unit settles findings.", code="wrong_role"
        )
    principal = deputies.first_allowed(principals, lambda name: refuse_drafter(connection, row, person, name))
    if State(row.state) is not State.IN_REVIEW:
        raise Refused(f"{document} is {row.state}; findings are settled while it is in review.")
    if version is not None:
        versions.check_current(row, version)
    claims.hold_on(connection, document, by)
    return Desk(row, by, principal)


def tally(changed: Iterable[Settled], how: Settlement | None) -> list[list[Any]]:
    """What settling changes in the figures, for the audit row that tells it (`pipeline/statistics.py`).

    Args:
        changed: the findings, as they were before.
        how: how they are settled now; ``None`` opens them again.

    Returns:
        ``[kind, rule, settlement, number]``; what was settled otherwise before is taken back, as a negative number.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    for item in changed:
        key = (item.finding.kind, item.finding.rule)
        if item.settled is not None:
            counts[*key, item.settled.value] -= 1
        if how is not None:
            counts[*key, how.value] += 1
    return [[*key, number] for key, number in sorted(counts.items()) if number]
