"""Rectangles of findings on a page: around the characters where these are sure, else around the whole segment."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.hooks.page_pictures import Box, Letters
from disclosure_pipeline.model.text import Place, Segment
from disclosure_pipeline.pipeline.page_boxes import fraction, on_page, rectangles
from disclosure_pipeline.pipeline.pages import Kept

NO_LETTERS = Letters("", ())


def printed(*lines: str, left: float = 100.0, top: float = 50.0) -> tuple[Segment, Letters]:
    """A paragraph in letters ten points wide, its lines twenty points apart, and a word elsewhere on the page."""
    text, boxes = "页码", [(0.0, 800.0, 10.0, 810.0), (10.0, 800.0, 20.0, 810.0)]
    drawn: list[Box | None] = list(boxes)
    for row, line in enumerate(lines):
        for column, letter in enumerate(line):
            x, y = left + 10 * column, top + 20 * row
            drawn.append(None if letter.isspace() else (x, y, x + 10, y + 10))
        text += line
    right = left + 10 * max(map(len, lines))
    bbox = (left, top, right, top + 20 * len(lines) - 10)
    return Segment("\n".join(lines), Place("page", "body", 1, 1, None, bbox)), Letters(text, tuple(drawn))


def test_a_number_broken_over_two_lines_has_two_rectangles() -> None:
    segment, letters = printed("电话 1391", "2345678。")

    assert rectangles(segment, 3, 15, letters) == ((130, 50, 170, 60), (100, 70, 170, 80))


def test_characters_that_hide_among_the_others_do_not_mislead() -> None:
    segment, letters = printed("电话 1391", "2345678。")
    hidden = Letters(letters.text + "密", (*letters.boxes, (105, 50, 115, 60)))

    assert rectangles(segment, 0, 2, hidden) == ((100, 50, 120, 60),)


def test_words_that_are_not_sure_frame_the_whole_segment() -> None:
    segment, letters = printed("一一一", "二")
    other = Letters(letters.text + "三", (*letters.boxes, (105, 50, 115, 60)))

    assert rectangles(segment, 1, 2, other) == (segment.place.bbox,)
    assert rectangles(segment, 1, 2, NO_LETTERS) == (segment.place.bbox,)


def test_a_recognised_line_is_cut_in_proportion() -> None:
    across = Segment("电话12", Place("page", "ocr", 1, None, None, (0, 0, 60, 10)))
    down = Segment("电话", Place("page", "ocr", 1, None, None, (0, 0, 10, 60)))

    assert rectangles(across, 2, 4, NO_LETTERS) == ((40, 0, 60, 10),)
    assert rectangles(down, 1, 2, NO_LETTERS) == ((0, 30, 10, 60),)


def test_only_places_of_the_page_count() -> None:
    segment, letters = printed("电话 1391")
    elsewhere = segment._replace(place=segment.place._replace(page=2))
    nowhere = segment._replace(place=segment.place._replace(bbox=None))
    ranges = {"a": [(0, 0, 2), (1, 0, 2)], "b": [(1, 0, 2)], "c": [(2, 0, 2)], "d": [(9, 0, 2)]}

    assert on_page([segment, elsewhere, nowhere], ranges, 1, letters) == {"a": ((100, 50, 120, 60),)}


NUMBERS = st.floats(-2000, 4000)


@given(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), st.tuples(st.floats(0, 2000), st.floats(0, 2000)))
def test_shares_of_a_page_stay_on_it(box: Box, size: tuple[float, float]) -> None:
    assert all(0 <= share <= 1 for share in fraction(box, size))


def test_what_was_used_last_is_kept_in_the_room_there_is() -> None:
    kept = Kept(10)
    one, two, three = ("a", 1, 100), ("a", 2, 100), ("b", 1, 100)
    kept.put(one, "one", 4)
    kept.put(two, "two", 4)
    assert kept.get(one) == "one"
    kept.put(three, "three", 5)
    assert [kept.get(key) for key in (one, two, three)] == ["one", None, "three"]
    kept.put(one, "larger", 11)
    assert [kept.get(key) for key in (one, three)] == [None, "three"]
    kept.clear()
    assert kept.get(three) is None
