"""Every hiding place of RTF files is found, with its kind."""

from __future__ import annotations

import pytest

from tests.hiding.place import Hiding
from tests.hiding.reading import check
from tests.hiding.rtf import PLACES


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_found(place: Hiding) -> None:
    check(place)
