"""An office on each database: real stores, real folders, one shared sandbox."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
from postgres import PostgresServer, postgres_server, postgres_url  # noqa: F401 -- fixtures
from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry, Pool
from support import DATABASES, Office, Workshop

from disclosure_pipeline.store.database import Database
from tests.logging_state import logging_put_back

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--screenshots``: where tests/browser keeps its pictures."""
    parser.addoption("--screenshots", metavar="DIR", help="keep pictures of the console's screens in DIR")


WITHOUT_EXTRAS = str(Path(__file__).with_name("without_extras"))


def pytest_configure() -> None:
    """What tests start sees the packages of an office: `tests/without_extras`."""
    known = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    if WITHOUT_EXTRAS not in known:
        os.environ["PYTHONPATH"] = os.pathsep.join([WITHOUT_EXTRAS, *known])


_LONG_FIRST = ("integration/test_chaos.py", "browser/", "e2e/", "integration/")
"""What takes longest per file goes first, so that no process is left alone with it at the end of a run."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take long in front; the order inside of a file stays."""
    items.sort(key=lambda item: _rank(item.nodeid.removeprefix("tests/")))


def _rank(name: str) -> int:
    return next((at for at, start in enumerate(_LONG_FIRST) if name.startswith(start)), len(_LONG_FIRST))


def pytest_collection_finish(session: pytest.Session) -> None:
    """All that was loaded to collect the tests stays until the end: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names a case that is a whole file by its argument and number: some files hold the moment they were made, and a
    name that changes makes the processes of one test run disagree about which tests there are."""
    return argname if isinstance(val, bytes) and len(val) > 16 else None


@pytest.fixture(autouse=True, scope="session")
def quick_disk() -> Iterator[None]:
    """This process does not wait for its disk: tests kill processes, and none of them pulls a machine's plug.

    What another process of a test writes is forced to the disk as always.
    """

    def without_waiting(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if isinstance(connection, sqlite3.Connection) and not record.info.get("quick"):
            connection.execute("PRAGMA synchronous = OFF")
            record.info["quick"] = True

    event.listen(Pool, "checkout", without_waiting)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield
    event.remove(Pool, "checkout", without_waiting)


@pytest.fixture(autouse=True)
def logs_as_they_come() -> Iterator[None]:
    """Takes back what a command told the process about logs: the tests after it would not see their lines."""
    structlog.reset_defaults()
    with logging_put_back():
        yield


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    """What every office of the session shares: the shipped rules, and a sandbox that has them loaded."""
    made = Workshop()
    yield made
    made.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without rows; copying it is faster than migrating."""
    path = tmp_path_factory.mktemp("template") / "store.sqlite"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(request: pytest.FixtureRequest) -> str:
    """The same as a database of the session's server."""
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.fresh_database()
    migrate(url)
    return url


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a store of the test's own that was not even made yet, on each database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.fresh_database()
    yield url
    server.drop_database(url)


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a store of the test's own without rows, on each database."""
    if request.param == "sqlite":
        path = tmp_path / "store.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.fresh_database(request.getfixturevalue("postgres_template"))
    yield url
    server.drop_database(url)


def migrate(url: str) -> None:
    made = Database(url)
    made.migrate()
    made.close()


@pytest.fixture
def open_office(workshop: Workshop, tmp_path: Path, sqlite_template: Path) -> Iterator[Callable[..., Office]]:
    """Opens offices over a store, which is made where there is none; each has its own folder below the test's."""
    with ExitStack() as stack:

        def make(url: str, folder: str = "office", **settings: object) -> Office:
            if url.startswith("sqlite") and not (store := Path(url.removeprefix("sqlite:///"))).exists():
                shutil.copyfile(sqlite_template, store)
            office = Office.open(workshop, tmp_path / folder, url, **settings)
            stack.callback(office.close)
            return office

        yield make


@pytest.fixture
def office(open_office: Callable[..., Office], store_url: str) -> Office:
    """An office with its people, on each database."""
    made = open_office(store_url)
    made.staff()
    return made
