"""Where the characters of a finding stand on a page's picture, as rectangles.

A segment keeps one box for all of it. On a page with a text layer its characters are looked for among those that lie
in that box; they count only when they are, one for one, the segment's (or when the finding's words occur just once in
both). A recognised line is cut in proportion to the width of its characters. Where neither is sure, the whole box of
the segment is the answer: too much is framed rather than the wrong words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from disclosure_pipeline.model.boxes import GRAZE
from disclosure_pipeline.model.text import Segment

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.page_pictures import Box, Letters

_SLACK = 1.0
"""Points by which the middle of a character may lie outside of its segment's box."""
_SAME_ROW = 0.5
_TALL = 1.5
"""A recognised line that is higher than wide by this ratio is written downwards."""
OCR = "ocr"
"""Kind of the lines that were read from pixels."""
_UNSEEN = ("Cc", "Cf")
"""Categories of characters that are not printed."""


def rectangles(segment: Segment, start: int, end: int, letters: Letters) -> tuple[Box, ...]:
    """Rectangles around some characters of a segment, one for each printed line; none for a segment without a box.

    Args:
        segment: the segment.
        start: offset of the first character.
        end: offset behind the last one.
        letters: the characters of its page's text layer.
    """
    box = segment.place.bbox
    if box is None:
        return ()
    if segment.place.kind == OCR:
        return (_share(segment.text, box, start, end),)
    known = _matched(segment, box, start, end, letters)
    return tuple(_rows(known)) if known else (box,)


def aligned(segment: Segment, letters: Letters) -> list[tuple[int, Box]] | None:
    """Where each printed character of a segment stands, as (its offset, its box).

    Blanks do not count, and other forms of the same character are the same.

    Args:
        segment: the segment.
        letters: the characters of its page's text layer.

    Returns:
        In the order of the text; ``None`` unless the characters that lie in the segment's box are, one for one, its
        own.
    """
    if segment.place.bbox is None:
        return None
    ours = [(sign, at) for at, character in enumerate(segment.text) for sign in _signs(character)]
    theirs = [
        (sign, place) for letter, place in _drawn(letters, segment.place.bbox) for sign in _signs(letter)
    ]
    if [sign for sign, _ in ours] != [sign for sign, _ in theirs]:
        return None
    return [(at, place) for (_, at), (_, place) in zip(ours, theirs, strict=True)]


def fraction(box: Box, size: tuple[float, float]) -> Box:
    """A box as shares of a page's width and height: 0 … 1.

    Args:
        box: points.
        size: width and height of the page, points.
    """
    wide, high = max(size[0], 1.0), max(size[1], 1.0)
    left, top, right, bottom = box[0] / wide, box[1] / high, box[2] / wide, box[3] / high
    return _within(left), _within(top), _within(right), _within(bottom)


def _within(share: float) -> float:
    return round(min(max(share, 0.0), 1.0), 5)


def _share(text: str, box: Box, start: int, end: int) -> Box:
    """The part of a line's box that some of its characters take, by their widths."""
    widths = [2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text]
    total = sum(widths) or 1
    first, last = sum(widths[:start]) / total, sum(widths[:end]) / total
    left, top, right, bottom = box
    if len(text) > 1 and bottom - top > _TALL * (right - left):
        return left, top + first * (bottom - top), right, top + last * (bottom - top)
    return left + first * (right - left), top, left + last * (right - left), bottom


def _matched(segment: Segment, box: Box, start: int, end: int, letters: Letters) -> list[Box]:
    """Boxes of the characters from ``start`` to ``end``; none when it is not sure which they are."""
    known = aligned(segment, letters)
    if known is not None:
        return [place for at, place in known if start <= at < end]
    drawn = _drawn(letters, box)
    ours, theirs = _printed(segment.text), "".join(letter for letter, _ in drawn)
    wanted = _printed(segment.text[start:end])
    if not wanted or ours.count(wanted) != 1 or theirs.count(wanted) != 1:
        return []
    first = theirs.index(wanted)
    return [place for _, place in drawn[first : first + len(wanted)]]


def _printed(text: str) -> str:
    return "".join(text.split())


def _signs(character: str) -> Iterator[str]:
    """What is printed of a character, in its usual form: nothing of a blank, two letters of a ligature."""
    usual = unicodedata.normalize("NFKC", character)
    return (sign for sign in usual if not sign.isspace() and unicodedata.category(sign) not in _UNSEEN)


def _drawn(letters: Letters, area: Box) -> list[tuple[str, Box]]:
    """The printed characters that lie in a box."""
    return [
        (letter, place)
        for letter, place in zip(letters.text, letters.boxes, strict=True)
        if place is not None and not letter.isspace() and is_inside(place, area)
    ]


def is_inside(box: Box, area: Box) -> bool:
    """Whether a character stands in a segment's box: a line ends with the ink of its last mark, not with its letter."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    shared = min(box[2], area[2]) - max(box[0], area[0])
    across = area[0] - _SLACK <= x <= area[2] + _SLACK or shared >= GRAZE * (box[2] - box[0])
    return across and area[1] - _SLACK <= y <= area[3] + _SLACK


def _rows(boxes: Iterable[Box]) -> Iterator[Box]:
    """Boxes of characters that follow each other in a printed line as one."""
    row: Box | None = None
    for box in boxes:
        if row is not None and _same_row(row, box):
            row = min(row[0], box[0]), min(row[1], box[1]), max(row[2], box[2]), max(row[3], box[3])
            continue
        if row is not None:
            yield row
        row = box
    if row is not None:
        yield row


def _same_row(row: Box, box: Box) -> bool:
    shared = min(row[3], box[3]) - max(row[1], box[1])
    return shared >= _SAME_ROW * min(row[3] - row[1], box[3] - box[1]) and box[0] >= row[0]


def on_page(
    segments: Sequence[Segment],
    ranges: Mapping[str, Sequence[tuple[int, int, int]]],
    page: int,
    letters: Letters,
) -> dict[str, tuple[Box, ...]]:
    """Rectangles of findings on a page, points.

    Args:
        segments: of the file.
        ranges: (segment, start, end) of each place of a finding, by its id.
        page: 1-based.
        letters: the characters of the page's text layer.
    """
    found: dict[str, tuple[Box, ...]] = {}
    for finding, places in ranges.items():
        boxes = [
            box
            for at, start, end in places
            if 0 <= at < len(segments) and segments[at].place.page == page
            for box in rectangles(segments[at], start, end, letters)
        ]
        if boxes:
            found[finding] = tuple(boxes)
    return found
