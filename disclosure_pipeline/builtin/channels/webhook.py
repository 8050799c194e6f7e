"""出站通知: tells another system, by a signed call, what was published, updated or withdrawn.

A plugin of its own: ``[plugins] allow = ["webhook"]``. Each order is one ``POST`` of a JSON object. The receiver must be
idempotent by the header ``Idempotency-Key``: an event is sent again until it is answered with 2xx. So an answer that
was lost does no harm, and everything else than 2xx is tried again later.

Headers, beside ``Content-Type``:

* ``Idempotency-Key``: the order's key, the same for every attempt.
* ``X-Disclosure-Event``: ``publish``, ``update`` or ``withdraw``.
* ``X-Disclosure-Timestamp``: seconds since 1970 of this attempt. A receiver refuses old ones.
* ``X-Disclosure-Signature``: ``sha256=`` and the hexadecimal HMAC-SHA256, under the shared secret, over the timestamp,
  a full stop and the body.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from disclosure_pipeline.builtin.channels.frozen import page_text
from disclosure_pipeline.builtin.channels.ledger import PUBLISHED, WITHDRAWN, Ledger, Record, admit
from disclosure_pipeline.builtin.channels.outside import Caller, Place, read_secret, refused
from disclosure_pipeline.hooks.contracts import Channel, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import Action, Entry, Order, Receipt, Standing

__version__ = "1.0"

_TOLD = (
    "title", "index_number", "attribute", "unit", "unit_name", "department", "issuing_body", "joint_bodies",
    "document_number", "item", "genre", "theme", "keywords", "summary", "formed", "published", "validity",
)  # fmt: skip
_TOLD_AFTER = ("index_number", "attribute", "unit", "unit_name", "department", "issuing_body")
"""What a withdrawal tells: nothing of the text, and a title is text."""


class Options(BaseModel):
    """The section ``[plugin.webhook]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(description="Where events are sent, `https://…`; `http://` only to this machine.")
    secret_file: str = Field(
        "", description="File that holds the shared secret; only the service may read it."
    )
    secret_env: str = Field("", description="Environment variable that holds it instead.")
    timeout: float = Field(10.0, gt=0, le=50, description="Seconds for each step of a call.")
    authority: str = Field(
        "", description="File of certificates that vouch for the receiver; empty: the system's."
    )
    plain_http: bool = Field(False, description="Whether `http://` may go to other machines, too.")
    address: str = Field(
        "", description="Public address of a document, with `{document}` and `{year}`; empty sends none."
    )
    text: bool = Field(False, description="Whether the words of the page are sent, too.")

    @field_validator("address")
    @classmethod
    def _known_places(cls, value: str) -> str:
        if "{" in value.replace("{document}", "").replace("{year}", ""):
            raise ValueError("only {document} and {year} stand for something")
        return value

    @model_validator(mode="after")
    def _sound(self) -> Options:
        Place.of(self.url, plain=self.plain_http)
        if bool(self.secret_file) == bool(self.secret_env):
            raise ValueError("either `secret_file` or `secret_env` is needed")
        return self


@hookimpl
def register_config() -> type[BaseModel]:
    """The plugin's settings."""
    return Options


@hookimpl
def register_channels(context: PluginContext) -> Sequence[Channel]:
    """The webhook."""
    return [Webhook(context.folders["own"], context.options)]


class Webhook:
    """The channel ``webhook.events``.

    Args:
        folder: where its ledger lies.
        options: the plugin's settings.
    """

    id = "events"
    version = __version__
    attributes: tuple[Attribute, ...] = (Attribute.PROACTIVE,)

    def __init__(self, folder: Path, options: Options):
        self._options = options
        self._ledger = Ledger(folder, "the webhook")
        place = Place.of(options.url, plain=options.plain_http)
        self._caller = Caller(place, options.timeout, options.authority)

    def publish(self, order: Order) -> Receipt:
        """Tell that a document was published.

        Raises:
            Fenced: something newer was told of the document.
            ChannelFault: it was not told, or nobody knows: it is told again under the same key.
        """
        return self._tell(order)

    def update(self, order: Order) -> Receipt:
        """Tell that its text or its entry changed; see :meth:`publish`."""
        return self._tell(order)

    def withdraw(self, order: Order) -> Receipt:
        """Tell that it was withdrawn; see :meth:`publish`."""
        return self._tell(order)

    def verify(self, documents: Sequence[str]) -> Sequence[Standing]:
        """What the receiver has confirmed; what it still holds only the receiver knows."""
        with self._ledger.locked():
            return [
                _standing(name, self._ledger.get(name))
                for name in documents or list(self._ledger.documents())
            ]

    def _tell(self, order: Order) -> Receipt:
        with self._ledger.locked():
            held = self._ledger.get(order.key.document)
            admit(held, order.key)
            if held is None or held.key != str(order.key) or not held.detail["told"]:
                held = self._told(order, held)
        return Receipt(
            self.id, held.key, self._address(order), held.hashes, {"at": held.at, "state": held.state}
        )

    def _told(self, order: Order, held: Record | None) -> Record:
        """Send the event. That it is coming is kept first: from then on older ones are fenced off."""
        body = json.dumps(self._event(order), ensure_ascii=False, sort_keys=True).encode()
        hashes = {artefact.name: artefact.sha256 for artefact, _ in order.artefacts}
        before = _confirmed(held)
        coming = Record.of(order, held, hashes=hashes, detail={"told": False, "before": before})
        self._ledger.put(coming)
        secret = read_secret(self._options.secret_file, self._options.secret_env)
        reply = self._caller.call("POST", self._caller.place.path, body, _headers(order, body, secret))
        if not 200 <= reply.status < 300:
            raise refused(reply.status)
        done = replace(coming, detail={"told": True})
        self._ledger.put(done)
        return done

    def _event(self, order: Order) -> dict[str, Any]:
        leaving = order.key.action is Action.WITHDRAW
        event: dict[str, Any] = {
            "event": order.key.action.value,
            "key": str(order.key),
            "document": order.key.document,
            "version": order.key.version,
            "generation": order.key.generation,
            "at": order.at,
            "entry": _told_of(order.entry, _TOLD_AFTER if leaving else _TOLD),
            "files": [
                {**artefact.as_json(), "role": artefact.role, "title": artefact.title}
                for artefact, _ in order.artefacts
            ],
            "address": self._address(order),
            "reason": order.reason,
        }
        return event | ({"text": page_text(order)} if self._options.text and not leaving else {})

    def _address(self, order: Order) -> str:
        document = order.key.document
        return self._options.address.replace("{document}", document).replace("{year}", document[:4])


def _told_of(entry: Entry, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in names}


def _headers(order: Order, body: bytes, secret: bytes) -> Mapping[str, str]:
    stamp = str(int(time.time()))
    signature = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": str(order.key),
        "X-Disclosure-Event": order.key.action.value,
        "X-Disclosure-Timestamp": stamp,
        "X-Disclosure-Signature": f"sha256={signature}",
    }


def _confirmed(held: Record | None) -> str:
    """The state that the receiver confirmed last."""
    if held is None:
        return "absent"
    return held.state if held.detail["told"] else str(held.detail["before"])


def _standing(document: str, held: Record | None) -> Standing:
    if held is None:
        return Standing(document, "absent")
    if held.detail["told"]:
        return Standing(document, held.state, held.generation, held.version, held.hashes)
    state = str(held.detail["before"])
    return Standing(document, state if state in (PUBLISHED, WITHDRAWN) else "absent", held.generation)
