"""Every place of a pdf where words can hide is read, named and known to be shown or not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from disclosure_pipeline.hooks import recognition
from tests.hiding.pdf import PLACES
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


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_hiding_place_is_read(place: Hiding) -> None:
    check(place)


def test_the_places_are_different() -> None:
    assert len({place.name for place in PLACES}) == len(PLACES) > 150
    assert len({place.marker for place in PLACES}) == len(PLACES)
