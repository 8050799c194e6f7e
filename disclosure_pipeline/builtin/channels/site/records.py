"""The truth of the site: one small record file per document.

A record says what the channel holds for a document, and, while an order is carried out, what is
coming and which listings may already show it. It is written before the first visible change and
after the last one, so that whoever comes after a crash knows what to repair. A record lies on the
public site: it holds only what the page shows, and after a withdrawal nothing of the text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.channels.site.layout import Partition, document_address, partitions_of
from disclosure_pipeline.builtin.files import write_if_changed
from disclosure_pipeline.builtin.rendering import beijing_time, printable, utc_stamp
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.model.publication import Order, Relation

PUBLISHED = "published"
WITHDRAWN = "withdrawn"
REPLACED_BY = Relation.REPLACED_BY.value
WITHDRAWN_TITLE = "已撤回"
"""What stands in listings where the title stood: a title is text."""

_KEPT_AFTER_WITHDRAWAL = ("index_number", "department", "attribute", "unit_name", "published")
_IN_CATALOGUE = (
    "issuing_body", "document_number", "genre", "theme", "item", "keywords", "formed", "validity", "summary",
)  # fmt: skip
VALIDITY = {"valid": "有效", "corrected": "已修改", "repealed": "废止"}
"""有效性 in the catalogue's own words, whatever the language of the shell."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the channel holds, or is about to hold, for one document.

    Args:
        key: idempotency key of the order, as text.
        generation: the order's generation.
        version: the order's version.
        state: ``published`` or ``withdrawn``.
        at: UTC time of the order.
        entry: catalogue entry as JSON values; after a withdrawal only number, department, dates, and the link to
            what stands in its place.
        files: the artefacts as JSON values, in order.
        page: sha256 of the written page; empty until written, or when there is none.
        listed: whether the catalogue lists it (not when it was withdrawn before it ever came out).
        reason: public reason of a withdrawal.
    """

    key: str
    generation: int
    version: int
    state: str
    at: str
    entry: Mapping[str, Any]
    files: tuple[Mapping[str, Any], ...] = ()
    page: str = ""
    listed: bool = True
    reason: str = ""

    @classmethod
    def published(cls, order: Order) -> Held:
        """What a publish or update order asks for."""
        return cls(
            key=str(order.key),
            generation=order.key.generation,
            version=order.key.version,
            state=PUBLISHED,
            at=utc_stamp(order.at),
            entry=_entry(order),
            files=tuple(_clean(asdict(artefact)) for artefact, _ in order.artefacts),
        )

    @classmethod
    def withdrawn(cls, order: Order, before: Held | None, *, out: bool) -> Held:
        """What a withdrawal leaves.

        Args:
            order: the withdrawal.
            before: what was held (its number and dates stay), if anything is known.
            out: whether the document was, or may have been, on the site.
        """
        entry = _entry(order) if before is None else before.entry
        return cls(
            key=str(order.key),
            generation=order.key.generation,
            version=order.key.version,
            state=WITHDRAWN,
            at=utc_stamp(order.at),
            entry={
                **{name: entry[name] for name in _KEPT_AFTER_WITHDRAWAL},
                "links": [link for link in _entry(order)["links"] if link["relation"] == REPLACED_BY],
            },
            listed=out,
            reason=printable(order.reason),
        )

    @property
    def hashes(self) -> dict[str, str]:
        """sha256 of each artefact, by name."""
        return {file["name"]: file["sha256"] for file in self.files}

    def row(self, document: str) -> dict[str, Any] | None:
        """The catalogue row (an element of ``catalogue.json``), ``None`` when not listed."""
        if not self.listed:
            return None
        withdrawn = self.state == WITHDRAWN
        row: dict[str, Any] = {
            "id": document,
            "title": WITHDRAWN_TITLE if withdrawn else self.entry["title"],
            "index_number": self.entry["index_number"],
            "department": self.entry["department"],
            "attribute": self.entry["attribute"],
            "published": self.entry["published"],
            "address": document_address(document),
            "updated": self.at,
        }
        if withdrawn:
            return {**row, "withdrawn": beijing_time(self.at)[:10]}
        described = {name: self.entry[name] for name in _IN_CATALOGUE if self.entry.get(name)}
        validity = self.entry["validity"]
        return {**row, **described, "validity": VALIDITY.get(validity, validity)}


@dataclass(frozen=True, slots=True)
class Record:
    """A document's record file.

    Args:
        document: case number.
        held: what was last carried out completely; ``None`` when nothing was, or when it is being
            withdrawn (its text must not stay in a file).
        coming: what an unfinished order asks for.
        touched: the partitions that may show something of unfinished orders.
    """

    document: str
    held: Held | None = None
    coming: Held | None = None
    touched: frozenset[Partition] = field(default_factory=frozenset)

    @property
    def latest(self) -> Held | None:
        """What a further order must not fall behind."""
        return self.coming or self.held

    @property
    def shown(self) -> Held | None:
        """What listings should show: an unfinished withdrawal counts, an unfinished publish does not."""
        if self.coming is not None and self.coming.state == WITHDRAWN:
            return self.coming
        return self.held

    def begin(self, coming: Held) -> Record:
        """The record to write before the first visible change."""
        held = None if coming.state == WITHDRAWN else self.held
        touched = self.touched | self._partitions(self.held) | self._partitions(self.coming)
        return replace(self, held=held, coming=coming, touched=touched | self._partitions(coming))

    def settle(self, page: str) -> Record:
        """The record to write after the last change; ``page`` is the page's sha256."""
        assert self.coming is not None  # noqa: S101 -- only a record that was begun is settled
        return Record(self.document, held=replace(self.coming, page=page))

    def save(self, path: Path) -> None:
        """Write the record (write-if-changed, durable)."""
        write_if_changed(path, self.as_bytes())

    def as_bytes(self) -> bytes:
        """What the record file holds."""
        values = {
            "document": self.document,
            "held": None if self.held is None else asdict(self.held),
            "coming": None if self.coming is None else asdict(self.coming),
            "touched": sorted([item.family, item.name] for item in self.touched),
        }
        text = json.dumps(values, ensure_ascii=False, sort_keys=True, indent=1)
        return f"{text}\n".encode()

    @classmethod
    def load(cls, path: Path, document: str) -> Record | None:
        """Read a record; ``None`` when there is no file.

        Raises:
            ChannelFault: ``record.broken``, the file is not a record of this document.
        """
        record: Record | None = None
        try:
            values = json.loads(path.read_bytes())
            record = cls(
                values["document"],
                held=_held(values["held"]),
                coming=_held(values["coming"]),
                touched=frozenset(Partition(family, name) for family, name in values["touched"]),
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            pass
        if record is None or record.document != document:
            raise ChannelFault(
                f"The site's record of {document} cannot be read.",
                code="record.broken",
                advice="Restore its record.json from a backup of the site, then `disclosure channel retry`.",
            )
        return record

    def _partitions(self, held: Held | None) -> frozenset[Partition]:
        row = None if held is None else replace(held, listed=True).row(self.document)
        return frozenset() if row is None else partitions_of(row)


def _entry(order: Order) -> dict[str, Any]:
    """The order's entry as JSON values; the time of publication is the order's when none is given."""
    values: dict[str, Any] = _clean(asdict(order.entry))
    del values["document"], values["version"]
    return values | {"published": values["published"] or beijing_time(order.at)}


def _clean(value: Any) -> Any:
    """A JSON value whose texts can be printed anywhere."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list | tuple) else value


def _held(values: Mapping[str, Any] | None) -> Held | None:
    return None if values is None else Held(**{**values, "files": tuple(values["files"])})
