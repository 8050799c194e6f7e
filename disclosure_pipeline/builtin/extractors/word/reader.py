"""Word documents (docx, docm, dotx): every part of the package, in reading order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.claims import DOCX
from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.drawings.colors import WHITE
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.ooxml.parts import OoxmlReader, relation_targets
from disclosure_pipeline.builtin.extractors.ooxml.tags import Tags
from disclosure_pipeline.builtin.extractors.ooxml.words import NAMED_ELEMENTS, is_list_label
from disclosure_pipeline.builtin.extractors.packages.extractor import PackageExtractor
from disclosure_pipeline.builtin.extractors.packages.package import Package, parse_xml
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, is_on
from disclosure_pipeline.builtin.extractors.word.inline import Story
from disclosure_pipeline.builtin.extractors.word.part import KINDS_BY_ROOT, PartWalker
from disclosure_pipeline.builtin.extractors.word.shapes import Page
from disclosure_pipeline.builtin.extractors.word.sheet import StyleSheet
from disclosure_pipeline.builtin.extractors.word.thin import thin

if TYPE_CHECKING:
    from lxml import etree

# Reading order; parts that are not named come after them, properties last.
_ORDER = tuple(
    re.compile(pattern)
    for pattern in (
        r"word/document\d*\.xml$", r"word/header\d*\.xml$", r"word/footer\d*\.xml$", r"word/footnotes\.xml$",
        r"word/endnotes\.xml$", r"word/comments\.xml$", r"word/.*\.xml$", r"word/(?!media/)", r"word/", r"(?!docProps/)",
    )
)  # fmt: skip
_STYLES, _SETTINGS = re.compile(r"word/styles\.xml$"), re.compile(r"word/settings\.xml$")
_THEME = re.compile(r"word/theme/theme\d*\.xml$")
_OTHER_NAMED = (
    "ins", "del", "moveFrom", "moveTo", "moveFromRangeStart", "moveToRangeStart", "rPrChange", "pPrChange", "sectPrChange",
    "tblPrChange", "trPrChange", "tcPrChange", "tblPrExChange", "cellIns", "cellDel", "cellMerge", "customXmlInsRangeStart",
    "customXmlDelRangeStart", "customXmlMoveFromRangeStart", "customXmlMoveToRangeStart", "comment", "fldSimple",
    "hlinkClick", "hlinkHover", "rect", "roundrect", "oval", "line", "group", "imagedata", "signatureline", "textpath",
    "wsp", "shapetype", "binData",
)  # fmt: skip
_NAMED = tuple(dict.fromkeys((*NAMED_ELEMENTS, *_OTHER_NAMED)))
"""Elements of WordprocessingML with attributes that an author writes."""


class DocxExtractor(PackageExtractor):
    """Reads WordprocessingML packages."""

    claim = DOCX
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    format_name = "Word 文档"

    def _read_package(self, package: Package, out: Collector) -> None:
        _Document(package, out, self._settings, self._depth).read()


class _Document:
    """One document while it is read."""

    def __init__(self, package: Package, out: Collector, limits: Mapping[str, Any], depth: int):
        self._package = package
        self._out = out
        self._main = _main_part(package)
        self._story = Story()
        self._shown: set[str] = set()
        own = {**dict.fromkeys(KINDS_BY_ROOT, self._walk), "numbering": self._numbering}
        own["settings"] = self._words
        self._reader = OoxmlReader(package, out, limits, depth, own, thin=thin)

    def read(self) -> None:
        names = sorted(self._package.names, key=_rank)
        if self._main is None:
            raise failure("file.unknown", "It has no main document.")
        for name in (name for name in names if not _is_media(name)):
            self._reader.read(name)
        for part, relation in self._story.large_pictures:
            target = relation_targets(self._package, part).get(relation)
            if target is not None:
                self._reader.large_pictures.add(target)
        for name in (name for name in names if _is_media(name)):
            self._reader.read(name)
        self._reader.comment()
        self._tell_changes()

    # ------------------------------------------------------- the document itself

    def _walk(self, name: str, root: etree._Element, data: bytes) -> bool:
        kind = KINDS_BY_ROOT[root.tag.rpartition("}")[2]]
        visible: bool | None = None
        if name == self._main:
            self._prepare(root)
        elif kind in ("body", "hidden"):
            kind, visible = "hidden", False
        elif kind in ("header", "footer") and name not in self._shown:
            visible = False
        whole = (lambda: parse_xml(data)) if self._reader.is_thin else None
        walker = PartWalker(self._out, name, self._story, kind=kind, visible=visible)
        walker.walk(root, self._reader.tags, whole)
        self._reader.sweep_attributes(name, root, _NAMED)
        return True

    def _prepare(self, root: etree._Element) -> None:
        """What the document's own part says about the others: its page, its headers, its numberings."""
        story, settings = self._story, self._part(_SETTINGS)
        story.page = _page(root)
        story.sheet = StyleSheet(self._package, self._named(_STYLES), self._named(_THEME), story.page.width)
        background = root.find("{*}background")
        if background is not None and b"displayBackgroundShape" in settings:
            story.ground = story.sheet.palette.color(background, "color") or WHITE
        self._shown = self._shown_headers(root, _is_set(settings, b"evenAndOddHeaders"))

    def _shown_headers(self, root: etree._Element, even: bool) -> set[str]:
        """The header and footer parts that some page shows."""
        wanted: set[str] = set()
        for section in root.iter("{*}sectPr"):
            title = section.find("{*}titlePg")
            first = title is not None and is_on(title)
            for reference in section.iterchildren("{*}headerReference", "{*}footerReference"):
                kind = attribute(reference, "type")
                if (kind != "first" or first) and (kind != "even" or even):
                    wanted.add(attribute(reference, "id"))
        if not wanted:
            return set()
        targets = relation_targets(self._package, self._main or "")
        return {targets[relation] for relation in wanted if relation in targets}

    def _part(self, pattern: re.Pattern[str]) -> bytes:
        """The bytes of the part of this name; empty without one."""
        found = self._named(pattern)
        return b"" if found is None else self._package.read(found)

    def _named(self, pattern: re.Pattern[str]) -> str | None:
        """The part of this name."""
        return next((name for name in self._package.names if pattern.match(name.lower())), None)

    # ------------------------------------------------------- what stands beside it

    def _words(self, name: str, root: etree._Element, data: bytes) -> bool:  # noqa: ARG002 - PartReader
        """A part of looks and switches with a few names and words among them."""
        if self._reader.tags.has_text or self._reader.tags.has_remarks:
            self._reader.sweep_text(name, root, "unplaced")
        self._reader.sweep_attributes(name, root, _NAMED)
        return True

    def _numbering(self, name: str, root: etree._Element, data: bytes) -> bool:
        """Numbering: the words of a label are printed where a paragraph or a style uses its list."""
        used: set[str] | None = None
        for label in root.iter("{*}lvlText"):
            if not is_list_label(text := attribute(label, "val")):
                used = self._used_lists(root) if used is None else used
                whole = next(label.iterancestors("{*}abstractNum"), None)
                shown = whole is None or attribute(whole, "abstractNumId") in used
                self._out.add(text, "field", name, detail="list label", visible=shown)
        return self._words(name, root, data)

    def _used_lists(self, root: etree._Element) -> set[str]:
        """Ids of the abstract lists whose numbers a paragraph or a style has."""
        parts = (self._package.read(self._main or ""), self._part(_STYLES))
        numbered = set().union(*(Tags(data).values(b'w:numId w:val="') for data in parts))
        return {
            attribute(part, "val")
            for number in root.iterchildren("{*}num")
            if attribute(number, "numId").encode() in numbered
            for part in number.iterchildren("{*}abstractNumId")
        }

    def _tell_changes(self) -> None:
        story = self._story
        if story.insertions or story.deletions:
            self._out.warn(f"文档带有未接受的修订：插入 {story.insertions} 处，删除 {story.deletions} 处。")
            self._out.facts["insertions"] = story.insertions
            self._out.facts["deletions"] = story.deletions


def _main_part(package: Package) -> str | None:
    """The document's own part, by its relationship or, without one, by its usual name."""
    if "_rels/.rels" in package.names:
        for relation in package.xml("_rels/.rels").iter("{*}Relationship"):
            target = relation.get("Target", "").lstrip("/")
            if relation.get("Type", "").endswith("/officeDocument") and target in package.names:
                return target
    return next((name for name in package.names if re.match(r"word/document\d*\.xml$", name.lower())), None)


def _rank(name: str) -> tuple[int, str]:
    # Members of the document's own folder are named alike by every writer, apart from case.
    lower = name if name.startswith("docProps/") else name.lower()
    return next((rank for rank, pattern in enumerate(_ORDER) if pattern.match(lower)), len(_ORDER)), name


def _is_media(name: str) -> bool:
    return "/media/" in name.lower()


def _is_set(settings: bytes, switch: bytes) -> bool:
    """Whether a switch of the settings is on."""
    about = settings.partition(switch)[2].partition(b">")[0]
    return switch in settings and not any(b'val="' + off + b'"' in about for off in (b"0", b"false", b"off"))


def _page(root: etree._Element) -> Page:
    """The first section's page; A4 when it does not say."""
    size = next(root.iter("{*}pgSz"), None)
    if size is not None:
        wide, high = attribute(size, "w"), attribute(size, "h")
        if wide.isdigit() and high.isdigit() and int(wide) and int(high):
            return Page(int(wide), int(high))
    return Page()
