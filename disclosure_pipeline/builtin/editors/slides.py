"""Clean copies of presentations: the slides that are shown, with what is seen on them.

Every part is rebuilt: of DrawingML and PresentationML only elements and plain values are kept, and text
only where slides show it. Notes, comments, names, links, animations, hidden slides and shapes, and all
parts that no shown slide needs stay behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.editors.container import OFFICE, Container
from disclosure_pipeline.builtin.editors.repaint import repaint
from disclosure_pipeline.builtin.editors.unseen import unseen_runs
from disclosure_pipeline.builtin.extractors.collector import Limits, Source
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.ooxml.parts import relation_targets
from disclosure_pipeline.builtin.extractors.packages.package import Package
from disclosure_pipeline.builtin.extractors.shared.markup import local
from disclosure_pipeline.model.text import Segment

if TYPE_CHECKING:
    from lxml import etree

_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_R = f"{{{OFFICE}}}"
_NAMESPACES = {"a": _A, "p": _P, "r": OFFICE}
_TYPE = "application/vnd.openxmlformats-officedocument."
_MAIN = "ppt/presentation.xml"
_TABLE_STYLES = "ppt/tableStyles.xml"

_LEFT_OUT = frozenset(
    [
        "extLst",
        "custDataLst",
        "timing",
        "transition",
        "hlinkClick",
        "hlinkHover",
        "hlinkMouseOver",
        "controls",
        "oleObj",
        "contentPart",
        "audioFile",
        "videoFile",
        "audioCd",
        "wavAudioFile",
        "quickTimeFile",
        "hf",
        "cmAuthorLst",
        "custShowLst",
        "photoAlbum",
        "kinsoku",
        "modifyVerifier",
        "smartTags",
        "embeddedFontLst",
        "notesMasterIdLst",
        "handoutMasterIdLst",
        "stCxn",  # Shapes get new numbers; a line stays where it is without them.
        "endCxn",
    ]
)
_OBJECTS = frozenset(("chart", "relIds", "oleObj", "contentPart"))
_NAMING = frozenset(("name", "descr", "title", "macro", "textlink", "userDrawn", "matchingName", "type_"))
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9.,%#+\-{} ]{0,48}")
_BULLET = 2
_PAGE_NUMBER = "‹#›"
"""What a layout shows where its slides have their number."""

_TABLE = "http://schemas.openxmlformats.org/drawingml/2006/table"
_STYLE_ID = re.compile(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}")
_GUIDE = {"name": re.compile(r"[A-Za-z]{1,14}\d{0,4}"), "fmla": re.compile(r"[A-Za-z0-9*/+?:\- ]{1,80}")}
"""A shape's geometry names its measures and computes them."""

_CHECKED = {
    **dict.fromkeys(("latin", "ea", "cs", "sym", "font", "buFont"), ("typeface",)),
    "gd": tuple(_GUIDE),
    "graphicData": ("uri",),
}
"""Attributes that are taken over as they are: names of fonts, and what :func:`_is_plain_shape` has looked at."""


_NEEDED = {"slide": ("slideLayout",), "slideLayout": ("slideMaster",), "slideMaster": ("theme",)}
"""What a part of the copy refers to, beside its pictures."""

_MASTER_IDS = 2**31
"""Masters and layouts share one range of ids, which begins here."""


def clean_presentation(source: Source, unseen: Sequence[Segment], limits: Limits) -> bytes:
    """The clean copy of a presentation.

    Args:
        source: the presentation.
        unseen: what the extractor found in it that a reader does not see.
        limits: the limits of ``[extraction]``.

    Raises:
        ExtractionFailed: it cannot be read; ``clean.object`` for charts, diagrams and embedded objects on a
            shown slide, ``clean.picture``.
    """
    with Package(source, limits) as package:
        return _SlidesCopy(package, unseen, limits).save()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part: its name in the draft, in the copy, and whether it only shapes slides (layout, master)."""

    name: str
    new_name: str
    shapes_slides: bool = False


class _SlidesCopy:
    """The copy while it is built; parts are added as they are referred to."""

    def __init__(self, package: Package, unseen: Sequence[Segment], limits: Limits):
        self._unseen = unseen
        self._doomed: set[etree._Element] = set()
        self._package = package
        self._limits = limits
        self._out = Container(_MAIN)
        self._done: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._masters: dict[str, etree._Element] = {}
        self._layouts: list[tuple[str, str]] = []
        self._shapes = 0

    def save(self) -> bytes:
        main = self._main()
        old = self._package.xml(main)
        root = _new_root(old)
        new_slides = [self._part(name, "slide") for name in self._shown_slides(main, old)]
        if not new_slides:
            raise failure("clean.nothing")
        self._finish_masters(root)
        self._list(root, "sldIdLst", "sldId", ("slide", new_slides), first=256)
        for child in old:
            if local(child) in ("sldSz", "notesSz", "defaultTextStyle"):
                root.append(self._element(child, _Part(main, _MAIN)))
        self._take_table_styles(main)
        self._out.add_xml(_MAIN, root, f"{_TYPE}presentationml.presentation.main+xml")
        return self._out.save()

    def _main(self) -> str:
        for name in relation_targets(self._package, "").values():
            if (
                name in self._package.names
                and name.endswith(".xml")
                and local(self._package.xml(name)) == "presentation"
            ):
                return name
        raise failure("file.unknown", "It has no presentation.")

    def _shown_slides(self, main: str, root: etree._Element) -> Iterator[str]:
        targets = relation_targets(self._package, main)
        for entry in root.iterfind("{*}sldIdLst/{*}sldId"):
            name = targets.get(entry.get(f"{_R}id", ""), "")
            if name in self._package.names and self._package.xml(name).get("show") not in ("0", "false"):
                yield name

    def _take_table_styles(self, main: str) -> None:
        """Take the looks of tables over, without what an author called them."""
        for name in relation_targets(self._package, main).values():
            if name not in self._package.names or not name.endswith(".xml"):
                continue
            old = self._package.xml(name)
            if local(old) == "tblStyleLst":
                root = self._element(old, _Part(name, _TABLE_STYLES))
                for style in root.iterfind(f"{{{_A}}}tblStyle"):
                    style.set("styleName", "")
                self._out.add_xml(_TABLE_STYLES, root, f"{_TYPE}presentationml.tableStyles+xml")
                self._out.relate(_MAIN, _TABLE_STYLES, "tableStyles")

    def _finish_masters(self, presentation: etree._Element) -> None:
        """List the layouts in their masters, and the masters in the presentation; ids must not clash."""
        number = _MASTER_IDS + len(self._masters)
        for master, root in self._masters.items():
            holder = root.find("{*}sldLayoutIdLst")
            for layout, of_master in self._layouts:
                if of_master == master and holder is not None:
                    number += 1
                    item = root.makeelement(f"{{{_P}}}sldLayoutId")
                    item.set("id", str(number))
                    item.set(f"{_R}id", self._out.relate(master, layout, "slideLayout"))
                    holder.append(item)
            self._out.add_xml(master, root, f"{_TYPE}presentationml.slideMaster+xml")
        parts = ("slideMaster", list(self._masters))
        self._list(presentation, "sldMasterIdLst", "sldMasterId", parts, first=_MASTER_IDS)

    def _list(
        self, root: etree._Element, group: str, entry: str, parts: tuple[str, list[str]], *, first: int
    ) -> None:
        kind, names = parts
        holder = root.makeelement(f"{{{_P}}}{group}")
        for number, name in enumerate(names):
            item = root.makeelement(f"{{{_P}}}{entry}")
            item.set("id", str(first + number))
            item.set(f"{_R}id", self._out.relate(_MAIN, name, kind))
            holder.append(item)
        root.append(holder)

    # ------------------------------------------------------------------- parts

    def _part(self, name: str, kind: str) -> str:
        """Take a slide, its layout, master or theme over; its name in the copy."""
        if name in self._done:
            return self._done[name]
        self._counts[kind] = self._counts.get(kind, 0) + 1
        part = _Part(
            name,
            f"ppt/{_folder(kind)}/{kind}{self._counts[kind]}.xml",
            kind in ("slideLayout", "slideMaster"),
        )
        self._done[name] = part.new_name
        needed = [
            (self._part(target, other), other)
            for other in _NEEDED.get(kind, ())
            for target in self._needs(name, other)
        ]
        for target, other in needed:
            self._out.relate(part.new_name, target, other)
        if kind == "slideLayout":
            self._layouts += [(part.new_name, target) for target, _ in needed]
        root = self._rebuild(part)
        if kind == "slideMaster":
            self._masters[part.new_name] = root
        else:
            package = "" if kind == "theme" else "presentationml."
            self._out.add_xml(part.new_name, root, f"{_TYPE}{package}{kind}+xml")
        return part.new_name

    def _rebuild(self, part: _Part) -> etree._Element:
        old = self._package.xml(part.name)
        self._doomed = unseen_runs(old, part.name, self._unseen)
        root = _new_root(old)
        for key in ("type", "preserve", "showMasterSp"):
            if (value := old.get(key)) and _PLAIN_VALUE.fullmatch(value):
                root.set(key, value)
        if local(old) == "theme":
            root.set("name", "主题")
        for child in old:
            if local(child) == "sldLayoutIdLst":
                root.append(root.makeelement(f"{{{_P}}}sldLayoutIdLst"))
            elif self._is_kept(child):
                root.append(self._element(child, part))
        return root

    def _needs(self, name: str, kind: str) -> list[str]:
        found = [
            target
            for target in relation_targets(self._package, name).values()
            if f"/{_folder(kind)}/" in f"/{target}"
        ]
        return [target for target in found if target in self._package.names][:1]

    # ---------------------------------------------------------------- elements

    def _element(self, element: etree._Element, part: _Part) -> etree._Element:
        name = local(element)
        new = element.makeelement(element.tag)
        for key, value in element.attrib.items():
            self._attribute(new, str(key), str(value), part)
        if name == "cNvPr":
            self._shapes += 1
            new.set("id", str(self._shapes))
            new.set("name", f"形状 {self._shapes}")
        if name == "t" and part.shapes_slides and _is_placeholder(element):
            holder = element.getparent()
            numbered = holder is not None and holder.get("type") == "slidenum"
            new.text = _PAGE_NUMBER if numbered else None
        elif name in ("t", "tableStyleId"):
            new.text = element.text
        for child in element:
            if self._is_kept(child):
                new.append(self._element(child, part))
        return new

    def _attribute(self, new: etree._Element, key: str, value: str, part: _Part) -> None:
        name = local(new)
        if key == f"{_R}embed":
            new.set(key, self._picture(value, part))
        elif key in _CHECKED.get(name, ()) or (key == "char" and len(value) <= _BULLET):
            new.set(key, value)
        elif key == "name" and name in ("clrScheme", "fontScheme", "fmtScheme"):
            new.set(key, "主题")
        elif not key.startswith("{") and key not in _NAMING and _PLAIN_VALUE.fullmatch(value):
            new.set(key, value)

    def _is_kept(self, child: etree._Element) -> bool:
        if not isinstance(child.tag, str) or child in self._doomed:
            return False
        name = local(child)
        if name in _OBJECTS or not _is_plain_shape(child) or (name == "AlternateContent" and _draws(child)):
            raise failure("clean.object", "A slide shows a chart, a diagram or an embedded object.")
        namespace = child.tag[1:].partition("}")[0]
        if namespace not in (_A, _P) or name in _LEFT_OUT:
            return False
        if name == "tableStyleId":
            return _STYLE_ID.fullmatch(child.text or "") is not None
        return (
            child.find("./*/{*}cNvPr[@hidden='1']") is None
            and child.find("./*/{*}cNvPr[@hidden='true']") is None
        )

    def _picture(self, relation: str, part: _Part) -> str:
        name = relation_targets(self._package, part.name).get(relation, "")
        if name not in self._package.names:
            raise failure("clean.picture")
        if name not in self._done:
            data, suffix = repaint(self._package.read(name), self._limits.max_pixels)
            self._done[name] = f"ppt/media/image{len(self._done) + 1}.{suffix}"
            self._out.add(self._done[name], data)
        return self._out.relate(part.new_name, self._done[name], "image")


def _folder(kind: str) -> str:
    return kind if kind == "theme" else f"{kind}s"


def _new_root(old: etree._Element) -> etree._Element:
    from lxml import etree

    return etree.Element(old.tag, nsmap=_NAMESPACES)


def _draws(alternative: etree._Element) -> bool:
    """Whether alternatives are of something seen; a transition also comes in two forms."""
    return any(local(content) not in _LEFT_OUT for content in alternative.iterfind("{*}*/{*}*"))


def _is_plain_shape(element: etree._Element) -> bool:
    """Whether what an element says of a shape's geometry or content is nothing but that."""
    name = local(element)
    if name == "gd":
        return all(rule.fullmatch(element.get(key, "")) is not None for key, rule in _GUIDE.items())
    return name != "graphicData" or element.get("uri") == _TABLE


def _is_placeholder(text: etree._Element) -> bool:
    """Whether a text stands in a placeholder: of a layout or master no reader sees it."""
    return any(shape.find("./{*}nvSpPr/{*}nvPr/{*}ph") is not None for shape in text.iterancestors("{*}sp"))
