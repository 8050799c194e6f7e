"""A rule change under a living daemon: its workers take it up, and screen the archive again."""

from __future__ import annotations

from typing import Any

import pytest
from bureau import CHAIN, Bureau, draft, wait_for

TERM = "乙号储备库"


@pytest.fixture(scope="module")
def published(bureau: Bureau) -> str:
    """A document that is out, and that no rule minded."""
    case = bureau.reviewable("参观.txt", draft("关于参观的公告", f"市民可到{TERM}参观。"))
    bureau.sign(case, *CHAIN)
    bureau.wait(case, "published")
    return case


def into_force(bureau: Bureau, kind: str) -> str:
    """A term, proposed and approved by two officers, while the daemon runs."""
    add = ("lexicon", "add", TERM, "--kind", kind, "--article", "保密法", "--source", "一览表第5项")
    change = str(bureau.cli(*add, "--as", "保密甲", "--reason", "漏报")["id"])
    assert (
        bureau.refused("lexicon", "approve", change, "--as", "保密乙", "--reason", "同意") == "not_replayed"
    )
    assert bureau.cli("lexicon", "replay", change)["published_hit"] == 1
    assert bureau.refused("lexicon", "approve", change, "--as", "保密甲", "--reason", "同意") == "same_person"
    bureau.cli("lexicon", "approve", change, "--as", "保密乙", "--reason", "同意")
    return change


def rescreened(bureau: Bureau) -> Any:
    """Let the workers screen the archive again."""
    bureau.cli("rescreen")

    def done() -> Any:
        status = bureau.quick("rescreen", "--status")
        return status if status["run"]["state"] == "done" else None

    return wait_for(done, "the archive has been screened again")


def test_living_workers_take_a_change_up(bureau: Bureau, published: str) -> None:
    before = bureau.workers()
    change = into_force(bureau, "secrecy.term")
    case = bureau.reviewable("参观二.txt", draft("关于再次参观的公告", f"市民可再到{TERM}参观。"))
    assert [item["rule"] for item in bureau.quick("show", case)["findings"]] == [f"office.{change}"]
    assert bureau.workers() == before
    status = rescreened(bureau)
    assert (status["older"], [item["document"] for item in status["incidents"]]) == (0, [published])
    bureau.quick("rescreen", "--keep", published, "--as", "保密甲", "--reason", "对外开放场所")


def test_a_marking_that_is_out_is_recalled(bureau: Bureau, published: str) -> None:
    site = bureau.workspace.site
    assert any(TERM in path.read_text("utf-8", "replace") for path in site.rglob("*") if path.is_file())
    into_force(bureau, "secrecy.marking")
    status = rescreened(bureau)
    assert status["run"]["counts"]["recalled"] == 1
    shown = bureau.wait(published, "quarantined")
    assert (shown["title"], shown["findings"]) == (None, [])
    assert {item["state"] for item in shown["publications"]} == {"withdrawn"}
    assert not any(TERM in path.read_text("utf-8", "replace") for path in site.rglob("*") if path.is_file())
    assert not any(TERM in path.name for path in bureau.outbox().rglob("*"))
    assert TERM not in bureau.daemon.log.read_text("utf-8")
    bureau.cli("quarantine", "confirm", published, "--as", "保密乙", "--reason", "确为密件")
    assert bureau.quick("rescreen", "--status")["incidents"] == []
    assert bureau.quick("audit", "verify")["problems"] == []
