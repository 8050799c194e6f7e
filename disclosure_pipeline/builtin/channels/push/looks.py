"""What was found when documents were last read back from the other host: a large copy is read back in turns."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from disclosure_pipeline.model.publication import Standing

_TABLE = """
CREATE TABLE IF NOT EXISTS look (document TEXT PRIMARY KEY, turn INTEGER, key TEXT, standing TEXT) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Look:
    """What was found of one document.

    Args:
        turn: rises with every look; the lowest was longest ago.
        key: key of the order that had been carried out by then, as text; empty when there was none.
        standing: what the host held.
    """

    turn: int
    key: str
    standing: Standing


class Looks:
    """The last look at each document, in a file of its own.

    Args:
        file: where they are kept.
    """

    def __init__(self, file: Path):
        self._file = file

    def last(self) -> Mapping[str, Look]:
        """The last look at each document that was ever read back."""
        with closing(self._open()) as database:
            rows = database.execute("SELECT document, turn, key, standing FROM look").fetchall()
        return {
            document: Look(turn, key, Standing(**json.loads(standing)))
            for document, turn, key, standing in rows
        }

    def note(self, found: Iterable[tuple[str, Standing]]) -> None:
        """Keep what was found.

        Args:
            found: key of the order that was carried out last, and what the host held.
        """
        with closing(self._open()) as database, database:
            (turn,) = database.execute("SELECT coalesce(max(turn), 0) + 1 FROM look").fetchone()
            rows = [(item.document, turn, key, json.dumps(asdict(item))) for key, item in found]
            database.executemany("INSERT OR REPLACE INTO look VALUES (?, ?, ?, ?)", rows)

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._file, timeout=30)
        database.execute(_TABLE)
        return database
