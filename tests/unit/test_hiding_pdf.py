"""Every place of a pdf where words can hide is read, named and known to be shown or not."""

from __future__ import annotations

import pytest

from tests.hiding.pdf import PLACES
from tests.hiding.place import Hiding
from tests.hiding.reading import check
from tests.recognition_desk import desk, submission  # noqa: F401 -- fixtures


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_hiding_place_is_read(place: Hiding) -> None:
    check(place)


def test_the_places_are_different() -> None:
    assert len({place.name for place in PLACES}) == len(PLACES) > 150
    assert len({place.marker for place in PLACES}) == len(PLACES)
