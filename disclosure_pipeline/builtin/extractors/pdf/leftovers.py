"""Objects that lie in the bytes of a pdf and that its tables do not list: replaced, forgotten, put beside.

A copy of the file gets one more table, which lists them under new numbers; in it they are read like any others:
drawings with the fonts that the pages offer, attachments, metadata, streams of packed objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.pdf.content import strings
from disclosure_pipeline.builtin.extractors.pdf.loose import LooseContent, Origin
from disclosure_pipeline.builtin.extractors.pdf.raw_file import RawFileReader
from disclosure_pipeline.builtin.extractors.pdf.streams import StreamReader
from disclosure_pipeline.builtin.extractors.pdf.words import kept_as, shape_of

if TYPE_CHECKING:
    from disclosure_pipeline.model.text import Text

_MOST = 20_000
_HIGHEST = 1 << 22
_START = re.compile(rb"startxref\s+(\d{1,12})")
_FONT_NAMED = re.compile(rb"/([^\s/<>()\[\]]+)\s+[-+.\d]+\s+Tf\b")
_FONT_PROGRAMS = ("/Type1C", "/CIDFontType0C", "/OpenType")
_PICTURE_LEAST = 200 * 200
_ENTRY = b"%010d 00000 n \n"


@dataclass(frozen=True, slots=True)
class Leftover:
    """An object that no table lists.

    Args:
        kind: ``deletion`` for one that another replaced, else ``unplaced``.
        start: where its value begins in the file.
        end: where it ends.
    """

    kind: str
    start: int
    end: int


class Leftovers(RawFileReader):
    """Reads them."""

    def __init__(self, data: Any, pdf: Any, out: Collector, limits: Mapping[str, Any], depth: int):
        super().__init__(data, pdf, out, limits, depth)
        self._loose = LooseContent(pdf, out, "\n".join("".join(words.split()) for words in self._known))

    def run(self, found: Sequence[Leftover]) -> None:
        """Read what has a stream; the strings of the others were read where they lie."""
        found = [item for item in found if self._data.find(b"stream", item.start, item.end) != -1]
        if not found:
            return
        if len(found) > _MOST:
            self._doubt()
            found = found[:_MOST]
        import pikepdf

        first = min(int(self._pdf.trailer.get("/Size", 0)), _HIGHEST) + 1
        try:
            with pikepdf.open(BytesIO(self._listed(found, first)), suppress_warnings=True) as copy:
                candidates = list(self._resources(copy))
                for number, item in enumerate(found, start=first):
                    self._read(copy.get_object((number, 0)), item.kind, candidates)
                self._loose.read()
        except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, KeyError):
            self._doubt()

    def _listed(self, found: Sequence[Leftover], first: int) -> bytes:
        """The file, and behind it the objects again, with a table that lists them."""
        data = bytes(self._data)
        body, table = bytearray(b"\n"), bytearray(b"xref\n%d %d\n" % (first, len(found)))
        for number, item in enumerate(found, start=first):
            table += _ENTRY % (len(data) + len(body))
            body += b"%d 0 obj\n%b\nendobj\n" % (number, data[item.start : item.end])
        starts = _START.findall(data)
        before = b"/Prev %d" % int(starts[-1]) if starts else b""
        root, generation = self._pdf.trailer.Root.objgen
        trailer = b"trailer\n<< /Size %d /Root %d %d R %b >>\n" % (
            first + len(found),
            root,
            generation,
            before,
        )
        return b"%b%b%b%bstartxref\n%d\n%%%%EOF\n" % (
            data,
            bytes(body),
            bytes(table),
            trailer,
            len(data) + len(body),
        )

    def _resources(self, copy: Any) -> Iterator[Any]:
        """What old content may draw with: the resources of each page."""
        met = set()
        for page in copy.pages:
            resources = page.resources
            if resources.objgen == (0, 0) or resources.objgen not in met:
                met.add(resources.objgen)
                yield resources

    def _read(self, item: Any, kind: str, candidates: Sequence[Any]) -> None:
        if shape_of(item) != "stream":
            return
        subtype = str(item.get("/Subtype", ""))
        if subtype in _FONT_PROGRAMS or "/Length1" in item:
            return
        if subtype == "/Image":
            if int(item.get("/Width", 0)) * int(item.get("/Height", 0)) >= _PICTURE_LEAST:
                self._doubt()
            return
        if str(item.get("/Type", "")) == "/ObjStm":
            for key, words in strings(item.read_bytes()):
                named = kept_as(words, key, kind)
                if named is not None:
                    self._keep(words, named, "replaced")
            return
        inner = Collector("application/pdf", "builtin.pdf", self._out.limits)
        reader = StreamReader(inner, self._limits, self._depth, frozenset())
        reader.read(item)
        reader.read_attachments()
        self._adopt(inner.text(), kind)
        for stream in reader.drawing:
            self._draw(stream, kind, candidates)

    def _draw(self, stream: Any, kind: str, candidates: Sequence[Any]) -> None:
        """Have a drawing read with resources that know its fonts."""
        names = {"/" + name.decode("latin-1") for name in _FONT_NAMED.findall(stream.read_bytes())}
        own = stream.get("/Resources")
        fitting = [item for item in (own, *candidates) if item is not None and names <= _font_names(item)]
        if not fitting or not names:
            self._doubt()
            return
        meant = {tuple(item.Font[name].objgen for name in sorted(names)) for item in fitting}
        if own is None and len(meant) > 1:
            self._doubt()
        self._loose.put(Origin(kind, "replaced"), stream, fitting[0])

    def _adopt(self, inner: Text, kind: str) -> None:
        for segment in inner.segments:
            place = segment.place
            self._keep(segment.text, "attachment" if place.kind == "attachment" else kind, place.detail)
        for doubt in inner.doubts:
            if doubt.code != "text.empty":
                self._out.doubt(doubt.code, doubt.message, doubt.place)

    def _doubt(self) -> None:
        self._out.doubt("object.unread", "文件中残留旧的对象，未能全部读出，请人工查看。")


def _font_names(resources: Any) -> set[str]:
    fonts = resources.get("/Font") if shape_of(resources) == "dictionary" else None
    return set(fonts.keys()) if fonts is not None and shape_of(fonts) == "dictionary" else set()
