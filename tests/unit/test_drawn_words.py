"""A box on a page means the characters that it holds, at least in part; what is not sure is refused, never guessed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.hooks.page_pictures import Box, Letters
from disclosure_pipeline.model.text import Place, Segment
from disclosure_pipeline.pipeline.drawn_words import UNKNOWN, Range, meant, words_in

Page = tuple[list[Segment], Letters]
NUMBER = "13912345678"


def printed(*lines: str, left: float = 100.0, top: float = 50.0, kind: str = "body") -> Page:
    """A paragraph in letters ten points wide, its lines twenty points apart."""
    boxes: list[Box | None] = []
    for row, line in enumerate(lines):
        for column, letter in enumerate(line):
            x, y = left + 10 * column, top + 20 * row
            boxes.append(None if letter.isspace() else (x, y, x + 10, y + 10))
    box = (left, top, left + 10 * max(map(len, lines)), top + 20 * len(lines) - 10)
    place = Place("page", kind, 1, 1, None, box)
    return [Segment("\n".join(lines), place)], Letters("".join(lines), tuple(boxes))


def together(*pages: Page) -> Page:
    segments = [segment for found, _ in pages for segment in found]
    text = "".join(letters.text for _, letters in pages)
    return segments, Letters(text, tuple(box for _, letters in pages for box in letters.boxes))


def drawn(page: Page, box: Box, letters: Letters | None = None) -> tuple[Range, ...]:
    return meant(page[0], 1, box, lambda: page[1] if letters is None else letters)


def words(page: Page, box: Box) -> list[str]:
    return [page[0][at].text[start:end] for at, start, end in drawn(page, box)]


def refusal(what: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        what()
    return caught.value.code


# ------------------------------------------------------------------------ found


def test_a_box_around_words_of_a_line_means_these() -> None:
    page = printed("请拨打电话13912345678咨询")
    assert words(page, (149.5, 46, 260.5, 63)) == [NUMBER]


def test_a_box_over_joined_lines_means_its_characters_of_each() -> None:
    page = printed("甲乙丙丁戊", "己庚辛壬癸", "子丑寅卯辰")
    assert words(page, (119.5, 45, 140.5, 82)) == ["丙丁", "辛壬"]
    # Whole lines follow each other in the text: one range with the break between them.
    assert words(page, (95, 65, 155, 105)) == ["己庚辛壬癸\n子丑寅卯辰"]


def test_the_order_of_the_text_counts_and_not_that_of_the_page() -> None:
    page = together(printed("右栏甲乙丙", left=400), printed("左栏丁戊己", left=100))
    assert words(page, (120, 45, 430, 65)) == ["右栏甲", "丁戊己"]


def test_blanks_and_other_forms_of_a_character_are_the_same() -> None:
    segments, letters = printed("编号　ﬁ 甲\u2f00号")
    page = [segments[0]._replace(text="编 号\u200bfi甲一\n号")], letters
    assert words(page, (130, 45, 170, 65)) == ["fi甲一"]


def test_of_words_that_are_repeated_the_drawn_ones_are_meant() -> None:
    page = printed("张三李四张三李四张三")
    assert drawn(page, (140, 45, 160, 65)) == ((0, 4, 6),)


def test_a_character_that_is_partly_in_the_box_is_in_it() -> None:
    page = printed("甲乙丙丁戊")
    assert words(page, (118, 45, 132, 65)) == ["乙丙丁"]
    assert words(page, (119.5, 45, 130.5, 65)) == ["丙"]
    assert words(page, (123, 53, 124, 54)) == ["丙"]


def test_a_last_mark_whose_ink_ends_before_its_letter_belongs_to_its_line() -> None:
    segments, letters = printed("甲乙丙丁。")
    box = (100.0, 50.0, 143.0, 60.0)
    page = [segments[0]._replace(place=segments[0].place._replace(bbox=box))], letters
    assert words(page, (120, 45, 160, 65)) == ["丙丁。"]


def test_whole_paragraphs_need_no_look_at_the_page() -> None:
    page = together(printed("甲乙丙"), printed("丁戊己", top=100))
    assert meant(page[0], 1, (90, 40, 140, 120), pytest.fail) == ((0, 0, 3), (1, 0, 3))


def test_paragraphs_are_held_as_a_whole_or_in_part_by_one_box() -> None:
    page = together(printed("甲乙丙"), printed("丁戊己", "庚辛", top=100))
    assert words(page, (90, 40, 140, 112)) == ["甲乙丙", "丁戊己"]


def test_where_nothing_is_printed_nothing_is_meant() -> None:
    page = printed("甲乙丙")
    assert drawn(page, (100, 200, 300, 300)) == ()
    assert meant([], 1, (100, 200, 300, 300), pytest.fail) == ()


@given(
    st.lists(st.floats(60, 200), min_size=2, max_size=2), st.lists(st.floats(20, 130), min_size=2, max_size=2)
)
def test_never_less_is_meant_than_what_was_drawn(across: list[float], down: list[float]) -> None:
    segments, letters = printed("甲乙甲乙甲", "乙甲乙甲乙", "甲乙")
    box = (min(across), min(down), max(across) + 1, max(down) + 1)
    found = words_in(segments[0], box, letters)
    assert found is not None
    held = {at for start, end in found for at in range(start, end)}
    offsets = [at for at, one in enumerate(segments[0].text) if not one.isspace()]
    for at, place in zip(offsets, (place for place in letters.boxes if place), strict=True):
        x, y = (place[0] + place[2]) / 2, (place[1] + place[3]) / 2
        assert at in held or not (box[0] < x < box[2] and box[1] < y < box[3])
        if place[0] > box[2] or place[2] < box[0] or place[1] > box[3] or place[3] < box[1]:
            assert at not in held


# ---------------------------------------------------------------------- refused

WORDS = (149.5, 46, 260.5, 63)


@pytest.mark.parametrize(
    "change",
    [
        lambda text, boxes: (text[:-1], boxes[:-1]),  # a character is missing
        lambda text, boxes: (text + "密", (*boxes, (105, 50, 115, 60))),  # another one hides among them
        lambda text, boxes: (text[::-1], boxes),  # other words in the same places
        lambda text, boxes: ("", ()),  # no text layer
        lambda text, boxes: (text, (None, *boxes[1:])),  # nobody knows where one of them is
        lambda text, boxes: (text + "密", (*boxes, (200, 60.5, 210, 70.5))),  # nobody has read what is drawn
    ],
)  # fmt: skip
def test_words_that_are_not_sure_are_refused(change: Callable[..., tuple[str, tuple[Box, ...]]]) -> None:
    page = printed("请拨打电话13912345678咨询及投诉举报等其他事项")
    letters = Letters(*change(page[1].text, page[1].boxes))
    assert drawn(page, WORDS) == ((0, 5, 16),)
    assert refusal(lambda: drawn(page, (149.5, 46, 260.5, 68), letters)) == "box_cuts_text"


def test_most_of_a_paragraph_that_is_not_sure_means_all_of_it() -> None:
    page = printed("请拨打电话13912345678咨询")
    assert drawn(page, (115, 45, 300, 65), UNKNOWN) == ((0, 0, 18),)
    assert drawn(page, (115, 45, 300, 65)) == ((0, 1, 18),)


def test_one_unsure_paragraph_is_enough_to_refuse() -> None:
    sure, unsure = printed("甲乙丙丁戊己庚"), printed("子丑寅卯辰巳午", top=70)
    page = together(sure, (unsure[0], Letters("子丑寅卯辰午巳", unsure[1].boxes)))
    assert words(page, (95, 45, 122, 62)) == ["甲乙丙"]
    assert refusal(lambda: drawn(page, (95, 45, 122, 85))) == "box_cuts_text"


def test_a_box_beside_the_words_of_a_paragraph_is_refused() -> None:
    page = printed("甲乙丙丁戊己庚", "辛")
    assert refusal(lambda: drawn(page, (130, 68, 165, 85))) == "box_cuts_text"


def test_recognised_lines_are_held_as_a_whole_or_not_at_all() -> None:
    page = printed("甲乙丙丁戊", kind="ocr")
    assert meant(page[0], 1, (95, 45, 140, 65), pytest.fail) == ((0, 0, 5),)
    assert refusal(lambda: meant(page[0], 1, (95, 45, 118, 65), pytest.fail)) == "box_cuts_text"


def test_words_without_a_place_may_stand_in_any_box() -> None:
    segments, letters = printed("甲乙丙丁戊")
    lost = segments[0]._replace(place=segments[0].place._replace(bbox=None))
    anywhere = segments[0]._replace(place=segments[0].place._replace(page=None))
    for other in (lost, anywhere):
        assert (
            refusal(lambda also=other: drawn(([*segments, also], letters), (119.5, 45, 140.5, 65)))
            == "box_unplaced"
        )
    elsewhere = lost._replace(place=lost.place._replace(page=2))
    assert drawn(([*segments, elsewhere], letters), (120, 45, 140, 65)) == ((0, 2, 4),)
