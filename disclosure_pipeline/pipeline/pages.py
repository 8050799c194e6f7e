"""Pictures of the pages of originals for the review page, the boxes of findings on them, and the pictures in texts.

The console holds one :class:`PagePictures`. It is asked after the caller has checked who asks; that the content may be
shown at all, and that the original passed the marking check, is checked here each time. Nothing is written but the
scratch folder of the sandbox; pictures are kept in memory only, and never longer than there is room.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Self

from disclosure_pipeline.errors import DisclosureError, Refused
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.page_pictures import Box, Letters, PagePrinter, Picture
from disclosure_pipeline.hooks.stages import ShownPicture
from disclosure_pipeline.pipeline import page_boxes
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.opened import SEALED, original
from disclosure_pipeline.pipeline.reading_view import is_pictured, ranges
from disclosure_pipeline.store import documents

WIDTH, LEAST_WIDTH, MOST_WIDTH = 1240, 100, 2000
"""Pixels: usual (A4 at 150 dpi), least and most width of a picture."""

ROOM = 64 << 20
"""Bytes of pictures that are kept."""

_RETRY_AFTER = 60.0
"""Seconds for which a page on which the sandbox failed is not tried again."""
_ILLUSTRATIONS = -1
"""Stands for a page in the key under which the pictures of a file's text are kept."""
_LETTER_BYTES = 150
_ENTRY_BYTES = 1000


class PagePictures:
    """Draws pages, and keeps those drawn last; thread-safe.

    Args:
        core: the process's parts.
        room: bytes of pictures that are kept.
        processes: pages that are drawn at the same time.
    """

    def __init__(self, core: Core, *, room: int = ROOM, processes: int = 2):
        spool = core.workspace.spool
        self._core = core
        self._printer = PagePrinter(core.settings, spool if spool.is_dir() else None, processes)
        self._kept = Kept(room)

    def picture(self, document: str, version: int, part: int, page: int, width: int = WIDTH) -> Picture:
        """A page of a file as a picture.

        Args:
            document: case number.
            version: the version.
            part: position of the file.
            page: 1-based.
            width: pixels; brought into the allowed range.

        Raises:
            NotFound: no such case, version, file or page.
            Refused: ``content_sealed``, ``original_missing``; ``pages.no_pictures``: a format without page pictures.
            DisclosureError: the page cannot be drawn (``pages.undrawn``, ``sandbox.*``).
        """
        file, media_type = self._pictured(document, version, part)
        wanted = min(max(width, LEAST_WIDTH), MOST_WIDTH)
        found: Picture = self._once(
            (file.sha256, page, wanted), lambda: self._printer.picture(file, media_type, page, wanted)
        )
        return found

    def page_sizes(self, document: str, version: int, part: int) -> tuple[tuple[float, float], ...]:
        """Width and height of every page of a file, points; raises as :meth:`picture` does."""
        file, media_type = self._pictured(document, version, part)
        return self._sizes(file, media_type)

    def boxes(self, document: str, version: int, part: int, page: int) -> dict[str, tuple[Box, ...]]:
        """Where the findings of a page stand on its picture.

        Returns:
            By finding id: (left, top, right, bottom) as shares of the page's width and height, one for each line.
            Findings that stand on other pages only are left out.

        Raises:
            DisclosureError: as :meth:`picture`.
        """
        file, media_type = self._pictured(document, version, part)
        with self._core.database.read() as connection:
            text = documents.texts_of(connection, document, version)[part]
            findings = documents.findings_of(connection, document, version)
        places = {
            item.id: [(segment, mark.start, mark.end) for segment, mark in ranges(item)]
            for item in findings
            if item.finding.part == part
        }
        on_page = {item for item, found in places.items() if _touches(text.segments, found, page)}
        if not on_page:
            return {}
        sizes = self._sizes(file, media_type)
        letters = self._letters(file, media_type, page)
        size = sizes[page - 1]
        wanted = {item: places[item] for item in places if item in on_page}
        found = page_boxes.on_page(text.segments, wanted, page, letters)
        return {item: tuple(page_boxes.fraction(box, size) for box in boxes) for item, boxes in found.items()}

    def letters(self, document: str, version: int, part: int, page: int) -> Letters:
        """The characters of a page's text layer with their boxes; raises as :meth:`picture` does."""
        file, media_type = self._pictured(document, version, part)
        return self._letters(file, media_type, page)

    def illustrations(self, document: str, version: int, part: int) -> tuple[ShownPicture, ...]:
        """The pictures that stand in the text of a file and that it surely shows, in order, made anew.

        Raises:
            NotFound: no such case, version or file.
            Refused: ``content_sealed``, ``original_missing``.
            DisclosureError: the file is damaged, or the sandbox failed (``vault.damaged``, ``sandbox.*``).
        """
        file, media_type = self._original(document, version, part)
        found: tuple[ShownPicture, ...] = self._once(
            (file.sha256, _ILLUSTRATIONS, 0), lambda: self._printer.illustrations(file, media_type)
        )
        return found

    def close(self) -> None:
        """End the processes."""
        self._printer.close()
        self._kept.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _original(self, document: str, version: int, position: int) -> tuple[SourceFile, str]:
        try:
            with self._core.database.read() as connection:
                part = original(self._core, connection, document, version, position)
        except Refused as refused:
            if refused.code == SEALED:
                self._kept.clear()  # what was sealed meanwhile may be among it
            raise
        path = self._core.vault.path(part.sha256)
        return SourceFile(position, path, "", part.role, part.sha256), part.media_type

    def _pictured(self, document: str, version: int, position: int) -> tuple[SourceFile, str]:
        """The original of a file whose pages can be drawn."""
        file, media_type = self._original(document, version, position)
        _check_pictured(media_type)
        return file, media_type

    def _sizes(self, file: SourceFile, media_type: str) -> tuple[tuple[float, float], ...]:
        sizes: tuple[tuple[float, float], ...] = self._once(
            (file.sha256, 0, 0), lambda: self._printer.sizes(file, media_type)
        )
        return sizes

    def _letters(self, file: SourceFile, media_type: str, page: int) -> Letters:
        letters: Letters = self._once(
            (file.sha256, page, 0), lambda: self._printer.letters(file, media_type, page)
        )
        return letters

    def _once(self, key: tuple[str, int, int], draw: Callable[[], Any]) -> Any:
        """What is kept, else what is drawn now; a failure of the sandbox is kept for a while too."""
        kept = self._kept.get(key)
        if isinstance(kept, _Failed) and time.monotonic() < kept.until:
            raise kept.again()
        if kept is not None and not isinstance(kept, _Failed):
            return kept
        try:
            drawn = draw()
        except DisclosureError as error:
            if error.code.startswith("sandbox."):
                self._kept.put(key, _Failed(error), _ENTRY_BYTES)
            raise
        self._kept.put(key, drawn, _bytes_of(drawn))
        return drawn


class Kept:
    """Values by key, those used last, in so many bytes; thread-safe.

    Args:
        room: bytes.
    """

    def __init__(self, room: int):
        self._room = room
        self._used = 0
        self._values: OrderedDict[tuple[str, int, int], tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, int, int]) -> Any:
        """The value, or ``None``."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: tuple[str, int, int], value: Any, size: int) -> None:
        """Keep a value of so many bytes, unless it is larger than all the room."""
        with self._lock:
            self._used -= self._values.pop(key, (None, 0))[1]
            if size > self._room:
                return
            self._values[key] = (value, size)
            self._used += size
            while self._used > self._room:
                self._used -= self._values.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._values.clear()
            self._used = 0


class _Failed:
    """An error that is answered again until a moment."""

    def __init__(self, error: DisclosureError):
        self._error = error
        self.until = time.monotonic() + _RETRY_AFTER

    def again(self) -> DisclosureError:
        """The same error anew."""
        return DisclosureError(self._error.message, code=self._error.code, advice=self._error.advice)


def _bytes_of(value: Picture | Letters | tuple[Any, ...]) -> int:
    if isinstance(value, Picture):
        return len(value.data) + _ENTRY_BYTES
    if isinstance(value, tuple) and any(isinstance(item, ShownPicture) for item in value):
        return sum(_ENTRY_BYTES + len(item.data) for item in value)
    return _ENTRY_BYTES + _LETTER_BYTES * len(value.text if isinstance(value, Letters) else value)


def _touches(segments: Any, places: list[tuple[int, int, int]], page: int) -> bool:
    return any(0 <= at < len(segments) and segments[at].place.page == page for at, _, _ in places)


def _check_pictured(media_type: str) -> None:
    if not is_pictured(media_type):
        raise Refused(
            "Pages of this format cannot be drawn; its text is shown.",
            code="pages.no_pictures",
            advice="Read the text that was extracted.",
        )
