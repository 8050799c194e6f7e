"""遮盖预览: what the public copy leaves out, shown where it stands, page by page, and as a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.console import documents, illustrations, review
from disclosure_pipeline.console.answers import Answer, Ask, Page
from disclosure_pipeline.model.reasons import reason_in_words
from disclosure_pipeline.pipeline import covered


def page(ask: Ask) -> Answer:
    """The preview."""
    doc = documents.opened(ask)
    found = covered.read(ask.core, doc.case, doc.version, ask.parts.shelf)
    there = [item for item in review.sheets(found.view) if item.number > 0 and item.part.role.public]
    at = review.place_of(ask, found.view, there) if there else 0
    here = there[at] if there else None
    reasons = ask.core.rulebook.reasons
    values: Mapping[str, Any] = {
        "doc": doc,
        "covered": found,
        "here": here,
        "previous": there[at - 1] if at else None,
        "next": there[at + 1] if at + 1 < len(there) else None,
        "picture": review.picture_of(ask, doc, here) if here else None,
        "left_out": [
            (item, item.settled.finding.place.as_json(),
             reason_in_words(reasons, item.settled.reason or ""))
            for item in found.view.findings.values()
        ],
        "deciding": doc.officer and doc.in_review,
        "illustrated": illustrations.shown(ask, doc),
    }  # fmt: skip
    documents.note_look(ask, doc, "preview")
    return Page("preview.html", values)
