"""Every hiding place of doc, xls and ppt files is found, with its kind, and is not in the public copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hiding.legacy import PLACES
from tests.hiding.legacy_office import available
from tests.hiding.place import Hiding
from tests.hiding.reading import check
from tests.unit.public_copies import leaks, made

pytestmark = pytest.mark.skipif(
    not available(), reason="LibreOffice, which writes the files, is not installed"
)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_found_and_not_in_the_public_copy(place: Hiding, tmp_path: Path) -> None:
    text = check(place)  # LibreOffice reads these files: once is enough
    files, _ = made(text, tmp_path)
    assert not leaks(place, text, files)
