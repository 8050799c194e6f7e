from __future__ import annotations

import csv
import json
import os
import shutil
import stat
from pathlib import Path

import pytest
from site_orders import context, entry, order, run_killed, tree

from disclosure_pipeline.builtin.channels.register import RegisterChannel
from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.hooks.contracts import Channel
from disclosure_pipeline.model.publication import Action, Entry, Order, Standing

GROUND = {
    "ground": "R16b",
    "ground_article": "《条例》第十六条第二款",
    "ground_reason": "讨论记录，尚未定稿",
    "attribute": "exempt",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "register"


@pytest.fixture
def register(root: Path) -> RegisterChannel:
    return RegisterChannel(context(register=root))


def exempt(number: int = 1, **changes: object) -> Entry:
    return entry(number, **{"attribute": "exempt", "title": "关于专题会议的纪要", **changes})


def entered(listed: Entry, generation: int = 0, action: Action = Action.PUBLISH) -> Order:
    return order(action, listed, channel="register", generation=generation, record=GROUND)


def removal(generation: int = 1) -> Order:
    return order(Action.WITHDRAW, exempt(), channel="register", generation=generation)


def rows(root: Path) -> list[list[str]]:
    with (root / "register.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_an_exempt_document_is_entered_with_its_ground(register: RegisterChannel, root: Path) -> None:
    assert isinstance(register, Channel)
    receipt = register.publish(entered(exempt()))
    assert (receipt.key, receipt.address) == ("2026-000001/v1/register/publish/g0", "")
    assert rows(root) == [
        ["收件号", "索引号", "标题", "部门", "公开属性", "理由代码", "法律依据", "理由说明", "成文日期", "登记日期"],
        ["2026-000001", "MB0000000/2026-00001", "关于专题会议的纪要", "财政局", "不予公开", "R16b",
         "《条例》第十六条第二款", "讨论记录，尚未定稿", "2026-11-02", "2026-11-22"],
    ]  # fmt: skip
    assert (root / "register.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert json.loads((root / "register.json").read_bytes()) == [
        {
            "id": "2026-000001", "index_number": "MB0000000/2026-00001", "title": "关于专题会议的纪要",
            "department": "财政局", "attribute": "exempt", "ground": "R16b", "article": "《条例》第十六条第二款",
            "reason": "讨论记录，尚未定稿", "formed": "2026-11-02", "registered": "2026-11-22",
        }
    ]  # fmt: skip


def test_files_and_folder_are_private(register: RegisterChannel, root: Path) -> None:
    root.mkdir(mode=0o755)
    register.publish(entered(exempt()))
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in root.iterdir()} == dict.fromkeys(
        [".lock", "records.json", "register.csv", "register.json"], 0o600
    )


@pytest.mark.parametrize("title", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_cell_is_a_formula(register: RegisterChannel, root: Path, title: str) -> None:
    register.publish(entered(exempt(title=title)))
    assert rows(root)[1][2] == f"'{title}"
    assert json.loads((root / "register.json").read_bytes())[0]["title"] == title


def test_on_request_needs_no_ground(register: RegisterChannel, root: Path) -> None:
    register.publish(order(Action.PUBLISH, exempt(attribute="on_request"), channel="register"))
    assert rows(root)[1][4:8] == ["依申请公开", "", "", ""]


@pytest.mark.parametrize(
    ("attribute", "record", "code"),
    [("exempt", None, "register.no_ground"), ("exempt", {"ground": ""}, "register.no_ground"),
     ("proactive", GROUND, "attribute.refused"), ("", GROUND, "attribute.refused")],
)  # fmt: skip
def test_what_does_not_belong_here_is_refused(
    register: RegisterChannel, root: Path, attribute: str, record: dict[str, str] | None, code: str
) -> None:
    with pytest.raises(ChannelFault) as caught:
        register.publish(
            order(Action.PUBLISH, exempt(attribute=attribute), channel="register", record=record)
        )
    assert caught.value.code == code
    assert not root.exists()


def test_twice_is_once(register: RegisterChannel, root: Path) -> None:
    first = register.publish(entered(exempt()))
    before = tree(root)
    assert register.publish(entered(exempt())) == first
    assert tree(root) == before


def test_a_newer_version_replaces_and_an_older_is_fenced(register: RegisterChannel, root: Path) -> None:
    register.publish(entered(exempt()))
    register.update(entered(exempt(version=2, title="改过的标题"), action=Action.UPDATE))
    assert [row[2] for row in rows(root)[1:]] == ["改过的标题"]
    assert "关于专题会议的纪要".encode() not in b"".join(tree(root).values())
    with pytest.raises(Fenced):
        register.publish(entered(exempt()))


def test_removal_on_conversion_fences_late_orders(register: RegisterChannel, root: Path) -> None:
    register.publish(entered(exempt()))
    register.publish(entered(exempt(2, title="另一件")))
    receipt = register.withdraw(removal())
    assert register.withdraw(removal()) == receipt
    assert [row[0] for row in rows(root)[1:]] == ["2026-000002"]
    assert "关于专题会议的纪要".encode() not in b"".join(tree(root).values())
    for late in (entered(exempt()), entered(exempt(version=2), generation=1)):
        with pytest.raises(Fenced):
            register.publish(late)
    register.publish(entered(exempt(version=2), generation=2))
    with pytest.raises(Fenced):
        register.withdraw(removal())
    assert [row[0] for row in rows(root)[1:]] == ["2026-000001", "2026-000002"]


def test_verify_reads_the_table(register: RegisterChannel, root: Path) -> None:
    register.publish(entered(exempt()))
    assert register.verify([]) == [Standing("2026-000001", "published", 0, 1)]
    table = (root / "register.csv").read_bytes()
    (root / "register.csv").write_bytes(table.splitlines(keepends=True)[0])
    assert register.verify([]) == [Standing("2026-000001", "absent", 0, 1)]
    register.withdraw(removal())
    assert register.verify(["2026-000001", "2026-000005"]) == [
        Standing("2026-000001", "withdrawn", 1, 1),
        Standing("2026-000005", "absent"),
    ]
    (root / "register.csv").write_bytes(table)
    assert register.verify([])[0].state == "published"


def test_broken_records_are_a_fault_not_an_empty_register(register: RegisterChannel, root: Path) -> None:
    register.publish(entered(exempt()))
    (root / "records.json").write_bytes(b"{")
    for call in (lambda: register.publish(entered(exempt(2))), lambda: register.verify([])):
        with pytest.raises(ChannelFault) as caught:
            call()
        assert caught.value.code == "record.broken"
    assert [row[0] for row in rows(root)[1:]] == ["2026-000001"]


@pytest.mark.parametrize("remove", [False, True])
def test_killed_anywhere_and_called_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remove: bool
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    RegisterChannel(context(register=tmp_path / "start")).publish(entered(exempt(1 if remove else 9)))

    def act(root: Path) -> object:
        channel = RegisterChannel(context(register=root))
        return channel.withdraw(removal()) if remove else channel.publish(entered(exempt()))

    expected_root = shutil.copytree(tmp_path / "start", tmp_path / "expected")
    receipt = act(expected_root)
    operations, ended = 0, False
    while not ended:
        root = shutil.copytree(tmp_path / "start", tmp_path / str(operations))
        ended = run_killed(lambda root=root: act(root), operations)
        assert act(root) == receipt
        assert tree(root) == tree(expected_root)
        operations += 1
    assert operations > 10
