"""Every hiding place of doc, xls and ppt files is found, with its kind, and is not in the public copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hiding.legacy import PLACES, At, in_one_file
from tests.hiding.legacy_office import available
from tests.hiding.place import Hiding
from tests.hiding.reading import check, check_in, read
from tests.unit.public_copies import leaks, made

pytestmark = pytest.mark.skipif(
    not available(), reason="LibreOffice, which writes the files, is not installed"
)


SUFFIXES = sorted({place.suffix for place in PLACES if isinstance(place.make, At)})


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_all_of_an_everyday_document_is_found_and_not_in_the_public_copy(suffix: str, tmp_path: Path) -> None:
    data, held = in_one_file(suffix)
    text = read(data, f"文件{suffix}")
    files, _ = made(text, tmp_path)
    for place in held:
        check_in(text, place)
        assert not leaks(place, text, files), place.name


@pytest.mark.parametrize(
    "place", [place for place in PLACES if not isinstance(place.make, At)], ids=lambda place: place.name
)
def test_found_and_not_in_the_public_copy(place: Hiding, tmp_path: Path) -> None:
    text = check(place)  # LibreOffice reads these files: once is enough
    files, _ = made(text, tmp_path)
    assert not leaks(place, text, files)
