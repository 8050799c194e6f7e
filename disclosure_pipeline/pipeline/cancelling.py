"""Giving one channel up: a publication that keeps failing is taken back there, the others go on.

What a failed attempt has left in the channel is not known, so giving up is a withdrawal of this one channel, under
a new generation that fences late attempts off. The archive is never given up, nor the last channel that the public
could read: then the document itself is withdrawn (`recall.withdraw`). A channel that copies what another one holds
(``follows``) leaves with that one, and never alone: its withdrawal would wait for ever.
"""

from __future__ import annotations

from sqlalchemy import update

from disclosure_pipeline.errors import NotAllowed, NotFound, Refused
from disclosure_pipeline.model.publication import Action, PublicationState
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import deputies, rights
from disclosure_pipeline.pipeline.core import PUBLISH, Core
from disclosure_pipeline.pipeline.publication_rows import change, publications_of
from disclosure_pipeline.store import audit, documents, errands, people
from disclosure_pipeline.store.tables import document as document_table

P = PublicationState
_STUCK = frozenset({P.FAILED.value, P.UNCERTAIN.value})


def cancel(core: Core, document: str, channel: str, *, by: str, reason: str) -> None:
    """Give up a failed or uncertain publication of one channel.

    Args:
        core: the process's parts.
        document: case number.
        channel: full id of the channel.
        by: a person with role ``office`` or ``admin``.
        reason: why, never empty.

    Raises:
        NotFound: no such case, or the channel has nothing of it.
        NotAllowed: the person may not do this.
        Refused: it has not failed, or no other channel would be left.
    """
    if not reason.strip():
        raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")
    channels = core.host.channels
    readable = {name for name, item in channels.items() if item.is_destination}
    archives = {name for name, item in channels.items() if item.archive}
    with core.database.write() as connection:
        case = documents.fetch(connection, document, lock=True)
        person = people.get(connection, by)
        rights.require_unit(person, case)
        principal = deputies.entitled(person, (Role.OFFICE, Role.ADMIN), case.unit)
        if principal is None:
            raise NotAllowed("Only office or admin may give a channel up.", code="wrong_role")
        rows = {row.channel: row for row in publications_of(connection, document, lock=True)}
        row = rows.get(channel)
        if row is None:
            raise NotFound(f"{document} has no publication in '{channel}'.", advice="See `disclosure show`.")
        if row.state not in _STUCK or row.action == Action.WITHDRAW.value:
            raise Refused(
                f"This publication is {row.state}; only a failed or uncertain one can be given up.",
                code="channel.not_stuck",
            )
        follows = {name: item.follows for name, item in channels.items() if item.follows}
        if channel in follows:
            raise Refused(
                f"{channel} copies what {follows[channel]} holds and leaves it with that one only.",
                code="channel.follows",
                advice="Mend the channel and retry, give the other channel up, or withdraw the document.",
            )
        there = {name for name, item in rows.items() if item.action != Action.WITHDRAW.value}
        leaving = [name for name in there if name == channel or follows.get(name) == channel]
        others = there.difference(leaving)
        if channel in archives or not others & readable:
            raise Refused(
                "Without this channel the document would not be public and archived.", code="channel.last",
                advice="Mend the channel and retry, or withdraw the document.",
            )  # fmt: skip
        generation, now = case.generation + 1, utc_now()
        connection.execute(
            update(document_table).where(document_table.c.id == document).values(generation=generation)
        )
        for name in sorted(leaving):
            values = {
                "action": Action.WITHDRAW.value, "state": P.WITHDRAWING.value, "generation": generation, "attempt": 0,
                "effect_at": now, "due_at": now, "lease_owner": None, "fence": rows[name].fence + 1, "takeovers": 0,
            }  # fmt: skip
            change(connection, document, name, values)
            errands.overtake(connection, document, name)
            documents.resolve_faults(connection, document, f"publish:{name}")
            key = f"{PUBLISH}:{document}:{name}:cancel:{generation}"
            core.queue.enqueue(connection, PUBLISH, key=key, subject=f"{document}|{name}")
        detail = {"channel": channel, "generation": generation, "reason": audit.digest_of(reason)}
        record = audit.Record(
            action="channel.cancelled", actor=by, document=document, unit=case.unit, version=case.version,
            before=case.state, after=case.state, detail={**detail, **deputies.told(principal)},
        )  # fmt: skip
        audit.append(connection, record)
