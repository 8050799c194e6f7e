"""The site made anew from its records: all of it, or what a crash, a power cut or a change has left behind.

A rebuild gives byte-identical files; those that are right already are not touched. Listings are made first, so that
publications go on at their usual cost while the pages of all documents follow in batches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.channels.site import layout, state
from disclosure_pipeline.builtin.channels.site.columns import Columns
from disclosure_pipeline.builtin.channels.site.listings import Listings
from disclosure_pipeline.builtin.channels.site.office_pages import OfficePages
from disclosure_pipeline.builtin.channels.site.pages import Pages, held_text
from disclosure_pipeline.builtin.channels.site.records import WITHDRAWN, Record
from disclosure_pipeline.builtin.channels.site.writing import Batch, Writer
from disclosure_pipeline.builtin.files import sweep

BATCH = 500
"""Documents whose pages are made under one lock: publications wait no longer than for them."""

Work = Callable[[], AbstractContextManager[None]]
"""Takes the site's one lock."""


class Maker:
    """Makes pages and listings from the records.

    Args:
        root: the site's folder.
        pages: the renderer.
        columns: writes the office's own pages.
    """

    def __init__(self, root: Path, pages: Pages, columns: Columns) -> None:
        self._root, self._pages, self._columns = root, pages, columns
        self.listings = Listings(root, pages)

    @property
    def is_current(self) -> bool:
        """Whether the listings are what the records, this boot and these templates make of them."""
        return state.is_current(self._root, self._pages.digest)

    def mend(self, work: Work, *, whole: bool) -> bool:
        """Make what is behind, or everything.

        Args:
            work: takes the site's lock, which must not be held.
            whole: everything.

        Returns:
            Whether anything was behind.

        Raises:
            ChannelFault: ``page.incomplete``, a page of the office lacks something; all others are out.
        """
        if not (whole or self._is_behind or self._has_old_documents):
            return False
        found: OfficePages | None = None
        with work():
            if whole or self._is_behind:
                found = self.make_listings(self.rows())
        if whole or self._has_old_documents:
            self._make_documents(work)
        if found is not None:
            found.check()
        return True

    def make_listings(self, rows: Sequence[Mapping[str, Any]], *, forced: bool = False) -> OfficePages:
        """Make columns and listings anew, and remember that it was done; needs the site's lock.

        Args:
            rows: all rows of the catalogue.
            forced: whether every change is forced to disk.
        """
        office = self._columns.digest()
        found = self._columns.write(Writer(forced=forced))
        self.listings.rebuild(rows, self._columns.addresses(), forced=forced)
        state.made_anew(self._root, self._pages.digest, office)
        return found

    def rows(self) -> list[dict[str, Any]]:
        """The catalogue rows of all records; needs the site's lock."""
        loaded = (record for path in self._paths() if (record := _load(path)) is not None)
        shown = ((record.document, record.shown) for record in loaded)
        rows = [held.row(document) for document, held in shown if held is not None]
        return [row for row in rows if row is not None]

    @property
    def _is_behind(self) -> bool:
        """Whether a listing or a page of the office may be; a site that nobody has begun is not."""
        made, office = state.read(self._root), self._columns.digest()
        if made == state.Made() and not office:
            return any(self._paths())
        return not self.is_current or made.office != office

    @property
    def _has_old_documents(self) -> bool:
        """Whether a document's page may have another shell."""
        made = state.read(self._root)
        return made != state.Made() and made.documents != self._pages.digest

    def _make_documents(self, work: Work) -> None:
        paths = list(self._paths())
        for start in range(0, len(paths), BATCH):
            batch = Batch()
            with work():
                try:
                    for path in paths[start : start + BATCH]:
                        self._make_document(path, batch)
                    batch.close()
                finally:
                    batch.drop()
        with work():
            sweep(self._root)
            state.documents_made(self._root, self._pages.digest)

    def _make_document(self, path: Path, batch: Batch) -> None:
        """Make a settled document's page or notice; a document whose files are not whole is left to ``verify``."""
        sweep(path.parent)
        record = _load(path)
        held = None if record is None else record.held
        if record is None or held is None or record.coming is not None or not held.listed:
            return
        if held.state == WITHDRAWN:
            page = self._pages.notice(record.document, held)
        else:
            text = held_text(path.parent / layout.FILES, held)
            if text is None:
                return
            page = self._pages.document(record.document, held, text)
        digest = hashlib.sha256(page).hexdigest()
        if digest != held.page:
            batch.add(path, replace(record, held=replace(held, page=digest)).as_bytes())
        Writer(forced=False).write(path.parent / layout.PAGE, page)

    def _paths(self) -> Iterator[Path]:
        """The record files of all documents."""
        return iter(sorted(self._root.glob(f"{layout.DOCUMENTS}/*/*/{layout.RECORD}")))


def _load(path: Path) -> Record | None:
    return Record.load(path, path.parent.name)
