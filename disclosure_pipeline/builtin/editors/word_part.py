"""One part of a Word document rebuilt from what its readers see: body, header, footer or notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from disclosure_pipeline.builtin.editors import word_rules as rules
from disclosure_pipeline.builtin.editors.container import OFFICE
from disclosure_pipeline.builtin.editors.unseen import unseen_runs
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, is_on, local
from disclosure_pipeline.model.text import Segment

if TYPE_CHECKING:
    from lxml import etree

    from disclosure_pipeline.builtin.editors.word_looks import Looks

W = f"{{{rules.W}}}"
R = f"{{{OFFICE}}}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_PAGE_FIELD = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES)(?:\s+\\\*\s*\w+)*\s*", re.IGNORECASE)
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
_SIDES = {"headerReference": "header", "footerReference": "footer"}
_GUIDE = re.compile(r"[A-Za-z]{1,14}\d{0,4}")
"""What a shape's geometry calls its measures."""

_PLAIN_ATTRIBUTE = re.compile(r"[\w.+%#@,:;/() \-]{0,64}")


class Whole(Protocol):
    """What a part asks of the document it belongs to."""

    looks: Looks
    unseen: Sequence[Segment]

    def picture(self, part: str, relation: str, new_part: str) -> str:
        """Take a picture over; the id of its relationship in the copy."""
        ...

    def side(self, part: str, relation: str, kind: str, new_part: str) -> str:
        """Take a header, a footer or the notes over; the id of the relationship in the copy."""
        ...


class PartCleaner:
    """Rebuilds one part.

    Args:
        whole: the document. part: the part's name in the draft. new_part: its name in the copy.
    """

    def __init__(self, whole: Whole, part: str, new_part: str):
        self._whole = whole
        self._part = part
        self._new_part = new_part
        self._unseen: set[etree._Element] = set()
        self._fields: list[str] = []
        """Nested complex fields: what each one shows now (``code``, ``result``, ``page``)."""
        self._drawings = 0

    def rebuild(self, root: etree._Element) -> etree._Element:
        """The clean part under a new root of the same name."""
        from lxml import etree

        self._unseen = unseen_runs(root, self._part, self._whole.unseen)
        new = etree.Element(W + local(root), nsmap={"w": rules.W, "r": OFFICE})
        for child in root:
            for kept in self._block(child):
                new.append(kept)
        return new

    # ------------------------------------------------------------------ blocks

    def _block(self, element: etree._Element) -> Iterator[etree._Element]:
        name = local(element)
        if name in rules.UNWRAPPED or name in ("body", "txbxContent"):
            inner = [kept for child in element for kept in self._block(child)]
            yield from [self._new(element, inner)] if name in ("body", "txbxContent") else inner
        elif name == "p":
            yield from self._paragraph(element)
        elif name == "tbl":
            yield from self._table(element)
        elif name == "sectPr":
            yield self._property(element)
        elif name in ("footnote", "endnote"):
            inner = [kept for child in element for kept in self._block(child)]
            yield self._new(element, inner, keep=("id", "type"))
        elif name == "altChunk":
            raise failure("clean.object", "It includes another document.")

    def _paragraph(self, element: etree._Element) -> Iterator[etree._Element]:
        """A paragraph; none where all of it, its mark included, is a tracked deletion."""
        content = list(self._inline(element))
        if content or not _is_deleted(element) or not _has_successor(element):
            yield self._new(element, [*self._properties(element, "pPr"), *content])

    def _table(self, table: etree._Element) -> Iterator[etree._Element]:
        rows = [self._row(row) for row in _below(table, "tr") if not _is_gone(row)]
        if rows:
            yield self._new(
                table, [*self._properties(table, "tblPr"), *self._properties(table, "tblGrid"), *rows]
            )

    def _row(self, row: etree._Element) -> etree._Element:
        cells = []
        for cell in _below(row, "tc"):
            if cell.find("{*}tcPr/{*}cellDel") is not None:
                continue
            inner = [kept for child in cell for kept in self._block(child)]
            cells.append(
                self._new(cell, [*self._properties(cell, "tcPr"), *(inner or [self._new_paragraph(cell)])])
            )
        return self._new(row, [*self._properties(row, "tblPrEx"), *self._properties(row, "trPr"), *cells])

    def _new_paragraph(self, like: etree._Element) -> etree._Element:
        return like.makeelement(f"{W}p")

    # ------------------------------------------------------------------ inline

    def _inline(self, parent: etree._Element) -> Iterator[etree._Element]:
        for child in parent:
            name = local(child)
            if name == "r":
                yield from self._run(child)
            elif name == "fldSimple" and _PAGE_FIELD.fullmatch(attribute(child, "instr")):
                field = self._new(child, list(self._inline(child)))
                field.set(f"{W}instr", attribute(child, "instr").strip().upper())
                yield field
            elif name in rules.UNWRAPPED:
                yield from self._inline(child)
            elif isinstance(child.tag, str) and child.tag.startswith(_MATH):
                yield self._formula(child)

    def _run(self, run: etree._Element) -> Iterator[etree._Element]:
        if run in self._unseen:
            self._follow_fields(run)
            return
        children = [kept for child in run for kept in self._in_run(child)]
        if children:
            yield self._new(run, [*self._properties(run, "rPr"), *children])

    def _follow_fields(self, run: etree._Element) -> None:
        for mark in run.iterchildren("{*}fldChar"):
            list(self._field_mark(mark))

    def _in_run(self, element: etree._Element) -> Iterator[etree._Element]:
        name = local(element)
        if name == "fldChar":
            yield from self._field_mark(element)
            return
        if name == "instrText":
            yield from self._field_code(element)
            return
        if "code" in self._fields or not name:
            return
        if name == "t":
            yield self._text(element)
        elif name in rules.SIGNS:
            yield self._new(element, [], keep=("type", "clear", "relativeTo", "alignment", "leader"))
        elif name == "sym":
            yield self._new(element, [], keep=("font", "char"))
        elif name in _NOTES:
            yield self._note(element)
        elif name == "ruby":
            yield self._ruby(element)
        elif name == "drawing":
            yield from self._drawing(element)
        elif name == "AlternateContent":
            yield from self._alternative(element)
        elif name in ("object", "pict"):
            raise failure("clean.object", "It shows an embedded object or an old drawing.")

    def _text(self, element: etree._Element) -> etree._Element:
        text = self._new(element, [])
        text.text = element.text
        text.set(_SPACE, "preserve")
        return text

    def _field_mark(self, mark: etree._Element) -> Iterator[etree._Element]:
        kind = attribute(mark, "fldCharType")
        if kind == "begin":
            # A page number stays a field; its code comes before its result, so look ahead.
            self._fields.append("page" if _is_page_field(mark) else "code")
        if self._fields and self._fields[-1] == "page" and "code" not in self._fields:
            yield self._new(mark, [], keep=("fldCharType",))
        if kind == "separate" and self._fields and self._fields[-1] == "code":
            self._fields[-1] = "result"
        if kind == "end" and self._fields:
            self._fields.pop()

    def _field_code(self, element: etree._Element) -> Iterator[etree._Element]:
        if self._fields and self._fields[-1] == "page" and "code" not in self._fields:
            code = self._new(element, [])
            code.text = (element.text or "").upper()
            code.set(_SPACE, "preserve")
            yield code

    def _note(self, element: etree._Element) -> etree._Element:
        kind = _NOTES[local(element)]
        self._whole.side(self._part, kind, kind, self._new_part)
        return self._new(element, [], keep=("id", "customMarkFollows"))

    def _ruby(self, element: etree._Element) -> etree._Element:
        parts = [*self._properties(element, "rubyPr")]
        parts += [
            self._new(side, list(self._inline(side))) for side in element if local(side) in ("rt", "rubyBase")
        ]
        return self._new(element, parts)

    def _formula(self, element: etree._Element) -> etree._Element:
        """Math: every element of its namespace, its values, and the runs' text."""
        new = element.makeelement(element.tag)
        for key, value in element.attrib.items():
            if str(key).startswith(_MATH):
                new.set(key, str(value))
        if local(element) == "t":
            new.text = element.text
            new.set(_SPACE, "preserve")
        for child in element:
            if isinstance(child.tag, str) and child.tag.startswith(_MATH):
                new.append(self._formula(child))
            elif local(child) == "rPr":
                new.append(self._property(child))
        return new

    # ---------------------------------------------------------------- drawings

    def _alternative(self, element: etree._Element) -> Iterator[etree._Element]:
        """The newer form of a drawing; without it the document must be saved anew by a newer program."""
        for choice in element.iterchildren("{*}Choice"):
            for drawing in choice.iterchildren("{*}drawing"):
                yield from self._drawing(drawing)
                return
        raise failure("clean.object", "It shows an old drawing.")

    def _drawing(self, element: etree._Element) -> Iterator[etree._Element]:
        if any(is_on_value(item.get("hidden")) for item in element.iter("{*}docPr")):
            return
        drawing = self._new(element, [])
        for child in element:
            drawing.append(self._shape(child))
        yield drawing

    def _shape(self, element: etree._Element) -> etree._Element:
        namespace, _, name = str(element.tag)[1:].rpartition("}")
        if name == "txbxContent":
            return next(self._block(element))
        colour = self._whole.looks.colour(element.get("val", "")) if name == "schemeClr" else ""
        new = (
            element.makeelement(f"{{{namespace}}}srgbClr", val=colour)
            if colour
            else element.makeelement(element.tag)
        )
        for key, value in () if colour else element.attrib.items():
            self._shape_attribute(new, str(key), str(value))
        if name in ("docPr", "cNvPr"):
            self._drawings += 1
            new.set("id", str(self._drawings))
            new.set("name", f"形状 {self._drawings}")
        if name in ("posOffset", "align"):
            new.text = element.text
        for child in _settled(element):
            kept = self._kept_in_shape(child, namespace)
            if kept is not None:
                new.append(kept)
        return new

    def _kept_in_shape(self, child: etree._Element, namespace: str) -> etree._Element | None:
        inner, _, name = str(child.tag)[1:].rpartition("}") if isinstance(child.tag, str) else ("", "", "")
        if name in rules.DRAWING.get(inner, ()) or (name == "txbxContent" and namespace in rules.DRAWING):
            return self._shape(child)
        if name in ("chart", "relIds", "oleObj", "wpc"):
            raise failure("clean.object", "It shows a chart, a diagram or an embedded object.")
        return None

    def _shape_attribute(self, new: etree._Element, key: str, value: str) -> None:
        name = key.rpartition("}")[2]
        if key == f"{R}embed":
            new.set(key, self._whole.picture(self._part, value, self._new_part))
        elif name == "name" and local(new) == "gd":
            if not _GUIDE.fullmatch(value):
                raise failure("clean.object", "It shows a shape that cannot be taken over.")
            new.set(key, value)
        elif not key.startswith(R) and name not in rules.DRAWING_ATTRIBUTES_DROPPED | {"id"}:
            new.set(key, value)

    # -------------------------------------------------------------- properties

    def _properties(self, element: etree._Element, name: str) -> Iterator[etree._Element]:
        found = element.find(f"{{*}}{name}")
        if found is not None:
            yield self._property(found)

    def _property(self, element: etree._Element) -> etree._Element:
        """A property with the values and children that the rules keep."""
        name = local(element)
        new = self._new(element, [])
        for key, value in element.attrib.items():
            attribute_name = str(key).rpartition("}")[2]
            if attribute_name not in rules.DROPPED_ATTRIBUTES and _PLAIN_ATTRIBUTE.fullmatch(str(value)):
                new.set(W + attribute_name, self._whole.looks.renamed(name, attribute_name, str(value)))
        if name in _SIDES:
            relation = self._whole.side(self._part, attribute(element, "id"), _SIDES[name], self._new_part)
            new.set(f"{R}id", relation)
        if name == "numPr":
            self._whole.looks.use_list(element)
        self._whole.looks.resolve(element, new)
        for child in element:
            if local(child) in rules.PROPERTIES.get(name, ()):
                new.append(self._property(child))
        return new

    def _new(
        self, element: etree._Element, children: list[etree._Element], keep: tuple[str, ...] = ()
    ) -> etree._Element:
        new = element.makeelement(W + local(element))
        for name in keep:
            if value := attribute(element, name):
                new.set(W + name, value)
        new.extend(children)
        return new


def _settled(element: etree._Element) -> Iterator[etree._Element]:
    """Children of a drawing's element; of alternatives the one that every program understands."""
    for child in element:
        if local(child) != "AlternateContent":
            yield child
            continue
        fallback = child.find("{*}Fallback")
        if fallback is None:
            raise failure("clean.object", "It shows a drawing in a newer form only.")
        yield from fallback


def is_on_value(value: str | None) -> bool:
    """Whether an attribute of DrawingML says yes."""
    return value in ("1", "true", "on")


def _below(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Rows of a table or cells of a row, also in wrappers that the copy leaves out."""
    for child in element:
        if local(child) == name:
            yield child
        elif local(child) in rules.UNWRAPPED:
            yield from _below(child, name)


def _is_deleted(paragraph: etree._Element) -> bool:
    """Whether a paragraph's mark is deleted; one that ends a section stays."""
    marks = paragraph.find("{*}pPr/{*}rPr")
    return (
        marks is not None
        and any(local(mark) in rules.REMOVED for mark in marks)
        and paragraph.find("{*}pPr/{*}sectPr") is None
    )


def _has_successor(paragraph: etree._Element) -> bool:
    """Whether a paragraph follows at once: every cell, box and page needs its last one."""
    following = paragraph.getnext()
    return following is not None and local(following) == "p"


def _is_gone(row: etree._Element) -> bool:
    properties = row.find("{*}trPr")
    if properties is None:
        return False
    hidden = properties.find("{*}hidden")
    return properties.find("{*}del") is not None or (hidden is not None and is_on(hidden))


def _is_page_field(begin: etree._Element) -> bool:
    """Whether the complex field that begins here is a page number, by all of its code."""
    code: list[str] = []
    paragraph = next(begin.iterancestors("{*}p"), None)
    started = False
    for element in paragraph.iter() if paragraph is not None else ():
        if element is begin:
            started = True
        elif started and local(element) == "instrText":
            code.append(element.text or "")
        elif started and local(element) == "fldChar":
            break
    return bool(code) and _PAGE_FIELD.fullmatch("".join(code)) is not None
