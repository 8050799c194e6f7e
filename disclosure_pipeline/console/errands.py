"""渠道待办: what channels ask people to do, the papers for it, and saying that it was done."""

from __future__ import annotations

import mimetypes

from disclosure_pipeline.console import units
from disclosure_pipeline.console.answers import ON_ITS_OWN, Answer, Ask, Download, Page, Redirect
from disclosure_pipeline.pipeline import errands

_SHOWN = frozenset({"text/html", "application/pdf", "image/png", "image/jpeg"})
"""Papers that the browser shows; others it keeps."""


def page(ask: Ask) -> Answer:
    """What waits in a unit, the oldest first."""
    unit = units.chosen(ask, errands.ROLES)
    after = ask.query.number("after")
    found = errands.waiting(ask.core, ask.me.person, unit.code, after)
    values = {
        "unit": unit,
        "units": units.mine(ask, errands.ROLES),
        "rows": [(item, errands.papers(ask.core, item)) for item in found],
        "after": found[-1].number if len(found) == errands.PAGE else None,
    }
    return Page("errands.html", values)


def paper(ask: Ask) -> Answer:
    """One of the papers that a channel made for an errand: shown without any right, or kept."""
    content = errands.paper(ask.core, ask.me.person, int(ask.path["number"]), ask.path["name"])
    media_type = mimetypes.guess_type(ask.path["name"])[0] or "application/octet-stream"
    shown = media_type in _SHOWN and not ask.query.get("keep")
    return Download(content, media_type, "" if shown else ask.path["name"], ON_ITS_OWN)


def close(ask: Ask) -> Answer:
    """Say that an errand was done."""
    sent = next((file for file in ask.files.get("scan", ()) if file.filename), None)
    scan = sent.file.read(ask.core.settings.intake.max_scan_bytes + 1) if sent is not None else None
    case, channel = ask.form.get("case"), ask.form.get("channel")
    errands.close(ask.core, case, channel, by=ask.name, address=ask.form.get("address").strip(), scan=scan)
    return Redirect("/errands", "errand-closed", {"unit": ask.form.get("unit")})
