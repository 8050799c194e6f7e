"""Withdrawal: the text is gone from everywhere, the address and the receipts stay, a late publish is fenced off."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bureau import CHAIN, Bureau, draft, holding, wait_for

SLOW_BOARD = '''
"""A board that publishes when it is told to, so that a withdrawal can come in between."""

import json
import time

from disclosure_pipeline.errors import Fenced
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import Receipt, Standing


class Slow:
    id = "board"
    version = "1"
    attributes = (Attribute.PROACTIVE,)

    def __init__(self, folder):
        self.folder = folder

    def publish(self, order):
        (self.folder / "begun").write_text(order.key.document)
        last = time.monotonic() + 50
        while "缓慢" in order.entry.title and not (self.folder / "go").exists() and time.monotonic() < last:
            time.sleep(0.05)
        return self.put(order, order.entry.title)

    update = publish

    def withdraw(self, order):
        return self.put(order, "")

    def put(self, order, title):
        path = self.folder / f"{order.key.document}.json"
        held = json.loads(path.read_text()) if path.exists() else {"generation": -1}
        if held["generation"] > order.key.generation:
            raise Fenced
        path.write_text(json.dumps({"generation": order.key.generation, "title": title}, ensure_ascii=False))
        return Receipt("board", str(order.key), path.name)

    def verify(self, documents):
        return [Standing(document, "published", 0) for document in documents]


@hookimpl
def register_channels(context):
    return [Slow(context.folders["own"])]
'''

TITLE, TEXT = "关于紫藤广场临时停车的通告", "每日停放不超过四小时"


@pytest.fixture(scope="module")
def withdrawn(bureau: Bureau) -> dict[str, Any]:
    shown = bureau.published("紫藤广场.txt", draft(TITLE, TEXT + "。"))
    site, board = bureau.workspace.site, bureau.workspace.data / "plugins" / "notice_board"
    assert holding(site, [TITLE]) != []
    assert holding(site, [TEXT]) != []
    assert holding(board, [TITLE]) != []
    case = shown["id"]
    words = ("withdraw", case, "--reason", "内容有误")
    assert bureau.refused(*words, "--as", "终审甲") == "wrong_role"
    assert bureau.refused("withdraw", case, "--as", "办公甲") == "reason_required"
    assert bureau.quick("show", case)["state"] == "published"
    assert bureau.cli(*words, "--as", "办公甲")["state"] in ("withdrawing", "withdrawn")
    return {"before": shown, "after": bureau.wait(case, "withdrawn")}


def address(shown: dict[str, Any]) -> str:
    return next(item["address"] for item in shown["publications"] if item["channel"] == "builtin.site")


def test_nothing_of_the_text_is_out_any_more(bureau: Bureau, withdrawn: dict[str, Any]) -> None:
    words = [TITLE, TEXT, "紫藤广场"]
    assert holding(bureau.workspace.site, words) == []
    assert holding(bureau.workspace.data / "plugins" / "notice_board", words) == []
    assert holding(bureau.outbox() / "已发布", words) == []


def test_the_address_answers_with_a_notice(bureau: Bureau, withdrawn: dict[str, Any]) -> None:
    before, after = withdrawn["before"], withdrawn["after"]
    page = bureau.workspace.site / address(before)
    assert address(after) == address(before)
    assert before["index_number"] in page.read_text("utf-8")
    assert [path.name for path in page.parent.iterdir() if path.suffix == ".html"] == ["index.html"]
    assert not (page.parent / "files").exists()


def test_the_catalogue_keeps_the_number_without_the_text(bureau: Bureau, withdrawn: dict[str, Any]) -> None:
    before = withdrawn["before"]
    entries = json.loads((bureau.workspace.site / "catalogue.json").read_text("utf-8"))
    (entry,) = [item for item in entries if item["id"] == before["id"]]
    assert entry["withdrawn"]
    assert entry["index_number"] == before["index_number"]
    assert before["title"] not in json.dumps(entries, ensure_ascii=False)


def test_receipts_are_kept_and_the_number_is_never_used_again(
    bureau: Bureau, withdrawn: dict[str, Any]
) -> None:
    before, after = withdrawn["before"], withdrawn["after"]
    assert after["index_number"] == before["index_number"]
    assert {item["state"] for item in after["publications"]} == {"withdrawn"}
    done = [
        row["detail"]["key"]
        for row in bureau.quick("history", before["id"])
        if row["action"] == "channel.done"
    ]
    channels = {item["channel"] for item in before["publications"]}
    assert len(channels) == 4
    for channel in channels:
        assert sum(f"/{channel}/publish/g0" in key for key in done) == 1
        assert sum(f"/{channel}/withdraw/g1" in key for key in done) == 1
    later = bureau.published("另一件.txt", draft("关于另一件事的通告", "内容。"))
    numbers = [
        item["index_number"] for item in json.loads((bureau.workspace.site / "catalogue.json").read_text())
    ]
    assert later["index_number"] != before["index_number"]
    assert len(numbers) == len(set(numbers))
    assert list((bureau.workspace.archive).rglob(f"{before['id']}-v1/bagit.txt"))


def test_it_can_be_withdrawn_only_once(bureau: Bureau, withdrawn: dict[str, Any]) -> None:
    case = withdrawn["before"]["id"]
    assert bureau.refused("withdraw", case, "--as", "办公甲", "--reason", "再撤") == "refused"
    assert bureau.refused("retry", case) == "refused"


@pytest.mark.parametrize("round_", range(3))
def test_a_withdrawal_right_behind_the_approval_wins(bureau: Bureau, round_: int) -> None:
    title = f"关于即撤事项第{round_}轮的通告"
    case = bureau.reviewable(f"即撤{round_}.txt", draft(title, "内容。"))
    bureau.sign(case, *CHAIN)
    bureau.quick("withdraw", case, "--as", "保密甲", "--reason", "发现不宜公开")
    bureau.wait(case, "withdrawn")
    assert holding(bureau.workspace.site, [title]) == []
    assert holding(bureau.workspace.data / "plugins", [title]) == []


# ------------------------------------------------------------------ while a channel is at work


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    made = Bureau(tmp_path_factory.mktemp("slow"), plugins=("slow_board",))
    (made.office.folder / "plugins" / "slow_board.py").write_text(SLOW_BOARD, "utf-8")
    made.daemon.start()
    yield made
    assert made.daemon.stop() == 0


def test_a_withdrawal_while_a_channel_publishes_wins(slow: Bureau) -> None:
    title = "关于缓慢发布的通告"
    board = slow.workspace.data / "plugins" / "slow_board"
    case = slow.reviewable("缓慢.txt", draft(title, "内容。"))
    slow.sign(case, *CHAIN)
    wait_for((board / "begun").exists, "the board has begun")
    assert slow.cli("withdraw", case, "--as", "办公甲", "--reason", "撤回")["state"] == "withdrawing"
    (board / "go").touch()
    slow.wait(case, "withdrawn")
    held = board / f"{case}.json"

    def settled() -> bool:
        return json.loads(held.read_text()) == {"generation": 1, "title": ""}

    wait_for(settled, "the board holds the withdrawal")
    still(lambda: settled() and holding(slow.workspace.site, [title]) == [])


def still(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    """Whatever comes late must not change it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert holds()
        time.sleep(0.2)


def test_the_other_channels_do_not_wait_for_a_slow_one(slow: Bureau) -> None:
    title = "关于缓慢渠道的通告"
    go = slow.workspace.data / "plugins" / "slow_board" / "go"
    go.unlink(missing_ok=True)
    case = slow.reviewable("缓慢渠道.txt", draft(title, "内容。"))
    slow.sign(case, *CHAIN)
    page: Path = slow.workspace.site / "documents" / case[:4] / case / "index.html"
    wait_for(page.exists, "the site has it")
    assert slow.quick("show", case)["state"] == "publishing"
    go.touch()
    slow.wait(case, "published")
