"""One Chromium, one console over one office, for all tests of a file; a browser of its own for each person.

Playwright's loop belongs to the thread that started it and ends with the file, so that it is in nobody's way.
"""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsing import ARGUMENTS, PATIENCE, Album, Seats
from support import STAFF, Office, Workshop
from web import ROOT, application, give_password, quick_hashes

if TYPE_CHECKING:
    from playwright.sync_api import Browser

INSTALL = "Chromium is not installed: sudo apt-get install chromium fonts-noto-cjk"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip(INSTALL)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield made
        made.close()


@pytest.fixture(scope="module")
def office(
    browser: Browser, workshop: Workshop, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Office]:
    """The usual people, each with a password of their own; without a browser, nobody is hired."""
    folder = tmp_path_factory.mktemp("office")
    store = folder / "store.sqlite"
    shutil.copyfile(sqlite_template, store)
    made = Office.open(workshop, folder, f"sqlite:///{store}")
    made.staff()
    with quick_hashes():
        for name, _, _ in STAFF:
            give_password(made, name)
        yield made
    made.close()


@pytest.fixture(scope="module")
def address(office: Office) -> Iterator[str]:
    """Where the console answers, on a free port of this machine."""
    import uvicorn

    with application(office) as app, socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{ROOT}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def album(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Album:
    """Pictures of the file's screens: below ``--screenshots``, else below pytest's temporary folder."""
    chosen = request.config.getoption("--screenshots")
    above = Path(chosen) if chosen else tmp_path_factory.getbasetemp() / "screenshots"
    folder = above / request.path.stem.removeprefix("test_")
    folder.mkdir(parents=True, exist_ok=True)
    return Album(folder, whole=bool(chosen))


@pytest.fixture(scope="module")
def sessions() -> dict[str, Any]:
    """Cookies of those who have signed in, by name."""
    return {}


@pytest.fixture
def seats(browser: Browser, address: str, album: Album, sessions: dict[str, Any]) -> Iterator[Seats]:
    made = Seats(browser, address, album, sessions)
    yield made
    made.leave()


@pytest.fixture(scope="module")
def cases(office: Office) -> dict[str, str]:
    """Documents in every state, by name."""
    from screens import furnish

    return furnish(office)
