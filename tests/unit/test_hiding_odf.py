"""Every hiding place of an OpenDocument file is found, named and known to be seen or not."""

import pytest

from tests.hiding.odf import PLACES
from tests.hiding.place import Hiding
from tests.hiding.reading import check


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.suffix[1:]} {place.name}")
def test_marker_is_found(place: Hiding) -> None:
    check(place)


def test_there_are_enough_places_of_different_names() -> None:
    assert len({(place.suffix, place.name) for place in PLACES}) == len(PLACES) >= 12
