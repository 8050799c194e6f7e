"""The same finding in many documents, settled in one go: after a sample was looked at, and never anything secret.

A batch is many decisions, not one: each document has its own transaction, its own audit row and its own answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, exists, or_, select

from disclosure_pipeline.errors import DisclosureError, NotAllowed, NotFound, Refused
from disclosure_pipeline.model.finding import Finding, Settlement, Treatment
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import rights
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.settling import Handling, clear_alike
from disclosure_pipeline.pipeline.shown import VIEWED
from disclosure_pipeline.store import documents, finding_words, people
from disclosure_pipeline.store.console_tables import page_view
from disclosure_pipeline.store.documents import Settled
from disclosure_pipeline.store.people import Person
from disclosure_pipeline.store.tables import access
from disclosure_pipeline.store.tables import document as document_table

MOST = 500
"""Most documents of one batch, and of one page of candidates."""

DONE = "done"

READ = (VIEWED, "show", "findings")
"""What the access log says of somebody who has read a document: on the review page, or by command."""

QUOTED = "batch"
"""What the access log says of a document of which a batch showed the words around a finding."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document in which the same finding waits.

    Args:
        document: case number.
        finding: id of the finding there (one of them, if there are several).
        title: the document's title.
        department: whose it is.
    """

    document: str
    finding: str
    title: str
    department: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one document of a batch.

    Args:
        document: case number.
        code: ``done``, or the code of the refusal.
        settled: how many findings were settled.
        version: the version they belong to now; 0 where nothing was done.
    """

    document: str
    code: str
    settled: int = 0
    version: int = 0


def confirmation(number: int, *, english: bool = False) -> str:
    """What has to be typed to settle a batch of so many documents, in one of two languages; either will do."""
    return f"confirm {number} documents" if english else f"确认 {number} 件"


def candidates(
    core: Core, person: Person, document: str, finding: str, *, after: str = "", limit: int = 100
) -> list[Candidate]:
    """Documents in review in which the same rule has found the same words and nobody has settled them.

    Args:
        core: the process's parts.
        person: a secrecy officer; only documents of the units in which they are one.
        document: the document that the finding was seen in.
        finding: its id.
        after: case number behind which to go on.
        limit: most documents, up to :data:`MOST`.

    Returns:
        Them in the order of their numbers, the document itself included while its finding is open.

    Raises:
        NotFound: no such case for this person, or no such finding.
        NotAllowed: they are nowhere a secrecy officer.
        Refused: what is secret, or has no words of its own, is judged in its document (``batch_secrecy``,
            ``batch_single``).
    """
    with core.database.read() as connection:
        like = sample_of(connection, person, document, finding).finding
        return alike(connection, person, like, after=after, limit=limit)


def alike(
    connection: Connection, person: Person, like: Finding, *, after: str = "", limit: int = 100
) -> list[Candidate]:
    """The documents of :func:`candidates`, in a transaction of the caller.

    Args:
        connection: the transaction in which :func:`sample_of` gave the finding.
        person: a secrecy officer.
        like: the finding.
        after: case number behind which to go on.
        limit: most documents.
    """
    found = finding_words.alike(connection, like, _units(person), after=after, limit=max(1, min(limit, MOST)))
    rows = connection.execute(
        select(document_table.c.id, document_table.c.title, document_table.c.department).where(
            document_table.c.id.in_([case for case, _ in found])
        )
    )
    heads = {row.id: row for row in rows}
    return [
        Candidate(case, identity, heads[case].title or "", heads[case].department) for case, identity in found
    ]


def settle_batch(
    core: Core,
    sample: tuple[str, str],
    chosen: Sequence[str],
    how: Settlement,
    *,
    by: str,
    reason: str,
    typed: str,
    treatment: Treatment = Treatment.REMOVE,
) -> list[Result]:
    """Settle the same finding in many documents.

    Args:
        core: the process's parts.
        sample: case number and finding id of the finding that was seen.
        chosen: case numbers, each of them one of :func:`candidates`.
        how: how it is settled.
        by: a secrecy officer.
        reason: as for :func:`settling.clear`.
        typed: what the officer typed; must be :func:`confirmation` of the number of documents.
        treatment: how what is to be redacted is left out; not ``column``.

    Returns:
        The answer of each document, in the order in which they were chosen.

    Raises:
        NotFound: no such case for this person, or no such finding.
        NotAllowed: nowhere a secrecy officer.
        Refused: nothing was settled: secret (``batch_secrecy``), without words of its own (``batch_single``), too many
            (``batch_too_many``), not confirmed (``not_confirmed``), none of them was looked at (``not_looked``), or
            no reason.
    """
    wish = Handling(how, by, reason, treatment)
    wish.check_reason()
    cases = list(dict.fromkeys(chosen))
    if len(cases) > MOST:
        raise Refused(f"A batch has at most {MOST} documents.", code="batch_too_many")
    if treatment is Treatment.COLUMN:
        raise Refused("A column is emptied in its own document.", code="treatment_unfit")
    wanted = (confirmation(len(cases)), confirmation(len(cases), english=True))
    if not cases or typed.strip() not in wanted:
        raise Refused(
            "The number of documents was not confirmed.", code="not_confirmed",
            advice=f"Type exactly: {confirmation(len(cases))}",
        )  # fmt: skip
    with core.database.read() as connection:
        like = sample_of(connection, people.get(connection, by), *sample).finding
        if not looked_at(connection, by, cases):
            raise Refused(
                "None of these documents was opened before.", code="not_looked",
                advice="Open one of them, look at the place, and confirm again.",
            )  # fmt: skip
    return [_settled(core, case, like, wish, len(cases)) for case in cases]


def _settled(core: Core, case: str, like: Finding, wish: Handling, number: int) -> Result:
    try:
        settled, version = clear_alike(core, case, like, wish, batch=number)
    except DisclosureError as error:
        return Result(case, error.code)
    return Result(case, DONE, settled, version)


def sample_of(connection: Connection, person: Person, document: str, finding: str) -> Settled:
    """The finding that was seen.

    Args:
        connection: a transaction.
        person: a secrecy officer.
        document: the document that it was seen in.
        finding: its id.

    Raises:
        NotFound: no such case for this person, or no such finding.
        NotAllowed: they are nowhere a secrecy officer.
        Refused: it is judged in its own document only.
    """
    row = documents.fetch(connection, document)
    rights.require(person, row, rights.Sight.TEXT)
    if not _units(person):
        raise NotAllowed("Only a secrecy officer (保密审查员) settles findings.", code="wrong_role")
    known = documents.findings_of(connection, document, row.version)
    item = next((item for item in known if item.id == finding), None)
    if item is None:
        raise NotFound(f"The present version of {document} has no finding {finding}.")
    if item.finding.kind.startswith("secrecy."):
        raise Refused("What may be secret is judged document by document.", code="batch_secrecy")
    if not finding_words.is_alike(item.finding):
        raise Refused(
            "Lists, and findings that bind nobody or have no words, are settled in their own document.",
            code="batch_single",
        )
    return item


def _units(person: Person) -> list[str]:
    return sorted({grant.unit for grant in person.grants if grant.role is Role.SECRECY})


def looked_at(connection: Connection, person: str, cases: Sequence[str]) -> frozenset[str]:
    """Those documents whose present version somebody has opened, or that they have read since they are in review.

    Pages that show less than the text, and the few words around a finding that the batch itself shows, are no look at
    a document.

    Args:
        connection: a transaction.
        person: name.
        cases: case numbers.
    """
    shown = exists().where(
        page_view.c.document == document_table.c.id,
        page_view.c.version == document_table.c.version,
        page_view.c.person == person,
    )
    read = exists().where(
        and_(access.c.document == document_table.c.id, access.c.at >= document_table.c.entered_at),
        access.c.actor == person,
        access.c.what.in_(READ),
    )
    query = select(document_table.c.id).where(
        document_table.c.id.in_(cases),
        document_table.c.state == State.IN_REVIEW.value,
        or_(shown, read),
    )
    return frozenset(connection.execute(query).scalars())
