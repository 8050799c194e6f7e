"""What a wider attribute, or a new finding, asks for before a version may go round: its chain, and contradictions.

Whatever was compared with the narrower attribute (附注, attachments, a forwarded source, what is out already) is
compared again: a note that agreed with 依申请公开 may not agree with 主动公开.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from disclosure_pipeline.errors import DisclosureError, Refused
from disclosure_pipeline.hooks.contracts import Case
from disclosure_pipeline.hooks.stages import Tagged
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.route import Route
from disclosure_pipeline.pipeline import versions
from disclosure_pipeline.pipeline.cases import load_case
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.toolbox import CaseTools
from disclosure_pipeline.store import documents


@dataclass(frozen=True, slots=True)
class Wider:
    """A version with a wider attribute.

    Args:
        route: its chain; rules may ask more of it than of the present one.
        findings: what contradicts the wider attribute.
    """

    route: Route
    findings: tuple[Finding, ...]


def longer(core: Core, case: Case, found: Sequence[Finding]) -> Route | None:
    """The chain that new findings of a version ask for; ``None`` when they ask for nothing more.

    Planned before the transaction, because planners are plugins.

    Args:
        core: the process's parts.
        case: the version as it was routed.
        found: what is new.

    Raises:
        DisclosureError: no trusted chain could be planned.
    """
    more = replace(case, findings=(*case.findings, *found))
    route, faults = core.host.plan_route(more, core.chain_of(case.unit).route())
    if faults or route.problems():
        raise DisclosureError("No trusted chain could be planned.", code="route.broken")
    with core.database.read() as connection:
        row = documents.fetch(connection, case.document)
        tiers = {item.tier: item for item in documents.tiers_of(connection, case.document, case.version)}
    asked = any(
        item.name not in tiers or item.meeting > tiers[item.name].meeting or item.risk > tiers[item.name].risk
        for item in route.tiers
    )
    referrals = set(route.referrals) - set(row.referral_needed.split(","))
    return route if asked or referrals else None


def wider(core: Core, document: str, attribute: Attribute | None) -> Wider | None:
    """Plan the version that an attribute would make, before the transaction, because plugins are asked.

    Args:
        core: the process's parts.
        document: case number.
        attribute: the attribute that a person holds right, or ``None``.

    Returns:
        ``None`` when it does not widen the one under which the document is reviewed.

    Raises:
        Refused: no trusted chain could be planned, or contradictions could not be judged.
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, document)
        if attribute is None or row.reviewed_as is None or not versions.widens(row, attribute):
            return None
        case = replace(load_case(core, connection, row), attribute=attribute, ground="")
    judged = core.host.run_stage("tag", case, CaseTools(core, document))
    if not isinstance(judged, Tagged) or judged.faults:
        raise Refused(
            "The wider attribute could not be compared with the document.",
            code="decision.not_judged",
            advice="See `disclosure plugins`, then decide again; or return the draft.",
        )
    route, faults = core.host.plan_route(case, core.chain_of(row.unit).route())
    if faults or route.problems():
        raise Refused(
            "The approval chain for the wider attribute could not be planned.",
            code="route.broken",
            advice="See `disclosure plugins` and routes.toml, then decide again.",
        )
    return Wider(route, judged.findings)
