"""Drawings on sheets: text boxes, pictures, controls, and notes in old VML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.drawings.colors import WHITE, Theme
from disclosure_pipeline.builtin.extractors.drawings.shapes import flatten, ground_of, is_covered
from disclosure_pipeline.builtin.extractors.drawings.text import TextReader
from disclosure_pipeline.builtin.extractors.ooxml.leftovers import sweep
from disclosure_pipeline.builtin.extractors.shared.digits import natural
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, local
from disclosure_pipeline.builtin.extractors.sheets.formulas import Formulas
from disclosure_pipeline.builtin.extractors.sheets.veil import LAST_COLUMN, LAST_ROW

if TYPE_CHECKING:
    from lxml import etree

_ANCHORS = ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor", "relSizeAnchor", "absSizeAnchor")
_POSITIONS = frozenset(("col", "row", "colOff", "rowOff", "t", "x", "y"))
NAMED = {
    "cNvPr name": "name", "cNvPr descr": "alt", "cNvPr title": "alt", "hlinkClick tooltip": "link",
    "hlinkHover tooltip": "link", "hlinkClick action": "link", "hlinkHover action": "link",
}  # fmt: skip
"""Attributes with words on the shapes of drawings and slides."""
_CONTROL_FIELDS = {
    "FmlaMacro": "script", "FmlaLink": "formula", "FmlaRange": "formula", "FmlaGroup": "formula", "FmlaPict": "formula",
    "FmlaTxbx": "formula", "MacroName": "script", "ListItem": "form", "Accel": "form",
}  # fmt: skip


_VML_FIELDS = frozenset(("Anchor", "TextHAlign", "TextVAlign", "CF", "ScriptLocation", *_CONTROL_FIELDS))
_VML_SHAPES = ("shape", "rect", "oval", "imagedata", "group", "line", "roundrect")
_VML_ATTRIBUTES = frozenset(
    (
        "textpath string",
        *(f"{name} {key}" for name in _VML_SHAPES for key in ("alt", "title", "href", "target", "path")),
    )
)


def read_drawing(
    out: Collector, part: str, root: etree._Element, theme: Theme, formulas: Formulas, *, hidden: str
) -> None:
    """Read ``wsDr`` or ``userShapes``.

    Args:
        out: gets the segments.
        part: name of the part.
        root: its root.
        theme: colours by name.
        formulas: tells which references hold words of their own.
        hidden: why nobody sees the drawing; empty when it is shown.
    """
    shapes = [
        shape
        for anchor in root
        for shape in flatten(
            anchor, theme, hidden=hidden or (_unseen(anchor) if local(anchor) in _ANCHORS else "")
        )
    ]
    reader = TextReader(theme)
    for index, shape in enumerate(shapes):
        reason = shape.hidden or ("behind another shape" if is_covered(shapes, index) else "")
        for paragraph in reader.paragraphs(shape.element, ground_of(shapes, index, WHITE)):
            _paragraph(
                out,
                part,
                paragraph.text,
                "" if reason else paragraph.shown,
                reason or "formatting of the text",
            )
            if paragraph.fallback != paragraph.text:
                out.add(paragraph.fallback, "hidden", part, detail="fallback")
        link = shape.element.get("textlink", "")
        if formulas.tells_link(link):
            out.add(link, "formula", part, detail="text of a shape")
        if macro := shape.element.get("macro", ""):
            out.add(macro, "script", part, detail="macro of a shape")
    sweep(out, part, root, texts=_POSITIONS, named=NAMED, attributes=("sp textlink", "sp macro", "pic macro"))


def _paragraph(out: Collector, part: str, text: str, shown: str, reason: str) -> None:
    out.add(shown, "textbox", part)
    if shown != text:
        out.add(text, "hidden", part, detail=reason)


def _unseen(anchor: etree._Element) -> str:
    """Why an anchored shape is not on the printed page."""
    client = anchor.find("{*}clientData")
    if client is not None and client.get("fPrintsWithSheet") in ("0", "false"):
        return "not printed"
    for name, last in (("col", LAST_COLUMN), ("row", LAST_ROW)):
        if natural(anchor.findtext(f"{{*}}from/{{*}}{name}")) >= last:
            return "outside the sheet"
    return ""


def read_vml(out: Collector, part: str, root: etree._Element, *, hidden: str) -> None:
    """Read the old drawing of notes, controls and header pictures (``xml``)."""
    for shape in list(root.iter()):
        name = local(shape)
        if name == "textbox":
            client = _client(shape)
            note = client is not None and client.get("ObjectType") == "Note"
            kind = "comment" if note else "hidden" if hidden else "textbox"
            for text in _take(shape):
                out.add(text, kind, part, detail=hidden or None)
        elif name == "textpath":
            out.add(shape.get("string", ""), "hidden" if hidden else "textbox", part, detail="WordArt")
        elif name in _CONTROL_FIELDS:
            out.add(shape.text or "", _CONTROL_FIELDS[name], part, detail=name)
        elif name in _VML_SHAPES:
            for key in ("alt", "title", "href", "target"):
                out.add(
                    attribute(shape, key),
                    "link" if key in ("href", "target") else "alt",
                    part,
                    detail=f"{name} {key}",
                )
    sweep(out, part, root, texts=_VML_FIELDS, attributes=_VML_ATTRIBUTES)


def _client(box: etree._Element) -> etree._Element | None:
    shape = box.getparent()
    return None if shape is None else shape.find("{*}ClientData")


def _take(box: etree._Element) -> list[str]:
    """The lines of a text box, which is left empty for the sweep that follows."""
    pieces = [box.text or ""]
    for line in list(box):
        pieces.append("".join(map(str, line.itertext())) + (line.tail or ""))
        box.remove(line)
    box.text = None
    return [" ".join(piece.split()) for piece in pieces]
