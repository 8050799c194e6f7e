"""定期审查 of the catalogue of before: its entries fall due as documents do, and what we cannot do ourselves waits for a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from support import ADMIN, CLERK, FINAL, FIRST, OFFICE, SECOND, SECRECY, SIGNERS, Office, at_once, refused
from traces import holds
from web import Seat

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.finding import Finding, Place, Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import catalogue_import, imported_reviews, isolation, review, review_views
from disclosure_pipeline.pipeline.review_lists import quarter_of
from disclosure_pipeline.store import people

TODAY = today_in_shanghai()
NOW = quarter_of(TODAY)
OLD = "2020-01-15T00:00:00.000000Z"
LEAK = "甲号储备库搬迁的通知"
WHY = "甲号储备库的内部理由"

FORWARDED = "现将《关于某事项的通知》（示政发〔2015〕7号）转发给你们，请贯彻执行。"


def brought_in(office: Office, *lines: tuple[str, ...], unit: str = "default") -> list[str]:
    """Bring in lines of title, number, day of publication, address and attribute; the names of the entries."""
    path = office.folder / "catalogue.csv"
    head = "标题,发文字号,发布日期,网址,公开属性"
    path.write_text("\n".join((head, *(",".join(line) for line in lines))) + "\n", "utf-8")
    (before,) = office.query("SELECT coalesce(max(seq), 0) FROM imported")[0]
    by = OFFICE if unit == "default" else "外办"
    catalogue_import.bring_in(office.core, path, unit, by=by)
    return [f"catalogue-{before + number}" for number in range(1, len(lines) + 1)]


def entry(
    office: Office, attribute: str = "主动公开", published: str = "2015-03-05", title: str = LEAK
) -> str:
    address = "https://old.example.gov.cn/a.html"
    (name,) = brought_in(office, (title, "示政发〔2015〕7号", published, address, attribute))
    return name


def tasks(office: Office, quarter: str = NOW) -> dict[str, tuple[str, str | None]]:
    return {
        item["document"]: (item["state"], item["outcome"])
        for item in review.tasks(office.core, quarter)["tasks"]
    }


def settle(office: Office, name: str, outcome: str, by: str = OFFICE, **more: Any) -> dict[str, Any]:
    return review.settle(office.core, name, outcome, by=by, reason=more.pop("reason", WHY), **more)


def at_another_time(office: Office, quarter: str, at: str | None = None) -> None:
    """Let every task be of another quarter, and perhaps settled long ago."""
    office.sql("UPDATE imported_review SET quarter = :q", q=quarter)
    if at is not None:
        office.sql("UPDATE imported_review SET at = :at", at=at)


# ------------------------------------------------------------------------ what falls due


def test_public_entries_fall_due_by_the_day_that_they_bear_and_the_others_each_quarter(
    office: Office,
) -> None:
    recent, coming = TODAY - timedelta(days=40), TODAY + timedelta(days=40)
    names = brought_in(
        office,
        ("旧", "", "2015-03-05", "", "主动公开"),
        ("新", "", recent.isoformat(), "", "主动公开"),
        ("不详", "", "", "", ""),
        ("日期未到", "", coming.isoformat(), "", "主动公开"),
        ("依申请", "", recent.isoformat(), "", "依申请公开"),
        ("不公开", "", "", "", "不予公开"),
    )
    assert review.open_due(office.core) == 5
    assert sorted(tasks(office)) == sorted(name for name in names if name != names[1])
    assert review.open_due(office.core) == 0
    ((detail,),) = office.query("SELECT detail FROM audit WHERE action = 'review.opened'")
    assert json.loads(detail) == {"quarter": NOW, "entries": 5}


def test_a_reviewed_entry_is_due_again_when_its_cycle_is_over_a_hidden_one_each_quarter(
    office: Office,
) -> None:
    public, hidden = brought_in(
        office, ("旧", "", "", "", "主动公开"), ("依申请", "", "2015-03-05", "", "依申请公开")
    )
    assert review.open_due(office.core) == 2
    for name in (public, hidden):
        assert settle(office, name, "keep")["state"] == "done"
    at_another_time(office, "2026Q1")
    assert review.open_due(office.core) == 1
    assert tasks(office) == {hidden: ("open", None)}
    office.sql("UPDATE imported_review SET at = :at WHERE state = 'done'", at=OLD)
    assert review.open_due(office.core) == 1
    assert sorted(tasks(office)) == [public, hidden]


def test_entries_stand_behind_the_documents_and_count_with_them(office: Office) -> None:
    case = office.published(attribute="依申请公开")
    name = entry(office)
    assert review.open_due(office.core) == 2
    assert list(tasks(office)) == [case, name]
    settle(office, case, "keep")
    settle(office, name, "withdraw")
    progress = review_views.progress(office.core, who(office, OFFICE), "default", NOW)
    assert (progress.done, progress.open) == (1, 1), "what a person still has to do is not done"
    assert review_views.quarters(office.core, who(office, OFFICE), "default") == {NOW: False}
    settle(office, name, "acted")
    assert review_views.quarters(office.core, who(office, OFFICE), "default") == {NOW: True}
    office.chain_holds()


def test_a_batch_that_is_left_is_taken_up_the_next_time(office: Office) -> None:
    entry(office)
    assert review.open_due(office.core, lambda: True) == 0
    assert review.open_due(office.core) == 1


# ------------------------------------------------------------------------ what a person has to do


def test_an_entry_that_must_go_waits_for_a_person_and_is_not_taken_for_public(office: Office) -> None:
    name = entry(office)
    review.open_due(office.core)
    assert forwarded(office) == ["forward.public"]
    answer = settle(office, name, "withdraw", SECOND)
    assert answer == {"document": name, "state": "acting", "outcome": "withdraw", "quarter": NOW}
    assert forwarded(office) == ["forward.withdrawn"]

    at_another_time(office, "2026Q1", OLD)
    assert settle(office, name, "acted", reason="已从旧站撤下")["quarter"] == "2026Q1"
    assert tasks(office, "2026Q1") == {name: ("done", "withdraw")}
    at_another_time(office, "2025Q4", OLD)
    assert review.open_due(office.core) == 0, "it has ended"
    assert forwarded(office) == ["forward.withdrawn"]
    found = office.query("SELECT action, actor, unit FROM audit WHERE action LIKE 'review.a%' ORDER BY seq")
    assert found == [("review.asked", SECOND, "default"), ("review.acted", OFFICE, "default")]
    assert not any(
        word in str(row) for row in office.dump()["audit"] for word in (WHY, "已从旧站撤下", LEAK)
    ), "no reason and no title in the audit log"
    office.chain_holds()


def test_a_decision_can_be_taken_back_until_somebody_has_acted(office: Office) -> None:
    name = entry(office)
    review.open_due(office.core)
    settle(office, name, "withdraw")
    assert settle(office, name, "keep", reason="核对后仍应公开")["state"] == "done"
    assert office.query("SELECT ended, document FROM imported") == [("", None)]
    assert forwarded(office) == ["forward.public"]
    assert refused(lambda: settle(office, name, "withdraw")) == "not_found"


@pytest.mark.parametrize(("outcome", "by"), [("convert", OFFICE), ("declassify", SECRECY)])
def test_an_entry_becomes_public_through_the_gate_and_no_other_way(
    office: Office, outcome: str, by: str
) -> None:
    name = entry(office, "不予公开")
    review.open_due(office.core)
    assert settle(office, name, outcome, by)["state"] == "acting"
    assert refused(lambda: settle(office, name, "acted", by)) == "review.case"
    assert refused(lambda: settle(office, name, "acted", by, handed_in="2026-009999")) == "not_found"
    assert forwarded(office) == ["forward.narrower"]
    case = office.reviewed(LEAK, document_number="示政发〔2015〕7号")
    assert refused(lambda: settle(office, name, "acted", by, handed_in=case)) == "review.unfinished"
    assert tasks(office) == {name: ("acting", outcome)}
    at_another_time(office, "2026Q1", OLD)
    assert review.open_due(office.core) == 0, "somebody has to act already"

    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED
    assert settle(office, name, "acted", by, handed_in=case)["state"] == "done"
    assert office.steps(case)[-1] == "review.acted", "the case tells where it came from"
    assert office.query("SELECT ended, document FROM imported") == [("taken_over", case)]
    assert forwarded(office) == ["forward.public"], "the document counts now, the entry no more"
    at_another_time(office, "2026Q1", OLD)
    assert review.open_due(office.core) == 0, "from now on the document is reviewed"
    office.chain_holds()


def test_a_case_of_another_unit_proves_nothing(open_office: Callable[..., Office], store_url: str) -> None:
    office = open_office(
        store_url,
        unit=[{"departments": ["民政局"]}, {"code": "other", "name": "别县", "departments": ["水利局"]}],
    )
    office.staff()
    office.hire("外办", Role.OFFICE, unit="other")
    (name,) = brought_in(office, (LEAK, "", "", "", "依申请公开"), unit="other")
    review.open_due(office.core)
    case = office.published()
    assert refused(lambda: settle(office, name, "convert", OFFICE)) == "wrong_role"
    settle(office, name, "convert", "外办")
    assert refused(lambda: settle(office, name, "acted", "外办", handed_in=case)) == "not_found"
    assert tasks(office) == {name: ("acting", "convert")}
    assert review_views.tasks(office.core, who(office, OFFICE), "default", NOW).rows == ()
    assert review_views.quarters(office.core, who(office, OFFICE), "default") == {}


@pytest.mark.parametrize("by", [FIRST, FINAL, CLERK, ADMIN])
def test_only_those_who_review_attributes_settle(office: Office, by: str) -> None:
    name = entry(office)
    review.open_due(office.core)
    before = office.dump()
    assert refused(lambda: settle(office, name, "keep", by)) == "wrong_role"
    assert office.dump() == before


def test_the_end_of_secrecy_is_the_secrecy_officers_word(office: Office) -> None:
    name = entry(office, "不予公开")
    review.open_due(office.core)
    assert refused(lambda: settle(office, name, "declassify")) == "wrong_role"
    settle(office, name, "declassify", SECRECY)
    case = office.published(LEAK)
    assert refused(lambda: settle(office, name, "acted", OFFICE, handed_in=case)) == "wrong_role"


@pytest.mark.parametrize(
    ("attribute", "change", "code"),
    [
        ("主动公开", {"outcome": "convert"}, "review.outcome"),
        ("主动公开", {"outcome": "acted"}, "review.outcome"),
        ("依申请公开", {"outcome": "withdraw"}, "review.outcome"),
        ("主动公开", {"outcome": "burn"}, "usage"),
        ("主动公开", {"reason": " "}, "reason_required"),
        ("主动公开", {"name": "catalogue-99"}, "not_found"),
        ("主动公开", {"quarter": "2026Q1"}, "not_found"),
        ("主动公开", {"handed_in": "2026-000001"}, "usage"),
    ],
)
def test_a_wrong_call_changes_nothing(
    office: Office, attribute: str, change: dict[str, Any], code: str
) -> None:
    name = entry(office, attribute)
    review.open_due(office.core)
    before = office.dump()
    call = {"name": name, "outcome": "keep", **change}
    assert refused(lambda: settle(office, call.pop("name"), call.pop("outcome"), **call)) == code
    assert office.dump() == before


def test_two_who_settle_at_once_are_not_both_heard(office: Office) -> None:
    name = entry(office)
    review.open_due(office.core)
    answers = at_once(*(lambda by=by: settle(office, name, "keep", by) for by in (OFFICE, SECOND)))
    assert sorted(isinstance(answer, dict) for answer in answers) == [False, True]
    assert len(office.query("SELECT seq FROM audit WHERE action = 'review.kept'")) == 1


def test_one_word_ends_what_waits_in_every_quarter(office: Office) -> None:
    name = entry(office, "依申请公开")
    review.open_due(office.core)
    at_another_time(office, "2026Q1")
    assert review.open_due(office.core) == 1
    settle(office, name, "convert", quarter=NOW)
    assert (tasks(office, "2026Q1"), tasks(office)) == (
        {name: ("acting", "convert")},
        {name: ("acting", "convert")},
    )
    settle(office, name, "acted", handed_in=office.published(LEAK))
    assert {*tasks(office, "2026Q1").values(), *tasks(office).values()} == {("done", "convert")}


def test_nothing_of_an_entry_outlives_the_document_that_it_became(office: Office) -> None:
    name = entry(office, "依申请公开")
    review.open_due(office.core)
    settle(office, name, "convert")
    case = office.published(LEAK)
    settle(office, name, "acted", handed_in=case)
    assert {"imported", "imported_review"} <= set(holds(office.dump(), "甲号储备库"))
    mark = Finding("secrecy.marking", Severity.BLOCK, None, 0, 2, 0, Place("", "body"), "own.mark")
    isolation.isolate(office.core, case, [mark], "newer")
    assert holds(office.dump(), "甲号储备库") == []
    assert office.query("SELECT title, document_number, address FROM imported") == [("", "", "")]
    assert office.query("SELECT entry FROM imported_key") == []


# ------------------------------------------------------------------------ pages


def test_pages_go_on_from_documents_to_entries(office: Office) -> None:
    cases = [office.published(attribute="依申请公开") for _ in range(2)]
    names = brought_in(office, *((f"旧{number}", "", "", "", "") for number in range(4)))
    review.open_due(office.core)
    settle(office, names[1], "withdraw")
    person = who(office, OFFICE)
    shown: list[list[str]] = []
    after = ""
    while not shown or after:
        found = review_views.tasks(office.core, person, "default", NOW, after=after, limit=2)
        shown.append([task.document for task in found.rows])
        after = found.after
    assert shown == [cases, names[:2], names[2:]]
    settle(office, names[2], "keep")
    (done,) = review_views.tasks(office.core, person, "default", NOW, done=True).rows
    assert (done.document, done.outcome, done.why, done.ways) == (names[2], "keep", WHY, ())


def test_an_officer_works_through_the_entries_in_the_console(
    office: Office, sit: Callable[[str], Seat]
) -> None:
    public, hidden = brought_in(
        office,
        (
            "旧通知<script>x</script>",
            "示政发〔2015〕7号",
            "2015-03-05",
            "https://old.example.gov.cn/a.html",
            "",
        ),
        (LEAK, "", "", "", "不予公开"),
    )
    review.open_due(office.core)
    seat = sit(OFFICE)
    seat.get("/attribute-reviews")
    (link,) = seat.page.xpath(f"//article[@id='task-{public}']//h2/a")
    assert (link.get("href"), link.get("rel")) == ("https://old.example.gov.cn/a.html", "noopener noreferrer")
    assert (seat.page.xpath("//article//script"), "发布日期不详" in seat.words) == ([], True)
    seat.press(f"//article[@id='task-{public}']//form", "withdraw", reason="内容已失效")
    assert "请在原网站撤下该条目" in seat.words
    seat.press(f"//article[@id='task-{public}']//form", "acted", reason="已撤下")
    seat.press(f"//article[@id='task-{hidden}']//form", "convert", reason="可以公开")
    seat.press(f"//article[@id='task-{hidden}']//form", "acted", reason="已提交")
    assert seat.refusal.startswith("请填写重新提交后的收件号。")
    seat.press(f"//article[@id='task-{hidden}']//form", "keep", reason="不宜公开", document="写了一半")
    assert (seat.refusal, tasks(office)[hidden]) == ("", ("done", "keep")), (
        "only what was done has a case number"
    )
    at_another_time(office, "2026Q1")
    review.open_due(office.core)
    seat.get("/attribute-reviews", quarter=NOW)
    seat.press(f"//article[@id='task-{hidden}']//form", "convert", reason="可以公开")
    case = office.published(LEAK)
    seat.press(f"//article[@id='task-{hidden}']//form", "acted", reason="已提交", document=case)
    assert "没有待审的项目" in seat.words
    assert tasks(office) == {hidden: ("done", "convert")}
    assert tasks(office, "2026Q1") == {public: ("done", "withdraw"), hidden: ("done", "keep")}
    seat.get("/attribute-reviews", done="1")
    assert seat.page.xpath("//article//form") == []


def test_ways_fit_the_attribute() -> None:
    assert imported_reviews.ways("proactive", "open") == ("keep", "withdraw")
    assert imported_reviews.ways("exempt", "open") == ("keep", "convert", "declassify")
    assert imported_reviews.ways("exempt", "done") == ()
    assert [imported_reviews.number_of(name) for name in ("catalogue-7", "2026-000007", "catalogue-", "")] == [
        7, None, None, None,
    ]  # fmt: skip


def who(office: Office, name: str) -> people.Person:
    with office.core.database.read() as connection:
        return people.get(connection, name)


def forwarded(office: Office) -> list[str]:
    """What is found about a document that forwards the entry."""
    (number,) = office.query("SELECT count(*) FROM document")[0]
    case = office.reviewed(f"关于转发《关于某事项的通知》的通知（{number}）", FORWARDED)
    return sorted(
        item.finding.rule for item in office.findings(case) if item.finding.rule.startswith("forward")
    )
