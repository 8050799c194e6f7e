"""A drop becomes a case: numbered once, matched, known as a duplicate, or asked back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import (
    BROKEN,
    CLERK,
    DEPARTMENT,
    OFFICE,
    OTHER_DEPARTMENT,
    SECRECY,
    Office,
    at_once,
    refused,
)

from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import intake, letters, spool
from disclosure_pipeline.pipeline.takeback import take_back
from disclosure_pipeline.service.desk import submit
from disclosure_pipeline.store import documents


def returned(office: Office, name: str | None = None, title: str | None = None) -> str:
    case = office.reviewed(title, name=name)
    office.decide(case, SECRECY, Verb.RETURN, reason="请核对日期")
    return case


def spooled(office: Office, claim: str, text: str = "内容", name: str = "稿.txt") -> intake.Drop:
    """A drop as the watcher leaves it in the spool."""
    folder = office.core.workspace.spool / claim
    folder.mkdir(exist_ok=True)
    (folder / "0.bin").write_text(text)
    digest = file_digest(folder / "0.bin")
    size = (folder / "0.bin").stat().st_size
    spool.write_manifest(
        folder, spool.Manifest(name, False, (spool.SpooledFile("0.bin", name, name, digest, size),))
    )
    return intake.Drop(claim, "default", DEPARTMENT, "主动公开", claim)


def test_cases_are_numbered_without_gaps(office: Office):
    assert [office.hand_in().case for _ in range(3)] == ["2026-000001", "2026-000002", "2026-000003"]


def test_the_same_claim_twice_is_the_same_case(office: Office):
    drop = spooled(office, "a" * 32)
    first = intake.accept(office.core, drop)
    rows = office.dump(without=("letter",))
    again = intake.accept(office.core, spooled(office, "a" * 32))
    assert (again.case, again.outcome) == (first.case, "accepted")
    assert again.stored == {file_digest(office.core.workspace.spool / drop.spool / "0.bin")}
    assert office.dump(without=("letter",)) == rows
    office.work()
    intake.accept(office.core, spooled(office, "a" * 32))
    assert not (office.core.workspace.spool / drop.spool).exists()


def test_a_claim_offered_again_never_removes_the_only_copy(office: Office):
    """Taken back before anybody read it: the spool still holds the one copy of the original."""
    drop = spooled(office, "a" * 32)
    case = intake.accept(office.core, drop).case
    take_back(office.core, case, CLERK)
    intake.accept(office.core, drop)
    assert (office.core.workspace.spool / drop.spool / "0.bin").read_text() == "内容"


def test_the_same_bytes_again_are_a_duplicate_that_names_the_first(office: Office):
    first = office.hand_in("同一标题", name="甲.txt")
    office.work()
    second = office.hand_in("同一标题", name="乙.txt")
    assert (second.outcome, second.first) == ("duplicate", first.case)
    assert office.state(second.case) is State.DUPLICATE
    assert list(office.core.workspace.spool.iterdir()) == []
    letters.deliver(office.core)
    note = office.core.workspace.outbox / DEPARTMENT / f"{second.case}_收件回执.html"
    assert first.case in note.read_text()
    third = office.hand_in("同一标题", name="丙.txt")
    assert third.first == first.case


def test_of_the_same_bytes_dropped_at_once_one_is_the_first(office: Office):
    drops = [spooled(office, digit * 32) for digit in "abcdef"]
    answers = at_once(*(lambda d=drop: intake.accept(office.core, d) for drop in drops))
    assert sorted(answer.outcome for answer in answers) == ["accepted", *["duplicate"] * 5]
    (first,) = {answer.first for answer in answers} - {""}
    assert [answer.case for answer in answers if answer.outcome == "accepted"] == [first]


@pytest.mark.parametrize("way", ["number in the name", "number in the slip", "same name", "same bytes"])
def test_a_correction_joins_its_case(office: Office, way: str):
    case = returned(office, name="年度通知.txt", title="年度通知")
    options: dict[str, Any] = {
        "number in the name": {"name": f"改好的（{case}）.txt"},
        "number in the slip": {"name": "另名.txt", "case": case},
        "same name": {"name": "年度通知.txt", "body": "改过的内容。"},
        "same bytes": {"title": "年度通知", "name": "换个名.txt"},
    }[way]
    answer = office.hand_in(**options)
    assert (answer.outcome, answer.case) == ("accepted", case)
    office.work()
    row = office.row(case)
    assert (row.version, row.state, row.taken_back) == (2, "in_review", False)
    assert [state for _, state, _ in office.tiers(case, 2)] == ["open"] * 4


def test_a_correction_of_a_file_that_nobody_could_read_joins_by_its_name(office: Office):
    case = office.hand_in(name="季度通知.docx", raw=BROKEN).case
    office.work()
    assert office.state(case) is State.ATTENTION
    office.decide(case, OFFICE, Verb.RETURN, reason="不能打开")
    old = office.core.workspace.spool / office.row(case).spool
    assert old.is_dir()
    answer = office.hand_in(name="季度通知.docx", raw=b"readable at last")
    assert (answer.outcome, answer.case) == ("accepted", case)
    assert not old.exists()


def test_two_returned_drafts_of_one_name_are_asked_about(office: Office):
    cases = [office.reviewed(name="通知.txt") for _ in range(2)]
    for case in cases:
        office.decide(case, SECRECY, Verb.RETURN, reason="请核对日期")
    answer = office.hand_in(name="通知.txt", body="改过的内容。")
    assert (answer.outcome, answer.case) == ("not_taken", "")
    assert [office.row(case).version for case in cases] == [1, 1]
    letters.deliver(office.core)
    (note,) = [name for name in office.letters() if "未收取" in name]
    assert "收件号" in (office.core.workspace.outbox / DEPARTMENT / note).read_text()
    assert list(office.core.workspace.spool.iterdir()) == []
    assert office.hand_in(name=f"{cases[1]} 通知.txt").case == cases[1]


def test_a_number_of_another_department_opens_no_case(office: Office):
    case = returned(office)
    before = office.row(case)
    answer = office.hand_in(name=f"{case}.txt", department=OTHER_DEPARTMENT)
    assert (answer.outcome, answer.case) == ("not_taken", "")
    assert office.row(case) == before
    letters.deliver(office.core)
    assert any("未收取" in name for name in office.letters(OTHER_DEPARTMENT))
    assert not any("未收取" in name for name in office.letters())


def test_a_number_that_nobody_knows_opens_no_case(office: Office):
    answer = office.hand_in(name="2025-000404 改.txt")
    assert (answer.outcome, office.query("SELECT count(*) FROM document")) == ("not_taken", [(0,)])


def test_a_case_that_is_not_returned_is_not_replaced(office: Office):
    case = office.reviewed()
    answer = office.hand_in(name=f"{case} 改.txt")
    assert (answer.outcome, answer.first) == ("not_taken", case)
    assert office.row(case).version == 1


def test_the_same_name_is_a_new_case_while_the_first_is_in_review(office: Office):
    office.reviewed(name="通知.txt")
    assert office.hand_in(name="通知.txt", body="另一份。").outcome == "accepted"
    assert office.query("SELECT count(*) FROM document") == [(2,)]


@pytest.mark.parametrize("state", ["received", "in_review", "attention"])
def test_a_draft_is_taken_back_and_corrected(office: Office, state: str):
    raw = BROKEN if state == "attention" else None
    case = office.hand_in(name="通知.docx" if raw else "通知.txt", raw=raw).case
    if state != "received":
        office.work()
    assert office.state(case) == state
    assert take_back(office.core, case, CLERK) is State.RETURNED
    assert office.row(case).taken_back is True
    office.work()
    assert office.state(case) is State.RETURNED
    assert office.hand_in(name=f"{case}.txt").case == case
    office.work()
    row = office.row(case)
    assert (row.state, row.version, row.taken_back) == ("in_review", 2, False)


def test_only_clerks_of_the_department_take_back(office: Office):
    office.hire("别处经办", Role.CLERK, OTHER_DEPARTMENT)
    case = office.reviewed()
    for who in ("别处经办", SECRECY, "管员"):
        assert refused(lambda by=who: take_back(office.core, case, by)) == "wrong_role"


def test_after_the_first_signature_a_draft_is_not_taken_back(office: Office):
    case = office.reviewed()
    office.sign(case, SECRECY)
    assert refused(lambda: take_back(office.core, case, CLERK)) == "signed"
    assert office.state(case) is State.IN_REVIEW


def test_two_corrections_at_once_make_one_version(office: Office):
    case = returned(office)
    drops = [spooled(office, digit * 32, text=digit, name=f"{case}.txt") for digit in "ab"]
    answers = at_once(*(lambda d=drop: intake.accept(office.core, d) for drop in drops))
    assert office.row(case).version == 2
    outcomes = sorted(getattr(answer, "outcome", "refused") for answer in answers)
    assert outcomes in (["accepted", "not_taken"], ["accepted", "refused"])


def test_a_draft_without_attribute_comes_back_and_is_never_guessed(office: Office):
    case = office.hand_in(attribute=None).case
    office.work()
    assert (office.state(case), office.row(case).proposed) == (State.RETURNED, None)
    assert any("退回说明" in name for name in office.letters())


def test_nothing_of_a_draft_is_in_the_store_before_it_was_checked(office: Office):
    office.hand_in("尚未审查的标题", name="尚未审查的名字.txt")
    rows = str(office.dump())
    assert "尚未审查" not in rows and "\\u5c1a" not in rows


def test_a_folder_is_one_submission(office: Office, tmp_path: Path):
    folder = tmp_path / "一件公文"
    folder.mkdir()
    (folder / "正文.txt").write_text("关于事项的通知\n\n内容。\n\n2026年11月2日\n")
    (folder / "附件1.txt").write_text("附件内容\n")
    (folder / "slip.toml").write_text('attribute = "主动公开"\nmain = "正文.txt"\n')
    (answer,) = submit(office.core, [folder], department=DEPARTMENT)
    office.work()
    with office.core.database.read() as connection:
        parts = documents.parts_of(connection, answer.case, 1)
    assert {part.name: part.role.value for part in parts} == {
        "正文.txt": "main", "附件1.txt": "attachment", "slip.toml": "slip",
    }  # fmt: skip


def test_folders_with_the_same_names_inside_are_not_the_same_draft(office: Office, tmp_path: Path):
    def export(name: str, title: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "正文.txt").write_text(f"{title}\n各单位：\n请照此办理。\n", "utf-8")
        (folder / "slip.toml").write_text(f'title = "{title}"\n', "utf-8")  # no attribute: it comes back
        return folder

    def hand_in(folder: Path) -> str:
        (taken,) = submit(office.core, [folder], department=DEPARTMENT)
        office.work()
        return taken.case

    first = hand_in(export("OA导出1", "关于甲的通知"))
    assert office.state(first) is State.RETURNED
    second = hand_in(export("OA导出2", "关于乙的通知"))
    assert second != first
    (tmp_path / "OA导出1" / "slip.toml").write_text(
        'title = "关于甲的通知"\nattribute = "主动公开"\n', "utf-8"
    )
    assert hand_in(tmp_path / "OA导出1") == first
    assert office.state(first) is State.IN_REVIEW
    assert "OA导出" not in str(office.dump())
