"""What an officer does on the review page: settle findings, mark what was not found, isolate, conclude.

Each action is one function of the pipeline; afterwards the page comes again with the next open finding before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from disclosure_pipeline.console import documents, queue, review
from disclosure_pipeline.console.answers import Answer, Ask, Redirect
from disclosure_pipeline.console.documents import Opened
from disclosure_pipeline.errors import Refused
from disclosure_pipeline.model.boxes import Box
from disclosure_pipeline.model.finding import Settlement, Treatment
from disclosure_pipeline.model.judgement import Risk, RiskLevel
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.pipeline import marking, pointing, settling, undoing
from disclosure_pipeline.pipeline.decisions import Decision, decide
from disclosure_pipeline.pipeline.desk import next_in
from disclosure_pipeline.pipeline.marking import Chars, Drawn

_SIDES = ("left", "top", "right", "bottom")
_FOUR = 4
_LONG, _NO_PAGE = 7, -(10**7)


def settle(ask: Ask) -> Answer:
    """Settle chosen findings, open them again, or take back what was done last.

    The form's ``do`` is ``accept``, ``dismiss``, ``redact`` (with a treatment behind a dot: ``redact.mask``),
    ``reopen`` or ``undo``; a button of a reason gives ``do`` and ``reason`` as ``dismiss:citation``.
    """
    doc = documents.opened(ask)
    chosen, seen = ask.form.all("finding"), ask.form.number("version")
    do, _, code = ask.form.get("do").partition(":")
    if do == "undo":
        taken = undoing.undo(ask.core, doc.case, by=ask.name, version=seen)
        return _again(ask, doc, taken[0], said="undone")
    if do == "reopen":
        settling.reopen(ask.core, doc.case, chosen, ask.name, version=seen)
        return _again(ask, doc, chosen[0] if chosen else "", said="reopened")
    verb, _, treatment = do.partition(".")
    if verb not in set(Settlement) or not chosen:
        raise Refused("Nothing was chosen.", code="nothing_chosen", advice="Choose findings and what to do.")
    how = Settlement(verb)
    settling.clear(
        ask.core, doc.case, chosen, how, by=ask.name,
        reason=settling.in_words(how, code or ask.form.get("reason"), ask.form.get("remark")),
        treatment=Treatment(treatment) if treatment in set(Treatment) else Treatment.REMOVE,
        also_same=bool(ask.form.get("same")), version=seen, seen_open=True,
    )  # fmt: skip
    return _on(ask, doc, chosen[-1], said=f"{how.value}ed" if how is not Settlement.DISMISS else "dismissed")


def mark(ask: Ask) -> Answer:
    """Mark what no detector found: a selection, a drawn box, or words of the page wherever they stand on it.

    Places that are marked already are passed over, as long as there is one that is not.
    """
    doc = documents.opened(ask)
    how, _, treatment = ask.form.get("do").partition(".")
    if how not in (Settlement.REDACT.value, "open"):
        raise Refused("Nothing was chosen.", code="nothing_chosen", advice="Choose how it is marked.")
    places = _meant(ask, doc)
    made: list[str] = []
    for place in places:
        try:
            finding, *_rest = marking.mark(
                ask.core, doc.case, place, kind=ask.form.get("kind"), by=ask.name,
                reason=settling.in_words(Settlement.REDACT, "", ask.form.get("remark")),
                how=Settlement.REDACT if how == Settlement.REDACT.value else None,
                treatment=Treatment(treatment) if treatment in set(Treatment) else Treatment.REMOVE,
                version=None if made else ask.form.number("version"), pictures=ask.parts.pictures,
            )  # fmt: skip
        except Refused as error:
            if error.code != "already_marked" or (place is places[-1] and not made):
                raise
        else:
            made.append(finding)
    return _again(ask, doc, made[0], "marked" if len(made) == len(places) else "marked-rest", n=len(made))


def suspect(ask: Ask) -> Answer:
    """Isolate the whole submission."""
    doc = documents.opened(ask)
    marking.suspect(
        ask.core, doc.case, by=ask.name, reason=ask.form.get("reason"), typed=ask.form.get("typed")
    )
    return _next_document(ask, doc, "isolated")


def conclude(ask: Ask) -> Answer:
    """Conclude the secrecy review, or return the draft; then the next document of the filter."""
    doc = documents.opened(ask)
    back = ask.form.act((Verb.APPROVE.value, Verb.RETURN.value)) == Verb.RETURN.value
    level, text = ask.form.chosen("risk", set(RiskLevel)), ask.form.get("risk_text")
    wish = Decision(
        Verb.RETURN if back else Verb.APPROVE,
        ask.form.number("version"),
        ask.name,
        reason=ask.form.get("why") if back else "",
        meeting="" if back else ask.form.get("meeting"),
        checklist=None if back else tuple(ask.form.all("checklist")),
        risk=Risk(RiskLevel(level), text) if level and text and not back else None,
        shown=not back,
    )
    decide(ask.core, doc.case, wish)
    return _next_document(ask, doc, "returned" if back else "concluded")


def _meant(ask: Ask, doc: Opened) -> Sequence[Chars | Drawn]:
    """What is to be marked; words that were typed go before a box that was drawn.

    Raises:
        Refused: nothing is meant.
    """
    part, page, version = ask.form.number("part"), _page(ask.form.get("page")), ask.form.number("version")
    words = ask.form.get("words")
    if ask.form.get("left") and not words:
        return [Drawn(part, page, _points(ask, doc, part, page))]
    if ask.form.get("segment") and words == ask.form.get("selected"):
        start, end = ask.form.number("start"), ask.form.number("end")
        found = Chars(part, ask.form.number("segment"), start, end)
        return [pointing.selected(ask.core, doc.case, version, found, ask.parts.shelf)]
    return pointing.named(ask.core, doc.case, version, words, part=part, page=page, shelf=ask.parts.shelf)


def _points(ask: Ask, doc: Opened, part: int, page: int) -> Box:
    """A drawn box, sent as shares of the page, in points.

    Raises:
        Refused: it is no box on a page.
    """
    sizes = ask.parts.pictures().page_sizes(doc.case, doc.version, part)
    shares = [_share(ask.form.get(side)) for side in _SIDES]
    known = [share for share in shares if share is not None]
    if len(known) != _FOUR or not 0 < page <= len(sizes):
        raise Refused("That is no box on a page.", code="bad_range", advice="Draw it once more.")
    wide, high = sizes[page - 1]
    left, top, right, bottom = known
    return left * wide, top * high, right * wide, bottom * high


def _share(text: str) -> float | None:
    try:
        share = float(text)
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None


def _page(text: str) -> int:
    """The number of a page, or of a panel (0 and below); of anything else, of none."""
    number = text.removeprefix("-")
    return int(text) if number.isascii() and number.isdigit() and len(number) < _LONG else _NO_PAGE


def _on(ask: Ask, doc: Opened, finding: str, said: str) -> Redirect:
    """The page again, with the open finding behind one; without any, where the officer was."""
    with ask.core.database.read() as connection:
        following = review.next_waiting(connection, doc, finding)
    return _again(ask, doc, following, said)


def _again(ask: Ask, doc: Opened, finding: str, said: str, **told: int) -> Redirect:
    """The page again, with one finding before it; ``told`` are the numbers in what is said."""
    where: dict[str, Any] = {**doc.chosen, **told}
    where |= {"finding": finding} if finding else _where(ask)
    page = ask.query.chosen("then", ("preview",), "review")
    return Redirect(f"/documents/{doc.case}/{page}", said=said, query=where)


def _where(ask: Ask) -> dict[str, str]:
    return {name: ask.query.get(name) for name in ("part", "page") if ask.query.get(name)}


def _next_document(ask: Ask, doc: Opened, said: str) -> Redirect:
    """The next document of the filter that nobody else reviews; the queue when there is none."""
    filters = queue.filters_of(ask.query, ask.name)
    with ask.core.database.read() as connection:
        following = next_in(
            connection, ask.me.person.grants, filters, doc.case, but_held_from=ask.name, around=True
        )
    to = f"/documents/{following.document}" if following else "/queue"
    return Redirect(to, said=said if following else f"{said}-last", query=doc.chosen)
