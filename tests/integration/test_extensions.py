"""Extensions of limits: who, how long, on what ground; kept by whatever computes the clock anew."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from support import ADMIN, CLERK, FIRST, OFFICE, SECRECY, Office, refused

from disclosure_pipeline.errors import NotFound
from disclosure_pipeline.model.clock import add_working_days, today_in_shanghai
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import clocks, extensions
from disclosure_pipeline.store import purging

LAW = "示例条例第九条"
REASON = "须等待示例机构书面意见"
TODAY = today_in_shanghai().isoformat()


def extend(office: Office, case: str, days: int = 5, by: str = OFFICE, **more: Any) -> dict[str, Any]:
    words = {"reason": REASON, "law": LAW, **more}
    (found,) = extensions.extend(office.core, case, "publish", days, by=by, **words)["clocks"]
    return found


def clock(office: Office, case: str) -> dict[str, Any]:
    (found,) = extensions.show(office.core, case, "publish")["clocks"]
    return found


def test_the_office_extends_a_limit_and_everything_that_rests_on_it_follows(office: Office):
    case = office.reviewed(date=TODAY)
    before = clock(office, case)
    found = extend(office, case)
    due = add_working_days(office.core.calendar, date.fromisoformat(before["due"]), 5).day.isoformat()
    assert (found["due"], found["extended"]) == (due, 5)
    assert [leg["due"] > old["due"] for leg, old in zip(found["legs"], before["legs"], strict=True)] == [
        True,
        True,
    ]
    assert any(LAW in line and REASON in line and OFFICE in line for line in found["explanation"])
    assert office.query("SELECT due FROM desk WHERE document = :d", d=case) == [(due,)]
    again = extend(office, case, 2)
    assert again["extended"] == 7
    assert office.query("SELECT days, leg, by FROM clock_change ORDER BY seq") == [
        (5, "internal", OFFICE), (2, "internal", OFFICE),
    ]  # fmt: skip


def test_it_outlives_a_new_calendar_and_a_new_version(office: Office):
    case = office.reviewed(date=TODAY)
    due = extend(office, case)["due"]
    assert clocks.recompute(office.core) == 0
    office.sql("UPDATE clock SET due = '2026-01-01'")
    assert clocks.recompute(office.core) == 1
    assert clock(office, case)["due"] == office.query("SELECT due FROM clock")[0][0] == due
    title = office.row(case).title
    office.decide(case, SECRECY, Verb.RETURN, reason="请改")
    office.hand_in(title, "改过的正文。", name=f"通知{case}.txt", date=TODAY)
    office.work()
    assert (office.row(case).version, office.state(case)) == (2, State.IN_REVIEW)
    assert (clock(office, case)["due"], clock(office, case)["extended"]) == (due, 5)


def test_who_and_what_is_refused(office: Office):
    case = office.reviewed(date=TODAY)
    office.hire("外办", Role.OFFICE, unit="other")
    before = office.query("SELECT due, inputs FROM clock")
    for name in (CLERK, FIRST, SECRECY, ADMIN, "外办"):
        assert refused(lambda name=name: extend(office, case, by=name)) == "wrong_role"
    assert refused(lambda: extend(office, case, reason=" ")) == "reason_required"
    assert refused(lambda: extend(office, case, law=" ")) == "clock.law_required"
    assert refused(lambda: extend(office, case, 61)) == "clock.too_long"
    assert refused(lambda: extend(office, case, 0)) == "usage"
    with pytest.raises(NotFound):
        extensions.extend(office.core, case, "answer", 1, by=OFFICE, reason=REASON, law=LAW)
    assert office.query("SELECT due, inputs FROM clock") == before
    assert office.query("SELECT count(*) FROM clock_change") == [(0,)]
    assert "clock.extended" not in office.steps(case)
    extend(office, case, 60)
    assert refused(lambda: extend(office, case, 1)) == "clock.too_long"
    with office.core.database.read() as connection:
        assert extensions.may_extend(office.core, connection, case, "publish", OFFICE) == "clock.too_long"
        assert extensions.may_extend(office.core, connection, case, "publish", CLERK) == "wrong_role"


def test_a_limit_that_has_run_out_or_ended_is_not_extended(office: Office):
    late = office.reviewed(date="2026-01-05")
    assert refused(lambda: extend(office, late)) == "clock.overdue"
    office.decide(late, SECRECY, Verb.RETURN, reason="请改")
    out = office.published(date=TODAY)
    assert refused(lambda: extend(office, out)) == "clock.ended"


def test_who_drafted_a_document_does_not_extend_its_limit(office: Office):
    office.hire("兼办", Role.OFFICE)
    case = office.reviewed(date=TODAY, by="兼办")
    assert refused(lambda: extend(office, case, by="兼办")) == "drafter"
    assert extend(office, case)["extended"] == 5


def test_the_log_holds_digests_and_a_purge_takes_the_words(office: Office):
    case = office.reviewed(date=TODAY)
    extend(office, case)
    (row,) = office.query("SELECT actor, detail FROM audit WHERE action = 'clock.extended'")
    assert row[0] == OFFICE
    assert LAW not in row[1] and REASON not in row[1] and '"days": 5' in row[1]
    assert LAW not in str(office.query("SELECT inputs FROM clock"))
    with office.core.database.write() as connection:
        purging.purge_text(connection, case)
    assert office.query("SELECT reason, law, days FROM clock_change") == [("", "", 5)]
    assert clock(office, case)["extended"] == 5
    office.chain_holds()
