"""How documents stand to each other: 更正, 废止, 澄清, 解读, declared by the office and shown on both pages.

A relation takes effect when the document that declares it is out: what it corrects leaves the channels then and leads
to it, what it repeals stays and says so, what it clarifies or explains gets a line that leads to it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from disclosure_pipeline.errors import NotAllowed, Refused
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.publication import Link, Relation, Validity
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import clocks, deputies, rights
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.publication_rows import call_back, reissue
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.store import audit, documents, people
from disclosure_pipeline.store import relations as rows
from disclosure_pipeline.store.audit import digest_of

ACTING = (Relation.REPLACES, Relation.REPEALS, Relation.CLARIFIES, Relation.INTERPRETS)
"""What can be declared; the counterparts follow from it."""

ROLES = (Role.OFFICE, Role.ADMIN)
"""Who declares relations and repeals."""

COMING = frozenset(
    {
        State.TAGGED,
        State.IN_REVIEW,
        State.REFERRED,
        State.APPROVED,
        State.AWAITING_ISSUE,
        State.PUBLISHING,
        State.PUBLISHED,
    }
)
"""States of a document that is public or on its way to be, if its attribute says so."""


def relate(core: Core, document: str, kind: Relation, other: str, *, by: str, reason: str) -> None:
    """Declare how a document stands to one that is published; in effect at once, or when it is out.

    Args:
        core: the process's parts.
        document: case number of the document that corrects, repeals, clarifies or explains.
        kind: one of :data:`ACTING`.
        other: case number of the published one.
        by: a person with role ``office`` or ``admin``.
        reason: why; only its digest enters the log.

    Raises:
        NotFound: no such case in a unit of this person.
        NotAllowed: the person may not.
        Refused: no reason, the other one is not published, or the first is not on its way to be.
    """
    if not reason.strip():
        raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
        target = documents.fetch(connection, other)
        principal = allowed(connection, by, row)
        _check(connection, row, kind, target)
        rows.declare(connection, document, kind, other, by)
        detail = {
            "relation": kind.value,
            "other": other,
            "reason": digest_of(reason),
            **deputies.told(principal),
        }
        record = audit.Record("relation.declared", by, document, row.unit, version=row.version, detail=detail)
        if row.state == State.PUBLISHED.value:
            changes = {"generation": reissue(core, connection, row)}
            take_step(core, connection, document, "amend", actor=by, changes=changes, detail=detail)
            take_effect(core, connection, document)
        else:
            audit.append(connection, record)


def take_effect(core: Core, connection: Connection, document: str) -> None:
    """Tell the other documents of the relations of one that is out now.

    Args:
        core: the process's parts.
        connection: the transaction in which it became public.
        document: its case number.
    """
    for item in rows.take_effect(connection, document):
        row = documents.fetch(connection, item.other, lock=True)
        if State(row.state) is not State.PUBLISHED:
            continue  # it was withdrawn meanwhile: nothing is there that could lead anywhere
        detail = {"relation": Relation(item.kind).counterpart.value, "other": document}
        if item.kind == Relation.REPLACES.value:
            changes = {"generation": call_back(core, connection, row), "validity": Validity.CORRECTED.value}
            clocks.stop(connection, row.id)
            take_step(core, connection, row.id, "replace", actor=item.by, changes=changes, detail=detail)
        else:
            changes = {"generation": reissue(core, connection, row)}
            if item.kind == Relation.REPEALS.value:
                changes["validity"] = Validity.REPEALED.value
            take_step(core, connection, row.id, "amend", actor=item.by, changes=changes, detail=detail)


def is_replaced(connection: Connection, document: str) -> bool:
    """Whether a correction that is out takes the place of a document."""
    return bool(rows.to_document(connection, document, (Relation.REPLACES,)))


def links_of(connection: Connection, case: Row[Any]) -> tuple[Link, ...]:
    """The lines that lead from a document's page to others, and what they may say of them."""
    own = [(Relation(item.kind), item.other) for item in rows.of_document(connection, case.id)]
    others = [
        (Relation(item.kind).counterpart, item.document) for item in rows.to_document(connection, case.id)
    ]
    return tuple(
        link for kind, other in (*own, *others) if (link := _link(connection, kind, other)) is not None
    )


def allowed(connection: Connection, by: str, row: Row[Any]) -> str:
    """As whose deputy somebody may change what is said of a published document, or empty.

    Raises:
        NotFound: no case in a unit of this person.
        NotAllowed: the person holds neither role.
    """
    person = people.get(connection, by)
    rights.require_unit(person, row)
    principal = deputies.entitled(person, ROLES, row.unit)
    if principal is None:
        raise NotAllowed("Only office or admin may say this of a document.", code="wrong_role")
    return principal


def _link(connection: Connection, kind: Relation, other: str) -> Link | None:
    """A line to another document; ``None`` to one that never came out. What was taken back is told by its number only."""
    row = documents.fetch(connection, other)
    if row.published_at is None:
        return None
    title = (row.title or "") if row.state == State.PUBLISHED.value else ""
    return Link(kind, other, row.index_number or "", title)


def _check(connection: Connection, row: Row[Any], kind: Relation, target: Row[Any]) -> None:
    if kind not in ACTING:
        raise Refused(f"'{kind.value}' is the counterpart of another relation.", code="relation.kind")
    if row.id == target.id or row.unit != target.unit:
        raise Refused("A relation is between two documents of one unit.", code="relation.documents")
    if target.state != State.PUBLISHED.value:
        raise Refused(
            f"{target.id} is {target.state}: only what is published can be corrected, repealed or explained.",
            code="relation.not_published",
        )
    attribute = documents.attribute_in_force(row)
    if State(row.state) not in COMING or attribute is not Attribute.PROACTIVE:
        raise Refused(
            f"{row.id} is not on its way to be published.", code="relation.not_coming",
            advice="Declare it when the document is in review as 主动公开.",
        )  # fmt: skip
    if any(item.document == target.id for item in rows.to_document(connection, row.id)):
        raise Refused(f"{target.id} already stands in a relation to {row.id}.", code="relation.circle")
