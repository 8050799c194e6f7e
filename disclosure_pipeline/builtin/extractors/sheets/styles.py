"""How the cells of a workbook look: number format, colour of letters and ground, size (``xl/styles.xml``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from disclosure_pipeline.builtin.extractors.drawings.colors import (
    BLACK,
    WHITE,
    Color,
    Theme,
    alike,
    parse_rgb,
    tinted,
)
from disclosure_pipeline.builtin.extractors.shared.digits import natural
from disclosure_pipeline.builtin.extractors.shared.markup import local
from disclosure_pipeline.builtin.extractors.sheets.number_formats import NumberFormat, builtin_code, compiled

if TYPE_CHECKING:
    from lxml import etree

_Item = TypeVar("_Item")
UNREADABLE_POINTS = 2.0
"""Size of letters that nobody can read."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the cells of one format look.

    Args:
        format: what becomes of numbers; ``None`` for the general format.
        letters: colour of the letters. ground: what lies behind them; ``None`` when it is no plain colour.
        tiny: the letters are too small to read.
    """

    format: NumberFormat | None = None
    letters: Color = BLACK
    ground: Color | None = WHITE
    tiny: bool = False

    @property
    def unseen(self) -> str:
        """Why nobody can read the cell; empty when it can be read."""
        if self.tiny:
            return "tiny letters"
        return "letters coloured as the ground" if is_lost(self.letters, self.ground) else ""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What a conditional format changes in a cell; ``None`` means it leaves that as it is."""

    letters: Color | None = None
    ground: Color | None = None
    format: NumberFormat | None = None

    @property
    def may_hide(self) -> bool:
        """Whether it can make text disappear at all."""
        empties = self.format is not None and self.format.show("1").covers
        return empties or self.letters is not None or self.ground is not None

    def hides(self, look: Look, stored: str, *, is_text: bool) -> bool:
        """Whether a cell is unreadable under this format."""
        if self.format is not None and self.format.show(stored, is_text=is_text).covers:
            return True
        ground = self.ground or look.ground
        return is_lost(self.letters or look.letters, ground)


def is_lost(letters: Color, ground: Color | None) -> bool:
    """Whether letters cannot be told from their ground; an unknown ground is not held against them."""
    return ground is not None and alike(letters, ground)


@dataclass(frozen=True, slots=True)
class CellStyles:
    """The formats of a workbook.

    Args:
        looks: by the index that cells use. overlays: by the index that conditional formats use.
        spare_words: words of number formats that no cell format uses.
        theme: the workbook's colours. palette: colours by index.
    """

    looks: Sequence[Look] = (Look(),)
    overlays: Sequence[Overlay] = ()
    spare_words: Sequence[str] = ()
    theme: Theme = field(default_factory=Theme)
    palette: Sequence[Color] = ()

    @classmethod
    def of(cls, root: etree._Element, theme: Theme, *, epoch_1904: bool) -> CellStyles:
        """Read ``styleSheet``."""
        palette = [
            parse_rgb(item.get("rgb", "")) or BLACK
            for item in root.iterfind("{*}colors/{*}indexedColors/{*}rgbColor")
        ]
        self = cls(theme=theme, palette=palette or _standard_palette())
        codes = {
            item.get("numFmtId", ""): item.get("formatCode", "")
            for item in root.iterfind("{*}numFmts/{*}numFmt")
        }
        fonts = [self._font(item) for item in root.iterfind("{*}fonts/{*}font")]
        grounds = [self._ground(item) for item in root.iterfind("{*}fills/{*}fill")]
        looks, used = [], set()
        for item in root.iterfind("{*}cellXfs/{*}xf"):
            number = item.get("numFmtId", "0")
            used.add(number)
            letters, tiny = _at(fonts, item.get("fontId", "0"), (BLACK, False))
            ground = _at(grounds, item.get("fillId", "0"), WHITE)
            code = codes.get(number) or builtin_code(natural(number))
            looks.append(Look(compiled(code, epoch_1904=epoch_1904) if code else None, letters, ground, tiny))
        overlays = [self._overlay(item) for item in root.iterfind("{*}dxfs/{*}dxf")]
        spare = [
            word
            for number, code in codes.items()
            if number not in used and (spare_format := compiled(code)) is not None
            for word in spare_format.literals
        ]
        return cls(looks or (Look(),), overlays, spare, theme, self.palette)

    def look(self, index: str) -> Look:
        """The look of a cell by its ``s`` attribute."""
        return _at(self.looks, index or "0", self.looks[0])

    def color(self, item: etree._Element | None) -> Color | None:
        """The colour of ``color``, ``fgColor`` or ``bgColor``; ``None`` when it is automatic."""
        if item is None or item.get("auto") in ("1", "true"):
            return None
        color = parse_rgb(item.get("rgb", ""))
        theme, indexed = natural(item.get("theme")), natural(item.get("indexed"))
        if theme >= 0:
            color = self.theme.numbered(theme)
        elif indexed >= 0:
            color = {64: BLACK, 65: WHITE}.get(indexed) or _at(self.palette, str(indexed), BLACK)
        try:
            tint = float(item.get("tint", "0"))
        except ValueError:
            return color
        return tinted(color, tint) if color is not None else None

    def _font(self, font: etree._Element) -> tuple[Color, bool]:
        return self.color(font.find("{*}color")) or BLACK, is_tiny(font.find("{*}sz"))

    def _ground(self, fill: etree._Element) -> Color | None:
        pattern = fill.find("{*}patternFill")
        if pattern is None:
            return None if fill.find("{*}gradientFill") is not None else WHITE
        kind = pattern.get("patternType", "none")
        if kind == "none":
            return WHITE
        return (self.color(pattern.find("{*}fgColor")) or BLACK) if kind == "solid" else None

    def _overlay(self, item: etree._Element) -> Overlay:
        fill = item.find("{*}fill/{*}patternFill")
        ground = None
        if fill is not None:  # Office puts the ground of a plain conditional fill into bgColor
            ground = self.color(fill.find("{*}bgColor")) or self.color(fill.find("{*}fgColor"))
        number = item.find("{*}numFmt")
        code = "" if number is None else number.get("formatCode", "")
        return Overlay(self.color(item.find("{*}font/{*}color")), ground, compiled(code) if code else None)


def is_tiny(size: etree._Element | None) -> bool:
    """Whether a ``sz`` element asks for letters that nobody can read."""
    if size is None:
        return False
    try:
        return float(size.get("val", "11")) <= UNREADABLE_POINTS
    except ValueError:
        return False


def named_styles(root: etree._Element) -> list[tuple[str, bool]]:
    """The names of cell, table and pivot styles, and whether each is one of Office's own."""
    found = [
        (item.get("name", ""), item.get("builtinId") is not None)
        for item in root.iterfind("{*}cellStyles/{*}cellStyle")
    ]
    return found + [(item.get("name", ""), False) for item in root.iter() if local(item) == "tableStyle"]


def _at(items: Sequence[_Item], index: str, default: _Item) -> _Item:
    number = natural(index)
    return items[number] if 0 <= number < len(items) else default


@cache
def _standard_palette() -> tuple[Color, ...]:
    """The 64 colours that workbooks use when they define none (ECMA-376 part 1, 18.8.27)."""
    basic = "000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF"
    more = (
        "800000 008000 000080 808000 800080 008080 C0C0C0 808080 9999FF 993366 FFFFCC CCFFFF 660066 FF8080 0066CC CCCCFF "
        "000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF 00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99 "
        "3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 969696 003366 339966 003300 333300 993300 993366 333399 333333"
    )
    return tuple(parse_rgb(code) or BLACK for code in f"{basic} {basic} {more}".split())
