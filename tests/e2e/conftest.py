"""One bureau with a running daemon for all tests that can share it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bureau import Bureau


@pytest.fixture(scope="session")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    made = Bureau(tmp_path_factory.mktemp("bureau"))
    made.daemon.start()
    yield made
    assert made.daemon.stop() == 0
