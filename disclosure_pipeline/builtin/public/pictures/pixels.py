"""A picture made anew from what is seen of it: new pixels in a new file, and nothing that lay beside or under them.

Only the first picture of a file is taken, laid on white paper and cut to what the draft shows. Colours are coarsened:
what no reader would tell from paper is paper, and the lowest bits, in which something could be hidden, are gone.
"""

from __future__ import annotations

import math
from io import BytesIO
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.pictures.icons import is_icon
from disclosure_pipeline.builtin.extractors.pictures.pictures import open_picture
from disclosure_pipeline.builtin.extractors.pictures.scanned import plain
from disclosure_pipeline.builtin.extractors.signatures import is_metafile

if TYPE_CHECKING:
    from PIL.Image import Image

    from disclosure_pipeline.builtin.extractors.pictures.pictures import Window

PNG, JPEG = "image/png", "image/jpeg"
MOST_BYTES = 400_000

_FORMATS = ("PNG", "JPEG", "MPO", "GIF", "BMP", "TIFF", "WEBP")
_MOST_PIXELS = 32_000_000
_LONGEST = 1600
_LEVELS = 32
_FAINT = 24
"""As of pages (`pages/drawing.py`)."""
_FEW_COLOURS = 4096
_QUALITY = 88


def redrawn(data: bytes, window: Window) -> tuple[str, bytes, tuple[int, int]]:
    """The new picture: media type, bytes, width and height in pixels.

    Args:
        data: the old one.
        window: what is shown of it, as shares of its sides.

    Raises:
        ValueError: it is a drawing, an icon in which nobody looked for words, or too large.
        OSError: it is broken.
    """
    if is_metafile(data):
        raise ValueError("a drawing, not a picture")
    with open_picture(data, _MOST_PIXELS) as picture:
        if picture.format not in _FORMATS or is_icon(picture.size):
            raise ValueError("no picture that was looked at")
        shown = _cut(_on_paper(picture), window)
    if is_icon(shown.size):
        raise ValueError("too small")
    shown.thumbnail((_LONGEST, _LONGEST))
    while True:
        media_type, made = _packed(_coarse(shown))
        if len(made) <= MOST_BYTES:
            return media_type, made, shown.size
        shown = shown.resize((max(1, shown.width * 3 // 4), max(1, shown.height * 3 // 4)))
        if is_icon(shown.size):
            raise ValueError("cannot be made small enough")


def _on_paper(picture: Image) -> Image:
    """The first picture of a file on white."""
    from PIL import Image

    picture.seek(0)
    if not picture.has_transparency_data:
        return plain(picture).copy()
    whole = picture.convert("RGBA")
    paper = Image.new("RGBA", whole.size, (255, 255, 255, 255))
    return Image.alpha_composite(paper, whole).convert("RGB")


def _cut(picture: Image, window: Window) -> Image:
    """What is shown; a pixel that is shown in part is left out."""
    across, down = picture.size
    box = (
        math.ceil(window[0] * across), math.ceil(window[1] * down), math.floor(window[2] * across),
        math.floor(window[3] * down),
    )  # fmt: skip
    if box[0] >= box[2] or box[1] >= box[3]:
        raise ValueError("nothing is shown")
    return picture.crop(box)


def _coarse(picture: Image) -> Image:
    from PIL import Image

    step = 255 / (_LEVELS - 1)
    table = [
        0 if value <= _FAINT else 255 if value >= 255 - _FAINT else round(round(value / step) * step)
        for value in range(256)
    ]
    coarse = picture.point(table * len(picture.getbands()))
    return Image.frombytes(
        coarse.mode, coarse.size, coarse.tobytes()
    )  # without anything that is kept with it


def _packed(picture: Image) -> tuple[str, bytes]:
    """Drawings and screens as PNG, photographs as JPEG."""
    out = BytesIO()
    if picture.getcolors(_FEW_COLOURS) is not None:
        picture.save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            return PNG, out.getvalue()
        out = BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, subsampling=0)
    return JPEG, out.getvalue()
