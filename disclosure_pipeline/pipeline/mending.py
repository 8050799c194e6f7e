"""What an administrator or the disclosure office does about failed work: try again, or give up.

The same acts as `disclosure retry`, `disclosure channel retry` and `disclosure channel cancel`, with the person's right
proved; each leaves a row in the audit log, which names the principal of a deputy too. What the engine has given up
belongs to the unit of the document that it is about; what is about none, to the administrators of a unit without one above.
"""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.errors import NotFound
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import deputies, publication, rights, takeback
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.operations import READERS, case_of, cases_of
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
    _, principal = _check(core, person, document)
    return takeback.retry(core, document, person.name, deputy_for=principal)


def retry_publication(core: Core, person: Person, document: str, channel: str) -> int:
    """Try one channel of a document again, now.

    Returns:
        How many publications will be tried: 1, or 0 when there is nothing to try.

    Raises:
        NotFound: no such case in a unit of this person.
        NotAllowed: the person may not.
    """
    unit, principal = _check(core, person, document)
    number = publication.retry(core, document, channel)
    if number:
        with core.database.write() as connection:
            detail = {"channel": channel, **deputies.told(principal)}
            record = audit.Record("channel.retried", person.name, document, unit, detail=detail)
            audit.append(connection, record)
    return number


def revive(core: Core, person: Person, unit: str, key: str) -> None:
    """Let the engine look again at a piece of work that it has given up.

    Args:
        core: the process's parts.
        person: an administrator of the unit of the document that the work is about.
        unit: unit code of the page on which they act; work about no document is done there.
        key: the work's id.

    Raises:
        NotAllowed: the person is no administrator of the unit.
        NotFound: the engine has not given up such a piece of work, or one of another unit.
    """
    _engine_act(core, person, unit, key, drop=False)


def drop(core: Core, person: Person, unit: str, key: str) -> None:
    """Forget a piece of work that the engine has given up; arguments and errors as of :func:`revive`.

    Nothing is lost by it: what is really to be done is in the rows, and is found there again.
    """
    _engine_act(core, person, unit, key, drop=True)


def _engine_act(core: Core, person: Person, unit: str, key: str, *, drop: bool) -> None:
    require(person, unit, (Role.ADMIN,))
    engine = core.queue
    if not isinstance(engine, EnginePort):
        raise _nothing(key)
    letter = next(iter(engine.dead_letters(key)), None)
    if letter is None:
        raise _nothing(key)
    with core.database.read() as connection:
        row = cases_of(connection, (letter,)).get(case_of(letter))
    if row is None and not rights.is_root(core.settings, unit):
        raise _nothing(key)
    if row is not None:
        rights.require_unit(person, row)
    case, unit = (str(row.id), str(row.unit)) if row is not None else ("", unit)
    principal = _entitled(person, (Role.ADMIN,), unit)
    if not (engine.drop(key) if drop else engine.revive(key)):
        raise _nothing(key)
    detail = {"key": key, **deputies.told(principal)}
    action = "engine.cancelled" if drop else "engine.retried"
    record = audit.Record(action, person.name, case, unit, detail=detail)
    with core.database.write() as connection:
        audit.append(connection, record)


def _check(core: Core, person: Person, document: str) -> tuple[str, str]:
    """Prove the person's right; numbers of another unit tell nothing.

    Returns:
        The document's unit, and as whose deputy they act, or empty.
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, document)
    rights.require_unit(person, row)
    return str(row.unit), _entitled(person, READERS, row.unit)


def _entitled(person: Person, roles: Sequence[Role], unit: str) -> str:
    """As whose deputy a person acts in one of some roles, or empty.

    Raises:
        NotAllowed: they hold none of them there.
    """
    require(person, unit, roles)
    return deputies.entitled(person, roles, unit) or ""


def _nothing(key: str) -> NotFound:
    return NotFound(f"The engine has given up no piece of work '{key}'.", advice="Look at the page again.")
