"""What all tables of the store share: one collection of tables, and the types of their columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData, String

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(20)
CODE = String(60)
NAME = String(200)
TIME = String(32)
DAY = String(10)
HASH = String(64)


def is_ours(_item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Whether Alembic compares something with the tables: not the search index, which each database has its own way."""
    return kind != "table" or name is None or name.partition("_")[0] != "search"
