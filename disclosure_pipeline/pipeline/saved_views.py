"""Filters of the queue that somebody has named (保存的视图): kept for that person, seen by nobody else."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from disclosure_pipeline.errors import NotFound, Refused
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store.console_tables import saved_view

MOST = 50
"""Most views of one person."""

_LONGEST_NAME = 40
_LONGEST_QUERY = 1000


@dataclass(frozen=True, slots=True)
class SavedView:
    """A named filter.

    Args:
        name: what its owner calls it.
        query: the query string of the queue's address.
    """

    name: str
    query: str


def save_view(core: Core, person: str, name: str, query: str) -> SavedView:
    """Keep a filter under a name; one of the same name is replaced.

    Args:
        core: the process's parts.
        person: its owner.
        name: what they call it.
        query: the query string of the queue's address, without the question mark.

    Raises:
        Refused: no name or too long (``view_name``), not a query string (``view_query``), or too many
            (``too_many_views``).
    """
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Refused(f"A view has a name of up to {_LONGEST_NAME} characters.", code="view_name")
    if len(query) > _LONGEST_QUERY or not (query.isascii() and query.isprintable()) or " " in query:
        raise Refused("This is not the query of an address.", code="view_query")
    mine = saved_view.c.person == person
    with core.database.write() as connection:
        same = update(saved_view).where(mine, saved_view.c.name == name).values(query=query)
        if connection.execute(same).rowcount == 0:
            number = connection.execute(select(func.count()).select_from(saved_view).where(mine)).scalar_one()
            if number >= MOST:
                raise Refused(
                    f"Nobody keeps more than {MOST} views.", code="too_many_views", advice="Remove one first."
                )
            connection.execute(insert(saved_view).values(person=person, name=name, query=query))
    return SavedView(name, query)


def views_of(connection: Connection, person: str) -> list[SavedView]:
    """Somebody's views, by name."""
    rows = connection.execute(
        select(saved_view).where(saved_view.c.person == person).order_by(saved_view.c.name)
    )
    return [SavedView(row.name, row.query) for row in rows]


def remove_view(core: Core, person: str, name: str) -> None:
    """Remove one of somebody's views.

    Raises:
        NotFound: they have none of this name.
    """
    mine = (saved_view.c.person == person, saved_view.c.name == name)
    with core.database.write() as connection:
        if connection.execute(delete(saved_view).where(*mine)).rowcount == 0:
            raise NotFound(
                "There is no such view.", code="no_view", advice="It may have been removed already."
            )
