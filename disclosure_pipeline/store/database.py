"""The one place that sets up SQLAlchemy: engine, transactions, migrations.

SQLite runs in WAL mode with ``synchronous=FULL`` (a decision that was acknowledged survives a power
cut) and takes its write lock at the first statement of a writing transaction (``BEGIN
IMMEDIATE``), so that two writers wait for each other instead of failing. PostgreSQL runs at READ
COMMITTED with row locks. Error messages never carry parameters (``hide_parameters``).
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, case, create_engine, event, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from disclosure_pipeline.errors import StoreFault
from disclosure_pipeline.store import console_tables as _console_tables  # noqa: F401 -- fills the collection
from disclosure_pipeline.store import publication_tables as _publication_tables  # noqa: F401 -- fills the collection
from disclosure_pipeline.store import rule_tables as _rule_tables  # noqa: F401 -- fills the collection
from disclosure_pipeline.store.schema import metadata
from disclosure_pipeline.store.tables import counter, meta

CHANNEL = "disclosure_rows"
"""PostgreSQL channel on which every writing transaction tells that rows have changed."""

_WITH_TEXT = (
    "document", "part", "extract", "finding", "artefact", "tier", "decision", "referral", "attribute_review",
    "letter", "rule_change", "incident", "receipt", "publication", "catalogue_key", "subject",
    "clock_change", "version_head", "imported", "imported_key", "imported_review",
    "picture_ruling",
)  # fmt: skip
"""Tables that hold text of documents, or digests of it (`store/purging.py`)."""

MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """A store, SQLite or PostgreSQL.

    Args:
        url: SQLAlchemy URL (``sqlite:///…`` or ``postgresql+psycopg://…``).
        busy_timeout: seconds that a SQLite writer waits for another.
    """

    def __init__(self, url: str, busy_timeout: float = 30.0):
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self.engine = _sqlite(url, busy_timeout) if self.sqlite else _postgres(url)

    def migrate(self) -> None:
        """Bring the schema up to date.

        Raises:
            StoreFault: the store cannot be opened or is newer than this program.
        """
        if self._revision() == newest_revision():
            return
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        try:
            with self.engine.begin() as connection:
                # One at a time, and whole or not at all.
                begin = "BEGIN IMMEDIATE" if self.sqlite else "SELECT pg_advisory_xact_lock(7230001)"
                connection.exec_driver_sql(begin)
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                if connection.execute(select(meta.c.value).where(meta.c.key == "store_id")).first() is None:
                    connection.execute(insert(meta).values(key="store_id", value=uuid.uuid4().hex))
        except CommandError:
            raise StoreFault(
                "The store was made by a newer version of this program.",
                code="store.newer",
                advice="Install the newer version again, or restore the backup made before the upgrade.",
            ) from None
        except SQLAlchemyError as error:
            raise _fault(error) from None

    def _revision(self) -> str | None:
        """The schema's revision, asked without loading Alembic; ``None`` when there is none yet."""
        try:
            with self.engine.connect() as connection:
                return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        except SQLAlchemyError:
            return None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A reading transaction: one consistent view."""
        try:
            with self.engine.connect() as connection:
                if self.sqlite:
                    connection.exec_driver_sql("BEGIN")
                else:
                    connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                yield connection
                connection.rollback()
        except SQLAlchemyError as error:
            raise _fault(error) from None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A writing transaction: everything in it happens, or nothing.

        No plugin code, no file operation and no waiting belongs inside.
        """
        try:
            with self.engine.connect() as connection:
                if self.sqlite:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
                if not self.sqlite:
                    connection.exec_driver_sql(f"NOTIFY {CHANNEL}")
                connection.commit()
        except SQLAlchemyError as error:
            raise _fault(error) from None

    def forget(self) -> bool:
        """Remove the remains of deleted text.

        SQLite overwrites deleted cells (``secure_delete``), but the write-ahead log still holds their
        pages, and a reader can keep it from being emptied. PostgreSQL keeps deleted rows until they
        are vacuumed; bytes of freed pages and of its own log stay until they are used again.

        Returns:
            Whether it was done; if not, a reader was in the way and it must be tried again.
        """
        try:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                if self.sqlite:
                    answer = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
                    return bool(answer[0] == 0)
                for name in _WITH_TEXT:
                    connection.exec_driver_sql(f"VACUUM {name}")
                return True
        except SQLAlchemyError:
            return False

    def maintain(self, *statements: str) -> None:
        """Run statements that no transaction may surround.

        Raises:
            StoreFault: one was refused.
        """
        try:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)
        except SQLAlchemyError as error:
            raise _fault(error) from None

    def clear(self) -> None:
        """Remove everything, the engine's tables included (only before a restore)."""
        from sqlalchemy import MetaData

        with self.write() as connection:
            if not self.sqlite:
                connection.exec_driver_sql('DROP SCHEMA IF EXISTS "dbos" CASCADE')
            else:
                connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
                connection.exec_driver_sql("DROP TABLE IF EXISTS search")  # with the tables behind it
            present = MetaData()
            present.reflect(connection)
            present.drop_all(connection)

    def renew_serials(self, connection: Connection) -> None:
        """Let automatic numbers go on after the highest one that rows hold (PostgreSQL)."""
        if self.sqlite:
            return
        for table in metadata.sorted_tables:
            column = table.autoincrement_column
            if column is not None:
                name = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
                query = select(func.coalesce(func.max(column), 0) + 1)
                highest = f"({query.compile(self.engine, compile_kwargs={'literal_binds': True})})"
                connection.exec_driver_sql(f"SELECT setval({name}, {highest}, false)")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def newest_revision() -> str:
    """The newest revision that this program brings, by the names of its migrations."""
    return max(path.name.split("_", 1)[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _sqlite(url: str, busy_timeout: float) -> Engine:
    engine = create_engine(url, hide_parameters=True, pool_size=8, max_overflow=24)
    _keep_private(engine)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver must not open transactions of its own: ours begin explicitly.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(busy_timeout * 1000)}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    return engine


def _keep_private(engine: Engine) -> None:
    """Only our own account may read the file, and so the log files that SQLite makes after its image.

    It holds the text of drafts that nobody has approved yet.
    """
    if engine.url.database and engine.url.database != ":memory:":
        with contextlib.suppress(OSError):  # a file or folder of another owner is told of when it is opened
            path = Path(engine.url.database)
            if not path.exists():
                # Never an existing one: closing it would end the locks of this process's other connections.
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            path.chmod(0o600)


def _postgres(url: str) -> Engine:
    return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=8, max_overflow=24)


def _fault(error: SQLAlchemyError) -> StoreFault:
    """Name the trouble without the statement's parameters."""
    origin = type(getattr(error, "orig", None) or error).__name__
    text = str(getattr(error, "orig", "")).lower()
    if "locked" in text or "busy" in text:
        return StoreFault(
            "The database stayed locked for longer than the busy timeout.",
            code="store.locked",
            advice="End the program that holds the database, then `disclosure retry` what waits.",
        )
    if "disk is full" in text or "disk full" in text or "no space" in text:
        return StoreFault(
            "The disk is full.", code="disk.full", advice="Free disk space; work goes on by itself."
        )
    if "readonly" in text or "read-only" in text:
        return StoreFault(
            "The database cannot be written.",
            code="store.readonly",
            advice="Check the permissions of the data folder.",
        )
    return StoreFault(f"The database refused an operation ({origin}).")


def next_serial(connection: Connection, name: str) -> int:
    """The next number of a counter, starting at 1; gapless within committed transactions.

    Args:
        connection: a writing transaction.
        name: counter name, e.g. ``case:2026``.
    """
    raised = update(counter).where(counter.c.name == name).values(value=counter.c.value + 1)
    value = connection.execute(raised.returning(counter.c.value)).scalar()
    if value is None:
        first = _dialect(connection).insert(counter).values(name=name, value=1)
        first = first.on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + 1})
        value = connection.execute(first.returning(counter.c.value)).scalar_one()
    return int(value)


def raise_serial(connection: Connection, name: str, value: int) -> None:
    """Let a counter go on above a value, if it has not passed it yet.

    Args:
        connection: a writing transaction.
        name: counter name.
        value: the highest number that is used elsewhere.
    """
    first = _dialect(connection).insert(counter).values(name=name, value=value)
    raised = {"value": case((counter.c.value < value, value), else_=counter.c.value)}
    connection.execute(first.on_conflict_do_update(index_elements=["name"], set_=raised))


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row unless one with its primary key is there already, whoever wrote it."""
    row = _dialect(connection).insert(table).values(**values)
    connection.execute(row.on_conflict_do_nothing(index_elements=list(table.primary_key.columns)))


def insert_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert those rows whose primary key is not there yet, whoever writes at the same time.

    Args:
        connection: a writing transaction.
        table: the table.
        rows: at least one, all with the same columns; some thousands at most.

    Returns:
        How many were inserted.
    """
    made = _dialect(connection).insert(table).values(list(rows))
    keys = list(table.primary_key.columns)
    return len(connection.execute(made.on_conflict_do_nothing(index_elements=keys).returning(keys[0])).all())


def add_to(connection: Connection, table: Table, key: Mapping[str, Any], column: str, number: int) -> None:
    """Add a number to a column of the row with a primary key, which is made when it is not there yet.

    Args:
        connection: a writing transaction.
        table: the table.
        key: its primary key.
        column: the column; it has no value of its own before.
        number: what is added, also below zero.
    """
    row = _dialect(connection).insert(table).values({**key, column: number})
    total = {column: table.c[column] + number}
    connection.execute(row.on_conflict_do_update(index_elements=[*key], set_=total))


def _dialect(connection: Connection) -> Any:
    """The dialect's own ``insert``, which knows what to do about a conflict."""
    from sqlalchemy.dialects import postgresql, sqlite

    return sqlite if connection.dialect.name == "sqlite" else postgresql


def get_meta(connection: Connection, key: str) -> str | None:
    """A fact about the store, or ``None``."""
    return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()


def set_meta(connection: Connection, key: str, value: str | None) -> None:
    """Set or (with ``None``) remove a fact about the store."""
    connection.execute(meta.delete().where(meta.c.key == key))
    if value is not None:
        connection.execute(insert(meta).values(key=key, value=value))
