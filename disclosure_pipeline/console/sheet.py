"""审查单: the whole review of a document on one sheet, for looking at and for printing.

It says what the archive's sheet says (design 7, A2.7). What was found is told by kind, rule and place, never by its
words: the sheet may lie beside the public copy.
"""

from __future__ import annotations

from disclosure_pipeline.console import documents
from disclosure_pipeline.console.answers import Answer, Ask, Page
from disclosure_pipeline.errors import NotAllowed
from disclosure_pipeline.model.reasons import reason_in_words
from disclosure_pipeline.pipeline import records
from disclosure_pipeline.store import documents as store


def page(ask: Ask) -> Answer:
    """The sheet of the present version."""
    doc = documents.opened(ask)
    if all(tab.name != "sheet" for tab in doc.tabs):
        raise NotAllowed("The sheet is for those who review the document.", code="wrong_role")
    with ask.core.database.read() as connection:
        record = records.review_record(ask.core, connection, doc.row)
    reasons, clocks = ask.core.rulebook.reasons, ask.core.rulebook.clocks
    values = {
        "doc": doc,
        "row": doc.row,
        "slip": store.slip_of(doc.row),
        "record": record,
        "labels": {item["tier"]: item["label"] for item in record["tiers"]},
        "clocks": {rule.id: rule.title for rule in clocks},
        "why": lambda reason: reason_in_words(reasons, reason or ""),
    }
    documents.note_look(ask, doc, "sheet")
    return Page("sheet.html", values)
