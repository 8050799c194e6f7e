"""Extensions of time limits (延长): who may grant one, how long, and on what ground.

Which limits may be extended is data (``config/rules/clocks.toml``). 条例 第二十六条 knows no extension of the
publication limit, except where another law or regulation says otherwise: then the office names that law. An
extension is granted before the limit has run out, or not at all.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select

from disclosure_pipeline.errors import NotAllowed, NotFound, Refused, UsageError
from disclosure_pipeline.model.clock import Clock, Extension, today_in_shanghai
from disclosure_pipeline.model.lifecycle import FINAL
from disclosure_pipeline.model.policy import ClockRule
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import clocks, deputies
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.deciders import refuse_drafter
from disclosure_pipeline.pipeline.rights import SEALED
from disclosure_pipeline.store import audit, desk, documents, due_counts, people
from disclosure_pipeline.store.console_tables import clock_change
from disclosure_pipeline.store.tables import clock

_ENDED = frozenset(state.value for state in FINAL | SEALED)


def extend(
    core: Core, document: str, rule: str, days: int, *, by: str, reason: str, law: str = ""
) -> dict[str, Any]:
    """Extend a running limit of a document.

    Args:
        core: the process's parts.
        document: case number.
        rule: id of the clock rule, e.g. ``publish``.
        days: working days to add.
        by: a person of the unit's disclosure office (``office``) who did not draft the document.
        reason: why, never empty.
        law: the law or regulation (name and article) that gives more time; required where the rule itself knows
            no extension.

    Returns:
        The clock as `disclosure clock show --json` prints it.

    Raises:
        UsageError: ``days`` is not positive.
        NotFound: no such case, or it has no such clock.
        NotAllowed: the person may not extend it.
        Refused: the rule cannot be extended, or not that long; the limit has ended, or no ground was given.
    """
    if days <= 0:
        raise UsageError("An extension is one working day or more.")
    if not reason.strip():
        raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")
    with core.database.write() as connection:
        case = documents.fetch(connection, document, lock=True)
        acts_for = _check_person(connection, case, by)
        row = _running(connection, case, rule)
        limit = core.rulebook.clock(rule)
        given = clocks.extensions_of(connection, document, rule)
        ground = _ground(limit, law.strip())
        _check_length(limit, given, days)
        leg = next((name for name in limit.legs if name not in row.inputs["reached"]), "")
        granted = Extension(days, today_in_shanghai(), leg, ground, reason.strip(), by)
        running = clocks.rebuild(core, row, (*given, granted))
        clocks.write(connection, row, running)
        _note(connection, case, row, granted, running=running, acts_for=acts_for)
    return show(core, document, rule)


def may_extend(core: Core, connection: Connection, document: str, rule: str, by: str) -> str:
    """Why a person could not extend a limit now, as a code; empty when they could.

    Args:
        core: the process's parts.
        connection: a transaction.
        document: case number.
        rule: id of the clock rule.
        by: the person's name.
    """
    try:
        case = documents.fetch(connection, document)
        _check_person(connection, case, by)
        _running(connection, case, rule)
        limit = core.rulebook.clock(rule)
        _ground(limit, limit.extension_article)
        _check_length(limit, clocks.extensions_of(connection, document, rule), 1)
    except (Refused, NotFound) as error:
        return error.code
    return ""


def show(core: Core, document: str, rule: str | None = None) -> dict[str, Any]:
    """The clocks of a document with how each came about; one of them if it is named.

    Raises:
        NotFound: no such case or clock.
    """
    with core.database.read() as connection:
        documents.fetch(connection, document)
        found = clocks.clocks_of(core, connection, document)
    if rule is None:
        return {"id": document, "clocks": found}
    for item in found:
        if item["rule"] == rule:
            return {"id": document, "clocks": [item]}
    raise _no_clock(document, rule)


def _check_person(connection: Connection, case: Row[Any], by: str) -> str:
    """Prove that a person may extend limits of a document; returns for whom they act, if for somebody."""
    person = people.get(connection, by)
    principals = person.acts_for(Role.OFFICE, case.unit)
    if not principals:
        raise NotAllowed(
            "Only the disclosure office (政务公开办) of the unit extends time limits.", code="wrong_role"
        )
    return deputies.first_allowed(principals, lambda name: refuse_drafter(connection, case, person, name))


def _running(connection: Connection, case: Row[Any], rule: str) -> Row[Any]:
    row = connection.execute(select(clock).where(clock.c.document == case.id, clock.c.rule == rule)).first()
    if row is None:
        raise _no_clock(case.id, rule)
    if row.done_on is not None or case.state in _ENDED:
        raise Refused(
            "This time limit does not run any more.", code="clock.ended", advice="There is nothing to extend."
        )
    if row.due < today_in_shanghai().isoformat():
        raise Refused(
            "This time limit has run out.", code="clock.overdue",
            advice="A limit is extended before it has run out; finish the document, and note why it is late.",
        )  # fmt: skip
    return row


def _ground(limit: ClockRule, law: str) -> str:
    """What an extension rests on: the rule's own article, or the law that the office names."""
    if not (limit.extendable or limit.by_law):
        raise Refused(
            f"The limit '{limit.id}' cannot be extended.", code="clock.fixed",
            advice="See `extendable` and `by_law` in config/rules/clocks.toml.",
        )  # fmt: skip
    if law and limit.by_law:
        return law
    if not limit.extendable:
        raise Refused(
            f"The limit '{limit.id}' is extended only where another law or regulation gives more time.",
            code="clock.law_required",
            advice="Name the law and its article with --law.",
        )
    return f"{limit.extension_article}；{law}" if law else limit.extension_article


def _check_length(limit: ClockRule, given: tuple[Extension, ...], days: int) -> None:
    left = limit.extension_days - sum(item.days for item in given)
    if days > left:
        raise Refused(
            f"The limit '{limit.id}' can be extended by {max(left, 0)} more working days.", code="clock.too_long",
            advice="See `extension_days` in config/rules/clocks.toml.",
        )  # fmt: skip


def _note(
    connection: Connection,
    case: Row[Any],
    row: Row[Any],
    granted: Extension,
    *,
    running: Clock,
    acts_for: str,
) -> None:
    connection.execute(
        insert(clock_change).values(
            document=case.id, rule=row.rule, days=granted.days, leg=granted.leg, law=granted.ground,
            reason=granted.reason, by=granted.by, at=utc_now(),
        )
    )  # fmt: skip
    desk.refresh(connection, case.id)
    due_counts.refresh(connection, case.id)
    detail = {
        "rule": row.rule, "days": granted.days, "before": row.due, "after": running.due.isoformat(),
        "reason": audit.digest_of(granted.reason), "law": audit.digest_of(granted.ground),
        **deputies.told(acts_for),
    }  # fmt: skip
    audit.append(
        connection,
        audit.Record(
            action="clock.extended", actor=granted.by, document=case.id, unit=case.unit, version=case.version,
            before=case.state, after=case.state, detail=detail,
        ),
    )  # fmt: skip


def _no_clock(document: str, rule: str) -> NotFound:
    return NotFound(f"{document} has no time limit '{rule}'.", advice="See `disclosure clock show`.")
