"""Which characters of the stored text a box means that somebody drew on a page.

A segment that lies in the box as a whole is meant as a whole. Of one that lies in it in part, the characters of the
page's text layer say which of its own do, provided that they are its own, one for one. Where that is not sure, most of
a segment means all of it, and less is refused: what was meant would go out. A character that is partly in the box
is in it. Recognised lines have no characters of their own on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.hooks.page_pictures import Letters
from disclosure_pipeline.model.boxes import GRAZE, HELD, Box, share
from disclosure_pipeline.model.text import VISIBLE_KINDS, Segment
from disclosure_pipeline.pipeline.page_boxes import OCR, aligned, is_inside

UNKNOWN = Letters("", ())
"""The characters of a page without a text layer, or of one that cannot be looked at."""

Range = tuple[int, int, int]
"""Segment, offset of the first character, offset behind the last one."""


def meant(segments: Sequence[Segment], page: int, box: Box, ask: Callable[[], Letters]) -> tuple[Range, ...]:
    """The characters that a box means; none for one that is drawn where nothing can be read.

    Args:
        segments: of the file.
        page: 1-based.
        box: as it was drawn, points.
        ask: looks at the page's characters; called when a segment lies in the box in part.

    Raises:
        Refused: ``box_cuts_text``: it may mean characters that it does not hold; ``box_unplaced``: nobody knows where
            words of the page stand.
    """
    if any(_is_unplaced(segment, page) for segment in segments):
        raise Refused(
            "Nobody knows where the words of this page stand.", code="box_unplaced",
            advice="Mark the words themselves.",
        )  # fmt: skip
    here = [
        (index, segment, segment.place.bbox)
        for index, segment in enumerate(segments)
        if segment.place.bbox is not None and segment.place.page == page and segment.text.strip()
    ]
    partly = any(_has_letters(segment) and 0 < share(area, box) < 1 for _, segment, area in here)
    letters = ask() if partly else UNKNOWN
    struck = [place for place in _places(letters) if _meets(place, box)]
    if any(not any(is_inside(place, area) for _, _, area in here) for place in struck):
        raise _cuts()  # a character that nobody has read
    found = tuple(
        (index, *offsets)
        for index, segment, area in here
        for offsets in _offsets(segment, area, box, letters, struck)
    )
    if not found and any(_is_seen(segment) and _meets(area, box) for _, segment, area in here):
        raise _cuts()
    return found


def words_in(segment: Segment, box: Box, letters: Letters) -> tuple[tuple[int, int], ...] | None:
    """(start, end) of the characters of a segment that lie in a box at least in part.

    Args:
        segment: the segment.
        box: points.
        letters: the characters of its page's text layer.

    Returns:
        The ranges in the order of the text, those without a character outside of the box as one; ``None`` when the
        segment's characters are not, one for one, those of the page.
    """
    known = aligned(segment, letters)
    if known is None:
        return None
    if known and all(_meets(place, box) for _, place in known):
        return ((0, len(segment.text)),)
    runs = [
        [at for at, _ in run]
        for is_in, run in groupby(known, lambda placed: _meets(placed[1], box))
        if is_in
    ]  # fmt: skip
    return tuple((run[0], run[-1] + 1) for run in runs)


def _offsets(
    segment: Segment, area: Box, box: Box, letters: Letters, struck: Sequence[Box]
) -> tuple[tuple[int, int], ...]:
    """(start, end) of what a box means of a segment."""
    held, cut = share(area, box), any(is_inside(place, area) for place in struck)
    if _has_letters(segment) and held < 1 and (held > 0 or cut):
        words = words_in(segment, box, letters)
        if words or (words is not None and held < HELD):
            return words
    if held >= HELD:
        return ((0, len(segment.text)),)
    if _is_seen(segment) and (_meets(area, box) or (cut and _has_letters(segment))):
        raise _cuts()
    return ()


def _places(letters: Letters) -> Iterator[Box]:
    return (
        place
        for letter, place in zip(letters.text, letters.boxes, strict=True)
        if place is not None and not letter.isspace()
    )


def _meets(area: Box, box: Box) -> bool:
    """Whether more than what hands draw inexactly of one lies in the other."""
    return max(share(area, box), share(box, area)) > GRAZE


def _is_seen(segment: Segment) -> bool:
    return segment.visible and segment.place.kind in VISIBLE_KINDS


def _is_unplaced(segment: Segment, page: int) -> bool:
    """Whether words that are seen may stand anywhere on a page."""
    place = segment.place
    known = place.page is not None and (place.bbox is not None or place.page != page)
    return _is_seen(segment) and bool(segment.text.strip()) and not known


def _has_letters(segment: Segment) -> bool:
    """Whether a segment is read from the page's text layer and seen."""
    return _is_seen(segment) and segment.place.kind != OCR


def _cuts() -> Refused:
    return Refused(
        "The box cuts through text.",
        code="box_cuts_text",
        advice="Draw it around whole lines, or mark the words themselves.",
    )
