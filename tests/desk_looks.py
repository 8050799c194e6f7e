"""What a person sees of the queue, for tests of it."""

from __future__ import annotations

from sqlalchemy import select
from support import Office

from disclosure_pipeline.pipeline import desk
from disclosure_pipeline.pipeline.desk import Filters
from disclosure_pipeline.store import desk as rows
from disclosure_pipeline.store import people
from disclosure_pipeline.store.console_tables import desk as table
from disclosure_pipeline.store.people import Grant


def grants(office: Office, name: str) -> tuple[Grant, ...]:
    with office.core.database.read() as connection:
        return people.get(connection, name).grants


def queue(office: Office, name: str, filters: Filters | None = None) -> list[str]:
    """The case numbers that somebody sees, in order."""
    with office.core.database.read() as connection:
        page = desk.waiting(connection, people.get(connection, name).grants, filters or Filters())
        return [row.document for row in page.rows]


def at(office: Office, case: str) -> tuple[str, str, str, int, int] | None:
    """Role, tier, state, open findings and their weight in the queue."""
    with office.core.database.read() as connection:
        row = connection.execute(select(table).where(table.c.document == case)).first()
        return row and (row.role, row.tier, row.state, row.open, row.severity)


def holds(office: Office) -> None:
    """The queue is what the documents say, and its counts are what the queue says."""
    with office.core.database.read() as connection:
        assert rows.drift(connection) == 0
