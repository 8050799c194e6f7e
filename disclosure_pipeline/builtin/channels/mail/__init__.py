"""报刊、电台电视台邮件: sends what was published to newspapers and stations (条例 第二十三条), and takes it back by letter.

A plugin of its own: ``[plugins] allow = ["mail"]``. Each recipient gets one letter per order, with an id made from the
order's key. A mail server does not compare and swap, so a letter must never be sent again when nobody knows whether it
was taken: that a letter's bytes begin to go is kept before they do. When the server is lost after that, or the process
dies, the letter lies as ``.eml`` in the document's folder, and an errand asks a person whether it arrived: if not,
that file is to be sent by hand. What was certainly not taken is tried again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from email.headerregistry import Address
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from disclosure_pipeline.builtin.channels.ledger import PUBLISHED, WITHDRAWN, Ledger, Record, admit
from disclosure_pipeline.builtin.channels.mail.letter import compose, message_id
from disclosure_pipeline.builtin.channels.mail.posting import Lost, Security, Server, post
from disclosure_pipeline.builtin.channels.outside import is_loopback, read_secret
from disclosure_pipeline.builtin.channels.papers import lay
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.hooks.contracts import Channel, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import Action, Answer, Errand, Order, Receipt, Standing

__version__ = "1.0"

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_GOING, _SENT = "going", "sent"


class Options(BaseModel):
    """The section ``[plugin.mail]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1, description="The mail server that takes the letters.")
    port: int = Field(465, ge=1, le=65535, description="Its port.")
    security: Security = Field("tls", description="`tls`, `starttls`, or `none` (only on this machine).")
    authority: str = Field("", description="File of certificates that vouch for it; empty: the system's.")
    timeout: float = Field(10.0, gt=0, le=50, description="Seconds for each step of a session.")
    user: str = Field("", description="Account at the mail server; empty for none.")
    password_file: str = Field("", description="File that holds its password; only the service may read it.")
    password_env: str = Field("", description="Environment variable that holds it instead.")
    sender: str = Field(description="Address that the letters come from.")
    sender_name: str = Field("政府信息公开工作机构", description="Name beside it.")
    recipients: tuple[str, ...] = Field(
        min_length=1, max_length=50, description="Addresses of the newspapers and stations."
    )
    attachments: bool = Field(True, description="Whether the frozen files are attached.")

    @model_validator(mode="after")
    def _sound(self) -> Options:
        if not all(map(_ADDRESS.fullmatch, (self.sender, *self.recipients))):
            raise ValueError("`sender` and `recipients` must be mail addresses")
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError("without TLS only a server on this machine is spoken with")
        if bool(self.user) != (bool(self.password_file) != bool(self.password_env)):
            raise ValueError("`user` goes with either `password_file` or `password_env`")
        return self


@hookimpl
def register_config() -> type[BaseModel]:
    """The plugin's settings."""
    return Options


@hookimpl
def register_channels(context: PluginContext) -> Sequence[Channel]:
    """The letters."""
    return [Mail(context.folders["own"], context.options)]


class Mail:
    """The channel ``mail.letters``.

    Args:
        folder: where its ledger lies, and letters of which nobody knows whether they arrived.
        options: the plugin's settings.
    """

    id = "letters"
    version = __version__
    attributes: tuple[Attribute, ...] = (Attribute.PROACTIVE,)

    def __init__(self, folder: Path, options: Options):
        self._folder = folder
        self._options = options
        self._ledger = Ledger(folder, "the letters")
        self._sender = Address(options.sender_name, addr_spec=options.sender)

    def publish(self, order: Order) -> Answer:
        """Send the document to every recipient that has not got it.

        Returns:
            A receipt, or an errand where nobody knows whether a letter arrived.

        Raises:
            Fenced: something newer was sent.
            ChannelFault: a letter was certainly not taken; it is tried again.
        """
        return self._carry_out(order)

    def update(self, order: Order) -> Answer:
        """Send what replaces an earlier version, also to those who are no recipients any more; see :meth:`publish`."""
        return self._carry_out(order)

    def withdraw(self, order: Order) -> Answer:
        """Ask everybody who got the document, or may have got it, to take it down; see :meth:`publish`."""
        return self._carry_out(order)

    def verify(self, documents: Sequence[str]) -> Sequence[Standing]:
        """What was sent, by the ledger; what became of it only the recipients know."""
        with self._ledger.locked():
            known = documents or list(self._ledger.documents())
            return [_standing(name, self._ledger.get(name)) for name in known]

    def _carry_out(self, order: Order) -> Answer:
        with self._ledger.locked():
            held = self._ledger.get(order.key.document)
            admit(held, order.key)
            if held is None or held.key != str(order.key):
                held = self._begun(order, held)
            letters = _Letters(self._ledger, held)
            faults = [
                fault
                for recipient in held.detail["to"]
                if recipient not in letters.states and (fault := self._send(order, letters, recipient))
            ]
            unknown = letters.unknown()
            lay(
                self._folder / held.document,
                {f"{_file_name(held.key, name)}.eml": self._letter(order, held, name) for name in unknown},
            )
        if faults:
            raise faults[0]
        return self._answer(held, unknown)

    def _begun(self, order: Order, held: Record | None) -> Record:
        """Keep whom the order concerns; from then on older ones are fenced off."""
        earlier = self._earlier(held)
        to = list(self._options.recipients)
        if order.key.action is Action.WITHDRAW:
            to = list(earlier)
        elif held is not None and held.state == PUBLISHED:
            to += [name for name in earlier if name not in to]
        hashes = {artefact.name: artefact.sha256 for artefact, _ in order.artefacts}
        record = Record.of(order, held, hashes=hashes, detail={"to": to, "earlier": earlier, "letters": {}})
        self._ledger.put(record)
        return record

    def _earlier(self, held: Record | None) -> dict[str, str]:
        """Everybody who has got a letter about the document, or may have, with the id of the last one."""
        if held is None:
            return {}
        ids = {name: message_id(held.key, name, self._sender.domain) for name in held.detail["letters"]}
        return {**held.detail["earlier"], **ids}

    def _send(self, order: Order, letters: _Letters, recipient: str) -> ChannelFault | None:
        """Send one letter; the fault when it was certainly not taken."""
        letter = self._letter(order, letters.record, recipient)
        try:
            post(self._server(), self._options.sender, recipient, letter, lambda: letters.going(recipient))
        except Lost:
            return None
        except ChannelFault as fault:
            letters.not_taken(recipient)
            return fault
        letters.sent(recipient)
        return None

    def _letter(self, order: Order, held: Record, recipient: str) -> bytes:
        earlier = held.detail["earlier"].get(recipient, "")
        return compose(order, self._sender, recipient, earlier=earlier, attached=self._options.attachments)

    def _server(self) -> Server:
        given = self._options
        password = read_secret(given.password_file, given.password_env).decode() if given.user else ""
        return Server(
            given.host, given.port, given.security, given.authority, given.timeout, given.user, password
        )

    def _answer(self, held: Record, unknown: Sequence[str]) -> Answer:
        told = {"at": held.at, "letters": len(held.detail["to"])}
        if unknown:
            return Errand(self.id, held.key, "confirm", held.document, frozenset(), held.hashes, told)
        return Receipt(self.id, held.key, hashes=held.hashes, detail=told)


class _Letters:
    """What became of the letters of one order, kept in the ledger at every step.

    Args:
        ledger: the channel's ledger.
        record: the order's record.
    """

    def __init__(self, ledger: Ledger, record: Record):
        self._ledger = ledger
        self.record = record
        self.states: dict[str, str] = dict(record.detail["letters"])

    def going(self, recipient: str) -> None:
        """Its bytes are about to go: it is never sent again unless the server says that it has not taken it."""
        self.states[recipient] = _GOING
        self._keep()

    def sent(self, recipient: str) -> None:
        """The server has taken it."""
        self.states[recipient] = _SENT
        self._keep()

    def not_taken(self, recipient: str) -> None:
        """The server has certainly not taken it."""
        if self.states.pop(recipient, None) is not None:
            self._keep()

    def unknown(self) -> list[str]:
        """Recipients of letters of which nobody knows whether the server took them."""
        return [name for name, state in self.states.items() if state == _GOING]

    def _keep(self) -> None:
        self._ledger.put(replace(self.record, detail={**self.record.detail, "letters": dict(self.states)}))


def _file_name(key: str, recipient: str) -> str:
    return message_id(key, recipient, "")[1:17]


def _standing(document: str, held: Record | None) -> Standing:
    if held is None:
        return Standing(document, "absent")
    told: Mapping[str, Any] = held.detail
    common = (held.generation, held.version, held.hashes)
    if held.state == WITHDRAWN:
        everybody = set(told["to"]) <= set(told["letters"])
        return Standing(document, WITHDRAWN if everybody else PUBLISHED, *common)
    return Standing(document, PUBLISHED if told["letters"] or told["earlier"] else "absent", *common)
