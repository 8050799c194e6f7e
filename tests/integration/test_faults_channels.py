"""A channel that fails, hangs or answers nonsense; a withdrawal that overtakes a slow one. The program is real."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bureau import CHAIN, Bureau, draft, holding, wait_for

PLUGIN = Path(__file__).parents[1] / "fault_plugins" / "wayward.py"
WALL = "wayward.wall"


class Wall:
    """A bureau with one channel that does as it is told."""

    def __init__(self, folder: Path):
        # The pause after a failure is long, so that only a person's retry is seen to help.
        limits = "[]\ntimeout = 1.5\nretry_first = 600.0"
        self.bureau = Bureau(folder, plugins=("wayward",), settings={"channels": limits})
        shutil.copy(PLUGIN, folder / "plugins")
        self.own = self.bureau.workspace.data / "plugins" / "wayward"
        self.own.mkdir(parents=True)
        self.behave("ok")

    def behave(self, mode: str) -> None:
        (self.own / "mode").write_text(mode)

    @property
    def shown(self) -> Any:
        return json.loads((self.own / "shown.json").read_text("utf-8"))

    def channel(self, case: str, name: str = WALL) -> str:
        """State of one publication; empty before there is one."""
        states = {
            item["channel"]: str(item["state"]) for item in self.bureau.quick("show", case)["publications"]
        }
        return states.get(name, "")


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wall]:
    made = Wall(tmp_path_factory.mktemp("wall"))
    made.bureau.daemon.start()
    yield made
    assert made.bureau.daemon.stop() == 0


@pytest.mark.parametrize(
    ("mode", "code"),
    [("raises", "channel.raised"), ("hangs", "channel.timeout"), ("nonsense", "channel.nonsense")],
)
def test_one_channel_fails_the_others_are_done_and_a_retry_publishes(
    wall: Wall, mode: str, code: str
) -> None:
    bureau, title = wall.bureau, f"关于{mode}栏目的通知"
    wall.behave(mode)
    case = bureau.reviewable(f"{mode}.txt", draft(title, "各镇抓好落实。"))
    bureau.sign(case, *CHAIN)
    wait_for(lambda: wall.channel(case) == "failed", "the channel has failed")
    wait_for(lambda: wall.channel(case, "builtin.site") == "done", "the site is done")
    wait_for(lambda: wall.channel(case, "builtin.archive") == "done", "the archive is done")

    shown = bureau.cli("show", case)
    assert shown["state"] == "publishing"
    (fault,) = shown["faults"]
    assert (fault["code"], fault["plugin"]) == (code, WALL)
    assert fault["advice"] and title not in json.dumps(fault, ensure_ascii=False)
    assert title in (bureau.workspace.site / "catalogue.json").read_text("utf-8")

    wall.behave("ok")
    assert bureau.cli("channel", "retry", case) == [{"id": case, "channels": 1}]
    assert bureau.wait(case, "published")["faults"] == []
    assert wall.shown[case]["title"] == title


def test_a_channel_that_cannot_publish_is_given_up_and_the_document_is_out_all_the_same(wall: Wall) -> None:
    bureau, title = wall.bureau, "关于放弃一个栏目的通知"
    wall.behave("raises")
    case = bureau.reviewable("given-up.txt", draft(title, "各镇抓好落实。"))
    bureau.sign(case, *CHAIN)
    wait_for(lambda: wall.channel(case) == "failed", "the channel has failed")
    wall.behave("ok")
    words = ("channel", "cancel", case, "--channel", WALL, "--as")
    assert bureau.refused(*words, "保密甲", "--reason", "栏目已停用") == "wrong_role"
    assert bureau.cli(*words, "办公甲", "--reason", "栏目已停用") == {"id": case, "channel": WALL}
    assert bureau.wait(case, "published")["faults"] == []
    assert (wall.channel(case), wall.channel(case, "builtin.site")) == ("withdrawn", "done")
    assert wall.shown[case]["title"] is None
    assert bureau.refused(*words, "办公甲", "--reason", "栏目已停用") == "channel.not_stuck"


def test_a_withdrawal_overtakes_a_slow_publication(wall: Wall) -> None:
    bureau, title = wall.bureau, "关于撤回中的事项的通知"
    wall.behave("slow")
    bureau.configure("timeout", "60.0")
    case = bureau.reviewable("slow.txt", draft(title, "本件正在发布时被撤回。"))
    bureau.sign(case, *CHAIN)
    wait_for(lambda: wall.channel(case) in ("running", "failed"), "the slow channel is at work")
    wall.behave("ok")

    answer = bureau.cli("withdraw", case, "--as", "办公甲", "--reason", "内容有误")
    assert answer["state"] in ("withdrawing", "withdrawn")
    bureau.wait(case, "withdrawn")
    wait_for(lambda: wall.channel(case) == "withdrawn", "the slow channel took it back")
    assert wall.shown[case]["title"] is None
    assert holding(bureau.workspace.site, [title, "被撤回"]) == []
    kept = bureau.cli("show", case)["publications"]
    assert {item["channel"] for item in kept if "withdraw" in item["receipt"]["key"]} == {
        WALL, "builtin.site", "builtin.search", "builtin.archive",
    }  # fmt: skip


def test_afterwards_every_channel_holds_what_the_rows_say(wall: Wall) -> None:
    """Failures, retries and the withdrawal above have left nothing behind."""
    outcome = wall.bureau.quick("channel", "verify")
    assert outcome["differences"] == []
    assert [item["fault"] for item in outcome["channels"]] == [None] * len(outcome["channels"])
