"""Need to know: how much of a document a person may see (design, "Units from day one"; 004 第十五条).

Seeing is not signing: who may decide is asked in `pipeline/decisions.py`. Here is only what a page may
show. Nobody sees the content of a quarantined case, not even the secrecy officers, who judge the original
offline (保守国家秘密法 第三十一条).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Any

from sqlalchemy import Row

from disclosure_pipeline.errors import NotFound
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.settings.models import Settings
from disclosure_pipeline.store.people import Grant, Person

WHOLE_UNIT = frozenset({Role.SECRECY, Role.SECOND, Role.FINAL, Role.OFFICE})
"""Roles that review documents of every department of their unit."""

OF_DEPARTMENT = frozenset({Role.CLERK, Role.FIRST})
"""Roles that see the documents of their department."""

SEALED = frozenset({State.QUARANTINED, State.DESTROYED})
"""States in which a case is a number, rule ids and dates, and nothing else."""


class Sight(IntEnum):
    """How much a person may see of one document; each level holds those below it."""

    NOTHING = 0
    HEAD = 1
    """Number, title, state, tiers, faults: what an administrator needs to keep work going."""
    TEXT = 2
    """The document itself, its findings and what was decided."""


def sight(person: Person, row: Row[Any]) -> Sight:
    """How much a person may see of a document.

    Args:
        person: who asks.
        row: the document's row.
    """
    return max((_by_grant(grant, row) for grant in person.grants), default=Sight.NOTHING)


def _by_grant(grant: Grant, row: Row[Any]) -> Sight:
    if grant.unit != row.unit:
        return Sight.NOTHING
    if State(row.state) in SEALED:
        return Sight.HEAD if grant.role in (Role.SECRECY, Role.OFFICE) else Sight.NOTHING
    if grant.role in WHOLE_UNIT:
        return Sight.TEXT
    if grant.role in OF_DEPARTMENT:
        return Sight.TEXT if grant.department in ("", row.department) else Sight.NOTHING
    return Sight.HEAD


def require(person: Person, row: Row[Any], wanted: Sight) -> None:
    """Refuse to show more of a document than a person may see.

    Raises:
        NotFound: they may not; the same answer as for a case that does not exist, so that asking for
            numbers tells nothing.
    """
    if sight(person, row) < wanted:
        raise NotFound(f"There is no case {row.id}.")


def require_unit(person: Person, row: Row[Any]) -> None:
    """Refuse an act on a document to somebody of other units, whatever its state.

    Raises:
        NotFound: the person holds no role in its unit.
    """
    if all(grant.unit != row.unit for grant in person.grants):
        raise NotFound(f"There is no case {row.id}.")


def is_root(settings: Settings, unit: str) -> bool:
    """Whether a unit has none above it."""
    return any(item.code == unit and not item.parent for item in settings.unit)


def units_below(settings: Settings, unit: str) -> Iterator[str]:
    """Codes of all units under one, in the order of the configuration; never the unit itself."""
    seen, waiting = {unit}, [unit]
    while waiting:
        above = waiting.pop()
        for item in settings.unit:
            if item.parent == above and item.code not in seen:
                seen.add(item.code)
                waiting.append(item.code)
                yield item.code
