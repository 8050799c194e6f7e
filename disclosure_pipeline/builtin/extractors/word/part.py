"""Walks one WordprocessingML part: paragraphs, cells, text boxes, changes, hidden runs, fields.

Elements are recognised by local name, so that transitional and strict documents read alike. The
walk visits every element; text that no rule places is kept as ``unplaced``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.drawings.colors import WHITE, Color
from disclosure_pipeline.builtin.extractors.ooxml.vocabulary import is_known_namespace
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, column_name, first, is_on, local
from disclosure_pipeline.builtin.extractors.word.inline import PROPERTIES, InlineWalker, Story
from disclosure_pipeline.builtin.extractors.word.plain import plain_paragraphs
from disclosure_pipeline.builtin.extractors.word.runs import (
    DELETED,
    FIELD,
    HIDDEN,
    VISIBLE,
    FieldStack,
    Runs,
)
from disclosure_pipeline.builtin.extractors.word.shapes import ground_of, is_unseen

if TYPE_CHECKING:
    from lxml import etree

    from disclosure_pipeline.builtin.extractors.ooxml.tags import Tags

KINDS_BY_ROOT: Mapping[str, str] = {
    "document": "body", "hdr": "header", "ftr": "footer", "footnotes": "footnote",
    "endnotes": "endnote", "comments": "comment", "glossaryDocument": "hidden",
}  # fmt: skip
"""What the root element of a part says about the text in it."""

_INSERTED_KINDS = frozenset(("body", "table", "textbox", "footnote", "endnote"))
"""Kinds whose inserted paragraphs are of kind ``insertion``; a header stays a header, which is not published."""
_CHILDLESS = frozenset((*PROPERTIES, "p", "bookmarkStart", "bookmarkEnd"))
"""Children of tables and rows that hold neither."""
_CELL_LOOKS = ("shd", "cellDel", "cellIns", "vMerge")
"""What the properties of a cell may say about the words in it."""
_NOTES = ("footnote", "endnote")
_THIN_ROW = 60
# What a header that is not shown says without saying anything: a page number.
_PAGE_NUMBER = re.compile(r"[\s\d\-–—－·./第页共]*")


class _Where(NamedTuple):
    """What the elements around a paragraph say about it."""

    kind: str
    mode: str = VISIBLE
    cell: str | None = None
    detail: str | None = None
    ground: Color | None = WHITE
    visible: bool | None = None
    inserted: bool = False


class PartWalker(InlineWalker):
    """Walks one part.

    Args:
        out: gets the segments.
        part: the part's name.
        story: what the parts share.
        kind: what the part's text is. visible: ``False`` for a part that is not shown.
    """

    def __init__(self, out: Collector, part: str, story: Story, *, kind: str, visible: bool | None = None):
        super().__init__(out, part, story)
        self._where = _Where(kind, ground=story.ground, visible=visible)
        self._paragraphs = 0
        self._tables = 0
        self._cells: list[list[str] | None] = []
        self._inserted_cells: list[str | None] = []
        self._plain: Mapping[etree._Element, str] = {}
        self._is_tidy = False
        self._elements: frozenset[str] = frozenset()
        self._cells_differ = True

    def walk(
        self, root: etree._Element, tags: Tags, whole: Callable[[], etree._Element] | None = None
    ) -> None:
        """Read everything under the part's root element.

        Args:
            root: the root.
            tags: the part's tags.
            whole: parses the whole part, if ``root`` lacks the properties that repeat themselves.
        """
        self._elements = tags.elements
        marks = [attribute(mark, "fldCharType") for mark in tags.search(root, ("fldChar",))]
        self._fields = FieldStack(trusted=marks.count("begin") == marks.count("end"))
        sheet, painted = self._story.sheet, self._story.ground != WHITE
        plain = plain_paragraphs(root, tags, sheet, painted=painted)
        if plain.looks_matter and whole is not None:
            root = whole()
            plain = plain_paragraphs(root, tags, sheet, painted=painted)
        self._plain, self._looks_matter, self._is_tidy = plain.texts, plain.looks_matter, plain.is_tidy
        self._cells_differ = not self._elements.isdisjoint(_CELL_LOOKS)
        self._blocks(root, self._where)

    # ------------------------------------------------------------------ blocks

    def _blocks(self, parent: etree._Element, where: _Where) -> None:
        tidy = self._is_tidy
        if not tidy:
            self._stray(parent.text, where.cell)
        for child in parent:
            text = self._plain.get(child)
            if text is None:
                self._block(child, where)
            else:
                self._plain_paragraph(text, where)
            if not tidy:
                self._stray(child.tail, where.cell)

    def _block(self, element: etree._Element, where: _Where) -> None:
        name = local(element)
        if name == "p":
            self._paragraph(element, where)
        elif name == "tbl":
            self._table(element, where)
        elif name in ("del", "moveFrom"):
            self._blocks(element, where._replace(mode=DELETED))
        elif name in ("ins", "moveTo"):
            self._blocks(element, where._replace(inserted=True))
        elif name == "comment":
            self._blocks(element, where._replace(detail=attribute(element, "author") or None))
        elif name in _NOTES:
            self._blocks(element, where._replace(visible=self._is_noted(element, name) and where.visible))
        elif name == "AlternateContent":
            self._alternatives(element, where, blocks=True)
        elif name == "":
            self._out.add(element.text or "", "unplaced", self._part, detail="xml comment")
        elif name not in PROPERTIES:
            self._blocks(element, where)
        elif not self._is_tidy:
            self._properties(element, where.cell)

    def _is_noted(self, note: etree._Element, kind: str) -> bool | None:
        """``None`` (as the kind says) for a note that is printed, ``False`` for one that nothing refers to."""
        if attribute(note, "type") not in ("", "normal"):
            return None if any(noted == kind for noted, _ in self._story.notes) else False
        return None if (kind, attribute(note, "id")) in self._story.notes else False

    def _paragraph(self, element: etree._Element, where: _Where) -> None:
        text = self._plain.get(element)
        if text is not None:
            self._plain_paragraph(text, where)
            return
        self._paragraphs += 1
        number = self._paragraphs
        runs = Runs(self._looks(element, where.ground))
        self._inline(element, where.mode, runs)
        inserter = (runs.inserter or "") if runs.inserted or where.inserted else None
        self._show("".join(runs.shown), where, number, inserter=inserter)
        for kind, author, texts in runs.others:
            self._out.add(
                "".join(texts), kind, self._part, paragraph=number, cell=where.cell,
                detail=author or where.detail, visible=False,
            )  # fmt: skip
        if runs.inner:
            self._boxes(runs.inner, where)

    def _plain_paragraph(self, text: str, where: _Where) -> None:
        """A paragraph whose text was taken in one step."""
        self._paragraphs += 1
        inserter = "" if where.inserted else None
        mode = where.mode or (FIELD if self._fields.in_code else VISIBLE)
        if mode == VISIBLE:
            self._show(text, where, self._paragraphs, inserter=inserter)
            return
        self._show("", where, self._paragraphs, inserter=inserter)
        self._out.add(
            text,
            mode,
            self._part,
            paragraph=self._paragraphs,
            cell=where.cell,
            detail=where.detail,
            visible=False,
        )

    def _show(self, text: str, where: _Where, number: int, *, inserter: str | None) -> None:
        """Keep what a paragraph shows; ``inserter`` is who inserted some of it, ``None`` if nobody did."""
        if self._cells and self._cells[-1] is not None:
            self._cells[-1].append(text)
            if inserter is not None:
                self._inserted_cells[-1] = self._inserted_cells[-1] or inserter
            return
        kind, detail, visible = where.kind, where.detail, where.visible
        if inserter is not None and kind in _INSERTED_KINDS:
            kind, detail = "insertion", inserter or detail
        if visible is False and kind in ("header", "footer") and _PAGE_NUMBER.fullmatch(text):
            visible = None
        self._out.add(
            text, kind, self._part, paragraph=number, cell=where.cell, detail=detail, visible=visible
        )

    def _boxes(self, boxes: Iterable[etree._Element], where: _Where) -> None:
        """Text boxes of a paragraph."""
        self._cells.append(None)
        self._inserted_cells.append(None)
        fields, self._fields = self._fields, FieldStack(trusted=True)
        tidy, self._is_tidy = self._is_tidy, False  # what is known of the part holds outside paragraphs only
        kind = "textbox" if where.visible is None else where.kind
        for box in boxes:
            unseen = is_unseen(box, self._story.page)
            ground = where.ground
            if self._looks_matter:
                ground = ground_of(box, self._story.sheet.palette.theme, ground)
            mode = where.mode or (HIDDEN if unseen else VISIBLE)
            inner = _Where(kind, mode, ground=ground, visible=where.visible, inserted=where.inserted)
            if local(box) == "AlternateContent":
                self._alternatives(box, inner)
            else:
                self._block(box, inner)
        self._fields, self._is_tidy = fields, tidy
        self._cells.pop()
        self._inserted_cells.pop()

    def _alternatives(self, element: etree._Element, where: _Where, *, blocks: bool = False) -> None:
        """The branch that programs show, then what only the others say."""
        branches = [branch for branch in element if local(branch)]
        chosen = next(
            (branch for branch in branches if local(branch) == "Choice" and _is_understood(branch)), None
        )
        if chosen is None:
            chosen = next((branch for branch in branches if local(branch) == "Fallback"), None)
        said = ""
        for branch in sorted(branches, key=lambda item: item is not chosen):
            out, self._out = self._out, Collector("", "", self._out.limits)
            if blocks:
                self._blocks(branch, where)
            else:
                self._anonymous(branch, where)
            found, self._out = self._out.text().segments, out
            for segment in found:
                squeezed, place = "".join(segment.text.split()), segment.place
                if branch is not chosen and squeezed in said:
                    continue
                unseen = branch is not chosen and segment.visible
                self._out.add(
                    segment.text, "hidden" if unseen else place.kind, self._part, paragraph=place.paragraph,
                    cell=place.cell, detail="alternate content" if unseen else place.detail,
                    visible=segment.visible and not unseen,
                )  # fmt: skip
            if branch is chosen:
                said = "\n".join("".join(segment.text.split()) for segment in found)

    def _anonymous(self, branch: etree._Element, where: _Where) -> None:
        """Read a branch that holds runs or drawings as if it were a paragraph."""
        runs = Runs(self._looks(None, where.ground))
        self._inline(branch, where.mode, runs)
        self._out.add("".join(runs.shown), where.kind, self._part, visible=where.visible)
        for kind, author, texts in runs.others:
            self._out.add("".join(texts), kind, self._part, detail=author, visible=False)
        if runs.inner:
            self._boxes(runs.inner, where)

    # ------------------------------------------------------------------ tables

    def _table(self, table: etree._Element, where: _Where) -> None:
        self._tables += 1
        number = self._tables
        if self._looks_matter:
            where = self._styled(table, where)
        for at, row in enumerate(self._members(table, "tr", where), 1):
            self._row(row, number, at, where)

    def _styled(self, table: etree._Element, where: _Where) -> _Where:
        """What a table's style says about its cells; without one that is known, the default one."""
        styles = self._story.sheet.styles
        named = table.find("{*}tblPr/{*}tblStyle")
        style = "" if named is None else attribute(named, "val")
        style = style if style in styles.tables else styles.default_table
        if styles.vanishes(style, where.ground):
            where = where._replace(mode=where.mode or HIDDEN)
        return where._replace(ground=None) if style in styles.colored_tables else where

    def _members(self, parent: etree._Element, wanted: str, where: _Where) -> Iterable[etree._Element]:
        """Rows of a table or cells of a row, also those inside content controls and the like."""
        self._stray(parent.text, where.cell)
        for child in parent:
            name = local(child)
            if name == wanted:
                yield child
            elif name not in _CHILDLESS and next(child.iter(f"{{*}}{wanted}"), None) is not None:
                yield from self._members(child, wanted, where)
            else:
                self._block(child, where)
            self._stray(child.tail, where.cell)

    def _row(self, row: etree._Element, table: int, number: int, where: _Where) -> None:
        properties = first(row, "trPr") if "trPr" in self._elements else None
        column = 1
        if properties is not None:
            where = self._row_look(properties, where)
            before = first(properties, "gridBefore")
            column += _whole(before, 0)
        for cell in self._members(row, "tc", where):
            self._cell(cell, f"table {table} {column_name(column)}{number}", where)
            column += _span(cell) if "gridSpan" in self._elements else 1

    def _row_look(self, properties: etree._Element, where: _Where) -> _Where:
        hidden, height = first(properties, "hidden"), first(properties, "trHeight")
        if first(properties, "del") is not None:
            return where._replace(mode=DELETED)
        if hidden is not None and is_on(hidden):
            return where._replace(mode=HIDDEN)
        if (
            height is not None
            and attribute(height, "hRule") == "exact"
            and _whole(height, _THIN_ROW + 1) <= _THIN_ROW
        ):
            return where._replace(mode=HIDDEN)
        inserted = first(properties, "ins")
        if inserted is not None:
            return where._replace(inserted=True, detail=attribute(inserted, "author") or where.detail)
        return where

    def _cell(self, cell: etree._Element, name: str, where: _Where) -> None:
        inner = _Where(
            where.kind, where.mode, name, where.detail, where.ground, where.visible, where.inserted
        )
        properties = first(cell, "tcPr") if self._cells_differ else None
        if properties is not None:
            inner = self._cell_look(properties, inner)
        number = self._paragraphs + 1
        lines: list[str] = []
        self._cells.append(lines)
        self._inserted_cells.append(None)
        self._blocks(cell, inner)
        self._cells.pop()
        inserter = self._inserted_cells.pop()
        kind, detail = "table" if where.kind == "body" else where.kind, where.detail
        if (inner.inserted or inserter is not None) and kind in _INSERTED_KINDS:
            kind, detail = "insertion", inserter or detail
        self._out.add(
            "\n".join(lines),
            kind,
            self._part,
            paragraph=number,
            cell=name,
            detail=detail,
            visible=where.visible,
        )

    def _cell_look(self, properties: etree._Element, where: _Where) -> _Where:
        shading = first(properties, "shd") if self._looks_matter else None
        if shading is not None:
            where = where._replace(ground=self._story.sheet.palette.ground(shading) or where.ground)
        if first(properties, "cellDel") is not None:
            return where._replace(mode=DELETED)
        merged = first(properties, "vMerge")
        if merged is not None and attribute(merged, "val") != "restart":
            return where._replace(mode=where.mode or HIDDEN)  # the cell above stands over it
        return where._replace(inserted=True) if first(properties, "cellIns") is not None else where


def _span(cell: etree._Element) -> int:
    """The columns of the grid that a cell takes."""
    about = first(cell, "tcPr")
    return 1 if about is None else _whole(first(about, "gridSpan"), 1)


def _whole(element: etree._Element | None, otherwise: int) -> int:
    digits = "" if element is None else attribute(element, "val")
    return min(int(digits), 1 << 14) if digits.isascii() and digits.isdigit() else otherwise


def _is_understood(choice: etree._Element) -> bool:
    """Whether programs know every namespace that a choice wants."""
    wanted = (attribute(choice, "Requires") or "").split()
    return all(is_known_namespace(choice.nsmap.get(prefix) or "?") for prefix in wanted)
