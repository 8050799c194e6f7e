"""签署 / 复审 / 终审: what the tiers before decided, disagreements first, and the decision of the one who looks."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from disclosure_pipeline.console import documents
from disclosure_pipeline.console.answers import ON_ITS_OWN, Answer, Ask, Download, Fields, Page, Redirect
from disclosure_pipeline.console.languages import translations
from disclosure_pipeline.console.queue import KEYS, filters_of
from disclosure_pipeline.errors import NotFound, StoreFault, UsageError
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import PERMITTED, Settlement, Severity
from disclosure_pipeline.model.judgement import Quote, Risk, RiskLevel
from disclosure_pipeline.model.route import ISSUE, Verb
from disclosure_pipeline.pipeline import desk, differences, orders, signing
from disclosure_pipeline.pipeline.decisions import Decision, decide
from disclosure_pipeline.store import documents as store

VERBS = (Verb.APPROVE, Verb.RETURN, Verb.WITHHOLD, Verb.REFER)
"""What the page offers; the answer of an outside body has a form of its own."""

CONFIRMING = (Verb.APPROVE, Verb.RETURN)
"""What it offers of an issued file (正式件) that says what was approved."""


def page(ask: Ask) -> Answer:
    """The signing sheet."""
    doc = documents.opened(ask)
    sheet = signing.sheet(ask.core, doc.case, ask.me.person)
    frozen = sheet.frozen or ()
    confirming = sheet.open is not None and sheet.open.tier == ISSUE.name
    compared = None
    if confirming:
        say = translations(ask.me.language).gettext
        compared = differences.between_versions(ask.core, doc.case, doc.row.issue_of, doc.version, say)
    with ask.core.database.read() as connection:
        findings = store.findings_of(connection, doc.case, doc.version)
        listed = orders.entry(ask.core, connection, doc.row) if frozen else None
    values: dict[str, Any] = {
        "doc": doc,
        "row": doc.row,
        "sheet": sheet,
        "uses": [sheet.uses[verb] for verb in (CONFIRMING if confirming else VERBS)],
        "compared": compared,
        "permitted": [item.finding for item in findings if item.finding.kind == PERMITTED],
        "shown_page": next((file for file in frozen if file.media_type == "text/html"), None),
        "listed": listed,
        "labels": {item.tier: item.label for item in sheet.tiers},
        "levels": list(RiskLevel),
        "quotable": [
            item for item in findings
            if item.settled is not Settlement.DISMISS and item.finding.severity is not Severity.INFO
        ],
        "chosen": ask.form.filled(KEYS) or doc.chosen,
    }  # fmt: skip
    documents.note_look(ask, doc, "sign")
    return Page("sign.html", values)


def sign(ask: Ask) -> Answer:
    """Decide, and go on to the next document of the filter."""
    case = documents.opened(ask).case
    decide(ask.core, case, wish_of(ask, case))
    chosen = ask.form.filled(KEYS)
    with ask.core.database.read() as connection:
        after = desk.next_in(
            connection, ask.me.person.grants, filters_of(Fields(tuple(chosen.items())), ask.name), case,
            but_held_from=ask.name, around=True,
        )  # fmt: skip
    to, said = (f"/documents/{after.document}", "decided") if after else ("/queue", "decided-last")
    return Redirect(to, said=said, query=chosen)


def wish_of(ask: Ask, case: str) -> Decision:
    """The decision that a form stands for.

    Args:
        ask: the request.
        case: case number, for the error.

    Raises:
        UsageError: no such verb.
    """
    form = ask.form
    verb = form.chosen("verb", set(Verb))
    if not verb:
        raise UsageError(f"Nothing was decided about {case}.", code="verb_missing")
    quoted = form.all("quote") if verb == Verb.RETURN else ()
    return replace(
        decision_of(form, Verb(verb), by=ask.name),
        checklist=tuple(form.all("check")),
        quotes=tuple(Quote(finding=name, remark=form.get(f"remark-{name}")) for name in quoted),
        shown=True,
    )


def decision_of(form: Fields, verb: Verb, *, by: str) -> Decision:
    """What every form for a decision brings, on the signing page or from paper.

    Args:
        form: its fields.
        verb: what is decided.
        by: who decides.
    """
    level = form.chosen("risk_level", set(RiskLevel))
    return Decision(
        verb=verb,
        version=form.number("version"),
        by=by,
        reason=form.get("reason"),
        attribute=Attribute.parse(form.get("attribute")) if form.get("attribute") else None,
        ground=form.get("ground"),
        meeting=form.get("meeting"),
        risk=Risk(RiskLevel(level), form.get("risk_text")) if level else None,
    )


def public_file(ask: Ask) -> Answer:
    """A file of the frozen public copy: the very bytes that the final tier signs."""
    doc = documents.opened(ask)
    sheet = signing.sheet(ask.core, doc.case, ask.me.person)
    wanted = ask.path["name"]
    for file in sheet.frozen or ():
        if file.name == wanted:
            content = ask.core.vault.path(file.sha256).read_bytes()
            if hashlib.sha256(content).hexdigest() != file.sha256:
                raise StoreFault("A frozen file is not what was frozen.", code="vault.damaged")
            documents.note_look(ask, doc, "public")
            shown = file.media_type == "text/html" and not ask.query.get("keep")
            return Download(content, file.media_type, "" if shown else file.name, ON_ITS_OWN)
    raise NotFound(f"{doc.case} has no such public file.")


def difference(ask: Ask) -> Answer:
    """What changed between two versions; without a wish, between the one signed before and the present one."""
    doc = documents.opened(ask)
    row = doc.row
    with ask.core.database.read() as connection:
        signed = differences.signed_before(connection, row.id, ask.name, row.version)
    old = ask.query.number("from", signed or max(1, row.version - 1))
    new = ask.query.number("to", row.version)
    found = None
    if 0 < old < new <= row.version:
        say = translations(ask.me.language).gettext
        found = differences.between_versions(ask.core, row.id, old, new, say)
    documents.note_look(ask, doc, "difference")
    return Page("difference.html", {"doc": doc, "row": row, "old": old, "new": new, "found": found})
