"""Handing documents over to an archive or a library: the list, and the receipt that ends it (移交清单, 移送明细表).

Making a list and signing for it are two acts. A list is recorded with the digest of its file and opens an errand for each
document; the scan of the paper that both sides have signed ends them. A list that is made anew takes the place of an
open one, and what was signed for is listed again only when it has changed: withdrawn, corrected, repealed, a new version.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from sqlalchemy import Connection

from disclosure_pipeline.durable import file_digest, sync_folder
from disclosure_pipeline.errors import NotAllowed, NotFound, Refused, StoreFault, UsageError
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.hand_over import ListForm, Target
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import deputies, fixity, kept_receipts, scans
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.exports import Form, Table, Value, as_csv, as_xlsx
from disclosure_pipeline.pipeline.hand_over_rows import Choice, Lines, choose
from disclosure_pipeline.settings.hand_over import load_hand_over
from disclosure_pipeline.store import audit, hand_overs, people
from disclosure_pipeline.store.database import next_serial
from disclosure_pipeline.store.hand_overs import HandOver

ROLES = (Role.OFFICE, Role.ADMIN)
"""Who hands documents over."""

_AT_ONCE = 500
_NAMED = 10
"""Damaged documents that are named; the rest is counted."""
_PRIVATE = 0o600
"""The list of an archive has titles of what is not public."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A list that somebody wants.

    Args:
        target: who takes the documents over. unit: whose documents. year: of their 成文日期.
        receiver: the taker's name, printed on the list, or empty.
        again: also what was signed for and has not changed.
    """

    target: Target
    unit: str
    year: int
    receiver: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A list that was made.

    Args:
        id: its number. documents: how many are on it. changed: how many of them had been handed over before.
        overdue: how many are handed over too late. left_out: how many were left out, by why. digest: sha256 of its file.
    """

    id: str
    documents: int
    changed: int
    overdue: int
    left_out: Mapping[str, int]
    digest: str


def make(core: Core, wish: Wish, out: Path, *, by: str) -> Made:
    """Write a list and record it.

    Every bag on the list of an archive is read before: a damaged one is not handed over.

    Args:
        core: the process's parts.
        wish: which list.
        out: a file that does not exist yet; ``.csv`` or ``.xlsx``.
        by: a person with role ``office`` or ``admin`` in the unit.

    Raises:
        UsageError: no unit of this code, or the file's name cannot be used.
        NotAllowed: the person may not.
        Refused: nothing is to be handed over (``hand_over.empty``), bags are damaged (``hand_over.damaged``) or cannot be
            read (``hand_over.unread``), or a document changed meanwhile (``hand_over.changed``).
        ConfigError: ``hand_over.toml`` cannot be used.
        StoreFault: the file or the archive's folder cannot be written.
    """
    shape = _shape_of(core, wish, out)
    rules = load_hand_over(core.workspace.config)
    with core.database.read() as connection:
        _principal(connection, by, wish.unit)
        choice = _choice(connection, wish)
    if wish.target is Target.ARCHIVE:
        _read_bags(core, [row.id for row in choice.rows])
        kept_receipts.keep(core, [row.id for row in choice.rows])
    with core.database.write() as connection:
        year = today_in_shanghai().year
        number = f"HO-{year}-{next_serial(connection, f'hand_over:{year}'):04d}"
    unfinished = out.with_name(f".{out.name}.new")
    try:
        with core.database.read() as connection:
            lines = Lines(core, connection, rules, wish.target, choice)
            cover = _cover(core, rules.form(wish.target), wish, number, len(choice.rows))
            _write(unfinished, shape, _tables(rules.form(wish.target).title, lines, cover, shape))
        digest = file_digest(unfinished)
        with core.database.write() as connection:
            principal = _principal(connection, by, wish.unit)
            if _choice(connection, wish).marks != choice.marks:
                raise Refused(
                    "Documents have changed since the list was begun.", code="hand_over.changed", advice="Try again."
                )  # fmt: skip
            listed = [(row.id, row.unit, row.version) for row in choice.rows]
            hand_overs.write(connection, wish.target.channel, number, digest, listed)
            detail = {
                "list": number, "target": wish.target.value, "year": wish.year, "documents": len(listed),
                "digest": digest, "to": wish.receiver, **deputies.told(principal),
            }  # fmt: skip
            audit.append(connection, audit.Record("hand_over.made", by, unit=wish.unit, detail=detail))
        unfinished.rename(out)
        sync_folder(out.parent)
    except OSError as error:
        raise StoreFault(
            f"The list cannot be written ({type(error).__name__}).",
            advice="Check disk space and permissions.",
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)
    return Made(number, len(listed), len(choice.past), lines.overdue, choice.left_out, digest)


def received(core: Core, which: str | Path, scan: Path | bytes, *, by: str) -> HandOver:
    """Say that a list was signed for.

    Args:
        core: the process's parts.
        which: its number, or its file.
        scan: the paper that both sides have signed, or the path of its scan.
        by: a person with role ``office`` or ``admin`` in the unit.

    Returns:
        The list.

    Raises:
        NotFound: there is no such list, or the file is none that was made here; also no scan.
        NotAllowed: the person may not.
        Refused: it was signed for already (``hand_over.received``), or the scan cannot be kept.
        StoreFault: the archive's folder cannot be written; the receipt is registered all the same.
    """
    with core.database.read() as connection:
        known = _open_list(connection, which)
        _principal(connection, by, known.unit)
    digest = scans.keep_scan(core, scan, by, any_kind=True)
    with core.database.write() as connection:
        known = _open_list(connection, known.id)
        principal = _principal(connection, by, known.unit)
        cases = hand_overs.end(connection, known.id, by, deputy_for=principal, scan=digest)
        detail = {"list": known.id, "documents": len(cases), "scan": digest, **deputies.told(principal)}
        audit.append(connection, audit.Record("hand_over.received", by, unit=known.unit, detail=detail))
        ended = _fetched(connection, known.id)
    kept_receipts.keep(core, cases)
    return ended


def listing(core: Core, unit: str, *, by: str) -> list[HandOver]:
    """The lists of a unit, the oldest first.

    Args:
        core: the process's parts.
        unit: unit code.
        by: a person with role ``office`` or ``admin`` there.

    Raises:
        NotAllowed: the person may not.
    """
    with core.database.read() as connection:
        _principal(connection, by, unit)
        return hand_overs.listing(connection, unit)


def _shape_of(core: Core, wish: Wish, out: Path) -> Form:
    if all(unit.code != wish.unit for unit in core.settings.unit):
        raise UsageError(f"There is no unit '{wish.unit}'.")
    if out.exists() or not out.parent.is_dir():
        raise UsageError("The file is there already, or its folder is not.", advice="Name a new file.")
    try:
        return Form(out.suffix.removeprefix(".").lower())
    except ValueError:
        raise UsageError("A list is a .csv or .xlsx file.", advice="Give its name with -o.") from None


def _principal(connection: Connection, by: str, unit: str) -> str:
    """As whose deputy somebody hands documents of a unit over, or empty."""
    principal = deputies.entitled(people.get(connection, by), ROLES, unit)
    if principal is None:
        raise NotAllowed("Only office or admin may hand documents over.", code="wrong_role")
    return principal


def _choice(connection: Connection, wish: Wish) -> Choice:
    choice = choose(connection, wish.target, wish.unit, wish.year, again=wish.again)
    if not choice.rows:
        raise Refused(
            "There is nothing to hand over.", code="hand_over.empty",
            advice="What was signed for is listed again with --again; see `disclosure archive lists`.",
        )  # fmt: skip
    return choice


def _read_bags(core: Core, cases: Sequence[str]) -> None:
    """Read every bag that is to be handed over.

    Raises:
        Refused: some are damaged, or cannot be read; they are noted as deviations, too.
    """
    found: list[dict[str, str]] = []
    for start in range(0, len(cases), _AT_ONCE):
        found += fixity.look(core, kept_receipts.ARCHIVE, cases[start : start + _AT_ONCE])
    if not all(item["document"] for item in found):
        raise Refused(
            "The archive cannot be read.", code="hand_over.unread", advice="See `disclosure archive check`."
        )
    if found:
        named = "、".join(sorted({item["document"] for item in found})[:_NAMED])
        raise Refused(
            f"{len(found)} bags are not what they were: {named}.", code="hand_over.damaged",
            advice="Restore the bags from a backup; see `disclosure archive check`.",
        )  # fmt: skip


def _cover(core: Core, form: ListForm, wish: Wish, number: str, documents: int) -> list[tuple[Value, ...]]:
    """What both sides sign."""
    return [
        ("清单编号", number), ("清单名称", form.title), ("依据", form.article), ("年度", str(wish.year)),
        ("件数", documents), ("移交单位", core.unit(wish.unit).name), ("接收单位", wish.receiver),
        ("移交人（签字）", ""), ("接收人（签字）", ""), ("移交日期", ""),
    ]  # fmt: skip


def _tables(title: str, lines: Lines, cover: Sequence[Sequence[Value]], shape: Form) -> list[Table]:
    """The list, and what is signed: a sheet of its own, or lines behind the list where there are no sheets."""
    if shape is Form.CSV:
        blank: list[Sequence[Value]] = [()]
        return [Table(title, lines.head, chain(lines.rows(), blank, cover))]
    return [Table("交接文据", ("项目", "内容"), cover), Table(title, lines.head, lines.rows())]


def _write(path: Path, shape: Form, tables: Sequence[Table]) -> None:
    """Write a list to a file of its own; what lies there is of a run that was cut off."""
    pieces: Iterator[bytes] = as_csv(tables[0]) if shape is Form.CSV else iter((as_xlsx(*tables),))
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE)
    with os.fdopen(descriptor, "wb") as handle:
        handle.writelines(pieces)
        handle.flush()
        os.fsync(handle.fileno())


def _open_list(connection: Connection, which: str | Path) -> HandOver:
    if isinstance(which, Path):
        found = hand_overs.by_digest(connection, file_digest(which))
        if found is None:
            raise NotFound(
                "The file is no list that was made here, or was changed since.",
                advice="Give the list's number; see `disclosure archive lists`.",
            )
    else:
        found = _fetched(connection, which)
    if found.received is not None:
        raise Refused(f"{found.id} was signed for already.", code="hand_over.received")
    return found


def _fetched(connection: Connection, number: str) -> HandOver:
    found = hand_overs.fetch(connection, number)
    if found is None:
        raise NotFound(f"There is no list {number}.", advice="See `disclosure archive lists`.")
    return found
