"""What Rich Text Format says, paragraph by paragraph: from gathered characters to segments."""

from __future__ import annotations

from dataclasses import dataclass, field

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.rtf.kinds import is_default_name, is_numbering, property_kind
from disclosure_pipeline.builtin.extractors.rtf.table import Table
from disclosure_pipeline.builtin.extractors.rtf.tokens import decode
from disclosure_pipeline.builtin.extractors.shared.byte_words import Known, squeeze, sweep
from disclosure_pipeline.model.text import VISIBLE_KINDS

PART = "document"
"""Name of the one part of a document."""

_SHOWN = VISIBLE_KINDS | {"comment"}
_LABELS = ("listtext", "pntext", "pntxta", "pntxtb")


@dataclass(slots=True)
class Sink:
    """Where the text of a destination gathers until its paragraph ends.

    Args:
        kind: of place; empty for numbers and names that Word itself writes.
        detail: see ``Place``.
        word: control word of the destination.
        tables: those that are open in its text, the outer one first.
        runs: characters with the kind that their formatting gives them, empty for that of the place.
        raw: bytes that are not yet decoded, all of one codec and one kind.
        raw_state: that kind.
        raw_codec: that codec.
        fallback: bytes for readers without Unicode.
        fallback_codec: their codec.
        paragraph: how many there were.
    """

    kind: str
    detail: str | None = None
    word: str = "rtf"
    tables: list[Table] = field(default_factory=list)
    runs: list[tuple[str, str]] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    raw_state: str = ""
    raw_codec: str = ""
    fallback: bytearray = field(default_factory=bytearray)
    fallback_codec: str = "cp1252"
    paragraph: int = 0

    def put(self, data: bytes, codec: str, state: str) -> None:
        """Gather bytes; a character may begin in one call and end in the next."""
        if self.raw and (self.raw_codec != codec or self.raw_state != state):
            self.settle()
        self.raw_codec, self.raw_state = codec, state
        self.raw += data

    def settle(self) -> None:
        """Decode what was gathered."""
        if self.raw:
            self.runs.append((self.raw_state, decode(bytes(self.raw), self.raw_codec)))
            self.raw.clear()

    @property
    def text(self) -> str:
        """All characters of the present paragraph."""
        return "".join(text for _, text in self.runs)


class RtfOutput:
    """Keeps paragraphs.

    Args:
        out: gets the segments.
    """

    def __init__(self, out: Collector):
        self._out = out
        self._named: set[str] = set()
        self._property = ""

    def flush(self, sink: Sink, cell: str | None = None, *, hidden: bool = False) -> None:
        """Keep a paragraph: one segment for each stretch of one kind.

        Args:
            sink: holds it.
            cell: name of the cell it stands in.
            hidden: whether that cell is not shown.
        """
        sink.settle()
        self._keep_fallback(sink)
        if not sink.runs:
            return
        sink.paragraph += 1
        runs = [(mark or "hidden", text) for mark, text in sink.runs] if hidden else sink.runs
        sink.runs = []
        stretch, mark = "", runs[0][0]
        for now, text in runs:
            if now != mark:
                self._keep(sink, stretch, mark, cell)
                stretch, mark = "", now
            stretch += text
        self._keep(sink, stretch, mark, cell)

    def name_property(self, sink: Sink) -> None:
        """The name of a shape's property; its value follows."""
        self._property = sink.text.strip()

    def fonts(self, sink: Sink) -> None:
        """Names of fonts."""
        for name in sink.text.split(";"):
            self._sweep_only(name, sink.word)
        sink.runs.clear()

    def pair(self, sink: Sink, unicode_text: str) -> None:
        """Keep the text for readers without Unicode, if it says something else than the other of its pair."""
        plain = squeeze(sink.text)
        if plain.strip("?_") and plain not in squeeze(unicode_text):
            self._out.add(sink.text, "hidden", PART, detail="ANSI fallback", visible=False)
        sink.runs.clear()

    def tail(self, data: bytes) -> None:
        """What stands behind the last brace: no reader shows it."""
        rest = data.strip(b"\x00\r\n\t \x1a")
        for run in dict.fromkeys(sweep(rest, everything=True)):
            self._out.add(run, "unplaced", "tail", detail="after the end", visible=False)

    def _keep(self, sink: Sink, text: str, mark: str, cell: str | None) -> None:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        own = "table" if cell and sink.kind == "body" else sink.kind
        kind = mark if mark and sink.kind in _SHOWN else own
        if sink.word == "sv":
            kind = property_kind(self._property, text)
        elif sink.word in _LABELS and is_numbering(text):
            return
        elif kind == "name":
            self._keep_names(text, sink.word)
            return
        elif sink.word == "panose" or (sink.word == "revtbl" and text.strip(" ;") == "Unknown"):
            return
        if kind:
            paragraph = sink.paragraph if sink.kind == "body" else None
            self._out.add(text, kind, PART, paragraph=paragraph, cell=cell, detail=sink.detail)
        else:
            self._sweep_only(text, sink.word)

    def _keep_names(self, text: str, word: str) -> None:
        """Names that an author gave: of bookmarks, styles, lists; each once, without those of Word itself."""
        for name in filter(None, map(str.strip, text.split(";"))):
            chosen = word.startswith("bkmk") and not name.startswith("_")
            if name not in self._named and (chosen or not is_default_name(name)):
                self._named.add(name)
                self._out.add(name, "name", PART, detail=word, visible=False)

    def _sweep_only(self, text: str, word: str) -> None:
        """Numbers and names that Word writes: only what is surely somebody's words counts."""
        for run in sweep(text.encode("utf-16-le", "replace")):
            self._out.add(run, "unplaced", PART, detail=word, visible=False)

    def _keep_fallback(self, sink: Sink) -> None:
        """Characters for readers without Unicode, if they say something else than the characters do."""
        plain = decode(bytes(sink.fallback), sink.fallback_codec)
        sink.fallback.clear()
        said = "".join(filter(str.isalnum, squeeze(sink.text)))
        kept = "".join(filter(str.isalnum, squeeze(plain)))
        if len(kept) > 3 and not Known((said,)).holds(kept):
            self._out.add(plain, "hidden", PART, detail="Unicode fallback", visible=False)
