"""Which names of a part stand where a disclosure profile says: under a heading, beside certain words, in their list.

Only what a reader of the page sees counts, as paragraphs or cells. A name in a table is judged by the nearest heading
over it, a name in running text by the words around it or by the names that it is listed with.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.profile import MARK, NAME, Profile
from disclosure_pipeline.model.text import Segment

_CELL = re.compile(r"(?P<table>.*?)(?P<column>[A-Z]+)(?P<row>[0-9]+)\Z", re.DOTALL)
_SEEN = frozenset({"body", "table", "textbox"})
_BLANKS = re.compile(r"[^\S\n]+")
_WHITE = re.compile(r"\s+")

_BEFORE, _BEHIND = 120, 60
"""Characters around a name in which the words of a profile are looked for."""

_NEIGHBOURS = 4
"""Paragraphs over which they may stand, and over which a list may go on."""

_REMARK = re.compile(r"\([^()\n]{1,12}\)(?=[、,;\s])")
_BETWEEN = re.compile(r"(?:[、,;\s和及与]|\(?[0-9]{1,4}[.、)])+")
_UNSEEN = re.compile(r"[\u3400-\u9fff]{2,4}\Z")
"""A name of a list that was not recognised as one."""

Range = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a finding.

    Args:
        part: position of the part.
        ranges: the characters, as (segment, start, end).
        written: the characters, folded and without white space.
        in_prose: whether it stands in a paragraph that is seen, and in no cell.
    """

    part: int
    ranges: tuple[Range, ...]
    written: str
    in_prose: bool


def names_of(found: Finding, part: PartText) -> tuple[Name, ...]:
    """The names of a finding; none where a list's names cannot be told apart, or are none of the file's text."""
    if found.segment < 0 or found.count not in (1, len(found.ranges)):
        return ()
    several = [found.ranges] if found.count == 1 else [(one,) for one in found.ranges]
    return tuple(_name(part, ranges) for ranges in several)


def _name(part: PartText, ranges: tuple[Range, ...]) -> Name:
    segments = part.text.segments
    written = "".join(segments[index].text[start:end] for index, start, end in ranges)
    in_prose = all(_is_seen(segments[index]) and not segments[index].place.cell for index, _, _ in ranges)
    return Name(part.position, ranges, _bare(written), in_prose)


def _is_seen(segment: Segment) -> bool:
    return segment.visible and segment.place.kind in _SEEN


def _bare(text: str) -> str:
    return _WHITE.sub("", fold(text))


class Listed:
    """What a profile covers in one part.

    Args:
        profile: the profile.
        part: the part.
        words: words that tell whose a name is, folded; over a column they are headings, in a list they are no names.
    """

    def __init__(self, profile: Profile, part: PartText, words: frozenset[str]):
        self._position = part.position
        self._segments = part.text.segments
        self._words = words
        self._endings = tuple(words)
        self._headings = [re.compile(pattern) for pattern in profile.headings]
        self._places = [re.compile(place.replace(NAME, MARK), re.MULTILINE) for place in profile.places]
        self._columns: defaultdict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
        self._headed: dict[tuple[str, str, str], Sequence[tuple[int, bool]]] = {}
        self._rows: defaultdict[tuple[str, str, int], list[tuple[int, int]]] = defaultdict(list)
        self._prose: list[int] = []
        self._rank: dict[int, int] = {}
        for index, segment in enumerate(self._segments):
            if _is_seen(segment):
                self._file(index, segment)

    def _file(self, index: int, segment: Segment) -> None:
        """Note where a segment stands."""
        match = _CELL.match(segment.place.cell) if segment.place.cell else None
        if match is not None:
            table, column, row = (segment.place.part, match["table"]), match["column"], int(match["row"])
            self._columns[*table, column].append((row, index))
            self._rows[*table, row].append((_number(column), index))
        elif not segment.place.cell:
            self._rank[index] = len(self._prose)
            self._prose.append(index)

    def covered(self, names: Iterable[Name]) -> set[Name]:
        """Those of these names that stand where the profile says.

        Args:
            names: names, those of other parts left aside.
        """
        ordered = sorted((name for name in names if self._is_mine(name)), key=lambda name: name.ranges)
        found = {name for name in ordered if self._is_headed(name) or self._is_placed(name)}
        for before, name in pairwise([name for name in ordered if name.in_prose]):
            if before in found and self._is_listed(before, name):
                found.add(name)
        return found

    def repeated(self, names: Iterable[Name], covered: Iterable[Name]) -> set[Name]:
        """Those of these names that are written as covered ones, in running text without a word for another role.

        Args:
            names: names, those of other parts left aside.
            covered: names of any part that are covered.
        """
        written = {name.written for name in covered}
        return {
            name for name in names
            if name.written in written and name.in_prose and self._is_mine(name) and not self._is_introduced(name)
        }  # fmt: skip

    def _is_mine(self, name: Name) -> bool:
        return name.part == self._position and all(
            _is_seen(self._segments[index]) for index, _, _ in name.ranges
        )

    def _is_introduced(self, name: Name) -> bool:
        """Whether a word that tells whose a name is stands directly before it."""
        index, start, _ = name.ranges[0]
        before = fold(self._segments[index].text[max(0, start - _BEFORE) : start])
        return before.rstrip(" \t\n:(").endswith(self._endings)

    def _is_headed(self, name: Name) -> bool:
        """Whether the nearest heading over the name's cell is one of the profile's."""
        place = self._segments[name.ranges[0][0]].place
        match = _CELL.match(place.cell or "")
        if match is None or len({index for index, _, _ in name.ranges}) > 1:
            return False
        rows = self._headed_rows(place.part, match["table"], match["column"])
        over = bisect_left(rows, (int(match["row"]), False)) - 1
        return over >= 0 and rows[over][1]

    def _headed_rows(self, part: str, table: str, column: str) -> Sequence[tuple[int, bool]]:
        """The rows of a column in which a heading stands, in order, and whether it is one of the profile's."""
        key = (part, table, column)
        if key not in self._headed:
            texts: defaultdict[int, str] = defaultdict(str)
            for row, index in self._columns[key]:
                texts[row] += _bare(self._segments[index].text)
            own = {
                row: any(heading.fullmatch(text) for heading in self._headings) for row, text in texts.items()
            }
            self._headed[key] = sorted(
                (row, own[row]) for row, text in texts.items() if own[row] or text in self._words
            )
        return self._headed[key]

    def _is_placed(self, name: Name) -> bool:
        """Whether the words around the name are the profile's."""
        (first, start, _), (last, _, end) = name.ranges[0], name.ranges[-1]
        before = "\n".join([*self._earlier(first), self._segments[first].text[:start][-_BEFORE:]])
        behind = "\n".join([self._segments[last].text[end:][:_BEHIND], *self._later(last)])
        around = f"{_smooth(before)[-_BEFORE:]}{MARK}{_smooth(behind)[:_BEHIND]}"
        return any(place.search(around) for place in self._places)

    def _earlier(self, index: int) -> Sequence[str]:
        """The paragraphs before one, or the cells at the left of one."""
        if index in self._rank:
            rank = self._rank[index]
            return [
                self._segments[other].text[-_BEFORE:] for other in self._near(index, rank - _NEIGHBOURS, rank)
            ]
        match = _CELL.match(self._segments[index].place.cell or "")
        if match is None:
            return ()
        row = self._rows[self._segments[index].place.part, match["table"], int(match["row"])]
        here = _number(match["column"])
        return [self._segments[other].text[-_BEFORE:] for column, other in sorted(row) if column < here]

    def _later(self, index: int) -> Sequence[str]:
        """The paragraphs behind one; nothing behind a cell."""
        if index not in self._rank:
            return ()
        rank = self._rank[index] + 1
        return [self._segments[other].text[:_BEHIND] for other in self._near(index, rank, rank + _NEIGHBOURS)]

    def _near(self, index: int, start: int, end: int) -> Sequence[int]:
        """Paragraphs of the same part of the file."""
        chosen = self._prose[max(0, start) : end]
        return [one for one in chosen if self._segments[one].place.part == self._segments[index].place.part]

    def _is_listed(self, before: Name, name: Name) -> bool:
        """Whether two names stand in one list: nothing but separators between, or one more name."""
        (first, _, end), (last, start, _) = before.ranges[-1], name.ranges[0]
        if self._segments[first].place.part != self._segments[last].place.part:
            return False
        if first == last:
            return self._separates(self._segments[first].text[end:start])
        if self._rank[last] - self._rank[first] > _NEIGHBOURS:
            return False
        whole = self._prose[self._rank[first] + 1 : self._rank[last]]
        pieces = (self._segments[first].text[end:], *(self._segments[one].text for one in whole))
        return self._separates("\n".join((*pieces, self._segments[last].text[:start])))

    def _separates(self, text: str) -> bool:
        between = _smooth(text)
        remark = _REMARK.match(between)
        pieces = _BETWEEN.split(between[remark.end() :] if remark else between)
        others = pieces[1:-1]
        return (
            not pieces[0] and not pieces[-1] and len(others) < 2
            and all(_UNSEEN.match(word) and word not in self._words for word in others)
        )  # fmt: skip


def _smooth(text: str) -> str:
    """Folded, each run of blanks as one."""
    return _BLANKS.sub(" ", fold(text))


def _number(letters: str) -> int:
    """Number of a column from its letters, from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
