"""Index numbers (索引号): reserved before the final signature, never used twice (design 14)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from string import Formatter
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from disclosure_pipeline.errors import NotAllowed, Refused
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import deputies, rights
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import audit, documents, people
from disclosure_pipeline.store.database import next_serial, raise_serial
from disclosure_pipeline.store.imported import in_use
from disclosure_pipeline.store.publication_tables import index_number

_LONGEST = 100
"""Characters of an index number; the longest known has 21."""

_BEFORE_IT_GOES_OUT = frozenset(
    {
        State.RECEIVED,
        State.EXTRACTED,
        State.SCREENED,
        State.TAGGED,
        State.IN_REVIEW,
        State.REFERRED,
        State.RETURNED,
    }
)


def reserve(core: Core, connection: Connection, row: Row[Any]) -> str:
    """The index number of a document, reserved on first call.

    Args:
        core: the process's parts.
        connection: a writing transaction.
        row: the document's row.

    Returns:
        The number; the same one for every version of the document.
    """
    if known := number_of(connection, row.id):
        return known
    unit = core.unit(row.unit)
    year = today_in_shanghai().year
    while True:
        serial = next_serial(connection, _counter(row.unit, year))
        number = unit.index_template.format(org=unit.index_org, unit=row.unit, year=year, serial=serial)
        if not in_use(connection, (number,)):
            break
    connection.execute(insert(index_number).values(number=number, document=row.id, at=utc_now()))
    return number


def set_number(core: Core, document: str, number: str, *, by: str) -> None:
    """Give a document the index number that a platform has given it; before the final signature.

    Args:
        core: the process's parts.
        document: case number.
        number: the number.
        by: a person with role ``office`` or ``admin``.

    Raises:
        NotFound: no such case in a unit of this person.
        NotAllowed: the person may not.
        Refused: the document has a number, the number is in use or too long, or the final tier has signed.
    """
    number = number.strip()
    if not 0 < len(number) <= _LONGEST or not number.isprintable():
        raise Refused(
            "This is no index number.", code="index.number", advice="Give it as the platform shows it."
        )
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
        person = people.get(connection, by)
        rights.require_unit(person, row)
        principal = deputies.entitled(person, (Role.OFFICE, Role.ADMIN), row.unit)
        if principal is None:
            raise NotAllowed("Only office or admin may set an index number.", code="wrong_role")
        if State(row.state) not in _BEFORE_IT_GOES_OUT:
            raise Refused(f"{document} is {row.state}: its number can no longer be set.", code="index.late")
        if row.index_number or number_of(connection, document):
            raise Refused(f"{document} has an index number.", code="index.known")
        if in_use(connection, (number,)):
            raise Refused("Another document has this number.", code="index.used")
        connection.execute(insert(index_number).values(number=number, document=document, at=utc_now()))
        detail = {"number": number, **deputies.told(principal)}
        audit.append(
            connection, audit.Record("index.set", by, document, row.unit, version=row.version, detail=detail)
        )


def number_of(connection: Connection, document: str) -> str:
    """The number reserved for a document, or empty."""
    query = select(index_number.c.number).where(index_number.c.document == document)
    return str(connection.execute(query).scalar() or "")


def raise_above(core: Core, connection: Connection, code: str, numbers: Iterable[str]) -> None:
    """Let the next numbers of a unit begin above those that its earlier catalogue used.

    Args:
        core: the process's parts.
        connection: a writing transaction.
        code: the unit's code.
        numbers: the numbers; those of another form than the unit's own count for nothing.
    """
    unit = core.unit(code)
    form = _form_of(unit.index_template, unit.index_org, code)
    highest: dict[int, int] = {}
    for number in numbers:
        match = form.fullmatch(number)
        if match is not None:
            year = int(match.groupdict().get("year") or today_in_shanghai().year)
            highest[year] = max(highest.get(year, 0), int(match["serial"]))
    for year, serial in highest.items():
        raise_serial(connection, _counter(code, year), serial)


def _form_of(template: str, org: str, unit: str) -> re.Pattern[str]:
    """The regular expression of a unit's numbers."""
    known = {
        "org": re.escape(org),
        "unit": re.escape(unit),
        "year": r"(?P<year>\d{4})",
        "serial": r"(?P<serial>\d+)",
    }
    seen: set[str] = set()
    pieces = []
    for words, name, _, _ in Formatter().parse(template):
        pieces.append(re.escape(words))
        if name is not None:
            again = name in seen and name in ("year", "serial")
            pieces.append(f"(?P={name})" if again else known[name])
            seen.add(name)
    return re.compile("".join(pieces))


def _counter(unit: str, year: int) -> str:
    return f"index:{unit}:{year}"
