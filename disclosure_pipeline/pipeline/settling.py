"""Settling findings (`disclosure clear`): only the secrecy officer, always with a reason.

Before the secrecy tier has signed, settling changes the version under review; afterwards it makes
a new version, because signatures bind to the settled findings (design 6). Opening a finding again is the
same kind of change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from disclosure_pipeline.errors import NotFound, Refused
from disclosure_pipeline.model.finding import PERSON, Finding, Settlement, Treatment
from disclosure_pipeline.model.folding import bare
from disclosure_pipeline.model.printed import cell_name
from disclosure_pipeline.model.reasons import read_reason
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.findings_desk import REOPEN, Desk, desk, tally
from disclosure_pipeline.pipeline.same_words import with_same
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.audit import digest_of
from disclosure_pipeline.store.documents import Settled


@dataclass(frozen=True, slots=True)
class Handling:
    """How findings are settled.

    Args:
        how: ``accept`` (it is there and may stay), ``dismiss`` (a false hit), ``redact`` (leave it
            out of the public copy).
        by: the secrecy officer.
        reason: why: a code of the office's reasons, ``code: remark``, or other words; never empty.
        treatment: how the public copy leaves out what is to be redacted.
    """

    how: Settlement
    by: str
    reason: str
    treatment: Treatment = Treatment.REMOVE

    def check_reason(self) -> None:
        """Refuse an empty reason.

        Raises:
            Refused: it is.
        """
        if not self.reason.strip():
            raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")

    def of(self, item: Finding) -> Treatment | None:
        """What is stored for a finding; ``None`` for what is simply removed, or not redacted at all."""
        in_column = self.treatment is Treatment.COLUMN and cell_name(item.place.cell) is None
        return None if self.treatment is Treatment.REMOVE or in_column else self.treatment


PLAIN: Mapping[Settlement, str] = {
    Settlement.ACCEPT: "经核对，可以公开",
    Settlement.REDACT: "经核对，不予公开",
}
"""What is written when an officer adds no words of their own; who dismisses a hit always says why."""


def in_words(how: Settlement, code: str, remark: str) -> str:
    """The reason as it is stored: a code, ``code: remark``, a remark, or what stands for one (:data:`PLAIN`).

    Args:
        how: how findings are settled.
        code: of one of the office's reasons, or empty.
        remark: the officer's own words, or empty.
    """
    return ": ".join(filter(None, (code.strip(), remark.strip()))) or PLAIN.get(how, "")


def clear(
    core: Core,
    document: str,
    findings: Sequence[str],
    how: Settlement,
    *,
    by: str,
    reason: str,
    treatment: Treatment = Treatment.REMOVE,
    also_same: bool = False,
    version: int | None = None,
    seen_open: bool = False,
) -> tuple[int, int]:
    """Settle findings of the present version.

    Args:
        core: the process's parts.
        document: case number.
        findings: finding ids; ``("all",)`` means every open one.
        how: see :class:`Handling`.
        by: the secrecy officer.
        reason: see :class:`Handling`.
        treatment: how what is to be redacted is left out.
        also_same: settle the open findings with the same words (:func:`same_words.with_same`) too; ``column`` is for those
            chosen only, of others the characters are removed.
        version: the version that the officer saw; ``None`` when they named none.
        seen_open: whether the officer saw them open: what somebody else has settled since stays as it is.

    Returns:
        How many were settled, and the version they belong to now.

    Raises:
        NotAllowed: not a secrecy officer of the unit, or the one who drafted the document.
        Refused: not in review, no reason or one that does not fit, nothing that could be left out so, or settled by
            somebody else meanwhile (``settled_meanwhile``).
        NotFound: no such finding.
        StaleVersion: the officer saw another version.
    """
    wish = Handling(how, by, reason, treatment)
    wish.check_reason()
    with core.database.write() as connection:
        at = desk(connection, document, by, version)
        known = at.findings(connection)
        everything = tuple(findings) == ("all",)
        chosen = _named(known, [item.id for item in known if item.settled is None] if everything else findings,
                        document)  # fmt: skip
        if seen_open and any(item.settled is not None and item.by != by for item in chosen):
            raise Refused(
                f"Somebody else has settled findings of {document} meanwhile.", code="settled_meanwhile",
                advice="Look at what was decided; open the finding again to change it.",
            )  # fmt: skip
        for item in chosen:
            check(core, item, wish)
        if also_same and not everything:
            texts = documents.texts_of(connection, document, at.row.version)
            chosen = with_same(chosen, known, texts)
        return settle(core, connection, at, chosen, wish)


def settle(
    core: Core, connection: Connection, at: Desk, chosen: Sequence[Settled], wish: Handling, **facts: object
) -> tuple[int, int]:
    """Settle checked findings of the present version, in the caller's transaction.

    Args:
        core: the process's parts.
        connection: a writing transaction.
        at: the document before the officer.
        chosen: the findings.
        wish: how.
        facts: what the audit row tells in addition.

    Returns:
        How many were settled, and the version they belong to now.
    """
    if not chosen:
        return 0, int(at.row.version)
    version = at.changeable(core, connection)
    for item in chosen:
        documents.settle(
            connection, at.row.id, version, item.id, how=wish.how, by=wish.by, reason=wish.reason,
            treatment=wish.of(item.finding),
        )  # fmt: skip
    if wish.treatment is not Treatment.REMOVE:
        facts = {**facts, "treatment": wish.treatment.value}
    at.note(
        core, connection, findings=[item.id for item in chosen], how=wish.how.value,
        reason=digest_of(wish.reason), tally=tally(chosen, wish.how), **facts,
    )  # fmt: skip
    return len(chosen), version


def clear_alike(core: Core, document: str, like: Finding, wish: Handling, **facts: object) -> tuple[int, int]:
    """Settle the open findings that the same rule has made of the same words as in another document.

    Args:
        core: the process's parts.
        document: case number.
        like: the finding of the other document.
        wish: how.
        facts: what the audit row tells in addition.

    Returns:
        How many were settled, and the version they belong to now.

    Raises:
        NotAllowed: as :func:`clear`.
        Refused: as :func:`clear`; or none is open any more (``nothing_alike``).
    """
    wish.check_reason()
    key = (like.rule, like.kind, bare(like.text or ""))
    with core.database.write() as connection:
        at = desk(connection, document, wish.by)
        chosen = [
            item for item in at.findings(connection)
            if item.settled is None and not item.finding.more and item.finding.text
            and (item.finding.rule, item.finding.kind, bare(item.finding.text)) == key
        ]  # fmt: skip
        if not chosen:
            raise Refused(f"{document} has no such open finding any more.", code="nothing_alike")
        for item in chosen:
            check(core, item, wish)
        return settle(core, connection, at, chosen, wish, **facts)


def reopen(
    core: Core, document: str, findings: Sequence[str], by: str, *, version: int | None = None
) -> tuple[int, int]:
    """Open settled findings again.

    Args:
        core: the process's parts.
        document: case number.
        findings: finding ids; ``("all",)`` means every settled one.
        by: a secrecy officer.
        version: the version that the officer saw; ``None`` when they named none.

    Returns:
        How many were opened, and the version they belong to now; those that are open already do not count.

    Raises:
        NotAllowed: not a secrecy officer of the unit, or the one who drafted the document.
        Refused: not in review.
        NotFound: no such finding.
        StaleVersion: the officer saw another version.
    """
    with core.database.write() as connection:
        at = desk(connection, document, by, version)
        known = at.findings(connection)
        everything = tuple(findings) == ("all",)
        named = known if everything else _named(known, findings, document)
        chosen = [item for item in named if item.settled is not None]
        if not chosen:
            return 0, int(at.row.version)
        present = at.changeable(core, connection)
        for item in chosen:
            documents.reopen(connection, document, present, item.id)
        ids = [item.id for item in chosen]
        at.note(core, connection, findings=ids, how=REOPEN, tally=tally(chosen, None))
        return len(chosen), present


# ----------------------------------------------------------------------- checks


def _named(known: Iterable[Settled], ids: Sequence[str], document: str) -> list[Settled]:
    """The findings with these ids, each once.

    Raises:
        NotFound: the version has no such finding.
    """
    by_id = {item.id: item for item in known}
    for identity in ids:
        if identity not in by_id:
            raise NotFound(
                f"The present version of {document} has no finding {identity}.",
                advice="List them with `disclosure findings`.",
            )
    return [by_id[identity] for identity in dict.fromkeys(ids)]


def treatments(core: Core, item: Settled) -> tuple[Treatment, ...]:
    """How a finding could be left out of the public copy; none when nothing could."""
    return tuple(how for how in Treatment if _can(core, item, how))


def _can(core: Core, item: Settled, how: Treatment) -> bool:
    try:
        check(core, item, Handling(Settlement.REDACT, "", PLAIN[Settlement.REDACT], how))
    except Refused:
        return False
    return True


def check(core: Core, item: Settled, wish: Handling) -> None:
    """Refuse to settle a finding as it cannot be settled.

    Args:
        core: the process's parts.
        item: the finding.
        wish: how it is to be settled.

    Raises:
        Refused: the reason does not fit, or nothing could be left out so.
    """
    found = item.finding
    _check_reason(core, found, wish)
    if wish.how is not Settlement.REDACT:
        if wish.treatment is not Treatment.REMOVE:
            raise Refused("Only what is redacted is masked.", code="treatment_unfit")
        return
    drawn = found.detector == PERSON and found.place.bbox is not None
    if not found.text and not (drawn and wish.treatment is Treatment.REMOVE):
        raise Refused(
            f"Finding {item.id} names no characters that could be left out.",
            code="nothing_to_redact",
            advice="Accept or dismiss it after looking at the place, or return the draft.",
        )
    if wish.treatment is Treatment.COLUMN and cell_name(found.place.cell) is None:
        raise Refused(f"Finding {item.id} stands in no table.", code="not_in_table", advice=_REMOVE)
    if wish.treatment is Treatment.MASK:
        if core.rulebook.mask(found.kind) is None:
            raise Refused(f"No rule says how {found.kind} is masked.", code="mask_unknown", advice=_REMOVE)
        if found.count not in (1, len(found.ranges)):
            raise Refused(
                f"Items of the list {item.id} are broken over several places.", code="mask_unclear",
                advice=_REMOVE,
            )  # fmt: skip


_REMOVE = "Redact it with the treatment `remove`."


def _check_reason(core: Core, found: Finding, wish: Handling) -> None:
    """Refuse a reason that needs a remark and has none, or does not fit what it is given for."""
    reason, remark = read_reason(core.rulebook.reasons, wish.reason)
    if reason is None:
        return
    if reason.needs_remark and not remark:
        raise Refused(
            f"The reason '{reason.code}' needs a remark.", code="remark_required",
            advice=f"Write it behind the code: `{reason.code}: …`.",
        )  # fmt: skip
    if not reason.fits(wish.how.value, found.kind):
        raise Refused(
            f"'{reason.code}' is no reason to {wish.how.value} {found.kind}.", code="reason_unfit",
            advice="Choose another reason, or write one.",
        )  # fmt: skip
