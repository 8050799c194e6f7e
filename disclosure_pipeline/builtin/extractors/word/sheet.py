"""The style sheet and the colours of one document, read when they are first needed."""

from __future__ import annotations

from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.drawings.colors import Theme
from disclosure_pipeline.builtin.extractors.ooxml.memory import Memory
from disclosure_pipeline.builtin.extractors.ooxml.tags import Tags
from disclosure_pipeline.builtin.extractors.packages.package import Package, parse_xml
from disclosure_pipeline.builtin.extractors.word.plain import attribute_of, hiding_elements, may_be_searched
from disclosure_pipeline.builtin.extractors.word.style import Palette, Styles

if TYPE_CHECKING:
    from collections.abc import Hashable

_STYLE, _STYLE_END, _END = b"<w:style ", b"</w:style>", b"</w:styles>"


class StyleSheet:
    """A document's styles and theme.

    Most documents hide nothing by their styles: a look at the bytes says so, and the answer is remembered for
    all documents of the same styles; nothing is parsed, nothing even unpacked.

    Args:
        package: the document's package.
        styles: name of the part of styles. theme: of the theme. ``None`` without one.
        page_width: twips.
    """

    def __init__(
        self,
        package: Package | None = None,
        styles: str | None = None,
        theme: str | None = None,
        page_width: int = 11906,
    ):
        self._package = package
        self._styles = styles
        self._theme = theme
        self.page_width = page_width

    def hides_nothing(self, tags: Tags) -> bool:
        """Whether no style can hide anything in a part.

        A table style counts where the part has tables, if one of them names it, or if it is the one of tables
        that name none.

        Args:
            tags: of the part, written as usual.
        """
        if self._styles is None:
            return True
        names = _named_tables(tags)
        used = sha256(repr(names).encode()).digest()
        return _is_quiet((self._digests, self.page_width, used), self, names)

    @property
    def is_colored(self) -> bool:
        """Whether some style gives letters a colour."""
        return self._styles is not None and _is_colored(self._digests, self)

    @cached_property
    def styles(self) -> Styles:
        """The looks of all styles."""
        data = self.read(self._styles)
        return Styles.of(parse_xml(data), self.palette, self.page_width) if data else Styles()

    @cached_property
    def palette(self) -> Palette:
        """The document's colours."""
        data = self.read(self._theme)
        return Palette(Theme.of(parse_xml(data)) if data else None)

    @property
    def data(self) -> bytes:
        """The bytes of the styles; empty without."""
        return self.read(self._styles)

    def read(self, part: str | None) -> bytes:
        """The bytes of a part; empty for none."""
        return b"" if part is None or self._package is None else self._package.read(part)

    @cached_property
    def _digests(self) -> Hashable:
        parts = (self._styles, self._theme)
        return tuple(part and self._package and self._package.digest(part) for part in parts)


def _named_tables(tags: Tags) -> tuple[bytes, ...] | None:
    """What the tables of a part say of their styles, as written; ``None`` for a part without tables."""
    return tuple(sorted(tags.of("tblStyle"))) if "tbl" in tags.elements else None


def _hides_nothing(sheet: StyleSheet, names: tuple[bytes, ...] | None) -> bool:
    """Whether no style can hide anything where tables name these styles."""
    if _is_harmless(sheet, with_tables=names is not None):
        return True
    styles = sheet.styles
    if styles.may_hide:
        return False
    if names is None or not styles.hiding_tables:
        return True
    used = {attribute_of(name, b"val") for name in names} | {styles.default_table}
    # A name with references is left to the long way; an unknown one means the default.
    return not any("&" in name for name in used) and used.isdisjoint(styles.hiding_tables)


def _is_harmless(sheet: StyleSheet, *, with_tables: bool) -> bool:
    """Whether a look at the bytes shows that no style can hide anything.

    Args:
        sheet: the style sheet.
        with_tables: whether table styles count.
    """
    data = sheet.data
    if b"<!" in data or data.count(b"<?") > 1:
        return False
    first, *rest = data.split(_STYLE)
    counted = rest if with_tables else [piece for piece in rest if not _is_table_style(piece)]
    tags = Tags(_STYLE.join((first, *counted)))
    return may_be_searched(tags) and not tags.of("shd") and hiding_elements(tags, sheet) == ()


def _is_table_style(piece: bytes) -> bool:
    """Whether the bytes behind ``<w:style`` are one whole table style, and nothing else."""
    tag, _, inside = piece.partition(b">")
    if tag.count(b'type="') != 1 or b'w:type="table"' not in tag or b"'" in tag or tag.endswith(b"/"):
        return False
    # All up to the first end is inside of it; behind that, an element of another spelling might begin.
    return inside.partition(_STYLE_END)[2].strip() in (b"", _END)


def _gives_color(sheet: StyleSheet) -> bool:
    return sheet.styles.colored


_is_quiet = Memory(_hides_nothing)
_is_colored = Memory(_gives_color)
