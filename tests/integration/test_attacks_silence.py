"""Attacks by silence: something is missing, broken or never answers — does that count as "clear" or "done"?"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support import DEPARTMENT, FINAL, FIRST, SECOND, SECRECY, SIGNERS, Office

from disclosure_pipeline.errors import StoreFault
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline import leases, letters, publication
from disclosure_pipeline.pipeline.run import carry_on

BUILTIN = "disclosure_pipeline.builtin"


@pytest.fixture
def office(open_office: Callable[..., Office], tmp_path: Path) -> Office:
    made = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}", store={"busy_timeout": 0.2})
    made.staff()
    return made


def lose(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """Make modules of the product unimportable, as a broken installation would."""
    for name in modules:
        monkeypatch.setitem(sys.modules, f"{BUILTIN}.{name}", None)


def test_without_route_rules_no_chain_is_trusted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(monkeypatch, "rules.routes")
    case = office.hand_in().case
    office.work()
    assert office.state(case) is State.ATTENTION
    assert "planner.missing" in office.faults(case)


def test_without_attribute_rules_a_person_must_look(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(monkeypatch, "rules.attributes")
    case = office.hand_in().case
    office.work()
    assert office.state(case) is not State.IN_REVIEW


def test_letter_that_nobody_delivers_stays_owed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(monkeypatch, "notifiers.outbox")
    case = office.hand_in().case
    office.work()
    assert letters.deliver(office.core) == 0
    monkeypatch.undo()
    del office.core.__dict__["host"]
    assert letters.deliver(office.core) > 0
    assert f"{case}_收件回执.html" in office.letters()


@pytest.mark.parametrize("module", ["channels.site.channel", "archives.bag"])
def test_nothing_is_published_while_a_channel_is_missing(
    office: Office, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST, SECOND)
    del office.core.__dict__["host"]
    lose(monkeypatch, module)
    office.sign(case, FINAL)
    assert office.state(case) is State.APPROVED
    assert office.faults(case) == ["channel.missing"]
    monkeypatch.undo()
    del office.core.__dict__["host"]
    office.retry_now()
    office.work()
    assert office.state(case) is State.PUBLISHED
    assert office.channels(case) == {"archive": "done", "search": "done", "site": "done"}


def test_channel_that_only_the_configuration_knows(
    open_office: Callable[..., Office], tmp_path: Path
) -> None:
    names = ["builtin.site", "builtin.archive", "notice_board.board"]
    office = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}", publication={"channels": names})
    office.staff()
    case = office.reviewed()
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.APPROVED
    assert office.faults(case) == ["channel.missing"]


def locked(office: Office) -> sqlite3.Connection:
    """Another program holds the store's write lock."""
    other = sqlite3.connect(str(office.core.database.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_lease_that_could_not_be_given_back_is_given_back_later(office: Office) -> None:
    case = office.hand_in().case
    leases.register_worker(office.core, host="test", pid=1)
    with pytest.raises(StoreFault), leases.claimed(office.core, case):
        other = locked(office)
    other.rollback()
    assert office.row(case).lease_owner == office.core.worker
    leases.beat(office.core)
    assert office.row(case).lease_owner is None
    office.work()
    assert office.state(case) is State.IN_REVIEW


def test_publication_whose_end_could_not_be_written_is_taken_up_again(office: Office) -> None:
    leases.register_worker(office.core, host="test", pid=1)
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST, SECOND)
    office.decide(case, FINAL)
    carry_on(office.core, case)
    real = office.core.host.channel_call

    def call_and_lock(*words: object) -> object:
        nonlocal other
        answer = real(*words)  # type: ignore[arg-type]
        other = locked(office)
        return answer

    other = locked(office)
    other.rollback()
    office.core.host.channel_call = call_and_lock  # type: ignore[method-assign]
    with pytest.raises(StoreFault):
        publication.carry_out(office.core, case, "builtin.site")
    other.rollback()
    del office.core.host.__dict__["channel_call"]
    assert office.channels(case)["site"] == "running"
    leases.beat(office.core)
    office.work()
    assert office.state(case) is State.PUBLISHED
    receipts = office.query("SELECT count(*) FROM receipt WHERE channel = 'builtin.site'")
    assert receipts == [(1,)]


def test_one_letter_that_cannot_be_composed_does_not_hold_up_the_others(office: Office) -> None:
    office.sql(
        "INSERT INTO letter (key, document, version, kind, detail, at)"
        " VALUES ('a', '', 0, 'refused', '{}', '2020-01-01T00:00:00.000000Z')"
    )
    case = office.hand_in().case
    assert letters.deliver(office.core) == 1
    assert office.letters(DEPARTMENT) == [f"{case}_收件回执.html"]
