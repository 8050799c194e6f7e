"""Which pages of a version were shown to whom, and whether all were (签署“经审查不涉密”之前).

A clean document is concluded only by somebody to whom every page of every public file was shown, and every panel of
hidden places (comments, deletions, metadata …), which count as pages 0, -1, -2 … Whether a page was read nobody can
know; that it was never opened can be known.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select, update

from disclosure_pipeline.errors import NotFound, Refused
from disclosure_pipeline.model.clock import day_of, today_in_shanghai
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.model.times import parse, utc_now
from disclosure_pipeline.pipeline import rights
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.opened import check_open
from disclosure_pipeline.pipeline.shelf import Laid, TextShelf
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.console_tables import page_view
from disclosure_pipeline.store.database import insert_once
from disclosure_pipeline.store.people import Person
from disclosure_pipeline.store.views import not_noted_today, write_view

VIEWED = "review"
"""What the access log says of a document that was looked at on the review page."""


class Unseen(NamedTuple):
    """A page (from 1) or a panel of hidden places (0 and below) of a file that was not shown yet."""

    part: int
    page: int


def note_shown(core: Core, person: Person, document: str, version: int, *, part: int, page: int) -> None:
    """Note that a page was shown to somebody; once a day and version it is also a line of the access log.

    Args:
        core: the process's parts.
        person: who saw it.
        document: case number.
        version: the version.
        part: position of the file.
        page: from 1; 0 and below for panels of hidden places.

    Raises:
        NotFound: no such case, version or file, or not for this person.
        Refused: ``content_sealed``.
    """
    key = {"document": document, "version": version, "person": person.name}
    with core.database.read() as connection:
        _check(connection, person, document, version, part)
        if _is_noted_today(connection, page_view.c.part == part, page_view.c.page == page, **key):
            return
    with core.database.write() as connection:
        _check(connection, person, document, version, part)
        if not _is_noted_today(connection, **key):
            write_view(connection, person.name, document, VIEWED)
        _note(connection, {**key, "part": part, "page": page})


def note_look(core: Core, person: Person, document: str, what: str) -> None:
    """Note that somebody looked at a page about a document: one line of the access log a day (design 8).

    Args:
        core: the process's parts.
        person: who looks; that they may was checked.
        document: case number.
        what: which page.
    """
    with core.database.read() as connection:
        if not not_noted_today(connection, person.name, [document], what):
            return
    with core.database.write() as connection:
        write_view(connection, person.name, document, what)


def all_shown(
    connection: Connection, document: str, version: int, person: str, shelf: TextShelf | None = None
) -> tuple[Unseen, ...]:
    """The pages and panels of the public files of a version that were not shown to a person yet.

    Args:
        connection: a transaction.
        document: case number.
        version: the version.
        person: name.
        shelf: where texts are kept from one page to the next.

    Raises:
        NotFound: no such case or version.
        Refused: ``content_sealed``.
    """
    row = check_open(connection, document, version)
    texts = (shelf or TextShelf()).of(connection, row, version)
    rows = connection.execute(
        select(page_view.c.part, page_view.c.page).where(
            page_view.c.document == document, page_view.c.version == version, page_view.c.person == person
        )
    )
    seen = {Unseen(row.part, row.page) for row in rows}
    wanted = (
        Unseen(part.position, number)
        for part in documents.parts_of(connection, document, version)
        if part.role.public
        for number in (texts.get(part.position) or Laid.of(Text(part.media_type, "", ()))).layout.numbers
    )
    return tuple(item for item in wanted if item not in seen)


def check_shown(connection: Connection, document: str, version: int, person: str) -> None:
    """Refuse to conclude 经审查不涉密 while pages were not shown to the officer.

    Raises:
        Refused: ``pages_not_shown``, or ``content_sealed``.
    """
    missing = all_shown(connection, document, version, person)
    if missing:
        raise Refused(
            f"{len(missing)} pages were not shown to {person} yet.",
            code="pages_not_shown",
            advice="Go through every page of the text and its attachments, and the hidden places, first.",
        )


def _check(connection: Connection, person: Person, document: str, version: int, part: int) -> None:
    rights.require(person, documents.fetch(connection, document), rights.Sight.HEAD)
    rights.require(person, check_open(connection, document, version), rights.Sight.TEXT)
    if all(item.position != part for item in documents.parts_of(connection, document, version)):
        raise NotFound(f"Version {version} of {document} has no file {part}.")


def _is_noted_today(connection: Connection, *conditions: ColumnElement[bool], **key: Any) -> bool:
    """Whether a page (or any page of the version, without conditions) was noted for a person since midnight."""
    query = select(func.max(page_view.c.last_at)).filter_by(**key).where(*conditions)
    last = connection.execute(query).scalar()
    return last is not None and day_of(parse(last)) == today_in_shanghai()


def _note(connection: Connection, key: dict[str, Any]) -> None:
    now = utc_now()
    again = connection.execute(update(page_view).filter_by(**key).values(last_at=now))
    if again.rowcount == 0:
        insert_once(connection, page_view, {**key, "at": now, "last_at": now})
