"""Rule changes by two people (`disclosure lexicon`): proposed by one officer, replayed, approved by another.

A change adds terms or a guard on top of the rule files, or takes an earlier change back. It must have been
replayed on the stored archive (`pipeline/replay.py`) under the very rules it is to change. The approval is one
transaction with its audit row; the rules have a new version from then on, and a worker that still works by the
old ones concludes nothing any more (`pipeline/transitions.py`). The words of a change stand in its row only: the
audit log holds their digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from disclosure_pipeline.errors import NotAllowed, NotFound, Refused
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.hooks.explaining import explanation
from disclosure_pipeline.model.amendment import (
    Action,
    Amendment,
    Guard,
    amended,
    normalised,
)
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.document import canonical_digest
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import deputies, exemptions
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.rule_checks import check
from disclosure_pipeline.store import audit, documents, people, rule_changes
from disclosure_pipeline.store.audit import digest_of
from disclosure_pipeline.store.database import next_serial
from disclosure_pipeline.store.rule_changes import ChangeState
from disclosure_pipeline.store.rule_tables import rule_change

_LITERAL = "literal"
"""Form of rules whose findings quote a term of the rule itself, never a person's data."""


def propose(
    core: Core, amendment: Amendment, *, by: str, reason: str, document: str = "", finding: str = ""
) -> str:
    """Propose a change; nothing is in force before a second person has approved it.

    Args:
        core: the process's parts.
        amendment: the change; its id is given here.
        by: a secrecy officer.
        reason: why, never empty.
        document: the document from which its words were taken, if any.
        finding: the dismissed finding behind it, if any.

    Returns:
        The change's id.

    Raises:
        NotAllowed: not a secrecy officer.
        Refused: the change would be dangerous or without effect.
    """
    _require_reason(reason)
    check(core.rulebook, amendment)
    with core.database.write() as connection:
        unit, principal = _secrecy_unit(connection, by)
        if amendment.action is Action.REVOKE:
            _revocable(rule_changes.fetch(connection, amendment.rule))
        year = today_in_shanghai().year
        number = next_serial(connection, f"rule_change:{year}")
        identity = f"L{year}-{number:04d}"
        content = amendment.content()
        connection.execute(
            insert(rule_change).values(
                id=identity, unit=unit, action=amendment.action.value, rule=amendment.rule, content=content,
                source=amendment.source, state=ChangeState.PROPOSED.value, document=document or None,
                finding=finding or None, proposed_by=by, proposed_at=utc_now(), reason=reason,
            )
        )  # fmt: skip
        detail = {
            "change": identity, "action": amendment.action.value, "rule": amendment.rule, "finding": finding,
            "content": canonical_digest(content), "reason": digest_of(reason), **deputies.told(principal),
        }  # fmt: skip
        _audit(connection, "lexicon.propose", by, unit, detail, document=document)
    return identity


def propose_guard(
    core: Core, document: str, finding: str, *, before: str, after: str, by: str, reason: str
) -> str:
    """Propose that hits like a dismissed one are no finding beside these words.

    The hit's own words are kept only when they are a term of the rule: a number may belong to a person.

    Returns:
        The change's id.

    Raises:
        NotAllowed: not a secrecy officer of the document's unit.
        NotFound: the present version has no such finding.
        Refused: it was not dismissed, or the words do not stand beside it.
    """
    found, part, rule = _dismissed(core, document, finding, by)
    words = found.text if rule.form == _LITERAL else ""
    guard = Guard(before.strip(), after.strip(), normalised(words or ""))
    if explanation(found, part, (guard,)) is None:
        raise Refused(
            "These words do not stand directly beside the finding, so the guard would not explain it away.",
            code="guard.elsewhere",
            advice="Look at the place with `disclosure findings`, and name the words that touch it.",
        )
    source = f"疑点处理意见 {document} {finding}"
    amendment = Amendment("", Action.GUARD, source, found.rule, guard)
    return propose(core, amendment, by=by, reason=reason, document=document, finding=finding)


def propose_terms(
    core: Core, document: str, finding: str, terms: Sequence[str], *, by: str, reason: str
) -> str:
    """Propose terms of the same kind, article and severity as a finding's rule.

    Returns:
        The change's id.
    """
    found, _, rule = _finding(core, document, finding, by)
    amendment = Amendment(
        "", Action.TERM, f"疑点处理意见 {document} {finding}", terms=tuple(terms), kind=found.kind,
        severity=rule.severity, article=rule.article, suggestion=rule.suggestion,
    )  # fmt: skip
    return propose(core, amendment, by=by, reason=reason, document=document, finding=finding)


def approve(core: Core, change: str, *, by: str, reason: str) -> dict[str, Any]:
    """Put a proposed change into force.

    Args:
        core: the process's parts.
        change: id of the change.
        by: a secrecy officer of the root unit (rules bind every unit) who did not propose it.
        reason: why, never empty.

    Returns:
        ``id``, ``state``, ``rules_before`` and ``rules_version``.

    Raises:
        NotAllowed: the wrong role, or the proposer.
        Refused: not open, or not replayed under the rules in force.
    """
    _require_reason(reason)
    with core.database.write() as connection:
        next_serial(connection, "rule_approval")  # one at a time: each is judged under the rules it changes
        row = rule_changes.fetch(connection, change, lock=True)
        principal = _may_approve(core, connection, row, by)
        replayed = _replayed(core, connection, row)
        if row.action == Action.REVOKE.value:
            _revocable(rule_changes.fetch(connection, row.rule, lock=True))
            _set(connection, row.rule, state=ChangeState.REVOKED.value)
        _set(connection, change, state=ChangeState.APPROVED.value)
        after = amended(core.rules_written, rule_changes.in_force(connection)).version
        before = core.rulebook.version
        _set(
            connection, change, decided_by=by, decided_at=utc_now(), decision=reason, rules_before=before,
            rules_after=after,
        )  # fmt: skip
        exemptions.carry_over(connection, before, after)
        detail = {
            "change": change, "action": row.action, "rule": row.rule, "content": canonical_digest(row.content),
            "proposed_by": row.proposed_by, "rules_before": before, "rules_after": after,
            "appear": replayed["appear"], "vanish": replayed["vanish"], "reason": digest_of(reason),
            **deputies.told(principal),
        }  # fmt: skip
        _audit(connection, "lexicon.approve", by, row.unit, detail)
    return {"id": change, "state": ChangeState.APPROVED.value, "rules_before": before, "rules_version": after}


def reject(core: Core, change: str, *, by: str, reason: str) -> dict[str, Any]:
    """Turn a proposed change down, or take one's own proposal back.

    Raises:
        NotAllowed: not a secrecy officer.
        Refused: not open any more.
    """
    _require_reason(reason)
    with core.database.write() as connection:
        row = rule_changes.fetch(connection, change, lock=True)
        _, principal = _secrecy_unit(connection, by)
        require_open(row)
        _set(
            connection, change, state=ChangeState.REJECTED.value, decided_by=by, decided_at=utc_now(),
            decision=reason,
        )  # fmt: skip
        detail = {"change": change, "reason": digest_of(reason), **deputies.told(principal)}
        _audit(connection, "lexicon.reject", by, row.unit, detail)
    return {"id": change, "state": ChangeState.REJECTED.value}


def after_change(core: Core, connection: Connection, row: Row[Any]) -> RuleBook:
    """The rules as they would be with a proposed change."""
    changes = rule_changes.in_force(connection)
    if row.action == Action.REVOKE.value:
        return amended(core.rules_written, [item for item in changes if item.id != row.rule])
    return amended(core.rules_written, [*changes, rule_changes.amendment_of(row)])


def touched(connection: Connection) -> frozenset[str]:
    """Ids of the rules whose findings any change of the office has ever put into or out of force."""
    decided = rule_change.c.state.in_((ChangeState.APPROVED.value, ChangeState.REVOKED.value))
    rows = connection.execute(
        select(rule_change.c.id, rule_change.c.action, rule_change.c.rule).where(decided)
    )
    rules = {Amendment(row.id, Action(row.action), "", row.rule).touched for row in rows}
    return frozenset(rules)


def _may_approve(core: Core, connection: Connection, row: Row[Any], by: str) -> str:
    """The principal as whose deputy somebody approves, or empty.

    Raises:
        NotAllowed: not a secrecy officer of the root unit, or one of the two has proposed it.
        Refused: decided already.
    """
    root = next((unit.code for unit in core.settings.unit if not unit.parent), core.settings.unit[0].code)
    principals = people.get(connection, by).acts_for(Role.SECRECY, root)
    if not principals:
        raise NotAllowed(
            "Only a secrecy officer (保密审查员) of the root unit approves a rule change.", code="wrong_role"
        )
    require_open(row)
    told = deputies.principals_of(
        connection, "lexicon.propose", document=row.document or "", actor=row.proposed_by,
        since=row.proposed_at, change=row.id,
    )  # fmt: skip
    proposers = deputies.counted(row.proposed_by, next(told, ""))

    def check(principal: str) -> None:
        if proposers & deputies.counted(by, principal):
            raise NotAllowed(
                "Who proposed a change does not approve it.", code="same_person",
                advice="A second secrecy officer must look at the replay and approve.",
            )  # fmt: skip

    return deputies.first_allowed(principals, check)


def _replayed(core: Core, connection: Connection, row: Row[Any]) -> Mapping[str, Any]:
    known: Mapping[str, Any] | None = row.replay
    current = rule_changes.mark(connection) == core.rules_mark
    if known is None or not current or known["under"] != core.rulebook.version:
        raise Refused(
            "The change has not been replayed under the rules in force.", code="not_replayed",
            advice=f"Run `disclosure lexicon replay {row.id}` and look at what it says.",
        )  # fmt: skip
    return known


def require_open(row: Row[Any]) -> None:
    """Refuse what is decided already.

    Raises:
        Refused: the change is not open.
    """
    if row.state != ChangeState.PROPOSED.value:
        raise Refused(f"{row.id} is {row.state}; only a proposed change can be decided on.")


def _revocable(row: Row[Any]) -> None:
    if row.state != ChangeState.APPROVED.value or row.action == Action.REVOKE.value:
        raise Refused(f"{row.id} is not in force; there is nothing to take back.")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")


def _secrecy_unit(connection: Connection, by: str) -> tuple[str, str]:
    """The unit in which somebody is a secrecy officer, and as whose deputy (empty for themselves).

    Raises:
        NotAllowed: in none.
    """
    for grant in people.get(connection, by).grants:
        if grant.role is Role.SECRECY:
            return grant.unit, grant.for_
    raise NotAllowed("Only a secrecy officer (保密审查员) proposes rule changes.", code="wrong_role")


def _dismissed(core: Core, document: str, finding: str, by: str) -> tuple[Any, PartText, Rule]:
    found, settled, rule = _finding(core, document, finding, by)
    if settled is not Settlement.DISMISS:
        raise Refused(
            f"Finding {finding} has not been dismissed.", code="not_dismissed",
            advice="A guard is proposed from a false hit: `disclosure clear ID FINDING dismiss` first.",
        )  # fmt: skip
    with core.database.read() as connection:
        row = documents.fetch(connection, document)
        texts = documents.texts_of(connection, document, row.version)
        roles = {part.position: part.role for part in documents.parts_of(connection, document, row.version)}
    if found.part not in texts:
        raise Refused("The text of the finding is not stored any more.", code="text.missing")
    return found, PartText(found.part, roles[found.part], texts[found.part]), rule


def _finding(core: Core, document: str, finding: str, by: str) -> tuple[Any, Settlement | None, Rule]:
    with core.database.read() as connection:
        row = documents.fetch(connection, document)
        if not people.get(connection, by).holds(Role.SECRECY, row.unit):
            raise NotAllowed(
                "Only a secrecy officer (保密审查员) of the document's unit proposes changes from it.",
                code="wrong_role",
            )
        known = documents.findings_of(connection, document, row.version)
    item = next((item for item in known if item.id == finding), None)
    if item is None:
        raise NotFound(
            f"Version {row.version} of {document} has no finding {finding}.",
            advice="List them with `disclosure findings`.",
        )
    rule = next((rule for rule in core.rulebook.rules if rule.id == item.finding.rule), None)
    if rule is None:
        raise NotFound(f"The rules in force have no rule {item.finding.rule}.")
    return item.finding, item.settled, rule


def _set(connection: Connection, change: str, **values: object) -> None:
    connection.execute(update(rule_change).where(rule_change.c.id == change).values(**values))


def _audit(
    connection: Connection, action: str, by: str, unit: str, detail: Mapping[str, Any], *, document: str = ""
) -> None:
    kept = {key: value for key, value in detail.items() if value not in ("", None)}
    audit.append(connection, audit.Record(action=action, actor=by, unit=unit, document=document, detail=kept))


def keep_replay(core: Core, change: str, result: Mapping[str, Any], by: str) -> None:
    """Write what a replay showed beside its change, and into the audit log.

    Raises:
        Refused: the change is not open any more.
    """
    with core.database.write() as connection:
        row = rule_changes.fetch(connection, change, lock=True)
        require_open(row)
        _set(connection, change, replay=dict(result))
        detail = {"change": change, **{key: value for key, value in result.items() if key != "samples"}}
        _audit(connection, "lexicon.replay", by, row.unit, detail)
