"""Presentations (pptx, pptm, ppsx, potx): every slide in show order, and every other part of the package."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.claims import PPTX
from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.drawings.colors import WHITE, Color, Theme
from disclosure_pipeline.builtin.extractors.drawings.shapes import EMU_IN_POINT, Box, page_color
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.ooxml.leftovers import TELLING
from disclosure_pipeline.builtin.extractors.ooxml.owners import owned_by
from disclosure_pipeline.builtin.extractors.ooxml.parts import OoxmlReader, relation_targets
from disclosure_pipeline.builtin.extractors.packages.extractor import PackageExtractor
from disclosure_pipeline.builtin.extractors.packages.package import Package
from disclosure_pipeline.builtin.extractors.shared.digits import natural
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, local
from disclosure_pipeline.builtin.extractors.slides.page import Page, PageReader, placeholder_boxes
from disclosure_pipeline.builtin.extractors.slides.parts import Owner, SlideParts

if TYPE_CHECKING:
    from lxml import etree

_MAIN = "ppt/presentation.xml"
_STOPS = ("slides", "slideLayouts", "slideMasters", "notesMasters", "handoutMasters", "theme")
_LAST = re.compile(r"docProps/|ppt/(?:media|embeddings|fonts)/", re.IGNORECASE)


class PptxExtractor(PackageExtractor):
    """Reads PresentationML packages."""

    claim = PPTX
    media_type = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    format_name = "PowerPoint 演示文稿"

    def _read_package(self, package: Package, out: Collector) -> None:
        _Presentation(package, out, self._limits, self._settings, self._depth).read()


class _Presentation:
    """One presentation while it is read."""

    def __init__(
        self, package: Package, out: Collector, limits: Limits, settings: Mapping[str, Any], depth: int
    ):
        self._package = package
        self._out = out
        self._limits = limits
        self._main = next((name for name in package.names if name.lower() == _MAIN), "")
        if not self._main:
            raise failure("file.unknown", "It has no presentation.")
        self._root = package.xml(self._main)
        self._wide, self._high = _size(self._root)
        self._roots: dict[str, etree._Element] = {}
        self._themes: dict[str, Theme] = {}
        self._boxes: dict[str, dict[tuple[str, str], Box]] = {}
        self._owners: dict[str, Owner] = {}
        self._shown_templates: set[str] = set()
        parts = SlideParts(out, self._owners, self._page)
        self._reader = OoxmlReader(package, out, settings, depth, parts.readers())

    def read(self) -> None:
        """Slides in the order of the show, each with its notes and comments, then every other part."""
        slides = self._slides()
        if len(slides) > self._limits.max_pages:
            raise failure("file.too_large", "It has too many slides.")
        order: list[str] = []
        for number, part in enumerate(slides, 1):
            hidden = "hidden slide" if self._xml(part).get("show") in ("0", "false") else ""
            self._note_templates(part, hidden)
            owned = sorted(owned_by(self._package, part, _STOPS), key=lambda name: (name != part, name))
            order += owned
            for name in owned:
                self._owners.setdefault(name, Owner(number, hidden))
            if hidden:
                self._out.warn("演示文稿中有隐藏的幻灯片。")
        rest = sorted(self._package.names, key=lambda name: (_LAST.match(name) is not None, name))
        names = dict.fromkeys([*(name for name in order if not _LAST.match(name)), *rest])
        for name in names:
            if TELLING.search(name):
                self._out.add(name, "name", name, detail="name of a part")
            self._reader.read(name)
        self._reader.comment()
        self._out.facts["slides"] = len(slides)

    def _slides(self) -> list[str]:
        """The parts of the slides in the order of the show."""
        targets = relation_targets(self._package, self._main)
        found = []
        for entry in self._root.iterfind("{*}sldIdLst/{*}sldId"):
            part = targets.get(_relation(entry), "")
            if part not in self._package.names:
                raise failure("file.broken", "A slide that its presentation names is missing.")
            found.append(part)
        return found

    def _note_templates(self, part: str, hidden: str) -> None:
        """The layout and master whose own shapes a slide shows."""
        if hidden or self._xml(part).get("showMasterSp") in ("0", "false"):
            return
        layout = self._related(part, "slideLayouts")
        if layout:
            self._shown_templates.add(layout)
            master = self._related(layout, "slideMasters")
            if master and self._xml(layout).get("showMasterSp") not in ("0", "false"):
                self._shown_templates.add(master)

    # ------------------------------------------------------------------------- pages

    def _page(self, part: str, root: etree._Element) -> None:
        """Read a slide, layout, master or notes page."""
        reader = PageReader(self._out, self._surroundings(part, root), root)
        reader.read()
        if reader.large_pictures:
            targets = relation_targets(self._package, part)
            self._reader.large_pictures.update(
                targets[name] for name in reader.large_pictures if name in targets
            )

    def _surroundings(self, part: str, root: etree._Element) -> Page:
        role = local(root)
        layout = self._related(part, "slideLayouts") if role == "sld" else ""
        master = self._related(layout or part, "slideMasters") if role in ("sld", "sldLayout") else ""
        chain = [part, *(name for name in (layout, master) if name)]
        owner = self._owners.get(part)
        if role == "sld":
            hidden = owner.hidden if owner else "slide of no show"
        elif role in ("sldLayout", "sldMaster"):
            hidden = "" if part in self._shown_templates else "layout of no slide"
        else:
            hidden = "" if role == "notes" else "master of notes or handouts"
        boxes = {**self._template_boxes(master), **self._template_boxes(layout)}
        return Page(
            part, owner.number if owner else None, self._wide if role != "notes" else 1e6,
            self._high if role != "notes" else 1e6, self._theme(master or part), self._ground(chain), hidden,
            "note" if role == "notes" else "body", role not in ("sld", "notes"), boxes,
        )  # fmt: skip

    def _ground(self, chain: list[str]) -> Color | None:
        """The colour behind a slide, its own or its layout's or master's; ``None`` when it is a picture."""
        theme = self._theme(chain[-1])
        for name in chain:
            holder = self._xml(name).find("{*}cSld")
            given, color = page_color(holder, theme) if holder is not None else (False, None)
            if given:
                return color
        return WHITE

    def _theme(self, part: str) -> Theme:
        if part not in self._themes:
            name = self._related(part, "theme")
            color_map = self._xml(part).find("{*}clrMap")
            self._themes[part] = Theme.of(self._xml(name) if name else None, color_map)
        return self._themes[part]

    def _template_boxes(self, part: str) -> dict[tuple[str, str], Box]:
        if part not in self._boxes:
            self._boxes[part] = placeholder_boxes(self._xml(part), Theme()) if part else {}
        return self._boxes[part]

    def _related(self, part: str, folder: str) -> str:
        """The first part of a folder that a part names, if it is there."""
        targets = relation_targets(self._package, part).values()
        return next((name for name in targets if f"/{folder}/" in name and name in self._package.names), "")

    def _xml(self, part: str) -> etree._Element:
        if part not in self._roots:
            self._roots[part] = self._package.xml(part)
        return self._roots[part]


def _relation(entry: etree._Element) -> str:
    """The relationship id beside the plain ``id`` of a list entry."""
    return next(
        (str(value) for key, value in entry.attrib.items() if str(key).endswith("}id")), ""
    ) or attribute(entry, "rid")


def _size(root: etree._Element) -> tuple[float, float]:
    """Width and height of the slides in points."""
    size = root.find("{*}sldSz")
    wide, high = (-1, -1) if size is None else (natural(size.get("cx")), natural(size.get("cy")))
    if wide > 0 and high > 0:
        return wide / EMU_IN_POINT, high / EMU_IN_POINT
    return 720.0, 540.0
