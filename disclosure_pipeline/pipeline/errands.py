"""Errands (渠道待办): what a channel asks a person to do, and how it ends.

A portal without an interface is filled in by hand, a bundle is carried over, a list is signed: the publication stays
open until somebody of the office says that it was done, with the address or the paper that proves it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from disclosure_pipeline.errors import NotAllowed, NotFound, Refused
from disclosure_pipeline.model.publication import Action, PublicationState, Receipt
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import deputies, letters, publication, rights, scans, scopes
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.publication_rows import change, is_errand, keep_receipt, note, row_of
from disclosure_pipeline.store import documents, people
from disclosure_pipeline.store import errands as rows
from disclosure_pipeline.store.people import Person

ROLES = (Role.OFFICE, Role.ADMIN)
"""Who does errands and says so."""

_ADDRESS = re.compile(r"https?://[^\s/]{1,253}(/\S{0,1800})?")
PAGE = 100
"""Errands of one page."""

P = PublicationState


@dataclass(frozen=True, slots=True)
class OpenErrand:
    """An errand that waits for somebody.

    Args:
        number: its number. document: case number. title: title, or ``None``. index_number: 索引号, or empty.
        channel: full id of the channel. kind: what is to be done, a code of the channel. action: see :class:`Action`.
        folder: where its papers lie, relative to the channel's own folder; empty when there are none.
        wants: what has to be given when it is done (``address``, ``scan``, ``receipt``).
        since: when it was asked, UTC.
    """

    number: int
    document: str
    title: str | None
    index_number: str
    channel: str
    kind: str
    action: Action
    folder: str
    wants: frozenset[str]
    since: str


def waiting(core: Core, person: Person, unit: str, after: int = 0) -> Sequence[OpenErrand]:
    """What waits in a unit, the oldest first, a hundred at most.

    Args:
        core: the process's parts.
        person: who looks.
        unit: unit code.
        after: number of the last one of the page before.

    Raises:
        NotAllowed: the person does no errands there.
    """
    scopes.require(person, unit, ROLES)
    with core.database.read() as connection:
        found = rows.open_errands(connection, unit, after, PAGE)
        return [
            _shown(item, documents.fetch(connection, item.document), Action(row.action))
            for item in found
            if (row := row_of(connection, item.document, item.channel)) is not None
        ]


def papers(core: Core, errand: OpenErrand) -> tuple[str, ...]:
    """File names of what a channel made for an errand."""
    folder = _folder(core, errand.channel, errand.folder)
    if folder is None:
        return ()
    return tuple(sorted(path.name for path in folder.iterdir() if path.is_file() and not path.is_symlink()))


def paper(core: Core, person: Person, number: int, name: str) -> bytes:
    """One of the papers of an open errand.

    Args:
        core: the process's parts.
        person: who asks.
        number: the errand's number.
        name: the paper's file name.

    Raises:
        NotFound: no such errand in a unit of this person, or no such paper.
        NotAllowed: the person does no errands there.
    """
    with core.database.read() as connection:
        row = rows.by_number(connection, number)
        if row is None:
            raise NotFound("There is no such errand.")
        rights.require_unit(person, row)
        scopes.require(person, row.unit, ROLES)
        shown = _shown(row, documents.fetch(connection, row.document), Action.PUBLISH)
    if name not in papers(core, shown):
        raise NotFound("There is no such paper.")
    folder = _folder(core, row.channel, row.folder)
    assert folder is not None  # noqa: S101 -- it has just been listed
    return (folder / name).read_bytes()


def close(
    core: Core, document: str, channel: str, *, by: str, address: str = "", scan: Path | bytes | None = None
) -> None:
    """Say that an errand was done.

    Args:
        core: the process's parts.
        document: case number.
        channel: full id of the channel.
        by: a person with role ``office`` or ``admin``.
        address: where the public finds it now, ``https://…``, where the errand wants one.
        scan: the signed paper or the file that came back, or the path of one, where the errand wants one.

    Raises:
        NotFound: no such case in a unit of this person.
        NotAllowed: the person may not.
        Refused: nothing is open there (``errand.none``), or what it wants was not given (``errand.address``,
            ``errand.scan``).
    """
    with core.database.read() as connection:
        _, wanted = _open(core, connection, document, channel, by)
        _check_given(wanted, address, scan)
    digest = scans.keep_scan(core, scan, by, any_kind=True) if scan is not None else ""
    with core.database.write() as connection:
        case = documents.fetch(connection, document, lock=True)
        row = row_of(connection, document, channel, lock=True)
        principal, wanted = _open(core, connection, document, channel, by)
        if row is None or not is_errand(row):
            raise _none(document, channel)
        told = {"errand": wanted.kind, "scan": digest}
        answer = Receipt(channel, wanted.key, address, wanted.hashes, told)
        leaving = row.action == Action.WITHDRAW.value
        keep_receipt(connection, row, answer.key, answer.as_json())
        values: dict[str, Any] = {
            "state": (P.WITHDRAWN if leaving else P.DONE).value,
            "receipt": answer.as_json(),
        }
        if not leaving:
            values["address"] = address
        change(connection, document, channel, values)
        rows.end_errand(connection, wanted.seq, by, deputy_for=principal, address=address, scan=digest)
        detail = {"key": wanted.key, "kind": wanted.kind, "scan": digest, **deputies.told(principal)}
        note(connection, row, "errand.closed", detail, actor=by)
        publication.finish(core, connection, case.id)
    letters.deliver(core, document)


def _open(core: Core, connection: Any, document: str, channel: str, by: str) -> tuple[str, Row[Any]]:
    """As whose deputy somebody may close the errand of a channel, and the errand."""
    case = documents.fetch(connection, document)
    person = people.get(connection, by)
    rights.require_unit(person, case)
    principal = deputies.entitled(person, ROLES, case.unit)
    if principal is None:
        raise NotAllowed("Only office or admin may say that an errand was done.", code="wrong_role")
    if channel not in core.host.channels:
        raise NotFound(f"There is no channel '{channel}'.", advice="See `disclosure channel list`.")
    wanted = rows.open_errand(connection, document, channel)
    if wanted is None:
        raise _none(document, channel)
    return principal, wanted


def _check_given(wanted: Row[Any], address: str, scan: object) -> None:
    wants = set(wanted.wants)
    if "address" in wants and not address:
        raise Refused(
            "The public address is missing.", code="errand.address", advice="Give it with --address."
        )
    if address and not _ADDRESS.fullmatch(address):
        raise Refused(
            "This is no address of a page.",
            code="errand.address",
            advice="It begins with https:// or http://.",
        )
    if wants & {"scan", "receipt"} and scan is None:
        raise Refused(
            "The paper that proves it is missing.", code="errand.scan", advice="Give it with --scan."
        )


def _none(document: str, channel: str) -> Refused:
    return Refused(
        f"Nothing waits for a person in '{channel}' for {document}.", code="errand.none",
        advice="See `disclosure channel errands`.",
    )  # fmt: skip


def _folder(core: Core, channel: str, folder: str) -> Path | None:
    """Where the papers of an errand lie; ``None`` when there are none there."""
    own = (core.workspace.plugin_data / channel.partition(".")[0]).resolve()
    place = (own / folder).resolve()
    return place if folder and place.is_relative_to(own) and place.is_dir() else None


def _shown(item: Row[Any], case: Row[Any], action: Action) -> OpenErrand:
    sealed = case.state in {state.value for state in rights.SEALED}
    return OpenErrand(
        item.seq, case.id, None if sealed else case.title, case.index_number or "", item.channel, item.kind,
        action, item.folder, frozenset(item.wants), item.opened_at,
    )  # fmt: skip
