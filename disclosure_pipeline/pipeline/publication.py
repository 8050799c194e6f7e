"""From the final signature to the channels, and back again (design 3).

Each channel's part of a document is a row of its own with its own state, retries and receipt. An
effect is named by its key (document, version, channel, action, generation); what a second attempt
does under the same key, the first one may have done already. A withdrawal raises the generation,
so that a publish that is still under way is fenced off in the channel and in the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select
from structlog import get_logger

from disclosure_pipeline.errors import DisclosureError, Fenced
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Fault
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.publication import Action, Answer, Errand, Order, PublicationState, Receipt
from disclosure_pipeline.model.times import later, utc_now
from disclosure_pipeline.pipeline import (
    clocks,
    incidents,
    leases,
    letters,
    orders,
    relations,
    releases,
    versions,
)
from disclosure_pipeline.pipeline.core import PUBLISH, Core
from disclosure_pipeline.pipeline.publication_rows import (
    HELD,
    OPEN,
    WAITS,
    change,
    enqueue,
    is_errand,
    keep_receipt,
    note,
    publications_of,
    row_of,
)
from disclosure_pipeline.pipeline.transitions import Lease, take_step
from disclosure_pipeline.store import documents, errands, lookups, purging
from disclosure_pipeline.store.database import get_meta
from disclosure_pipeline.store.publication_tables import publication

log = get_logger(__name__)

P = PublicationState


def dispatch(core: Core, lease: Lease) -> None:
    """Give an approved document to every channel that takes its attribute.

    After a conversion (定期审查) it leaves the channels that no longer take it, under a new
    generation.

    Args:
        core: the process's parts.
        lease: the lease of the worker that carries the document.
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, lease.document)
        if State(row.state) is not State.APPROVED or row.work_at is None or get_meta(connection, HELD):
            return
    attribute = Attribute(row.final)
    if releases.wait_for_window(core, lease):
        return
    if missing := core.host.missing_channels():
        raise DisclosureError(
            f"Channels are not loaded: {', '.join(missing)}.",
            code="channel.missing",
            advice="See `disclosure plugins`; the document stays approved until they are there.",
        )
    offered = [item for item in core.host.channels.values() if item.in_use and attribute in item.attributes]
    channels = [item.id for item in offered]
    if not any(item.is_destination for item in offered):
        raise DisclosureError(
            f"No channel takes documents of attribute '{attribute.value}'.",
            code="channel.none",
            advice="See `disclosure channel list`; the document stays approved.",
        )
    now = utc_now()
    with core.database.write() as connection:
        row = documents.fetch(connection, lease.document, lock=True)
        known = {item.channel: item for item in publications_of(connection, row.id, lock=True)}
        versions.check_signed(connection, row)
        dropped = [
            name for name, item in known.items() if name not in channels and item.state != P.WITHDRAWN.value
        ]
        generation = row.generation + 1 if dropped else row.generation
        common = {
            "version": row.version, "generation": generation, "attempt": 0, "effect_at": now, "due_at": now,
            "lease_owner": None, "takeovers": 0,
        }  # fmt: skip
        for channel in (*channels, *dropped):
            leaving = channel in dropped
            values = {**common, "state": (P.WITHDRAWING if leaving else P.PENDING).value}
            if channel in known:
                action = Action.WITHDRAW if leaving else Action.UPDATE
                values |= {"action": action.value, "fence": known[channel].fence + 1}
                change(connection, row.id, channel, values)
            else:
                values |= {"action": Action.PUBLISH.value, "address": "", "fence": 0}
                connection.execute(insert(publication).values(document=row.id, channel=channel, **values))
            enqueue(core, connection, row.id, channel, row.revision)
        public = attribute is Attribute.PROACTIVE
        changes = {
            "work_at": None, "attempts": 0, "generation": generation, "published_at": now if public else None,
        }  # fmt: skip
        detail = {"channels": list(channels), "attribute": attribute.value, "generation": generation}
        step = "start_publishing" if public else "start_filing"
        take_step(core, connection, row.id, step, lease=lease, changes=changes, detail=detail)


def carry_out(core: Core, document: str, channel: str) -> None:
    """Do what one channel owes one document, once.

    Args:
        core: the process's parts.
        document: case number.
        channel: full id of the channel.
    """
    row = _claim(core, document, channel)
    if row is None:
        return
    answer: Answer | Fault | None
    try:
        answer = core.host.channel_call(channel, Action(row.action), _order(core, row))
    except Fenced:
        answer = None
    except DisclosureError as error:
        answer = Fault(error.code, "publish", error.message, error.advice, channel)
    try:
        _record(core, row, answer)
    except DisclosureError:
        # The effect is done or not, its key will tell; only this process can say that it has let go.
        core.unrecorded.add((document, channel, row.fence))
        raise
    letters.deliver(core, document)


def _order(core: Core, row: Row[Any]) -> Order:
    """The order of a publication, built only from what was signed.

    Raises:
        DisclosureError: there is none to be built; the channel is not called.
    """
    try:
        with core.database.read() as connection:
            case = documents.fetch(connection, row.document)
            if row.action != Action.WITHDRAW.value:
                versions.check_current(case, row.version)
                versions.check_signed(connection, case)
                incidents.check_may_go_out(core, connection, case)
            return orders.build(core, connection, row)
    except DisclosureError:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever the rows hold, one broken order must not spin
        raise DisclosureError(
            f"The order cannot be built ({type(error).__name__}).", code="order.broken"
        ) from None


def _claim(core: Core, document: str, channel: str) -> Row[Any] | None:
    """Take the lease of one publication, or ``None`` if there is nothing to do."""
    now = utc_now()
    with core.database.write() as connection:
        row = row_of(connection, document, channel, lock=True)
        if row is None or row.state not in OPEN or row.due_at > now:
            return None
        if row.action != Action.WITHDRAW.value and get_meta(connection, HELD):
            return None
        if row.lease_owner is not None and row.lease_owner in leases.living(core, connection):
            return None
        if row.lease_owner is not None and row.takeovers + 1 >= core.settings.engine.max_takeovers:
            _give_up(connection, row)
            return None
        state = row.state if row.state == P.WITHDRAWING.value else P.RUNNING.value
        change(
            connection, document, channel,
            {
                "state": state, "lease_owner": core.worker, "fence": row.fence + 1, "attempt": row.attempt + 1,
                "takeovers": row.takeovers + (row.lease_owner is not None),
            },
        )  # fmt: skip
        claimed = row_of(connection, document, channel)
        assert claimed is not None  # noqa: S101 -- it was just written under lock
        return claimed


def _give_up(connection: Connection, row: Row[Any]) -> None:
    """Workers ended again and again inside this effect: whether it happened is for a person to see."""
    fault = Fault(
        "taken_over",
        f"publish:{row.channel}",
        "Workers ended several times while this channel was at work.",
        "Look at what the channel really holds (`disclosure channel verify`), then `disclosure channel retry`.",
    )
    documents.add_faults(connection, row.document, (fault,))
    values = {"state": P.UNCERTAIN.value, "lease_owner": None, "takeovers": 0}
    change(connection, row.document, row.channel, values)


def _record(core: Core, row: Row[Any], answer: Answer | Fault | None) -> None:
    """Write what came back; an answer under an old fence only leaves its receipt.

    ``None`` means that the channel fenced this attempt off: it holds something newer.
    """
    withdrawing = row.action == Action.WITHDRAW.value
    with core.database.write() as connection:
        case = documents.fetch(connection, row.document, lock=True)
        body: dict[str, Any] = {}
        if isinstance(answer, Receipt):
            held = documents.is_held(connection, case.id) or case.state == State.DESTROYED.value
            body = purging.without_names(answer.as_json()) if held else answer.as_json()
            keep_receipt(connection, row, answer.key, body)
        present = row_of(connection, row.document, row.channel, lock=True)
        mine = (row.fence, row.generation, row.action)
        if present is None or (present.fence, present.generation, present.action) != mine:
            log.warning("publication_fenced", case=row.document, channel=row.channel)
            return
        if isinstance(answer, Receipt):
            state = P.WITHDRAWN if withdrawing else P.DONE
            values = {"state": state.value, "receipt": body, "lease_owner": None}
            if not withdrawing or answer.address:
                values["address"] = answer.address
            change(connection, row.document, row.channel, values)
            documents.resolve_faults(connection, row.document, f"publish:{row.channel}")
            note(connection, row, "channel.done", {"key": answer.key})
            finish(core, connection, row.document)
        elif isinstance(answer, Errand):
            errands.write_errand(connection, case.id, case.unit, answer)
            state = P.WITHDRAWING if withdrawing else P.RUNNING
            change(
                connection, row.document, row.channel,
                {"state": state.value, "lease_owner": None, "due_at": WAITS},
            )  # fmt: skip
            documents.resolve_faults(connection, row.document, f"publish:{row.channel}")
            note(connection, row, "errand.opened", {"key": answer.key, "kind": answer.kind})
            finish(core, connection, row.document)
        elif answer is None:
            # A newer generation is in the channel: the rows say so too, or the hold has yet to be resolved.
            _failed(core, connection, row, _FENCED)
        else:
            _failed(core, connection, row, answer)


def _failed(core: Core, connection: Connection, row: Row[Any], fault: Fault) -> None:
    first, most = core.settings.publication.retry_first, core.settings.publication.retry_most
    delay = min(first * 2 ** min(row.attempt - 1, 20), most)
    state = P.WITHDRAWING if row.action == Action.WITHDRAW.value else P.FAILED
    if fault.code == "channel.uncertain":
        state = P.UNCERTAIN
    values = {"state": state.value, "lease_owner": None, "due_at": later(utc_now(), delay)}
    change(connection, row.document, row.channel, values)
    stage = f"publish:{row.channel}"
    documents.resolve_faults(connection, row.document, stage)
    documents.add_faults(
        connection, row.document, (Fault(fault.code, stage, fault.message, fault.advice, fault.plugin),)
    )
    note(connection, row, "channel.failed", {"code": fault.code, "attempt": row.attempt})
    if state is not P.UNCERTAIN:
        key = f"publish:{row.document}:{row.channel}:{row.generation}:{row.attempt}"
        core.queue.enqueue(connection, PUBLISH, key=key, subject=f"{row.document}|{row.channel}", delay=delay)


def finish(core: Core, connection: Connection, document: str) -> None:
    """Take the step that ends publishing or withdrawing when every channel has answered."""
    row = documents.fetch(connection, document)
    rows = publications_of(connection, document)
    states = {item.state for item in rows}
    state = State(row.state)
    # After a conversion the channels may still hold the version before.
    over = _is_given_out(core, row, rows)
    if state in (State.PUBLISHING, State.APPROVED) and over:
        attribute = Attribute(row.final)
        step = _END[attribute]
        # What the statistics tell must be provable from the audit log alone (`pipeline/statistics.py`).
        detail = {
            "attributes": [row.proposed, row.office, row.final], "ground": row.ground,
            **clocks.taken(core, connection, document),
        }  # fmt: skip
        clocks.stop(connection, document)
        if attribute is not Attribute.PROACTIVE:
            lookups.forget_subjects(connection, document)
        letters.owe(connection, document, row.version, "result", {})
        take_step(core, connection, document, step, detail=detail)
        if attribute is Attribute.PROACTIVE:
            relations.take_effect(core, connection, document)
    elif state is State.WITHDRAWING and states <= {P.WITHDRAWN.value}:
        clocks.stop(connection, document)
        letters.owe(connection, document, row.version, "withdrawn", {})
        lookups.forget_subjects(connection, document)
        step = "supersede" if relations.is_replaced(connection, document) else "finish_withdrawal"
        take_step(core, connection, document, step, changes={"withdrawn_at": utc_now()})
        if documents.is_held(connection, document):
            # It was recalled for a marking: now that it is nowhere, the officers judge it.
            take_step(core, connection, document, "quarantine")


def _is_given_out(core: Core, row: Row[Any], rows: Sequence[Row[Any]]) -> bool:
    """Whether every channel has answered for the present version, and the document is really somewhere.

    What a person has yet to do (a form to copy, a paper to hand over) keeps nothing back, unless nothing else is out.
    """
    settled = [item for item in rows if not is_errand(item)]
    if not all(item.state in (P.DONE.value, P.WITHDRAWN.value) for item in settled):
        return False
    # After a conversion the channels may still hold the version before.
    done = [item for item in settled if item.state == P.DONE.value]
    if not all(item.version == row.version for item in done):
        return False
    destinations = {name for name, item in core.host.channels.items() if item.is_destination}
    return len(settled) == len(rows) or any(item.channel in destinations for item in done)


_FENCED = Fault(
    "fenced",
    "publish",
    "The channel holds a newer withdrawal of this document.",
    "Run `disclosure channel verify`: what the channel says is withdrawn becomes withdrawn here.",
)

_END = {
    Attribute.PROACTIVE: "finish_publishing",
    Attribute.ON_REQUEST: "file_on_request",
    Attribute.EXEMPT: "withhold",
}


def retry(core: Core, document: str, channel: str | None = None) -> int:
    """Try failed and uncertain publications of a document again, now.

    A channel that is named has also what is done done again, under the same key: so it mends what
    ``channel verify`` found missing or changed.

    Args:
        core: the process's parts.
        document: case number.
        channel: only this channel.

    Returns:
        How many channels will be tried.
    """
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
        stuck = [
            item
            for item in publications_of(connection, document, lock=True)
            if channel in (None, item.channel)
            and (channel is not None or not is_errand(item))
            and (
                item.state in (P.FAILED.value, P.UNCERTAIN.value)
                or (item.state in OPEN and item.attempt > 0)
                or (channel is not None and item.state in (P.DONE.value, P.WITHDRAWN.value))
            )
        ]
        for item in stuck:
            state = P.WITHDRAWING if item.action == Action.WITHDRAW.value else P.PENDING
            change(
                connection, document, item.channel, {"state": state.value, "due_at": utc_now(), "attempt": 0}
            )
            enqueue(core, connection, document, item.channel, f"{row.revision}:{item.fence}")
        return len(stuck)


@dataclass(frozen=True, slots=True)
class Due:
    """A publication that a worker could carry out now."""

    document: str
    channel: str


def due(connection: Connection, limit: int) -> list[Due]:
    """Publications that nobody holds and whose time has come; while held, withdrawals only."""
    query = (
        select(publication.c.document, publication.c.channel)
        .where(
            publication.c.state.in_(OPEN),
            publication.c.due_at <= utc_now(),
            publication.c.lease_owner.is_(None),
        )
        .order_by(publication.c.due_at)
        .limit(limit)
    )
    if get_meta(connection, HELD):
        query = query.where(publication.c.action == Action.WITHDRAW.value)
    rows = connection.execute(query)
    return [Due(row.document, row.channel) for row in rows]
