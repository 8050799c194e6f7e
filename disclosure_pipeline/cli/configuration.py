"""`disclosure config check`: everything that is wrong with a configuration, not only the first thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.session import Session, group, subcommand
from disclosure_pipeline.errors import ConfigError, DisclosureError

T = TypeVar("T")

config = group("config")


@subcommand(config, "check", "检查配置，逐条列出问题")
def check(session: Session) -> int:
    """Read every file of the configuration as the daemon would; needs no store and starts nothing."""
    problems = list(dict.fromkeys(find_problems(session)))
    if session.as_json:
        output.print_json({"ok": not problems, "problems": problems})
    elif problems:
        for problem in problems:
            output.say(f"- {problem}")
    else:
        output.say("配置可用。")
    return ConfigError.exit_code if problems else 0


def find_problems(session: Session) -> Iterator[str]:
    """What keeps the configuration from being used, one line each."""
    from disclosure_pipeline.settings.calendars import load_calendar
    from disclosure_pipeline.settings.hand_over import load_hand_over
    from disclosure_pipeline.settings.policy import load_chains, load_rulebook, policy_problems

    if not session.config.is_dir():
        yield f"{session.config}: there is no such folder"
        return
    problems: list[str] = []
    settings = _tried(session.settings, problems)
    lexicons = tuple(map(Path, settings.screening.lexicons)) if settings else ()
    book = _tried(lambda: load_rulebook(session.config, lexicons), problems)
    chains = _tried(lambda: load_chains(session.config), problems)
    _tried(lambda: load_calendar(session.config), problems)
    _tried(lambda: load_hand_over(session.config), problems)
    if settings is not None and book is not None and chains is not None:
        problems += policy_problems(settings, book, chains)
    if settings is not None:
        _tried(lambda: _folders(session), problems)
        _tried(lambda: _plugins(session), problems)
    yield from problems


def _tried(step: Callable[[], T], problems: list[str]) -> T | None:
    """The result of a step, or ``None`` with its problem noted."""
    try:
        return step()
    except DisclosureError as error:
        problems.append(error.message)
        return None


def _folders(session: Session) -> None:
    """Departments, drop roots and folders that overlap."""
    from disclosure_pipeline.service.watcher.roots import RootPlan

    RootPlan(session.workspace, session.settings())


def _plugins(session: Session) -> None:
    """The plugin folder, and sections of plugins that are not allowed."""
    from disclosure_pipeline.hooks.loading import find_plugins
    from disclosure_pipeline.hooks.roster import check_sections

    settings = session.settings()
    sources = find_plugins(settings, session.workspace)
    check_sections(settings.plugin, sources)
    for source in sources:
        if source.refused:
            raise ConfigError(f"plugin {source.name}: {source.refused}")
