"""Drawn words that the text of no page holds: orphan pages, appearances, forms never drawn, patterns, glyphs.

Each is put on a page of its own in a document made for that purpose, and read there like any other page.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.pdf.page import PART, PageReader
from disclosure_pipeline.builtin.extractors.pdf.streams import Role
from disclosure_pipeline.builtin.extractors.pdf.words import shape_of
from disclosure_pipeline.model.text import Place

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.collector import Collector
    from disclosure_pipeline.builtin.extractors.pdf.streams import StreamReader
    from disclosure_pipeline.builtin.extractors.shared.layout import Box

_HIDDEN, _PRINTED = 2, 4
_RESOURCES = ("/Font", "/Properties", "/ColorSpace", "/ExtGState", "/Pattern")
_DRAWS = (
    ("/Pattern", re.compile(rb"/([^\s/<>()\[\]]+)\s+(?:scn|SCN)\b")),
    ("/Font", re.compile(rb"/([^\s/<>()\[\]]+)\s+[-+.\d]+\s+Tf\b")),
    ("/XObject", re.compile(rb"/([^\s/<>()\[\]]+)\s+Do\b")),
)
"""Groups of resources, and the operators that draw with their names."""

_MOST = 2000
_LARGE = 14_400

ObjectId = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where drawn words come from."""

    kind: str
    detail: str
    page: int | None = None
    box: Box | None = None
    visible: bool = False


class LooseContent:
    """Finds and reads what is drawn on no page.

    Args:
        pdf: the open ``pikepdf.Pdf``.
        out: gets the segments.
        seen: words of the pages without white space.
    """

    def __init__(self, pdf: Any, out: Collector, seen: str):
        self._pdf = pdf
        self._out = out
        self._seen = seen
        self._live: set[ObjectId] = set()
        self._contents: set[ObjectId] = set()
        self._looks: dict[ObjectId, Origin] = {}
        self._work: list[tuple[Origin, list[Any], Any]] = []

    def run(self, streams: StreamReader, pages: list[Any]) -> None:
        """Read what is loose.

        Args:
            streams: knows the streams that show words.
            pages: every page object of the file.
        """
        for number, page in enumerate(self._pdf.pages, start=1):
            self._live.add(page.obj.objgen)
            self._contents.update(stream.objgen for stream in _streams(page.obj.get("/Contents")))
            for annotation in page.obj.get("/Annots") or ():
                self._look_at(annotation, page, number)
        for page in pages:
            if page.objgen not in self._live and _streams(page.get("/Contents")):
                self._orphan_page(page)
        resources = self._pdf.pages[0].resources
        for stream in streams.drawing:
            if stream.objgen not in self._contents:
                origin = self._looks.get(stream.objgen) or self._origin(stream, streams.role(stream))
                self._work.append((origin, [stream], stream.get("/Resources") or resources))
        self.read()

    def put(self, origin: Origin, stream: Any, resources: Any) -> None:
        """Have one more drawing read.

        Args:
            origin: where it comes from.
            stream: what is drawn; of any open document.
            resources: what it draws with.
        """
        self._work.append((origin, [stream], resources))

    def read(self) -> None:
        """Read what was gathered."""
        if len(self._work) > _MOST:
            self._out.doubt("content.unread", "文件中不在页面上的图文过多，未全部读出，请人工查看。")
            del self._work[_MOST:]
        if self._work:
            self._read()

    def _orphan_page(self, page: Any) -> None:
        streams = _streams(page.get("/Contents"))
        self._contents.update(stream.objgen for stream in streams)
        self._work.append((Origin("deletion", "orphan page"), streams, page.get("/Resources")))

    def _look_at(self, annotation: Any, page: Any, number: int) -> None:
        """Remember whose appearance a stream is, and whether it is printed."""
        look = annotation.get("/AP") if hasattr(annotation, "get") else None
        if look is None:
            return
        kind = "form" if str(annotation.get("/Subtype", "")) == "/Widget" else "annotation"
        flags = int(annotation.get("/F", 0))
        printed = bool(flags & _PRINTED) and not flags & _HIDDEN
        state = str(annotation.get("/AS", ""))
        box = _box(annotation.get("/Rect"), page)
        for key, value in look.items():
            several = value.items() if not _streams(value) else [(state, value)]
            for name, stream in several:
                for one in _streams(stream):
                    shown = printed and key == "/N" and name == state
                    self._looks[one.objgen] = Origin(kind, "appearance", number, box, shown)

    def _origin(self, stream: Any, role: Role | None) -> Origin:
        """Where a stream comes from: tiles and letters that a page draws are seen, others are not."""
        if role is Role.GLYPH or "/PatternType" in stream:
            detail = "glyph" if role is Role.GLYPH else "pattern"
            page = self._drawn.get(stream.objgen)
            return Origin("body" if page else "hidden", detail, page, visible=page is not None)
        if str(stream.get("/Subtype", "")) == "/Form":
            return Origin("hidden", "form")
        return Origin("unplaced", "content")

    @cached_property
    def _drawn(self) -> dict[ObjectId, int]:
        """Tiles and letters that are drawn, and the first page on which they are."""
        found: dict[ObjectId, int] = {}
        for number, page in enumerate(self._pdf.pages, start=1):
            content = b"\n".join(stream.read_bytes() for stream in _streams(page.obj.get("/Contents")))
            for key in _drawn_by(content, page.resources, set()):
                found.setdefault(key, number)
        return found

    def _read(self) -> None:
        import pypdfium2

        with contextlib.closing(pypdfium2.PdfDocument(self._scratch())) as document:
            for index, (origin, _, _) in enumerate(self._work):
                page = document[index]
                try:
                    lines = [line.text.strip() for line in PageReader(page, index + 1).lines()]
                finally:
                    page.close()
                if not any(lines):
                    place = Place(PART, origin.kind, page=origin.page)
                    self._out.doubt("content.unread", "文件中有不在页面上的文字未能读出，请人工查看。", place)
                for line in lines:
                    self._keep(line, origin)

    def _keep(self, line: str, origin: Origin) -> None:
        if origin.kind not in ("annotation", "form") and self._is_seen(line):
            return
        self._out.add(
            line, origin.kind, PART if origin.page else "document", page=origin.page, bbox=origin.box,
            detail=origin.detail, visible=origin.visible,
        )  # fmt: skip

    def _is_seen(self, line: str) -> bool:
        """Whether a page shows a line, or all its words: other words may stand between them there."""
        return "".join(line.split()) in self._seen or all(word in self._seen for word in line.split())

    def _scratch(self) -> bytes:
        import pikepdf

        buffer = BytesIO()
        with pikepdf.new() as scratch:
            for _, streams, resources in self._work:
                page = scratch.add_blank_page(page_size=(_LARGE, _LARGE))
                page.Contents = pikepdf.Array([scratch.copy_foreign(stream) for stream in streams])
                page.Resources = _copied(scratch, resources)
            scratch.save(buffer)
        return buffer.getvalue()


def _copied(scratch: Any, resources: Any) -> Any:
    """The resources that words need; forms are left out, they are read by themselves."""
    import pikepdf

    copy = pikepdf.Dictionary()
    for key in _RESOURCES:
        group = resources.get(key) if resources is not None else None
        if group is None or not hasattr(group, "items"):
            continue
        copy[key] = pikepdf.Dictionary()
        for name, value in group.items():
            copied = _direct(scratch, value)
            if copied is not None:
                copy[key][name] = copied
    return copy


def _direct(scratch: Any, value: Any) -> Any:
    """A copy of a direct object; what it refers to is copied too."""
    import pikepdf

    code = shape_of(value)
    if getattr(value, "is_indirect", False):
        return scratch.copy_foreign(value)
    if code == "dictionary":
        copies = ((key, _direct(scratch, item)) for key, item in value.items())
        return pikepdf.Dictionary({key: item for key, item in copies if item is not None})
    if code == "array":
        return pikepdf.Array([_direct(scratch, item) for item in value])
    return value


def _drawn_by(content: bytes, resources: Any, seen: set[ObjectId]) -> Iterator[ObjectId]:
    """Tiles and letters that operators draw, also in forms."""
    for group, pattern in _DRAWS:
        items = resources.get(group) if shape_of(resources) == "dictionary" else None
        if items is None or shape_of(items) != "dictionary":
            continue
        for name in {"/" + name.decode("latin-1") for name in pattern.findall(content)}:
            item = items.get(name)
            if item is None or item.objgen in seen:
                continue
            seen.add(item.objgen)
            if shape_of(item) == "stream" and str(item.get("/Subtype", "")) == "/Form":
                yield from _drawn_by(item.read_bytes(), item.get("/Resources"), seen)
            elif shape_of(item) == "stream":
                yield item.objgen
            elif shape_of(item) == "dictionary" and "/CharProcs" in item:
                yield from (glyph.objgen for glyph in item.CharProcs.values())


def _streams(value: Any) -> list[Any]:
    code = shape_of(value)
    if code == "stream":
        return [value]
    return [stream for item in value for stream in _streams(item)] if code == "array" else []


def _box(rectangle: Any, page: Any) -> Box | None:
    """The rectangle of an annotation, from the top left corner of an unrotated page."""
    try:
        left, bottom, right, top = (float(side) for side in rectangle)
        area = [float(side) for side in page.cropbox]
    except (TypeError, ValueError):
        return None
    return left - area[0], area[3] - top, right - area[0], area[3] - bottom
