"""批量处理: one rule and the same words over several documents, reached from a finding of the review page.

The address names the document and the finding that were seen, so that the page has nothing of its own to remember;
after a batch it also tells what became of each document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from disclosure_pipeline.console import sayings
from disclosure_pipeline.console.answers import Answer, Ask, Page, Redirect
from disclosure_pipeline.errors import DisclosureError, Refused
from disclosure_pipeline.model.finding import Settlement, Treatment
from disclosure_pipeline.pipeline import batch_views, batches, settling
from disclosure_pipeline.pipeline.batch_views import BatchSheet
from disclosure_pipeline.pipeline.batches import DONE

_CASE = re.compile(r"[0-9]{4}-[0-9]{1,12}")


def page(ask: Ask) -> Answer:
    """The documents in which the same was found; without a finding, how one comes here."""
    document, identity = _named(ask, "document"), _named(ask, "finding")
    done, skipped = _results(ask)
    found = _sheet(ask, document, identity, told=bool(done or skipped)) if document and identity else None
    ticked = ask.form.all("case") if ask.error else _all(ask, found)
    number = len(set(ticked))
    values: Mapping[str, Any] = {
        "sample": (document, identity),
        "found": found,
        "ticked": ticked,
        "typed": batches.confirmation(number, english=ask.english) if number else "",
        "pattern": batches.confirmation(3, english=ask.english),
        "reasons": ask.core.rulebook.reasons,
        "done": done,
        "skipped": skipped,
        "after": _named(ask, "after"),
        "most": batch_views.PAGE,
    }
    return Page("batches.html", values)


def settle(ask: Ask) -> Answer:
    """Settle the chosen documents; each has its own answer."""
    verb, _, treatment = ask.form.get("do").partition(".")
    if verb not in set(Settlement):
        raise Refused("Nothing was chosen.", code="nothing_chosen", advice="Choose documents and what to do.")
    how, sample = Settlement(verb), (ask.form.get("document"), ask.form.get("finding"))
    results = batches.settle_batch(
        ask.core, sample, ask.form.all("case"), how, by=ask.name,
        reason=settling.in_words(how, ask.form.get("reason"), ask.form.get("remark")),
        typed=ask.form.get("typed"),
        treatment=Treatment(treatment) if treatment in set(Treatment) else Treatment.REMOVE,
    )  # fmt: skip
    told = [
        (DONE, item.document) if item.code == DONE else ("skipped", f"{item.document}.{item.code}")
        for item in results
    ]
    where = [("document", sample[0]), ("finding", sample[1]), *told]
    return Redirect(f"/batches?{urlencode(where)}", said="batch")


def _named(ask: Ask, name: str) -> str:
    """What the form names, else the address."""
    return ask.form.get(name) or ask.query.get(name)


def _sheet(ask: Ask, document: str, identity: str, *, told: bool) -> BatchSheet | None:
    """The documents; ``None`` when there is still something to tell of a finding that cannot be shown any more.

    Raises:
        DisclosureError: the finding is no longer there, or not for this person, and there is nothing else to tell.
    """
    try:
        return batch_views.sheet(ask.core, ask.me.person, document, identity, after=_named(ask, "after"))
    except DisclosureError as error:
        if ask.error is None and not told:
            raise
        ask.error = ask.error or error
        return None


def _all(ask: Ask, found: BatchSheet | None) -> list[str]:
    """The documents of the page when the address asks for all of them to be ticked."""
    return [row.candidate.document for row in found.rows] if found and ask.query.get("all") else []


def _results(ask: Ask) -> tuple[list[str], list[tuple[str, str]]]:
    """Documents that were settled, and those that were not, each with why: one of our own messages, whatever is asked."""
    done = [case for case in ask.query.all(DONE) if _CASE.fullmatch(case)]
    told = [item.partition(".") for item in ask.query.all("skipped")]
    unknown = sayings.REFUSED[Refused.code]
    skipped = [(case, sayings.REFUSED.get(code, unknown)) for case, _, code in told if _CASE.fullmatch(case)]
    return done, skipped
