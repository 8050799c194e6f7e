"""What is really out, compared with the rows."""

from __future__ import annotations

import shutil

from support import OFFICE, Office

from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import publication, recall
from disclosure_pipeline.pipeline.verify import verify_channels
from disclosure_pipeline.store.database import get_meta, set_meta

SITE = "builtin.site"


def differences(office: Office) -> list[tuple[str, str, str]]:
    answer = verify_channels(office.core)
    return [(item["document"], item["channel"], item["code"]) for item in answer["differences"]]


def page_folder(office: Office, case: str):
    (folder,) = (path for path in office.core.workspace.site.rglob(case) if path.is_dir())
    return folder


def test_a_system_in_order_has_no_differences(office: Office):
    published, hidden = office.published(), office.published(attribute="依申请公开")
    gone = office.published()
    recall.withdraw(office.core, gone, OFFICE, "内容有误")
    office.work()
    assert differences(office) == []
    assert [office.state(case) for case in (published, hidden, gone)] == [
        State.PUBLISHED, State.ON_REQUEST, State.WITHDRAWN,
    ]  # fmt: skip


def test_a_page_that_is_gone_is_missing(office: Office):
    case = office.published()
    shutil.rmtree(page_folder(office, case))
    assert differences(office) == [(case, SITE, "missing")]


def test_a_changed_file_is_named(office: Office):
    case = office.published()
    for path in page_folder(office, case).rglob("*.txt"):
        path.chmod(0o600)
        path.write_text("somebody was here")
    assert differences(office) == [(case, SITE, "changed")]


def test_something_that_no_row_knows_is_extra(office: Office):
    case = office.published()
    office.sql("DELETE FROM publication WHERE channel = :c", c=SITE)
    assert differences(office) == [(case, SITE, "extra")]


def test_a_channel_that_cannot_answer_is_unverified_never_in_order(office: Office):
    office.published()
    site = office.core.workspace.site
    shutil.rmtree(site)
    site.write_text("no folder")
    found = differences(office)
    assert found and {item[1] for item in found} == {SITE}
    assert {item[2] for item in found} <= {"unverified", "missing"}


def test_the_end_of_a_hold_is_in_the_audit_log_once(office: Office):
    with office.core.database.write() as connection:
        set_meta(connection, publication.HELD, utc_now())
    assert verify_channels(office.core, by="管员")["hold_ended"] is True
    assert verify_channels(office.core, by="管员")["hold_ended"] is False
    assert office.query("SELECT actor FROM audit WHERE action = 'hold.ended'") == [("管员",)]
    with office.core.database.read() as connection:
        assert get_meta(connection, publication.HELD) is None


def test_a_failed_publication_that_the_channel_holds_as_withdrawn_is_withdrawn_everywhere(office: Office):
    """The rows are older than what is out, as after a restore: the withdrawal outlives them."""
    case = office.published()
    recall.withdraw(office.core, case, OFFICE, "内容有误")
    office.work()
    office.sql("UPDATE document SET state = 'publishing', generation = 0, withdrawn_at = NULL")
    office.sql(
        "UPDATE publication SET state = 'pending', action = 'publish', generation = 0 WHERE channel = :c",
        c=SITE,
    )
    office.sql(
        "UPDATE publication SET state = 'done', action = 'publish', generation = 0 WHERE channel <> :c",
        c=SITE,
    )
    office.work()
    assert (office.channels(case)["site"], office.faults(case)) == ("failed", ["fenced"])
    assert (case, SITE, "withdrawn") in differences(office)
    office.retry_now()
    office.work()
    assert office.state(case) is State.WITHDRAWN
    assert differences(office) == []
    office.chain_holds()
