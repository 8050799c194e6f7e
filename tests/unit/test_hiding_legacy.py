"""Every hiding place of doc, xls and ppt files is found, with its kind."""

from __future__ import annotations

import pytest

from tests.hiding.legacy import PLACES
from tests.hiding.legacy_office import available
from tests.hiding.place import Hiding
from tests.hiding.reading import check

pytestmark = pytest.mark.skipif(
    not available(), reason="LibreOffice, which writes the files, is not installed"
)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_found(place: Hiding) -> None:
    check(place)
