"""The private register (不予公开 / 依申请公开 登记): what was decided not to be published, and why.

Three files in one private folder (0700, files 0600): ``records.json`` is the truth and remembers
removals, so that a late order is fenced off; ``register.json`` and ``register.csv`` are made from
it on every order. The register never touches the site.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from disclosure_pipeline.builtin import files
from disclosure_pipeline.builtin.rendering import beijing_time, printable
from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.hooks.contracts import PluginContext
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import Order, Receipt, Standing

RECORDS = "records.json"
TABLE = "register.csv"
ENTRIES = "register.json"

COLUMNS = {
    "id": "收件号",
    "index_number": "索引号",
    "title": "标题",
    "department": "部门",
    "attribute": "公开属性",
    "ground": "理由代码",
    "article": "法律依据",
    "reason": "理由说明",
    "formed": "成文日期",
    "registered": "登记日期",
}
"""Keys of ``register.json`` and the headings of ``register.csv``."""

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")
_PRIVATE = 0o600
_LISTED = "listed"
_REMOVED = "removed"

Records = dict[str, dict[str, Any]]


class RegisterChannel:
    """The private register as a channel.

    Args:
        context: uses ``folders["register"]``.
    """

    id = "register"
    version = "1"
    attributes: tuple[Attribute, ...] = (Attribute.ON_REQUEST, Attribute.EXEMPT)

    def __init__(self, context: PluginContext) -> None:
        self._root = context.folders["register"]

    def publish(self, order: Order) -> Receipt:
        """Enter a document, or replace its older entry.

        Raises:
            Fenced: a newer generation or version is there, or the entry was removed.
            ChannelFault: a public document, or an exemption without ground.
        """
        row = _row(order)
        with self._work():
            records = self._load()
            held = records.get(order.key.document)
            if held is None or held["key"] != str(order.key):
                _fence(held, order)
                records[order.key.document] = _record(order, _LISTED, row)
            self._write(records)
        return self._receipt(records[order.key.document])

    def update(self, order: Order) -> Receipt:
        """Replace an older entry; see :meth:`publish`."""
        return self.publish(order)

    def withdraw(self, order: Order) -> Receipt:
        """Remove an entry (the document's attribute was converted).

        Raises:
            Fenced: a newer generation is there.
        """
        with self._work():
            records = self._load()
            held = records.get(order.key.document)
            if held is None or held["key"] != str(order.key):
                if held is not None and order.key.generation < held["generation"]:
                    raise Fenced
                records[order.key.document] = _record(order, _REMOVED, None)
            self._write(records)
        return self._receipt(records[order.key.document])

    def verify(self, documents: Sequence[str]) -> Sequence[Standing]:
        """What the table that people read really holds, compared with the records.

        An entry counts as ``published`` while it stands in ``register.csv``, whatever the records say.
        """
        with self._work():
            records = self._load()
            listed = self._listed()
        return [
            _standing(name, records.get(name), listed) for name in documents or sorted({*records, *listed})
        ]

    @contextmanager
    def _work(self) -> Iterator[None]:
        with files.storage_faults("the private register"):
            files.make_folder(self._root, 0o700)
            self._root.chmod(0o700)
            with files.folder_lock(self._root):
                files.sweep(self._root)
                yield

    def _load(self) -> Records:
        try:
            records: Records = json.loads((self._root / RECORDS).read_bytes())["records"]
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError):
            raise ChannelFault(
                "The private register's records cannot be read.",
                code="record.broken",
                advice="Restore var/register/records.json from a backup, then `disclosure channel retry`.",
            ) from None
        return records

    def _write(self, records: Records) -> None:
        """Write the truth first, then the two files made from it."""
        rows = [item["row"] for _, item in sorted(records.items()) if item["state"] == _LISTED]
        for name, data in (
            (RECORDS, _json({"records": records})),
            (ENTRIES, _json(rows)),
            (TABLE, _csv(rows)),
        ):
            files.write_if_changed(self._root / name, data, _PRIVATE)

    def _listed(self) -> set[str]:
        path = self._root / TABLE
        if not path.exists():
            return set()
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            return {row[0] for row in list(csv.reader(stream))[1:] if row}

    def _receipt(self, record: Mapping[str, Any]) -> Receipt:
        return Receipt(self.id, record["key"], detail={"state": record["state"], "at": record["at"]})


def _row(order: Order) -> dict[str, str]:
    """The entry of an order.

    Raises:
        ChannelFault: ``attribute.refused`` for a public document, ``register.no_ground`` for an
            exemption that names none (条例 第十四条 to 第十六条 want one).
    """
    entry = order.entry
    attribute = Attribute.parse(entry.attribute)
    if attribute not in RegisterChannel.attributes:
        raise ChannelFault(
            "Public documents are not entered in the private register.", code="attribute.refused"
        )
    record = order.deposit.record if order.deposit is not None else {}
    ground = str(record.get("ground") or "")
    if attribute is Attribute.EXEMPT and not ground:
        raise ChannelFault("The order names no ground for the exemption.", code="register.no_ground")
    values = {
        "id": order.key.document,
        "index_number": entry.index_number,
        "title": entry.title,
        "department": entry.department,
        "attribute": attribute.value,
        "ground": ground,
        "article": str(record.get("ground_article") or ""),
        "reason": str(record.get("ground_reason") or ""),
        "formed": entry.formed,
        "registered": beijing_time(order.at)[:10],
    }
    return {key: printable(value) for key, value in values.items()}


def _record(order: Order, state: str, row: Mapping[str, str] | None) -> dict[str, Any]:
    return {
        "key": str(order.key),
        "generation": order.key.generation,
        "version": order.key.version,
        "state": state,
        "at": order.at,
        "row": row,
    }


def _fence(held: Mapping[str, Any] | None, order: Order) -> None:
    """Raise :class:`Fenced` for an order that is late."""
    if held is None:
        return
    late = order.key.generation < held["generation"]
    removed = held["state"] == _REMOVED and order.key.generation == held["generation"]
    older = held["state"] == _LISTED and order.key.version < held["version"]
    if late or removed or older:
        raise Fenced


def _standing(document: str, record: Mapping[str, Any] | None, listed: set[str]) -> Standing:
    if record is None:
        return Standing(document, "published" if document in listed else "absent")
    absent = "withdrawn" if record["state"] == _REMOVED else "absent"
    state = "published" if document in listed else absent
    return Standing(document, state, record["generation"], record["version"])


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    """A table that Excel and WPS open as it is: UTF-8 with a mark, no cell that is a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS.values())
    for row in rows:
        shown = {**row, "attribute": Attribute(row["attribute"]).chinese}
        writer.writerow(_plain_cell(shown[key]) for key in COLUMNS)
    return buffer.getvalue().encode("utf-8-sig")


def _plain_cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
