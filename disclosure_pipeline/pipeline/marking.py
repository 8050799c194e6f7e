"""What an officer finds that no detector found: marked by hand, or the whole submission suspected.

A mark is a finding like any other: settled, bound to the signatures, asked for more tiers by the route rules. It stands
on the stored characters; a box that is drawn on a page means the characters that it holds (`drawn_words.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from disclosure_pipeline.errors import DisclosureError, NotAllowed, NotFound, Refused, StaleVersion
from disclosure_pipeline.hooks.page_pictures import Letters
from disclosure_pipeline.model.boxes import Box, is_box
from disclosure_pipeline.model.finding import (
    FINDING_KINDS,
    MARKING,
    PERSON,
    PERSON_RULE,
    UNDETERMINED,
    Finding,
    Settlement,
    Severity,
    Treatment,
)
from disclosure_pipeline.model.lifecycle import State, step
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.text import Place, Text
from disclosure_pipeline.pipeline import deputies, drawn_words, isolation, settling, versions, widening
from disclosure_pipeline.pipeline.cases import load_case
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.findings_desk import MARK, UNMARK, desk, tally
from disclosure_pipeline.store import documents, people
from disclosure_pipeline.store.audit import digest_of
from disclosure_pipeline.store.documents import Settled

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.pages import PagePictures

MARKABLE = tuple(kind for kind in FINDING_KINDS if kind not in (MARKING, UNDETERMINED))
"""Kinds of what can be marked by hand; a suspected state secret isolates the submission instead."""

SUSPECT_RULE = "person.suspect"
"""The rule under which a submission is isolated that an officer suspects."""


@dataclass(frozen=True, slots=True)
class Chars:
    """Characters that are marked.

    Args:
        part: index of the part in the submission.
        segment: index of the segment in the part's text.
        start: offset of the first character in the segment's original text.
        end: offset behind the last one.
    """

    part: int
    segment: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A box that is drawn on a page.

    Args:
        part: index of the part in the submission.
        page: 1-based page.
        bbox: (left, top, right, bottom) in points from the page's top left corner.
    """

    part: int
    page: int
    bbox: Box


def mark(
    core: Core,
    document: str,
    where: Chars | Drawn,
    *,
    kind: str,
    by: str,
    reason: str,
    how: Settlement | None = Settlement.REDACT,
    treatment: Treatment = Treatment.REMOVE,
    version: int | None = None,
    pictures: Callable[[], PagePictures] | None = None,
) -> tuple[str, int]:
    """Add a finding that no detector made.

    Args:
        core: the process's parts.
        document: case number.
        where: the characters, or a box.
        kind: one of :data:`MARKABLE`.
        by: a secrecy officer.
        reason: why, as in :func:`settling.clear`; may be empty for one that is left open.
        how: ``redact``, or ``None`` to leave it open.
        treatment: how it is left out.
        version: the version that the officer saw; ``None`` when they named none.
        pictures: gives what looks at the characters of a page, for a box around some words of a paragraph; without it
            a box holds whole paragraphs only.

    Returns:
        The finding's id, and the version it belongs to.

    Raises:
        NotAllowed: not a secrecy officer of the unit, or the one who drafted the document.
        Refused: not in review, no such characters, or a box that does not say which (``box_cuts_text``,
            ``box_unplaced``).
        StaleVersion: the document has changed meanwhile.
    """
    if how not in (None, Settlement.REDACT):
        raise Refused("What is marked by hand is redacted, or left open.", code="treatment_unfit")
    if kind not in MARKABLE:
        raise Refused(
            f"'{kind}' is not marked by hand.", code="bad_kind",
            advice="Isolate the submission if it may hold a state secret.",
        )  # fmt: skip
    with core.database.read() as connection:
        row = documents.fetch(connection, document)
        # Who may not do it learns nothing about the text from what else is refused.
        _officer(people.get(connection, by), row.unit)
        if State(row.state) is not State.IN_REVIEW:
            raise Refused(f"{document} is {row.state}; findings are marked while it is in review.")
        if version is not None:
            versions.check_current(row, version)
        case = load_case(core, connection, row)
    texts = {part.position: part.text for part in case.texts}
    marks = [item for item in case.findings if item.detector == PERSON]
    letters = partial(_letters, pictures, document, row.version, where)
    found = _finding(where, kind, texts, marks, letters)
    item = Settled(found, found.id, None, None, None)
    wish = settling.Handling(how, by, reason, treatment) if how else None
    if wish is not None:
        wish.check_reason()
        settling.check(core, item, wish)
    route = widening.longer(core, case, (found,))
    with core.database.write() as connection:
        at = desk(connection, document, by)
        if (at.row.version, at.row.revision) != (row.version, row.revision):
            raise StaleVersion(f"{document} has changed meanwhile.")
        if any(known.id == found.id for known in at.findings(connection)):
            raise Refused(f"{found.id} is marked already.", code="already_marked")
        present = at.changeable(core, connection, route)
        documents.add_findings(connection, document, present, (found,))
        if wish is not None:
            documents.settle(
                connection, document, present, found.id, how=wish.how, by=by, reason=reason,
                treatment=wish.of(found),
            )  # fmt: skip
        at.note(
            core, connection, findings=[found.id], how=MARK, kind=kind, reason=digest_of(reason),
            tally=tally((item,), how) if how else [],
        )  # fmt: skip
    return found.id, present


def unmark(core: Core, document: str, finding: str, *, by: str) -> int:
    """Remove a finding that was marked by hand.

    Args:
        core: the process's parts.
        document: case number.
        finding: its id.
        by: a secrecy officer.

    Returns:
        The version without it.

    Raises:
        NotAllowed: not a secrecy officer of the unit, or the one who drafted the document.
        NotFound: no such finding.
        Refused: not in review, or a detector has found it.
    """
    with core.database.write() as connection:
        at = desk(connection, document, by)
        item = next((one for one in at.findings(connection) if one.id == finding), None)
        if item is None:
            raise NotFound(f"The present version of {document} has no finding {finding}.")
        if item.finding.detector != PERSON:
            raise Refused(
                f"{finding} was found by a detector; it is settled, not removed.", code="not_by_hand",
                advice="Dismiss it if it is a false hit.",
            )  # fmt: skip
        version = at.changeable(core, connection)
        documents.forget_findings(connection, document, version, (finding,))
        at.note(core, connection, findings=[finding], how=UNMARK, tally=tally((item,), None))
    return version


def suspicion(document: str, *, english: bool = False) -> str:
    """What has to be typed on a page to isolate a submission, in one of two languages; either will do."""
    return f"isolate {document}" if english else f"隔离 {document}"


def suspect(core: Core, document: str, *, by: str, reason: str, typed: str | None = None) -> None:
    """Isolate a whole submission that an officer suspects of holding a state secret, as if a marking had been found.

    Args:
        core: the process's parts.
        document: case number.
        by: a secrecy officer of the unit; one who drafted it too, because suspecting is always allowed.
        reason: why; only its digest is kept.
        typed: what the officer typed to confirm, must be :func:`suspicion`; ``None`` for a channel that does not ask.

    Raises:
        NotAllowed: not a secrecy officer of the unit.
        Refused: no reason, not confirmed (``not_confirmed``), or nothing is left to isolate.
    """
    if not reason.strip():
        raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")
    with core.database.read() as connection:
        row = documents.fetch(connection, document)
        principal = _officer(people.get(connection, by), row.unit)
        if typed is not None and typed.strip() not in (
            suspicion(document),
            suspicion(document, english=True),
        ):
            raise Refused(
                "The isolation was not confirmed.", code="not_confirmed",
                advice=f"Type exactly: {suspicion(document)}",
            )  # fmt: skip
        if State(row.state) not in step("quarantine").sources | step("recall").sources:
            raise Refused(f"{document} is {row.state}; it cannot be isolated.")
    found = Finding(
        kind=MARKING, severity=Severity.BLOCK, text=None, start=0, end=0, segment=0, place=Place("", "unplaced"),
        rule=SUSPECT_RULE, detector=PERSON,
    )  # fmt: skip
    said = {"reason": digest_of(reason), **deputies.told(principal)}
    isolation.isolate(core, document, (found,), row.rules_version, actor=by, said=said)


def _officer(person: people.Person, unit: str) -> str:
    """As whose deputy somebody is a secrecy officer of a unit, or empty.

    Raises:
        NotAllowed: they are none.
    """
    principal = deputies.entitled(person, (Role.SECRECY,), unit)
    if principal is None:
        raise NotAllowed("Only a secrecy officer (保密审查员) of the unit does this.", code="wrong_role")
    return principal


# ------------------------------------------------------------------------ places


def _letters(
    pictures: Callable[[], PagePictures] | None, document: str, version: int, where: Chars | Drawn
) -> Letters:
    """The characters of the page with the box; none when they cannot be looked at, so that nothing is sure."""
    if pictures is None or isinstance(where, Chars):
        return drawn_words.UNKNOWN
    try:
        return pictures().letters(document, version, where.part, where.page)
    except DisclosureError:
        return drawn_words.UNKNOWN


def _finding(
    where: Chars | Drawn,
    kind: str,
    texts: Mapping[int, Text],
    marks: list[Finding],
    letters: Callable[[], Letters],
) -> Finding:
    text = texts.get(where.part)
    if text is None:
        raise _bad_range()
    if isinstance(where, Chars):
        return _of_chars(where, kind, text)
    return _of_box(where, kind, text, marks, letters)


def _of_chars(where: Chars, kind: str, text: Text) -> Finding:
    if not 0 <= where.segment < len(text.segments):
        raise _bad_range()
    segment = text.segments[where.segment]
    if not 0 <= where.start < where.end <= len(segment.text):
        raise _bad_range()
    chosen = segment.text[where.start : where.end]
    if not chosen.strip():
        raise _bad_range()
    return Finding(
        kind=kind, severity=Severity.REVIEW, text=chosen, start=where.start, end=where.end, segment=where.segment,
        place=segment.place, rule=PERSON_RULE, detector=PERSON, part=where.part, why=_WHY,
    )  # fmt: skip


def _of_box(
    where: Drawn, kind: str, text: Text, marks: list[Finding], letters: Callable[[], Letters]
) -> Finding:
    if not is_box(where.bbox) or not 1 <= where.page <= _last_page(text):
        raise _bad_range()
    held = drawn_words.meant(text.segments, where.page, where.bbox, letters)
    more: list[tuple[int, int, int]] = []
    if held:
        (first, start, end), *more = held
        segment = text.segments[first]
        place, words = segment.place._replace(bbox=where.bbox), segment.text[start:end]
    else:
        # Without characters there are no offsets: such boxes are numbered.
        bare = (item.segment for item in marks if item.part == where.part and item.text is None)
        first, start, end = 1 + max(bare, default=-1), 0, 0
        place, words = Place("", "unplaced", where.page, bbox=where.bbox), None
    return Finding(
        kind=kind, severity=Severity.REVIEW, text=words, start=start, end=end, segment=first, more=tuple(more),
        place=place, rule=PERSON_RULE, detector=PERSON, part=where.part, why=_WHY,
    )  # fmt: skip


_WHY = "审查员标注"


def _last_page(text: Text) -> int:
    places = [segment.place for segment in text.segments]
    places += [doubt.place for doubt in text.doubts if doubt.place is not None]
    pages = text.facts.get("pages", 0)
    return max((place.page or 0 for place in places), default=0) or (pages if isinstance(pages, int) else 0)


def _bad_range() -> Refused:
    return Refused(
        "The document has no such place.",
        code="bad_range",
        advice="Load the page again, and mark it once more.",
    )
