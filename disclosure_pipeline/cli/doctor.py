"""`disclosure doctor`: looks at everything an operator would have to look at, and says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from disclosure_pipeline.cli import checks, output, reading_checks
from disclosure_pipeline.cli.checks import Check, Patient
from disclosure_pipeline.cli.session import Session, command
from disclosure_pipeline.errors import DisclosureError

if TYPE_CHECKING:
    from disclosure_pipeline.settings.models import Settings

UNWELL = 1
"""Exit status when a check failed."""

_STATES = {"ok": "正常", "warning": "注意", "failed": "异常"}


CHECKS: tuple[tuple[str, Callable[[Patient], Iterable[Check]]], ...] = (
    ("folders", checks.folders),
    ("drop_folders", checks.drop_folders),
    ("disk", checks.disk),
    ("store", checks.store),
    ("queue", checks.queue),
    ("held", checks.held),
    ("backlog", checks.backlog),
    ("plugins", checks.plugins),
    ("confinement", reading_checks.confinement),
    ("office", reading_checks.office),
    ("recognition", reading_checks.recognition),
    ("calendars", checks.calendars),
)
"""The checks in the order in which they are shown."""


@command("doctor")
def doctor(session: Session) -> int:
    """Check configuration, folders, disk, store, backlog, plugins, readers and calendars; changes nothing.

    Exits with 1 when a check failed; a warning does not fail.
    """
    found = examine(session)
    if session.as_json:
        healthy = all(check.state != "failed" for check in found)
        output.print_json({"healthy": healthy, "checks": [check.as_json() for check in found]})
    else:
        output.table(
            ("检查", "结果", "情况"), [(item.name, _STATES[item.state], item.message) for item in found]
        )
        for item in found:
            if item.advice:
                output.say(f"{item.name}：{item.advice}")
    return UNWELL if any(check.state == "failed" for check in found) else 0


def examine(session: Session) -> list[Check]:
    """Every check of a workspace."""
    found = _asked("config", lambda: checks.config(session))
    settings = _settings(session)
    if settings is None:
        return found
    with Patient(session, settings) as patient:
        for name, check in CHECKS:
            found += _asked(name, lambda check=check: check(patient))  # type: ignore[misc]
    return found


def _settings(session: Session) -> Settings | None:
    try:
        return session.settings()
    except DisclosureError:
        return None


def _asked(name: str, check: Callable[[], Iterable[Check]]) -> list[Check]:
    """A check's answers; one that breaks has found something."""
    try:
        return list(check())
    except DisclosureError as error:
        return [Check(name, "failed", error.message, error.advice)]
    except Exception as error:  # noqa: BLE001 -- the other checks must be heard
        return [
            Check(
                name, "failed", f"The check itself failed ({type(error).__name__}).", DisclosureError.advice
            )
        ]
