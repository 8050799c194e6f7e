"""Word boundaries by jieba, loaded when the first hit needs them.

A term that straddles a boundary (计算机|密码 holds 机密) is a coincidence of neighbours. Only that
is judged here: a term inside one word (国家机密) or made of whole words stays, because most hits
that do not end on boundaries are real. Segmenting a window around a hit gives the same answer as
segmenting the whole text and is far cheaper while hits are rare.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

_WINDOW = 20
_HAN = re.compile("[\u3400-\u9fff]")


class WordBoundaries:
    """Tells whether a range of a text straddles a boundary between words.

    The dictionary is read from jieba's package, never from its cache in the shared temporary folder:
    whoever can write there could plant one.

    Args:
        words: further words (departments, places) that the segmenter should know.
    """

    def __init__(self, words: Sequence[str] = ()):
        self._words = tuple(words)
        self._tokenizer: Any = None

    @property
    def is_loaded(self) -> bool:
        """Whether the dictionary has been read."""
        return self._tokenizer is not None

    def straddling(self, text: str, ranges: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
        """Those of the ranges that cut a word and do not lie inside one.

        Args:
            text: the text, without white space.
            ranges: (start, end) pairs.
        """
        doubtful = [(start, end) for start, end in ranges if _may_straddle(text, start, end)]
        if len(doubtful) * 2 * _WINDOW > len(text):
            cuts = self._cuts(text, 0, len(text))
            return {pair for pair in doubtful if _straddles(cuts, *pair)}
        return {
            (start, end)
            for start, end in doubtful
            if _straddles(
                self._cuts(text, max(0, start - _WINDOW), min(len(text), end + _WINDOW)), start, end
            )
        }

    def _cuts(self, text: str, start: int, end: int) -> set[int]:
        """Offsets at which a word begins or ends within a window."""
        if self._tokenizer is None:
            self._tokenizer = _load(self._words)
        cuts = {start}
        for word in self._tokenizer.cut(text[start:end], HMM=False):
            start += len(word)
            cuts.add(start)
        return cuts


def _may_straddle(text: str, start: int, end: int) -> bool:
    """Whether a Han character stands beside the range, so that a word could reach over its end."""
    return _HAN.match(text[start - 1 : start]) is not None or _HAN.match(text[end : end + 1]) is not None


def _straddles(cuts: set[int], start: int, end: int) -> bool:
    """Whether an end lies within a word while a boundary lies inside of the range."""
    return not (start in cuts and end in cuts) and any(cut in cuts for cut in range(start + 1, end))


def _load(words: Sequence[str]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba

    jieba.setLogLevel(logging.CRITICAL)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for word in words:
        tokenizer.add_word(word)
    return tokenizer
