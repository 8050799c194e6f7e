"""代录: a decision signed on paper or in the office's own system, recorded with its scan.

The page shows number, title and chain; whoever records needs no text of the document, and sees none.
"""

from __future__ import annotations

from dataclasses import replace

from disclosure_pipeline.console.answers import Answer, Ask, Page, Redirect
from disclosure_pipeline.console.days import day_of
from disclosure_pipeline.console.sign import decision_of
from disclosure_pipeline.errors import Refused, UsageError
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.judgement import RiskLevel
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.pipeline import paper
from disclosure_pipeline.pipeline.decisions import Decision


def find(ask: Ask) -> Answer:
    """The page that asks for the case number on the paper, and leads to its case; it says so when there is none."""
    case = ask.query.get("case")
    if case and ask.error is None:
        return Redirect(f"/documents/{paper.sheet(ask.core, case, ask.me.person).document}/record")
    return Page("record_find.html")


def page(ask: Ask) -> Answer:
    """The chain of a document, and the form for what the paper says."""
    values = {
        "sheet": paper.sheet(ask.core, ask.path["case"], ask.me.person),
        "today": today_in_shanghai(),
        "levels": list(RiskLevel),
    }
    return Page("record.html", values)


def record(ask: Ask) -> Answer:
    """Record what the paper says; the next tier of the same paper can follow at once."""
    case = paper.sheet(ask.core, ask.path["case"], ask.me.person).document
    paper.record(ask.core, case, wish_of(ask), _scan(ask), by=ask.name)
    return Redirect(f"/documents/{case}/record", said="recorded")


def wish_of(ask: Ask) -> Decision:
    """The decision that the form stands for.

    Raises:
        UsageError: nobody, no verb, or no day was chosen.
    """
    form = ask.form
    verb = form.chosen("verb", set(paper.VERBS))
    signed_on = day_of(form.get("signed_on"))
    if not verb:
        raise UsageError("The form does not say what was decided.", code="verb_missing")
    if not form.get("signer"):
        raise UsageError("The form does not say who signed.", code="paper.signer")
    if signed_on is None:
        raise UsageError("The form does not say which day the paper bears.", code="paper.day")
    return replace(decision_of(form, Verb(verb), by=form.get("signer")), signed_on=signed_on)


def _scan(ask: Ask) -> bytes:
    """The uploaded scan, at most one byte more than is kept.

    Raises:
        Refused: none was chosen.
    """
    sent = next((file for file in ask.files.get("scan", ()) if file.filename), None)
    if sent is None:
        raise Refused("No scan was chosen.", code="scan_required", advice="Choose the scanned paper.")
    return sent.file.read(ask.core.settings.intake.max_scan_bytes + 1)
