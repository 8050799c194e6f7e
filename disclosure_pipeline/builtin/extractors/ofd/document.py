"""One document of an OFD: its pages with templates and annotations, and what it holds but does not show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.ofd.drawing import Drawing, Painter
from disclosure_pipeline.builtin.extractors.ofd.geometry import (
    POINTS,
    box_of,
    mapped_box,
    numbers,
    shifted,
)
from disclosure_pipeline.builtin.extractors.ofd.page import add_block, add_page
from disclosure_pipeline.builtin.extractors.ofd.parts import Parts
from disclosure_pipeline.builtin.extractors.ofd.resources import Resources
from disclosure_pipeline.builtin.extractors.ofd.sweep import Sweep
from disclosure_pipeline.builtin.extractors.shared.layout import Box, Matrix
from disclosure_pipeline.model.text import Place

if TYPE_CHECKING:
    from lxml import etree

_A4: Box = (0.0, 0.0, 210.0, 297.0)
_LAST = 1 << 30
"""Place in the drawing order of what lies above a page."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper of a page.

    Args:
        matrix: from millimetres on the page to points.
        area: what is visible of it, in points.
    """

    matrix: Matrix
    area: Box

    @property
    def surface(self) -> float:
        """Area in square points."""
        return (self.area[2] - self.area[0]) * (self.area[3] - self.area[1])


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """Where a picture is shown.

    Args:
        page: 1-based, where known.
        box: in points.
        share: of the page's area.
    """

    page: int | None
    box: Box
    share: float


@dataclass(slots=True)
class _Annotation:
    """One annotation with what it draws."""

    member: str
    kind: str
    drawing: Drawing
    shown: bool


@dataclass(slots=True)
class Shared:
    """What the documents of one package share while they are read.

    Args:
        parts: of the package.
        out: gets the segments.
        limits: pages and their size.
        sweep: for what pages do not show.
    """

    parts: Parts
    out: Collector
    limits: Limits
    sweep: Sweep
    pages: int = 0


class Document:
    """One document.

    Args:
        shared: with the package's other documents.
        name: member that describes it.
    """

    def __init__(self, shared: Shared, name: str):
        self._shared = shared
        self._parts = shared.parts
        self._out = shared.out
        self.name = name
        self._root = self._parts.xml(name)
        self.page_number: dict[str, int] = {}
        """1-based number of a page by its id."""
        self.pictures: dict[str, ShownPicture] = {}
        """Picture members with the place where they are largest."""
        self._resources = Resources(self._parts)
        self._painter = Painter(self._resources)
        self._resource_members: list[str] = []
        self._load_resources(self._root, name)
        self._templates = {
            template.get("ID", ""): member
            for template in self._root.iter("{*}TemplatePage")
            if (member := self._parts.find(name, template.get("BaseLoc"), exact=True))
        }
        self._drawn_templates: dict[tuple[str, Matrix], Drawing] = {}
        default = next(self._root.iter("{*}PageArea"), None)
        self._sheet = self._paper(default, None)

    @property
    def font_members(self) -> set[str]:
        """Members that are fonts."""
        return self._resources.font_members

    def read(self, part: str, *, current: bool = True) -> None:
        """Read every page, then what no page shows.

        Args:
            part: name of its pages.
            current: whether it is what a viewer opens, not an earlier version.

        Raises:
            ExtractionFailed: ``file.too_large``, ``file.bomb``, ``file.broken``.
        """
        pages = [
            page for pages in self._root.iterchildren("{*}Pages") for page in pages.iterchildren("{*}Page")
        ]
        self._shared.pages += len(pages)
        if self._shared.pages > self._shared.limits.max_pages:
            raise failure("file.too_large", "It has too many pages.")
        self.page_number = {page.get("ID", ""): number for number, page in enumerate(pages, 1)}
        annotations = self._annotations()
        for number, page in enumerate(pages, 1):
            member = self._parts.find(self.name, page.get("BaseLoc"), exact=True)
            if member is None or self._parts.try_xml(member) is None:
                if not current:
                    continue
                message = f"第{number}页的内容缺失或已损坏，未能读出，请人工查看。"
                self._out.doubt("page.missing", message, Place(part, "body", number))
            elif current:
                self._page(member, part, number, annotations.pop(number, []))
            elif member not in self._parts.visited:
                self.stray(member, "earlier version")
        for number, notes in annotations.items():
            self._add_annotations(notes, self._sheet, number, listed=False)
        self._unused()

    # -------------------------------------------------------------------- pages

    def _page(self, member: str, part: str, number: int, notes: list[_Annotation]) -> None:
        root = self._parts.xml(member)
        self._parts.visited.add(member)
        self._load_resources(root, member)
        sheet = self._paper(next(root.iterchildren("{*}Area"), None), self._sheet)
        drawing, front = Drawing(), Drawing()
        for template in root.iterchildren("{*}Template"):
            order = template.get("ZOrder", "Background")
            self._draw_template(
                template.get("TemplateID", ""), sheet, front if order == "Foreground" else drawing
            )
        own = self._painter.page(root, sheet.matrix)
        drawing.extend(own)
        drawing.extend(front)
        for note in notes:
            if note.shown and note.kind != "Highlight":
                for cover in note.drawing.covers:
                    drawing.covers.append(type(cover)(_LAST, cover.box, cover.shapes, cover.white))
        add_page(self._out, drawing, sheet.area, part, number)
        self._note_pictures(drawing, sheet, number)
        self._shared.sweep.read(member, root, drawn=own.codes, page=number)
        self._add_annotations(notes, sheet, number)
        self._parts.forget(member)

    def _draw_template(self, identity: str, sheet: Sheet, drawing: Drawing) -> None:
        member = self._templates.get(identity)
        root = self._parts.try_xml(member) if member else None
        if member is None or root is None:
            return
        key = (member, sheet.matrix)
        if key not in self._drawn_templates:
            self._load_resources(root, member)
            self._drawn_templates[key] = self._painter.page(root, sheet.matrix)
        if member not in self._parts.visited:
            self._parts.visited.add(member)
            self._shared.sweep.read(member, root, drawn=self._drawn_templates[key].codes)
        drawing.extend(self._drawn_templates[key])

    def stray(self, member: str, detail: str) -> None:
        """Read a page or template that no page of the document shows."""
        root = self._parts.xml(member)
        self._parts.visited.add(member)
        self._load_resources(root, member)
        drawing = self._painter.page(root, self._sheet.matrix)
        add_block(self._out, drawing, self._sheet.area, member, "hidden", detail=detail, shown=False)
        self._shared.sweep.read(member, root, drawn=drawing.codes)
        self._parts.forget(member)

    def _paper(self, area: etree._Element | None, inherited: Sheet | None) -> Sheet:
        """The sheet that an ``Area`` describes.

        Raises:
            ExtractionFailed: ``file.too_large`` for a page no printer has.
        """
        boxes = {} if area is None else {
            name: box for name in ("PhysicalBox", "CropBox")
            if (box := box_of(next((child.text for child in area.iterchildren(f"{{*}}{name}")), None)))
        }  # fmt: skip
        if "PhysicalBox" not in boxes and inherited is not None:
            return inherited
        left, top, right, bottom = boxes.get("PhysicalBox", _A4)
        if max(right - left, bottom - top) * POINTS > self._shared.limits.max_page_side:
            raise failure("file.too_large", "One of its pages is too large.")
        matrix = (POINTS, 0.0, 0.0, POINTS, -left * POINTS, -top * POINTS)
        visible = mapped_box(matrix, (left, top, right, bottom))
        if "CropBox" in boxes:
            crop = mapped_box(matrix, boxes["CropBox"])
            visible = (
                max(visible[0], crop[0]), max(visible[1], crop[1]), min(visible[2], crop[2]), min(visible[3], crop[3]),
            )  # fmt: skip
        return Sheet(matrix, visible)

    def _note_pictures(self, drawing: Drawing, sheet: Sheet, page: int | None) -> None:
        for member, box in drawing.pictures:
            share = (box[2] - box[0]) * (box[3] - box[1]) / max(sheet.surface, 1.0)
            if member not in self.pictures or share > self.pictures[member].share:
                self.pictures[member] = ShownPicture(page, box, share)

    # -------------------------------------------------------------- annotations

    def _annotations(self) -> dict[int, list[_Annotation]]:
        """The annotations by page; drawn on the document's own sheet, as their pages rarely differ."""
        found: dict[int, list[_Annotation]] = {}
        for location in self._root.iterchildren("{*}Annotations"):
            listing = self._parts.find(self.name, location.text)
            root = self._parts.try_xml(listing) if listing else None
            if listing is None or root is None:
                continue
            for page in root.iter("{*}Page"):
                place = next((child.text for child in page.iterchildren("{*}FileLoc")), None)
                member = self._parts.find(listing, place)
                number = self.page_number.get(page.get("PageID", ""), 0)
                if member is not None and member not in self._parts.visited:
                    found.setdefault(number, []).extend(self._notes(member))
        return found

    def _notes(self, member: str) -> list[_Annotation]:
        root = self._parts.try_xml(member)
        if root is None:
            return []
        self._parts.visited.add(member)
        notes = []
        for annotation in root.iter("{*}Annot"):
            drawing = Drawing()
            for appearance in annotation.iterchildren("{*}Appearance"):
                corner = numbers(appearance.get("Boundary"))
                matrix = self._sheet.matrix
                matrix = shifted(matrix, corner[0], corner[1]) if len(corner) == 4 else matrix
                drawing.extend(self._painter.block(appearance, matrix))
            shown = not any(annotation.get(key, "true").lower() == "false" for key in ("Visible", "Print"))
            notes.append(_Annotation(member, annotation.get("Type", ""), drawing, shown))
        return notes

    def _add_annotations(
        self, notes: list[_Annotation], sheet: Sheet, number: int, *, listed: bool = True
    ) -> None:
        for note in notes:
            add_block(
                self._out, note.drawing, sheet.area, note.member, "annotation", page=number or None,
                detail=note.kind, shown=listed and note.shown,
            )  # fmt: skip
            self._note_pictures(note.drawing, sheet, number or None)
        for member in dict.fromkeys(note.member for note in notes):
            drawn = {code for note in notes if note.member == member for code in note.drawing.codes}
            self._shared.sweep.read(member, self._parts.xml(member), drawn=drawn, page=number or None)

    def stray_annotations(self, member: str) -> None:
        """Read annotations that no page lists."""
        notes = self._notes(member)
        self._add_annotations(notes, self._sheet, 0, listed=False)
        if not notes:
            self._shared.sweep.read(member, self._parts.xml(member), kind="annotation")

    # ---------------------------------------------------------------- resources

    def _load_resources(self, root: etree._Element, base: str) -> None:
        for location in root.iter("{*}PublicRes", "{*}DocumentRes", "{*}PageRes"):
            member = self._parts.find(base, location.text)
            if (
                member is not None
                and member not in self._resource_members
                and self._parts.try_xml(member) is not None
            ):
                self._resource_members.append(member)
                self._resources.load(member)

    def _unused(self) -> None:
        """Templates and composite units that no page shows, and what resources say beside."""
        for member in self._templates.values():
            if member not in self._parts.visited and self._parts.try_xml(member) is not None:
                self.stray(member, "unused template")
        for member in self._resource_members:
            if member not in self._parts.visited:
                self.resource(member)

    def resource(self, member: str) -> None:
        """Read a resource member: its composite units that were never drawn, then the rest."""
        root = self._parts.xml(member)
        self._parts.visited.add(member)
        drawn: set[etree._Element] = set()
        for unit in root.iter("{*}CompositeGraphicUnit"):
            codes = set(unit.iter("{*}TextCode"))
            if unit.get("ID", "") not in self._resources.drawn_units:
                drawing = Drawing()
                for content in unit.iterchildren("{*}Content"):
                    drawing.extend(self._painter.block(content, self._sheet.matrix))
                add_block(
                    self._out, drawing, self._sheet.area, member, "hidden", detail="unused unit", shown=False
                )
                codes = drawing.codes
            drawn |= codes
        self._shared.sweep.read(member, root, drawn=drawn)
