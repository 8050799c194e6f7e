"""Contracts of what carries a decision out and tells of it: channels, archives, notifiers, jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import Answer, Order, Standing


@runtime_checkable
class Channel(Protocol):
    """A place where documents are published (发布渠道).

    Every method is idempotent by ``order.key``: called again after a crash, it finds its earlier
    effect and answers the same receipt. An order whose ``generation`` is lower than one already
    carried out for the document raises :class:`~disclosure_pipeline.errors.Fenced`. A failure that
    may pass raises :class:`~disclosure_pipeline.errors.ChannelFault`; the core retries with
    back-off. A channel that needs a person answers an
    :class:`~disclosure_pipeline.model.publication.Errand` instead of a receipt. ``attributes`` says which documents it
    takes: public channels take only ``proactive``.

    Two things are left to the channel: a class attribute ``follows``, the full id of a channel whose work it copies; then
    it is never given up alone. And what :class:`Mending` asks for.
    """

    id: str
    version: str

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """Attributes of the documents it takes; a class attribute will do."""
        ...

    def publish(self, order: Order) -> Answer:
        """Put the document out, exactly these bytes."""
        ...

    def update(self, order: Order) -> Answer:
        """Replace an earlier version, or what is said of the same one (its validity, its links)."""
        ...

    def withdraw(self, order: Order) -> Answer:
        """Take it back: nothing of the text stays, the address keeps a notice."""
        ...

    def verify(self, documents: Sequence[str]) -> Sequence[Standing]:
        """What the channel really holds; with no documents named, everything it holds."""
        ...


@runtime_checkable
class Mending(Protocol):
    """What a channel may have beside :class:`Channel`, when it makes things of what it holds (pages, lists, an index)."""

    def mend(self, whole: bool) -> bool:
        """Make anew what may be behind: after a crash or a power cut, or because settings or templates changed.

        Called when a worker of `disclosure run` starts and from time to time, beside publications; it must look at its
        own state first and be quick when nothing is to be done. It may be called in several processes at once.

        Args:
            whole: make all of it anew, whatever the channel believes (`disclosure channel rebuild`).

        Returns:
            Whether anything had to be made.

        Raises:
            ChannelFault: it could not be done; it is asked again.
        """
        ...


@runtime_checkable
class Archive(Channel, Protocol):
    """A channel that keeps: it gets ``order.deposit`` and takes documents of every attribute."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, told after the commit. Holds no document text.

    Args:
        name: the step's name, or ``fault``, ``overdue`` …
        document: case number, or empty.
        unit: unit code. department: department name.
        detail: ids, counts, codes.
    """

    name: str
    document: str
    unit: str
    department: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class Notifier(Protocol):
    """Tells people about events (receipts and return notes in the outbox are one)."""

    id: str
    version: str

    def notify(self, event: Event, letter: Mapping[str, Any]) -> None:
        """Deliver one message; idempotent by ``letter["key"]``.

        Args:
            event: what happened.
            letter: what the recipient may read: ``key``, ``kind`` (``receipt``, ``returned``,
                ``result`` …), ``case``, ``title``, ``reasons``, ``address`` …
        """
        ...


@runtime_checkable
class Job(Protocol):
    """Regular work of the scheduler; it only looks and enqueues."""

    id: str
    version: str
    every: int
    """Seconds between two runs."""

    def run(self, core: Any) -> Mapping[str, int]:
        """Do it once.

        Args:
            core: the facade the core gives to jobs (``pipeline.jobs.JobFacade``).

        Returns:
            Counts for the log.
        """
        ...
