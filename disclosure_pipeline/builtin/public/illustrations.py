"""Which pictures of a draft go out beside its text, and where.

A picture is pixels: what no officer looked at in it cannot be known. So only those go out of which nothing hides in the
pixels, in which nothing is struck out, and in which recognition read words, surely, when the draft was screened; or in
which it read none, if the secrecy officer ruled that just these pixels are public.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import groupby

from disclosure_pipeline.builtin.extractors.pictures.scanned import NOTHING, is_words
from disclosure_pipeline.builtin.public.comparison import bare, redacted_values
from disclosure_pipeline.builtin.public.redactions import Redactions
from disclosure_pipeline.builtin.public.selection import (
    RECOGNISED,
    is_in_picture,
    is_recognised,
    public_parts,
    public_segments,
)
from disclosure_pipeline.hooks.contracts import Case, PartText, SourceFile
from disclosure_pipeline.hooks.pictures import JudgedPicture, PictureSource, key_of
from disclosure_pipeline.hooks.stages import ShownPicture
from disclosure_pipeline.model.pictures import Outlook, Ruling, may_have_pictures
from disclosure_pipeline.model.text import Segment, Text

Placed = Mapping[int, tuple[ShownPicture, ...]]
"""Pictures by the index of the segment behind which they stand; -1 is the beginning."""

_CROPPED = "not shown"
"""Detail of words that the draft cuts away, as the new pixels do."""
_UNREAD = ("picture.", "ocr.")
_RULED = {Ruling.PUBLIC: Outlook.RELEASED, Ruling.KEPT: Outlook.KEPT}


class Illustrations:
    """The pictures of one version's public parts.

    Args:
        case: the version.
        struck: what must not go out.
        source: makes them anew.
    """

    def __init__(self, case: Case, struck: Redactions, source: PictureSource):
        self._case = case
        self._struck = struck
        self._source = source
        self.judged = tuple(item for part in public_parts(case.texts) for item in self._of_part(part))
        """Every picture that the draft surely shows, in order, with whether it goes out."""
        self._placed = _placed(self.judged)

    @cached_property
    def _struck_segments(self) -> frozenset[tuple[int, int]]:
        return frozenset((item.part, item.segment) for item in self._struck.redactions)

    @cached_property
    def _struck_values(self) -> set[str]:
        texts = {
            (part.position, index): segment.text
            for part in self._case.texts
            for index, segment in enumerate(part.text.segments)
        }
        return redacted_values(texts, self._struck.redactions)

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

    def _of_part(self, part: PartText) -> Iterator[JudgedPicture]:
        if not may_have_pictures(part.text):
            return
        of_all = self._of_all(part)
        for shown in self._source.pictures(_source(self._case, part), part.text.media_type):
            outlook = of_all or self._outlook(part, shown)
            yield JudgedPicture(part.position, shown, outlook, _behind(part.text, shown))

    def _of_all(self, part: PartText) -> Outlook | None:
        """Why no picture of a part goes out, whatever it shows; ``None`` when each is looked at."""
        if is_recognised(part.text):
            return Outlook.TEXT
        if self._struck.of_part(part.position).boxes:
            return Outlook.BOXED
        unread = any(doubt.place is None and doubt.code.startswith(_UNREAD) for doubt in part.text.doubts)
        return Outlook.DOUBTFUL if unread else None

    def _outlook(self, part: PartText, shown: ShownPicture) -> Outlook:
        """Whether a picture goes out: all that is in it surely seen and none of it struck out, and words or a ruling."""
        inside = [
            (index, segment)
            for index, segment in enumerate(part.text.segments)
            if is_in_picture(segment.place.part, shown.part) and segment.place.kind == RECOGNISED
        ]
        has_words = any(segment.visible and is_words(segment.text) for _, segment in inside)
        doubts = {
            doubt.code
            for doubt in part.text.doubts
            if doubt.place is not None and is_in_picture(doubt.place.part, shown.part)
        }
        words = "".join(bare(segment.text) for _, segment in inside)
        # That nothing was read in its ink is what a person rules on.
        if doubts - (set() if has_words else {NOTHING}):
            return Outlook.DOUBTFUL
        if not all(_is_seen(segment) for _, segment in inside):
            return Outlook.HIDING
        if any((part.position, index) in self._struck_segments for index, _ in inside) or any(
            value in words for value in self._struck_values
        ):
            return Outlook.STRUCK
        if has_words:
            return Outlook.WORDS
        ruling = self._case.rulings.get(key_of(part.position, shown), Ruling.OPEN)
        return _RULED.get(ruling, Outlook.UNRULED)


def _placed(judged: tuple[JudgedPicture, ...]) -> dict[int, Placed]:
    """Those that go out, by part and by the segment behind which they stand."""
    placed: dict[int, Placed] = {}
    for position, items in groupby(judged, key=lambda item: item.part):
        behind: dict[int, list[ShownPicture]] = defaultdict(list)
        for item in items:
            if item.outlook.goes_out:
                behind[item.behind].append(item.picture)
        if behind:
            placed[position] = {index: tuple(pictures) for index, pictures in behind.items()}
    return placed


def _source(case: Case, part: PartText) -> SourceFile:
    file = next(item for item in case.parts if item.position == part.position)
    return SourceFile(part.position, case.paths[part.position], file.name or "", part.role, file.sha256)


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
