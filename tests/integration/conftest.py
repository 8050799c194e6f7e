"""The console over a test's office: who sits down at it, sits at the real application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from support import Office
from web import Seat, application, quick_hashes, signed_in


@pytest.fixture(autouse=True, scope="module")
def hashes() -> Iterator[None]:
    """Many people sign in here; how long a password takes is looked at elsewhere."""
    with quick_hashes():
        yield


@pytest.fixture
def staffed(
    open_office: Callable[..., Office], tmp_path: Path, sqlite_template: Path
) -> Callable[..., Office]:
    """Opens an office with the usual people; what is named are sections of ``disclosure.toml``."""

    def opened(**sections: object) -> Office:
        store = tmp_path / "store.sqlite"
        store.write_bytes(sqlite_template.read_bytes())
        made = open_office(f"sqlite:///{store}", **sections)
        made.staff()
        return made

    return opened


@pytest.fixture
def app(office: Office) -> Iterator[Any]:
    """The console of the test's office."""
    with application(office) as made:
        yield made


@pytest.fixture
def sit(app: Any, office: Office) -> Iterator[Callable[[str], Seat]]:
    """Sets somebody down at a browser of their own, signed in."""
    with ExitStack() as stack:

        def down(name: str) -> Seat:
            made: Seat = stack.enter_context(signed_in(app, office, name))
            return made

        yield down
