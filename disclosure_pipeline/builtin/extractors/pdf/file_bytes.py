"""The bytes of a pdf file itself: words outside every object, and objects that no table lists.

Readers of pdf jump from table to table; what lies between the objects, before the header, behind the end
mark, in comments and in objects that no table names any more, they never see.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.pdf.content import comments, strings
from disclosure_pipeline.builtin.extractors.pdf.leftovers import Leftover, Leftovers
from disclosure_pipeline.builtin.extractors.pdf.raw_file import RawFileReader
from disclosure_pipeline.builtin.extractors.pdf.unpacking import STREAM
from disclosure_pipeline.builtin.extractors.pdf.words import kept_as, spoken
from disclosure_pipeline.hooks.sniff import LAST_RESORT, choose

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.collector import Collector

_OBJECT = re.compile(rb"(?<!\d)(\d{1,10})\s+(\d{1,5})\s+obj\b")
_LENGTH = re.compile(rb"/Length\s+(\d++)(?!\s+\d+\s+R)")
_SYNTAX = re.compile(
    rb"xref\s+(?:\d+\s+\d+\s+(?:\d{10}\s+\d{5}\s+[nf]\s*)*)*|startxref\s+\d+|%%EOF|%PDF-\d\.\d|\btrailer\b"
    rb"|ReportLab [Gg]enerated PDF document(?: -- digest)?(?: \(opensource\)| http://www\.reportlab\.com)?"
    rb"|%\s*'[A-Za-z]{1,12}\d{0,3}':\s*class PDF[A-Za-z0-9]{1,20}\b|%\s*created by Pillow(?: [\d.]+)? PDF driver"
    rb"|%%(?:Trailer|Page:? \d+(?: \d+)?)(?=\s)"
)
"""What lies between objects in every file, and the remarks that libraries always write there."""
_INVOCATION = re.compile(rb"%%Invocation:[^\r\n]*")
"""Ghostscript tells how it was called, with names and paths of files."""
_IDENTIFIERS = re.compile(rb"/ID\s*\[.*?\]", re.DOTALL)
_TRAILER = re.compile(rb"<<.*>>", re.DOTALL)
_BINARY_MARK = re.compile(rb"%[\x80-\xff]{2,16}\s*\Z|%[\x80-\xff]{2,16}[\r\n]+")
_TABLE = re.compile(rb"/Type\s*/XRef\b")
_PIECE = 1 << 20
_READ_MOST = 16 << 20


class FileSweep(RawFileReader):
    """Reads what lies outside the objects, and objects that others replaced."""

    def __init__(self, data: Any, pdf: Any, out: Collector, limits: Mapping[str, Any], depth: int):
        super().__init__(data, pdf, out, limits, depth)
        self._last: dict[tuple[int, int], tuple[int, int, int]] = {}
        self._leftovers: list[Leftover] = []

    def run(self) -> None:
        """Do it."""
        data = self._data
        begin = max(data.find(b"%PDF-"), 0)
        end = data.rfind(b"%%EOF")
        self._outside(bytes(data[:begin]), "before the header")
        if end != -1:
            self._outside(bytes(data[end + 5 : end + 5 + _READ_MOST]), "after the end")
        at = begin
        for start, head_end, body_end, rest in self._objects():
            if start - at > 1:  # nobody says anything in one byte
                self._gap(bytes(data[at:start]))
            at = rest
            if data.find(b"%", head_end, body_end) != -1:
                for kind, _, words in comments(bytes(data[head_end:body_end])):
                    self._keep(words, kind, "comment")
        self._gap(bytes(data[at : end if end != -1 else len(data)]))
        self._forgotten()
        self._packs()
        if self._leftovers:
            Leftovers(data, self._pdf, self._out, self._limits, self._depth).run(self._leftovers)

    def _objects(self) -> Iterator[tuple[int, int, int, int]]:
        """(start, where its head ends, where its values end, where it ends) of every object as it lies in the file."""
        data, last, size = self._data, self._last, len(self._data)
        at = 0
        while (head := _OBJECT.search(data, at)) is not None:
            start, begin = head.span()
            close = data.find(b"endobj", begin)
            close = size if close == -1 else close
            values = close
            if data.find(b"stream", begin, close) != -1:
                stream = STREAM.search(data, begin, close)
                if stream is not None:
                    values = stream.start()
                    close = self._stream_end(begin, stream)
            key = (int(head[1]), int(head[2]))
            if key in last:
                self._replaced(key)
            last[key] = (begin, values, close)
            at = min(close + len(b"endobj"), size)
            yield start, begin, values, at

    def _stream_end(self, start: int, stream: re.Match[bytes]) -> int:
        """Where the object of a stream ends; words between the stream's length and its end are kept."""
        data = self._data
        length = _LENGTH.search(data, start, stream.start())
        begin = stream.end()
        declared = begin + int(length[1]) if length is not None else begin
        if (
            length is None
            or declared > len(data)
            or data.find(b"endstream", max(begin, declared - 16), declared) != -1
        ):
            length, declared = None, begin  # it is somewhere else, or wrong
        mark = data.find(b"endstream", declared)
        if mark == -1:
            mark = len(data)
        elif length is not None and not self._pdf.is_encrypted:
            words = spoken(bytes(data[declared : min(mark, declared + _PIECE)]))
            self._keep(words, "unplaced", "after a stream")
        close = data.find(b"endobj", mark)
        following = _OBJECT.search(data, mark, close if close != -1 else len(data))
        if following is not None:
            return int(following.start()) - len(b"endobj")
        return close if close != -1 else len(data)

    def _gap(self, gap: bytes) -> None:
        """What lies between two objects: tables, trailers, marks; the rest is nobody's."""
        if not gap or gap.isspace():
            return
        if b"trailer" in gap:
            trailer = _TRAILER.search(gap)
            if trailer is not None and not self._pdf.is_encrypted:
                self._strings(_IDENTIFIERS.sub(b"", trailer[0]), "metadata")
            if trailer is not None:
                comment = b"\n".join(line for line in gap.splitlines() if line.lstrip().startswith(b"%"))
                gap = gap[: trailer.start()] + b"\n" + gap[trailer.end() :] + b"\n" + comment
        for invocation in _INVOCATION.findall(gap):
            self._keep(spoken(invocation), "metadata", "Invocation")
        rest = _SYNTAX.sub(b" ", _INVOCATION.sub(b" ", gap))
        mark = _BINARY_MARK.search(rest)
        if mark is not None and not _says_something(mark[0]):
            rest = rest[: mark.start()] + rest[mark.end() :]
        rest = rest.replace(b"endobj", b" ").replace(b"endstream", b" ").strip(b" %\t\r\n\0")
        if rest:
            self._keep(spoken(rest), "unplaced", "between objects")

    def _outside(self, data: bytes, where: str) -> None:
        """Bytes before the header or behind the end: words, or another file."""
        bare = data.lstrip(b"\0 \r\n\t")
        if not bare:
            return
        from disclosure_pipeline.builtin.extractors.readers import builtin_extractors

        reader = choose(builtin_extractors(self._limits, self._depth + 1), bare, where)
        if reader is not None and reader.score(bare[: 1 << 16], where) > LAST_RESORT:
            read_embedded(self._out, where, bare, limits=self._limits, depth=self._depth)
            return
        words = spoken(bare)
        self._keep(words, "unplaced", where)
        if not words and len(bare) > 16:
            self._out.doubt("file.surplus", "文件首尾有无法识别的多余数据，请人工查看。")

    # ----------------------------------------------------------- replaced and forgotten

    def _replaced(self, key: tuple[int, int]) -> None:
        """An object that a later one of the same number replaced."""
        start, values, close = self._last[key]
        self._object(start, values, close, "deletion")

    def _forgotten(self) -> None:
        """Objects that no table names."""
        for key, (start, values, close) in self._last.items():
            if self._pdf.get_object(key) is None:
                self._object(start, values, close, "unplaced")

    def _object(self, start: int, values: int, close: int, kind: str) -> None:
        body = bytes(self._data[start:values])
        if _TABLE.search(body):
            return
        if self._pdf.is_encrypted:
            self._out.doubt("object.unread", "加密的文件中残留旧的对象，未能读出，请人工查看。")
            return
        if b"/ObjStm" not in body:
            self._strings(body, kind)
        self._leftovers.append(Leftover(kind, start, close))

    def _packs(self) -> None:
        """Objects packed into streams, of which the file has others of the same number, or that no table names."""
        if self._pdf.is_encrypted or self._data.find(b"/ObjStm") == -1:
            return
        packs = []
        often = Counter(number for number, _ in self._last)
        for key, (start, values, _) in self._last.items():
            if b"/ObjStm" in self._data[start:values]:
                stream = self._pdf.get_object(key)
                if stream is not None:
                    members = list(_members(stream))
                    often.update(number for number, _ in members)
                    packs.append(members)
        for number, body in (member for members in packs for member in members):
            if often[number] > 1 or self._pdf.get_object((number, 0)) is None:
                self._strings(body, "deletion")

    def _strings(self, data: bytes, kind: str) -> None:
        for key, words in strings(data):
            named = kept_as(words, key, kind)
            if named is not None:
                self._keep(words, named, "replaced")


def _members(pack: Any) -> Iterator[tuple[int, bytes]]:
    """(number, bytes) of the objects packed into a stream."""
    import pikepdf

    try:
        data, first = pack.read_bytes(), int(pack.get("/First", 0))
        head = [int(number) for number in data[:first].split()]
    except (pikepdf.PdfError, ValueError):  # others say that it cannot be read
        return
    starts = [first + at for at in head[1::2]]
    for number, start, end in zip(head[::2], starts, [*starts[1:], len(data)], strict=False):
        yield number, data[start:end]


def _says_something(mark: bytes) -> bool:
    """Whether the comment of high bytes after the header holds Chinese; writers put any bytes there."""
    return any("\u3400" <= letter <= "\u9fff" for letter in mark.decode("utf-8", "ignore"))
