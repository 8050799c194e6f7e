"""Recall: from every channel, by one person, with receipts; address and number stay."""

from __future__ import annotations

import pytest
from support import ADMIN, CLERK, FINAL, FIRST, OFFICE, SECOND, SECRECY, Office, refused
from traces import files_with

from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline import clocks, recall
from disclosure_pipeline.store.audit import digest_of

WORDS = "养老服务补贴发放时间"


@pytest.mark.parametrize("by", [SECRECY, OFFICE, ADMIN])
def test_one_person_with_the_right_suffices(office: Office, by: str):
    case = office.published()
    number = office.row(case).index_number
    ((address,),) = office.query("SELECT address FROM publication WHERE channel = 'builtin.site'")
    page = office.core.workspace.site / address
    assert WORDS in (page if page.is_file() else page / "index.html").read_text()
    assert recall.withdraw(office.core, case, by, "内容有误") is State.WITHDRAWING
    office.work()
    row = office.row(case)
    assert (row.state, row.index_number, row.generation) == ("withdrawn", number, 1)
    assert row.withdrawn_at is not None
    assert set(office.channels(case).values()) == {"withdrawn"}
    assert files_with(office.core.workspace.site, WORDS) == []
    assert (page if page.is_file() else page / "index.html").is_file()
    assert len(office.query("SELECT key FROM receipt")) == 6
    assert any("撤回通知" in name for name in office.letters())
    office.chain_holds()


@pytest.mark.parametrize("by", [FIRST, SECOND, FINAL, CLERK])
def test_others_may_not(office: Office, by: str):
    case = office.published()
    assert refused(lambda: recall.withdraw(office.core, case, by, "内容有误")) == "wrong_role"
    assert office.state(case) is State.PUBLISHED


def test_a_withdrawal_wants_a_reason_that_stays_inside(office: Office):
    case = office.published()
    assert refused(lambda: recall.withdraw(office.core, case, OFFICE, " ")) == "reason_required"
    recall.withdraw(office.core, case, OFFICE, "误登内部电话")
    office.work()
    ((detail,),) = office.query("SELECT detail FROM audit WHERE action = 'withdraw'")
    assert digest_of("误登内部电话") in detail and "误登" not in detail
    assert files_with(office.core.workspace.site, "误登") == []


def test_what_is_not_out_is_not_withdrawn(office: Office):
    case = office.reviewed()
    assert refused(lambda: recall.withdraw(office.core, case, OFFICE, "内容有误")) == "refused"
    hidden = office.published(attribute="依申请公开")
    assert refused(lambda: recall.withdraw(office.core, hidden, OFFICE, "内容有误")) == "refused"


def test_a_withdrawn_document_is_not_withdrawn_again(office: Office):
    case = office.published()
    recall.withdraw(office.core, case, OFFICE, "内容有误")
    assert refused(lambda: recall.withdraw(office.core, case, OFFICE, "内容有误")) == "refused"
    office.work()
    assert refused(lambda: recall.withdraw(office.core, case, OFFICE, "内容有误")) == "refused"


def test_an_approved_document_that_no_channel_has_is_withdrawn_at_once(office: Office):
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST, SECOND)
    office.decide(case, FINAL)
    assert recall.withdraw(office.core, case, OFFICE, "内容有误") is State.WITHDRAWN
    office.work()
    assert office.channels(case) == {}
    with office.core.database.read() as connection:
        assert case not in clocks.overdue(connection)
    assert office.query("SELECT done_on IS NULL FROM clock") == [(False,)] or office.query(
        "SELECT done_on IS NULL FROM clock"
    ) == [(0,)]


def test_a_withdrawal_that_a_channel_cannot_carry_out_is_tried_until_it_can(office: Office):
    case = office.published()
    site = office.core.workspace.site
    site.rename(site.with_name("aside"))
    site.write_text("no folder")
    recall.withdraw(office.core, case, OFFICE, "内容有误")
    office.work()
    assert (office.state(case), office.channels(case)["site"]) == (State.WITHDRAWING, "withdrawing")
    assert office.channels(case)["archive"] == "withdrawn"
    site.unlink()
    site.with_name("aside").rename(site)
    office.retry_now()
    office.work()
    assert office.state(case) is State.WITHDRAWN
    assert files_with(site, WORDS) == []
