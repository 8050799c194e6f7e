"""What secrecy officers ruled of pictures without words, by version.

A ruling names the pixels that the officer saw. It is never removed but with the document's text: what is taken back is
a row that says so, so that nothing older comes to count again.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select, update

from disclosure_pipeline.model.pictures import PictureKey, PictureRuling, Ruling
from disclosure_pipeline.store.console_tables import picture_ruling


def of_version(connection: Connection, document: str, version: int) -> dict[PictureKey, PictureRuling]:
    """The rulings of a version, those taken back too.

    Args:
        connection: a transaction.
        document: case number.
        version: the version.
    """
    rows = connection.execute(
        select(picture_ruling).where(
            picture_ruling.c.document == document, picture_ruling.c.version == version
        )
    )
    return {
        PictureKey(row.part, row.name, row.pixels): PictureRuling(
            Ruling(row.ruling), row.by, row.at, row.reason
        )
        for row in rows
    }


def write(
    connection: Connection, document: str, version: int, rulings: Mapping[PictureKey, PictureRuling]
) -> None:
    """Write rulings, in the place of earlier ones on the same pictures.

    Args:
        connection: a writing transaction that holds the document's row.
        document: case number.
        version: the version.
        rulings: what was ruled, by picture.
    """
    for key, said in rulings.items():
        where = {"document": document, "version": version, **key._asdict()}
        values = {"ruling": said.ruling.value, "by": said.by, "at": said.at, "reason": said.reason}
        changed = connection.execute(update(picture_ruling).filter_by(**where).values(values))
        if changed.rowcount == 0:
            connection.execute(insert(picture_ruling).values({**where, **values}))


def carry_over(connection: Connection, document: str, source: int, target: int) -> int:
    """Give a version the rulings of an earlier one; what was ruled in it already stays.

    They count only where the same file has the same pixels under the same name: a ruling is found by all three.

    Args:
        connection: a writing transaction that holds the document's row.
        document: case number.
        source: the earlier version.
        target: the later one.

    Returns:
        How many there were to give.
    """
    known = of_version(connection, document, target)
    fresh = {key: said for key, said in of_version(connection, document, source).items() if key not in known}
    write(connection, document, target, fresh)
    return len(fresh)
