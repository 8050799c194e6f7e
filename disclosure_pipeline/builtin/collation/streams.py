"""The characters of some parts as one string for comparing, with the way back to where each stood."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from disclosure_pipeline.builtin.extractors.pictures.scanned import SEAL
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.text import Segment

Origin = tuple[int, int, int]
"""Position of the part, index of the segment, offset in its text."""


@dataclass(frozen=True)
class Stream:
    """Letters and digits of parts, in one form (NFKC, lower case), with decimal points.

    Args:
        parts: where they come from.
        text: the characters.
        places: one origin for each of them.
    """

    parts: tuple[PartText, ...]
    text: str
    places: tuple[Origin, ...]

    @classmethod
    def joined(cls, streams: Sequence[Stream]) -> Stream:
        """Several streams as one, in the order of their parts."""
        ordered = sorted(streams, key=lambda stream: stream.parts[0].position)
        return cls(
            tuple(part for stream in ordered for part in stream.parts),
            "".join(stream.text for stream in ordered),
            tuple(place for stream in ordered for place in stream.places),
        )

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Every two characters that follow each other."""
        return frozenset(self.text[at : at + 2] for at in range(len(self.text) - 1))

    def seals(self, position: int, page: int | None) -> list[tuple[float, float, float, float]]:
        """Boxes of words in seals on a page, with half their height around them: letters run in a circle."""
        part = next(part for part in self.parts if part.position == position)
        found = (segment.place for segment in part.text.segments if segment.place.detail == SEAL)
        boxes = [place.bbox for place in found if place.page == page and place.bbox is not None]
        return [
            (left, top - (bottom - top) / 2, right, bottom + (bottom - top) / 2)
            for left, top, right, bottom in boxes
        ]

    def share_in(self, other: Stream) -> float:
        """How much of this stream stands in another one: 0 … 1."""
        return len(self.pairs & other.pairs) / len(self.pairs) if self.pairs else 0.0

    def segments(self, start: int, end: int) -> set[tuple[int, int]]:
        """The segments that these characters come from, as (position of the part, index)."""
        return {(part, segment) for part, segment, _ in self.places[start:end]}

    def segment(self, position: int, index: int) -> Segment:
        """One segment."""
        return next(part for part in self.parts if part.position == position).text.segments[index]


def stream_of(parts: Sequence[PartText], wanted: Callable[[Segment], bool]) -> Stream:
    """The characters of the wanted segments.

    Args:
        parts: the parts.
        wanted: which of their segments count.
    """
    signs: list[str] = []
    places: list[Origin] = []
    for part in parts:
        for index, segment in enumerate(part.text.segments):
            if wanted(segment):
                for offset, sign in _signs(segment.text):
                    signs.append(sign)
                    places.append((part.position, index, offset))
    return Stream(tuple(parts), "".join(signs), tuple(places))


def _signs(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for offset, character in enumerate(text):
        for sign in unicodedata.normalize("NFKC", character).casefold():
            if sign.isalnum() or (sign == "." and _between_digits(text, offset)):
                found.append((offset, sign))
    return found


def _between_digits(text: str, offset: int) -> bool:
    return 0 < offset < len(text) - 1 and text[offset - 1].isdigit() and text[offset + 1].isdigit()
