"""What is kept of a word: rows of a store and files of a folder that hold it."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, MetaData, Text, cast, select

from disclosure_pipeline.store.database import Database


def dump(database: Database, *, without: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a store; rows are sorted."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with database.engine.connect() as connection:
        for schema in (None,) if database.sqlite else (None, "dbos"):
            present = MetaData(schema=schema)
            present.reflect(connection)
            for table in present.sorted_tables:
                if table.name not in without:
                    rows = connection.execute(select(*map(_as_text, table.c)))
                    found[table.fullname] = sorted((tuple(row) for row in rows), key=repr)
    return found


def _as_text(column: Any) -> Any:
    return column if isinstance(column.type, LargeBinary) else cast(column, Text).label(column.name)


def holds(rows: Mapping[str, list[tuple[Any, ...]]], word: str) -> list[str]:
    """Tables in which a word stands, also escaped as JSON writes it, or packed as the engine stores values."""
    escaped = word.encode("unicode_escape").decode("ascii")
    found = []
    for name, lines in rows.items():
        values = [
            value.decode(errors="replace") if isinstance(value, bytes) else str(value)
            for row in lines
            for value in row
        ]
        values += [packed.decode(errors="replace") for value in values if (packed := _unpacked(value))]
        if any(word in value or escaped in value for value in values):
            found.append(name)
    return found


def _unpacked(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        return b""


def files_with(folder: Path, word: str) -> list[str]:
    """Files below a folder, by relative name, whose name or bytes (of a package: those of its parts) hold a word."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if word in name or (path.is_file() and word.encode() in unpacked(path)):
            found.append(name)
    return found


def unpacked(path: Path) -> bytes:
    """The bytes of a file, and of an office document those of its parts too."""
    data = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            data = b"\n".join((data, *map(package.read, package.namelist())))
    return data
