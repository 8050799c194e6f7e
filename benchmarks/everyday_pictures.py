"""Pictures of everyday papers: a seal, a letterhead's logo, and pages as office scanners deliver them."""

from __future__ import annotations

import io
import math
import random
import textwrap
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from benchmarks.everyday_papers import Paper
from tests.hiding.picture import face

_RED = (214, 30, 30)
_CHARACTERS, _LINES = 28, 22
_A4 = (8.27, 11.69)


def seal(name: str, size: int = 330, *, ground: tuple[int, ...] = (255, 255, 255, 0)) -> Image.Image:
    """A round red seal with its owner's name, on nothing."""
    stamp = Image.new("RGBA", (size, size), ground)
    pen, middle = ImageDraw.Draw(stamp), size / 2
    edge = max(3, size // 36)
    pen.ellipse((edge, edge, size - edge, size - edge), outline=_RED, width=edge)
    pen.regular_polygon((middle, middle, size / 6), 5, fill=_RED)
    letter = size // 9
    for at, sign in enumerate(name):
        tile = Image.new("RGBA", (letter + 8, letter + 14), (255, 255, 255, 0))
        ImageDraw.Draw(tile).text(
            (tile.width / 2, tile.height / 2), sign, font=face(letter), fill=_RED, anchor="mm"
        )
        angle = 210 - at * 240 / max(len(name) - 1, 1)
        turned = tile.rotate(angle - 90, expand=True)
        far = middle - edge - letter * 0.8
        stamp.alpha_composite(
            turned,
            (
                max(0, int(middle + far * math.cos(math.radians(angle)) - turned.width / 2)),
                max(0, int(middle - far * math.sin(math.radians(angle)) - turned.height / 2)),
            ),
        )
    return stamp


def logo() -> Image.Image:
    """A small mark without words."""
    mark = Image.new("RGB", (120, 120), "white")
    pen = ImageDraw.Draw(mark)
    pen.ellipse((10, 10, 110, 110), fill=(30, 90, 170))
    pen.polygon([(60, 25), (90, 90), (30, 90)], fill="white")
    return mark


def stored(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """A picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def scan(paper: Paper, seed: int, *, dpi: int, most: int = 2, mode: str = "RGB") -> list[Image.Image]:
    """The pages of a printed and stamped paper, scanned: grey paper, grain, specks, a slight slant.

    Args:
        paper: what is printed; what does not fit on the pages is left away.
        seed: draws slant and specks.
        dpi: resolution.
        most: pages.
        mode: ``RGB``, ``L`` or ``1`` as the scanner was set.
    """
    body = [
        line
        for block in paper.blocks
        if isinstance(block, str)
        for line in textwrap.wrap(f"　　{block}", _CHARACTERS, drop_whitespace=False)
    ]
    room = _LINES * most - 8
    sheets = [body[:room][start : start + _LINES] for start in range(0, len(body[:room]), _LINES)]
    first = _sheet(dpi)
    top = _letterhead(first, paper, dpi)
    pages = []
    for number, lines in enumerate(_packed(body[:room], len(sheets), _LINES - 6)):
        page, y = (first, top) if number == 0 else (_sheet(dpi), 1.1)
        for line in lines:
            _text(page, 1.1, y, line, dpi)
            y += 0.39
        pages.append((page, y))
    _sign(*pages[-1], paper, dpi)
    return [
        _worn(_numbered(page, number, dpi), seed + number, mode) for number, (page, _) in enumerate(pages, 1)
    ]


def _packed(lines: Sequence[str], sheets: int, first: int) -> list[Sequence[str]]:
    """Lines by page; the first has less room."""
    return [
        lines[:first],
        *(lines[at : at + _LINES] for at in range(first, len(lines), _LINES) if sheets > 1),
    ]


def _sheet(dpi: int) -> Image.Image:
    return Image.new("RGB", (int(_A4[0] * dpi), int(_A4[1] * dpi)), "white")


def _text(
    page: Image.Image, x: float, y: float, words: str, dpi: int, *, points: float = 16, fill: object = "black",
    anchor: str = "la",
) -> None:  # fmt: skip
    font = face(int(points / 72 * dpi))
    ImageDraw.Draw(page).text((x * dpi, y * dpi), words, font=font, fill=fill, anchor=anchor)  # type: ignore[arg-type]


def _letterhead(page: Image.Image, paper: Paper, dpi: int) -> float:
    middle = _A4[0] / 2
    _text(page, middle, 1.3, paper.letterhead, dpi, points=30, fill=_RED, anchor="mm")
    _text(page, middle, 1.95, paper.number, dpi, anchor="mm")
    ImageDraw.Draw(page).line(
        (1.1 * dpi, 2.2 * dpi, 7.1 * dpi, 2.2 * dpi), fill=_RED, width=max(3, dpi // 60)
    )
    _text(page, middle, 2.7, paper.title, dpi, points=20, anchor="mm")
    _text(page, 1.1, 3.2, paper.addressed, dpi)
    return 3.6


def _sign(page: Image.Image, y: float, paper: Paper, dpi: int) -> None:
    """Name and date below each other on the right, and the seal over them."""
    y = min(y + 0.5, 10.0)
    _text(page, 6.9, y, paper.signed, dpi, anchor="ra")
    _text(page, 6.5, y + 0.4, paper.date, dpi, anchor="ra")
    size = int(42 / 25.4 * dpi)
    stamp = seal(paper.signed, size, ground=(255, 255, 255, 255)).convert("RGB")
    at = (int(5.6 * dpi - size / 2), int((y + 0.3) * dpi - size / 2))
    box = (*at, at[0] + size, at[1] + size)
    page.paste(ImageChops.multiply(page.crop(box), stamp), at)


def _numbered(page: Image.Image, number: int, dpi: int) -> Image.Image:
    _text(page, _A4[0] / 2, 11.0, f"— {number} —", dpi, points=14, anchor="mm")
    return page


def _worn(page: Image.Image, seed: int, mode: str) -> Image.Image:
    lot = random.Random(seed)
    turned = page.rotate(lot.uniform(-0.8, 0.8), Image.Resampling.BICUBIC, fillcolor="white")
    soft = turned.filter(ImageFilter.GaussianBlur(lot.uniform(0.2, 0.7)))
    grain = Image.effect_noise(page.size, lot.uniform(8, 22)).convert("RGB")
    worn = ImageChops.add(
        Image.blend(soft, Image.new("RGB", page.size, (222, 220, 214)), 0.1), grain, offset=-128
    )
    pen = ImageDraw.Draw(worn)
    for _ in range(lot.randint(20, 150)):
        x, y = lot.randrange(page.width), lot.randrange(page.height)
        pen.ellipse((x, y, x + 1, y + 1), fill=(90, 90, 90))
    if mode == "1":
        return (
            worn.convert("L")
            .point(lambda value: 255 if value > 150 else 0)
            .convert("1", dither=Image.Dither.NONE)
        )
    return worn.convert(mode)
