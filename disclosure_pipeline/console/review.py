"""审查页: the document on the left, what was found in it on the right, the decision below.

The address names the file and page that are shown (``part``, ``page``: 0 and below are panels of hidden places) and the
finding that is looked at (``finding``). A page that is sent counts as shown to the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from disclosure_pipeline.console import documents, illustrations
from disclosure_pipeline.console.answers import Answer, Ask, Download, Page
from disclosure_pipeline.console.documents import Opened
from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.boxes import Box
from disclosure_pipeline.model.finding import Settlement, Treatment
from disclosure_pipeline.model.reasons import Reason, reason_in_words
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import (
    marking,
    reading_view,
    same_words,
    settling,
    shown,
    signing,
    undoing,
    versions,
)
from disclosure_pipeline.pipeline.reading_view import DocumentView, FindingView, PageView, PanelView, PartView
from disclosure_pipeline.pipeline.signing import SigningSheet
from disclosure_pipeline.store import documents as rows
from disclosure_pipeline.store import finding_words

MOST = 40
"""Findings that one page lists."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page or panel of a file.

    Args:
        part: the file. number: from 1; 0 and below for panels of hidden places.
    """

    part: PartView
    number: int

    @property
    def page(self) -> PageView | None:
        """The page; ``None`` for a panel."""
        return self.part.pages[self.number - 1] if self.number > 0 else None

    @property
    def panel(self) -> PanelView | None:
        """The panel; ``None`` for a page."""
        return self.part.hidden[-self.number] if self.number <= 0 else None

    @property
    def query(self) -> dict[str, str]:
        """What names it in an address."""
        return {"part": str(self.part.position), "page": str(self.number)}


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a picture.

    Args:
        size: width and height, points. boxes: of findings, as shares of the page, by id.
        fault: why it cannot be drawn; the text is all there is then.
    """

    size: tuple[float, float] = (0.0, 0.0)
    boxes: Mapping[str, tuple[Box, ...]] | None = None
    fault: DisclosureError | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A finding as the list shows it.

    Args:
        view: the finding. place: where it is, as JSON. said: its reason in words, if it is settled.
        same: how many open ones have the same words.
        treatments: how it could be left out. reasons: those that fit dismissing it.
        elsewhere: whether other documents can be looked through for the same words.
    """

    view: FindingView
    place: Mapping[str, Any]
    said: str
    same: int
    treatments: tuple[Treatment, ...]
    reasons: tuple[Reason, ...]
    elsewhere: bool

    @property
    def is_open(self) -> bool:
        """Whether it can be settled."""
        return self.view.settled.settled is None

    @property
    def is_waiting(self) -> bool:
        """Whether it must be."""
        return is_waiting(self.view)


def sheets(view: DocumentView) -> list[Sheet]:
    """Every page and panel in the order in which they are gone through: files in order, hidden places last."""
    return [
        Sheet(part, number)
        for part in view.parts
        for number in (*(page.number for page in part.pages), *(panel.number for panel in part.hidden))
    ]


def in_order(findings: Iterable[FindingView]) -> list[FindingView]:
    """Findings as the list shows them: by kind, the kind of the gravest one first, then by their places."""
    known = list(findings)
    gravest: dict[str, int] = {}
    for item in known:
        found = item.settled.finding
        gravest[found.kind] = max(gravest.get(found.kind, 0), found.severity.weight)
    return sorted(known, key=lambda item: (-gravest[item.settled.finding.kind], item.settled.finding.kind))


def is_waiting(item: FindingView) -> bool:
    """Whether a finding must still be settled."""
    return bool(versions.unsettled((item.settled,)))


def page(ask: Ask) -> Answer:
    """The review page."""
    doc = documents.opened(ask)
    view = reading_view.read(ask.core, doc.case, doc.version, ask.parts.shelf)
    there = sheets(view)
    at = place_of(ask, view, there)
    here = there[at]
    shown.note_shown(
        ask.core, ask.me.person, doc.case, doc.version, part=here.part.position, page=here.number
    )
    ordered = in_order(view.findings.values())
    listed, before, after = _slice(ordered, ask)
    signs = signing.sheet(ask.core, doc.case, ask.me.person) if doc.officer else None
    with ask.core.database.read() as connection:
        unseen = shown.all_shown(connection, doc.case, doc.version, ask.name, ask.parts.shelf)
        texts = {key: laid.text for key, laid in ask.parts.shelf.of(connection, doc.row, doc.version).items()}
        undo = undoing.last_change(connection, doc.case, ask.name) if doc.officer else None
    same = same_words.numbers([item.settled for item in ordered], texts)
    values: Mapping[str, Any] = {
        "doc": doc,
        "view": view,
        "here": here,
        "previous": there[at - 1] if at else None,
        "next": there[at + 1] if at + 1 < len(there) else None,
        "sheets": there,
        "picture": picture_of(ask, doc, here),
        "groups": _groups(ask, listed, same),
        "before": before,
        "after": after,
        "open": sum(map(is_waiting, ordered)),
        "number": len(ordered),
        "current": _current(ask, ordered, here),
        "sign": signs,
        "deciding": _is_deciding(doc, signs),
        "unseen": unseen,
        "undo": undo,
        "reasons": ask.core.rulebook.reasons,
        "kinds": marking.MARKABLE,
        "typed": marking.suspicion(doc.case, english=ask.english),
        "illustrated": illustrations.shown(ask, doc),
    }
    return Page("review.html", values)


def picture(ask: Ask) -> Answer:
    """A page as a picture."""
    doc = documents.opened(ask)
    part, number = int(ask.path["part"]), int(ask.path["page"])
    drawn = ask.parts.pictures().picture(doc.case, doc.version, part, number)
    shown.note_shown(ask.core, ask.me.person, doc.case, doc.version, part=part, page=number)
    return Download(drawn.data, drawn.media_type)


def place_of(ask: Ask, view: DocumentView, there: Sequence[Sheet]) -> int:
    """Index of the page or panel that an address names, else of the one that its finding stands on, else the first."""
    named = (ask.query.get("part"), ask.query.get("page"))
    on = view.page_of(ask.query.get("finding"))
    if named == ("", "") and on is not None:
        named = (str(on[0]), str(on[1]))
    places = [(str(item.part.position), str(item.number)) for item in there]
    return places.index(named) if named in places else 0


def picture_of(ask: Ask, doc: Opened, here: Sheet) -> Picture | None:
    """The page's picture with its boxes; ``None`` for what has no pictures. A fault is told beside the text."""
    if here.page is None or not here.part.pictured or not here.part.readable:
        return None
    pictures, part = ask.parts.pictures(), here.part.position
    try:
        sizes = pictures.page_sizes(doc.case, doc.version, part)
        boxes = pictures.boxes(doc.case, doc.version, part, here.number)
    except DisclosureError as error:
        return Picture(fault=error)
    return Picture(sizes[here.number - 1], boxes) if here.number <= len(sizes) else None


def _slice(ordered: list[FindingView], ask: Ask) -> tuple[list[FindingView], int | None, int | None]:
    """The findings that are listed, and from which one the lists before and behind them begin."""
    ids = [item.id for item in ordered]
    looked_at = ask.query.get("finding")
    at = ids.index(looked_at) if looked_at in ids else min(ask.query.number("from"), max(0, len(ids) - 1))
    first = at - at % MOST
    before = first - MOST if first else None
    return ordered[first : first + MOST], before, first + MOST if first + MOST < len(ids) else None


def _current(ask: Ask, ordered: Sequence[FindingView], here: Sheet) -> str:
    """The finding that keys act on: the one asked for, else the first open one on the page that is shown."""
    looked_at = ask.query.get("finding")
    if any(item.id == looked_at for item in ordered):
        return looked_at
    on_page = (here.page or here.panel or here.part.pages[0]).findings
    return next((item.id for item in ordered if is_waiting(item) and item.id in on_page), "")


def _groups(
    ask: Ask, listed: Sequence[FindingView], same: Mapping[str, int]
) -> list[tuple[str, list[Listed]]]:
    """The findings of the list by kind."""
    groups = groupby(listed, key=lambda item: item.settled.finding.kind)
    return [(kind, [_listed(ask, item, same.get(item.id, 0)) for item in items]) for kind, items in groups]


def _listed(ask: Ask, item: FindingView, same: int) -> Listed:
    found, settled = item.settled.finding, item.settled
    rulebook = ask.core.rulebook
    waits = settled.settled is None
    return Listed(
        view=item,
        place=found.place.as_json(),
        said=reason_in_words(rulebook.reasons, settled.reason or ""),
        same=same if waits else 0,
        treatments=settling.treatments(ask.core, settled) if waits else (),
        reasons=tuple(
            reason for reason in rulebook.reasons if reason.fits(Settlement.DISMISS.value, found.kind)
        ) if waits else (),
        elsewhere=waits and finding_words.is_alike(found),
    )  # fmt: skip


def _is_deciding(doc: Opened, signs: SigningSheet | None) -> bool:
    """Whether the document waits for the conclusion of a secrecy officer."""
    return doc.officer and signs is not None and signs.open is not None and signs.open.role is Role.SECRECY


def next_waiting(connection: Connection, doc: Opened, after: str) -> str:
    """The open finding behind one in the order of the list, from its beginning again; empty when none is left.

    Args:
        connection: a transaction.
        doc: the document.
        after: id of a finding.
    """
    row = rows.fetch(connection, doc.case)
    known = rows.findings_of(connection, doc.case, row.version)
    ordered = in_order(FindingView(item, item.finding.part, None, (), ()) for item in known)
    at = next((index for index, item in enumerate(ordered) if item.id == after), -1)
    behind = [item.id for item in (*ordered[at + 1 :], *ordered[: at + 1]) if is_waiting(item)]
    return behind[0] if behind else ""
