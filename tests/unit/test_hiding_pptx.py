"""Every hiding place of a presentation is found, named, and shown or not as the printed slide would."""

from __future__ import annotations

import pytest

from tests.hiding.decks import Deck
from tests.hiding.place import Hiding
from tests.hiding.pptx import PLACES
from tests.hiding.reading import check, read


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_finds_what_hides(place: Hiding) -> None:
    check(place)


def test_the_ground_of_the_places_is_clean() -> None:
    text = read(Deck().data(), "汇报.pptx")
    assert [segment.text for segment in text.segments if segment.visible] == ["年度工作报告", "办公室编制"]
    assert {segment.place.kind for segment in text.segments} == {"body", "metadata"}
    assert (text.doubts, text.warnings) == ((), ())


def test_places_have_names_and_markers_of_their_own() -> None:
    assert len({place.name for place in PLACES}) == len(PLACES)
    assert len({place.marker for place in PLACES}) == len(PLACES)
