"""The notice board: a JSON feed that an LED board or a hall screen polls.

A channel for `proactive` documents. It keeps the newest entries in ``board.json`` under
``var/plugins/notice_board/`` with a few short screens of text each; serve that one file to the screens.

How it holds its promises:

* The truth is ``ledger.json``: what was carried out for each document, under which key and generation.
  ``board.json`` is made from it after every order, so a crash between the two is repaired by the next
  call. Both are replaced by rename, under a lock, and forced to disk.
* The same key twice has one effect and one receipt. A lower generation, an older version and a publish
  behind a withdrawal of its own generation are fenced off.
* A withdrawal removes title and text from both files; number and date stay in the list ``withdrawn``, so
  that a screen that caches entries drops them.
* Text comes only from frozen files whose hash is checked while they are read.

Accepted: whoever can write into the folder can change the board; `disclosure channel verify` tells.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.hooks.contracts import Channel, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import Action, Order, Receipt, Standing

__version__ = "1.0"

BOARD = "board.json"
LEDGER = "ledger.json"
LOCK = ".lock"

Record = dict[str, Any]


class Options(BaseModel):
    """The section ``[plugin.notice_board]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field("政府信息公开", description="Heading of the board.")
    limit: int = Field(20, ge=1, le=200, description="Most entries shown, the newest first.")
    minutes: int = Field(5, ge=1, le=1440, description="Minutes after which a screen should poll again.")
    screens: int = Field(
        3, ge=0, le=20, description="Most screens of text an entry gets; 0 shows titles only."
    )
    characters: int = Field(120, ge=20, le=1000, description="Most characters on one screen.")


@hookimpl
def register_config() -> type[BaseModel]:
    """The plugin's settings."""
    return Options


@hookimpl
def register_channels(context: PluginContext) -> Sequence[Channel]:
    """The board."""
    return [NoticeBoard(context.folders["own"], context.options)]


class NoticeBoard:
    """The channel ``notice_board.board``.

    Args:
        folder: where the board and its ledger lie.
        options: the plugin's settings.
    """

    id = "board"
    version = __version__
    attributes: tuple[Attribute, ...] = (Attribute.PROACTIVE,)

    def __init__(self, folder: Path, options: Options):
        self._folder = folder
        self._options = options

    def publish(self, order: Order) -> Receipt:
        """Show the document, or replace what is shown of it.

        Raises:
            Fenced: something newer was carried out for the document.
            ChannelFault: a frozen file is not what was signed, or the folder cannot be written.
        """
        return self._carry_out(order, "published")

    def update(self, order: Order) -> Receipt:
        """Replace an earlier version; see :meth:`publish`."""
        return self._carry_out(order, "published")

    def withdraw(self, order: Order) -> Receipt:
        """Take the document off the board; a late publish is fenced off from now on.

        Raises:
            Fenced: a newer generation was carried out.
            ChannelFault: the folder cannot be written.
        """
        return self._carry_out(order, "withdrawn")

    def verify(self, documents: Sequence[str]) -> Sequence[Standing]:
        """What the board file really shows, beside what the ledger says was carried out."""
        with self._locked():
            ledger = self._load()
            shown = self._shown()
        return [
            _standing(name, ledger.get(name), shown.get(name))
            for name in documents or sorted({*ledger, *shown})
        ]

    def _carry_out(self, order: Order, state: str) -> Receipt:
        with self._locked():
            ledger = self._load()
            held = ledger.get(order.key.document)
            if held is None or held["key"] != str(order.key):
                _fence(held, order)
                ledger[order.key.document] = self._record(order, state)
                self._replace(LEDGER, ledger)
            self._replace(BOARD, self._board(ledger))
        return _receipt(ledger[order.key.document])

    def _record(self, order: Order, state: str) -> Record:
        record: Record = {
            "key": str(order.key),
            "generation": order.key.generation,
            "version": order.key.version,
            "state": state,
            "at": order.at,
            "id": order.key.document,
            "index_number": order.entry.index_number,
        }
        if state == "published":
            record["entry"] = {
                "id": order.key.document,
                "title": order.entry.title,
                "index_number": order.entry.index_number,
                "document_number": order.entry.document_number,
                "department": order.entry.department,
                "date": order.entry.published or order.entry.formed,
                "screens": _screens(_text_of(order), self._options),
            }
        return record

    def _board(self, ledger: Mapping[str, Record]) -> dict[str, Any]:
        records = sorted(ledger.values(), key=lambda record: (record["at"], record["id"]), reverse=True)
        shown = [record["entry"] for record in records if record["state"] == "published"]
        gone = [record for record in records if record["state"] == "withdrawn"]
        return {
            "title": self._options.title,
            "poll_minutes": self._options.minutes,
            "entries": shown[: self._options.limit],
            "withdrawn": [
                {"id": record["id"], "index_number": record["index_number"], "at": record["at"]}
                for record in gone[: self._options.limit]
            ],
        }

    # ---------------------------------------------------------------- files

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One at a time, also among processes; a full disk or a lost folder may pass."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / LOCK).open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise ChannelFault(f"The notice board's folder failed ({type(error).__name__}).") from None

    def _load(self) -> dict[str, Record]:
        try:
            ledger: dict[str, Record] = json.loads((self._folder / LEDGER).read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError:
            raise ChannelFault("The notice board's ledger cannot be read.", code="channel.ledger") from None
        return ledger

    def _shown(self) -> dict[str, Record]:
        """Entries in the board file by document; a file that cannot be read shows nothing."""
        try:
            entries = json.loads((self._folder / BOARD).read_bytes())["entries"]
            return {entry["id"]: entry for entry in entries}
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return {}

    def _replace(self, name: str, value: object) -> None:
        temporary = self._folder / f".{name}.new"
        with temporary.open("w", encoding="utf-8") as stream:
            json.dump(value, stream, ensure_ascii=False, indent=1, sort_keys=True)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644 if name == BOARD else 0o600)
        temporary.replace(self._folder / name)


def _fence(held: Record | None, order: Order) -> None:
    """Refuse an order that is late."""
    if held is None:
        return
    key = order.key
    if key.generation < held["generation"]:
        raise Fenced
    if key.action is Action.WITHDRAW or key.generation > held["generation"]:
        return
    if held["state"] == "withdrawn" or key.version < held["version"]:
        raise Fenced


def _receipt(record: Record) -> Receipt:
    address = f"{BOARD}#{record['id']}" if record["state"] == "published" else ""
    return Receipt(
        NoticeBoard.id, record["key"], address, detail={"state": record["state"], "at": record["at"]}
    )


def _standing(document: str, record: Record | None, shown: Record | None) -> Standing:
    """The board's word counts: an entry that still stands there is published, whatever the ledger says.

    An entry that only gave way to newer ones counts as published, too; one that was altered has another
    version than any that was carried out.
    """
    generation = record["generation"] if record else -1
    if shown is not None:
        genuine = record is not None and record.get("entry") == shown
        return Standing(document, "published", generation, record["version"] if record and genuine else 0)
    if record is None:
        return Standing(document, "absent")
    return Standing(document, record["state"], generation, record["version"])


# -------------------------------------------------------------------- text


def _text_of(order: Order) -> str:
    """The words of the frozen page, read from exactly the bytes that were signed."""
    for artefact, path in order.artefacts:
        if artefact.role != "page":
            continue
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != artefact.sha256:
            raise ChannelFault("A frozen file is not what was signed.", code="channel.altered")
        words = _Words()
        words.feed(data.decode("utf-8"))
        return " ".join("".join(words.parts).split())
    return ""


def _screens(text: str, options: Options) -> list[str]:
    size = options.characters
    return [text[start : start + size] for start in range(0, len(text), size)][: options.screens]


class _Words(HTMLParser):
    """Collects the visible characters of a page; blocks are set apart by a space."""

    _SILENT = frozenset({"script", "style", "head", "title", "h1"})  # the entry has its title
    _INLINE = frozenset({"a", "b", "em", "i", "s", "span", "strong", "sub", "sup", "u"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in self._SILENT:
            self._silent += 1
        if tag not in self._INLINE:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT and self._silent:
            self._silent -= 1
        if tag not in self._INLINE:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)
