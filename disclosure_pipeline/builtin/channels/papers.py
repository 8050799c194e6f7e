"""Channels that end with a person: papers in a folder per document, and an errand that says what to do with them.

The papers of a document lie in ``<case>/`` of the channel's own folder. Whatever is asked, the folder is made to hold
exactly what the order wants, so that the same order twice, or once more after a crash, has one effect. The ledger is
written first: a withdrawal fences late orders off before it removes anything. After it, only a slip without text lies
there, which says what has to be taken down.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin import files
from disclosure_pipeline.builtin.channels.ledger import (
    PUBLISHED,
    WITHDRAWN,
    Ledger,
    Record,
    admit,
    is_case,
)
from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import Action, Answer, Errand, Order, Standing


@dataclass(frozen=True, slots=True)
class Task:
    """What a person is asked to do with the papers: the kind of the errand, and what is to be given when it is done."""

    kind: str
    wants: frozenset[str] = frozenset()


class PaperChannel(ABC):
    """Base of the channels whose papers a person carries on.

    Args:
        folder: the channel's own folder.
        what: what the channel is called in messages.
    """

    id: str
    version: str
    attributes: tuple[Attribute, ...] = (Attribute.PROACTIVE,)
    out: Task
    """What is to be done with a document that comes or changes."""
    back: Task
    """What is to be done when it is taken back."""

    def __init__(self, folder: Path, what: str):
        self._folder = folder
        self._what = what
        self._ledger = Ledger(folder, what)

    @abstractmethod
    def papers(self, order: Order) -> Mapping[str, bytes]:
        """The papers of a document that comes or changes, by file name; the same order gives the same bytes."""

    @abstractmethod
    def slip(self, order: Order, held: Record | None) -> Mapping[str, bytes]:
        """The paper of a withdrawal, without any text of the document.

        Args:
            order: the withdrawal.
            held: what was carried out before; the withdrawal itself when it is asked again.
        """

    def remembered(self, order: Order, held: Record | None) -> Mapping[str, Any]:
        """What the ledger has to keep beside, JSON values without document text.

        Args:
            order: the order.
            held: what was carried out before; the order itself when it is asked again.
        """
        del order, held  # most channels have nothing to remember
        return {}

    def publish(self, order: Order) -> Answer:
        """Lay the papers out.

        Raises:
            Fenced: something newer was carried out for the document.
            ChannelFault: a frozen file is not what was signed, or the folder cannot be written.
        """
        return self._carry_out(order)

    def update(self, order: Order) -> Answer:
        """Put the papers of a newer version, or of a newer entry, in the place of the older ones; see :meth:`publish`."""
        return self._carry_out(order)

    def withdraw(self, order: Order) -> Answer:
        """Take the papers away and leave a slip; whoever used them has to act, so it is always an errand.

        Raises:
            Fenced: a newer generation was carried out.
            ChannelFault: the folder cannot be written.
        """
        return self._carry_out(order)

    def verify(self, documents: Sequence[str]) -> Sequence[Standing]:
        """What really lies in the folders, by hash."""
        with self._ledger.locked():
            known = documents or sorted({*self._ledger.documents(), *self._laid()})
            return [_standing(name, self._ledger.get(name), self._lying(name)) for name in known]

    def _carry_out(self, order: Order) -> Errand:
        with self._ledger.locked():
            held = self._ledger.get(order.key.document)
            admit(held, order.key)
            leaving = order.key.action is Action.WITHDRAW
            wanted = self.slip(order, held) if leaving else self.papers(order)
            hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(wanted.items())}
            record = Record.of(order, held, hashes=hashes, detail=self.remembered(order, held))
            self._ledger.put(record)
            lay(self._folder / order.key.document, wanted)
        task = self.back if leaving else self.out
        return Errand(
            self.id, record.key, task.kind, order.key.document, task.wants, record.hashes, {"at": order.at}
        )

    def _laid(self) -> list[str]:
        return [path.name for path in self._folder.iterdir() if is_case(path.name)]

    def _lying(self, document: str) -> dict[str, str]:
        folder = self._folder / document
        if not folder.is_dir():
            return {}
        return {path.name: file_digest(path) for path in sorted(folder.iterdir()) if path.is_file()}


def lay(folder: Path, wanted: Mapping[str, bytes]) -> None:
    """Make a folder hold exactly these papers; call it with the channel's lock held.

    Args:
        folder: the document's folder.
        wanted: the papers, by file name.
    """
    if wanted:
        files.make_folder(folder)
    files.remove_others(folder, frozenset(wanted))
    for name, data in sorted(wanted.items()):
        files.write_if_changed(folder / name, data)


def _standing(document: str, record: Record | None, lying: Mapping[str, str]) -> Standing:
    """What lies there counts: papers are out as long as they lie, whatever the ledger says."""
    if record is None:
        return Standing(document, PUBLISHED if lying else "absent", hashes=lying)
    common = (record.generation, record.version, lying)
    if record.state == WITHDRAWN:
        left = set(lying.values()) - set(record.hashes.values())
        return Standing(document, PUBLISHED if left else WITHDRAWN, *common)
    return Standing(document, PUBLISHED if lying else "absent", *common)
