"""What of the site lies on the other host, as far as it was put there, and what has changed here since."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_TABLE = (
    "CREATE TABLE IF NOT EXISTS pushed (path TEXT PRIMARY KEY, size INTEGER, modified INTEGER) WITHOUT ROWID"
)
_HIDDEN = "."
_DOCUMENTS = "documents/"


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """One file of the site.

    Args:
        path: relative to the site's root.
        size: bytes.
        modified: nanoseconds since 1970. The site replaces files by rename, so another content has another time.
    """

    path: str
    size: int
    modified: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be done on the other host.

    Args:
        put: new and changed files in an order in which no page leads nowhere: what pages show, the documents' pages,
            then what lists them.
        gone: files that are no more.
    """

    put: tuple[Piece, ...]
    gone: tuple[str, ...]


class Pushed:
    """The list of what was put on the other host, in a file of its own.

    Args:
        file: where the list is kept.
    """

    def __init__(self, file: Path):
        self._file = file

    def changes(self, root: Path) -> Changes:
        """Compare the site with the list.

        Args:
            root: the site's folder.
        """
        with closing(self._open()) as database:
            known = {
                path: (size, modified) for path, size, modified in database.execute("SELECT * FROM pushed")
            }
        put = []
        for piece in pieces(root):
            if known.pop(piece.path, None) != (piece.size, piece.modified):
                put.append(piece)
        return Changes(tuple(sorted(put, key=_rank)), tuple(sorted(known)))

    def note(self, put: Iterable[Piece]) -> None:
        """Take down that files lie there."""
        with closing(self._open()) as database, database:
            rows = [(piece.path, piece.size, piece.modified) for piece in put]
            database.executemany("INSERT OR REPLACE INTO pushed VALUES (?, ?, ?)", rows)

    def forget(self, paths: Iterable[str]) -> None:
        """Take down that files are no more there, or that nobody knows."""
        with closing(self._open()) as database, database:
            database.executemany("DELETE FROM pushed WHERE path = ?", [(path,) for path in paths])

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._file, timeout=30)
        database.execute(_TABLE)
        return database


def pieces(root: Path, folder: str = "") -> Iterator[Piece]:
    """The files of the site, or of a folder of it; what begins with a full stop is not part of it.

    Args:
        root: the site's folder.
        folder: folder below it.
    """
    try:
        entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.name.startswith(_HIDDEN):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from pieces(root, path)
        elif entry.is_file(follow_symlinks=False):
            found = entry.stat(follow_symlinks=False)
            yield Piece(path, found.st_size, found.st_mtime_ns)


def _rank(piece: Piece) -> tuple[int, str]:
    """Files of documents and what pages look like, then the documents' pages, then what lists them."""
    page = piece.path.endswith(".html")
    if piece.path.startswith(_DOCUMENTS):
        return (1 if page else 0, piece.path)
    return (0 if piece.path.startswith("static/") else 2, piece.path)
