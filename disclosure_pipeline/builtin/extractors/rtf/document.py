"""One document in Rich Text Format while it is read: every group, shown or not.

A reader of RTF skips what it does not know; so nothing may be skipped here. A group is named by its
destination; text of an unknown one is ``unplaced``. Objects and pictures, written as hexadecimal digits,
are read like files.
"""

from __future__ import annotations

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.rtf.data import RtfData
from disclosure_pipeline.builtin.extractors.rtf.kinds import (
    CHARACTERS,
    KINDS,
    MATH,
    PICTURES,
    STYLE_WORDS,
    TRANSPARENT,
)
from disclosure_pipeline.builtin.extractors.rtf.output import PART, RtfOutput, Sink
from disclosure_pipeline.builtin.extractors.rtf.state import State
from disclosure_pipeline.builtin.extractors.rtf.table import ROW_WORDS, Tables
from disclosure_pipeline.builtin.extractors.rtf.tokens import (
    BINARY,
    BYTE,
    CLOSE,
    DOUBLE_BYTE,
    OPEN,
    SYMBOL,
    SYMBOLS,
    TEXT,
    WORD,
    Token,
    codec_of_font,
    codec_of_page,
    tokens,
)

_MOST_DEPTH = 5000
_MOST_GROUPS = 400_000
_PAPER = {"paperw": 12240, "paperh": 15840}
"""Size of the paper in twips, unless the document says another."""

_EDGES = {"shpleft": "paperw", "shpright": "paperw", "shptop": "paperh", "shpbottom": "paperh"}
"""Edges of a shape, and the side of the paper they are measured by."""

_PARAGRAPH_ENDS = frozenset(("par", "sect", "page", "column", "row", "nestrow"))
_SHADES = frozenset(("highlight", "chcbpat", "cbpat", "clcbpat", "clcbpatraw", "chshdng", "shading"))
_PAIR = frozenset(("upr", "ud"))
"""A text in two forms: both belong to the story in which they stand."""

_DATA = frozenset(("objdata", "pict", "datastore", "themedata", "datafield"))


class RtfDocument:
    """One document while it is read.

    Args:
        data: the file.
        out: gets the segments.
        data_reader: reads objects and pictures inside it.
    """

    def __init__(self, data: bytes, out: Collector, data_reader: RtfData):
        self._data, self._out, self._objects = data, out, data_reader
        self._output = RtfOutput(out)
        self._stack: list[State] = []
        self._body = Sink("body")
        self._state = State(self._body)
        self._codec = "cp1252"
        self._fonts: dict[int, str] = {}
        self._colours: list[int] = []
        self._colour = 0
        self._skipping = 0
        self._default_font: int | None = None
        self._hex = bytearray()
        self._binary = b""
        self._picture: dict[str, int] = {}
        self._paper = dict(_PAPER)
        self._tables = Tables()
        self._ud: list[str] = []
        self._upr: list[tuple[str, str]] = []

    def read(self) -> None:
        """Read every group.

        Raises:
            ExtractionFailed: ``file.bomb``, ``file.broken``, ``file.too_large``.
        """
        depth = groups = 0
        for token in tokens(self._data):
            if token.kind == OPEN:
                groups += 1
                if groups > _MOST_GROUPS:
                    raise failure("file.too_large", "It has too many groups.")
                depth += 1
                if depth > _MOST_DEPTH:
                    raise failure("file.bomb", "Its groups lie too deep.")
                self._open()
            elif token.kind == CLOSE:
                depth -= 1
                if depth <= 0:
                    self._output.flush(self._state.sink)
                    self._output.flush(self._body)
                    self._output.tail(self._data[token.end :])
                    break
                self._close()
            else:
                self._token(token)
        else:
            self._flush_all()
            self._out.doubt("rtf.truncated", "RTF 文件没有正常结束，可能不完整，请人工查看原件。")
        for state in (*self._stack, self._state):
            self._tables.leave(state.sink.tables, 0)
        self._out.rename_cells(PART, self._tables.names)
        self._objects.finish()

    # ----------------------------------------------------------------- groups

    def _open(self) -> None:
        self._skipping = 0
        self._stack.append(self._state)
        self._state = self._state.inner()

    def _close(self) -> None:
        self._skipping = 0
        state = self._state
        if state.owns:
            self._end_destination(state)
        if self._stack:
            self._state = self._stack.pop()

    def _enter(self, word: str, number: int | None) -> bool:
        """Begin a destination if the word names one that this group does not have yet."""
        state = self._state
        if word in _DATA:
            self._begin(word, "")
            self._hex.clear()
            self._binary, self._picture = b"", {}
            return True
        if word == "fonttbl":
            self._begin(word, "")
            return True
        if word == "nonshppict":
            state.old = True
            return True
        if word in TRANSPARENT:
            state.starred = False
            state.nested = state.nested or word == "nesttableprops"
            if word == "upr":
                self._begin(word, state.sink.kind, detail="ANSI fallback")
            elif word == "ud":
                self._begin(word, self._stack[-2].sink.kind if len(self._stack) > 1 else "body")
            return True
        if word in KINDS:
            self._begin(word, KINDS[word], detail=_detail(word, number))
            return True
        return False

    def _begin(self, word: str, kind: str, detail: str | None = None) -> None:
        state = self._state
        state.destination, state.owns = word, True
        tables = state.sink.tables if word in _PAIR else []
        state.sink = Sink(kind, detail, word, tables)
        state.hidden = state.deleted = False

    def _end_destination(self, state: State) -> None:
        sink, word = state.sink, state.destination
        sink.settle()
        if word not in _PAIR:
            self._tables.leave(sink.tables, 0)
        if word in _DATA:
            self._objects.take(word, bytes(self._hex), self._binary, self._picture, old=state.old)
            self._hex.clear()
            self._binary = b""
        elif word == "fonttbl":
            self._output.fonts(sink)
        elif word == "sn":
            self._output.name_property(sink)
        elif word == "upr":
            self._output.pair(sink, "".join(self._ud))
            self._ud.clear()
        elif word == "ud":
            self._ud.append("".join(text for _, text in sink.runs))
            self._return_runs(sink)
        else:
            self._output.flush(sink)

    def _return_runs(self, sink: Sink) -> None:
        """The Unicode text of a pair belongs to the place where the pair stands."""
        above = next((state for state in reversed(self._stack) if state.destination != "upr"), None)
        if above is not None:
            above.sink.settle()
            above.sink.runs += sink.runs

    # ------------------------------------------------------------------ tokens

    def _token(self, token: Token) -> None:
        state = self._state
        if token.kind == BINARY:
            if state.destination in _DATA:
                self._binary += token.data
            else:
                self._objects.take("bin", b"", token.data, {})
        elif token.kind in (TEXT, BYTE):
            self._text(token.data, escaped=token.kind == BYTE)
        elif token.kind == SYMBOL:
            self._symbol(token.word)
        elif token.kind == WORD:
            self._word(token.word, token.number)

    def _text(self, data: bytes, *, escaped: bool) -> None:
        state = self._state
        if state.destination in _DATA:
            self._hex += data
            return
        if self._skipping:
            taken = data[: self._skipping]
            self._skipping -= len(taken)
            state.sink.fallback += taken
            state.sink.fallback_codec = self._text_codec()
            data = data[len(taken) :]
        if state.destination == "colortbl":
            self._colours += [self._colour] * data.count(b";")
            self._colour = 0 if b";" in data else self._colour
            return
        if state.starred and not state.owns:
            self._begin("unknown", "unplaced", detail="unknown destination")
        self._put_bytes(data)
        state.fresh = state.fresh and not data.strip() and not escaped

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._state.starred = self._state.fresh
        elif symbol == "~":
            self._put("\u00a0")
        elif symbol == "_":
            self._put("-")
        elif symbol in "{}\\":
            self._text(symbol.encode("ascii"), escaped=True)
        elif symbol in "\r\n":
            self._end_paragraph()

    def _word(self, word: str, number: int | None) -> None:  # noqa: PLR0912 - one table of the format's words
        state = self._state
        if self._skipping and word != "u":
            self._skipping -= 1 if word in CHARACTERS else 0
        if self._enter(word, number):
            state.fresh = False
            return
        if state.starred and not state.owns and state.fresh:
            state.fresh = False
            if MATH.fullmatch(word) or (word in STYLE_WORDS and state.destination == "stylesheet"):
                state.starred = False
            else:
                self._begin(word, "unplaced", detail=f"\\*\\{word}")
            return
        state.fresh = False
        if word == "u":
            self._unicode(number or 0)
        elif word == "uc":
            state.skip = max(0, min(number or 0, 100))
        elif word in CHARACTERS:
            self._put(CHARACTERS[word])
        elif word in _PARAGRAPH_ENDS:
            self._end_paragraph(word)
        elif word in ("cell", "nestcell"):
            self._end_cell(1 if word == "cell" else max(2, state.level))
        elif word == "ansicpg":
            self._codec = codec_of_page(number)
        elif word == "mac":
            self._codec = "mac-roman"
        elif word == "deff":
            self._default_font = number
        elif word == "f" and number is not None:
            state.font = number
        elif (
            word == "fcharset"
            and number is not None
            and state.destination == "fonttbl"
            and state.font is not None
        ):
            self._fonts[state.font] = codec_of_font(number, self._codec)
        elif word in ("red", "green", "blue"):
            self._colour |= ((number or 0) & 0xFF) << {"red": 16, "green": 8, "blue": 0}[word]
        elif word in PICTURES or word in ("picw", "pich", "picwgoal", "pichgoal"):
            self._picture[word] = number or 0
        else:
            self._format(word, number)

    def _format(self, word: str, number: int | None) -> None:
        state, on = self._state, number != 0
        if word == "plain":
            state.reset()
        elif word == "v":
            state.hidden = on
        elif word in ("deleted", "mvf"):
            state.deleted = on
        elif word in ("revised", "mvt"):
            state.revised = on
        elif word == "cf":
            state.colour = number or 0
        elif word == "fs":
            state.size = number or 0
        elif word in _SHADES:
            state.shaded = bool(number)
        elif word in ROW_WORDS:
            level = max(2, state.level) if state.nested else 1
            self._tables.define(state.sink.tables, level, word, number or 0)
        elif word in ("intbl", "itap", "pard"):
            state.stand(word, number or 0)
        elif word in _PAPER or word in _EDGES:
            self._place(word, number or 0)
        elif word == "ftnalt" and state.sink.kind == "footnote":
            state.sink.kind = "endnote"

    def _place(self, word: str, twips: int) -> None:
        """The size of the paper, or an edge of a shape: off the paper, whatever its place is counted from?"""
        if word in _PAPER:
            self._paper[word] = twips or _PAPER[word]
            return
        size = self._paper[_EDGES[word]]
        far = twips >= size if word in ("shpleft", "shptop") else twips <= -size
        self._state.away = self._state.away or far

    # ------------------------------------------------------------------- text

    def _put_bytes(self, data: bytes) -> None:
        state = self._state
        codec = self._text_codec()
        state.sink.put(data, codec, state.mark(self._colours))

    def _text_codec(self) -> str:
        """The codec of bytes that come now: that of the font, or of the document."""
        state = self._state
        font = state.font if state.font is not None else self._default_font
        codec = self._fonts.get(font, self._codec) if font is not None else self._codec
        if codec not in DOUBLE_BYTE and codec != SYMBOLS and self._codec in DOUBLE_BYTE:
            return self._codec  # Chinese bytes in a Latin font
        return codec

    def _put(self, text: str) -> None:
        sink = self._state.sink
        sink.settle()
        sink.runs.append((self._state.mark(self._colours), text))

    def _unicode(self, number: int) -> None:
        state = self._state
        if state.starred and not state.owns:
            self._begin("unknown", "unplaced", detail="unknown destination")
        self._put(chr(number & 0xFFFF))
        self._skipping = self._state.skip

    def _end_paragraph(self, word: str = "par") -> None:
        state, sink = self._state, self._state.sink
        if word == "row":
            self._output.flush(sink)
            self._tables.end_row(sink.tables, 1)
        elif word == "nestrow":
            self._output.flush(sink)
            self._tables.end_row(sink.tables, max(2, state.level))
        else:
            hidden = self._tables.is_swallowed(sink.tables, state.level)
            name = self._tables.end_paragraph(sink.tables, state.level, filled=bool(sink.runs or sink.raw))
            self._output.flush(sink, cell=name, hidden=hidden)

    def _end_cell(self, level: int) -> None:
        sink = self._state.sink
        hidden = self._tables.is_swallowed(sink.tables, level)
        name = self._tables.end_cell(sink.tables, level, filled=bool(sink.runs or sink.raw))
        self._output.flush(sink, cell=name, hidden=hidden)

    def _flush_all(self) -> None:
        for state in (*self._stack, self._state):
            self._output.flush(state.sink)


def _detail(word: str, number: int | None) -> str | None:
    return word if number is None else f"{word} {number}"
