"""What people see of the rules and of their changes (`disclosure lexicon list`, `diff`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from disclosure_pipeline.errors import NotFound
from disclosure_pipeline.model.amendment import GUARDS, Action
from disclosure_pipeline.model.policy import Rule
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import rule_changes
from disclosure_pipeline.store.rule_changes import ChangeState
from disclosure_pipeline.store.rule_tables import rule_change


def listing(core: Core) -> list[dict[str, Any]]:
    """The rules in force, without their words: how many terms and guards, since when and by whom."""
    with core.database.read() as connection:
        rows = connection.execute(
            select(rule_change).where(rule_change.c.state == ChangeState.APPROVED.value)
        ).all()
    makers = {rule_changes.amendment_of(row).own_rule: row for row in rows if row.action == Action.TERM.value}
    return [_rule_as_json(rule, makers.get(rule.id)) for rule in core.rulebook.rules]


def changes(
    core: Core, *, since: str = "", until: str = "", everything: bool = False
) -> list[dict[str, Any]]:
    """Rule changes with their words, for the people who judge them.

    Args:
        core: the process's parts.
        since: only changes that came into force after this rules version.
        until: and up to this one.
        everything: decided ones too; without it and without versions only what is proposed.

    Raises:
        NotFound: no change led to or from such a version.
    """
    with core.database.read() as connection:
        rows = connection.execute(
            select(rule_change).order_by(rule_change.c.decided_at, rule_change.c.id)
        ).all()
    if since or until:
        rows = _between([row for row in rows if row.rules_after], since, until)
    elif not everything:
        rows = [row for row in rows if row.state == ChangeState.PROPOSED.value]
    return [_change_as_json(row) for row in rows]


def versions_since(connection: Connection, version: str) -> list[str]:
    """A rules version and those that approved changes made of it, oldest first."""
    rows = connection.execute(
        select(rule_change.c.rules_before, rule_change.c.rules_after)
        .where(rule_change.c.rules_after != "")
        .order_by(rule_change.c.decided_at)
    ).all()
    found = [version]
    for before, after in rows:
        if before in found and after not in found:
            found.append(after)
    return found


def _between(rows: list[Row[Any]], since: str, until: str) -> list[Row[Any]]:
    for version in filter(None, (since, until)):
        if not any(version in (row.rules_before, row.rules_after) for row in rows):
            raise NotFound(
                f"No rule change led to or from version {version}.",
                advice="`disclosure lexicon diff --all --json` names the versions before and after each change.",
            )
    chosen, inside = [], not since
    for row in rows:
        inside = inside or row.rules_before == since
        if inside:
            chosen.append(row)
        if until and row.rules_after == until:
            break
    return chosen


def _rule_as_json(rule: Rule, maker: Row[Any] | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": rule.id, "kind": rule.kind, "severity": rule.severity.value, "form": rule.form,
        "article": rule.article, "source": rule.source, "version": rule.version,
        "expires": rule.expires.isoformat() if rule.expires else None, "terms": len(rule.patterns),
        "guards": len(rule.guards), "office_guards": len(rule.options.get(GUARDS, ())),
        "origin": "file" if maker is None else "office",
    }  # fmt: skip
    if maker is not None:
        values |= {
            "change": maker.id, "proposed_by": maker.proposed_by, "approved_by": maker.decided_by,
            "approved_at": maker.decided_at,
        }  # fmt: skip
    return values


def _change_as_json(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id, "action": row.action, "rule": row.rule or None, "state": row.state, "source": row.source,
        "content": row.content, "document": row.document, "finding": row.finding,
        "proposed_by": row.proposed_by, "proposed_at": row.proposed_at, "reason": row.reason,
        "replay": row.replay, "decided_by": row.decided_by, "decided_at": row.decided_at,
        "rules_before": row.rules_before or None, "rules_after": row.rules_after or None,
    }  # fmt: skip
