"""What `extract`, `screen` and `plugins` share: a plugin host without a store, and files to read."""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from disclosure_pipeline.cli.session import Session
from disclosure_pipeline.errors import DisclosureError, ExtractionFailed, NotFound

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
        raise _not_there()
    return SourceFile(0, path.absolute(), path.name)


def files_of(path: Path) -> Iterator[tuple[Path, DisclosureError | None]]:
    """The file that a path names, or everything below the folder that it names, in the order of the names.

    Below a folder only regular files can be read: links are never followed. What is passed over has an error, and so
    has a folder without a file: silence would be taken for a folder that was read to its end.

    Args:
        path: as given on the command line.

    Yields:
        (path below the one that was given, why it cannot be read).
    """
    found = False
    waiting = [path]
    while waiting:
        current = waiting.pop()
        problem: DisclosureError | None = None
        try:
            mode = (current.stat() if current is path else current.lstat()).st_mode
            if stat.S_ISDIR(mode):
                waiting += sorted(current.iterdir(), reverse=True)
                continue
            if current is not path and not stat.S_ISREG(mode):
                problem = _not_regular()
        except (FileNotFoundError, NotADirectoryError):
            problem = _not_there()
        except OSError as error:
            problem = ExtractionFailed(
                f"It could not be opened ({type(error).__name__}).", code="extract.open"
            )
        yield current, problem
        found = True
    if not found:
        yield path, _empty_folder()


def _not_there() -> NotFound:
    return NotFound(
        "There is no file at a path that was given.",
        code="file.not_found",
        advice="Name a regular file; a folder is submitted with `disclosure submit`.",
    )


def _not_regular() -> NotFound:
    return NotFound(
        "It is a link or a special file, which is not read in a folder.",
        code="file.not_regular",
        advice="Put the file itself into the folder, or name it on the command line.",
    )


def _empty_folder() -> NotFound:
    return NotFound(
        "The folder holds no file.",
        code="folder.empty",
        advice="Look whether the path is right, and whether the share is mounted.",
    )
