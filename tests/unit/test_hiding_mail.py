"""Every hiding place of mails is found, named, and shown or not as a reader would see it."""

from __future__ import annotations

import pytest

from tests.hiding.mail import PLACES
from tests.hiding.place import Hiding
from tests.hiding.reading import check


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.suffix} {place.name}")
def test_a_hiding_place_is_found(place: Hiding) -> None:
    check(place)
