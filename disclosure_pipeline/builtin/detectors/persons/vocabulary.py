"""Which sequences of characters are common words.

They come from the dictionary of the package ``jieba`` (word, frequency, part of speech), of which only words that
could be taken for names, or hold what could be, are kept.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from disclosure_pipeline.errors import DisclosureError

_PACKAGE = "jieba"
_LEAST_COMMON = 20
"""Frequency from which a word of two characters counts as common; rarer ones are names as often as not."""

_LINE = re.compile(r"^(\S{2,8}) (\d+) (\S+)$", re.MULTILINE)


class Vocabulary:
    """Common words, and set phrases.

    Raises:
        DisclosureError: the dictionary is not there (``names.vocabulary``).
    """

    def __init__(self) -> None:
        words: set[str] = set()
        phrases: set[str] = set()
        for word, often, kind in _LINE.findall(_dictionary()):
            length = len(word)
            if kind[:2] == "nr":  # as many of these are not names as are
                continue
            if length == 3 or (length == 2 and int(often) >= _LEAST_COMMON):
                words.add(word)
            elif length in (4, 5):
                phrases.add(word)
        self._words = frozenset(words)
        self._phrases = frozenset(phrases)

    def is_word(self, text: str) -> bool:
        """Whether it is a common word that is no name."""
        return text in self._words

    def is_phrase(self, text: str) -> bool:
        """Whether it is a set phrase, or a name of something else, of four or five characters."""
        return text in self._phrases


def _dictionary() -> str:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise DisclosureError(
            "The dictionary of words is not there.", code="names.vocabulary", advice="Install `jieba` again."
        )
    return (Path(spec.origin).parent / "dict.txt").read_text(encoding="utf-8")
