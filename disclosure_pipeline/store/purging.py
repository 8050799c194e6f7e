"""How the text of a document leaves every row, when a suspected state secret is isolated (design 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, null, select, update

from disclosure_pipeline.store import imported, search
from disclosure_pipeline.store.console_tables import clock_change, picture_ruling, version_head
from disclosure_pipeline.store.publication_tables import catalogue_key, publication, receipt, subject
from disclosure_pipeline.store.rule_tables import incident, rule_change
from disclosure_pipeline.store.tables import (
    artefact,
    attribute_review,
    decision,
    document,
    extract,
    finding,
    letter,
    part,
    referral,
    tier,
)

_OF_ANSWERS = frozenset({"refused_by", "number"})
"""What a letter says of an outside answer."""


def purge_text(connection: Connection, document_id: str) -> None:
    """Remove every character of a document's text from the rows (design 7).

    Extracted text, findings, rulings on pictures and the list of frozen files go; so do title, slip, names and written
    reasons, and what others could look the document up by. Hashes, offsets, rule ids and who did what stay.
    """
    search.purge(connection, document_id)
    imported.purge(connection, document_id)
    for table in (extract, finding, artefact, catalogue_key, subject, version_head, picture_ruling):
        connection.execute(delete(table).where(table.c.document == document_id))
    connection.execute(
        update(attribute_review).where(attribute_review.c.document == document_id).values(reason=None)
    )
    connection.execute(update(part).where(part.c.document == document_id).values(name=None))
    connection.execute(update(tier).where(tier.c.document == document_id).values(reason=None))
    said = {"reason": "", "meeting": "", "quotes": null(), "risk": null()}
    connection.execute(update(decision).where(decision.c.document == document_id).values(said))
    answered = {"reason": "", "body": null(), "number": null()}
    connection.execute(update(referral).where(referral.c.document == document_id).values(answered))
    connection.execute(update(incident).where(incident.c.document == document_id).values(reason=None))
    connection.execute(
        update(clock_change).where(clock_change.c.document == document_id).values(reason="", law="")
    )
    _purge_guards(connection, document_id)
    _purge_letters(connection, document_id)
    _purge_receipts(connection, document_id)
    connection.execute(
        update(document)
        .where(document.c.id == document_id)
        .values(title=None, slip={}, ground_reason="", dropped_as=None, keywords="")
    )


def _purge_letters(connection: Connection, document_id: str) -> None:
    """Leave what outside bodies wrote out of the letters; who had no letter yet is told without it."""
    query = select(letter.c.key, letter.c.detail).where(letter.c.document == document_id)
    for key, detail in connection.execute(query).all():
        left = {name: value for name, value in (detail or {}).items() if name not in _OF_ANSWERS}
        if left != detail:
            connection.execute(update(letter).where(letter.c.key == key).values(detail=left))


def _purge_receipts(connection: Connection, document_id: str) -> None:
    """Leave the names of public files out of what channels answered."""
    for table, column, key in (
        (receipt, receipt.c.body, receipt.c.key),
        (publication, publication.c.receipt, publication.c.channel),
    ):
        mine = table.c.document == document_id
        for name, body in connection.execute(select(key, column).where(mine)).all():
            if body:
                changed = {column.name: without_names(body)}
                connection.execute(update(table).where(mine, key == name).values(**changed))


def without_names(body: Mapping[str, Any]) -> dict[str, Any]:
    """A receipt whose files are numbered instead of named: a name often is the title."""
    hashes = dict(body.get("hashes") or {})
    return {**body, "hashes": {str(number): value for number, value in enumerate(sorted(hashes.values()))}}


def _purge_guards(connection: Connection, document_id: str) -> None:
    """Take back the guards whose words were cut from a document; without them more is found, never less.

    Reasons of every proposal from the document go too. Terms stay: they are a list that an officer wrote.
    """
    mine = rule_change.c.document == document_id
    connection.execute(update(rule_change).where(mine).values(reason="", decision=""))
    guards = update(rule_change).where(mine, rule_change.c.action == "guard")
    connection.execute(guards.where(rule_change.c.state == "approved").values(state="revoked", content={}))
    connection.execute(guards.where(rule_change.c.state == "proposed").values(state="rejected", content={}))
    connection.execute(guards.values(content={}))
