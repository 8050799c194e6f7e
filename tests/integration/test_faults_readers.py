"""A reader that takes its process with it: read once more, and whoever looks at the document is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import plugin_hosts
import pytest
from support import Office
from traces import holds

from disclosure_pipeline.hooks.host import PluginHost
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline import views

LINES = ("关于冬季取暖的通知", "现将取暖补贴的发放办法通知如下。", "2026年11月2日")


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PluginHost]:
    """A host with one sandbox process and a reader that may kill it."""
    place = plugin_hosts.workspace(tmp_path_factory.mktemp("host"))
    allow = plugin_hosts.install(place, plugin_hosts.FAULTS / "reader_dies.py")
    given = plugin_hosts.settings(allow, engine={"concurrency": 1})
    with plugin_hosts.host(place, given) as made:
        yield made


@pytest.fixture
def office(open_office: Callable[..., Office], tmp_path: Path, host: PluginHost) -> Office:
    assert host._sandbox is not None
    made = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}")
    made.staff()
    made.core.__dict__["host"] = host
    return made


def process(host: PluginHost) -> int:
    """The sandbox process that will read the next file."""
    assert host._sandbox is not None
    return int(host._sandbox.run("os:getpid", timeout=30.0))


def mortal(word: object) -> bytes:
    return "\n".join((f"MORTAL {word}", *LINES)).encode()


def told(office: Office, case: str) -> list[tuple[str, str]]:
    return [(fault["code"], fault["stage"]) for fault in views.show(office.core, case)["faults"]]


def test_after_one_crash_the_draft_is_read_and_the_fault_is_shown_once(
    office: Office, host: PluginHost
) -> None:
    first = process(host)
    case = office.hand_in(raw=mortal(first), name="取暖.mortal").case
    office.work()
    assert process(host) != first, "nothing was killed"
    assert office.state(case) is State.IN_REVIEW
    assert holds(office.dump(), LINES[1]), "nothing was read"
    assert told(office, case) == [("sandbox.retried", "extract")]
    assert not [item for item in office.findings(case) if item.finding.kind == "check.undetermined"]
    assert ("", "sandbox.retried") in host.fault_counts()


def test_after_two_crashes_the_draft_waits_for_a_person(office: Office, host: PluginHost) -> None:
    case = office.hand_in(raw=mortal("always"), name="取暖.mortal").case
    office.work()
    assert office.state(case) is State.ATTENTION
    assert told(office, case) == [("sandbox.retried", "extract"), ("sandbox.crash", "extract")]
    assert not holds(office.dump(), LINES[1])
    again = office.reviewed()
    assert office.faults(again) == []
