"""What a reader of the site asks for, and where in a text the answer stands.

Documents are cut into terms by :func:`~disclosure_pipeline.model.search_terms.terms_of`; a question becomes phrases of
such terms. Nothing that a reader types reaches the database's own query language but terms, which hold letters, digits
and characters only.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from disclosure_pipeline.model.reading import fold
from disclosure_pipeline.model.search_terms import terms_of

LONGEST = 200
"""Characters of a question that count."""

MOST_PHRASES = 8
"""Parts of a question, between blanks, that count."""

_BEFORE, _EXCERPT = 24, 120
_STEP, _OVERLAP, _READ = 4_000, 400, 200_000
_BETWEEN = r"[\W_]{0,9}"
_SOLID = re.compile(r"[a-z0-9]+|[^\W_]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text that is shown.

    Args:
        text: its characters. is_hit: whether it is what was asked for.
    """

    text: str
    is_hit: bool = False


@dataclass(frozen=True)
class Question:
    """What somebody looks for: all parts between blanks, each as it is written.

    Args:
        words: what was typed.
    """

    words: str

    @cached_property
    def match(self) -> str:
        """The question for SQLite's FTS5; empty when it asks for nothing."""
        phrases = dict.fromkeys(_phrase(part) for part in self._parts)
        return " AND ".join(phrase for phrase in phrases if phrase)

    def is_in(self, text: str) -> bool:
        """Whether all of it stands in one short text (a title)."""
        plain = _plain(text)
        return bool(self._patterns) and all(pattern.search(plain) for pattern in self._patterns)

    def excerpt(self, text: str) -> list[Piece]:
        """Some of a text around the first place that answers, or its beginning, with the hits told apart."""
        text = text.replace("\n", " ")
        start = max(0, self._first(text) - _BEFORE)
        shown = self.marked(text[start : start + _EXCERPT])
        before = [Piece("…")] if start else []
        after = [Piece("…")] if start + _EXCERPT < len(text) else []
        return [*before, *shown, *after]

    def marked(self, text: str) -> list[Piece]:
        """A short text in pieces, those that answer told apart."""
        ends = _ends(text)
        pieces, at = [], 0
        for start, end in self._hits(_plain(text)):
            first, last = bisect_left(ends, start + 1), bisect_left(ends, end) + 1
            if first < at:
                continue
            pieces += [Piece(text[at:first]), Piece(text[first:last], is_hit=True)]
            at = last
        return [piece for piece in (*pieces, Piece(text[at:])) if piece.text]

    def _hits(self, plain: str) -> Iterator[tuple[int, int]]:
        if self._any is not None:
            for found in self._any.finditer(plain):
                yield found.span()

    def _first(self, text: str) -> int:
        """Where a text first answers, or 0; what lies far behind the beginning is not looked at."""
        if self._any is None:
            return 0
        for start in range(0, min(len(text), _READ), _STEP):
            part = text[start : start + _STEP + _OVERLAP]
            if found := self._any.search(_plain(part)):
                return start + bisect_left(_ends(part), found.start() + 1)
        return 0

    @cached_property
    def _parts(self) -> list[str]:
        return self.words[:LONGEST].split()[:MOST_PHRASES]

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        return [re.compile(source) for source in self._sources]

    @cached_property
    def _any(self) -> re.Pattern[str] | None:
        longest_first = sorted(self._sources, key=len, reverse=True)
        return re.compile("|".join(longest_first)) if longest_first else None

    @cached_property
    def _sources(self) -> list[str]:
        solid = [_SOLID.findall(_plain(part)) for part in self._parts]
        return [_BETWEEN.join(map(_source, pieces)) for pieces in solid if pieces]


def _phrase(part: str) -> str:
    """A part of a question for FTS5; empty when nothing in it can be looked for.

    The last character of a run is a term by itself only where the run ends, and in a document it may go on. A run of
    one character means every term that begins with it.
    """
    terms = terms_of(part)
    if not terms:
        return ""
    begins = False
    if len(terms[-1]) == 1 and not terms[-1].isascii():
        if len(terms) > 1 and len(terms[-2]) > 1 and not terms[-2].isascii():
            terms = terms[:-1]
        else:
            begins = True
    return f'"{" ".join(terms)}"' + (" *" if begins else "")


def _source(piece: str) -> str:
    """A character as it stands, a number with any zeros before it, a word that is whole."""
    if not piece.isascii():
        return re.escape(piece)
    return rf"(?<![a-z0-9])0*{piece.lstrip('0')}(?![a-z0-9])"


def _plain(text: str) -> str:
    return "".join(map(_folded, text))


@cache
def _folded(character: str) -> str:
    return " " if character.isspace() else fold(character).casefold()


def _ends(text: str) -> list[int]:
    """For each character of a text where it ends in the folded text."""
    ends, at = [], 0
    for character in text:
        at += len(_folded(character))
        ends.append(at)
    return ends
