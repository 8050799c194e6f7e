"""What a department sees of its documents, and how it hands in new and corrected ones without the folder."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from support import (
    ADMIN,
    CLERK,
    DEPARTMENT,
    FIRST,
    OFFICE,
    OTHER_DEPARTMENT,
    PHONE,
    SECOND,
    SECRECY,
    SIGNERS,
    Office,
    refused,
)
from traces import files_with

from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.judgement import Quote
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline.department_view import (
    DepartmentPage,
    Happened,
    Timeline,
    documents_of,
    timeline,
)
from disclosure_pipeline.pipeline.handing_in import resubmit, upload
from disclosure_pipeline.pipeline.intake import Accepted, drafters
from disclosure_pipeline.pipeline.takeback import take_back
from disclosure_pipeline.pipeline.uploads import Upload
from disclosure_pipeline.service.desk import IntakeDesk
from disclosure_pipeline.store import people

OTHER_CLERK = "别处经办"
SECRET = "甲号储备库位置"


@pytest.fixture
def office(open_office: Callable[..., Office], tmp_path: Path) -> Office:
    made = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}")
    made.staff()
    made.hire(OTHER_CLERK, Role.CLERK, OTHER_DEPARTMENT)
    return made


def seen(office: Office, case: str, by: str = CLERK) -> Timeline:
    with office.core.database.read() as connection:
        person = people.get(connection, by)
    return timeline(office.core, case, person)


def listed(
    office: Office, by: str = CLERK, department: str = DEPARTMENT, **filters: object
) -> DepartmentPage:
    with office.core.database.read() as connection:
        person = people.get(connection, by)
    return documents_of(office.core, person, unit="default", department=department, **filters)  # type: ignore[arg-type]


def happened(office: Office, case: str) -> list[str]:
    return [item.happened.value for item in seen(office, case).events]


def text(title: str, body: str = "正文内容。", name: str = "") -> Upload:
    content = f"{title}\n\n{body}\n\n示范县{DEPARTMENT}\n2026年11月2日\n"
    return Upload(name or f"{title}.txt", io.BytesIO(content.encode()))


def put_in(office: Office, *files: Upload, by: str = CLERK, department: str = DEPARTMENT,
           attribute: Attribute | None = Attribute.PROACTIVE) -> Accepted:  # fmt: skip
    return upload(office.core, IntakeDesk(office.core), department, files, attribute=attribute, by=by)


def correct(office: Office, case: str, *files: Upload, by: str = CLERK, version: int = 1,
            attribute: Attribute | None = Attribute.PROACTIVE) -> Accepted:  # fmt: skip
    desk = IntakeDesk(office.core)
    return resubmit(office.core, desk, case, files, by=by, version=version, attribute=attribute)


# -------------------------------------------------------------------------------- the list


def test_the_list_holds_the_department_s_own_documents_newest_first(office: Office) -> None:
    mine = [office.reviewed() for _ in range(3)]
    office.hand_in(department=OTHER_DEPARTMENT)
    office.work()
    assert [item.id for item in listed(office).documents] == mine[::-1]
    assert [item.id for item in listed(office, FIRST).documents] == mine[::-1]
    assert refused(lambda: listed(office, OTHER_CLERK)) == "wrong_role"
    assert refused(lambda: listed(office, ADMIN)) == "wrong_role"


def test_the_list_goes_on_page_by_page_over_all_states(office: Office) -> None:
    cases = [office.hand_in().case for _ in range(5)]
    office.work()
    for case in cases[::2]:
        office.decide(case, SECRECY, Verb.RETURN, reason="请核对日期")
    found, after = [], ""
    while True:
        page = listed(office, limit=2, after=after)
        found += [item.id for item in page.documents]
        after = page.after
        if not after:
            break
    assert found == cases[::-1]
    returned = listed(office, state=State.RETURNED).documents
    assert [item.id for item in returned] == cases[::-2] and {item.state for item in returned} == {
        State.RETURNED
    }


def test_what_is_quarantined_is_on_no_list_and_has_no_timeline(office: Office) -> None:
    case = office.hand_in(SECRET, f"机密★10年\n\n{SECRET}").case
    office.work()
    assert office.state(case) is State.QUARANTINED
    assert listed(office) == listed(office, state=State.QUARANTINED) == DepartmentPage((), "")
    for who in (CLERK, FIRST, SECRECY, OFFICE):
        assert refused(lambda name=who: seen(office, case, name)) == "not_found"


# ---------------------------------------------------------------------------- the timeline


def test_the_timeline_tells_the_way_of_a_document(office: Office) -> None:
    case = office.published()
    told = seen(office, case)
    assert [item.happened.value for item in told.events] == [
        "received", "screened", "in_review", "signed", "signed", "signed", "signed", "published",
    ]  # fmt: skip
    assert [(item.tier, item.by) for item in told.events if item.happened is Happened.SIGNED] == list(
        zip(("保密审查", "初审", "复审", "终审"), SIGNERS, strict=True)
    )
    assert told.events[-1].address.endswith(".html") and told.events[-1].by == ""
    assert (told.events[0].by, told.take_back, told.resubmit) == (CLERK, "signed", "not_returned")


def test_a_return_stands_with_its_reasons_and_passages(office: Office) -> None:
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    (found,) = office.findings(case)
    quote = Quote(found.id, remark="请删去")
    office.decide(case, SECRECY, Verb.RETURN, reason="请按批注修改", quotes=(quote,))
    told = seen(office, case)
    (event,) = [item for item in told.events if item.happened is Happened.RETURNED]
    assert (event.tier, event.by) == ("保密审查", SECRECY)
    first, second = event.reasons
    assert (first.text, first.quote, first.part, first.segment) == ("请删去", PHONE, 0, found.finding.segment)
    assert (second.text, second.quote, second.part) == ("请按批注修改", "", None)
    assert (told.take_back, told.resubmit) == ("refused", "")


def test_findings_that_no_note_names_are_not_told(office: Office) -> None:
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, SECRECY)
    assert PHONE not in repr(seen(office, case))
    assert "已核对" not in repr(seen(office, case))


def test_a_draft_without_attribute_comes_back_with_the_rule_s_words(office: Office) -> None:
    case = office.hand_in(attribute=None).case
    office.work()
    (event,) = [item for item in seen(office, case).events if item.happened is Happened.RETURNED]
    assert [item.source.value for item in event.reasons] == ["rule"] and "公开属性" in event.reasons[0].text


def test_what_was_taken_back_and_corrected_is_told(office: Office) -> None:
    case = office.reviewed()
    assert seen(office, case).take_back == ""
    take_back(office.core, case, CLERK)
    assert seen(office, case).document.taken_back
    assert correct(office, case, text("第二稿")).outcome == "accepted"
    office.work()
    assert happened(office, case) == [
        "received", "screened", "in_review", "taken_back", "resubmitted", "screened", "in_review",
    ]  # fmt: skip


def test_nobody_else_has_the_timeline(office: Office) -> None:
    case = office.reviewed()
    for who in (OTHER_CLERK, ADMIN):
        assert refused(lambda name=who: seen(office, case, name)) == "not_found"
    told = seen(office, case, FIRST)
    assert (told.take_back, told.resubmit) == ("wrong_role", "wrong_role")


# ------------------------------------------------------------------------------ handing in


def test_an_upload_is_a_case_drafted_by_the_clerk(office: Office) -> None:
    case = put_in(office, text("关于冬季取暖的通知")).case
    office.work()
    row = office.row(case)
    assert (row.state, row.title, row.submitter) == ("in_review", "关于冬季取暖的通知", CLERK)
    assert row.proposed == "proactive"
    with office.core.database.read() as connection:
        assert drafters(connection, case) == {CLERK}
    office.hire(CLERK, Role.SECRECY)
    assert refused(lambda: office.decide(case, CLERK)) == "drafter"
    assert [item.name for item in office.core.workspace.spool.iterdir()] == []


def test_several_files_are_one_submission_with_attachments(office: Office) -> None:
    case = put_in(office, text("关于取暖的通知", name="正文.txt"), text("补贴标准", name="附件1.txt")).case
    office.work()
    names = office.query("SELECT name FROM part WHERE document = :case ORDER BY position", case=case)
    assert sorted(name for (name,) in names) == ["正文.txt", "附件1.txt"]


def test_two_uploads_of_several_files_are_two_cases(office: Office) -> None:
    """A folder's name joins a drop to the returned case of that name; an upload has no folder."""
    first = put_in(office, text("甲事项", name="正文.txt"), text("附表", name="附件.txt")).case
    office.work()
    office.decide(first, SECRECY, Verb.RETURN, reason="请核对日期")
    second = put_in(office, text("乙事项", name="正文.txt"), text("附表二", name="附件.txt")).case
    assert second not in ("", first)


@pytest.mark.parametrize("who", [OTHER_CLERK, FIRST, SECRECY, ADMIN])
def test_only_a_clerk_of_the_department_hands_in(office: Office, who: str) -> None:
    assert refused(lambda: put_in(office, text(SECRET), by=who)) == "wrong_role"
    assert office.query("SELECT count(*) FROM document") == [(0,)]
    assert files_with(office.core.workspace.data, SECRET) == []


def test_a_department_that_is_not_there_takes_nothing(office: Office) -> None:
    office.hire("总经办", Role.CLERK)
    assert refused(lambda: put_in(office, text(SECRET), by="总经办", department="没有的局")) == "not_found"
    assert put_in(office, text("通知"), by="总经办").outcome == "accepted"


def test_what_the_drop_folder_refuses_is_refused_here(office: Office) -> None:
    assert refused(lambda: put_in(office, Upload("slip.toml", io.BytesIO(b"")))) == "drop.slip_alone"
    assert refused(lambda: put_in(office, Upload("~$通知.docx", io.BytesIO(b"")))) == "upload.ignored"
    assert (
        refused(lambda: put_in(office, text("通知"), Upload("b.part", io.BytesIO(b"1")))) == "upload.ignored"
    )
    assert office.query("SELECT count(*) FROM document") == [(0,)]


def test_a_correction_goes_to_its_case_under_any_name(office: Office) -> None:
    case = office.reviewed(name="第一稿.txt")
    office.decide(case, SECRECY, Verb.RETURN, reason="请核对日期")
    assert correct(office, case, text("第二稿", name="全新的名字.txt")).case == case
    office.work()
    assert (office.row(case).version, office.row(case).title, office.state(case)) == (
        2,
        "第二稿",
        State.IN_REVIEW,
    )


def test_of_two_corrections_the_second_changes_nothing(office: Office) -> None:
    case = office.reviewed()
    office.decide(case, SECRECY, Verb.RETURN, reason="请核对日期")
    correct(office, case, text("第二稿"))
    assert refused(lambda: correct(office, case, text("第三稿"))) == "not_returned"
    office.work()
    office.decide(case, SECRECY, Verb.RETURN, reason="请再核对")
    assert refused(lambda: correct(office, case, text("第三稿"))) == "stale_version"
    assert office.row(case).title == "第二稿"


def test_a_correction_that_names_another_case_is_asked_about(office: Office) -> None:
    one, other = office.reviewed(), office.reviewed()
    for case in (one, other):
        office.decide(case, SECRECY, Verb.RETURN, reason="请核对日期")
    answer = correct(office, one, text("第二稿", name=f"{other} 通知.txt"))
    assert (answer.outcome, office.state(one), office.state(other)) == (
        "not_taken", State.RETURNED, State.RETURNED,
    )  # fmt: skip
    assert one in answer.reason and other in answer.reason


@pytest.mark.parametrize(
    ("who", "code"), [(OTHER_CLERK, "not_found"), (FIRST, "wrong_role"), (SECOND, "wrong_role")]
)
def test_only_a_clerk_of_the_department_corrects(office: Office, who: str, code: str) -> None:
    case = office.reviewed()
    office.decide(case, SECRECY, Verb.RETURN, reason="请核对日期")
    assert refused(lambda: correct(office, case, text(SECRET), by=who)) == code
    assert (office.state(case), files_with(office.core.workspace.data, SECRET)) == (State.RETURNED, [])


def test_the_attribute_of_the_first_drop_holds_unless_another_is_named(office: Office) -> None:
    case = put_in(office, text("第一稿"), attribute=Attribute.ON_REQUEST).case
    office.work()
    take_back(office.core, case, CLERK)
    correct(office, case, text("第二稿"), attribute=None)
    office.work()
    assert office.row(case).proposed == "on_request"
    take_back(office.core, case, CLERK)
    correct(office, case, text("第三稿"), version=2, attribute=Attribute.PROACTIVE)
    office.work()
    assert office.row(case).proposed == "proactive"
