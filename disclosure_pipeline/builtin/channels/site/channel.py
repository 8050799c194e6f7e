"""The site channel: publishes, replaces and takes back documents of the static site.

Each order is carried out under the site's one lock, in this order of writing:

1. the record, with what is coming (from here on a crash is known and will be repaired);
2. the document's files and page, older ones removed;
3. the listings;
4. the record, with what is now held.

Records, files and pages are forced to disk, listings only for a withdrawal: see :mod:`.writing` for what makes up for
it. A second call with the same key walks the same way, finds what is already right and answers the
same receipt. A withdrawal writes no title even into the record of step 1.

Threat model: files of the folder are public, so no file of it may hold more than its page shows;
names of artefacts are refused when they could lead out of the folder; bytes are compared with the
signed hash while they are copied; the attribute is checked again here, last. Accepted: whoever can
write into the site's folder can change it; ``verify`` tells.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin import files
from disclosure_pipeline.builtin.channels.site import layout
from disclosure_pipeline.builtin.channels.site.columns import Columns
from disclosure_pipeline.builtin.channels.site.faults import ListingBroken
from disclosure_pipeline.builtin.channels.site.layout import Partition
from disclosure_pipeline.builtin.channels.site.pages import Pages, held_text
from disclosure_pipeline.builtin.channels.site.records import PUBLISHED, WITHDRAWN, Held, Record
from disclosure_pipeline.builtin.channels.site.remaking import Maker
from disclosure_pipeline.durable import file_digest, sync_folder
from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.hooks.contracts import PluginContext
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import Order, Receipt, Standing


class SiteChannel:
    """The static 政府信息公开 site (条例 第二十三条).

    Args:
        context: uses ``folders["site"]`` and the site settings; of these, ``pages`` names the folder of the office's
            own pages (empty for none), ``templates`` and the others are told by :class:`~.pages.Pages`.
    """

    id = "site"
    version = "1"
    attributes: tuple[Attribute, ...] = (Attribute.PROACTIVE,)

    def __init__(self, context: PluginContext) -> None:
        self._root = context.folders["site"]
        self._pages = Pages(context.site)
        source = str(context.site.get("pages") or "")
        columns = Columns(self._root, self._pages, Path(source) if source else None)
        self._maker = Maker(self._root, self._pages, columns)

    def publish(self, order: Order) -> Receipt:
        """Put a document on the site, or replace its older version.

        Raises:
            Fenced: a newer generation or version is there, or the document was taken back.
            ChannelFault: it cannot be carried out; nothing but signed bytes is out.
        """
        _check(order)
        coming = Held.published(order)
        with self._work():
            record = self._load(order.key.document) or Record(order.key.document)
            latest = record.latest
            if latest is not None and latest.key == coming.key:
                coming = _same(latest, coming)
            elif latest is not None:
                _fence(latest, coming)
            self._carry_out(record, coming, order)
        return self._receipt(order.key.document, coming)

    def update(self, order: Order) -> Receipt:
        """Replace an older version; see :meth:`publish`."""
        return self.publish(order)

    def withdraw(self, order: Order) -> Receipt:
        """Take a document back: its address keeps a notice, no file of the site keeps its text.

        A document that never came out leaves only a record, so that a late publish is fenced off.

        Raises:
            Fenced: a newer generation is there.
        """
        document = order.key.document
        with self._work():
            record = self._load_for_withdrawal(document)
            latest = record.latest
            if latest is not None and order.key.generation < latest.generation:
                raise Fenced
            page = self._root / layout.document_address(document)
            out = page.exists() if latest is None else latest.listed
            coming = Held.withdrawn(order, latest, out=out)
            if latest is not None and latest.key == coming.key:
                coming = replace(latest, page="")
            self._carry_out(record, coming, order)
        return self._receipt(document, coming)

    def verify(self, documents: Sequence[str]) -> Sequence[Standing]:
        """What is really on disk, with hashes computed from it.

        The frozen page counts as held only while the page around it is the one that was written. A
        withdrawn document counts as ``published`` while anything but its notice is there.

        Args:
            documents: case numbers; none means every document found.
        """
        found = (path.name for path in self._root.glob(f"{layout.DOCUMENTS}/*/*"))
        names = documents or sorted(filter(layout.is_document, found))
        standings = []
        for name in names:
            with self._work():  # one by one, so that publishing goes on meanwhile
                standings.append(self._standing(name))
        return standings

    def mend(self, whole: bool) -> bool:
        """Make pages and listings anew that a power cut, new templates or new pages of the office left behind, or all.

        Raises:
            ChannelFault: ``page.incomplete``, a page of the office lacks something; all others are out.
        """
        return self._maker.mend(self._work, whole=whole)

    def rebuild(self) -> None:
        """Make every page and listing anew from the records; see :meth:`mend`."""
        self.mend(whole=True)

    # ---------------------------------------------------------------- the effect

    def _carry_out(self, record: Record, coming: Held, order: Order) -> None:
        """Make the site hold what is coming; repairs whatever an earlier attempt left."""
        document = record.document
        folder = self._folder(document)
        repeated = record.held is not None and record.held.key == coming.key
        unknown = record.held is None and coming.state == WITHDRAWN
        thorough = record.coming is not None or repeated or unknown
        before = None if record.held is None else record.held.row(document)
        begun = record.begin(coming)
        files.make_folder(folder)
        begun.save(folder / layout.RECORD)
        if coming.state == PUBLISHED:
            page = self._put_document(document, coming, order)
        else:
            page = self._put_notice(document, coming)
        touched = begun.touched if thorough else None
        lost = record.latest is None and coming.state == WITHDRAWN and coming.listed
        self._list(document, before, coming, touched, lost=lost)
        begun.settle(page).save(folder / layout.RECORD)

    def _list(
        self,
        document: str,
        before: Mapping[str, Any] | None,
        coming: Held,
        touched: Collection[Partition] | None,
        *,
        lost: bool,
    ) -> None:
        """Bring a document into the listings as it shall be.

        Args:
            document: case number.
            before: its row as they show it.
            coming: what they shall show.
            touched: where else they may show something of it, when an earlier order did not end.
            lost: whether nobody knows where they show it, because its record cannot be read.
        """
        row, forced = coming.row(document), coming.state == WITHDRAWN
        if not lost and self._maker.is_current:
            with suppress(ListingBroken):
                if touched is None:
                    self._maker.listings.apply(document, before, row, forced=forced)
                else:
                    self._maker.listings.repair(document, row, touched)
                return
        others = [item for item in self._maker.rows() if item["id"] != document]
        self._maker.make_listings([*others, *([] if row is None else [row])], forced=forced)

    def _put_document(self, document: str, coming: Held, order: Order) -> str:
        """Write downloads and page of a version and remove what is not part of it."""
        folder = self._folder(document)
        downloads = folder / layout.FILES
        files.make_folder(downloads)
        self._copy(downloads, coming, order)
        page = self._pages.document(document, coming, held_text(downloads, coming) or "")
        files.write_if_changed(folder / layout.PAGE, page)
        files.remove_others(downloads, set(coming.hashes))
        files.remove_others(folder, {layout.PAGE, layout.RECORD})
        return hashlib.sha256(page).hexdigest()

    def _copy(self, downloads: Path, coming: Held, order: Order) -> None:
        """Copy every artefact that is not there yet; none is put in place before all are proved."""
        wanted = coming.hashes
        missing = [
            (artefact.name, source)
            for artefact, source in order.artefacts
            if _sha256(downloads / artefact.name) != wanted[artefact.name]
        ]
        staged: list[tuple[Path, str]] = []
        try:
            for name, source in missing:
                staged.append((files.stage(source, downloads, wanted[name]), name))
            for temporary, name in staged:
                files.put(temporary, downloads / name)
        finally:
            for temporary, _ in staged:
                temporary.unlink(missing_ok=True)

    def _put_notice(self, document: str, coming: Held) -> str:
        """Replace the page by a notice (when it was out) and remove everything else."""
        folder = self._folder(document)
        page = b""
        if coming.listed:
            page = self._pages.notice(document, coming)
            files.write_if_changed(folder / layout.PAGE, page)
        files.remove_others(folder, {layout.RECORD, *([layout.PAGE] if page else [])})
        for inner in [path for path in folder.iterdir() if path.is_dir()]:
            shutil.rmtree(inner)
            sync_folder(folder)
        return hashlib.sha256(page).hexdigest() if page else ""

    # ------------------------------------------------------------------ answers

    def _receipt(self, document: str, held: Held) -> Receipt:
        return Receipt(
            channel=self.id,
            key=held.key,
            address=layout.document_address(document) if held.listed else "",
            hashes=held.hashes,
            detail={"state": held.state, "at": held.at, "version": held.version},
        )

    def _standing(self, document: str) -> Standing:
        folder = self._folder(document)
        hashes = {path.name: file_digest(path) for path in _files_in(folder / layout.FILES)}
        page = _sha256(folder / layout.PAGE)
        try:
            record = self._load(document)
        except ChannelFault:
            record = None
        held = None if record is None else record.held
        if held is None:
            generation = -1 if record is None or record.latest is None else record.latest.generation
            return Standing(document, PUBLISHED if page or hashes else "absent", generation, 0, hashes)
        if held.state == WITHDRAWN:
            state = WITHDRAWN if page == held.page and not hashes else PUBLISHED
        else:
            state = PUBLISHED if page else "absent"
            hashes = hashes if page == held.page else _without_page(hashes, held)
        return Standing(document, state, held.generation, held.version, hashes)

    # ------------------------------------------------------------------ helpers

    @contextmanager
    def _work(self) -> Iterator[None]:
        with files.storage_faults("the site"), files.folder_lock(self._root):
            yield

    def _folder(self, document: str) -> Path:
        return self._root / layout.document_folder(document)

    def _load(self, document: str) -> Record | None:
        return Record.load(self._folder(document) / layout.RECORD, document)

    def _load_for_withdrawal(self, document: str) -> Record:
        """The record; a broken one must not keep a text on the site, so it counts as none."""
        try:
            return self._load(document) or Record(document)
        except ChannelFault:
            return Record(document)


def _check(order: Order) -> None:
    """Refuse an order that may not go out, whatever the core thinks of it.

    Raises:
        ChannelFault: not 主动公开, or artefact names that clash or are no file names.
    """
    if order.entry.attribute != Attribute.PROACTIVE.value:
        raise ChannelFault(
            "Only documents with attribute 'proactive' go to the site.", code="attribute.refused"
        )
    names = [artefact.name for artefact, _ in order.artefacts]
    for name in names:
        layout.check_name(name)
    if len(set(names)) != len(names):
        raise ChannelFault("Two artefacts have the same name.", code="artefact.name")


def _same(latest: Held, coming: Held) -> Held:
    """What an order that was given before stands for: the first call decides.

    Raises:
        ChannelFault: ``order.changed``, the same key now asks for other bytes.
    """
    if latest.hashes != coming.hashes:
        raise ChannelFault(
            "The same idempotency key came with other files.",
            code="order.changed",
            advice="Run `disclosure audit verify`; the version's frozen files must not change.",
        )
    return latest


def _fence(latest: Held, coming: Held) -> None:
    """Raise :class:`Fenced` for an order that is late."""
    late = coming.generation < latest.generation
    taken_back = latest.state == WITHDRAWN and coming.generation == latest.generation
    older = latest.state == PUBLISHED and coming.version < latest.version
    if late or taken_back or older:
        raise Fenced


def _without_page(hashes: Mapping[str, str], held: Held) -> dict[str, str]:
    frozen = {file["name"] for file in held.files if file["role"] == "page"}
    return {name: sha256 for name, sha256 in hashes.items() if name not in frozen}


def _files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def _sha256(path: Path) -> str:
    """sha256 of a file, empty when there is none."""
    return file_digest(path) if path.is_file() else ""
