"""部门视图: what became of the department's drafts, why one came back, and the way to hand one in by the browser."""

from __future__ import annotations

from disclosure_pipeline.console import documents
from disclosure_pipeline.console.answers import Answer, Ask, Page, Redirect
from disclosure_pipeline.errors import NotFound, Refused
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import department_view, handing_in
from disclosure_pipeline.pipeline.rights import OF_DEPARTMENT, SEALED
from disclosure_pipeline.pipeline.takeback import take_back
from disclosure_pipeline.pipeline.uploads import Upload
from disclosure_pipeline.store.people import Grant

SHOWN = tuple(state for state in State if state not in SEALED)
"""States that the list can be held to."""


def departments(ask: Ask) -> list[Grant]:
    """The departments whose drafts the person may see, each once."""
    found: dict[tuple[str, str], Grant] = {}
    for grant in ask.me.person.grants:
        if grant.role in OF_DEPARTMENT:
            names = (grant.department,) if grant.department else ask.core.unit(grant.unit).departments
            for name in names:
                found.setdefault((grant.unit, name), Grant(grant.role, grant.unit, name))
    return list(found.values())


def page(ask: Ask) -> Answer:
    """The department's drafts, newest first, and the form to hand one in."""
    mine = departments(ask)
    if not mine:
        raise NotFound("There is no department for this person.")
    chosen = _chosen(ask, mine)
    state = ask.query.chosen("state", set(SHOWN))
    found = department_view.documents_of(
        ask.core, ask.me.person, unit=chosen.unit, department=chosen.department,
        state=State(state) if state else None, after=ask.query.get("after"),
    )  # fmt: skip
    values = {
        "mine": mine,
        "here": chosen,
        "states": SHOWN,
        "state": state,
        "page": found,
        "clerk": ask.me.person.holds(Role.CLERK, chosen.unit, chosen.department),
        "more": {"unit": chosen.unit, "department": chosen.department, "state": state, "after": found.after},
    }
    return Page("department.html", values)


def timeline(ask: Ask) -> Answer:
    """One draft's way, with the reasons for which it came back and what can be done now."""
    doc = documents.opened(ask)
    told = department_view.timeline(ask.core, doc.case, ask.me.person)
    documents.note_look(ask, doc, "timeline")
    return Page("timeline.html", {"doc": doc, "row": doc.row, "told": told})


def upload(ask: Ask) -> Answer:
    """Hand in a draft with its attachments, as the drop folder would take it."""
    chosen = _chosen(ask, departments(ask))
    taken = handing_in.upload(
        ask.core, ask.parts.intake(), chosen.department, _files(ask), unit=chosen.unit,
        attribute=Attribute.parse(ask.form.get("attribute")), by=ask.name,
    )  # fmt: skip
    said = {"duplicate": "handed-in-twice", "not_taken": "not-taken"}.get(taken.outcome, "handed-in")
    return Redirect(
        "/department", said, {"unit": chosen.unit, "department": chosen.department, "new": taken.case}
    )


def resubmit(ask: Ask) -> Answer:
    """Hand in the corrected draft of a case that came back."""
    doc = documents.opened(ask)
    taken = handing_in.resubmit(
        ask.core, ask.parts.intake(), doc.case, _files(ask), by=ask.name, version=ask.form.number("version"),
        attribute=Attribute.parse(ask.form.get("attribute")),
    )  # fmt: skip
    said = "not-taken" if taken.outcome == "not_taken" else "handed-in"
    return Redirect(f"/documents/{doc.case}/timeline", said=said)


def back(ask: Ask) -> Answer:
    """Take a draft back before anybody has signed it."""
    doc = documents.opened(ask)
    take_back(ask.core, doc.case, ask.name)
    return Redirect(f"/documents/{doc.case}/timeline", said="taken-back")


def _files(ask: Ask) -> list[Upload]:
    sent = [file for file in ask.files.get("files", ()) if file.filename]
    if not sent:
        raise Refused("No file was chosen.", code="upload.nothing", advice="Choose the draft's files.")
    return [Upload(file.filename or "", file.file) for file in sent]


def _chosen(ask: Ask, mine: list[Grant]) -> Grant:
    """The department that an address or a form names; the first one when an address names none of the person's.

    Raises:
        NotFound: the person has no department at all, or a form names none of theirs.
    """
    named = (ask.form.get("unit"), ask.form.get("department"))
    wanted = named if any(named) else (ask.query.get("unit"), ask.query.get("department"))
    for grant in mine:
        if (grant.unit, grant.department) == wanted:
            return grant
    if not mine or (any(named) and ask.error is None):
        raise NotFound("There is no such department for this person.")
    return mine[0]
