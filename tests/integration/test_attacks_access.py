"""Attacks on borders: other units, other departments, hostile names and titles, other accounts."""

from __future__ import annotations

import csv
import os
import resource
import signal
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support import (
    BODY,
    CLERK,
    CONFIG,
    DEPARTMENT,
    FINAL,
    FIRST,
    OFFICE,
    SECOND,
    SECRECY,
    SIGNERS,
    Office,
    refused,
)
from traces import files_with

from disclosure_pipeline.cli.session import os_account
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import leases, letters, publication, quarantine, recall, review, takeback
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.run import carry_on
from disclosure_pipeline.service.watcher.roots import RootPlan
from disclosure_pipeline.service.workers import environment
from disclosure_pipeline.settings.workspace import Workspace

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
MARKED = "机密★10年"


@pytest.fixture
def office(open_office: Callable[..., Office], tmp_path: Path) -> Office:
    made = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}")
    made.staff()
    return made


def test_people_of_another_unit_can_do_nothing(open_office: Callable[..., Office], tmp_path: Path) -> None:
    units = [
        {"code": "county", "departments": [DEPARTMENT]},
        {"code": "town", "parent": "county", "departments": [DEPARTMENT]},
    ]
    office = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}", unit=units)
    office.staff("county")
    office.staff("town", "镇")
    case = office.reviewed(body="联系电话：13912345678。", unit="county", by=None)
    held = office.hand_in("关于某事的通知", f"{MARKED}\n{BODY}", unit="county", by=None).case
    office.work()
    core = office.core
    attempts: dict[str, Callable[[], object]] = {
        "sign": lambda: office.decide(case, f"{SECRECY}镇"),
        "return": lambda: office.decide(case, f"{SECRECY}镇", Verb.RETURN, reason="x"),
        "settle": lambda: office.clear(case, Settlement.DISMISS, by=f"{SECRECY}镇"),
        "take back": lambda: takeback.take_back(core, case, f"{CLERK}镇"),
        "withdraw": lambda: recall.withdraw(core, case, f"{OFFICE}镇", "x"),
        "release": lambda: quarantine.release(core, held, f"{SECRECY}镇", "x"),
        "confirm": lambda: quarantine.confirm(core, held, f"{SECRECY}镇", "x"),
    }
    for what, attempt in attempts.items():
        assert refused(attempt) in ("wrong_role", "not_allowed"), what
    assert office.state(case) is State.IN_REVIEW
    assert office.state(held) is State.QUARANTINED


def test_attribute_review_is_for_the_own_unit(office: Office) -> None:
    office.hire("外人", Role.OFFICE, unit="elsewhere")
    case = office.reviewed(attribute="依申请公开")
    office.sign(case, *SIGNERS)
    review.open_due(office.core)
    assert refused(lambda: review.settle(office.core, case, "convert", by="外人", reason="x")) == "wrong_role"


def test_account_is_the_system_s_word_not_the_environment_s(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os_account()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody-else")
    assert os_account() == real


@pytest.mark.parametrize("name", ["..", ".", "a/b", "/etc", "a\x00b", ".hidden", ""])
def test_department_names_lead_nowhere(office: Office, name: str) -> None:
    settings = office.core.settings.model_copy(
        update={"unit": (office.core.settings.unit[0].model_copy(update={"departments": (name,)}),)}
    )
    with pytest.raises(ConfigError):
        RootPlan(office.core.workspace, settings)


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if (tag, attrs) != ("script", [("type", "application/ld+json")]):  # data, which no browser runs
            self.seen += [tag, *(name for name, _ in attrs)]


def test_titles_names_and_reasons_are_text_wherever_they_are_shown(office: Office) -> None:
    title = f"关于{SCRIPT}的通知"
    returned = office.reviewed(title.replace('"', ""), f"{BODY}{SCRIPT}", name="甲 <img src=x>.txt")
    office.decide(returned, SECRECY, Verb.RETURN, reason=f"请核对{SCRIPT}")
    office.published(f"二、{title}", f"{BODY}{SCRIPT}", name="乙 <img src=y>.txt")
    letters.deliver(office.core)
    pages = [
        path
        for folder in (
            office.core.workspace.site,
            office.core.workspace.outbox,
            office.core.workspace.archive,
        )
        for path in folder.rglob("*.html")
    ]
    assert len(pages) > 5
    for page in pages:
        tags = Tags()
        tags.feed(page.read_text("utf-8"))
        assert not {"script", "onerror"} & set(tags.seen), page.name
        assert "alert(1)" not in page.read_text("utf-8") or "&lt;script&gt;" in page.read_text("utf-8")
    feed = (office.core.workspace.site / "feed.xml").read_text("utf-8")
    assert "<script>" not in feed


def test_cells_are_never_formulas_in_the_register(office: Office) -> None:
    for number, start in enumerate(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=")):
        case = office.reviewed(
            f"{start}HYPERLINK(关于第{number}号事项)", attribute="依申请公开", name=f"{number}.txt"
        )
        office.sign(case, *SIGNERS)
    (table,) = office.core.workspace.register.glob("*.csv")
    with table.open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert len(cells) > 50
    starts = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
    assert [cell for cell in cells if cell.strip().startswith(starts)] == []


def test_path_in_a_name_stays_a_name(office: Office) -> None:
    """An archive member of an OA export may be called anything; the outbox is a share."""
    case = office.reviewed()
    office.sql("UPDATE part SET name = '../../../../逃逸.txt' WHERE position = 0")
    office.decide(case, SECRECY, Verb.RETURN, reason="请补充")
    letters.deliver(office.core)
    assert [name for name in files_with(office.folder, "逃逸") if "outbox" not in name] == []


def test_token_does_not_reach_the_workers() -> None:
    """What an officer exported before starting the daemon is no business of its processes."""
    assert environment({"DISCLOSURE_TOKEN": "secret", "PATH": "/bin"}) == {"PATH": "/bin"}


def test_process_with_the_store_open_leaves_no_core_dump(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        Core.open(Workspace(CONFIG, tmp_path)).close()
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


def test_worker_that_was_stopped_and_wakes_up_has_no_effect(office: Office) -> None:
    """SIGSTOP in the middle of a publication; meanwhile the document is withdrawn everywhere."""
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST, SECOND)
    office.decide(case, FINAL)
    carry_on(office.core, case)
    core = office.core
    started = office.folder / "started"
    core.database.close()
    child = os.fork()
    if child == 0:
        try:
            core.worker = "sleeper-1#1"
            leases.register_worker(core, host="test", pid=os.getpid())
            real = core.host.channel_call

            def slow(*words: object) -> object:
                started.touch()
                time.sleep(0.3)
                return real(*words)  # type: ignore[arg-type]

            core.host.channel_call = slow  # type: ignore[method-assign]
            publication.carry_out(core, case, "builtin.site")
        finally:
            os._exit(0)
    while not started.exists():
        time.sleep(0.02)
    os.kill(child, signal.SIGSTOP)
    recall.withdraw(core, case, OFFICE, "泄密")
    office.work()
    assert office.state(case) is State.WITHDRAWN
    os.kill(child, signal.SIGCONT)
    os.waitpid(child, 0)
    assert office.state(case) is State.WITHDRAWN
    assert BODY not in "".join(
        path.read_text("utf-8", "replace") for path in core.workspace.site.rglob("*") if path.is_file()
    )
    assert [item.state for item in core.host.channel_verify("builtin.site", [case])] in (
        ["withdrawn"],
        ["absent"],
    )
