"""推送: keeps a copy of the site's subtree on the portal's own host, over SFTP or WebDAV.

A plugin of its own: ``[plugins] allow = ["push"]``. It goes to work once the site has carried the same order out, and
puts there whatever has changed since the last time: what pages show first, listings last, each file by rename; after a
withdrawal what is gone is removed before anything else. A document's receipt is given only after its folder was read
back from the host and is the same as here. So an order is done, or tried again, and nothing has to be remembered but
which files were put (`tree.py`) and what was found when documents were last read back (`looks.py`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from disclosure_pipeline.builtin.channels.ledger import PUBLISHED, WITHDRAWN, Ledger, Record, admit
from disclosure_pipeline.builtin.channels.outside import Caller, Place, read_secret
from disclosure_pipeline.builtin.channels.push.looks import Look, Looks
from disclosure_pipeline.builtin.channels.push.sftp import Host, Sftp
from disclosure_pipeline.builtin.channels.push.tree import Piece, Pushed, pieces
from disclosure_pipeline.builtin.channels.push.webdav import WebDav
from disclosure_pipeline.builtin.channels.site import records
from disclosure_pipeline.builtin.channels.site.layout import RECORD, STATE, document_folder
from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.hooks.contracts import Channel, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import Action, Order, Receipt, Standing

__version__ = "1.0"

Item = TypeVar("Item")

_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]*")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")

_AT_ONCE = 200
"""Files in one session, and documents that are read back in one."""


class Options(BaseModel):
    """The section ``[plugin.push]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    way: Literal["sftp", "webdav"] = Field("sftp", description="How the host is reached.")
    user: str = Field("", description="Account there; SFTP needs one.")
    host: str = Field("", description="SFTP: the portal's host.")
    port: int = Field(22, ge=1, le=65535, description="SFTP: port of its SSH server.")
    folder: str = Field(
        "", description="SFTP: folder there that holds the site, from the root; it must exist."
    )
    key_file: str = Field("", description="SFTP: private key of this side, without a passphrase.")
    known_hosts: str = Field("", description="SFTP: file with the host's key.")
    url: str = Field("", description="WebDAV: the folder that holds the site, `https://…/`; it must exist.")
    password_file: str = Field("", description="WebDAV: file of the password; only the service may read it.")
    authority: str = Field(
        "", description="WebDAV: file of certificates that vouch for the host; empty: the system's."
    )
    plain_http: bool = Field(False, description="WebDAV: whether `http://` may go to other machines, too.")
    timeout: float = Field(
        25.0, gt=0, le=50, description="Seconds for one session of SFTP, for one step of WebDAV."
    )
    seconds: float = Field(
        25.0,
        gt=0,
        le=50,
        description="Seconds after which the rest of a large push, or of a look at all documents, is left to the next.",
    )

    @model_validator(mode="after")
    def _sound(self) -> Options:
        if self.way == "webdav":
            if not Place.of(self.url, plain=self.plain_http).path.endswith("/") or "?" in self.url:
                raise ValueError("`url` must end with a slash")
            if bool(self.user) != bool(self.password_file):
                raise ValueError("`user` and `password_file` go together")
            return self
        if not (_HOST.fullmatch(self.host) and _USER.fullmatch(self.user)):
            raise ValueError("`host` and `user` must be a host and an account")
        if not self.folder.startswith("/") or any(ord(char) < 32 for char in self.folder):
            raise ValueError("`folder` must be a path from the root")
        if not (self.key_file and self.known_hosts):
            raise ValueError("`key_file` and `known_hosts` are needed")
        return self


@hookimpl
def register_config() -> type[BaseModel]:
    """The plugin's settings."""
    return Options


@hookimpl
def register_channels(context: PluginContext) -> Sequence[Channel]:
    """The push."""
    return [Push(context.folders["own"], context.folders["site"], context.options)]


class Push:
    """The channel ``push.site``.

    Args:
        folder: where its ledger lies.
        site: the site, which is only read.
        options: the plugin's settings.
    """

    id = "site"
    version = __version__
    attributes: tuple[Attribute, ...] = (Attribute.PROACTIVE,)
    follows = "builtin.site"

    def __init__(self, folder: Path, site: Path, options: Options):
        self._site = site
        self._seconds = options.seconds
        self._ledger = Ledger(folder, "the push")
        self._pushed = Pushed(folder / "pushed.sqlite")
        self._looks = Looks(folder / "looks.sqlite")
        self._host = _host(options)
        self._seen = b""

    def publish(self, order: Order) -> Receipt:
        """Push what the site shows of the document, and all else that has changed.

        Raises:
            Fenced: something newer was pushed for the document.
            ChannelFault: the site is not that far, or the host did not take it; it is tried again.
        """
        return self._carry_out(order)

    def update(self, order: Order) -> Receipt:
        """Push what has changed; see :meth:`publish`."""
        return self._carry_out(order)

    def withdraw(self, order: Order) -> Receipt:
        """Remove what the site does not show any more, then push the notice; see :meth:`publish`."""
        return self._carry_out(order)

    def verify(self, documents: Sequence[str]) -> Sequence[Standing]:
        """What the host really holds, read back from it.

        Of all documents, as many are read back as ``seconds`` allow, whose last look was the longest ago; of the others
        that look is told.
        """
        if documents:
            return [standing for some in _batches(documents) for standing in self._read_back(some)]
        return self._look_around()

    def mend(self, whole: bool) -> bool:
        """Push what the site has made anew without an order, e.g. by new templates.

        Raises:
            ChannelFault: the host did not take it, or there is more than one try takes.
        """
        state = self._site / STATE
        made = state.read_bytes() if state.is_file() else b""
        if not made or (made == self._seen and not whole):
            return False
        with self._ledger.locked():
            has_changed = self._push(leaving=True)
        self._seen = made
        return has_changed

    def _look_around(self) -> list[Standing]:
        until = time.monotonic() + self._seconds
        with self._ledger.locked():
            known = {name: self._ledger.get(name) for name in self._ledger.documents()}
        looks = self._looks.last()
        waiting = sorted(known, key=lambda name: _urgency(known[name], looks.get(name)))
        found: dict[str, Standing] = {}
        for some in _batches(waiting):
            if found and time.monotonic() > until:
                break
            found |= {standing.document: standing for standing in self._read_back(some)}
        return [
            found[name] if name in found else _remembered(name, record, looks.get(name))
            for name, record in known.items()
        ]

    def _read_back(self, documents: Sequence[str]) -> list[Standing]:
        with self._ledger.locked():
            records = {name: self._ledger.get(name) for name in documents}
            there = self._host.held([document_folder(name) for name in documents])
            found = []
            for name, record in records.items():
                folder = document_folder(name)
                found.append(_standing(name, record, self._here(folder), there[folder]))
            self._looks.note((_key(records[item.document]), item) for item in found)
        return found

    def _carry_out(self, order: Order) -> Receipt:
        with self._ledger.locked():
            held = self._ledger.get(order.key.document)
            admit(held, order.key)
            shown = self._shown(order)
            hashes = {str(file["name"]): str(file["sha256"]) for file in shown.files}
            record = Record.of(order, held, hashes=hashes)
            self._ledger.put(record)
            self._push(leaving=order.key.action is Action.WITHDRAW)
            self._settle(order.key.document)
            self._looks.note([(record.key, _as_ordered(record))])
        return Receipt(
            self.id, str(order.key), f"{document_folder(order.key.document)}/", hashes, {"at": order.at}
        )

    def _shown(self, order: Order) -> records.Held:
        """What the site has carried out for the document.

        Raises:
            ChannelFault: ``channel.site_behind``, not yet what this order is about.
        """
        document = order.key.document
        record = records.Record.load(self._site / document_folder(document) / RECORD, document)
        wanted = WITHDRAWN if order.key.action is Action.WITHDRAW else PUBLISHED
        held = record.held if record is not None and record.coming is None else None
        if held is None or held.state != wanted or held.generation < order.key.generation:
            raise _behind()
        if wanted == PUBLISHED and held.version != order.key.version:
            raise _behind()
        return held

    def _push(self, *, leaving: bool) -> bool:
        """Put there what has changed, and remove what is gone, first if something is leaving; whether there was anything."""
        changes = self._pushed.changes(self._site)
        until = time.monotonic() + self._seconds
        if leaving:
            self._remove(changes.gone)
        for some in _batches(changes.put):
            self._put(some)
            if time.monotonic() > until:
                raise ChannelFault(
                    "There is more to push than one try takes.",
                    code="channel.more",
                    advice="Nothing to do: the next try goes on from here.",
                )
        if not leaving:
            self._remove(changes.gone)
        return bool(changes.put or changes.gone)

    def _put(self, some: Sequence[Piece]) -> None:
        self._pushed.forget(piece.path for piece in some)
        self._host.put(self._site, [piece.path for piece in some])
        self._pushed.note(some)

    def _remove(self, gone: Sequence[str]) -> None:
        for some in _batches(gone):
            self._host.remove(some)
            self._pushed.forget(some)

    def _settle(self, document: str) -> None:
        """Read the document's folder back and make it what it is here, also what a crash left there.

        Raises:
            ChannelFault: ``channel.differs``, it cannot be made so.
        """
        folder = document_folder(document)
        here = self._here(folder)
        there = self._host.held([folder])[folder]
        if there == here:
            return
        self._host.remove([f"{folder}/{name}" for name in there if name not in here])
        differing = {f"{folder}/{name}" for name in here if there.get(name) != here[name]}
        self._put([piece for piece in pieces(self._site, folder) if piece.path in differing])
        if self._host.held([folder])[folder] != self._here(folder):
            raise ChannelFault(
                f"The host does not hold what the site shows of {document}.",
                code="channel.differs",
                advice="Look at the document's folder on the host: rights, room, or somebody else writes there.",
            )

    def _here(self, folder: str) -> dict[str, str]:
        found = {piece.path: file_digest(self._site / piece.path) for piece in pieces(self._site, folder)}
        return {path.removeprefix(f"{folder}/"): digest for path, digest in found.items()}


def _host(options: Options) -> Sftp | WebDav:
    if options.way == "webdav":
        place = Place.of(options.url, plain=options.plain_http)
        caller = Caller(place, options.timeout, options.authority)
        return WebDav(caller, options.user, lambda: read_secret(options.password_file, ""))
    return Sftp(
        Host(
            options.host, options.port, options.user, options.folder, options.key_file, options.known_hosts,
            options.timeout,
        )
    )  # fmt: skip


def _standing(
    document: str, record: Record | None, here: Mapping[str, str], there: Mapping[str, str]
) -> Standing:
    """What was read back counts: as it is here, it is what was ordered; otherwise it is out, but changed."""
    if record is None:
        return Standing(document, PUBLISHED if there else "absent", hashes=there)
    if here == there and there:
        return _as_ordered(record)
    state = PUBLISHED if there or record.state == WITHDRAWN else "absent"
    return Standing(document, state, record.generation, 0, there)


def _as_ordered(record: Record) -> Standing:
    return Standing(record.document, record.state, record.generation, record.version, record.hashes)


def _key(record: Record | None) -> str:
    return "" if record is None else record.key


def _is_of(look: Look | None, record: Record | None) -> bool:
    """Whether a look was taken after what was carried out last."""
    return look is not None and look.key == _key(record)


def _urgency(record: Record | None, look: Look | None) -> tuple[int, int]:
    """First what nobody has looked at since it was carried out, then what was looked at the longest ago."""
    return (1, look.turn) if look is not None and _is_of(look, record) else (0, 0)


def _remembered(document: str, record: Record | None, look: Look | None) -> Standing:
    """What is told of a document that was not read back now. That it is gone is told only of what was seen to be gone."""
    if look is not None and _is_of(look, record):
        return look.standing
    is_out = record is not None and record.state == PUBLISHED
    return _as_ordered(record) if record is not None and is_out else Standing(document, "absent")


def _behind() -> ChannelFault:
    return ChannelFault(
        "The site has not carried this out yet.",
        code="channel.site_behind",
        advice="Nothing to do: it is tried again by itself. See `disclosure channel list` if the site is stuck.",
    )


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
