"""`disclosure lexicon` and `disclosure rescreen` as people call them; a worker of this process does the work."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from disclosure_pipeline.pipeline import leases, publication, rescreen_batches
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.run import carry_on
from tests.cli_calls import Answer, Hands, Office, call

FIRST, SECOND = "李示密", "孟示密"
SIGNERS = (FIRST, "王示初", "赵示复", "钟示终")
TERM, HIT, BESIDE = "甲号储备库", "机要交通", "主题展"


WORKERS: dict[Path, Worker] = {}
"""The worker of each office, by its folder."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office.found(tmp_path_factory.mktemp("lexicon"))
    WORKERS[made.folder] = Worker(made)
    yield made
    WORKERS.pop(made.folder).end()


class Worker:
    """A worker of this process; it is started anew when the rules have changed, so that it works by those in force."""

    def __init__(self, office: Office):
        self._office, self._life = office, ExitStack()
        self._core: Core | None = None

    def core(self) -> Core:
        if self._core is None or self._core.rules_changed():
            self.end()
            self._core = self._life.enter_context(self._office.core())
            self._core.worker = f"test#{uuid4().hex}"
            Hands(self._core)
        leases.beat(self._core)
        return self._core

    def end(self) -> None:
        self._life.close()
        self._core = None


def work(office: Office, *cases: str) -> None:
    core = WORKERS[office.folder].core()
    for case in cases:
        carry_on(core, case)
    with core.database.read() as connection:
        due, batches = publication.due(connection, 20), rescreen_batches.due(connection, 10)
    for item in due:
        publication.carry_out(core, item.document, item.channel)
    for subject in batches:
        rescreen_batches.carry_out(core, subject)


def submit(office: Office, name: str, body: str) -> str:
    case = str(office("submit", str(office.draft(name, body)), "--department", "办公室").json["id"])
    work(office, case)
    return case


def published(office: Office, name: str, body: str) -> str:
    case = submit(office, name, body)
    for who in SIGNERS:
        answer = office.as_(who, "decide", case, "approve", "--version", "1")
        assert answer.status == 0, answer.text
        work(office, case)
    work(office)
    assert office("show", case).json["state"] == "published"
    return case


def alone(office: Office, *words: str, as_json: bool = True) -> str:
    """Call `disclosure` as a process of its own: what reads texts forks, and this one has threads."""
    options = office.options if as_json else office.options[1:]
    done = subprocess.run(
        [sys.executable, "-m", "disclosure_pipeline", *words, *options], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def ok(answer: Answer) -> Any:
    assert answer.status == 0, answer.text
    return answer.json


def test_the_whole_way_of_a_term(office: Office) -> None:
    case = published(office, "开放日.txt", f"关于开放日的通知\n\n市民可到{TERM}参观。")
    before = ok(office("lexicon", "list"))["rules_version"]
    add = ("lexicon", "add", TERM, "--kind", "secrecy.term", "--article", "保密法", "--source", "一览表第3项")
    assert office.as_("王示初", *add, "--reason", "漏报").code == "wrong_role"
    assert office.as_(FIRST, *add).code == "reason_required"
    change = ok(office.as_(FIRST, *add, "--reason", "漏报"))["id"]
    (pending,) = ok(office("lexicon", "diff"))["changes"]
    assert (pending["id"], pending["content"]["terms"], pending["proposed_by"]) == (change, [TERM], FIRST)
    approve = ("lexicon", "approve", change, "--reason", "同意")
    assert office.as_(SECOND, *approve).code == "not_replayed"
    replay = office("lexicon", "replay", change)
    assert TERM not in replay.text
    assert (replay.json["appear"], replay.json["published_hit"]) == (1, 1)
    assert office.as_(FIRST, *approve).code == "same_person"
    assert office(*approve, "--as", SECOND, token="wrong").code == "bad_token"
    done = ok(office.as_(SECOND, *approve))
    assert done["rules_before"] == before
    assert ok(office("lexicon", "diff"))["changes"] == []
    listed = office("lexicon", "list", "--kind", "secrecy.term")
    assert TERM not in listed.text and HIT not in listed.text
    assert [item["origin"] for item in listed.json["rules"]][-1] == "office"
    assert [item["id"] for item in ok(office("lexicon", "diff", "--from", before))["changes"]] == [change]

    status = ok(office("rescreen", "--status"))
    assert (status["older"] >= 1, status["incidents"]) == (True, [])
    assert ok(office("rescreen"))["run"]["state"] == "running"
    assert office("rescreen").code == "rescreen.running"
    assert ok(office("rescreen", "--pause"))["run"]["state"] == "paused"
    work(office)
    assert ok(office("rescreen", "--status"))["run"]["done"] == 0
    assert ok(office.as_(FIRST, "rescreen", "--resume"))["run"]["state"] == "running"
    work(office)
    status = ok(office("rescreen", "--status"))
    assert (status["run"]["state"], status["older"]) == ("done", 0)
    assert [item["document"] for item in status["incidents"]] == [case]
    assert [item["code"] for item in ok(office("show", case))["faults"]] == ["rescreen.incident"]
    told = office("rescreen", "--status")
    assert TERM not in told.text
    keep = ("rescreen", "--keep", case, "--reason", "对外开放场所")
    assert office.as_("王示初", *keep).code == "wrong_role"
    assert ok(office.as_(FIRST, *keep)) == {"id": case, "closed": 1}
    assert ok(office("rescreen", "--status"))["incidents"] == []


def test_the_whole_way_of_a_guard(office: Office) -> None:
    case = submit(office, "展览.txt", f"关于展览的通知\n\n群众可参观{HIT}{BESIDE}。")
    (found,) = [item for item in ok(office("findings", case)) if item["kind"] == "secrecy.term"]
    propose = ("lexicon", "propose", case, found["id"], "--followed-by", BESIDE, "--reason", "展览名称")
    assert office.as_(FIRST, *propose).code == "not_dismissed"
    ok(office.as_(FIRST, "clear", case, found["id"], "dismiss", "--reason", "展览名称"))
    assert office.as_(FIRST, *propose[:4], "--reason", "x").code == "usage"
    change = ok(office.as_(FIRST, *propose))["id"]
    assert ok(office("lexicon", "replay", change))["vanish"] == 1
    ok(office.as_(SECOND, "lexicon", "approve", change, "--reason", "同意"))
    again = submit(office, "展览二.txt", f"关于第二次展览的通知\n\n请到{HIT}{BESIDE}现场。")
    assert [item for item in ok(office("findings", again)) if item["kind"] == "secrecy.term"] == []
    other = submit(office, "展览三.txt", f"关于第三次展览的通知\n\n请到{HIT}现场。")
    assert [item for item in ok(office("findings", other)) if item["kind"] == "secrecy.term"] != []
    back = ok(office.as_(SECOND, "lexicon", "add", "--revoke", change, "--reason", "不妥"))["id"]
    ok(office("lexicon", "replay", back))
    ok(office.as_(FIRST, "lexicon", "approve", back, "--reason", "同意"))
    assert {item["id"]: item["state"] for item in ok(office("lexicon", "diff", "--all"))["changes"]}[
        change
    ] == "revoked"


def test_terms_come_from_standard_input_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word of the office's list then stands neither in the shell's history nor in the list of processes."""
    words = (
        "lexicon",
        "add",
        "-",
        "--kind",
        "secrecy.term",
        "--article",
        "a",
        "--source",
        "b",
        "--reason",
        "x",
    )

    def given(content: bytes) -> Answer:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        return office.as_(FIRST, *words)

    change = ok(given("丙号储备库\n\n 丁号储备库\r\n".encode()))["id"]
    (found,) = [item for item in ok(office("lexicon", "diff"))["changes"] if item["id"] == change]
    assert found["content"]["terms"] == ["丙号储备库", "丁号储备库"]
    assert (given("丙号".encode("gbk")).code, given(b"\n").code) == ("input.encoding", "usage")
    ok(office.as_(FIRST, "lexicon", "reject", change, "--reason", "试用"))


def test_what_fires_on_a_text_and_what_was_explained_away(office: Office) -> None:
    path = office.folder / "试用.txt"
    path.write_text(f"请到{HIT}报到，{HIT}局另行通知；计算机密码请自行设置；{TERM}开放。", "utf-8")
    told = json.loads(alone(office, "lexicon", "test", str(path)))
    fired = {(item["rule"].split(".")[0], item["text"]) for item in told["fired"]}
    assert ("office", TERM) in fired and ("D1", HIT) in fired
    assert ("D1.term_of_secrecy", HIT, "guard", f"{HIT}局") in {
        (item["rule"], item["text"], item["by"], item["guard"]) for item in told["explained"]
    }
    for item in told["fired"]:
        assert item["article"] and item["rule_version"] >= 1


def test_the_stateless_screening_knows_the_office_s_rules(office: Office) -> None:
    path = office.folder / "筛查.txt"
    path.write_text(f"请到{TERM}参观。", "utf-8")
    told = json.loads(alone(office, "screen", str(path)))
    assert [item["text"] for item in told["findings"]] == [TERM]
    assert told["rules_version"] == ok(office("lexicon", "list"))["rules_version"]


@pytest.mark.parametrize(
    "words",
    [
        ("lexicon", "add", "--reason", "x"),
        ("lexicon", "add", TERM, "--guard-of", "D9.mobile", "--reason", "x"),
        ("lexicon", "add", TERM, "--kind", "secrecy.term", "--reason", "x"),
        ("lexicon", "add", TERM, "--kind", "secrecy.term", "--article", "a", "--reason", "x"),
        ("lexicon", "propose", "2026-000001", "f1", "--term", TERM, "--followed-by", "x", "--reason", "x"),
    ],
)  # fmt: skip
def test_wrong_words(office: Office, words: tuple[str, ...]) -> None:
    assert office.as_(FIRST, *words).code == "usage"


@pytest.mark.parametrize(
    "words",
    [
        ("--pause", "--resume"),
        ("--status", "--document", "2026-000001"),
        ("--since-version", "x", "--document", "2026-000001"),
        ("--keep", "2026-000001", "--reason", "x"),
        ("--reason", "x"),
    ],
)
def test_wrong_words_of_rescreen(office: Office, words: tuple[str, ...]) -> None:
    assert office("rescreen", *words).code == "usage"


def test_people_read_it_in_chinese(office: Office) -> None:
    texts: list[tuple[tuple[str, ...], Callable[[str], bool]]] = [
        (("lexicon", "list"), lambda text: "规则版本" in text and TERM not in text),
        (("lexicon", "diff", "--all"), lambda text: "增加词语" in text and "撤销" in text),
        (("rescreen", "--status"), lambda text: "现行规则版本" in text and "已完成" in text),
        (("lexicon", "test", str(office.folder / "试用.txt")), lambda text: "被排除的命中" in text),
    ]
    for words, holds in texts:
        forks = words[1] == "test"
        text = alone(office, *words, as_json=False) if forks else call(*words, *office.options[1:]).text
        assert holds(text), text
