"""What `extract`, `screen` and `plugins` share: a plugin host without a store, and files to read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from disclosure_pipeline.cli.session import Session
from disclosure_pipeline.errors import NotFound

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.contracts import SourceFile
    from disclosure_pipeline.hooks.host import PluginHost
    from disclosure_pipeline.model.policy import RuleBook
    from disclosure_pipeline.settings.models import Settings
    from disclosure_pipeline.settings.workspace import Workspace


@contextmanager
def reading_host(session: Session, book: RuleBook | None = None) -> Iterator[PluginHost]:
    """A host that reads and screens; see :mod:`disclosure_pipeline.hooks.stateless`.

    Args:
        session: the call.
        book: the rules to work by; ``None`` means those in force.
    """
    with _stateless(session, book) as (settings, workspace, rulebook):
        from disclosure_pipeline.hooks import stateless

        with stateless.load(settings, workspace, rulebook) as host:
            yield host


@contextmanager
def whole_host(session: Session) -> Iterator[PluginHost]:
    """A host with every plugin, as the daemon has it."""
    with _stateless(session) as (settings, workspace, rulebook):
        from disclosure_pipeline.hooks.host import PluginHost

        with PluginHost.load(settings, workspace, rulebook, scope="cli") as host:
            yield host


def rules_in_force(session: Session) -> RuleBook:
    """The rules of the files and, where the data folder has a store, the office's approved changes.

    Raises:
        ConfigError: a rule file cannot be used.
        StoreFault: the store cannot be read; without it the office's own terms would be missing unseen.
    """
    from disclosure_pipeline.settings.policy import load_rulebook

    settings = session.settings()
    book = load_rulebook(session.config, tuple(map(Path, settings.screening.lexicons)))
    if not session.workspace.database.is_file() and not (settings.store.url and session.data.is_dir()):
        return book
    from disclosure_pipeline.model.amendment import amended
    from disclosure_pipeline.store import rule_changes
    from disclosure_pipeline.store.database import Database

    database = Database(session.workspace.store_url(settings), settings.store.busy_timeout)
    try:
        with database.read() as connection:
            return amended(book, rule_changes.in_store(connection))
    finally:
        database.close()


@contextmanager
def _stateless(
    session: Session, book: RuleBook | None = None
) -> Iterator[tuple[Settings, Workspace, RuleBook]]:
    """Settings and rules, and a data folder that is not made where there is none."""
    from disclosure_pipeline.settings.workspace import Workspace

    settings = session.settings()
    rulebook = book or rules_in_force(session)
    if session.data.is_dir():
        yield settings, session.workspace, rulebook
        return
    with tempfile.TemporaryDirectory(prefix="disclosure-") as folder:
        yield settings, Workspace(session.config, Path(folder)), rulebook


def source_of(path: Path) -> SourceFile:
    """A file named on the command line.

    Raises:
        NotFound: it is not there, or not a regular file.
    """
    from disclosure_pipeline.hooks.contracts import SourceFile

    if not path.is_file():
        raise NotFound(
            "There is no file at a path that was given.",
            code="file.not_found",
            advice="Name a regular file; a folder is submitted with `disclosure submit`.",
        )
    return SourceFile(0, path.absolute(), path.name)
