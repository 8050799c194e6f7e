"""Every hiding place of a Word document is found, named rightly, and shown or not as on the page."""

from __future__ import annotations

import pytest

from tests.hiding.docx import PLACES
from tests.hiding.place import Hiding
from tests.hiding.reading import check, read
from tests.hiding.wordfile import Draft


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_finds(place: Hiding) -> None:
    check(place)


def test_each_marker_stands_in_one_place_only() -> None:
    assert len({place.name for place in PLACES}) == len(PLACES)
    assert len({place.marker for place in PLACES}) == len(PLACES)


def test_the_ground_of_every_place_is_clean() -> None:
    text = read(Draft().data(), "文件.docx")
    assert text.doubts == ()
    assert text.warnings == ()
    assert [segment.text for segment in text.segments if not segment.visible] == ["openpyxl"]
