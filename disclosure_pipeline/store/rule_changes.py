"""Rows of rule changes: what was proposed, what is in force."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, inspect, select

from disclosure_pipeline.errors import NotFound
from disclosure_pipeline.model.amendment import Action, Amendment
from disclosure_pipeline.model.document import canonical_digest
from disclosure_pipeline.store.rule_tables import rule_change


class ChangeState(StrEnum):
    """Where a change stands; stored as these words."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVOKED = "revoked"


_IN_FORCE = (rule_change.c.state == ChangeState.APPROVED.value, rule_change.c.action != Action.REVOKE.value)


def fetch(connection: Connection, change: str, *, lock: bool = False) -> Row[Any]:
    """The row of a change.

    Args:
        connection: a transaction.
        change: its id.
        lock: lock the row for the rest of a writing transaction.

    Raises:
        NotFound: there is none.
    """
    query = select(rule_change).where(rule_change.c.id == change)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound(f"There is no rule change {change}.", advice="See `disclosure lexicon diff`.")
    return row


def amendment_of(row: Row[Any]) -> Amendment:
    """The change that a row holds."""
    return Amendment.of(row.id, row.action, row.rule, row.source, row.content)


def in_force(connection: Connection) -> tuple[Amendment, ...]:
    """The changes in force, in the order of their ids."""
    rows = connection.execute(select(rule_change).where(*_IN_FORCE).order_by(rule_change.c.id))
    return tuple(amendment_of(row) for row in rows)


def mark(connection: Connection) -> str:
    """A digest of which changes are in force; empty when none is. It is cheap: workers ask for it often."""
    ids = connection.execute(select(rule_change.c.id).where(*_IN_FORCE).order_by(rule_change.c.id)).scalars()
    names = list(ids)
    return canonical_digest(names)[:16] if names else ""


def in_store(connection: Connection) -> tuple[Amendment, ...]:
    """The changes in force of a store that may be older than this program, and have no such table."""
    return in_force(connection) if inspect(connection).has_table(rule_change.name) else ()
