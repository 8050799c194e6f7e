"""Where a person can go: one entry per screen, shown to the roles that the screen is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from disclosure_pipeline.console.answers import Ask
from disclosure_pipeline.console.languages import mark as _
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import errands, figures, operations, trail
from disclosure_pipeline.pipeline.rights import OF_DEPARTMENT

REVIEWERS = frozenset({Role.SECRECY, Role.FIRST, Role.SECOND, Role.FINAL, Role.OFFICE})
"""Roles before whom documents wait."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One screen in the menu.

    Args:
        path: its address. label: what it is called.
        who: roles of which a person needs one.
        count: name of the live count beside it; empty for none.
    """

    path: str
    label: str
    who: frozenset[Role]
    count: str = ""


ENTRIES: Sequence[Entry] = (
    Entry("/queue", _("待办"), REVIEWERS, "waiting"),
    Entry("/department", _("部门文件"), OF_DEPARTMENT),
    Entry("/quarantine", _("隔离"), frozenset({Role.SECRECY})),
    Entry("/deadlines", _("期限"), frozenset(Role), "overdue"),
    Entry("/attribute-reviews", _("属性审查"), frozenset({Role.SECRECY, Role.SECOND, Role.OFFICE})),
    Entry("/errands", _("渠道事项"), frozenset(errands.ROLES)),
    Entry("/trail", _("留痕"), frozenset(trail.READERS)),
    Entry("/statistics", _("统计"), frozenset(figures.READERS)),
    Entry("/record", _("代录"), frozenset({Role.ADMIN})),
    Entry("/people", _("人员"), frozenset({Role.ADMIN})),
    Entry("/operations", _("运维"), frozenset(operations.READERS)),
)
"""The screens in the order of the menu."""


def menu(ask: Ask) -> list[tuple[Entry, bool]]:
    """The entries for the person who asks, each with whether it is where they are."""
    if ask.visitor is None or ask.visitor.must_change:
        return []
    here = ask.address.removeprefix(ask.parts.root).partition("?")[0]
    return [(entry, here.startswith(entry.path)) for entry in ENTRIES if entry.who & ask.visitor.roles]
