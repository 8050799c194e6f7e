"""签署 / 复审 / 终审: what the tiers before decided, disagreements first, and the decision of the one who looks."""

from __future__ import annotations

import hashlib
from typing import Any

from disclosure_pipeline.console import documents
from disclosure_pipeline.console.answers import Answer, Ask, Download, Fields, Page, Redirect
from disclosure_pipeline.console.languages import translations
from disclosure_pipeline.console.queue import filters_of, kept
from disclosure_pipeline.errors import NotFound, StoreFault, UsageError
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Settlement, Severity
from disclosure_pipeline.model.judgement import Quote, Risk, RiskLevel
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.pipeline import desk, differences, signing
from disclosure_pipeline.pipeline.decisions import Decision, decide
from disclosure_pipeline.store import documents as store

VERBS = (Verb.APPROVE, Verb.RETURN, Verb.WITHHOLD, Verb.REFER)
"""What the page offers; the answer of an outside body has a form of its own."""

_ON_ITS_OWN = {
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'",
    "x-frame-options": "SAMEORIGIN",
}
"""Headers of a frozen page: shown in a frame of ours, it can run nothing, load nothing and send nothing."""


def page(ask: Ask) -> Answer:
    """The signing sheet."""
    doc = documents.looked_at(ask, "sign")
    sheet = signing.sheet(ask.core, doc.case, ask.me.person)
    frozen = sheet.frozen or ()
    with ask.core.database.read() as connection:
        findings = store.findings_of(connection, doc.case, doc.version)
    values: dict[str, Any] = {
        "doc": doc,
        "row": doc.row,
        "sheet": sheet,
        "uses": [sheet.uses[verb] for verb in VERBS],
        "shown_page": next((file for file in frozen if file.media_type == "text/html"), None),
        "labels": {item.tier: item.label for item in sheet.tiers},
        "levels": list(RiskLevel),
        "quotable": [
            item for item in findings
            if item.settled is not Settlement.DISMISS and item.finding.severity is not Severity.INFO
        ],
        "chosen": kept(ask.form) or doc.chosen,
    }  # fmt: skip
    return Page("sign.html", values)


def sign(ask: Ask) -> Answer:
    """Decide, and go on to the next document of the filter."""
    case = documents.opened(ask).case
    decide(ask.core, case, wish_of(ask, case))
    chosen = kept(ask.form)
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
    level = form.chosen("risk_level", set(RiskLevel))
    return Decision(
        verb=Verb(verb),
        version=form.number("version"),
        by=ask.name,
        reason=form.get("reason"),
        attribute=Attribute.parse(form.get("attribute")) if form.get("attribute") else None,
        ground=form.get("ground"),
        meeting=form.get("meeting"),
        checklist=tuple(form.all("check")),
        risk=Risk(RiskLevel(level), form.get("risk_text")) if level else None,
        quotes=tuple(Quote(finding=name, remark=form.get(f"remark-{name}")) for name in form.all("quote"))
        if verb == Verb.RETURN
        else (),
        shown=True,
    )


def public_file(ask: Ask) -> Answer:
    """A file of the frozen public copy: the very bytes that the final tier signs."""
    case = documents.looked_at(ask, "public").case
    sheet = signing.sheet(ask.core, case, ask.me.person)
    wanted = ask.path["name"]
    for file in sheet.frozen or ():
        if file.name == wanted:
            content = ask.core.vault.path(file.sha256).read_bytes()
            if hashlib.sha256(content).hexdigest() != file.sha256:
                raise StoreFault("A frozen file is not what was frozen.", code="vault.damaged")
            shown = file.media_type == "text/html" and not ask.query.get("keep")
            return Download(content, file.media_type, "" if shown else file.name, _ON_ITS_OWN)
    raise NotFound(f"{case} has no such public file.")


def difference(ask: Ask) -> Answer:
    """What changed between two versions; without a wish, between the one signed before and the present one."""
    doc = documents.looked_at(ask, "difference")
    row = doc.row
    with ask.core.database.read() as connection:
        signed = differences.signed_before(connection, row.id, ask.name, row.version)
    old = ask.query.number("from", signed or max(1, row.version - 1))
    new = ask.query.number("to", row.version)
    found = None
    if 0 < old < new <= row.version:
        say = translations(ask.me.language).gettext
        found = differences.between_versions(ask.core, row.id, old, new, say)
    return Page("difference.html", {"doc": doc, "row": row, "old": old, "new": new, "found": found})
