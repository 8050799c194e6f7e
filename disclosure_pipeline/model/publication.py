"""Publications: what goes to which channel, under which key, and the receipt that comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class PublicationState(StrEnum):
    """State of one document in one channel."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What a channel is asked to do."""

    PUBLISH = "publish"
    UPDATE = "update"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class EffectKey:
    """Idempotency key of an outside effect (design 3): the same key twice has one effect.

    Args:
        document: case number.
        version: version whose approval is carried out.
        channel: id of the channel.
        action: see :class:`Action`.
        generation: raised by every withdrawal, so that a late publish is fenced off.
    """

    document: str
    version: int
    channel: str
    action: Action
    generation: int

    def __str__(self) -> str:
        return f"{self.document}/v{self.version}/{self.channel}/{self.action.value}/g{self.generation}"

    @classmethod
    def parse(cls, text: str) -> EffectKey:
        """The key that a text is of.

        Raises:
            ValueError: it is none.
        """
        document, version, channel, action, generation = text.split("/")
        return cls(
            document,
            int(version.removeprefix("v")),
            channel,
            Action(action),
            int(generation.removeprefix("g")),
        )


@dataclass(frozen=True, slots=True)
class Artefact:
    """A frozen public file: exactly the bytes the final tier signed.

    Args:
        name: file name on the page, ASCII or Chinese, never a path.
        media_type: e.g. ``text/html``.
        sha256: hex digest.
        size: bytes.
        role: ``page`` (the accessible HTML text), ``text`` (clean copy), ``attachment``.
        title: heading for the page (an attachment's name as readers see it).
    """

    name: str
    media_type: str
    sha256: str
    size: int
    role: str
    title: str = ""

    def as_json(self) -> dict[str, Any]:
        """The artefact as an entry of ``public`` in `disclosure show --json`."""
        return {"name": self.name, "media_type": self.media_type, "sha256": self.sha256, "size": self.size}


class Relation(StrEnum):
    """How one published document stands to another; each has its counterpart on the other's page."""

    REPLACES = "replaces"
    """更正: the other one was wrong; its page leads here."""
    REPLACED_BY = "replaced_by"
    REPEALS = "repeals"
    """废止: the other one is no longer in force; its text stays."""
    REPEALED_BY = "repealed_by"
    CLARIFIES = "clarifies"
    """澄清 (条例 第六条)."""
    CLARIFIED_BY = "clarified_by"
    INTERPRETS = "interprets"
    """解读: explains a policy; both pages lead to each other (001, 002, 004)."""
    INTERPRETED_BY = "interpreted_by"

    @property
    def counterpart(self) -> Relation:
        """What stands on the other document's page."""
        return _COUNTERPARTS[self]


_COUNTERPARTS = {
    Relation.REPLACES: Relation.REPLACED_BY,
    Relation.REPEALS: Relation.REPEALED_BY,
    Relation.CLARIFIES: Relation.CLARIFIED_BY,
    Relation.INTERPRETS: Relation.INTERPRETED_BY,
}
_COUNTERPARTS |= {other: one for one, other in _COUNTERPARTS.items()}


class Validity(StrEnum):
    """Whether a published document is in force (有效性)."""

    VALID = "valid"
    CORRECTED = "corrected"
    """Replaced by a correction (已修改)."""
    REPEALED = "repealed"
    """废止."""


@dataclass(frozen=True, slots=True)
class Link:
    """A line that leads from one document's page to another's.

    Args:
        relation: how the page's document stands to the other one.
        document: case number of the other one.
        index_number: its 索引号.
        title: its title; empty when it may not be told (it was withdrawn).
    """

    relation: Relation
    document: str
    index_number: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """The catalogue entry (目录条目) of a document: everything the public sees beside the text.

    Empty strings mean "not given"; a channel prints an empty cell, never a guess. Dates are ISO
    ``YYYY-MM-DD`` in Asia/Shanghai; ``published`` is ``YYYY-MM-DD HH:MM``.
    """

    document: str
    version: int
    title: str
    index_number: str
    attribute: str
    unit: str
    unit_name: str
    department: str
    issuing_body: str
    document_number: str = ""
    genre: str = ""
    theme: str = ""
    keywords: str = ""
    summary: str = ""
    formed: str = ""
    published: str = ""
    validity: Validity = Validity.VALID
    joint_bodies: tuple[str, ...] = ()
    reviewers: tuple[tuple[str, str], ...] = ()
    """(label, name) pairs that the page's footer prints, already filtered by the unit's option."""
    item: str = ""
    """Code of the item of 条例 第二十条 under which the catalogue lists it, or empty."""
    links: tuple[Link, ...] = ()
    """Documents that it stands in relation to, as its page shows them."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """What the archive gets beside the public artefacts (归档; 档案法实施条例 第三十九条).

    Args:
        originals: (name, sha256, path in the vault) of every file as dropped.
        record: the whole review record (审查单, decisions, clocks, receipts) as JSON values.
        fonds: 全宗号 of the unit.
    """

    originals: tuple[tuple[str, str, Path], ...]
    record: Mapping[str, Any]
    fonds: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One request to one channel.

    Args:
        key: idempotency key; a channel creates if absent or compares and swaps by it.
        entry: the catalogue entry.
        artefacts: frozen files with the vault path to copy each from (empty for a withdrawal).
        deposit: only for archives.
        reason: public reason of a withdrawal (撤回), empty otherwise.
        isolate: only for a withdrawal because of a suspected state secret: the private folder into which an archive
            moves all it holds of the document, laid out as in the archive; nothing of it stays behind.
        at: UTC, ISO 8601; the time that the effect shows, fixed in the row, so that a second
            attempt writes the same bytes.
        address: only for a withdrawal: where the public found the document in this channel, as its receipt or the
            person who put it there said; empty if nobody did.
    """

    key: EffectKey
    entry: Entry
    at: str
    artefacts: tuple[tuple[Artefact, Path], ...] = ()
    deposit: Deposit | None = None
    reason: str = ""
    isolate: Path | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel answers when an order was carried out (or had been carried out before).

    Args:
        channel: id of the channel.
        key: the order's key as text.
        address: where the public finds it, relative to the channel's root; empty if nowhere.
        hashes: sha256 of each artefact as the channel holds it, by name.
        detail: further facts, JSON values without document text.
    """

    channel: str
    key: str
    address: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The receipt as stored and shown."""
        return {"channel": self.channel, "key": self.key, "address": self.address,
                "hashes": dict(self.hashes), "detail": dict(self.detail)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Errand:
    """What a channel answers that needs a person: a form to be copied, a bundle to be carried, a list to be signed.

    The publication stays open until somebody says that it was done (`disclosure channel close`). Answered again under
    the same key, it is the same errand.

    Args:
        channel: id of the channel.
        key: the order's key as text.
        kind: what is to be done, an ASCII code of the channel (``enter``, ``carry``, ``hand_over`` …).
        folder: where its papers lie, relative to the channel's own folder; empty when there are none.
        wants: what the person has to give when it is done: ``address`` (where the public finds it), ``scan`` (a signed
            paper), ``receipt`` (a file that came back).
        hashes: sha256 of each artefact that was handed over, by name.
        detail: further facts, JSON values without document text.
    """

    channel: str
    key: str
    kind: str
    folder: str = ""
    wants: frozenset[str] = frozenset()
    hashes: Mapping[str, str] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)


Answer = Receipt | Errand
"""What a channel says of an order: that it was carried out, or that a person has to do it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a channel really holds for one document, as its ``verify`` reports.

    Args:
        document: case number.
        state: ``published``, ``withdrawn`` or ``absent``.
        generation: generation that the channel last carried out; -1 when it has none.
        version: version it holds; 0 when it has none.
        hashes: sha256 of each artefact held, by name.
    """

    document: str
    state: str
    generation: int = -1
    version: int = 0
    hashes: Mapping[str, str] = field(default_factory=dict)
