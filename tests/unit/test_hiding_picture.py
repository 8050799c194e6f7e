"""Every hiding place in pictures is found; the real engine reads the pixels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from disclosure_pipeline.hooks import recognition
from tests.hiding.picture import PLACES
from tests.hiding.place import Hiding
from tests.hiding.reading import check
from tests.recognition_desk import opened


@pytest.fixture(scope="module", autouse=True)
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Recognition in this process, as in a sandbox process."""
    with opened(tmp_path_factory.mktemp("desk")):
        yield


@pytest.fixture(autouse=True)
def submission() -> None:
    recognition.begin()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.suffix} {place.name}")
def test_the_marker_is_found(place: Hiding) -> None:
    check(place)
