"""A normalised view over all text of a part, with an exact way back to the original characters.

Detectors search the view, people see the original. The view undoes what writers, layouts and
evaders do to characters: full-width and other compatibility forms, invisible characters, variants
of the star, runs of white space, breaks between segments, cells and lines. Every character of the
view comes from exactly one original character, so each hit leads back to offsets in a segment.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from disclosure_pipeline.model.folding import SEPARATORS, WHITESPACE, changed
from disclosure_pipeline.model.text import Place, Segment, Text

_IGNORED = "\0"
_FEW = 64
_CELL = re.compile(r"(?P<row>.*?)(?P<column>[A-Za-z]+)(?P<number>[0-9]+)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets in the original text of one segment.

    Args:
        segment: index of the segment in its :class:`~.text.Text`.
        start: offset of the first character.
        end: offset behind the last one.
    """

    segment: int
    start: int
    end: int


def _row(place: Place) -> tuple[str, str, str] | None:
    match = _CELL.match(place.cell or "")
    return (place.part, match["row"], match["number"]) if match else None


def _joined(segments: Sequence[Segment]) -> tuple[str, list[int]]:
    """All segments in one string: a tab between cells of a row, else a line end; and their starts."""
    pieces: list[str] = []
    bases: list[int] = []
    length = 0
    row: tuple[str, str, str] | None = None
    for segment in segments:
        previous, row = row, _row(segment.place) if segment.place.cell else None
        if bases:
            pieces.append("\t" if row is not None and row == previous else "\n")
            length += 1
        bases.append(length)
        pieces.append(segment.text)
        length += len(segment.text)
    return "".join(pieces), bases


@dataclass(frozen=True, slots=True)
class _Source:
    """What all views of a text are made from.

    Args:
        segments: of the text.
        original: all of them in one string.
        bases: where each of them begins there.
        unusual: the characters that do not stay as they are, and what they become.
        aligned: the string with every one-to-one change made.
    """

    segments: Sequence[Segment]
    original: str
    bases: list[int]
    unusual: Mapping[str, str]
    aligned: str

    @classmethod
    def of(cls, text: Text) -> _Source:
        original, bases = _joined(text.segments)
        unusual = changed(original)
        return cls(text.segments, original, bases, unusual, _aligned(original, unusual))


class View:
    """Normalised text of one part.

    Make one with :meth:`of`. :attr:`text` is what to search; :meth:`locate` leads back.
    """

    __slots__ = ("__weakref__", "_bases", "_lengths", "_origins", "_positions", "original", "text")

    def __init__(
        self, *, text: str, original: str, segments: Sequence[Segment], bases: list[int],
        positions: list[int], origins: list[int],
    ):  # fmt: skip
        self.text = text
        self.original = original
        self._bases = bases
        self._lengths = [len(segment.text) for segment in segments]
        self._positions = positions
        self._origins = origins

    @classmethod
    def of(cls, text: Text, drop: Iterable[str] = ()) -> View:
        """Build the view of a part.

        Args:
            text: the extracted text.
            drop: folded characters the view leaves out, e.g. :data:`WHITESPACE` or
                :data:`SEPARATORS`; without it, each run of white space is one character, the
                strongest of the run (line end over tab over blank).
        """
        return cls._over(_Source.of(text), drop)

    @classmethod
    def _over(cls, source: _Source, drop: Iterable[str]) -> View:
        dropped = frozenset(drop)
        expanding = {
            character: "".join(part for part in several if part not in dropped)
            for character, several in source.unusual.items()
            if len(several) > 1
        }
        shown, positions, origins = _shrink(source.aligned, expanding, dropped)
        return cls(
            text=shown, original=source.original, segments=source.segments, bases=source.bases,
            positions=positions, origins=origins,
        )  # fmt: skip

    def origin(self, position: int) -> int:
        """Index in :attr:`original` (all segments joined) of the character shown at ``position``."""
        run = bisect_right(self._positions, position) - 1
        return self._origins[run] + position - self._positions[run]

    def position(self, segment: int) -> int:
        """Index in :attr:`text` at which a segment's characters begin."""
        base = self._bases[segment]
        run = bisect_right(self._origins, base) - 1
        ends = self._positions[run + 1] if run + 1 < len(self._positions) else len(self.text)
        return min(self._positions[run] + base - self._origins[run], ends)

    def segment(self, position: int) -> int:
        """Index of the segment that the character shown at ``position`` comes from."""
        return max(bisect_right(self._bases, self.origin(position)) - 1, 0)

    def spans(self, start: int, end: int) -> list[Span]:
        """Every range of the original that a range of :attr:`text` covers, one per segment touched.

        Args:
            start: first character in the view.
            end: behind the last one; greater than ``start``.

        Raises:
            ValueError: the range is empty or outside of the view.
        """
        found = [self.locate(start, end)]
        behind = self.origin(end - 1) + 1
        for segment in range(found[0].segment + 1, len(self._bases)):
            base, length = self._bases[segment], self._lengths[segment]
            if base >= behind:
                break
            if length:
                found.append(Span(segment, 0, min(behind - base, length)))
        return found

    def locate(self, start: int, end: int) -> Span:
        """Lead a range of :attr:`text` back to the original.

        A range over several segments is reported on the first segment it touches, clipped to it.

        Args:
            start: first character in the view.
            end: behind the last one; greater than ``start``.

        Raises:
            ValueError: the range is empty or outside of the view.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError("empty range or outside of the view")
        first, behind = self.origin(start), self.origin(end - 1) + 1
        segment = bisect_right(self._bases, first) - 1
        while first >= self._bases[segment] + self._lengths[segment]:
            if segment + 1 == len(self._bases) or self._bases[segment + 1] >= behind:
                break
            segment += 1
            first = self._bases[segment]
        base, length = self._bases[segment], self._lengths[segment]
        return Span(segment, min(first - base, length), min(behind - base, length))


class Views:
    """The views of one text, each made when it is first asked for and kept for whoever asks next.

    Args:
        text: the extracted text.
    """

    def __init__(self, text: Text):
        self._text = text

    def __reduce__(self) -> tuple[type[Views], tuple[Text]]:
        return Views, (self._text,)

    @cached_property
    def _source(self) -> _Source:
        return _Source.of(self._text)

    @cached_property
    def plain(self) -> View:
        """Each run of white space is one character: what patterns with context read."""
        return View._over(self._source, ())

    @cached_property
    def compact(self) -> View:
        """Without white space: what terms are searched in, so that no line end hides one."""
        return View._over(self._source, WHITESPACE)

    @cached_property
    def bare(self) -> View:
        """Without white space and separators, for what people spread out."""
        return View._over(self._source, SEPARATORS)


def _aligned(original: str, folds: Mapping[str, str]) -> str:
    """Make every one-to-one change and mark what is to be ignored; indexes stay the same."""
    changes = {one: other or _IGNORED for one, other in folds.items() if len(other) < 2}
    if len(changes) > _FEW:
        return original.translate({ord(character): change for character, change in changes.items()})
    for character, change in changes.items():
        original = original.replace(character, change)
    return original


def _shrink(
    aligned: str, expanding: Mapping[str, str], dropped: frozenset[str]
) -> tuple[str, list[int], list[int]]:
    """Drop, collapse and expand; return the view and where each unbroken run of it comes from.

    Args:
        aligned: the original with every one-to-one change made.
        expanding: characters that become several, and what they become.
        dropped: folded characters to leave out.
    """
    gone = "".join(re.escape(character) for character in sorted(dropped | {_IGNORED}))
    grown = "".join(map(re.escape, sorted(expanding)))
    # Each match begins with one class of characters: so the engine finds it quickly.
    collapsing = f"[ \\t\\n{gone}{grown}](?:(?<=[ \\t\\n{gone}])[ \\t\\n{gone}]+|(?<=[{gone}{grown}]))"
    blanks = [blank for blank in "\n\t " if blank not in dropped]
    if not blanks and not expanding:
        return _without(aligned, re.compile(collapsing))
    pieces: list[str] = []
    positions, origins = [0], [0]
    done = shown = 0
    for match in re.finditer(collapsing, aligned):
        start, behind = match.span()
        replacement = expanding.get(match.group()) or _strongest(match.group(), blanks)
        pieces += (aligned[done:start], replacement)
        shown += start - done
        for _ in replacement:
            positions.append(shown)
            origins.append(start)
            shown += 1
        positions.append(shown)
        origins.append(behind)
        done = behind
    if not pieces:
        return aligned, positions, origins
    pieces.append(aligned[done:])
    return "".join(pieces), positions, origins


def _without(aligned: str, gone: re.Pattern[str]) -> tuple[str, list[int], list[int]]:
    """The same, where nothing takes the place of what is dropped."""
    spans = [match.span() for match in gone.finditer(aligned)]
    origins = [0, *(behind for _, behind in spans)]
    ends = [*(start for start, _ in spans), len(aligned)]
    pieces = [aligned[start:end] for start, end in zip(origins, ends, strict=True)]
    return "".join(pieces), [0, *accumulate(map(len, pieces[:-1]))], origins


def _strongest(run: str, blanks: Sequence[str]) -> str:
    """The white space that stands for a run of dropped characters and white space: the first of some."""
    for blank in blanks:
        if blank in run:
            return blank
    return ""
