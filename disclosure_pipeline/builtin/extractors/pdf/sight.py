"""Whether letters show on the printed page: the page rendered with them and without them.

Where both pictures are the same, nobody sees the letters, whatever the reason: paper-white, covered,
clipped, masked, on a layer that is off, of the colour of what lies below.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from PIL.Image import Image

    from disclosure_pipeline.builtin.extractors.shared.layout import Box

_SCALE = 1.5
_MOST_PIXELS = 6_000_000
_FAINT = 24
_MARGIN = 0.12


class Sight:
    """The difference that some objects make on a page.

    Args:
        page: a ``pypdfium2.PdfPage``.
        objects: the page objects in question.
    """

    def __init__(self, page: Any, objects: Iterable[Any]):
        import pypdfium2.raw as pdfium
        from PIL import ImageChops

        wide, high = page.get_size()
        self._scale = min(_SCALE, (_MOST_PIXELS / max(wide * high, 1.0)) ** 0.5)
        questioned = list(objects)
        shown = _rendered(page, self._scale)
        for item in questioned:
            pdfium.FPDFPageObj_SetIsActive(item, False)
        try:
            without = _rendered(page, self._scale)
        finally:
            for item in questioned:
                pdfium.FPDFPageObj_SetIsActive(item, True)
        red, green, blue = ImageChops.difference(shown.to_pil(), without.to_pil()).split()
        self._difference = ImageChops.lighter(red, ImageChops.lighter(green, blue))
        shown.close()
        without.close()

    def shows(self, box: Box) -> bool:
        """Whether something of a letter's box is seen."""
        left, top, right, bottom = box
        across, along = _MARGIN * (right - left), _MARGIN * (bottom - top)
        area = (
            int((left + across) * self._scale), int((top + along) * self._scale),
            int((right - across) * self._scale) + 1, int((bottom - along) * self._scale) + 1,
        )  # fmt: skip
        _, highest = cast("tuple[int, int]", self._difference.crop(area).getextrema())  # one band
        return highest >= _FAINT


def render(page: Any, scale: float) -> Image:
    """A page as it is printed, annotations included.

    Args:
        page: a ``pypdfium2.PdfPage``.
        scale: pixels per point.
    """
    bitmap = _rendered(page, scale)
    try:
        image: Image = bitmap.to_pil().copy()
        return image
    finally:
        bitmap.close()


def _rendered(page: Any, scale: float) -> Any:
    import pypdfium2.raw as pdfium

    return page.render(
        scale=scale, may_draw_forms=False, extra_flags=pdfium.FPDF_PRINTING, rev_byteorder=True,
        force_bitmap_format=pdfium.FPDFBitmap_BGR,
    )  # fmt: skip
