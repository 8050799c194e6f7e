"""The style sheet and the colours of one document, read when they are first needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from disclosure_pipeline.builtin.extractors.drawings.colors import Theme
from disclosure_pipeline.builtin.extractors.ooxml.memory import Memory
from disclosure_pipeline.builtin.extractors.ooxml.tags import Tags
from disclosure_pipeline.builtin.extractors.packages.package import parse_xml
from disclosure_pipeline.builtin.extractors.word.plain import hiding_elements, may_be_searched
from disclosure_pipeline.builtin.extractors.word.style import Palette, Styles

_SEPARATOR = b"\x00\x00theme\x00"
_TABLE_MARKS = (b"<w:vanish", b'<w:color w:val="FFFFFF"', b'w:themeColor="background1"')
"""What makes the letters of a whole table disappear, when its style says so."""


class StyleSheet:
    """A document's styles and theme.

    Most documents hide nothing by their styles; a look at the bytes says so, and nothing is parsed.

    Args:
        styles: the bytes of ``styles.xml``; empty without one.
        theme: reads the bytes of the theme; empty without one.
        page_width: twips.
    """

    def __init__(self, styles: bytes = b"", theme: Callable[[], bytes] = bytes, page_width: int = 11906):
        self._data = styles
        self._theme = theme
        self._page_width = page_width

    @cached_property
    def is_quiet(self) -> bool:
        """Whether no style can hide anything, by its bytes. Most table styles colour cells only."""
        return not self._data or _is_quiet(self._data + _SEPARATOR + self._theme())

    @property
    def is_colored(self) -> bool:
        """Whether some style gives letters a colour."""
        return b"<w:color" in self._data and self.styles.colored

    @cached_property
    def styles(self) -> Styles:
        """The looks of all styles."""
        if not self._data:
            return Styles()
        return Styles.of(parse_xml(self._data), self.palette, self._page_width)

    @cached_property
    def palette(self) -> Palette:
        """The document's colours."""
        data = self._theme()
        return Palette(Theme.of(parse_xml(data)) if data else None)


def _hides_nothing(data: bytes) -> bool:
    """Whether no style can hide anything; ``data`` is the style sheet and the theme with a separator."""
    styles, _, theme = data.partition(_SEPARATOR)
    head, _, rest = styles.partition(b"<w:latentStyles")
    pieces = (head + rest.partition(b"</w:latentStyles>")[2]).split(b"<w:style ")
    tables = [piece for piece in pieces if b'type="table"' in piece[:200]]
    if any(mark in piece.partition(b"<w:tblStylePr")[0] for piece in tables for mark in _TABLE_MARKS):
        return False
    tags = Tags(b"<w:style ".join(piece for piece in pieces if b'type="table"' not in piece[:200]))
    sheet = StyleSheet(theme=lambda: theme)
    return may_be_searched(tags) and not tags.of(b"w:shd") and hiding_elements(tags, sheet) == ()


_is_quiet = Memory(_hides_nothing)
