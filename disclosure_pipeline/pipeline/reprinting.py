"""Where on the pages of a paper something stands that its public copy must not show.

Only what is sure counts: characters of the text layer that are, one for one, those of the approved text. A line that
was read from pixels goes as a whole. Where anything is not sure there is no answer, and no pages go out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from disclosure_pipeline.hooks.stages import Struck
from disclosure_pipeline.model.boxes import Box, is_box
from disclosure_pipeline.model.text import Segment, Text
from disclosure_pipeline.pipeline.page_boxes import OCR, aligned, rectangles

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.page_pictures import Letters

_ROUND = 0.1
"""Share of a recognised line's height by which its letters may reach out of its box."""


def boxes_of(
    text: Text, struck: Struck, ask: Callable[[Iterable[int]], Mapping[int, Letters]]
) -> dict[int, tuple[Box, ...]] | None:
    """The boxes of what must not be seen, by page; ``None`` when not all of them are known.

    Args:
        text: what was read in the file.
        struck: what must not be seen.
        ask: gives the characters of pages with their boxes.
    """
    wanted = [
        (text.segments[at], start, end) for at, start, end in struck.ranges if text.segments[at].visible
    ]
    if any(not _is_placed(segment) for segment, _, _ in wanted):
        return None
    letters = ask(sorted({segment.place.page or 1 for segment, _, _ in wanted if segment.place.kind != OCR}))
    found: dict[int, list[Box]] = defaultdict(list)
    for segment, start, end in wanted:
        page = segment.place.page or 1
        boxes = (
            _whole(segment) if segment.place.kind == OCR else _of_letters(segment, start, end, letters[page])
        )
        if not boxes:
            return None
        found[page] += boxes
    for drawn_on, box in struck.boxes:
        if box is None or not is_box(box):
            return None
        found[drawn_on or 1].append(box)
    return {page: tuple(boxes) for page, boxes in found.items()}


def _is_placed(segment: Segment) -> bool:
    return segment.place.bbox is not None and (segment.place.page is not None or segment.place.kind == OCR)


def _whole(segment: Segment) -> list[Box]:
    if segment.place.bbox is None:
        return []
    left, top, right, bottom = segment.place.bbox
    out = _ROUND * min(bottom - top, right - left)
    return [(left - out, top - out, right + out, bottom + out)]


def _of_letters(segment: Segment, start: int, end: int, letters: Letters) -> list[Box]:
    """One box for each printed line of some characters; none when it is not sure which they are."""
    known = aligned(segment, letters)
    if known is None:
        return []
    placed = {at for at, _ in known}
    if any(at not in placed for at in range(start, end) if not segment.text[at].isspace()):
        return []
    return list(rectangles(segment, start, end, letters))
