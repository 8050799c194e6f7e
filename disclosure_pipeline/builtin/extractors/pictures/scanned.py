"""Words in pixels: a page or picture is given to recognition, and its lines become segments.

A line of which a character is uncertain is a doubt at its place; so is a page with ink on which nothing was
recognised. The lettering of a red seal (公章) runs in a circle and is never read surely: inside one, red words
are kept without a doubt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.hooks import recognition
from disclosure_pipeline.hooks.contracts import Raster, RecognisedLine
from disclosure_pipeline.model.text import Place

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

Box = tuple[float, float, float, float]

SEAL = "seal"
"""``Place.detail`` of words that stand in a red seal."""

UNREAD = "picture.unread"
UNSURE = "ocr.unsure"
NOTHING = "picture.no_words"

MOST_DOUBTS = 8
"""Uncertain lines of one page that are named one by one; of more, the whole page is in doubt."""

MOST_PIXELS = 18_000_000
"""Pixels of a picture given to recognition: A3 at 300 dpi."""

_COARSE = 8
_RED = 60
_SEAL_SHAPE = (0.6, 1.67)
_SEAL_MILLIMETRES = (18.0, 75.0)
_SEAL_OF_WIDTH = (0.05, 0.45)
_PAPER = 190
_PAPER_SHARE = 0.6
_INK = 110
_INK_SHARE = (0.0015, 0.3)
_STRAY = 2


def read_raster(
    out: Collector, raster: Raster, *, part: str, page: int | None = None,
    size_in_points: tuple[float, float] | None = None, origin: tuple[float, float] = (0.0, 0.0),
    keep: Callable[[RecognisedLine], bool] = lambda _: True, visible: bool = True, doubtful: bool = True,
    detail: str | None = None,
) -> tuple[RecognisedLine, ...] | None:  # fmt: skip
    """Recognise the words of a page or picture and keep them as kind ``ocr``.

    Args:
        out: gets the lines, and the doubts about them.
        raster: the pixels.
        part: name of the part.
        page: 1-based page.
        size_in_points: width and height at which the raster is shown; by default what its dpi says.
        origin: left and upper edge of the raster on its page, points.
        keep: which lines become segments (a caller that knows some of the words already drops those).
        visible: whether a reader of the page sees these pixels.
        doubtful: whether what is uncertain makes a doubt of its own (not so for smaller pictures; that nobody
            could look at them is one doubt for the whole file).
        detail: kept with each line.

    Returns:
        Every line, kept or not, with its box in points (pixels where no size is known); ``None`` when nobody
        could look, which is a doubt already.
    """
    seen = recognition.recognise(raster)
    if seen is None:
        if doubtful:
            unread(out, Place(part, "ocr", page))
        elif not _is_blank(raster):
            # Without a place it is one doubt, however many pictures there are.
            out.doubt(UNREAD, "文件中有图片未能识别，其中可能有文字，请人工查看。")
        return None
    scale = _scale(raster, size_in_points)
    seals = _seals(raster) if doubtful and raster.channels == 3 and seen.lines else ()
    paper, enough = _light(raster) > _PAPER_SHARE, recognition.settings().min_confidence
    unsure: list[Place] = []
    lines = []
    for line in seen.lines:
        box = _placed(line.box, scale, origin)
        lines.append(replace(line, box=box))
        if not keep(lines[-1]):
            continue
        sealed = line.red and any(_holds(seal, line.box) for seal in seals)
        place = Place(part, "ocr", page, bbox=box if scale else None, detail=SEAL if sealed else detail)
        out.add(line.text, "ocr", part, page=page, bbox=place.bbox, detail=place.detail, visible=visible)
        if line.confidence < enough and not sealed and (paper or is_words(line.text)):
            unsure.append(place)
    if doubtful:
        _doubt(out, unsure, Place(part, "ocr", page))
        if not lines and _is_written_on(raster):
            out.doubt(NOTHING, "页面上有墨迹，但没有识别出任何文字，请人工查看。", Place(part, "ocr", page))
    return tuple(lines)


def raster_of(picture: Picture, dpi: int = 0) -> Raster:
    """The pixels of a picture as engines see them; a huge one is made smaller, which costs no words."""
    pixels = plain(picture)
    total = pixels.width * pixels.height
    if total > MOST_PIXELS:
        share = math.sqrt(MOST_PIXELS / total)
        pixels = pixels.resize((max(1, int(pixels.width * share)), max(1, int(pixels.height * share))))
        dpi = int(dpi * share)
    return Raster(
        pixels.width, pixels.height, len(pixels.mode) if pixels.mode == "RGB" else 1, pixels.tobytes(), dpi
    )


def plain(picture: Picture) -> Picture:
    """The picture in grey (``L``) or colour (``RGB``), eight bits each; deeper greys keep their contrast."""
    if picture.mode in ("L", "RGB"):
        return picture
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode.startswith("I") or picture.mode == "F":
        deep = picture.convert("F")
        low, high = cast("tuple[float, float]", deep.getextrema())  # one band
        spread = 255 / (high - low) if high > low else 0.0
        return deep.point(lambda value: value * spread - low * spread).convert("L")
    return picture.convert("RGB")


def unread(out: Collector, place: Place) -> None:
    """Note a picture that may hold words and that nobody could look at."""
    out.doubt(UNREAD, "有较大的图片，其中的文字未能读出，请人工查看。", place)


def _doubt(out: Collector, unsure: Sequence[Place], page: Place) -> None:
    for place in unsure if len(unsure) <= MOST_DOUBTS else (page,):
        out.doubt(
            UNSURE, "扫描件或图片上有文字未能确认识别结果，请对照原件人工核对。", place._replace(detail=None)
        )


def _scale(raster: Raster, size: tuple[float, float] | None) -> tuple[float, float] | None:
    if size is not None:
        return size[0] / raster.width, size[1] / raster.height
    return (72 / raster.dpi, 72 / raster.dpi) if raster.dpi else None


def _placed(box: Box, scale: tuple[float, float] | None, origin: tuple[float, float]) -> Box:
    if scale is None:
        return box
    (across, down), (left, top) = scale, origin
    return left + box[0] * across, top + box[1] * down, left + box[2] * across, top + box[3] * down


# ---------------------------------------------------------------------- seals


def _redness(raster: Raster) -> Picture:
    """How much redder than anything else each pixel is."""
    from PIL import Image, ImageChops

    whole = Image.frombytes("RGB", (raster.width, raster.height), raster.pixels)
    red, green, blue = whole.split()
    return ImageChops.subtract(red, ImageChops.lighter(green, blue))


def _seals(raster: Raster) -> tuple[Box, ...]:
    """Boxes of round red shapes of a seal's size, in pixels."""
    from PIL import ImageFilter

    coarse = _redness(raster).reduce(_COARSE).filter(ImageFilter.MaxFilter(5))
    wide = coarse.width
    red = {at for at, value in enumerate(coarse.tobytes()) if value > _RED // 2}
    found = []
    while red:
        left, top, right, bottom = _spread(red, wide)
        box = (left * _COARSE, top * _COARSE, (right + 1) * _COARSE, (bottom + 1) * _COARSE)
        if _is_seal(box, raster):
            found.append(tuple(map(float, box)))
    return tuple(found)  # type: ignore[arg-type]  # four numbers each


def _spread(cells: set[int], wide: int) -> tuple[int, int, int, int]:
    """Take one connected shape out of the cells; its box."""
    todo = [cells.pop()]
    left = right = todo[0] % wide
    top = bottom = todo[0] // wide
    while todo:
        cell = todo.pop()
        left, right = min(left, cell % wide), max(right, cell % wide)
        top, bottom = min(top, cell // wide), max(bottom, cell // wide)
        for other in (cell - 1, cell + 1, cell - wide, cell + wide):
            if other in cells:
                cells.remove(other)
                todo.append(other)
    return left, top, right, bottom


def _is_seal(box: tuple[int, int, int, int], raster: Raster) -> bool:
    across, down = box[2] - box[0], box[3] - box[1]
    if not _SEAL_SHAPE[0] <= across / down <= _SEAL_SHAPE[1]:
        return False
    if raster.dpi:
        return _SEAL_MILLIMETRES[0] <= across / raster.dpi * 25.4 <= _SEAL_MILLIMETRES[1]
    return _SEAL_OF_WIDTH[0] <= across / raster.width <= _SEAL_OF_WIDTH[1]


def _holds(seal: Box, box: Box) -> bool:
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return seal[0] <= across <= seal[2] and seal[1] <= down <= seal[3]


def is_words(text: str) -> bool:
    """Whether a line that was read in a photograph may be words: leaves and bricks read as a letter or two."""
    return sum(sign.isalnum() for sign in text) > _STRAY


def _is_blank(raster: Raster) -> bool:
    """Whether it is all of one colour."""
    return raster.pixels == raster.pixels[: raster.channels] * (raster.width * raster.height)


def _is_written_on(raster: Raster) -> bool:
    """Whether it looks like light paper with some ink, and not like a photograph."""
    ink = sum(_shades(raster)[:_INK]) / (raster.width * raster.height)
    return _light(raster) > _PAPER_SHARE and _INK_SHARE[0] < ink < _INK_SHARE[1]


def _light(raster: Raster) -> float:
    """Share of pixels as light as paper."""
    return sum(_shades(raster)[_PAPER:]) / (raster.width * raster.height)


def _shades(raster: Raster) -> list[int]:
    from PIL import Image

    mode = "L" if raster.channels == 1 else "RGB"
    return Image.frombytes(mode, (raster.width, raster.height), raster.pixels).convert("L").histogram()
