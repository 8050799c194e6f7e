"""Every hiding place of a workbook is found, named, and shown or not as the printed page would."""

from __future__ import annotations

import pytest

from tests.hiding.place import Hiding
from tests.hiding.reading import check, read
from tests.hiding.workbooks import Book
from tests.hiding.xlsx import PLACES


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_finds_what_hides(place: Hiding) -> None:
    check(place)


def test_the_ground_of_the_places_is_clean() -> None:
    text = read(Book().data(), "名单.xlsx")
    assert [segment.text for segment in text.segments if segment.visible] == [
        "姓名",
        "部门",
        "李明",
        "办公室",
    ]
    assert {segment.place.kind for segment in text.segments} == {"table", "name", "metadata"}
    assert (text.doubts, text.warnings) == ((), ())


def test_places_have_names_and_markers_of_their_own() -> None:
    assert len({place.name for place in PLACES}) == len(PLACES)
    assert len({place.marker for place in PLACES}) == len(PLACES)
