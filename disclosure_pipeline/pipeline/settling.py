"""Settling findings (`disclosure clear`): only the secrecy officer, always with a reason.

Before the secrecy tier has signed, settling changes the version under review; afterwards it makes
a new version, because signatures bind to the settled findings (design 6).
"""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.errors import NotAllowed, Refused
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, TierState
from disclosure_pipeline.pipeline import versions
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.decisions import refuse_drafter
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.store import documents, people
from disclosure_pipeline.store.audit import digest_of


def clear(
    core: Core, document: str, findings: Sequence[str], how: Settlement, *, by: str, reason: str
) -> tuple[int, int]:
    """Settle findings of the present version.

    Args:
        core: the process's parts.
        document: case number.
        findings: finding ids; ``("all",)`` means every open one.
        how: ``accept`` (it is there and may stay), ``dismiss`` (a false hit), ``redact`` (leave it
            out of the public copy).
        by: the secrecy officer.
        reason: why, never empty.

    Returns:
        How many were settled, and the version they belong to now.

    Raises:
        NotAllowed: not a secrecy officer of the unit, or the one who drafted the document.
        Refused: not in review, or no reason.
        NotFound: no such finding.
    """
    if not reason.strip():
        raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
        person = people.get(connection, by)
        if not person.holds(Role.SECRECY, row.unit):
            raise NotAllowed(
                "Only a secrecy officer (保密审查员) of the unit settles findings.", code="wrong_role"
            )
        refuse_drafter(connection, row, person)
        if State(row.state) is not State.IN_REVIEW:
            raise Refused(f"{document} is {row.state}; findings are settled while it is in review.")
        version = int(row.version)
        known = documents.findings_of(connection, document, version)
        chosen = (
            [item.id for item in known if item.settled is None] if tuple(findings) == ("all",) else findings
        )
        if not chosen:
            return 0, version
        tiers = documents.tiers_of(connection, document, version)
        if any(item.state == TierState.APPROVED.value for item in tiers):
            version = versions.raise_version(core, connection, row, actor=by, why="settlement", changes={})
        texts = {item.id: item.finding.text for item in known}
        for finding in chosen:
            if how is Settlement.REDACT and finding in texts and not texts[finding]:
                raise Refused(
                    f"Finding {finding} names no characters that could be left out.",
                    code="nothing_to_redact",
                    advice="Accept or dismiss it after looking at the place, or return the draft.",
                )
            documents.settle(connection, document, version, finding, how=how, by=by, reason=reason)
        take_step(
            core, connection, document, "clear", actor=by,
            detail={"findings": list(chosen), "how": how.value, "reason": digest_of(reason)},
        )  # fmt: skip
        return len(chosen), version
