"""What a wider attribute asks for before a new version may go round: its chain, and what contradicts it.

Whatever was compared with the narrower attribute (附注, attachments, a forwarded source, what is out already) is
compared again: a note that agreed with 依申请公开 may not agree with 主动公开.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from disclosure_pipeline.errors import Refused
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
