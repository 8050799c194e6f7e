"""Accounts and sessions of the console: password hashes, failures, and who is in now.

What a browser shows is kept as a hash only (:func:`store.people.token_hash`), so that nobody who reads the
store, or a backup of it, comes in with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store.console_tables import account, session
from disclosure_pipeline.store.tables import person


def find(connection: Connection, name: str, *, lock: bool = False) -> Row[Any] | None:
    """The account of a person who may act, or ``None``.

    Args:
        connection: a transaction.
        name: the person's name.
        lock: whether nobody else may change it until the transaction ends.
    """
    query = (
        select(account)
        .join(person, person.c.name == account.c.person)
        .where(account.c.person == name, person.c.disabled_at.is_(None))
    )
    return connection.execute(query.with_for_update(of=account) if lock else query).first()


def set_password(connection: Connection, name: str, password_hash: str, *, must_change: bool) -> bool:
    """Give an account another password, or open it; failures and a lock-out are forgotten.

    Returns:
        Whether it was opened.
    """
    values = {
        "password_hash": password_hash, "must_change": must_change, "changed_at": utc_now(), "failed": 0,
        "locked_until": None,
    }  # fmt: skip
    if connection.execute(update(account).where(account.c.person == name).values(**values)).rowcount:
        return False
    connection.execute(insert(account).values(person=name, preferences={}, **values))
    return True


def change(connection: Connection, name: str, **values: Any) -> None:
    """Change columns of an account."""
    connection.execute(update(account).where(account.c.person == name).values(**values))


# ------------------------------------------------------------------------ sessions


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session with what its person's account says.

    Args:
        person: the person's name. csrf: token of its forms.
        created_at: when it began. seen_at: when it was last used, to the minute.
        must_change: whether the password must be changed first.
        preferences: what the person prefers.
    """

    person: str
    csrf: str
    created_at: str
    seen_at: str
    must_change: bool
    preferences: Mapping[str, Any]


def begin(connection: Connection, key: str, name: str, csrf: str) -> None:
    """Open a session.

    Args:
        connection: a writing transaction.
        key: hash of the session's id.
        name: whose.
        csrf: token of its forms.
    """
    now = utc_now()
    connection.execute(insert(session).values(id=key, person=name, csrf=csrf, created_at=now, seen_at=now))


def sitting(connection: Connection, key: str) -> Sitting | None:
    """A session of a person who may act, or ``None``; whether it is too old is for the caller to say."""
    row = connection.execute(_SITTING, {"key": key}).first()
    return None if row is None else Sitting(*row)


_SITTING = (
    select(session.c.person, session.c.csrf, session.c.created_at, session.c.seen_at,
           account.c.must_change, account.c.preferences)
    .join(account, account.c.person == session.c.person)
    .join(person, person.c.name == session.c.person)
    .where(session.c.id == bindparam("key"), person.c.disabled_at.is_(None))
)  # fmt: skip
"""Asked with each request: built once, because building costs more than asking."""


def seen(connection: Connection, key: str) -> None:
    """Note that a session was used just now."""
    connection.execute(update(session).where(session.c.id == key).values(seen_at=utc_now()))


def end(connection: Connection, key: str) -> str | None:
    """End a session; whose it was, or ``None`` when there is none."""
    done = delete(session).where(session.c.id == key).returning(session.c.person)
    return connection.execute(done).scalar()


def end_all(connection: Connection, name: str) -> int:
    """End every session of a person; returns how many."""
    return connection.execute(delete(session).where(session.c.person == name)).rowcount


def sweep(connection: Connection, *, seen_before: str, begun_before: str) -> int:
    """Remove sessions that have run out; returns how many."""
    out = (session.c.seen_at < seen_before) | (session.c.created_at < begun_before)
    return connection.execute(delete(session).where(out)).rowcount
