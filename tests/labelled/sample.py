"""What a labelled text is, and how one is written down.

``of("电话：", Mark("13812345678", "privacy.mobile"), "。")`` gives the text with the place of what stands in it.
A family of samples is a module with a function ``samples(half) -> Sequence[Sample]`` for the halves ``dev`` (looked
at while rules are written) and ``test`` (only counted). Both come from different seeds *and* different sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.text import Place, Segment, Text

Half = Literal["dev", "test"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of a text that is to be found.

    Args:
        text: its characters.
        kind: the finding kind it must have.
    """

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Label:
    """Where something stands that is to be found.

    Args:
        segment: index of its segment.
        start: first character in the segment.
        end: behind the last one.
        kind: the finding kind.
    """

    segment: int
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One text with everything of some kinds that stands in it.

    Args:
        family: what the score is kept by (``mobile``, ``trap.money``, ``marking`` …).
        form: way of writing (``plain``, ``full_width``, ``split_line`` …), or what kind of trap it is.
        text: segments with their places.
        labels: every place to be found, in order; of one number over two segments one label each.
        kinds: the kinds that were labelled completely; other findings are not counted against anyone.
    """

    family: str
    form: str
    text: Text
    labels: tuple[Label, ...]
    kinds: frozenset[str]

    @property
    def part(self) -> PartText:
        """The text as detectors see it."""
        return PartText(0, PartRole.MAIN, self.text)

    @property
    def plain(self) -> str:
        """The text as peers see it: segments joined by line ends, cells of a row by tabs."""
        return self.part.views.plain.original

    def under(self, form: str) -> Sample:
        """The same sample under another form's name."""
        return replace(self, form=form)


def of(*pieces: str | Mark, family: str, form: str = "plain", kinds: Sequence[str] = ()) -> Sample:
    """A sample of one segment.

    Args:
        pieces: its text in order.
        family: see :class:`Sample`.
        form: see :class:`Sample`.
        kinds: kinds that must not be found here beside those marked (a trap names what it is a trap for).
    """
    words, labels, at = [], [], 0
    for piece in pieces:
        characters = piece if isinstance(piece, str) else piece.text
        if isinstance(piece, Mark):
            labels.append(Label(0, at, at + len(characters), piece.kind))
        words.append(characters)
        at += len(characters)
    text = Text("text/plain", "labelled", (Segment("".join(words), Place("text", "body", paragraph=1)),))
    return Sample(family, form, text, tuple(labels), frozenset((*kinds, *(label.kind for label in labels))))


def in_segments(
    *rows: Sequence[str | Mark], family: str, form: str, kinds: Sequence[str] = (), table: bool = False
) -> Sample:
    """A sample of several segments: lines, or with ``table`` the rows of a table whose cells are segments.

    Args:
        rows: of each line its pieces; of each table row its cells (a cell is one piece).
        family: see :class:`Sample`.
        form: see :class:`Sample`.
        kinds: as in :func:`of`.
        table: whether the pieces are cells.
    """
    segments: list[Segment] = []
    labels: list[Label] = []
    for number, row in enumerate(rows, start=1):
        for words, place, marks in _cells(row, number) if table else _lines(row, number):
            labels += [Label(len(segments), start, end, kind) for start, end, kind in marks]
            segments.append(Segment(words, place))
    text = Text("text/plain", "labelled", tuple(segments))
    return Sample(family, form, text, tuple(labels), frozenset((*kinds, *(label.kind for label in labels))))


_Marks = list[tuple[int, int, str]]


def _cells(row: Sequence[str | Mark], number: int) -> Iterator[tuple[str, Place, _Marks]]:
    for column, piece in enumerate(row):
        words = piece if isinstance(piece, str) else piece.text
        marks = [(0, len(words), piece.kind)] if isinstance(piece, Mark) else []
        yield words, Place("text", "table", cell=f"table 1 {chr(ord('A') + column)}{number}"), marks


def _lines(row: Sequence[str | Mark], number: int) -> Iterator[tuple[str, Place, _Marks]]:
    words, marks = "", list[tuple[int, int, str]]()
    for piece in row:
        characters = piece if isinstance(piece, str) else piece.text
        if isinstance(piece, Mark):
            marks.append((len(words), len(words) + len(characters), piece.kind))
        words += characters
    yield words, Place("text", "body", paragraph=number), marks
