"""What all pages about one document share: who may see it, its head, and the ways between its pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from disclosure_pipeline.console import queue
from disclosure_pipeline.console.answers import Answer, Ask, Page, Redirect
from disclosure_pipeline.console.languages import mark as _
from disclosure_pipeline.console.menu import REVIEWERS
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import claims, quarantine, records, rights, shown
from disclosure_pipeline.pipeline.claims import Claim
from disclosure_pipeline.store import documents

READERS = REVIEWERS | {Role.CLERK}
"""Roles that may see the text of documents."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One page about a document.

    Args:
        name: the last part of its address. label: what it is called.
        who: roles of which a person needs one.
    """

    name: str
    label: str
    who: frozenset[Role] = READERS


TABS: tuple[Tab, ...] = (
    Tab("review", _("审查")),
    Tab("preview", _("遮盖预览")),
    Tab("sign", _("签署"), REVIEWERS),
    Tab("difference", _("版本差异")),
    Tab("timeline", _("办理过程")),
    Tab("clock", _("期限")),
    Tab("sheet", _("审查单"), REVIEWERS),
    Tab("record", _("代录"), frozenset({Role.ADMIN})),
)
"""The pages about a document, in order."""

SIGNING = "sign"
"""The page of those who sign after the secrecy officer."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A document before somebody who may see its text.

    Args:
        row: its row.
        claim: who reviews it just now, or ``None``.
        tabs: the pages about it that the person may open.
        officer: whether the person is a secrecy officer of its unit.
        chosen: the filter of the queue that they came from.
        attributes: ``proposed``, ``office`` and ``final`` attribute tokens.
    """

    row: Row[Any]
    claim: Claim | None
    tabs: tuple[Tab, ...]
    officer: bool
    chosen: Mapping[str, str]
    attributes: Mapping[str, str | None]

    @property
    def case(self) -> str:
        """The case number."""
        return str(self.row.id)

    @property
    def version(self) -> int:
        """The present version."""
        return int(self.row.version)

    def along(self, **more: object) -> dict[str, object]:
        """The query of an address within the same filter of the queue."""
        return {**self.chosen, **more}

    @property
    def in_review(self) -> bool:
        """Whether it is in review."""
        return State(self.row.state) is State.IN_REVIEW


def opened(ask: Ask) -> Opened:
    """The document that an address names, for the person who asks; the first thing of every view of a document.

    Raises:
        NotFound: there is none, or not for this person.
    """
    person = ask.me.person
    with ask.core.database.read() as connection:
        row = documents.fetch(connection, ask.path["case"])
        rights.require(person, row, rights.Sight.TEXT)
        held = claims.holder(connection, row.id)
    return Opened(
        row=row,
        claim=held,
        tabs=tuple(
            tab for tab in TABS if any(person.holds(role, row.unit, row.department) for role in tab.who)
        ),
        officer=bool(person.acts_for(Role.SECRECY, row.unit)),
        chosen=ask.query.filled(queue.KEYS),
        attributes=records.attributes(row),
    )


def note_look(ask: Ask, doc: Opened, page: str) -> None:
    """Note in the access log that a page is shown; the last thing of its view, when nothing can refuse it any more.

    Args:
        ask: the request.
        doc: the document.
        page: which page, a key of :data:`~disclosure_pipeline.console.trail_words.LOOKS`.
    """
    shown.note_look(ask.core, ask.me.person, doc.case, page)


def home(ask: Ask) -> Answer:
    """Lead to the page that fits the document's state and the person's role; of what is sealed, tell only that."""
    with ask.core.database.read() as connection:
        row = documents.fetch(connection, ask.path["case"])
    seen = rights.sight(ask.me.person, row)
    rights.require(ask.me.person, row, rights.Sight.HEAD)
    if seen < rights.Sight.TEXT:
        return _closed(ask, row)
    doc = opened(ask)
    names = [tab.name for tab in doc.tabs]
    secrecy = doc.officer and doc.in_review
    name = SIGNING if SIGNING in names and not secrecy else names[0]
    return Redirect(f"/documents/{row.id}/{name}", query=doc.chosen, said=ask.query.get("said"))


def claim(ask: Ask) -> Answer:
    """Tell the others that one reviews a document now, or take it over from whoever did."""
    doc = opened(ask)
    if ask.form.get("do") == "take":
        claims.take_over(ask.core, doc.case, ask.me.person)
    else:
        claims.claim(ask.core, doc.case, ask.me.person)
    return Redirect(f"/documents/{doc.case}", query=doc.chosen, said="claimed")


def _closed(ask: Ask, row: Row[Any]) -> Page:
    """A document of which the person sees the head only; of a quarantined one, officers see rules and dates."""
    sealed = State(row.state) in rights.SEALED
    told = row.state == State.QUARANTINED and ask.me.person.holds(Role.SECRECY, row.unit)
    case = quarantine.one_sealed(ask.core, ask.me.person, row.id) if told else None
    recorder = not sealed and ask.me.person.holds(Role.ADMIN, row.unit)
    return Page("document_closed.html", {"row": row, "sealed": sealed, "case": case, "recorder": recorder})
