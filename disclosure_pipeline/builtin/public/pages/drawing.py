"""Pages as grey pictures with what was struck out burnt in, bound as a pdf.

A picture has no place where words could hide, but faint letters on paper could be brought out again. So there are
sixteen greys only, and what no reader would tell from paper is paper, from black is black.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.hooks.stages import UNTITLED, Wording
from disclosure_pipeline.model.boxes import Box

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 150
_POINTS = 72
_FAINT = 24
"""Greys of 256 that no reader tells apart, as when the draft was read (`extractors/pdf/sight.py`)."""
_LEVELS = 16
_MOST_PIXELS = 16_000_000
_MOST_PAGES = 100
_SLACK = 1.5
"""Points that a burnt-in box reaches beyond the letters."""
_BLACK = 0

Page = tuple["Image", tuple[float, float]]
"""A picture in grey, and the width and height of its page, points."""


def of_pdf(path: Path) -> Iterator[Page]:
    """The pages of a pdf as they are printed, without annotations and forms.

    Args:
        path: the file.
    """
    import pypdfium2
    import pypdfium2.raw as pdfium

    with pypdfium2.PdfDocument(path) as document:
        _check_count(len(document))
        for page in document:
            size = page.get_size()
            bitmap = page.render(
                scale=_scale(size, DPI / _POINTS), grayscale=True, draw_annots=False, may_draw_forms=False,
                extra_flags=pdfium.FPDF_PRINTING,
            )  # fmt: skip
            try:
                yield bitmap.to_pil().convert("L"), size
            finally:
                bitmap.close()
                page.close()


def of_scan(path: Path) -> Iterator[Page]:
    """The pages of a picture.

    Args:
        path: the file.
    """
    from disclosure_pipeline.builtin.extractors.pictures.pictures import open_picture
    from disclosure_pipeline.builtin.extractors.pictures.reader import count_pages, dpi_of, held_upright
    from disclosure_pipeline.builtin.extractors.pictures.scanned import plain

    with open_picture(path.read_bytes(), 4 * _MOST_PIXELS) as picture:
        count = count_pages(picture, _MOST_PAGES + 1)
        _check_count(count)
        for number in range(count):
            picture.seek(number)
            frame = plain(held_upright(picture)).convert("L")
            dpi = dpi_of(picture)
            size = frame.width * _POINTS / dpi, frame.height * _POINTS / dpi
            scale = min(1.0, _scale(size, DPI / _POINTS) * _POINTS / dpi)
            wanted = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
            yield frame.resize(wanted, reducing_gap=2.0) if scale < 1 else frame, size


def bound(pages: Iterable[Page], struck: Mapping[int, Sequence[Box]], wording: Wording = UNTITLED) -> bytes:
    """The pictures as a pdf; a box that lies on no page is refused.

    Args:
        pages: the pictures.
        struck: what must not be seen, by page.
        wording: what it says beside them.

    Raises:
        ValueError: a box is on a page that there is not.
    """
    import pikepdf

    from disclosure_pipeline.builtin.public.pages import note_page

    left = set(struck)
    with pikepdf.new() as pdf:
        for number, (picture, size) in enumerate(pages, 1):
            left.discard(number)
            _strike(picture, size, struck.get(number, ()))
            _add_page(pdf, picture, size)
        if left:
            raise ValueError("a box lies on no page")
        if wording.notes:
            _add_page(pdf, *note_page.drawn(wording.notes, DPI / _POINTS))
        return saved(pdf, wording.title)


def saved(pdf: Any, title: str = "") -> bytes:
    """A new pdf's bytes, the same for the same content; it tells its language and its title, and nothing else.

    Args:
        pdf: a ``pikepdf.Pdf`` that was made here.
        title: of the document; none is told without.
    """
    import pikepdf

    pdf.Root.Lang = pikepdf.String("zh-CN")
    if title:
        pdf.docinfo["/Title"] = pikepdf.String(title)
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    out = BytesIO()
    pdf.save(
        out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable, linearize=False,
        fix_metadata_version=False,
    )  # fmt: skip
    return out.getvalue()


def _check_count(count: int) -> None:
    if not 0 < count <= _MOST_PAGES:
        raise ValueError("no pages, or too many")


def _scale(size: tuple[float, float], wanted: float) -> float:
    return float(min(wanted, (_MOST_PIXELS / max(size[0] * size[1], 1.0)) ** 0.5))


def _strike(picture: Image, size: tuple[float, float], boxes: Sequence[Box]) -> None:
    """Overwrite the pixels of some boxes."""
    from PIL import ImageDraw

    across, along = picture.width / size[0], picture.height / size[1]
    pen = ImageDraw.Draw(picture)
    for left, top, right, bottom in boxes:
        area = (
            (left - _SLACK) * across, (top - _SLACK) * along, (right + _SLACK) * across, (bottom + _SLACK) * along,
        )  # fmt: skip
        pen.rectangle(area, fill=_BLACK)


def _add_page(pdf: Any, picture: Image, size: tuple[float, float]) -> None:
    import pikepdf
    from pikepdf import Array, Dictionary, Name, Stream

    wide, high = (round(side, 2) for side in size)
    image = Stream(
        pdf, zlib.compress(_packed(picture), 6), Type=Name.XObject, Subtype=Name.Image, Width=picture.width,
        Height=picture.height, ColorSpace=Name.DeviceGray, BitsPerComponent=4, Filter=Name.FlateDecode,
    )  # fmt: skip
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, wide, high]),
        Resources=Dictionary(XObject=Dictionary(Picture=pdf.make_indirect(image))),
        Contents=pdf.make_indirect(Stream(pdf, f"q {wide} 0 0 {high} 0 0 cm /Picture Do Q".encode())),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))


def _packed(picture: Image) -> bytes:
    """Sixteen greys, two pixels a byte, each row from a new byte."""
    import numpy

    table = [
        0 if grey <= _FAINT else _LEVELS - 1 if grey >= 255 - _FAINT else round(grey * (_LEVELS - 1) / 255)
        for grey in range(256)
    ]
    greys = numpy.asarray(picture.point(table), dtype=numpy.uint8)
    if greys.shape[1] % 2:
        greys = numpy.pad(greys, ((0, 0), (0, 1)))
    return bytes(((greys[:, ::2] << 4) | greys[:, 1::2]).tobytes())
