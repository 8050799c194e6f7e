"""Word documents (docx, docm, dotx): every part of the package, in reading order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits, Source, check_suffix
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.markup import attribute
from disclosure_pipeline.builtin.extractors.ooxml import OoxmlReader, relation_targets
from disclosure_pipeline.builtin.extractors.package import ZIP_MAGIC, Package, first_folder, parse_xml
from disclosure_pipeline.builtin.extractors.wordml import KINDS_BY_ROOT, PartWalker, Tally
from disclosure_pipeline.builtin.extractors.wordml_style import Styles, may_hide
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text

if TYPE_CHECKING:
    from lxml import etree

_SUFFIXES = (".docx", ".docm", ".dotx", ".dotm")
_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_STYLES = "word/styles.xml"
# Reading order; parts that are not named come after them, properties last.
_ORDER = tuple(
    re.compile(pattern)
    for pattern in (
        r"word/document\d*\.xml$", r"word/header\d*\.xml$", r"word/footer\d*\.xml$", r"word/footnotes\.xml$",
        r"word/endnotes\.xml$", r"word/comments\.xml$", r"word/.*\.xml$", r"word/(?!media/)", r"word/", r"(?!docProps/)",
    )
)  # fmt: skip
_TWIP_IN_EMU = 635
_A4_AREA = 11906 * 16838 * _TWIP_IN_EMU**2


class DocxExtractor:
    """Reads WordprocessingML packages.

    Args:
        limits: the keys of ``[extraction]``.
        depth: how deep the file lies inside others.
    """

    id = "docx"
    version = "1"

    def __init__(self, limits: Mapping[str, Any], depth: int = 0):
        self._settings = limits
        self._limits = Limits.of(limits)
        self._depth = depth

    def score(self, head: bytes, name: str) -> int:
        """Certain when the zip's first members say so; a guess by name when they say nothing."""
        if not head.startswith(ZIP_MAGIC):
            return 0
        folder = first_folder(head)
        if folder:
            return 95 if folder == "word" else 0
        return 20 if name.endswith(_SUFFIXES) else 0

    def extract(self, file: SourceFile) -> Text:
        """Read every part of the package.

        Raises:
            ExtractionFailed: ``file.encrypted``, ``file.broken``, ``file.bomb``, ``file.too_large``, ``file.unknown``.
        """
        return self.read(file.path, file.name)

    def read(self, source: Source, name: str) -> Text:
        """Read from a path or from memory."""
        out = Collector(_MEDIA_TYPE, f"builtin.{self.id}", self._limits)
        check_suffix(out, name, _SUFFIXES, "Word 文档")
        with Package(source, self._limits) as package:
            _Document(package, out, self._settings, self._depth).read()
        return out.text()


class _Document:
    """One document while it is read."""

    def __init__(self, package: Package, out: Collector, limits: Mapping[str, Any], depth: int):
        self._package = package
        self._out = out
        self._tally = Tally()
        self._page_area: float = _A4_AREA
        self._styles = Styles()
        self._found = False
        own = dict.fromkeys(KINDS_BY_ROOT, self._walk)
        self._reader = OoxmlReader(package, out, limits, depth, own)

    def read(self) -> None:
        self._styles = self._read_styles()
        names = sorted(self._package.names, key=_rank)
        for name in (name for name in names if not _is_media(name)):
            self._reader.read(name)
        if not self._found:
            raise failure("file.unknown", "It has no main document.")
        for part, relation in self._tally.large_pictures:
            target = relation_targets(self._package, part).get(relation)
            if target is not None:
                self._reader.large_pictures.add(target)
        for name in (name for name in names if _is_media(name)):
            self._reader.read(name)
        self._reader.comment()
        self._tell_changes()

    def _read_styles(self) -> Styles:
        if _STYLES not in self._package.names:
            return Styles()
        data = self._package.read(_STYLES)
        # Table styles colour text white on dark headers; only the other styles can hide it.
        others = (style for style in data.split(b"<w:style ") if b'type="table"' not in style[:200])
        return Styles.of(parse_xml(data)) if any(map(may_hide, others)) else Styles()

    def _walk(self, name: str, root: etree._Element, data: bytes) -> bool:
        if root.tag.endswith("}document"):
            self._found = True
            self._page_area = _page_area(root)
        walker = PartWalker(
            self._out, name, styles=self._styles, tally=self._tally, looks=may_hide(data),
            page_area=self._page_area,
        )  # fmt: skip
        walker.walk(root)
        return False

    def _tell_changes(self) -> None:
        tally = self._tally
        if tally.insertions or tally.deletions:
            self._out.warn(f"文档带有未接受的修订：插入 {tally.insertions} 处，删除 {tally.deletions} 处。")
            self._out.facts["insertions"] = tally.insertions
            self._out.facts["deletions"] = tally.deletions


def _rank(name: str) -> tuple[int, str]:
    # Members of the document's own folder are named alike by every writer, apart from case.
    lower = name if name.startswith("docProps/") else name.lower()
    return next((rank for rank, pattern in enumerate(_ORDER) if pattern.match(lower)), len(_ORDER)), name


def _is_media(name: str) -> bool:
    return "/media/" in name.lower()


def _page_area(root: etree._Element) -> float:
    """Area of the first section's page in square EMU; A4 when it does not say."""
    size = next(root.iter("{*}pgSz"), None)
    if size is None:
        return _A4_AREA
    wide, high = attribute(size, "w"), attribute(size, "h")
    if wide.isdigit() and high.isdigit() and int(wide) and int(high):
        return int(wide) * int(high) * _TWIP_IN_EMU**2
    return _A4_AREA
