"""What a channel has carried out: one small record per document, and the order of things that all of them keep to.

The shipped channels that run as plugins keep their truth here, in ``ledger/<year>/<case>.json`` of their own folder.
A record says under which key, generation and version something was done, and holds hashes and codes only: it may
stay for good, so neither a title nor any other text of a document belongs into it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin import files
from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.model.publication import Action, EffectKey, Order

PUBLISHED = "published"
WITHDRAWN = "withdrawn"

_LEDGER = "ledger"
_PRIVATE = 0o600
_CASE = re.compile(r"(\d{4})-\d{6,12}")


@dataclass(frozen=True, slots=True)
class Record:
    """What a channel has carried out, or is carrying out, for one document.

    Args:
        document: case number.
        key: idempotency key of the order, as text.
        generation: the order's generation.
        version: the order's version.
        state: ``published`` or ``withdrawn``.
        at: UTC time of the order, ISO 8601.
        index_number: 索引号, which a notice of withdrawal names.
        hashes: sha256 of what was handed over, by name; after a withdrawal of what is left.
        detail: what the channel has to remember beside, JSON values without document text.
    """

    document: str
    key: str
    generation: int
    version: int
    state: str
    at: str
    index_number: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        order: Order,
        held: Record | None,
        *,
        hashes: Mapping[str, str] | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> Record:
        """The record of an order that is being carried out.

        Args:
            order: the order.
            held: what was carried out before; its index number stays when the order tells none.
            hashes: sha256 of what is handed over, by name.
            detail: see the class.
        """
        state = WITHDRAWN if order.key.action is Action.WITHDRAW else PUBLISHED
        number = order.entry.index_number or (held.index_number if held is not None else "")
        return cls(
            order.key.document, str(order.key), order.key.generation, order.key.version, state, order.at,
            number, dict(hashes or {}), dict(detail or {}),
        )  # fmt: skip


def admit(held: Record | None, key: EffectKey) -> None:
    """Let an order in that is new, or the one that was carried out last.

    Args:
        held: what was carried out for the document.
        key: key of what is asked now.

    Raises:
        Fenced: a newer generation, a newer version or a withdrawal was carried out before.
    """
    if held is None or held.key == str(key):
        return
    if key.generation < held.generation:
        raise Fenced
    if key.action is Action.WITHDRAW or key.generation > held.generation:
        return
    if held.state == WITHDRAWN or key.version < held.version:
        raise Fenced


def is_case(name: str) -> bool:
    """Whether this is a case number."""
    return _CASE.fullmatch(name) is not None


class Ledger:
    """The records of one channel.

    Args:
        folder: the channel's own folder.
        what: what the channel is called in messages (``the webhook``).
    """

    def __init__(self, folder: Path, what: str):
        self._folder = folder
        self._what = what

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One order at a time, also among processes; what the disk refuses is tried again later.

        Raises:
            ChannelFault: ``channel.busy``, ``channel.storage``.
        """
        with files.storage_faults(self._what), files.folder_lock(self._folder):
            yield

    def get(self, document: str) -> Record | None:
        """What was carried out for a document; ``None`` when nothing was.

        Raises:
            ChannelFault: ``order.malformed``, no case number; ``record.broken``, the record cannot be read.
        """
        try:
            return Record(**json.loads(self._path(document).read_bytes()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            raise ChannelFault(
                f"The record of {document} in {self._what} cannot be read.",
                code="record.broken",
                advice="Restore the plugin's ledger from a backup, then `disclosure channel retry`.",
            ) from None

    def put(self, record: Record) -> None:
        """Keep what is carried out, durably and at once."""
        path = self._path(record.document)
        files.make_folder(path.parent, 0o700)
        files.sweep(path.parent)
        text = json.dumps(asdict(record), ensure_ascii=False, sort_keys=True, indent=1)
        files.write_if_changed(path, f"{text}\n".encode(), _PRIVATE)

    def documents(self) -> Iterator[str]:
        """Every document that anything was carried out for, in order."""
        for path in sorted((self._folder / _LEDGER).glob("*/*.json")):
            if is_case(path.stem):
                yield path.stem

    def _path(self, document: str) -> Path:
        match = _CASE.fullmatch(document)
        if match is None:
            raise ChannelFault("The order names no case number.", code="order.malformed")
        return self._folder / _LEDGER / match[1] / f"{document}.json"
