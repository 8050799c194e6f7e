"""Coming into the console: passwords, lock-out, sessions.

A wrong name, a wrong password, a locked and a disabled account get the same answer after the same work.
Each try is counted before it is judged, so that many at once share one count; whoever fails too often waits,
twice as long each time, and the count is in the store, so that a restart forgets nothing.

A session's id is random, new with each entry and each change of the password, and stands in the store as a
hash. Roles are read anew with each request: who is disabled or loses a role feels it at the next one.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from structlog import get_logger

from disclosure_pipeline.errors import NotAllowed, Refused, StoreFault
from disclosure_pipeline.model.times import as_text, later, parse, utc_now
from disclosure_pipeline.pipeline import passwords
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import accounts, audit, people
from disclosure_pipeline.store.database import next_serial
from disclosure_pipeline.store.people import Person, token_hash

log = get_logger(__name__)

FREE_FAILURES = 5
"""The failure that locks an account for the first time."""

FIRST_LOCK, LONGEST_LOCK = 60, 3600
"""Seconds of the first lock-out, which doubles with each further failure, and of the longest one."""

_SEEN_EVERY = timedelta(minutes=1)
_LONGEST_NAME = 200
_TRIED, _REFUSED = "entry.tried", "entry.refused"
"""Counters: each try writes the same, whether the name is known or not."""


Guard = Callable[[Connection], Mapping[str, str]]
"""Proves, inside the transaction that writes, that somebody may; answers what the audit log tells in addition."""


class EntryRefused(NotAllowed):
    """Name or password are wrong, or the account is locked for a while."""

    code = "entry.refused"
    advice = "Try again later, or ask the administrator for a new password (`disclosure user password`)."


@dataclass(frozen=True, slots=True)
class Entered:
    """A new session.

    Args:
        token: its id, for the cookie; shown this once.
        csrf: token that every form of it carries.
        must_change: whether the password must be changed before anything else.
    """

    token: str
    csrf: str
    must_change: bool


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is in the console.

    Args:
        person: who, with the roles of today.
        csrf: token that every form of the session carries.
        must_change: whether the password must be changed before anything else.
        preferences: language, keys, look.
        session: hash of the session's id.
    """

    person: Person
    csrf: str
    must_change: bool
    preferences: Mapping[str, Any]
    session: str


# ------------------------------------------------------------------------- entering


def enter(core: Core, name: str, password: str) -> Entered:
    """Open a session.

    Args:
        core: the process's parts.
        name: as typed.
        password: as typed.

    Raises:
        EntryRefused: no such person, no account, disabled, locked, or the wrong password.
    """
    kept = _proved(core, name, password)
    renewed = passwords.hashed(password) if passwords.outdated(kept) else None
    with core.database.write() as connection:
        row = accounts.find(connection, name, lock=True)
        if row is None or row.password_hash != kept:
            raise EntryRefused  # disabled, or given another password, since it was looked up
        values = {"password_hash": renewed} if renewed else {}
        accounts.change(connection, name, failed=0, locked_until=None, **values)
        _audit(connection, "account.entered", name, {"failed_before": max(0, row.failed - 1)})
        _sweep(core, connection)
        return _begin(connection, name, must_change=row.must_change)


def change_password(core: Core, name: str, old: str, new: str) -> Entered:
    """Change one's password; every session of the person ends, and a new one begins.

    Args:
        core: the process's parts.
        name: who, proved by their session.
        old: the present password.
        new: the next one.

    Raises:
        EntryRefused: the old password is wrong, or the account is locked; it counts like a failed entry.
        Refused: the new one is too easy (`pipeline/passwords.py`), or the old one.
    """
    passwords.check(new, name)
    kept = _proved(core, name, old)
    if passwords.fits(kept, new):
        with core.database.write() as connection:
            accounts.change(connection, name, failed=0, locked_until=None)
        raise Refused("The new password is the old one.", code="password.same", advice="Choose another one.")
    made = passwords.hashed(new)
    with core.database.write() as connection:
        row = accounts.find(connection, name, lock=True)
        if row is None or row.password_hash != kept:
            raise EntryRefused
        accounts.set_password(connection, name, made, must_change=False)
        ended = accounts.end_all(connection, name)
        _audit(connection, "password.changed", name, {"sessions_ended": ended})
        return _begin(connection, name, must_change=False)


def _proved(core: Core, name: str, password: str) -> str:
    """Count a try, then judge it.

    Returns:
        The hash that the password fits.

    Raises:
        EntryRefused: it fits none, or nobody may try now.
    """
    kept, failed = _counted(core, name)
    if passwords.fits(kept, password) and kept is not None:  # in this order: nobody's costs as much
        return kept
    with core.database.write() as connection:
        next_serial(connection, _REFUSED)
        if failed >= FREE_FAILURES:
            _audit(connection, "account.locked", name, {"failed": failed, "seconds": lock_for(failed)})
    if failed >= FREE_FAILURES:
        log.warning("account_locked", person=name, failed=failed, seconds=lock_for(failed))
    raise EntryRefused


def _counted(core: Core, name: str) -> tuple[str | None, int]:
    """Count a try of an account as a failure, and lock it if it was one too many; a success takes that back.

    Returns:
        The account's hash, ``None`` when nobody may enter under this name now; and how many tries have
        failed, 0 when this one does not count.
    """
    with core.database.write() as connection:
        next_serial(connection, _TRIED)
        # Some text is in no store: it would fail there, and differently.
        known = name if len(name) <= _LONGEST_NAME and name.isprintable() else ""
        row = accounts.find(connection, known, lock=True)
        now = utc_now()
        if row is None or (row.locked_until is not None and row.locked_until > now):
            return None, 0
        failed = int(row.failed) + 1
        until = later(now, lock_for(failed)) if failed >= FREE_FAILURES else None
        accounts.change(connection, name, failed=failed, locked_until=until)
        return str(row.password_hash), failed


def lock_for(failed: int) -> int:
    """Seconds for which an account is locked after so many failures in a row."""
    beyond = failed - FREE_FAILURES
    return 0 if beyond < 0 else min(LONGEST_LOCK, FIRST_LOCK << min(beyond, 16))


def _begin(connection: Connection, name: str, *, must_change: bool) -> Entered:
    token, csrf = secrets.token_urlsafe(32), secrets.token_hex(32)
    accounts.begin(connection, token_hash(token), name, csrf)
    return Entered(token, csrf, must_change)


# ---------------------------------------------------------------------- being inside


def visitor_of(core: Core, token: str, *, keep_alive: bool = True) -> Present | None:
    """Who is behind a session's id; ``None`` when it is nobody's, or has run out.

    Args:
        core: the process's parts.
        token: the id from the cookie.
        keep_alive: whether the person did something themselves; what an open page asks by itself keeps
            no session alive.
    """
    key, now = token_hash(token), datetime.now(UTC)
    with core.database.read() as connection:
        found = accounts.sitting(connection, key)
        if found is None or _out(core, found, now):
            return None
        person = Person(found.person, people.grants_of(connection, found.person))
    if keep_alive and now - parse(found.seen_at) >= _SEEN_EVERY:
        with contextlib.suppress(StoreFault), core.database.write() as connection:
            accounts.seen(connection, key)
    return Present(person, found.csrf, found.must_change, found.preferences, key)


def leave(core: Core, session: str) -> None:
    """End a session, named by the hash of its id; nothing happens when there is none."""
    with core.database.write() as connection:
        name = accounts.end(connection, session)
        if name is not None:
            _audit(connection, "account.left", name, {})


def sweep(core: Core) -> int:
    """Remove the sessions that have run out; returns how many."""
    with core.database.write() as connection:
        return _sweep(core, connection)


def save_preferences(core: Core, name: str, preferences: Mapping[str, Any]) -> None:
    """Keep what a person prefers (language, keys, look)."""
    with core.database.write() as connection:
        accounts.change(connection, name, preferences=dict(preferences))


def _sweep(core: Core, connection: Connection) -> int:
    limits, now = core.settings.console, datetime.now(UTC)
    return accounts.sweep(
        connection,
        seen_before=as_text(now - timedelta(minutes=limits.idle_minutes)),
        begun_before=as_text(now - timedelta(hours=limits.absolute_hours)),
    )


def _out(core: Core, found: accounts.Sitting, now: datetime) -> bool:
    limits = core.settings.console
    idle = now - parse(found.seen_at) >= timedelta(minutes=limits.idle_minutes)
    return idle or now - parse(found.created_at) >= timedelta(hours=limits.absolute_hours)


# ------------------------------------------------------------------ for administrators


def give_password(core: Core, name: str, *, by: str, guard: Guard | None = None) -> str:
    """Open an account, or give it a new first password; a lock-out and the person's sessions end.

    Args:
        core: the process's parts.
        name: whose account.
        by: who does it, as the audit log names them.
        guard: proves that ``by`` may; ``None`` where the system's own rights say so (the command line).

    Returns:
        The password, shown this once; it must be changed at the first entry.

    Raises:
        NotFound: nobody of that name, or disabled.
    """
    password = passwords.made()
    kept = passwords.hashed(password)
    with core.database.write() as connection:
        told = guard(connection) if guard is not None else {}
        people.get(connection, name)
        opened = accounts.set_password(connection, name, kept, must_change=True)
        accounts.end_all(connection, name)
        _audit(connection, "account.opened" if opened else "password.reset", by, {"user": name, **told})
    return password


def disable(core: Core, name: str, *, by: str, disabled: bool = True, guard: Guard | None = None) -> None:
    """Let somebody act no more (or again): not in the console, not by token, not through a deputy.

    Args:
        core: the process's parts.
        name: who.
        by: who does it, as the audit log names them.
        disabled: ``False`` takes it back.
        guard: as of :func:`give_password`.

    Raises:
        NotFound: nobody of that name.
        Refused: it is so already.
    """
    with core.database.write() as connection:
        told = guard(connection) if guard is not None else {}
        if not people.disable(connection, name, disabled=disabled):
            raise Refused(
                f"'{name}' is {'disabled' if disabled else 'active'} already.", code="user.unchanged"
            )
        accounts.end_all(connection, name)
        _audit(connection, "user.disable" if disabled else "user.enable", by, {"user": name, **told})


def has_account(core: Core, name: str) -> bool:
    """Whether a person can enter the console.

    Raises:
        NotFound: nobody of that name, or disabled.
    """
    with core.database.read() as connection:
        people.get(connection, name)
        return accounts.find(connection, name) is not None


def _audit(connection: Connection, action: str, actor: str, detail: Mapping[str, Any]) -> None:
    audit.append(connection, audit.Record(action=action, actor=actor, detail=detail))
