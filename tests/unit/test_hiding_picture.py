"""Every hiding place in pictures is found; the real engine reads the pixels."""

from __future__ import annotations

import pytest

from tests.hiding.picture import PLACES
from tests.hiding.place import Hiding
from tests.hiding.reading import check
from tests.recognition_desk import desk, submission  # noqa: F401 -- fixtures


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.suffix} {place.name}")
def test_the_marker_is_found(place: Hiding) -> None:
    check(place)
