"""隔离: suspected state secrets as numbers, rules and dates; the originals are judged outside of this system."""

from __future__ import annotations

from disclosure_pipeline.console.answers import Answer, Ask, Page, Redirect
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline import quarantine


def page(ask: Ask) -> Answer:
    """The cases that wait, oldest first."""
    found = quarantine.sealed(ask.core, ask.me.person, after=ask.query.get("after"))
    return Page("quarantine.html", {"found": found, "copies": quarantine.COPIES})


def case(ask: Ask) -> Answer:
    """One case: what found it, who has judged it, and the two forms."""
    found = quarantine.one_sealed(ask.core, ask.me.person, ask.path["case"])
    values = {
        "case": found,
        "typed": quarantine.destruction(found.document, english=ask.english),
        "copies": quarantine.COPIES,
    }
    return Page("quarantine_case.html", values)


def release(ask: Ask) -> Answer:
    """Say that this is no secret; the second officer's word releases it."""
    found = quarantine.one_sealed(ask.core, ask.me.person, ask.path["case"])
    state = quarantine.release(ask.core, found.document, ask.name, ask.form.get("reason"))
    if state is State.QUARANTINED:
        return Redirect(f"/quarantine/{found.document}", said="release-asked")
    return Redirect("/quarantine", said="unsealed")


def confirm(ask: Ask) -> Answer:
    """Confirm the suspicion: the files are destroyed."""
    found = quarantine.one_sealed(ask.core, ask.me.person, ask.path["case"])
    quarantine.confirm(
        ask.core, found.document, ask.name, ask.form.get("reason"), typed=ask.form.get("typed")
    )
    return Redirect("/quarantine", said="destroyed")
