"""Pictures of the pages of originals, and those in their text, drawn in sandbox processes of their own.

Threat model. As of every sandbox (`hooks/sandbox.py`): the file is hostile, also one that was read before, and is
opened only in a process with limits, without network and without any file but its copy, which is killed when a page
takes too long. The processes load no plugins and no rules, so that they start quickly.

A process keeps the files that it opened last: the next page of the same file needs no copy and no parsing. It knows a
file by its hash, which it computes itself: what is drawn is what was reviewed, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.sandbox import Sandbox
from disclosure_pipeline.hooks.sandbox_child import Bounds
from disclosure_pipeline.hooks.stages import ShownPicture

if TYPE_CHECKING:
    from pathlib import Path

    from disclosure_pipeline.settings.models import Settings

SECONDS = 20.0
"""Seconds for one page, or for the pictures of one text; then the process is killed."""

_IDLE = 600.0
_FILE_SIZE = 1 << 26
_MODULE = "disclosure_pipeline.builtin.page_pictures"
_ILLUSTRATIONS = "disclosure_pipeline.builtin.public.pictures.job:pictures"

Box = tuple[float, float, float, float]
"""Left, top, right and bottom side, points from the top left corner of the page."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a picture.

    Args:
        media_type: ``image/png`` or ``image/jpeg``.
        data: its bytes.
    """

    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letters:
    """The characters of a page's text layer, in the order of the file.

    Args:
        text: the characters, hidden ones too.
        boxes: where each is; ``None`` for those without a place (white space).
    """

    text: str = field(repr=False)
    boxes: tuple[Box | None, ...] = field(repr=False)


class PagePrinter:
    """Draws pages in sandbox processes; thread-safe.

    Args:
        settings: ``[extraction]`` of them.
        folder: where private temporary folders are made (the spool); the system's own if ``None``.
        processes: pages that are drawn at the same time.
    """

    def __init__(self, settings: Settings, folder: Path | None = None, processes: int = 2):
        extraction = settings.extraction
        self._limits = extraction
        self._sandbox = Sandbox(
            processes,
            bounds=Bounds(extraction.memory, file_size=_FILE_SIZE),
            folder=folder,
            initializer=f"{_MODULE}:prepare",
            initargs=(extraction,),
            idle=_IDLE,
        )

    def sizes(self, file: SourceFile, media_type: str) -> tuple[tuple[float, float], ...]:
        """Width and height of every page, points.

        Args:
            file: the original, with its hash.
            media_type: what it is, as its reader found.

        Raises:
            DisclosureError: it cannot be opened, or the sandbox failed.
        """
        sizes: tuple[tuple[float, float], ...] = self._ask("sizes", file, media_type)
        return sizes

    def picture(self, file: SourceFile, media_type: str, page: int, width: int) -> Picture:
        """One page as a picture.

        Args:
            file: see :meth:`sizes`.
            media_type: see there.
            page: 1-based.
            width: pixels.

        Raises:
            NotFound: it has no such page.
            DisclosureError: as of :meth:`sizes`.
        """
        picture: Picture = self._ask("picture", file, media_type, page, width)
        return picture

    def letters(self, file: SourceFile, media_type: str, page: int) -> Letters:
        """The characters of a page with their boxes; none for a picture. Raises as :meth:`picture` does."""
        letters: Letters = self._ask("letters", file, media_type, page)
        return letters

    def illustrations(self, file: SourceFile, media_type: str) -> tuple[ShownPicture, ...]:
        """The pictures in the text of an office document or web page, in order, made anew.

        Args:
            file: see :meth:`sizes`.
            media_type: see there.

        Raises:
            DisclosureError: the sandbox failed, or the file is not the one that its hash names.
        """
        found: tuple[ShownPicture, ...] = self._sandbox.run(
            _ILLUSTRATIONS, file, media_type, self._limits.model_dump(), timeout=SECONDS
        )
        return found

    def close(self) -> None:
        """End the processes."""
        self._sandbox.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, function: str, file: SourceFile, media_type: str, *arguments: int) -> Any:
        """Ask a process that may have the file open; else lend it to one."""
        name = f"{_MODULE}:{function}"
        answer = self._sandbox.run(name, file.sha256, media_type, *arguments, timeout=SECONDS)
        if answer is None:
            answer = self._sandbox.run(name, file, media_type, *arguments, timeout=SECONDS)
        return answer
