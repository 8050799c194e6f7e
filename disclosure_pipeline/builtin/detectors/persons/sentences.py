"""Sentences as the lexical model reads them, with the way back to the view."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

HAN = "\u3400-\u9fff"
LONGEST = 96
"""Characters of the longest piece that the model reads at once."""

_ENDS = re.compile("[。！？；!?;\n\t]+")
_PAUSES = re.compile("[，,、：:）)] ?")
_WRAPPED = re.compile(f"(?<=[{HAN}，、])\n(?=[{HAN}])")
_LEAST_LINE = 18
_BLANK = re.compile(f"(?<=[{HAN}]) (?=[{HAN}])")
_HAN = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of text without line ends.

    Args:
        text: its characters.
        start: where it begins in the view.
        gaps: indexes in ``text`` before each of which one white space of the view was left out.
    """

    text: str
    start: int
    gaps: tuple[int, ...] = ()

    def position(self, index: int) -> int:
        """Index in the view of a character of the sentence."""
        return self.start + index + sum(gap <= index for gap in self.gaps)

    def range(self, start: int, end: int) -> tuple[int, int]:
        """The range in the view of a range of the sentence that is not empty."""
        return self.position(start), self.position(end - 1) + 1


def sentences(text: str, families: Container[str]) -> Iterator[Sentence]:
    """Cut the text of a view at the ends of sentences, cells and paragraphs.

    A line end inside of a sentence (a full line that goes on in the next one) and the blanks by which names
    are spread out (王 伟) are left out.

    Args:
        text: text of the view in which each run of white space is one character.
        families: family names of one character.
    """
    left_out = sorted((*_wrapped(text), *_spread(text, families)))
    skip = set(left_out)
    start = 0
    for match in _ENDS.finditer(text):
        if match.group() == "\n" and match.start() in skip:
            continue
        yield from _pieces(text, start, match.end(), left_out)
        start = match.end()
    yield from _pieces(text, start, len(text), left_out)


def _wrapped(text: str) -> Iterator[int]:
    """Line ends at which a line was broken because it was full."""
    for match in _WRAPPED.finditer(text):
        line = text.rfind("\n", 0, match.start()) + 1
        if match.start() - line >= _LEAST_LINE:
            yield match.start()


def _spread(text: str, families: Container[str]) -> Iterator[int]:
    """Blanks behind a family name that does not end a name itself, and behind the character that follows it."""
    left_out = -1
    for match in _BLANK.finditer(text):
        at = match.start()
        if at - 2 == left_out:
            is_third = text[at + 1] not in families and not _HAN.match(text[at + 2 : at + 3])
            if is_third:
                yield at
        elif text[at - 1] in families and not _ends_a_name(text, at, families):
            left_out = at
            yield at


def _ends_a_name(text: str, end: int, families: Container[str]) -> bool:
    """Whether the two or three characters before may be a whole name."""
    return any(
        text[start] in families and _HAN.match(text[start + 1]) for start in (end - 2, end - 3) if start >= 0
    )


def _pieces(text: str, start: int, end: int, left_out: Sequence[int]) -> Iterator[Sentence]:
    """The sentence in a range, in pieces that the model can read; blank ones are left out."""
    while start < end:
        behind = end if end - start <= LONGEST else _pause(text, start)
        while start < behind and text[start].isspace():
            start += 1
        if start < behind:
            yield _sentence(text, start, behind, left_out)
        start = behind


def _pause(text: str, start: int) -> int:
    """Behind the last comma before the longest piece ends, or where it ends."""
    last = start + LONGEST
    for match in _PAUSES.finditer(text, start + LONGEST // 2, start + LONGEST):
        last = match.end()
    return last


def _sentence(text: str, start: int, end: int, left_out: Sequence[int]) -> Sentence:
    gaps = left_out[bisect_left(left_out, start) : bisect_left(left_out, end)]
    piece = text[start:end].rstrip()
    if not gaps:
        return Sentence(piece, start)
    kept = "".join(one for at, one in enumerate(piece, start) if at not in gaps)
    return Sentence(kept, start, tuple(gap - start - number for number, gap in enumerate(gaps)))
