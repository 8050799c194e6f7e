"""One document's way, as far as it goes without a person.

A drop becomes a row in ``received`` (`pipeline/intake.py`). A worker then carries it on: each stage
(`builtin/stages.py`) looks at an immutable case and concludes something, and what it concluded is
recorded as one step of the table (`model/lifecycle.py`). The way stops where a person must act,
and goes on when that person's decision (`pipeline/decisions.py`) asks for work again.
"""

from __future__ import annotations

from sqlalchemy import Connection, select
from structlog import get_logger

from disclosure_pipeline.errors import DisclosureError, Fenced
from disclosure_pipeline.hooks.contracts import Case
from disclosure_pipeline.hooks.stages import Outcome, SetAside
from disclosure_pipeline.model.finding import Fault
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import delays, issuing, leases, letters, publication, rescreening
from disclosure_pipeline.pipeline.cases import load_case
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.publication_rows import HELD
from disclosure_pipeline.pipeline.recording import record
from disclosure_pipeline.pipeline.toolbox import CaseTools
from disclosure_pipeline.pipeline.transitions import Lease
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.database import get_meta
from disclosure_pipeline.store.tables import document as document_table

log = get_logger(__name__)

STAGES: tuple[tuple[State, str], ...] = (
    (State.RECEIVED, "extract"),  # read every hidden place; a secrecy marking stops the way here
    (State.EXTRACTED, "screen"),  # findings and doubts become rows
    (State.SCREENED, "tag"),  # the proposed attribute with its ground, or back to the department
    (State.TAGGED, "route"),  # who must sign, in which order
    (State.IN_REVIEW, "freeze"),  # before the final tier: the public copy, proved and frozen
)
"""The stages in the order in which a document meets them."""


def carry_on(core: Core, document: str) -> None:
    """Carry a document on until it needs a person or leaves for the channels.

    Safe to call at any time and twice at once: the lease lets one worker in, and every step is
    checked against the table. A fault that may pass (full disk, locked database) leaves the
    document where it is and is tried again later; any other fault sets it aside for a person.

    Args:
        core: the process's parts.
        document: case number.
    """
    with leases.claimed(core, document) as lease:
        if lease is None:
            return
        tools = CaseTools(core, document)
        try:
            while (case := next_case(core, lease)) is not None:
                record(conclude(core, case, tools), core, lease, case)
            rescreening.before_it_goes_out(core, lease, tools)
            issuing.await_issue(core, lease)
            publication.dispatch(core, lease)
            delays.over(core, document)
        except Fenced:
            log.warning("fenced", case=document)
        except DisclosureError as error:
            delays.try_later(core, lease, error)
        except Exception as error:  # noqa: BLE001 -- a mistake of ours holds the document, never lets it pass
            name = type(error).__name__
            delays.try_later(core, lease, DisclosureError(f"The pipeline itself failed ({name})."))
        finally:
            tools.close()
    letters.deliver(core, document)


def due(connection: Connection, limit: int) -> list[str]:
    """Case numbers of documents that nobody holds and that a worker could carry on now, oldest first.

    Work that is asked for in another state waits there: until an outside answer, or until the hold
    after a restore has ended.
    """
    states = [state.value for state, _ in STAGES]
    if not get_meta(connection, HELD):
        states.append(State.APPROVED.value)
    return list(
        connection.execute(
            select(document_table.c.id)
            .where(
                document_table.c.work_at <= utc_now(),
                document_table.c.lease_owner.is_(None),
                document_table.c.state.in_(states),
            )
            .order_by(document_table.c.work_at)
            .limit(limit)
        ).scalars()
    )


def next_case(core: Core, lease: Lease) -> Case | None:
    """The case to work on now, or ``None`` when nothing is left to do without a person."""
    with core.database.read() as connection:
        row = documents.fetch(connection, lease.document)
        if row.work_at is None or State(row.state) not in dict(STAGES):
            return None
        return load_case(core, connection, row)


def conclude(core: Core, case: Case, tools: CaseTools) -> Outcome:
    """Let the stage of the case's state do its work; whatever goes wrong concludes ``SetAside``."""
    name = dict(STAGES)[case.state]
    if delays.taken_over_too_often(core, case.document):
        return SetAside((delays.TAKEN_OVER,))
    outcome = core.host.run_stage(name, case, tools)
    if isinstance(outcome, Fault):
        if outcome.code in delays.PASSING:
            raise DisclosureError(outcome.message, code=outcome.code, advice=outcome.advice)
        return SetAside((outcome,))
    return outcome
