"""Word boundaries by the dictionary of jieba, read when the first hit needs them.

A term that straddles a boundary (计算机|密码 holds 机密) is a coincidence of neighbours. Only that is judged
here: a term inside one word (国家机密) or made of whole words stays, because most hits that do not end on
boundaries are real. Segmenting a window around a hit gives the same answer as segmenting the whole text and
is far cheaper while hits are rare.

The segmentation is the most probable path through the dictionary, as jieba's own without its guesses at
unknown words. Its loader builds a table of every beginning of every word first, which takes most of a second;
a few windows ask for a few hundred words, so these are looked up in the sorted file instead.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from math import log
from pathlib import Path

from disclosure_pipeline.errors import ConfigError

_WINDOW = 20
_MOST = 3_000
"""Different windows of one text that are segmented; what stands in others stays a hit, which is the safe side."""

_HAN = re.compile("[\u3400-\u9fff]")
_BORDER = re.compile("[^\u4e00-\u9fd5a-zA-Z0-9+#&._%\\-]")
"""What no word reaches over."""


class WordBoundaries:
    """Tells whether a range of a text straddles a boundary between words.

    Args:
        words: further words (departments, places) that the segmenter should know.
    """

    def __init__(self, words: Sequence[str] = ()):
        self._words = tuple(words)
        self._segmenter: _Segmenter | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether the dictionary has been read."""
        return self._segmenter is not None

    def straddling(self, text: str, ranges: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
        """Those of the ranges that cut a word and do not lie inside one.

        Args:
            text: the text, without white space.
            ranges: (start, end) pairs.
        """
        doubtful = [pair for pair in ranges if _may_straddle(text, *pair)]
        if not doubtful:
            return set()
        if self._segmenter is None:
            self._segmenter = _Segmenter(self._words)
        answers: dict[tuple[str, int, int], bool] = {}
        straddling = set()
        for start, end in doubtful:
            window, first = _window(text, start, end)
            asked = (window, start - first, end - first)
            if asked not in answers and len(answers) < _MOST:
                cuts = self._segmenter.cuts(window)
                answers[asked] = _straddles(cuts, start - first, end - first)
            if answers.get(asked):
                straddling.add((start, end))
        return straddling


def _may_straddle(text: str, start: int, end: int) -> bool:
    """Whether a Han character stands beside the range, so that a word could reach over its end."""
    return _HAN.match(text[start - 1 : start]) is not None or _HAN.match(text[end : end + 1]) is not None


def _straddles(cuts: set[int], start: int, end: int) -> bool:
    """Whether an end lies within a word while a boundary lies inside of the range."""
    return not (start in cuts and end in cuts) and any(cut in cuts for cut in range(start + 1, end))


def _window(text: str, start: int, end: int) -> tuple[str, int]:
    """The characters around a range as far as words can reach, and where they begin."""
    before, after = text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]
    border = _BORDER.search(before[::-1])
    first = start - (border.start() if border else len(before))
    border = _BORDER.search(after)
    return text[first : end + (border.start() if border else len(after))], first


class _Segmenter:
    """The most probable words of a short text.

    Args:
        words: words to know beside the dictionary's, at least as probable as what they are made of.
    """

    def __init__(self, words: Sequence[str]):
        self._lines, self._total = _dictionary()
        self._found: dict[str, int] = {"": -1}
        for word in filter(None, words):
            self._add(word)

    def cuts(self, text: str) -> set[int]:
        """Offsets at which a word begins or ends; single letters and digits in a row are one word."""
        offset, cuts = 0, {0}
        for behind in self._path(text):
            if not (behind - offset == 1 and behind < len(text) and _are_letters(text[offset : behind + 1])):
                cuts.add(behind)
            offset = behind
        return cuts

    def _path(self, text: str) -> list[int]:
        """Where the words of the most probable path end."""
        whole = log(self._total)
        best: list[tuple[float, int]] = [(0.0, 0)] * (len(text) + 1)
        for start in range(len(text) - 1, -1, -1):
            best[start] = max(
                (log(self._frequency(text[start:end]) or 1) - whole + best[end][0], end)
                for end in self._ends(text, start)
            )
        ends = []
        at = 0
        while at < len(text):
            at = best[at][1]
            ends.append(at)
        return ends

    def _ends(self, text: str, start: int) -> list[int]:
        """Where the words that begin at an offset may end; at least its one character is one."""
        ends = []
        end = start + 1
        while end <= len(text) and (frequency := self._frequency(text[start:end])) is not None:
            if frequency:
                ends.append(end)
            end += 1
        return ends or [start + 1]

    def _frequency(self, word: str) -> int | None:
        """How common a word is; 0 for the beginning of longer ones, ``None`` for neither."""
        known = self._found.get(word)
        if known is None:
            known = self._found[word] = _looked_up(self._lines, word)
        return None if known < 0 else known

    def _add(self, word: str) -> None:
        """Make a word known, just probable enough to be preferred over its pieces."""
        share, start = 1.0, 0
        for end in self._path(word):
            share *= (self._frequency(word[start:end]) or 1) / self._total
            start = end
        frequency = max(int(share * self._total) + 1, self._frequency(word) or 1)
        for end in range(1, len(word)):
            if self._frequency(word[:end]) is None:
                self._found[word[:end]] = 0
        self._found[word] = frequency
        self._total += frequency


def _are_letters(characters: str) -> bool:
    return characters.isascii() and characters.isalnum()


def _looked_up(lines: Sequence[str], word: str) -> int:
    """Frequency of a word, 0 for the beginning of others, -1 for neither; a blank sorts before letters."""
    at = bisect_left(lines, word + " ")
    if at < len(lines) and lines[at].startswith(word + " "):
        return int(lines[at].split(" ", 2)[1])
    at = bisect_left(lines, word)
    return 0 if at < len(lines) and lines[at].startswith(word) else -1


@cache
def _dictionary() -> tuple[tuple[str, ...], int]:
    """The sorted lines of jieba's dictionary (word, frequency, part of speech) and the sum of frequencies."""
    package = find_spec("jieba")  # found, not imported: only its data is wanted
    if package is None or package.origin is None:
        raise ConfigError("The dictionary of words (jieba) is not installed.", code="lexicon.dictionary")
    content = Path(package.origin).with_name("dict.txt").read_text("utf-8")
    total = sum(map(int, re.findall(" ([0-9]+)(?= |$)", content, re.MULTILINE)))
    return tuple(sorted(content.splitlines())), total
