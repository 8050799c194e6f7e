"""Everything that can speak against a decision: each rule a function that refuses, and writes nothing.

`pipeline/decisions.py` runs them inside the transaction that writes; the page of a signer runs the same
ones (:func:`against`) to say beforehand what is open and why a key does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.judgement import Quote
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import ISSUE, Role, Verb
from disclosure_pipeline.pipeline import quotes, referrals, shown, versions
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.deciders import (
    GIVEN_BACK,
    Matter,
    check_giving_back,
    check_person,
    check_recorder,
    matter_of,
)
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.people import Person

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.decisions import Decision

LONGEST_MEETING = 100
"""Characters of the number of a meeting; what it discussed is written in the reason."""

Check = Callable[[], object]
"""A rule about one decision; it raises :class:`Refused` or lets it pass."""

SIGNING = frozenset({Verb.APPROVE, Verb.WITHHOLD})
"""Verbs that sign a tier."""

ASKED = frozenset(
    {
        "reason_required", "meeting_required", "risk_required", "checklist_open", "attribute_undecided",
        "ground_required",
    }
)  # fmt: skip
"""Codes of refusals that end when the signer writes what is missing into the decision itself."""


# ------------------------------------------------------------------- what the decision brings


def check_words(wish: Decision) -> None:
    """Everything but a plain approval says why (an outside answer speaks for itself); a meeting has a short number.

    Raises:
        Refused: no reason, or what is no number of a meeting.
    """
    if len(wish.meeting) > LONGEST_MEETING:
        raise Refused(
            f"The number of a meeting has at most {LONGEST_MEETING} characters.",
            code="meeting_long",
            advice="Write what was discussed into the reason.",
        )
    if wish.verb not in (Verb.APPROVE, Verb.ANSWER) and not wish.reason.strip():
        raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")


def check_quotes(connection: Connection, row: Row[Any], wish: Decision) -> tuple[Quote, ...]:
    """Passages go with a return, and stand in the version.

    Returns:
        The passages with their offsets.

    Raises:
        Refused: they do not.
    """
    if wish.quotes and wish.verb is not Verb.RETURN:
        raise Refused("Only a return quotes passages.", code="quotes_misplaced")
    return tuple(quotes.proved(connection, row, wish.quotes))


def check_confirmation(matter: Matter, wish: Decision) -> None:
    """At the one tier of an issued file (正式件) nothing else is decided: the chain of the approved version did.

    Raises:
        Refused: something else is decided.
    """
    if matter.tier.tier != ISSUE.name:
        return
    changed = wish.attribute not in (None, documents.attribute_in_force(matter.row)) or bool(wish.ground)
    if wish.verb not in (Verb.APPROVE, Verb.RETURN) or changed:
        raise Refused(
            "An issued file is confirmed as it was approved, or returned.",
            code="issue_confirmed_only",
            advice="Return it if it must not be published; then it is dropped and reviewed anew.",
        )


def demands(matter: Matter, wish: Decision) -> Iterator[Check]:
    """What the open tier asks of a signature, before the attribute it stands for is looked at."""
    if matter.tier.tier == ISSUE.name:
        yield partial(versions.check_settled, matter.connection, matter.row)
    if Role(matter.tier.role) is Role.SECRECY:
        yield partial(versions.check_settled, matter.connection, matter.row)
        if wish.shown:
            yield partial(shown.check_shown, matter.connection, matter.row.id, wish.version, wish.by)
    yield partial(_check_meeting, matter, wish)
    yield partial(_check_risk, matter, wish)
    yield partial(_check_checklist, matter, wish)


def _check_meeting(matter: Matter, wish: Decision) -> None:
    if matter.tier.meeting and not wish.meeting.strip():
        raise Refused(
            "This tier needs the number of the meeting that discussed the matter (集体审议).",
            code="meeting_required",
            advice="Give it with --meeting.",
        )


def _check_risk(matter: Matter, wish: Decision) -> None:
    """004 第十四条、第十六条、第十七条: 保密审查和风险评估; asked by whoever asks for the checklist, too."""
    if wish.checklist is not None and matter.tier.risk and not (wish.risk and wish.risk.text.strip()):
        raise Refused(
            "This tier needs a written risk assessment (风险评估).",
            code="risk_required",
            advice="Give it with --risk and --risk-text.",
        )


def _check_checklist(matter: Matter, wish: Decision) -> None:
    """004 第十五条: 程序的完整性、范围的适应性、内容的准确性; ``None`` means that nobody was asked."""
    if wish.checklist is None:
        return
    asked = matter.core.rulebook.checklist(matter.tier.tier, matter.tier.role)
    if set(wish.checklist) - {item.id for item in asked}:
        raise Refused(
            "The checklist names a point that this tier is not asked.",
            code="checklist_unknown",
            advice="Load the page again: the rules may have changed.",
        )
    missing = [item.id for item in asked if item.compulsory and item.id not in wish.checklist]
    if missing:
        raise Refused(
            f"Not confirmed: {', '.join(missing)}.",
            code="checklist_open",
            advice="Confirm every compulsory point, or return the draft.",
        )


def judged(matter: Matter, wish: Decision) -> tuple[Attribute, str]:
    """The attribute and ground a signature stands for (三个属性值: proposed, office, final; 003 三(四)).

    Raises:
        Refused: they are not settled, or 不予公开 lacks its ground or reason.
    """
    row = matter.row
    if matter.final and wish.attribute is None and row.office and row.office != row.proposed:
        raise Refused(
            "Department and disclosure office hold different attributes; the signatory decides.",
            code="attribute_undecided",
            advice="Approve with --attribute.",
        )
    attribute = wish.attribute or documents.attribute_in_force(row)
    if attribute is None:
        raise Refused("The document has no attribute.", code="attribute_missing")
    if attribute is not Attribute.EXEMPT:
        return attribute, ""
    wording = wish.ground or row.ground
    ground = matter.core.rulebook.ground(wording) if wording else None
    if ground is None:
        codes = ", ".join(item.code for item in matter.core.rulebook.grounds)
        raise Refused(
            "不予公开 needs a legal ground.",
            code="ground_required",
            advice=f"Give it with --ground ({codes}).",
        )
    if ground.needs_reason and not (wish.reason or row.ground_reason):
        raise Refused(f"Ground {ground.code} needs a written reason.", code="reason_required")
    return attribute, ground.code


def proofs(matter: Matter, attribute: Attribute) -> Iterator[Check]:
    """What must hold of the document itself when a tier is signed under an attribute."""
    yield partial(versions.check_unchanged, matter.connection, matter.row, matter.tiers)
    if matter.final:
        yield partial(referrals.check_answered, matter.core, matter.connection, matter.row)
        if attribute is Attribute.PROACTIVE:
            yield partial(versions.check_frozen, matter.connection, matter.row)


# ------------------------------------------------------------------------- all together


def against(
    core: Core, connection: Connection, row: Row[Any], person: Person, wish: Decision
) -> list[Refused]:
    """Every refusal that a decision would meet now; empty when it would be carried out.

    Nothing is written. What plugins say about a wider attribute (`pipeline/widening.py`) is asked only
    when somebody really decides so.

    Args:
        core: the process's parts.
        connection: a transaction, reading is enough.
        row: the document's row.
        person: who would decide.
        wish: the decision.
    """
    found = refusals((partial(check_words, wish), partial(check_recorder, core, connection, row, wish)))
    if wish.verb is Verb.ANSWER:
        return found + refusals((partial(referrals.check_answer, connection, row, person),))
    found += refusals(
        (partial(versions.check_current, row, wish.version), partial(check_quotes, connection, row, wish))
    )
    if State(row.state) in GIVEN_BACK and wish.verb is Verb.RETURN:
        return found + refusals((partial(check_giving_back, row, person),))
    try:
        matter = matter_of(core, connection, row, person)
    except Refused as error:
        return [*found, error]
    found += refusals((partial(check_person, matter), partial(check_confirmation, matter, wish)))
    return found + (_against_signing(matter, wish) if wish.verb in SIGNING else [])


def _against_signing(matter: Matter, wish: Decision) -> list[Refused]:
    if wish.verb is Verb.WITHHOLD:
        wish = replace(wish, attribute=Attribute.EXEMPT)
    found = refusals(demands(matter, wish))
    attribute = wish.attribute or documents.attribute_in_force(matter.row)
    found += refusals((partial(judged, matter, wish),))
    if attribute is None or versions.widens(matter.row, attribute):
        return found
    return found + refusals(proofs(matter, attribute))


def refusals(checks: Iterable[Check]) -> list[Refused]:
    """What each of some checks says against it."""
    found = []
    for check in checks:
        try:
            check()
        except Refused as error:
            found.append(error)
    return found
