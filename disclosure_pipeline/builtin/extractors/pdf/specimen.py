"""Outlines of embedded fonts against what their tables say: some of their letters are drawn and recognised.

Programs that write pdf leave the Unicode table out of the fonts that they embed, and whoever draws a font may put
any outline under any name; so no font can be checked by its bytes alone. The fonts of a document are drawn on one
sheet, a few letters each, digits first, and the sheet is recognised once: a font that lies shows other letters.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from io import BytesIO
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, cast

from disclosure_pipeline.builtin.extractors.pdf.fonts import Verdict
from disclosure_pipeline.hooks import recognition

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

    from disclosure_pipeline.hooks.contracts import RecognisedLine

_DIGITS, _OTHERS = 6, 10
_MOST = 48
"""Glyphs on a sheet: three rows, which take about a second to recognise."""

_TOGETHER = 12
"""Fonts on a sheet at most, so that four letters of each are seen."""

_ACROSS = 16
_SIZE, _PITCH, _ROW, _MARGIN = 32, 38, 56, 24
_DPI = 72
_INK = 160
_LEAST_WRONG = 2
_WRONG_SHARE = 0.2
_ALIKE = str.maketrans("oQDlI|iLjJSBZG〇日曰", "00011111115826000")
"""Letters that even a person mistakes for others when they stand alone."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A letter of the sheet.

    Args:
        font: number of its font.
        code: its character code, as bytes.
        says: what the font's table says that it is.
    """

    font: int
    code: bytes
    says: str


def is_unproven(verdict: Verdict) -> bool:
    """Whether what a font's glyphs show is to be looked at: its outlines may be any, or only its table speaks."""
    if verdict.doubtful or verdict.lies or not verdict.claims:
        return False
    return verdict.embedded or not verdict.truth


def liars(fonts: Sequence[tuple[Any, Verdict]]) -> set[int] | None:
    """The fonts whose letters look like others than their tables say.

    Args:
        fonts: (font, what is known of it), fonts that :func:`is_unproven`.

    Returns:
        Their indexes; ``None`` when nobody could look: recognition is switched off, exhausted or failed.
    """
    found: set[int] = set()
    for start in range(0, len(fonts), _TOGETHER):
        wrong = _liars(fonts[start : start + _TOGETHER])
        if wrong is None:
            return None
        found |= {start + number for number in wrong}
    return found


def _liars(fonts: Sequence[tuple[Any, Verdict]]) -> set[int] | None:
    """Those of the fonts of one sheet."""
    rows = list(_rows(fonts))
    if not rows:
        return set()
    first = _misread(fonts, rows) if recognition.available() else None
    if first is None:
        return None
    wrong, asked = first
    if wrong:  # once more, in another order: recognition errs, too
        split = [wrong[at : at + _ACROSS] for at in range(0, len(wrong), _ACROSS)]
        again = _misread(fonts, split, turned=True)
        if again is None:
            return None
        wrong = [glyph for glyph in wrong if glyph in again[0]]
    counts = {number: sum(glyph.font == number for glyph in wrong) for number in asked}
    total = sum(counts.values())
    return {
        number for number, count in counts.items()
        if count and (count >= min(_LEAST_WRONG, asked[number]) and total >= _LEAST_WRONG)
        and count >= _WRONG_SHARE * asked[number]
    }  # fmt: skip


def _rows(fonts: Sequence[tuple[Any, Verdict]]) -> Iterator[list[Glyph]]:
    """The glyphs of the sheet, row by row: as many of each font, while there is room."""
    samples = [list(_sample(number, verdict)) for number, (_, verdict) in enumerate(fonts)]
    turns = [glyph for turn in zip_longest(*samples) for glyph in turn if glyph is not None][:_MOST]
    glyphs = sorted(turns, key=lambda glyph: glyph.font)
    for at in range(0, len(glyphs), _ACROSS):
        yield glyphs[at : at + _ACROSS]


def _sample(number: int, verdict: Verdict) -> Iterator[Glyph]:
    """Digits and other letters, spread over the font."""
    width, claims = verdict.width, sorted(verdict.claims.items())
    plain = [(code, _plain(says)) for code, says in claims if 0 <= code < 1 << 8 * width]
    digits = [item for item in plain if item[1].isdigit() and item[1].isascii()]
    others = [item for item in plain if item not in digits and _is_letter(item[1])]
    for some, most in ((digits, _DIGITS), (others, _OTHERS)):
        step = max(1, -(-len(some) // most))
        for code, says in some[::step]:
            yield Glyph(number, code.to_bytes(width, "big"), says)


def _misread(
    fonts: Sequence[tuple[Any, Verdict]], rows: Sequence[Sequence[Glyph]], *, turned: bool = False
) -> tuple[list[Glyph], Mapping[int, int]] | None:
    """The glyphs that were read as others, and how many of each font were drawn; ``None`` when nothing was read."""
    from disclosure_pipeline.builtin.extractors.pictures.scanned import raster_of

    rows = [row[::-1] if turned else row for row in rows]
    sheet = _sheet([font for font, _ in fonts], rows)
    seen = recognition.recognise(raster_of(sheet, _DPI))
    if seen is None:
        return None
    wrong: list[Glyph] = []
    asked: dict[int, int] = {}
    cells = [(glyph, box) for index, row in enumerate(rows) for glyph, box in _places(row, index)]
    looks = Counter(
        _look(sheet, box, glyph) for glyph, box in cells
    )  # what a subset lacks looks all the same
    looks[b""] = 0
    for index, row in enumerate(rows):
        drawn = [glyph for glyph, box in _places(row, index) if looks[_look(sheet, box, glyph)] == 1]
        matcher = SequenceMatcher(
            None, "".join(_folded(glyph.says) for glyph in drawn), _read_in(seen.lines, index), autojunk=False
        )
        found = {block.a + at for block in matcher.get_matching_blocks() for at in range(block.size)}
        for at, glyph in enumerate(drawn):
            asked[glyph.font] = asked.get(glyph.font, 0) + 1
            if at not in found:
                wrong.append(glyph)
    return wrong, asked


def _read_in(lines: Sequence[RecognisedLine], row: int) -> str:
    """What was recognised in a row of the sheet, from left to right."""
    top = _MARGIN + row * _ROW
    here = [line for line in lines if top <= (line.box[1] + line.box[3]) / 2 < top + _ROW]
    text = "".join(line.text for line in sorted(here, key=lambda line: line.box[0]))
    return _folded("".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isalnum()))


def _sheet(fonts: Sequence[Any], rows: Sequence[Sequence[Glyph]]) -> Picture:
    """The rows, drawn with the fonts."""
    import pikepdf
    import pypdfium2

    from disclosure_pipeline.builtin.extractors.pdf.sight import render

    size = (2 * _MARGIN + _PITCH * _ACROSS, 2 * _MARGIN + _ROW * len(rows))
    buffer = BytesIO()
    with pikepdf.new() as scratch:
        page = scratch.add_blank_page(page_size=size)
        used = {glyph.font for row in rows for glyph in row}
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary({
            f"/F{number}": scratch.copy_foreign(font) for number, font in enumerate(fonts) if number in used
        }))  # fmt: skip
        page.Contents = scratch.make_stream(b"\n".join(_drawn(rows, size[1])))
        scratch.save(buffer)
    with contextlib.closing(pypdfium2.PdfDocument(buffer.getvalue())) as document:
        return render(document[0], 1)


def _places(row: Sequence[Glyph], index: int) -> Iterator[tuple[Glyph, tuple[int, int, int, int]]]:
    """The glyphs of a row, and the box of the sheet in which each is drawn."""
    x, y = _MARGIN, _MARGIN + index * _ROW
    for glyph in row:
        wide = _PITCH if glyph.says > "\u2e80" else 2 * _PITCH // 3
        yield glyph, (x, y, x + wide, y + _ROW)
        x += wide


def _drawn(rows: Sequence[Sequence[Glyph]], height: int) -> Iterator[bytes]:
    for index, row in enumerate(rows):
        for glyph, (x, y, _, _) in _places(row, index):
            yield b"BT /F%d %d Tf 1 0 0 1 %d %d Tm <%b> Tj ET" % (
                glyph.font, _SIZE, x, height - y - _SIZE - (_ROW - _SIZE) // 2, glyph.code.hex().encode(),
            )  # fmt: skip


def _look(sheet: Picture, box: tuple[int, int, int, int], glyph: Glyph) -> bytes:
    """What is drawn in a cell with a font; nothing for a cell without ink."""
    cell = sheet.crop(box).convert("L")
    darkest, _ = cast("tuple[int, int]", cell.getextrema())
    return glyph.font.to_bytes(4, "big") + cell.tobytes() if darkest < _INK else b""


def _plain(says: str) -> str:
    return unicodedata.normalize("NFKC", says)


def _is_letter(says: str) -> bool:
    return len(says) == 1 and (("\u4e01" <= says <= "\u9fff") or (says.isascii() and says.isalpha()))


def _folded(text: str) -> str:
    return text.translate(_ALIKE).casefold()
