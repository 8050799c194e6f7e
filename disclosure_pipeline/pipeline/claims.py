"""Claims: who is reviewing a document just now. A notice to others, never a right.

A claim runs out by itself, some time after the last act of its holder (:func:`hold_on`). Nothing in the core asks for
one: whoever may decide decides, and the other one is told whose claim it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.model.times import later, utc_now
from disclosure_pipeline.pipeline import rights
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.console_tables import desk_lock
from disclosure_pipeline.store.people import Person

MINUTES = 30
"""How long a claim holds from when it was made, and from the last act of its holder."""

_LONGEST = 8 * 60


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody's claim on a document.

    Args:
        document: case number.
        person: whose.
        since: when it was made, UTC.
        until: when it runs out, UTC.
        before: from whom it was taken over, or empty.
    """

    document: str
    person: str
    since: str
    until: str
    before: str = ""


def claim(core: Core, document: str, person: Person, minutes: int = MINUTES) -> Claim:
    """Claim a document, or renew one's own claim.

    Args:
        core: the process's parts.
        document: case number.
        person: who may see its text.
        minutes: how long it holds, up to a working day.

    Raises:
        NotFound: no such case for this person.
        Refused: somebody else has claimed it (``claimed``).
    """
    with core.database.write() as connection:
        _require(connection, document, person)
        held = holder(connection, document)
        if held is not None and held.person != person.name:
            raise Refused(
                f"{held.person} has claimed {document}.", code="claimed",
                advice="Ask them, or take it over.",
            )  # fmt: skip
        return _write(connection, _next(document, person, held, minutes))


def take_over(core: Core, document: str, person: Person, minutes: int = MINUTES) -> Claim:
    """Claim a document whoever holds it; the former holder is told by :func:`holder`.

    Args:
        core: the process's parts.
        document: case number.
        person: who may see its text.
        minutes: how long it holds.

    Returns:
        The claim; ``before`` names the former holder.

    Raises:
        NotFound: no such case for this person.
    """
    with core.database.write() as connection:
        _require(connection, document, person)
        held = holder(connection, document)
        return _write(connection, _next(document, person, held, minutes))


def hold_on(connection: Connection, document: str, person: str) -> None:
    """Let a claim hold longer, because its holder works on the document.

    Args:
        connection: the writing transaction of what they do.
        document: case number.
        person: who acts; without a claim of theirs that still holds nothing happens.
    """
    now = utc_now()
    until = later(now, 60 * MINUTES)
    mine = (desk_lock.c.document == document, desk_lock.c.person == person)
    short = desk_lock.c.until.between(now, until)
    connection.execute(update(desk_lock).where(*mine, short).values(until=until))


def release(core: Core, document: str, person: Person) -> bool:
    """Give one's claim up; returns whether there was one."""
    mine = (desk_lock.c.document == document, desk_lock.c.person == person.name)
    with core.database.write() as connection:
        return connection.execute(delete(desk_lock).where(*mine)).rowcount > 0


def holder(connection: Connection, document: str) -> Claim | None:
    """The claim on a document that has not run out."""
    return holders(connection, (document,)).get(document)


def holders(connection: Connection, cases: Iterable[str]) -> dict[str, Claim]:
    """The claims on documents of a list that have not run out, by case number."""
    rows = connection.execute(
        select(desk_lock).where(desk_lock.c.document.in_(list(cases)), desk_lock.c.until > utc_now())
    )
    return {row.document: Claim(row.document, row.person, row.since, row.until) for row in rows}


def _require(connection: Connection, document: str, person: Person) -> None:
    row = documents.fetch(connection, document, lock=True)
    rights.require(person, row, rights.Sight.TEXT)


def _next(document: str, person: Person, held: Claim | None, minutes: int) -> Claim:
    """Somebody's claim after the one that holds now, which they go on with if it is theirs."""
    now = utc_now()
    until = later(now, 60 * max(1, min(minutes, _LONGEST)))
    if held is None or held.person == person.name:
        return Claim(document, person.name, held.since if held else now, until)
    return Claim(document, person.name, now, until, held.person)


def _write(connection: Connection, made: Claim) -> Claim:
    values = {"person": made.person, "since": made.since, "until": made.until}
    mine = desk_lock.c.document == made.document
    if connection.execute(update(desk_lock).where(mine).values(**values)).rowcount == 0:
        connection.execute(insert(desk_lock).values(document=made.document, **values))
    return made
