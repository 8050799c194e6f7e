"""Walks one slide, layout, master or notes page: its shapes in drawing order, and what of them is seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.drawings.colors import WHITE, Color, Theme
from disclosure_pipeline.builtin.extractors.drawings.shapes import (
    Box,
    Shape,
    Transform,
    flatten,
    ground_of,
    is_covered,
    is_off,
)
from disclosure_pipeline.builtin.extractors.drawings.text import Paragraph, TextReader
from disclosure_pipeline.builtin.extractors.ooxml.defaults import is_default
from disclosure_pipeline.builtin.extractors.ooxml.leftovers import sweep
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, column_name, local
from disclosure_pipeline.builtin.extractors.sheets.drawings import NAMED

if TYPE_CHECKING:
    from lxml import etree

_KINDS = {"ftr": "footer", "dt": "footer", "sldNum": "footer", "hdr": "header"}
"""Kinds of placeholders that are not the body of a slide."""
_NAMES: Mapping[str, str] = {
    **NAMED, "cSld name": "name", "snd name": "name", "bmk name": "name", "control name": "name",
    "oleObj name": "name", "cmd cmd": "script", "blip link": "link", "strVal val": "script",
    "hlinkClick invalidUrl": "link", "hlinkHover invalidUrl": "link", "media name": "name",
}  # fmt: skip
_TECHNICAL_TEXTS = frozenset(("t", "attrName", "posOffset", "pctWidth", "pctHeight"))
_ANIMATED = frozenset(("hidden", "visible", "normal", "italic", "bold", "solid", "none", "true", "false"))
_STANDARD_VALUES = ("#ppt", "rctx", "(", "ppt_")


@dataclass(frozen=True, slots=True)
class Page:
    """What surrounds the shapes of a part.

    Args:
        part: name of the part. number: of the slide, if it is one or belongs to one.
        wide, high: size in points. theme: colours by name. ground: colour behind everything, if it is known.
        hidden: why nobody sees the page; empty when it is shown.
        kind: of text that is seen (``body``, ``note`` …).
        template: whether placeholders hold prompts only (layouts, masters).
        boxes: places that placeholders take from the layout, by type and number.
    """

    part: str
    number: int | None = None
    wide: float = 720
    high: float = 540
    theme: Theme = field(default_factory=Theme)
    ground: Color | None = WHITE
    hidden: str = ""
    kind: str = "body"
    template: bool = False
    boxes: Mapping[tuple[str, str], Box] = field(default_factory=dict)


class PageReader:
    """Reads one page.

    Args:
        out: gets the segments. page: what surrounds the shapes. root: the part's root.
    """

    def __init__(self, out: Collector, page: Page, root: etree._Element):
        self._out = out
        self._page = page
        self._root = root
        self._texts = TextReader(page.theme)
        self._paragraph = 0
        self._tables = 0
        self.large_pictures: list[str] = []
        """Relationship ids of pictures that take half the page or more."""

    def read(self) -> None:
        """Every shape, then whatever else the part holds."""
        shapes = [self._placed(shape) for shape in page_shapes(self._root, self._page.theme)]
        for index, shape in enumerate(shapes):
            reason = self._reason(shapes, index)
            table = next(shape.element.iter("{*}tbl"), None)
            if table is not None:
                self._table(table, shape, reason)
            else:
                self._shape(shapes, index, reason)
            self._picture(shape)
        for element in self._root.iter("{*}strVal"):
            value = element.get("val", "")
            if value in _ANIMATED or value.startswith(_STANDARD_VALUES) or value.isdigit():
                del element.attrib["val"]
        sweep(
            self._out, self._page.part, self._root, texts=_TECHNICAL_TEXTS, named=_NAMES, page=self._page.number,
            attributes=("attrName val",),
        )  # fmt: skip

    def _placed(self, shape: Shape) -> Shape:
        """The shape with the box that it takes from its layout."""
        if shape.box is not None:
            return shape
        kind, number = placeholder_of(shape.element) or ("", "")
        box = self._page.boxes.get((kind, number)) or self._page.boxes.get((kind, ""))
        if box is None and number:
            box = self._page.boxes.get(("", number))
        return shape if box is None else replace(shape, box=box)

    def _reason(self, shapes: Sequence[Shape], index: int) -> str:
        """Why nobody sees a shape; empty when it is seen."""
        shape = shapes[index]
        if self._page.hidden or shape.hidden:
            return self._page.hidden or shape.hidden
        if self._page.template and placeholder_of(shape.element) is not None:
            return "prompt of a placeholder"
        if is_off(shape.box, self._page.wide, self._page.high):
            return "outside the slide"
        return "behind another shape" if is_covered(shapes, index) else ""

    def _shape(self, shapes: Sequence[Shape], index: int, reason: str) -> None:
        shape = shapes[index]
        place = placeholder_of(shape.element)
        kind = _KINDS.get(place[0], self._page.kind) if place else self._page.kind
        if self._page.kind == "note":
            kind = "note"
        ground = ground_of(shapes, index, self._page.ground)
        for paragraph in self._texts.paragraphs(shape.element, ground):
            if (
                place
                and (self._page.template or place[0] == "sldNum")
                and is_default("prompts", paragraph.text)
            ):
                continue
            if paragraph.computed and (self._page.template or is_default("prompts", paragraph.text)):
                continue
            self._write(paragraph, kind, reason, shape.box)

    def _table(self, table: etree._Element, shape: Shape, reason: str) -> None:
        self._tables += 1
        for line, row in enumerate(table.iterfind("{*}tr"), 1):
            for column, cell in enumerate(row.iterfind("{*}tc"), 1):
                covered = cell.get("hMerge") in ("1", "true") or cell.get("vMerge") in ("1", "true")
                name = f"table {self._tables} {column_name(column)}{line}"
                fill = cell.find("{*}tcPr/{*}solidFill")
                ground = self._page.theme.solid(fill) if fill is not None else self._table_ground(table)
                for paragraph in self._texts.paragraphs(cell, ground):
                    why = reason or ("covered by a merged cell" if covered else "")
                    self._write(
                        paragraph,
                        "table" if self._page.kind == "body" else self._page.kind,
                        why,
                        shape.box,
                        name,
                    )

    def _table_ground(self, table: etree._Element) -> Color | None:
        """Behind the cells of a table without a style lies the page; a style may colour them."""
        look = table.find("{*}tblPr")
        return None if look is not None and look.find("{*}tableStyleId") is not None else self._page.ground

    def _write(
        self, paragraph: Paragraph, kind: str, reason: str, box: Box | None, cell: str | None = None
    ) -> None:
        self._paragraph += 1
        shown = "" if reason else paragraph.shown
        self._add(shown, kind, box, cell, None)
        if shown != paragraph.text:
            why = reason or "formatting of the text"
            self._add(paragraph.text, "note" if kind == "note" else "hidden", box, cell, why)
        if paragraph.fallback and paragraph.fallback != paragraph.text:
            self._add(paragraph.fallback, "hidden", box, cell, "fallback")

    def _add(self, text: str, kind: str, box: Box | None, cell: str | None, detail: str | None) -> None:
        self._out.add(
            text, kind, self._page.part, page=self._page.number, paragraph=self._paragraph, cell=cell, bbox=box,
            detail=detail,
        )  # fmt: skip

    def _picture(self, shape: Shape) -> None:
        if local(shape.element) != "pic" or shape.box is None:
            return
        left, top, right, bottom = shape.box
        blip = next(shape.element.iter("{*}blip"), None)
        if blip is not None and (right - left) * (bottom - top) * 2 >= self._page.wide * self._page.high:
            self.large_pictures.append(attribute(blip, "embed"))


def page_shapes(root: etree._Element, theme: Theme) -> Iterator[Shape]:
    """The shapes of a page in drawing order; wherever they stand."""
    return flatten(root, theme, Transform())


def placeholder_of(shape: etree._Element) -> tuple[str, str] | None:
    """Type and number of the placeholder that a shape fills, if it is one."""
    for path in ("{*}nvSpPr", "{*}nvPicPr", "{*}nvGraphicFramePr"):
        place = shape.find(f"{path}/{{*}}nvPr/{{*}}ph")
        if place is not None:
            return place.get("type", "body" if place.get("idx") is None else ""), place.get("idx", "")
    return None


def placeholder_boxes(root: etree._Element | None, theme: Theme) -> dict[tuple[str, str], Box]:
    """Where the placeholders of a layout or master lie, by type and number, by type, and by number."""
    boxes: dict[tuple[str, str], Box] = {}
    for shape in () if root is None else page_shapes(root, theme):
        place = placeholder_of(shape.element)
        if place is not None and shape.box is not None:
            for key in (place, (place[0], ""), ("", place[1])):
                if key != ("", ""):
                    boxes.setdefault(key, shape.box)
    return boxes
