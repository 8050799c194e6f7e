"""What an administrator or the disclosure office does about failed work: try again, or give up.

The same acts as `disclosure retry`, `disclosure channel retry` and `disclosure channel cancel`, with the person's right
proved; each leaves a row in the audit log.
"""

from __future__ import annotations

from disclosure_pipeline.errors import NotFound
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import publication, rights, takeback
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.operations import READERS
from disclosure_pipeline.pipeline.ports import EnginePort
from disclosure_pipeline.pipeline.scopes import require
from disclosure_pipeline.store import audit, documents
from disclosure_pipeline.store.people import Person


def retry_document(core: Core, person: Person, document: str) -> State:
    """Try a document in ``attention`` again from the start, or its failed publications.

    Returns:
        The state afterwards.

    Raises:
        NotFound: no such case in a unit of this person.
        NotAllowed: the person may not.
        Refused: there is nothing to try again.
    """
    _check(core, person, document)
    return takeback.retry(core, document, person.name)


def retry_publication(core: Core, person: Person, document: str, channel: str) -> int:
    """Try one channel of a document again, now.

    Returns:
        How many publications will be tried: 1, or 0 when there is nothing to try.

    Raises:
        NotFound: no such case in a unit of this person.
        NotAllowed: the person may not.
    """
    unit = _check(core, person, document)
    number = publication.retry(core, document, channel)
    if number:
        with core.database.write() as connection:
            detail = {"channel": channel}
            record = audit.Record("channel.retried", person.name, document, unit, detail=detail)
            audit.append(connection, record)
    return number


def revive(core: Core, person: Person, unit: str, key: str) -> None:
    """Let the engine look again at a piece of work that it has given up.

    Raises:
        NotAllowed: the person is no administrator of the unit.
        NotFound: the engine has not given up such a piece of work.
    """
    require(person, unit, (Role.ADMIN,))
    if not _engine(core, key).revive(key):
        raise _nothing(key)
    _note(core, person, unit, "engine.retried", key)


def drop(core: Core, person: Person, unit: str, key: str) -> None:
    """Forget a piece of work that the engine has given up; errors as of :func:`revive`.

    Nothing is lost by it: what is really to be done is in the rows, and is found there again.
    """
    require(person, unit, (Role.ADMIN,))
    if not _engine(core, key).drop(key):
        raise _nothing(key)
    _note(core, person, unit, "engine.cancelled", key)


def _check(core: Core, person: Person, document: str) -> str:
    """Prove the person's right; returns the document's unit. Numbers of another unit tell nothing."""
    with core.database.read() as connection:
        row = documents.fetch(connection, document)
    rights.require_unit(person, row)
    require(person, row.unit, READERS)
    return str(row.unit)


def _engine(core: Core, key: str) -> EnginePort:
    if not isinstance(core.queue, EnginePort):
        raise _nothing(key)
    return core.queue


def _note(core: Core, person: Person, unit: str, action: str, key: str) -> None:
    with core.database.write() as connection:
        audit.append(connection, audit.Record(action, person.name, unit=unit, detail={"key": key}))


def _nothing(key: str) -> NotFound:
    return NotFound(f"The engine has given up no piece of work '{key}'.", advice="Look at the page again.")
