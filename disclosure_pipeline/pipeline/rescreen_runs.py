"""Runs that screen the stored archive again in the background (`disclosure rescreen`, queue ``rescreen``).

A run is cut into batches of about 500 documents (`pipeline/rescreen_batches.py`), which the workers carry out. One run
at a time; it can be paused, and goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from disclosure_pipeline.errors import NotAllowed, NotFound, Refused
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import incidents, rule_views, stored
from disclosure_pipeline.pipeline.core import RESCREEN, Core
from disclosure_pipeline.pipeline.rescreen_batches import (
    RunState,
    Selection,
    batch_of,
    finish,
    open_batches,
    run_as_json,
    subject_of,
)
from disclosure_pipeline.store import audit, documents, people, rule_changes
from disclosure_pipeline.store.rule_tables import rescreen, rescreen_batch
from disclosure_pipeline.store.tables import document

BATCH = 500
"""Documents of a batch."""


def start(core: Core, *, by: str, since: str = "", only: Sequence[str] = ()) -> dict[str, Any]:
    """Begin a run.

    Args:
        core: the process's parts.
        by: who asks for it; the name of a user must hold ``secrecy``, ``office`` or ``admin``.
        since: only documents last screened under this rules version or one that approved changes made of it.
        only: only these documents.

    Returns:
        As :func:`status`.

    Raises:
        Refused: another run has not ended, or the rules changed meanwhile.
        NotFound: no such document, or no document was screened under that version.
    """
    with core.database.write() as connection:
        _one_at_a_time(connection)
        if rule_changes.mark(connection) != core.rules_mark:
            raise Refused(
                "The rules have just changed.", code="rules.changed", advice="Give the command again."
            )
        chosen = _selection(core, connection, since, only)
        now = utc_now()
        run = connection.execute(
            insert(rescreen)
            .values(
                state=RunState.RUNNING.value, rules_version=core.rulebook.version, asked_by=by, started_at=now,
                versions=chosen.versions, documents=chosen.documents,
            )
            .returning(rescreen.c.id)
        ).scalar_one()  # fmt: skip
        total = _cut(core, connection, run, chosen, now)
        detail = {"run": run, "documents": total, "rules": core.rulebook.version, "since": since}
        audit.append(connection, audit.Record(action="rescreen.start", actor=by, detail=detail))
        finish(core, connection, run)
    return status(core)


def _one_at_a_time(connection: Connection) -> None:
    open_run = connection.execute(
        select(rescreen.c.id).where(rescreen.c.state != RunState.DONE.value).with_for_update()
    ).scalar()
    if open_run is not None:
        raise Refused(
            f"Run {open_run} has not ended.", code="rescreen.running",
            advice="Wait for it (`disclosure rescreen --status`), or go on with `--resume` if it is paused.",
        )  # fmt: skip


def _selection(core: Core, connection: Connection, since: str, only: Sequence[str]) -> Selection:
    for case in only:
        documents.fetch(connection, case)
    if only:
        return Selection(documents=tuple(sorted(set(only))))
    if not since:
        return Selection()
    versions = rule_views.versions_since(connection, since)
    used = connection.execute(
        select(document.c.id).where(document.c.rules_version.in_(versions)).limit(1)
    ).first()
    if used is None and len(versions) == 1:
        raise NotFound(
            f"No document was screened under rules version {since}.",
            advice="`disclosure lexicon diff --all --json` names the versions before and after each change.",
        )
    return Selection(versions=tuple(item for item in versions if item != core.rulebook.version))


def _cut(core: Core, connection: Connection, run: int, chosen: Selection, now: str) -> int:
    """Cut what is chosen into batches; returns how many documents there are."""
    total, number, last = 0, 0, ""
    while cases := stored.page(connection, last, BATCH, *chosen.conditions(core)):
        number, total = number + 1, total + len(cases)
        connection.execute(
            insert(rescreen_batch).values(
                run=run, number=number, state=RunState.RUNNING.value, first=cases[0], last=cases[-1],
                total=len(cases), cursor=last, counts={}, due_at=now,
            )
        )  # fmt: skip
        key = f"{RESCREEN}:{run}:{number}"
        core.queue.enqueue(connection, RESCREEN, key=key, subject=subject_of(run, number))
        last = cases[-1]
    return total


def pause(core: Core, by: str) -> dict[str, Any]:
    """Stop the present run after the documents at work; returns as :func:`status`."""
    return _switch(core, by, RunState.RUNNING, RunState.PAUSED)


def resume(core: Core, by: str) -> dict[str, Any]:
    """Let a paused run go on; returns as :func:`status`."""
    return _switch(core, by, RunState.PAUSED, RunState.RUNNING)


def _switch(core: Core, by: str, source: RunState, target: RunState) -> dict[str, Any]:
    with core.database.write() as connection:
        run = connection.execute(
            select(rescreen.c.id).where(rescreen.c.state == source.value).with_for_update()
        ).scalar()
        if run is None:
            raise Refused(f"No run is {source.value}.", advice="See `disclosure rescreen --status`.")
        connection.execute(update(rescreen).where(rescreen.c.id == run).values(state=target.value))
        if target is RunState.RUNNING:
            _ask_again(core, connection, run)
        record = audit.Record(action=f"rescreen.{target.value}", actor=by, detail={"run": run})
        audit.append(connection, record)
    return status(core)


def _ask_again(core: Core, connection: Connection, run: int) -> None:
    now = utc_now()
    rows = connection.execute(select(rescreen_batch).where(open_batches(run))).all()
    for row in rows:
        connection.execute(update(rescreen_batch).where(batch_of(run, row.number)).values(due_at=now))
        key = f"{RESCREEN}:{run}:{row.number}:{now}"
        core.queue.enqueue(connection, RESCREEN, key=key, subject=subject_of(run, row.number))


def may_ask(core: Core, by: str) -> None:
    """Refuse a user who may not begin, pause or go on with a run.

    Raises:
        NotAllowed: neither ``secrecy``, ``office`` nor ``admin`` anywhere.
    """
    with core.database.read() as connection:
        roles = {grant.role for grant in people.get(connection, by).grants}
    if roles.isdisjoint({Role.SECRECY, Role.OFFICE, Role.ADMIN}):
        raise NotAllowed("Only secrecy, office or admin may do this.", code="wrong_role")


def status(core: Core) -> dict[str, Any]:
    """The newest run with its progress, what still stands under older rules, and the open incidents."""
    with core.database.read() as connection:
        run = connection.execute(select(rescreen).order_by(rescreen.c.id.desc()).limit(1)).first()
        waiting = connection.execute(
            select(func.count())
            .select_from(document)
            .where(
                document.c.state.in_([state.value for state in stored.STORED]),
                document.c.rules_version != core.rulebook.version,
            )
        ).scalar_one()
        return {
            "rules_version": core.rulebook.version,
            "older": waiting,
            "run": None if run is None else run_as_json(connection, run),
            "incidents": incidents.open_ones(connection),
        }
