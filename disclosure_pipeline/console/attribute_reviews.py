"""属性定期审查: the quarter's items, one decision each, until none is left (001; 条例 第十八条)."""

from __future__ import annotations

from disclosure_pipeline.console import units
from disclosure_pipeline.console.answers import Answer, Ask, Page, Redirect
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.pipeline import review, review_views
from disclosure_pipeline.pipeline.imported_reviews import ACTED
from disclosure_pipeline.pipeline.review_lists import quarter_of


def page(ask: Ask) -> Answer:
    """A quarter's open items (or the settled ones), with the progress."""
    unit = units.chosen(ask)
    present = quarter_of(today_in_shanghai())
    known = review_views.quarters(ask.core, ask.me.person, unit.code) or {present: False}
    quarter = ask.query.chosen("quarter", known, next(iter(known)))
    done = ask.query.get("done") == "1"
    found = review_views.tasks(
        ask.core, ask.me.person, unit.code, quarter, done=done, after=ask.query.get("after")
    )
    values = {
        "unit": unit,
        "units": units.mine(ask),
        "quarters": known,
        "quarter": quarter,
        "done": done,
        "progress": review_views.progress(ask.core, ask.me.person, unit.code, quarter),
        "found": found,
        "more": {"unit": unit.code, "quarter": quarter, "done": "1" if done else "", "after": found.after},
    }
    return Page("attribute_reviews.html", values)


def settle(ask: Ask) -> Answer:
    """Settle one item: keep, convert, declassify; of the catalogue of before also withdraw, and what was then done."""
    quarter, outcome = ask.form.get("quarter"), ask.form.get("outcome")
    review.settle(
        ask.core,
        ask.form.get("case"),
        outcome,
        by=ask.name,
        reason=ask.form.get("reason"),
        quarter=quarter,
        handed_in=ask.form.get("document").strip() if outcome == ACTED else "",
    )
    return Redirect(
        "/attribute-reviews", said="saved", query={"unit": ask.form.get("unit"), "quarter": quarter}
    )
