"""Which pictures of a draft go out beside its text, and where.

A picture is pixels: what an officer did not read in it cannot be known. So only those go out in which recognition read
words, surely, when the draft was screened, of which nothing hides in the pixels, and in which nothing is struck out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from disclosure_pipeline.builtin.public.comparison import bare, redacted_values
from disclosure_pipeline.builtin.public.pictures import FORMATS, PAGE
from disclosure_pipeline.builtin.public.redactions import Redactions
from disclosure_pipeline.builtin.public.selection import (
    RECOGNISED,
    is_recognised,
    public_parts,
    public_segments,
)
from disclosure_pipeline.hooks.contracts import Case, PartText, SourceFile
from disclosure_pipeline.hooks.stages import ShownPicture, Toolbox
from disclosure_pipeline.model.text import Segment, Text

Placed = Mapping[int, tuple[ShownPicture, ...]]
"""Pictures by the index of the segment behind which they stand; -1 is the beginning."""

_CROPPED = "not shown"
"""Detail of words that the draft cuts away, as the new pixels do."""
_UNREAD = ("picture.", "ocr.")


class Illustrations:
    """The pictures of one version's public parts.

    Args:
        case: the version.
        struck: what must not go out.
        tools: makes them anew.
    """

    def __init__(self, case: Case, struck: Redactions, tools: Toolbox):
        texts = {
            (part.position, index): segment.text
            for part in case.texts
            for index, segment in enumerate(part.text.segments)
        }
        self._values = redacted_values(texts, struck.redactions)
        self._struck = {(item.part, item.segment) for item in struck.redactions}
        self._placed: dict[int, Placed] = {}
        for part in public_parts(case.texts):
            if _may_show(part.text) and not struck.of_part(part.position).boxes:
                placed = self._of_part(part, _source(case, part), tools)
                if placed:
                    self._placed[part.position] = placed

    @property
    def chosen(self) -> Mapping[int, Placed]:
        """The pictures of each part that has any."""
        return self._placed

    @property
    def names(self) -> Mapping[int, frozenset[str]]:
        """The same by their names in the draft."""
        return {
            position: frozenset(shown.part for pictures in placed.values() for shown in pictures)
            for position, placed in self._placed.items()
        }

    def give_up(self) -> bool:
        """Go on without any: they were not proved. Returns whether there was one."""
        had = bool(self._placed)
        self._placed = {}
        return had

    def _of_part(self, part: PartText, file: SourceFile, tools: Toolbox) -> Placed:
        placed: dict[int, list[ShownPicture]] = defaultdict(list)
        for shown in tools.pictures(file, part.text.media_type):
            if self._may_go(part, shown.part):
                placed[_behind(part.text, shown)].append(shown)
        return {index: tuple(pictures) for index, pictures in placed.items()}

    def _may_go(self, part: PartText, name: str) -> bool:
        """Whether words were read in a picture, all of them surely and seen, and none of them is struck out.

        One without words (a photograph of a face) no detector has looked at, and no page of the review shows it.
        """
        if any(doubt.place is not None and _is_of(doubt.place.part, name) for doubt in part.text.doubts):
            return False
        inside = [
            (index, segment)
            for index, segment in enumerate(part.text.segments)
            if _is_of(segment.place.part, name) and segment.place.kind == RECOGNISED
        ]
        words = "".join(bare(segment.text) for _, segment in inside)
        return (
            any(segment.visible for _, segment in inside)
            and all(_is_seen(segment) for _, segment in inside)
            and not any((part.position, index) in self._struck for index, _ in inside)
            and not any(value in words for value in self._values)
        )


def _may_show(text: Text) -> bool:
    """Whether a part has pictures beside its text, none of which was left unread."""
    pictured = bool(text.facts.get("pictures")) or text.media_type == PAGE
    unread = any(doubt.place is None and doubt.code.startswith(_UNREAD) for doubt in text.doubts)
    return text.media_type in FORMATS and pictured and not unread and not is_recognised(text)


def _source(case: Case, part: PartText) -> SourceFile:
    file = next(item for item in case.parts if item.position == part.position)
    return SourceFile(part.position, case.paths[part.position], file.name or "", part.role, file.sha256)


def _is_of(place: str, picture: str) -> bool:
    """Whether a place is a picture, or lies in it."""
    return place == picture or place.startswith(f"{picture}!")


def _is_seen(segment: Segment) -> bool:
    return segment.visible or segment.place.detail == _CROPPED


def _behind(text: Text, shown: ShownPicture) -> int:
    """The segment behind which a picture stands: the last one before it, or else of all."""
    public = list(public_segments(text))
    last = public[-1][0] if public else -1
    if shown.before:
        return _behind_words(public, shown.before, last)
    of_story = [(index, segment.place) for index, segment in public if segment.place.part == shown.story]
    if shown.paragraph is None:
        return of_story[-1][0] if of_story else last
    earlier = [index for index, place in of_story if (place.paragraph or 0) <= shown.paragraph]
    return earlier[-1] if earlier else -1


def _behind_words(public: list[tuple[int, Segment]], before: str, last: int) -> int:
    """The segment that ends with some words, if they stand in one place only."""
    ends = list(_ends(public))
    words = "".join(text for _, text in ends)
    if words.count(before) != 1:
        return last
    end, at = words.index(before) + len(before), 0
    for index, text in ends:
        at += len(text)
        if at >= end:
            return index
    return last


def _ends(public: list[tuple[int, Segment]]) -> Iterator[tuple[int, str]]:
    return ((index, "".join(segment.text.split())) for index, segment in public)
