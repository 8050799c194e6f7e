"""Finding open findings by their words across documents, without an index that holds the words.

A finding of one piece that waits for a person bears a keyed digest of its kind and folded words (`store/lookups.py`);
a partial index over rule and digest leads to those of all documents. A list, a hit that is broken over several places
and anything secret has none: these are judged in their own document only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, func, select, update

from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.folding import bare
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.store import lookups
from disclosure_pipeline.store.tables import document, finding

_SECRECY = "secrecy."
"""How the kinds begin that nobody settles over several documents."""


def of(connection: Connection, findings: Iterable[Finding]) -> Mapping[str, str]:
    """The digests of the words of new findings, by finding id; nothing for those that bear none.

    Args:
        connection: a transaction.
        findings: the findings.
    """
    keys = {item.id: _key(item.kind, item.text or "") for item in findings if is_alike(item)}
    digests = lookups.digests(connection, set(keys.values())) if keys else {}
    return {identity: digests[key] for identity, key in keys.items()}


def forget(connection: Connection, document_id: str, version: int) -> None:
    """Let the findings of a version be found no more; another one has come in its place."""
    mine = (finding.c.document == document_id, finding.c.version == version, finding.c.words.is_not(None))
    connection.execute(update(finding).where(*mine).values(words=None))


def alike(
    connection: Connection, found: Finding, units: Sequence[str], *, after: str = "", limit: int
) -> list[tuple[str, str]]:
    """Documents in review where the same rule has found the same words and nobody has settled them.

    Args:
        connection: a transaction.
        found: the finding.
        units: only documents of these units.
        after: case number behind which to go on.
        limit: most documents.

    Returns:
        Case numbers in order, each with the id of one such finding; nothing for a finding that is judged in
        its own document only.
    """
    if not is_alike(found):
        return []
    key = _key(found.kind, found.text or "")
    query = (
        select(finding.c.document, func.min(finding.c.id).label("id"))
        .join(document, (document.c.id == finding.c.document) & (document.c.version == finding.c.version))
        .where(
            finding.c.settled.is_(None), finding.c.words.is_not(None), finding.c.rule == found.rule,
            finding.c.words == lookups.digests(connection, {key})[key],
            finding.c.document > after, document.c.state == State.IN_REVIEW.value, document.c.unit.in_(units),
        )
        .group_by(finding.c.document)
        .order_by(finding.c.document)
        .limit(limit)
    )  # fmt: skip
    return [(item.document, item.id) for item in connection.execute(query)]


def is_alike(found: Finding) -> bool:
    """Whether other documents are looked through for the same finding."""
    return (
        found.severity is not Severity.INFO
        and not found.kind.startswith(_SECRECY)
        and not found.more
        and found.count == 1
        and bool((found.text or "").strip())
    )


def _key(kind: str, words: str) -> str:
    return f"finding|{kind}|{bare(words)}"
