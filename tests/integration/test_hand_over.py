"""Hand-over lists: who may make them, what stands on them, what never does, and the paper that ends them."""

from __future__ import annotations

import csv
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from openpyxl import load_workbook
from support import ADMIN, CLERK, OFFICE, SECRECY, SIGNERS, Office, refused

from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.model.hand_over import Target
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.publication import Relation
from disclosure_pipeline.pipeline import errands as channel_errands
from disclosure_pipeline.pipeline import (
    fixity,
    hand_over,
    incident_report,
    kept_receipts,
    recall,
    relations,
    review,
)
from disclosure_pipeline.pipeline.hand_over import Made, Wish
from disclosure_pipeline.store import hand_overs, people

SCAN = b"%PDF-1.7\nsigned by both\n%%EOF"
YEAR = 2026
LEAK = "甲号储备库搬迁"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    return staffed(unit=[{"departments": ["民政局", "财政局"], "fonds": "0042"}])


@pytest.fixture
def elsewhere(open_office: Callable[..., Office], store_url: str) -> Office:
    """An office on each database."""
    made = open_office(store_url)
    made.staff()
    return made


def make(
    office: Office, path: Path, target: Target = Target.ARCHIVE, by: str = OFFICE, **more: Any
) -> tuple[Made, list[dict[str, str]]]:
    """A list, and its lines by column."""
    made = hand_over.make(office.core, Wish(target, "default", YEAR, **more), path, by=by)
    assert made.digest == file_digest(path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    end = rows.index([])
    return made, [dict(zip(rows[0], row, strict=True)) for row in rows[1:end]]


def received(office: Office, number: str, by: str = OFFICE) -> Any:
    return hand_over.received(office.core, number, SCAN, by=by)


def errands(office: Office) -> list[tuple[str, str, str | None]]:
    return office.query("SELECT folder, document, outcome FROM errand ORDER BY seq")


def test_an_archive_is_told_everything_that_was_filed(office: Office, tmp_path: Path) -> None:
    published = office.published("=关于取暖补贴的通知", document_number="示民发〔2026〕3号")
    hidden = office.published(attribute="不予公开", ground="R16a", reason="内部事务")
    asked = office.published(attribute="依申请公开")
    recall.withdraw(office.core, (taken := office.published()), OFFICE, "内容有误")
    office.work()
    office.reviewed()
    made, lines = make(office, tmp_path / "a.csv", receiver="示范县档案馆")
    assert (made.documents, made.changed, made.left_out) == (4, 0, {})
    assert [line["收件号"] for line in lines] == [published, hidden, asked, taken]
    first = lines[0]
    assert first["题名"] == "'=关于取暖补贴的通知"
    assert (first["全宗号"], first["件号"], first["页数"], first["件数"]) == ("0042", "", "", "1")
    assert (first["文号"], first["成文日期"], first["公开属性"]) == (
        "示民发〔2026〕3号",
        "2026-11-02",
        "主动公开",
    )
    assert "公开，https://www.example.gov.cn/documents/" in first["公开情况"]
    assert [line["公开情况"].split("，")[0] for line in lines[1:3]] == ["未公开", "未公开"]
    assert lines[3]["公开情况"].endswith("撤回")
    assert [line["到期开放意见"].split("（")[0] for line in lines] == [
        "已主动公开，建议开放",
        "建议自形成之日起满二十五年审核后开放",
        "建议自形成之日起满二十五年开放",
        "曾公开后撤回，建议到期时重新审核",
    ]
    assert {line["密级变更情况"] for line in lines} == {"无记录"}
    bag = office.core.workspace.archive / first["归档包"]
    assert file_digest(bag / "manifest-sha256.txt") == first["清单摘要值"]
    assert bag.with_name(f"{bag.name}.receipts.json").is_file()
    text = (tmp_path / "a.csv").read_text("utf-8-sig")
    assert all(word in text for word in ("移交单位", "示范县档案馆", "移交人（签字）", "移交日期", made.id))
    ((detail,),) = office.query("SELECT detail FROM audit WHERE action = 'hand_over.made'")
    told = json.loads(detail)
    assert (told["list"], told["documents"], told["digest"], told["to"]) == (
        made.id, 4, made.digest, "示范县档案馆",
    )  # fmt: skip
    assert "取暖" not in detail
    office.chain_holds()


def test_a_workbook_has_a_sheet_to_be_signed(office: Office, tmp_path: Path) -> None:
    case = office.published("=关于取暖补贴的通知")
    made = hand_over.make(office.core, Wish(Target.ARCHIVE, "default", YEAR), tmp_path / "a.xlsx", by=ADMIN)
    book = load_workbook(tmp_path / "a.xlsx")
    cover, listed = book.worksheets
    assert ("清单编号", made.id) in [tuple(cell.value for cell in row) for row in cover.iter_rows()]
    values = [[cell.value for cell in row] for row in listed.iter_rows()]
    assert values[1][3] == case
    assert {cell.data_type for row in listed.iter_rows() for cell in row if cell.value} <= {"s", "n"}
    assert (tmp_path / "a.xlsx").stat().st_mode & 0o077 == 0


def test_suspected_secrets_stand_on_no_list(office: Office, tmp_path: Path) -> None:
    """What could leak is there: one is published and suspected since, one was isolated when it came in."""
    suspected, harmless = office.published(LEAK), office.published()
    isolated = office.hand_in(f"{LEAK}二", "机密★10年\n\n搬迁方案。").case
    office.work()
    assert office.state(isolated) is State.QUARANTINED
    for target in Target:
        _, lines = make(office, tmp_path / f"before-{target}.csv", target)
        assert any(LEAK in line["题名"] for line in lines)
    office.sql(
        "INSERT INTO quarantine (document, at, rules_version, marks) VALUES (:d, '2026-11-23', 'r', '[]')",
        d=suspected,
    )
    for target in Target:
        path = tmp_path / f"{target}.csv"
        made, lines = make(office, path, target)
        assert made.documents == 1
        assert LEAK not in path.read_text("utf-8-sig")
        assert suspected not in path.read_text("utf-8-sig")
        assert isolated not in path.read_text("utf-8-sig")
        assert office.row(harmless).index_number in str(lines)


def test_a_library_is_told_what_the_public_sees_and_what_it_sees_no_longer(
    office: Office, tmp_path: Path
) -> None:
    case, taken = office.published("关于供水的公告"), office.published("关于误登电话的公告")
    office.published(LEAK, attribute="依申请公开")
    office.published(f"{LEAK}二", attribute="不予公开", ground="R16a", reason="内部事务")
    made, lines = make(office, tmp_path / "a.csv", Target.LIBRARY)
    assert [line["题名"] for line in lines] == ["关于供水的公告", "关于误登电话的公告"]
    assert lines[0]["网址"].startswith("https://www.example.gov.cn/documents/")
    assert (lines[0]["有效性"], lines[0]["移送期限"]) == ("有效", "2026-11-30")
    assert LEAK not in (tmp_path / "a.csv").read_text("utf-8-sig")
    assert not any(case in line.values() for line in lines), "case numbers are for the office alone"
    received(office, made.id)
    assert refused(lambda: make(office, tmp_path / "b.csv", Target.LIBRARY)) == "hand_over.empty"
    assert make(office, tmp_path / "c.csv", Target.LIBRARY, again=True)[0].documents == 2

    recall.withdraw(office.core, taken, OFFICE, "误登电话")
    office.work()
    later, lines = make(office, tmp_path / "d.csv", Target.LIBRARY)
    assert (later.documents, later.changed) == (1, 1)
    (line,) = lines
    assert (line["索引号"], line["题名"]) == (office.row(taken).index_number, "")
    assert "停止提供" in line["备注"]
    assert "误登电话" not in (tmp_path / "d.csv").read_text("utf-8-sig")
    received(office, later.id)
    assert refused(lambda: make(office, tmp_path / "e.csv", Target.LIBRARY)) == "hand_over.empty"


def test_what_was_repealed_since_is_told_again(office: Office, tmp_path: Path) -> None:
    case = office.published()
    first, _ = make(office, tmp_path / "a.csv")
    received(office, first.id)
    newer = office.reviewed("关于废止旧通知的决定")
    relations.relate(office.core, newer, Relation.REPEALS, case, by=OFFICE, reason="已有新规定")
    office.sign(newer, *SIGNERS)
    made, lines = make(office, tmp_path / "b.csv")
    assert ({line["收件号"] for line in lines}, made.changed) == ({case, newer}, 1)
    line = next(line for line in lines if line["收件号"] == case)
    assert line["公开情况"].endswith("已废止") and "曾移交第1版" in line["备注"]


def test_what_was_declassified_is_told(office: Office, tmp_path: Path) -> None:
    case = office.published(attribute="依申请公开")
    review.open_due(office.core)
    review.settle(office.core, case, "declassify", by=SECRECY, reason="密点已解除")
    office.work()
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED
    _, (line,) = make(office, tmp_path / "a.csv")
    assert line["密级变更情况"].endswith("解密")
    assert line["归档包"].endswith("-v2")


def test_the_signed_paper_ends_a_list_once(office: Office, tmp_path: Path) -> None:
    case = office.published()
    made, _ = make(office, tmp_path / "a.csv")
    assert errands(office) == [(made.id, case, None)]
    with office.core.database.read() as connection:
        person = people.get(connection, OFFICE)
    assert channel_errands.waiting(office.core, person, "default") == [], "no channel asks for it"
    assert refused(lambda: received(office, made.id, CLERK)) == "wrong_role"
    assert refused(lambda: received(office, "HO-2026-0099")) == "not_found"
    (tmp_path / "b.csv").write_bytes((tmp_path / "a.csv").read_bytes() + b"x")
    assert refused(lambda: received(office, tmp_path / "b.csv")) == "not_found"  # type: ignore[arg-type]
    ended = received(office, tmp_path / "a.csv")  # type: ignore[arg-type]
    assert (ended.id, ended.documents, office.core.vault.holds(ended.scan)) == (made.id, 1, True)
    assert errands(office) == [(made.id, case, "done")]
    assert refused(lambda: received(office, made.id)) == "hand_over.received"
    (told,) = incident_report.report(office.core, case)["errands"]
    assert (told["channel"], told["kind"], told["outcome"], told["by"]) == (
        "hand_over.archive", "hand_over", "done", OFFICE,
    )  # fmt: skip
    kept = json.loads(next(office.core.workspace.archive.rglob("*.receipts.json")).read_text("utf-8"))
    assert [item["scan"] for item in kept["errands"]] == [ended.scan]
    ((detail,),) = office.query("SELECT detail FROM audit WHERE action = 'hand_over.received'")
    assert json.loads(detail) == {"list": made.id, "documents": 1, "scan": ended.scan}
    office.chain_holds()


def test_a_newer_list_takes_the_place_of_an_open_one_and_both_can_be_signed(
    office: Office, tmp_path: Path
) -> None:
    office.published()
    first, _ = make(office, tmp_path / "a.csv")
    second, _ = make(office, tmp_path / "b.csv")
    lists = hand_over.listing(office.core, "default", by=OFFICE)
    assert [(item.id, item.replaced, item.received) for item in lists] == [
        (first.id, True, None),
        (second.id, False, None),
    ]
    received(office, first.id)  # the older paper was signed after all
    received(office, second.id)
    with office.core.database.read() as connection:
        assert all(item.received for item in hand_overs.listing(connection))


def test_a_damaged_bag_is_not_handed_over(office: Office, tmp_path: Path) -> None:
    case = office.published()
    (record,) = office.core.workspace.archive.rglob("record.json")
    record.write_bytes(b"{}")
    assert refused(lambda: make(office, tmp_path / "a.csv")) == "hand_over.damaged"
    assert (list(tmp_path.glob("*a.csv*")), errands(office)) == ([], [])
    assert office.steps(case).count("channel.deviates") == 1


def test_an_archive_that_cannot_be_read_hands_nothing_over(office: Office, tmp_path: Path) -> None:
    case = office.published(LEAK)
    (record,) = office.core.workspace.archive.rglob(f"{case}.state.json")
    record.unlink()
    record.symlink_to(record.name)
    assert refused(lambda: make(office, tmp_path / "a.csv")) == "hand_over.unread"
    assert (list(tmp_path.glob("*a.csv*")), errands(office)) == ([], [])


def withdrawn_meanwhile(office: Office, case: str) -> None:
    recall.withdraw(office.core, case, OFFICE, "内容有误")
    office.work()


def repealed_meanwhile(office: Office, case: str) -> None:
    """By a document of another year, which is not on the list."""
    newer = office.reviewed("关于废止旧通知的决定", date="2025-12-31")
    relations.relate(office.core, newer, Relation.REPEALS, case, by=OFFICE, reason="已有新规定")
    office.sign(newer, *SIGNERS)


def waiting_reader(pipe: Path, making: Future[str]) -> BinaryIO:
    """The pipe, as soon as somebody reads it."""
    while not making.done():
        try:
            return os.fdopen(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK), "wb")
        except OSError:
            time.sleep(0.005)
    raise AssertionError(f"nobody came to read: {making.result()}")


@pytest.mark.parametrize(("change", "told"), [(withdrawn_meanwhile, "撤回"), (repealed_meanwhile, "已废止")])
def test_a_list_is_not_recorded_when_a_document_changes_while_it_is_made(
    elsewhere: Office, tmp_path: Path, change: Callable[[Office, str], None], told: str
) -> None:
    """The making stands still where it reads a file of receipts: that one is a pipe, which waits for a writer."""
    case, _ = elsewhere.published(LEAK), elsewhere.published()
    (place,) = elsewhere.core.workspace.archive.rglob(f"{case}-v1")
    pipe = place.with_name(f"{case}-v1.receipts.json")
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(refused, lambda: make(elsewhere, tmp_path / "a.csv"))
        with waiting_reader(pipe, making):
            change(elsewhere, case)
        assert making.result() == "hand_over.changed"
    assert (list(tmp_path.glob("*a.csv*")), errands(elsewhere)) == ([], [])
    assert elsewhere.query("SELECT seq FROM audit WHERE action = 'hand_over.made'") == []
    made, lines = make(elsewhere, tmp_path / "a.csv")
    (line,) = (line for line in lines if line["收件号"] == case)
    assert (line["公开情况"][-len(told) :], made.documents) == (told, 2)


def test_what_the_archive_does_not_hold_is_counted(office: Office, tmp_path: Path) -> None:
    office.published()
    missing = office.published()
    office.sql(
        "UPDATE publication SET receipt = NULL WHERE document = :d AND channel = 'builtin.archive'", d=missing
    )
    made, lines = make(office, tmp_path / "a.csv")
    assert (len(lines), made.left_out) == (1, {"not_archived": 1})


def test_each_database_keeps_lists_receipts_and_rounds(elsewhere: Office, tmp_path: Path) -> None:
    case = elsewhere.published()
    kept_receipts.catch_up(elsewhere.core)
    assert fixity.sample(elsewhere.core) == {"looked_at": 1, "differences": 0}
    made, (line,) = make(elsewhere, tmp_path / "a.csv")
    assert (line["收件号"], line["件数"]) == (case, "1")
    second, _ = make(elsewhere, tmp_path / "b.csv")
    received(elsewhere, second.id)
    assert [(item.id, item.replaced) for item in hand_over.listing(elsewhere.core, "default", by=OFFICE)] == [
        (made.id, True),
        (second.id, False),
    ]
    recall.withdraw(elsewhere.core, case, OFFICE, "内容有误")
    elsewhere.work()
    changed, _ = make(elsewhere, tmp_path / "c.csv")
    assert (changed.documents, changed.changed) == (1, 1)
    elsewhere.chain_holds()


@pytest.mark.parametrize("by", [CLERK, SECRECY])
def test_others_make_no_lists(office: Office, tmp_path: Path, by: str) -> None:
    office.published()
    before = office.dump()
    assert refused(lambda: make(office, tmp_path / "a.csv", by=by)) == "wrong_role"
    assert refused(lambda: hand_over.listing(office.core, "default", by=by)) == "wrong_role"
    assert (office.dump(), list(tmp_path.glob("*.csv"))) == (before, [])


@pytest.mark.parametrize("name", ["a.txt", "nowhere/a.csv", "there.csv"])
def test_a_file_that_cannot_be_made_is_refused(office: Office, tmp_path: Path, name: str) -> None:
    office.published()
    (tmp_path / "there.csv").write_text("mine", "utf-8")
    assert refused(lambda: make(office, tmp_path / name)) == "usage"
    assert ((tmp_path / "there.csv").read_text("utf-8"), errands(office)) == ("mine", [])


def test_another_year_has_other_documents(office: Office, tmp_path: Path) -> None:
    office.published(date="2025-12-31")
    (undated,) = [office.published()]
    office.sql("UPDATE document SET formed = '' WHERE id = :d", d=undated)
    _, lines = make(office, tmp_path / "a.csv")
    assert [line["收件号"] for line in lines] == [undated]
    _, lines = make_year(office, tmp_path / "b.csv", 2025)
    assert [line["成文日期"] for line in lines] == ["2025-12-31"]


def make_year(office: Office, path: Path, year: int) -> tuple[Made, list[dict[str, str]]]:
    made = hand_over.make(office.core, Wish(Target.ARCHIVE, "default", year), path, by=OFFICE)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    return made, [dict(zip(rows[0], row, strict=True)) for row in rows[1 : rows.index([])]]
