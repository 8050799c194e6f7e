"""Pictures inside other files and as files: their words, whatever their pixels hide, and their metadata."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.pictures import metadata as picture_metadata
from disclosure_pipeline.builtin.extractors.pictures import metafile
from disclosure_pipeline.builtin.extractors.pictures.icons import LOW_PIXELS, SMALL_PIXELS, is_icon
from disclosure_pipeline.builtin.extractors.pictures.scanned import plain, raster_of, read_raster, unread
from disclosure_pipeline.builtin.extractors.signatures import METAFILE_SUFFIXES, PICTURE_MAGICS, is_metafile
from disclosure_pipeline.hooks.contracts import RecognisedLine
from disclosure_pipeline.model.text import Place

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

__all__ = ["LOW_PIXELS", "SMALL_PIXELS", "look_at", "open_picture", "read_frame", "read_raster", "unread"]

Window = tuple[float, float, float, float]
"""Left, top, right, bottom of a part of a picture, as shares of its sides."""

LARGE_PIXELS = 600
"""Width and height in pixels from which a picture that was not read is a doubt."""

_FAINT = 40
_FAINT_SHARE = 0.0002
_PLAIN_SHARE = 0.5
_OPAQUE = 128
_SOFT_EDGE = 5


def look_at(
    out: Collector, part: str, data: bytes, *, large: bool = False, page: int | None = None,
    bbox: tuple[float, float, float, float] | None = None, window: Window | None = None,
) -> None:  # fmt: skip
    """Read a picture that lies in another file: its words, what its pixels hide, its metadata.

    Args:
        out: gets the text; a doubt when a picture that may hold words could not be read.
        part: name of the picture inside the file.
        data: its bytes.
        large: whether it takes half a page or more where it is shown.
        page: page on which it is shown.
        bbox: where on that page, points.
        window: the part of it that is shown; ``None`` for all of it.
    """
    if is_metafile(data) or part.lower().endswith(METAFILE_SUFFIXES):
        metafile.read(out, part, data, page=page)
        return
    try:
        with open_picture(data, out.limits.max_pixels) as picture:
            surplus = picture_metadata.read(out, part, data, picture)
            for number, frame in enumerate(_frames(picture, out.limits.max_pages)):
                where = bbox if number == 0 else None
                read_frame(out, part, frame, page=page, bbox=where, large=large, window=window)
    except MemoryError:
        raise  # it ends the process
    except Exception:  # noqa: BLE001 - hostile pictures fail in many ways; each is simply unread
        unread(out, Place(part, "ocr", page))
        return
    if surplus:
        picture_metadata.sweep(out, part, surplus, "after the end")
        if surplus.startswith(PICTURE_MAGICS) and len(surplus) < len(data):
            look_at(out, f"{part}!surplus", surplus)


def open_picture(data: bytes, max_pixels: int) -> Picture:
    """Open a picture whose declared size is within the limit; its pixels are not decoded yet.

    Raises:
        ValueError: it is too large.
        OSError: it is broken, or of no known format.
    """
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # our own limit is stricter than PIL's warning
        try:
            picture = Image.open(BytesIO(data))
        except Image.DecompressionBombError:
            raise ValueError("too many pixels") from None
    if picture.width * picture.height > max_pixels:
        picture.close()
        raise ValueError("too many pixels")
    return picture


def _frames(picture: Picture, most: int) -> Iterator[Picture]:
    from PIL import ImageSequence

    for number, frame in enumerate(ImageSequence.Iterator(picture)):
        if number >= most:
            raise ValueError("too many frames")
        yield frame


def read_frame(
    out: Collector, part: str, frame: Picture, *, page: int | None = None,
    bbox: tuple[float, float, float, float] | None = None, size: tuple[float, float] | None = None,
    large: bool = False, dpi: int = 0, window: Window | None = None,
) -> None:  # fmt: skip
    """Read the words of one picture: those that show, then those that its pixels hide.

    Args:
        out: gets the words.
        part: name of the part.
        frame: the picture.
        page: page on which it is shown.
        bbox: where on that page, points.
        size: width and height in points, for a page that is this picture.
        large: whether it takes half a page or more.
        dpi: pixels per inch, where known.
        window: the part of it that is shown; ``None`` for all of it.
    """
    if is_icon(frame.size):
        return
    weighty = large or min(frame.size) >= LARGE_PIXELS
    shown = _on_paper(frame)
    origin = (bbox[0], bbox[1]) if bbox else (0.0, 0.0)
    size = (bbox[2] - bbox[0], bbox[3] - bbox[1]) if bbox else size
    raster = raster_of(shown, dpi)
    points = size if size is not None else (raster.width, raster.height)

    def is_shown(line: RecognisedLine) -> bool:
        return window is None or _is_inside(line, window, points, origin)

    lines = read_raster(
        out, raster, part=part, page=page, size_in_points=size, origin=origin, keep=is_shown, doubtful=weighty
    )
    if lines is None:
        return
    for line in lines:
        if not is_shown(line):
            out.add(line.text, "ocr", part, page=page, detail="not shown", visible=False)
    known = {_bare(line.text) for line in lines}

    def is_new(line: RecognisedLine) -> bool:
        bare = _bare(line.text)
        return len(bare) > 1 and not any(bare in words or words in bare for words in known if words)

    for detail, hidden in _hidden(frame, shown):
        read_raster(
            out, raster_of(hidden, dpi), part=part, page=page, size_in_points=size, origin=origin,
            keep=is_new, visible=False, doubtful=False, detail=detail,
        )  # fmt: skip


def _is_inside(
    line: RecognisedLine, window: Window, size: tuple[float, float], origin: tuple[float, float]
) -> bool:
    """Whether the middle of a line lies in the part of its picture that is shown."""
    across = ((line.box[0] + line.box[2]) / 2 - origin[0]) / size[0]
    down = ((line.box[1] + line.box[3]) / 2 - origin[1]) / size[1]
    return window[0] <= across <= window[2] and window[1] <= down <= window[3]


def _bare(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


def _on_paper(frame: Picture) -> Picture:
    """The picture on white, as print shows it."""
    if not frame.has_transparency_data:
        return plain(frame)
    return _over(frame, 255)


def _over(frame: Picture, grey: int) -> Picture:
    from PIL import Image

    whole = frame.convert("RGBA")
    paper = Image.new("RGBA", whole.size, (grey, grey, grey, 255))
    return Image.alpha_composite(paper, whole).convert("RGB")


def _hidden(frame: Picture, shown: Picture) -> Iterator[tuple[str, Picture]]:
    """Pictures of what a reader does not see: under transparency, white on nothing, all but white on white."""
    from PIL import Image, ImageChops, ImageFilter, ImageStat

    if frame.has_transparency_data:
        whole = frame.convert("RGBA")
        colours, opacity = whole.convert("RGB"), whole.getchannel("A")
        away = opacity.point([255 if value < _OPAQUE else 0 for value in range(256)])
        under = colours.convert("L")
        kept = ImageChops.invert(away)
        # What shows has soft edges whose pixels are more away than not: they are part of it.
        apart = ImageChops.subtract(away, kept.filter(ImageFilter.MaxFilter(_SOFT_EDGE)))
        if apart.getbbox() and ImageStat.Stat(under, apart).stddev[0] > 4:
            usual = tuple(round(mean) for mean in ImageStat.Stat(colours, apart).mean)
            yield "transparent", Image.composite(colours, Image.new("RGB", whole.size, usual), apart)
        if kept.getbbox() and away.getbbox() and under.histogram(kept)[200:] != [0] * 56:
            yield "white", _over(frame, 96)
    faint = _faint(shown)
    if faint is not None:
        yield "faint", faint


def _faint(shown: Picture) -> Picture | None:
    """What differs a little from a picture's one plain background, made black on white."""
    from PIL import ImageChops, ImageFilter

    grey = shown.convert("L")
    counts = grey.histogram()
    plain = counts.index(max(counts))
    total = grey.width * grey.height
    if counts[plain] < _PLAIN_SHARE * total:
        return None
    distance = ImageChops.difference(grey, grey.point([plain] * 256))
    # Soft edges of ordinary letters differ a little, too: only what stands apart from them counts.
    strong = distance.point([255 if value > _FAINT else 0 for value in range(256)]).filter(
        ImageFilter.MaxFilter(7)
    )
    weak = distance.point([255 if 0 < value <= _FAINT else 0 for value in range(256)])
    alone = ImageChops.subtract(weak, strong)
    if alone.histogram()[255] < _FAINT_SHARE * total:
        return None
    peak = max(
        alone_at for alone_at, count in enumerate(ImageChops.multiply(distance, alone).histogram()) if count
    )
    stretched = distance.point([max(0, 255 - value * 255 // max(peak, 1)) for value in range(256)])
    return ImageChops.lighter(stretched, ImageChops.invert(alone))
