"""A channel that needs a person: what it asks stays open until somebody says that it was done. The program is real."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.e2e.bureau import CHAIN, draft, wait_for
from tests.integration.test_faults_channels import WALL, Wall

ADDRESS = "https://www.example.gov.cn/art/2026/11/23/art_1_2.html"
OFFICE = "办公甲"


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wall]:
    made = Wall(tmp_path_factory.mktemp("errands"))
    made.behave("errand")
    made.bureau.daemon.start()
    yield made
    assert made.bureau.daemon.stop() == 0


def asked(wall: Wall, case: str) -> list[tuple[str, str]]:
    """What the channel asks for a document: kind and action."""
    found = wall.bureau.cli("channel", "errands", "--as", OFFICE)
    return [(item["kind"], item["action"]) for item in found if item["id"] == case]


def approved(wall: Wall, name: str, title: str) -> str:
    case = wall.bureau.reviewable(f"{name}.txt", draft(title, "各镇抓好落实。"))
    wall.bureau.sign(case, *CHAIN)
    wait_for(lambda: asked(wall, case), "the channel asks a person")
    return case


def test_a_document_is_out_while_a_form_waits_for_a_person_and_its_address_closes_it(wall: Wall) -> None:
    bureau, title = wall.bureau, "关于录入单的通知"
    case = approved(wall, "form", title)
    assert asked(wall, case) == [("enter", "publish")]
    assert bureau.wait(case, "published")["faults"] == []
    assert wall.channel(case) == "running"
    assert title not in json.dumps(bureau.cli("channel", "errands", "--as", OFFICE), ensure_ascii=False)

    close = ("channel", "close", case, "--channel", WALL, "--as")
    assert bureau.refused("channel", "errands", "--as", "保密甲") == "wrong_role"
    assert bureau.refused(*close, "保密甲", "--address", ADDRESS) == "wrong_role"
    assert bureau.refused(*close, OFFICE) == "errand.address"
    assert bureau.refused(*close, OFFICE, "--address", "javascript:alert(1)") == "errand.address"
    assert asked(wall, case) == [("enter", "publish")]
    assert bureau.cli(*close, OFFICE, "--address", ADDRESS) == {"id": case, "channel": WALL}

    (held,) = [item for item in bureau.cli("show", case)["publications"] if item["channel"] == WALL]
    assert (held["state"], held["address"], held["receipt"]["detail"]["errand"]) == ("done", ADDRESS, "enter")
    assert asked(wall, case) == []
    assert bureau.refused(*close, OFFICE, "--address", ADDRESS) == "errand.none"
    done = [row for row in bureau.cli("history", case) if row["action"].startswith("errand.")]
    assert [(row["action"], row["actor"]) for row in done] == [
        ("errand.opened", "system"),
        ("errand.closed", OFFICE),
    ]


def test_a_withdrawal_ends_what_was_asked_and_waits_until_it_is_taken_down(wall: Wall) -> None:
    bureau, title = wall.bureau, "关于撤回录入单的通知"
    case = approved(wall, "down", title)
    bureau.wait(case, "published")
    bureau.cli("withdraw", case, "--as", OFFICE, "--reason", "内容有误")
    wait_for(lambda: asked(wall, case) == [("take_down", "withdraw")], "the channel asks to take it down")
    assert bureau.cli("show", case)["state"] == "withdrawing"
    assert wall.shown[case]["title"] is None

    report = bureau.cli("incident", case)
    channels = {item["channel"]: item for item in report["channels"]}
    assert channels["builtin.site"]["out_until"] is not None
    assert channels["builtin.site"]["minutes"] == 0
    assert [(item["kind"], item["outcome"]) for item in report["errands"]] == [
        ("enter", "overtaken"),
        ("take_down", None),
    ]
    assert [item["step"] for item in report["taken_back"]] == ["withdraw"]
    assert title not in json.dumps(report, ensure_ascii=False)

    bureau.cli("channel", "close", case, "--channel", WALL, "--as", OFFICE)
    bureau.wait(case, "withdrawn")
    assert wall.channel(case) == "withdrawn"
