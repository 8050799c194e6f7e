"""The archive (归档): one BagIt bag per document and version, kept whatever becomes of the page.

Layout below the archive folder::

    <unit>/<year>/<document>-v<version>/           the bag; written once, never changed
        data/originals/  data/public/  data/metadata.json  data/record.json  data/审查单.html
        data/电子文件封装包.xml   the same once more as an XML package, where the office wants one
    <unit>/<year>/<document>-v<version>.withdrawn.json   beside it, when that version was recalled
    <unit>/<year>/<document>-v<version>.receipts.json    what all channels answered; the pipeline writes it
    <unit>/<year>/<document>.state.json            generation and versions carried out

The bags of a suspected state secret leave the archive: they are moved into quarantine, and come back if two officers
release them; the notices stay.

A bag is built in ``.staging``, checked, renamed to its name and checked again by reading it back;
only then is it recorded. A crash leaves a staging folder at most, which the next call for that
document removes. All bytes come from the order, so a second attempt makes the same bag.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.archives import envelope
from disclosure_pipeline.builtin.archives.holdings import BAG, STATE, find, standing
from disclosure_pipeline.builtin.archives.labels import local_time
from disclosure_pipeline.builtin.archives.metadata import metadata
from disclosure_pipeline.builtin.archives.package import (
    PAYLOAD_MANIFEST,
    PackageWriter,
    check_bag,
    manifest,
    payload_name,
)
from disclosure_pipeline.builtin.archives.review_sheet import render
from disclosure_pipeline.builtin.archives.standing import (
    PUBLISHED,
    as_json,
    read_record,
)
from disclosure_pipeline.builtin.files import (
    LOCK,
    folder_lock,
    make_folder,
    put,
    safe_name,
    storage_faults,
    write_atomic,
)
from disclosure_pipeline.builtin.rendering import BEIJING
from disclosure_pipeline.durable import file_digest, move_folder, sync_folder
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.hooks.contracts import PluginContext
from disclosure_pipeline.model.document import Attribute, PartRole
from disclosure_pipeline.model.publication import Deposit, EffectKey, Order, Receipt, Standing

STAGING = ".staging"
REVIEW_SHEET = "审查单.html"
_FOLDER_MODE = 0o750
_FILE_MODE = 0o640
_PRIVATE = 0o700
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


class BagArchive:
    """Archive channel that keeps every version of every document as a BagIt bag.

    Args:
        context: gives the archive's folder as ``folders["archive"]``, and ``[archive] package``.
    """

    id = "archive"
    version = "1"
    attributes = (Attribute.PROACTIVE, Attribute.ON_REQUEST, Attribute.EXEMPT)

    def __init__(self, context: PluginContext) -> None:
        self._root = context.folders["archive"]
        self._with_xml = context.archive.get("package") == "bag+xml"

    def publish(self, order: Order) -> Receipt:
        """Deposit the version's bag, or find it from an earlier call.

        Raises:
            Fenced: the document was withdrawn by a newer generation.
            ChannelFault: a vault file is missing or changed, the bag is damaged or belongs to other
                content, the disk fails.
        """
        deposit = _deposit(order)
        with self._document(order.key, order.entry.unit) as (folder, staging):
            record_path = folder / f"{order.key.document}{STATE}"
            record = read_record(record_path, order.key.document)
            record.check(order.key)
            bag = folder / _bag_name(order.key)
            if not bag.exists():
                self._write_bag(order, deposit, staging, bag)
            _check_held(bag, _expected(order, deposit))
            _replace(record_path, as_json(asdict(record.deposited(order.key))), staging)
            return self._receipt(order.key, bag)

    def update(self, order: Order) -> Receipt:
        """Deposit a new version beside the earlier ones, which stay."""
        return self.publish(order)

    def withdraw(self, order: Order) -> Receipt:
        """Note the withdrawal beside the bag; an archive keeps what was (档案法 forbids removal).

        Suspected state secrets do not lie in it (保守国家秘密法 第三十一条): their bags are moved to where the order says.

        Raises:
            Fenced: a newer generation has been carried out.
            ChannelFault: the disk fails.
        """
        key = order.key
        with self._document(key, order.entry.unit) as (folder, staging):
            record_path = folder / f"{key.document}{STATE}"
            record = read_record(record_path, key.document)
            record.check(key)
            notice = folder / f"{_bag_name(key)}.withdrawn.json"
            repeated = notice.exists() and record.generation == key.generation
            if not repeated:
                _replace(notice, as_json(_notice(order)), staging)
                told = record.withdrawn(key, isolated=order.isolate is not None)
                _replace(record_path, as_json(asdict(told)), staging)
            if order.isolate is not None and not (repeated and record.state == PUBLISHED):
                self._isolate(key.document, folder, order.isolate)
            return self._receipt(key, folder / _bag_name(key))

    def verify(self, documents: Sequence[str]) -> Sequence[Standing]:
        """What the archive really holds, computed from the bytes.

        ``hashes`` are the public files as they lie in the newest bag. Damage anywhere in any bag of the
        document adds an entry ``bag``, so that comparing with the receipt shows a difference even
        when those files are whole.
        """
        with storage_faults("the archive"):
            places = find(self._root, documents)
            wanted = documents or sorted(places)
            return [standing(document, places.get(document)) for document in wanted]

    # ------------------------------------------------------------------ one document

    @contextmanager
    def _document(self, key: EffectKey, unit: str) -> Iterator[tuple[Path, Path]]:
        """The document's folder and a free staging place, under the lock that covers both."""
        if not _ID.fullmatch(key.document) or not _ID.fullmatch(unit):
            raise ChannelFault("The order names no archivable document.", code="order.malformed")
        folder = self._root / unit / key.document.split("-", maxsplit=1)[0]
        # Sixteen locks: documents rarely wait for one another, and no lock file per document is left.
        bucket = self._root / STAGING / hashlib.sha256(key.document.encode()).hexdigest()[0]
        with storage_faults("the archive"):
            make_folder(folder, _FOLDER_MODE)
            with folder_lock(bucket):
                _clear(bucket)
                yield folder, bucket / hashlib.sha256(str(key).encode()).hexdigest()[:16]

    def _isolate(self, document: str, folder: Path, target: Path) -> None:
        """Move every bag of a document out of the archive."""
        target.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        for bag in sorted(folder.glob(f"{document}-v*")):
            if bag.is_dir() and BAG.fullmatch(bag.name):
                moved = target / bag.relative_to(self._root)
                moved.parent.mkdir(parents=True, exist_ok=True)
                move_folder(bag, moved)

    def _write_bag(self, order: Order, deposit: Deposit, staging: Path, bag: Path) -> None:
        writer = PackageWriter(staging)
        files: list[dict[str, Any]] = []
        for number, (name, digest, source) in enumerate(deposit.originals, 1):
            path = f"originals/{payload_name(number, name)}"
            written = writer.copy(path, source, digest)
            files.append(_file(path, name, "original", written, _media_type(deposit, digest)))
        for artefact, source in order.artefacts:
            path = f"public/{_public_name(artefact.name)}"
            written = writer.copy(path, source, artefact.sha256)
            # The frozen text was proved to be what the public files say when they are read again.
            kind = "text" if artefact.role == "text" else "public"
            files.append(_file(path, artefact.name, kind, written, artefact.media_type))
        described = metadata(order, files, bag.relative_to(self._root).as_posix())
        writer.add("metadata.json", as_json(described))
        writer.add("record.json", as_json(deposit.record))
        writer.add(REVIEW_SHEET, render(order).encode("utf-8"))
        if self._with_xml:
            _write_xml(writer, staging, order, deposit, described)
        writer.close(_bag_info(order, deposit))
        _refuse_damage(staging)
        staging.rename(bag)
        sync_folder(bag.parent)

    def _receipt(self, key: EffectKey, bag: Path) -> Receipt:
        if not bag.exists():
            return Receipt(self.id, str(key), detail={"kept": False})
        detail = {
            "kept": True,
            "bag": bag.relative_to(self._root).as_posix(),
            "manifest": file_digest(bag / PAYLOAD_MANIFEST),
        }
        return Receipt(self.id, str(key), hashes=_public_hashes(manifest(bag)), detail=detail)


def _clear(bucket: Path) -> None:
    """Remove what a killed call left in a staging place whose lock we hold."""
    for dead in bucket.iterdir():
        if dead.is_dir():
            shutil.rmtree(dead)
        elif dead.name != LOCK:
            dead.unlink()


def _replace(target: Path, data: bytes, staging: Path) -> None:
    """Store a small file at once and durably; what a crash leaves lies in the staging place."""
    write_atomic(staging, data, _FILE_MODE)
    put(staging, target)


def _deposit(order: Order) -> Deposit:
    if order.deposit is None:
        raise ChannelFault("The order to the archive brings no deposit.", code="order.malformed")
    return order.deposit


def _bag_name(key: EffectKey) -> str:
    return f"{key.document}-v{key.version}"


def _public_name(name: str) -> str:
    """The name of a public file, refused when it could not stand in a folder or a manifest as it is."""
    if safe_name(name) != name or "%" in name or name != name.strip():
        raise ChannelFault("A public file has a name that cannot be archived.", code="artefact.name")
    return name


def _file(path: str, name: str, kind: str, written: tuple[str, int], media_type: str) -> dict[str, Any]:
    digest, size = written
    return {
        "path": f"data/{path}", "name": name, "kind": kind, "sha256": digest, "size": size,
        "media_type": media_type,
    }  # fmt: skip


def _media_type(deposit: Deposit, digest: str) -> str:
    """The type of an original, as it was found when the file was read; empty when the record tells none."""
    return str(_part(deposit, digest).get("media_type") or "")


def _part(deposit: Deposit, digest: str) -> Mapping[str, Any]:
    """What the record tells of an original."""
    parts: Iterable[Mapping[str, Any]] = deposit.record.get("parts") or ()
    return next((part for part in parts if part.get("sha256") == digest), {})


def _write_xml(
    writer: PackageWriter, folder: Path, order: Order, deposit: Deposit, described: Mapping[str, Any]
) -> None:
    """Write the XML package of what lies in a bag already, and read it back: it must hold exactly these files."""
    known = {file["path"]: file for file in described["files"]}
    payload = writer.payload
    files = [_packed(folder / path, path, known.get(path, {}), deposit) for path in payload]
    made = datetime.fromisoformat(order.at).astimezone(BEIJING).isoformat(timespec="seconds")
    facts = described["DA/T 46-2009"]
    writer.stream(envelope.NAME, envelope.envelope(facts, files, made, order.entry.unit_name))
    if envelope.contents(folder / "data" / envelope.NAME) != payload:
        raise ChannelFault("An XML package does not hold the files of its bag.", code="archive.damaged")


def _packed(source: Path, path: str, file: Mapping[str, Any], deposit: Deposit) -> envelope.Packed:
    """A file of a bag as the XML package gets it; whether it is the 正文 is known of originals only."""
    role = _part(deposit, file["sha256"]).get("role") if file.get("kind") == "original" else None
    return envelope.Packed(
        path,
        source,
        str(file.get("name") or source.name),
        str(file.get("media_type") or ""),
        None if role is None else role == PartRole.MAIN.value,
    )


def _expected(order: Order, deposit: Deposit) -> dict[str, str]:
    """Digest by payload path of every file that the order brings."""
    originals = {
        f"data/originals/{payload_name(number, name)}": digest
        for number, (name, digest, _) in enumerate(deposit.originals, 1)
    }
    public = {f"data/public/{_public_name(item.name)}": item.sha256 for item, _ in order.artefacts}
    return originals | public


def _check_held(bag: Path, expected: dict[str, str]) -> None:
    """Read the bag back: it must be whole, and hold exactly the files of this order."""
    _refuse_damage(bag)
    held = {
        path: digest
        for path, digest in manifest(bag).items()
        if path.startswith(("data/originals/", "data/public/"))
    }
    if held != expected:
        raise ChannelFault(
            "The archive already holds other content under this document and version.",
            code="archive.conflict",
            advice="Compare the bag named after the document with `disclosure show`; a bag is never overwritten.",
        )


def _refuse_damage(bag: Path) -> None:
    if problems := check_bag(bag):
        raise ChannelFault(
            f"An archive bag is damaged: {len(problems)} problems.",
            code="archive.damaged",
            advice="Move the damaged bag away or restore it from a backup, then `disclosure channel retry`.",
        )


def _public_hashes(digests: dict[str, str]) -> dict[str, str]:
    prefix = "data/public/"
    return {path.removeprefix(prefix): digest for path, digest in digests.items() if path.startswith(prefix)}


def _notice(order: Order) -> dict[str, Any]:
    return {
        "document": order.key.document,
        "version": order.key.version,
        "index_number": order.entry.index_number,
        "withdrawn": order.at,
        "reason": order.reason,
        "key": str(order.key),
    }


def _bag_info(order: Order, deposit: Deposit) -> dict[str, str]:
    return {
        "Source-Organization": order.entry.unit_name,
        "External-Identifier": order.entry.index_number or order.key.document,
        "Internal-Sender-Identifier": str(order.key),
        "Fonds-Identifier": deposit.fonds,
        "Bagging-Date": local_time(order.at)[:10],
    }
