"""Pages of originals as pictures, and the boxes of their characters; runs inside a sandbox process only.

The other side is `hooks/page_pictures.py`. A file is opened by its copy, which is gone after the job; the process
keeps it open for the next page and knows it by the hash that it computed itself.

OFD has no renderer here: its pages are shown as text.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from disclosure_pipeline.builtin.extractors.pdf.characters import Characters
from disclosure_pipeline.builtin.extractors.pdf.page import PageReader, characters_of
from disclosure_pipeline.builtin.extractors.pdf.sight import render
from disclosure_pipeline.builtin.extractors.pictures.pictures import open_picture
from disclosure_pipeline.builtin.extractors.pictures.reader import count_pages, dpi_of, held_upright
from disclosure_pipeline.builtin.extractors.pictures.scanned import plain
from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.errors import ExtractionFailed, NotFound, StoreFault
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.page_pictures import Letters, Picture
from disclosure_pipeline.settings.models import ExtractionSettings

if TYPE_CHECKING:
    from PIL.Image import Image

PDF = "application/pdf"

_MOST_OPEN = 4
_MOST_PIXELS = 16_000_000
"""Pixels of a picture: a page two thousand wide may be four times as high."""
_MOST_LETTERS = 50_000
_QUALITY = 85
_FEW_COLOURS = 256
_POINTS = 72
_ORIENTATION = 0x0112
"""Tag of Exif."""

Size = tuple[float, float]


class Opened(Protocol):
    """A file whose pages can be drawn."""

    def sizes(self) -> tuple[Size, ...]:
        """Width and height of every page, points."""
        ...

    def picture(self, page: int, width: int) -> Picture:
        """A page, so many pixels wide."""
        ...

    def letters(self, page: int) -> Letters:
        """The characters of a page's text layer."""
        ...

    def close(self) -> None:
        """Give it back."""
        ...


_limits = ExtractionSettings()
_open: OrderedDict[str, Opened] = OrderedDict()


def prepare(limits: ExtractionSettings) -> None:
    """Load what pages are drawn with (the sandbox's initializer).

    Args:
        limits: ``[extraction]``.
    """
    global _limits  # noqa: PLW0603  a process pool's initializer has no other place to leave its result
    import pypdfium2  # noqa: F401
    from PIL import Image

    Image.init()
    _limits = limits


def sizes(file: SourceFile | str, media_type: str) -> tuple[Size, ...] | None:
    """Called through the sandbox, as the next two: ``None`` when a file named by its hash is not open here."""
    opened = _opened(file, media_type)
    return opened.sizes() if opened is not None else None


def picture(file: SourceFile | str, media_type: str, page: int, width: int) -> Picture | None:
    """A page as a picture; see :meth:`~disclosure_pipeline.hooks.page_pictures.PagePrinter.picture`."""
    opened = _opened(file, media_type)
    return opened.picture(page, width) if opened is not None else None


def letters(file: SourceFile | str, media_type: str, page: int) -> Letters | None:
    """The characters of a page; see :meth:`~disclosure_pipeline.hooks.page_pictures.PagePrinter.letters`."""
    opened = _opened(file, media_type)
    return opened.letters(page) if opened is not None else None


def _opened(file: SourceFile | str, media_type: str) -> Opened | None:
    if isinstance(file, str):
        if file in _open:
            _open.move_to_end(file)
        return _open.get(file)
    if file_digest(file.path) != file.sha256:
        raise StoreFault(
            "A file of the vault is damaged.",
            code="vault.damaged",
            advice="Restore the vault from the backup; nothing is shown of a damaged file.",
        )
    opened: Opened = _Pdf(file) if media_type == PDF else _Scan(file)
    _open[file.sha256] = opened
    while len(_open) > _MOST_OPEN:
        _open.popitem(last=False)[1].close()
    return opened


class _Pdf:
    """A pdf.

    Args:
        file: where it is now; it stays open when the copy is removed.
    """

    def __init__(self, file: SourceFile):
        self._document = _document(file)

    def sizes(self) -> tuple[Size, ...]:
        count = min(len(self._document), _limits.max_pages)
        return tuple(self._document.get_page_size(index) for index in range(count))

    def picture(self, page: int, width: int) -> Picture:
        with self._page(page) as found:
            wide, high = found.get_size()
            return _encoded(render(found, _scale(wide, high, width)))

    def letters(self, page: int) -> Letters:
        with self._page(page) as found:
            text_page = found.get_textpage()
            try:
                text, _ = characters_of(text_page)
                if len(text) > _MOST_LETTERS:
                    return Letters("", ())
                areas = Characters(text_page.raw).boxes(0, len(text))
            finally:
                text_page.close()
            view = PageReader(found, page).view
            boxes = [view(*area) if area is not None else None for area in areas]
        return Letters(*_whole(text, boxes))

    @contextmanager
    def _page(self, number: int) -> Iterator[Any]:
        import pypdfium2

        if not 1 <= number <= len(self._document):
            raise NotFound(f"The file has no page {number}.")
        try:
            page = self._document[number - 1]
        except pypdfium2.PdfiumError as error:
            raise _unshown(type(error).__name__) from None
        try:
            yield page
        finally:
            page.close()

    def close(self) -> None:
        self._document.close()


def _document(file: SourceFile) -> Any:
    """The open ``pypdfium2.PdfDocument``."""
    import pypdfium2

    for password in (None, *file.passwords, *_limits.passwords):
        try:
            return pypdfium2.PdfDocument(file.path, password=password)
        except pypdfium2.PdfiumError as error:
            if error.err_code != pypdfium2.raw.FPDF_ERR_PASSWORD:
                raise _unshown(type(error).__name__) from None
    raise _unshown("encrypted")


class _Scan:
    """A picture of one or several pages.

    Args:
        file: where it is now; it stays open when the copy is removed. Its pixels are not kept.
    """

    def __init__(self, file: SourceFile):
        self._file = file.path.open("rb")
        with self._decoded() as picture:
            self._count = min(count_pages(picture, _limits.max_pages), _limits.max_pages)

    def sizes(self) -> tuple[Size, ...]:
        with self._decoded() as picture:
            return tuple(self._size(picture, number) for number in range(1, self._count + 1))

    def picture(self, page: int, width: int) -> Picture:
        with self._decoded() as picture:
            frame = plain(held_upright(self._frame(picture, page)))
            scale = min(1.0, _scale(frame.width, frame.height, width))
            wanted = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
            return _encoded(frame.resize(wanted, reducing_gap=2.0) if wanted != frame.size else frame)

    def letters(self, page: int) -> Letters:
        with self._decoded() as picture:
            self._frame(picture, page)
        return Letters("", ())

    def _size(self, picture: Image, number: int) -> Size:
        """As its reader measured it, so that boxes of recognised lines fit."""
        frame = self._frame(picture, number)
        dpi = dpi_of(frame)
        upright = held_upright(frame) if frame.getexif().get(_ORIENTATION, 1) != 1 else frame
        return upright.width * _POINTS / dpi, upright.height * _POINTS / dpi

    def _frame(self, picture: Image, number: int) -> Image:
        if not 1 <= number <= self._count:
            raise NotFound(f"The file has no page {number}.")
        picture.seek(number - 1)
        if picture.width * picture.height > _limits.max_pixels:
            raise _unshown("too large")
        return picture

    @contextmanager
    def _decoded(self) -> Iterator[Image]:
        self._file.seek(0)
        try:
            with open_picture(self._file.read(), _limits.max_pixels) as picture:
                yield picture
        except (ExtractionFailed, NotFound, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - hostile pictures make a library raise anything
            raise _unshown(type(error).__name__) from None

    def close(self) -> None:
        self._file.close()


def _scale(wide: float, high: float, width: int) -> float:
    """Pixels per unit of a page, so that it is as wide as wanted and not too large."""
    return float(min(width / max(wide, 1.0), (_MOST_PIXELS / max(wide * high, 1.0)) ** 0.5))


def _encoded(image: Image) -> Picture:
    """A picture of few colours without loss, a photograph or scan as JPEG."""
    out = io.BytesIO()
    colours = image.getcolors(_FEW_COLOURS)
    if colours is not None:
        grey = image.mode == "L" or all(len(set(colour)) == 1 for _, colour in colours)  # type: ignore[arg-type]
        (image.convert("L") if grey else image).save(out, "PNG", compress_level=1)
        return Picture("image/png", out.getvalue())
    image.save(out, "JPEG", quality=_QUALITY)
    return Picture("image/jpeg", out.getvalue())


def _whole(text: str, boxes: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """Characters with their boxes, the two halves of a surrogate pair as one."""
    joined, kept = [], []
    at = 0
    while at < len(text):
        pair = text[at : at + 2]
        if len(pair) == 2 and "\ud800" <= pair[0] <= "\udbff" and "\udc00" <= pair[1] <= "\udfff":
            joined.append(pair.encode("utf-16-le", "surrogatepass").decode("utf-16-le"))
            kept.append(boxes[at] or boxes[at + 1])
            at += 2
        else:
            joined.append(text[at])
            kept.append(boxes[at])
            at += 1
    return "".join(joined), tuple(kept)


def _unshown(reason: str) -> ExtractionFailed:
    return ExtractionFailed(
        f"The pages of the file cannot be drawn ({reason}).",
        code="pages.undrawn",
        advice="Read the text that was extracted, and look at the original with the office's own programs.",
    )
