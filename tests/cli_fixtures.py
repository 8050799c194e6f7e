"""An office, a worker and a desk per test module; taken with ``pytest_plugins = ["tests.cli_fixtures"]``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli_calls import Desk, Hands, Office


@pytest.fixture(scope="module")
def cli_office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.found(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def cli_hands(cli_office: Office) -> Iterator[Hands]:
    with cli_office.core() as core:
        yield Hands(core)


@pytest.fixture(scope="module")
def cli_desk(cli_office: Office, cli_hands: Hands) -> Desk:
    return Desk(cli_office, cli_hands)


@pytest.fixture(scope="module")
def cli_published(cli_desk: Desk) -> str:
    case = cli_desk.cleared(cli_desk())
    cli_desk.sign(case, "李示密", "王示初", "赵示复", "钟示终")
    assert cli_desk.state(case) == "published"
    return case
