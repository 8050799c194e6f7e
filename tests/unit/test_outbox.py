from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from site_orders import context, names, run_killed, tree

from disclosure_pipeline.builtin.files import NAME_BYTES
from disclosure_pipeline.builtin.notifiers.outbox import NAMES, OutboxNotifier
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.hooks.contracts import Event, Notifier

CASE = "2026-000123"
SECRET = "关于某专项行动的机密通知"
QUOTE = "联系电话13800138000"


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    return tmp_path / "outbox" / "财政局"


@pytest.fixture
def notifier() -> OutboxNotifier:
    return OutboxNotifier(context())


def send(notifier: OutboxNotifier, outbox: Path, kind: str, **letter: Any) -> None:
    filled: Mapping[str, Any] = {
        "key": f"{CASE}/{kind}/1", "kind": kind, "at": "2026-11-22T01:30:00+00:00", "folder": str(outbox),
        "case": CASE, **letter,
    }  # fmt: skip
    event = Event(name=kind, document=CASE, unit="default", department="财政局")
    notifier.notify(event, {key: value for key, value in filled.items() if value is not ...})


def text(path: Path) -> str:
    return path.read_text("utf-8")


def parts(named: bool = True) -> list[dict[str, Any]]:
    return [{"size": 2048, "sha256": "ab" * 32, **({"name": f"{SECRET}.docx"} if named else {})}]


REASONS = [
    {"text": "含有手机号码", "place": {"part": "word/document.xml", "kind": "body", "page": 2, "paragraph": 3},
     "quote": QUOTE, "article": "《条例》第十五条", "suggestion": "删去或遮盖"},
]  # fmt: skip


def test_it_is_a_notifier_with_a_template_for_each_kind(notifier: OutboxNotifier) -> None:
    assert isinstance(notifier, Notifier)
    assert set(NAMES) == {
        "receipt", "returned", "result", "withdrawn", "held", "refused", "duplicate", "taken_back", "waiting",
        "awaiting_issue",
    }  # fmt: skip


def test_receipt_first_without_names_then_with_them(notifier: OutboxNotifier, outbox: Path) -> None:
    send(notifier, outbox, "receipt", parts=parts(named=False))
    letter = outbox / f"{CASE}_收件回执.html"
    assert SECRET not in text(letter)
    for word in (
        CASE,
        "2026-11-22 09:30",
        "2.0 KB",
        "ab" * 32,
        "<td>1</td>",
        "示范县人民政府政务公开办　0570-8000000",
    ):
        assert word in text(letter)
    send(notifier, outbox, "receipt", key=f"{CASE}/receipt/2", at="2026-11-22T01:31:00+00:00", parts=parts(),
         title=SECRET)  # fmt: skip
    assert text(letter).count(SECRET) == 2
    assert names(outbox) == [letter.name]


def test_an_older_letter_does_not_replace_a_newer(notifier: OutboxNotifier, outbox: Path) -> None:
    send(notifier, outbox, "receipt", key="b", at="2026-11-22T01:30:00.200000+00:00", parts=parts())
    before = tree(outbox)
    send(
        notifier, outbox, "receipt", key="a", at="2026-11-22T01:30:00.100000+00:00", parts=parts(named=False)
    )
    assert tree(outbox) == before


def test_return_note_quotes_place_and_reason_and_gives_the_draft_back(
    notifier: OutboxNotifier, outbox: Path, tmp_path: Path
) -> None:
    draft = tmp_path / "vaulted"
    draft.write_bytes(b"draft bytes")
    send(notifier, outbox, "returned", reasons=REASONS, title="通知", by="保密审查",
         files=[("通知.docx", draft), ("../通知.docx", str(draft)), ("通知.docx", draft)])  # fmt: skip
    note = text(outbox / f"{CASE}_退回说明.html")
    for word in (
        "含有手机号码",
        "位置：第2页第3段",
        QUOTE,
        "《条例》第十五条",
        "删去或遮盖",
        "保密审查",
        f"“{CASE}_修改稿.docx”",
    ):
        assert word in note
    assert {name: data for name, data in tree(outbox).items() if name.startswith("退回/")} == {
        f"退回/{CASE}_通知.docx": b"draft bytes",
        f"退回/{CASE}__通知.docx": b"draft bytes",
        f"退回/{CASE}_2_通知.docx": b"draft bytes",
    }


def test_return_note_names_the_command_that_cleans(notifier: OutboxNotifier, outbox: Path) -> None:
    send(notifier, outbox, "returned", reasons=REASONS, hidden=True)
    assert "disclosure clean 原文件.docx -o 清洁副本.docx" in text(outbox / f"{CASE}_退回说明.html")
    send(
        notifier,
        outbox,
        "returned",
        key=f"{CASE}/returned/2",
        at="2026-11-23T01:30:00+00:00",
        reasons=REASONS,
    )
    assert "disclosure clean" not in text(outbox / f"{CASE}_退回说明.html")


def test_return_note_without_quote(notifier: OutboxNotifier, outbox: Path) -> None:
    send(notifier, outbox, "returned", reasons=[{"text": "没有写明公开属性"}])
    note = text(outbox / f"{CASE}_退回说明.html")
    assert "<blockquote>" not in note
    assert "位置：" not in note


def test_a_second_delivery_keeps_what_the_clerk_did(
    notifier: OutboxNotifier, outbox: Path, tmp_path: Path
) -> None:
    draft = tmp_path / "vaulted"
    draft.write_bytes(b"draft bytes")
    letter = {"reasons": REASONS, "files": [("通知.docx", draft)]}
    send(notifier, outbox, "returned", **letter)
    copy = outbox / "退回" / f"{CASE}_通知.docx"
    copy.write_bytes(b"edited by the clerk")
    send(notifier, outbox, "returned", **letter)
    assert copy.read_bytes() == b"edited by the clerk"
    draft.write_bytes(b"second round")
    send(notifier, outbox, "returned", key=f"{CASE}/returned/2", at="2026-11-23T01:30:00+00:00", **letter)
    assert copy.read_bytes() == b"second round"


def test_a_killed_delivery_is_completed(
    notifier: OutboxNotifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    draft = tmp_path / "vaulted"
    draft.write_bytes(b"draft bytes")
    letter = {"reasons": REASONS, "files": [("通知.docx", draft), ("附件.xlsx", draft)]}
    send(notifier, tmp_path / "expected", "returned", **letter)
    expected = tree(tmp_path / "expected")
    operations, ended = 0, False
    while not ended:
        outbox = tmp_path / str(operations)
        ended = run_killed(lambda outbox=outbox: send(notifier, outbox, "returned", **letter), operations)
        send(notifier, outbox, "returned", **letter)
        found = tree(outbox)
        assert {name: data for name, data in found.items() if ".tmp-" not in name} == expected
        operations += 1
    assert operations > 8


def test_held_says_nothing_about_the_document(notifier: OutboxNotifier, outbox: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET.encode())
    send(notifier, outbox, "receipt", parts=parts(), title=SECRET)
    send(notifier, outbox, "held", at="2026-11-22T01:31:00+00:00", title=SECRET, name=f"{SECRET}.docx", parts=parts(),
         reasons=[{"text": SECRET, "quote": SECRET}], files=[(f"{SECRET}.docx", secret)])  # fmt: skip
    assert names(outbox) == [f"{CASE}_收件回执.html", f"{CASE}_移送说明.html"]
    for name, data in tree(outbox).items():
        assert SECRET.encode() not in data, name
        assert SECRET not in name
    assert CASE in text(outbox / f"{CASE}_移送说明.html")
    send(notifier, outbox, "receipt", key="late", at="2026-11-22T01:30:30+00:00", parts=parts(), title=SECRET)
    assert SECRET not in text(outbox / f"{CASE}_收件回执.html")


def test_held_without_receipt_writes_none(notifier: OutboxNotifier, outbox: Path) -> None:
    send(notifier, outbox, "held")
    assert names(outbox) == [f"{CASE}_移送说明.html"]


def test_result_names_the_address_and_a_withdrawal_takes_it_away(
    notifier: OutboxNotifier, outbox: Path
) -> None:
    address = "documents/2026/2026-000123/index.html"
    send(notifier, outbox, "result", address=address, title=SECRET, index_number="MB0/2026-00001")
    result = outbox / "已发布" / f"{CASE}_办理结果.html"
    assert address in text(result)
    assert "已发布" in text(result)
    send(notifier, outbox, "withdrawn", at="2026-11-23T01:30:00+00:00", reason="内容有误", title=SECRET)
    assert names(outbox / "已发布") == [f"{CASE}_撤回通知.html"]
    assert "内容有误" in text(outbox / "已发布" / f"{CASE}_撤回通知.html")
    assert SECRET not in text(outbox / "已发布" / f"{CASE}_撤回通知.html")
    send(notifier, outbox, "result", key="late", address=address, title=SECRET)
    assert not result.exists()
    send(notifier, outbox, "result", key="again", at="2026-11-24T01:30:00+00:00", address=address)
    assert result.exists()


def test_result_of_a_document_that_is_not_published(notifier: OutboxNotifier, outbox: Path) -> None:
    folder = outbox.parent / "别处"
    send(notifier, outbox, "result", address="", outcome="不予公开", published_folder=str(folder))
    assert "公开地址" not in text(folder / f"{CASE}_办理结果.html")
    assert "不予公开" in text(folder / f"{CASE}_办理结果.html")


def test_refused_without_a_case(notifier: OutboxNotifier, outbox: Path) -> None:
    reasons = [{"text": "收件号对应的件不在退回状态"}]
    send(notifier, outbox, "refused", case=..., key="a", reasons=reasons, name="x<b>.docx")
    send(notifier, outbox, "refused", case=..., key="b", reasons=reasons)
    found = tree(outbox)
    assert len(found) == 2
    assert sum(b"x&lt;b&gt;.docx" in data for data in found.values()) == 1
    assert not any(b"<b>" in data for data in found.values())


def test_duplicate_and_taken_back(notifier: OutboxNotifier, outbox: Path) -> None:
    send(notifier, outbox, "duplicate", first_case="2026-000007")
    assert "2026-000007" in text(outbox / f"{CASE}_收件回执.html")
    assert "完全相同" in text(outbox / f"{CASE}_收件回执.html")
    send(notifier, outbox, "duplicate", key="joined", first_case="2026-000007", joined=True)
    assert "并入 <strong>2026-000007" in text(outbox / f"{CASE}_收件回执.html")
    send(notifier, outbox, "taken_back", title="通知")
    assert "撤件" in text(outbox / f"{CASE}_撤件回执.html")


def test_long_and_odd_file_names(notifier: OutboxNotifier, outbox: Path, tmp_path: Path) -> None:
    draft = tmp_path / "vaulted"
    draft.write_bytes(b"x")
    dropped = ["字" * 200 + ".docx", "字" * 201 + ".docx", "a/b\\c\x07\u202e.pdf", "\udcd6.txt"]
    send(notifier, outbox, "returned", reasons=[], files=[(name, draft) for name in dropped])
    copies = names(outbox / "退回")
    assert len(copies) == 4
    assert all(name.startswith(CASE) and len(name.encode()) <= NAME_BYTES for name in copies)
    assert sorted(name.rsplit(".", 1)[1] for name in copies) == ["docx", "docx", "pdf", "txt"]


@pytest.mark.parametrize(
    ("kind", "missing", "code"),
    [("receipt", "parts", "letter.incomplete"), ("returned", "reasons", "letter.incomplete"),
     ("held", "case", "letter.incomplete"), ("duplicate", "first_case", "letter.incomplete"),
     ("other", "x", "letter.unknown")],
)  # fmt: skip
def test_letters_that_cannot_be_written(
    notifier: OutboxNotifier, outbox: Path, kind: str, missing: str, code: str
) -> None:
    letter = {"parts": parts(), "reasons": [], "first_case": "x", "title": SECRET, missing: ...}
    with pytest.raises(ChannelFault) as caught:
        send(notifier, outbox, kind, **letter)
    assert caught.value.code == code
    assert SECRET not in str(caught.value)
    assert tree(outbox) == {} if outbox.exists() else True


def test_links_laid_by_others_are_not_followed(
    notifier: OutboxNotifier, outbox: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine").write_bytes(b"mine")
    outbox.mkdir(parents=True)
    (outbox / f"{CASE}_收件回执.html").symlink_to(outside / "mine")
    send(notifier, outbox, "receipt", parts=parts())
    assert (outside / "mine").read_bytes() == b"mine"
    (outbox / "退回").symlink_to(outside)
    with pytest.raises(ChannelFault) as caught:
        send(notifier, outbox, "returned", reasons=[], files=[("a.txt", outside / "mine")])
    assert caught.value.code == "outbox.link"
    assert names(outside) == ["mine"]
    os.mkfifo(outbox / f"{CASE}_撤件回执.html")
    send(notifier, outbox, "taken_back")
    assert (outbox / f"{CASE}_撤件回执.html").is_file()


def test_an_unwritable_outbox_is_a_fault_without_names(notifier: OutboxNotifier, outbox: Path) -> None:
    outbox.parent.mkdir(parents=True)
    outbox.write_bytes(b"a file where the folder should be")
    with pytest.raises(ChannelFault) as caught:
        send(notifier, outbox, "receipt", parts=parts())
    assert caught.value.code == "channel.storage"
    assert str(outbox) not in str(caught.value)
