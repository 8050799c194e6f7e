"""Figures: counted from the log alone, the same whether little by little or all at once."""

from __future__ import annotations

import random
import statistics as reference
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import (
    ADMIN,
    CLERK,
    DEPARTMENT,
    FINAL,
    FIRST,
    OFFICE,
    OTHER_DEPARTMENT,
    PHONE,
    SECOND,
    SECRECY,
    SIGNERS,
    Office,
    at_once,
)

from disclosure_pipeline.errors import NotAllowed
from disclosure_pipeline.model.clock import today_in_shanghai, working_days_between
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import figures, statistics
from disclosure_pipeline.pipeline.figures import Line, Report, months_between
from disclosure_pipeline.store import audit, people

MONTH = today_in_shanghai().isoformat()[:7]


def report(office: Office, name: str = OFFICE, unit: str = "default") -> Report:
    with office.core.database.read() as connection:
        person = people.get(connection, name)
    return figures.report(office.core, person, unit, MONTH, MONTH)


def kept(office: Office) -> list[tuple[object, ...]]:
    return sorted(
        office.query("SELECT unit, department, month, measure, key, number FROM statistic WHERE number <> 0")
    )


def live(office: Office) -> dict[str, str]:
    """A small month: one late, one withheld, one returned, one the office sees otherwise, one dismissed."""
    late = office.reviewed(date="2026-01-05", body=f"联系人电话{PHONE}。")
    office.clear(late, Settlement.ACCEPT)
    office.clear(late, Settlement.DISMISS, *[item.id for item in office.findings(late)])
    office.sign(late, *SIGNERS)
    hidden = office.published(attribute="不予公开", ground="R16a", reason="内部事务")
    back = office.reviewed(department=OTHER_DEPARTMENT, by=None)
    office.decide(back, SECRECY, Verb.RETURN, reason="请改")
    differs = office.reviewed()
    office.sign(differs, SECRECY, FIRST)
    office.sign(differs, SECOND, attribute=Attribute.ON_REQUEST)
    office.sign(differs, FINAL, attribute=Attribute.ON_REQUEST)
    return {"late": late, "hidden": hidden, "back": back, "differs": differs}


def test_a_month_in_figures(office: Office):
    live(office)
    found = report(office)
    whole = found.whole
    assert {name: whole.total(name) for name in ("received", "published", "withheld", "on_request", "returned")} == {
        "received": 4, "published": 1, "withheld": 1, "on_request": 1, "returned": 1,
    }  # fmt: skip
    assert (whole.by_key("withheld"), whole.by_key("returned")) == ({"R16a": 1}, {"secrecy": 1})
    assert (whole.return_rate, whole.total("late")) == (0.25, 1)
    today = today_in_shanghai()
    days = working_days_between(office.core.calendar, date(2026, 1, 5), today)
    assert whole.counts["days.whole"][str(days)] >= 1
    assert whole.median_days("site") == 0.0
    assert whole.settlements["privacy.mobile"] == {"dismiss": 1}, "what was accepted first is taken back"
    assert list(whole.rules.values()) == [(1, 1)]
    assert whole.by_key("judged") == {"agree": 2, "differ": 1, "for_office": 1}
    assert whole.disagreement_rate == pytest.approx(1 / 3)
    assert [line.name for line in found.departments] == sorted([DEPARTMENT, OTHER_DEPARTMENT])
    other = next(line for line in found.departments if line.name == OTHER_DEPARTMENT)
    assert (other.total("received"), other.return_rate, other.rules) == (1, 1.0, {})
    assert [line.name for line in found.months] == [MONTH]
    assert found.waiting == 0


def test_counting_anew_gives_the_same_figures(office: Office):
    live(office)
    statistics.catch_up(office.core)
    once = kept(office)
    assert once and statistics.catch_up(office.core) == 0
    assert statistics.rebuild(office.core) == office.query("SELECT max(seq) FROM audit")[0][0]
    assert kept(office) == once


def test_however_the_log_is_cut_the_figures_are_the_same(office: Office, monkeypatch: pytest.MonkeyPatch):
    live(office)
    statistics.rebuild(office.core)
    whole, head = kept(office), office.query("SELECT max(seq) FROM audit")[0][0]
    chance = random.Random(7)
    for _ in range(3):
        office.sql("DELETE FROM statistic")
        office.sql("UPDATE meta SET value = '0' WHERE key = 'statistics'")
        counted = 0
        while counted < head:
            monkeypatch.setattr(statistics, "BATCH", chance.randint(1, 9))
            counted += statistics.catch_up(office.core, 1)
        assert kept(office) == whole


def test_several_may_count_at_once(office: Office, monkeypatch: pytest.MonkeyPatch):
    live(office)
    statistics.rebuild(office.core)
    whole = kept(office)
    office.sql("DELETE FROM statistic")
    office.sql("UPDATE meta SET value = '0' WHERE key = 'statistics'")
    monkeypatch.setattr(statistics, "BATCH", 5)
    at_once(*[lambda: statistics.catch_up(office.core)] * 4)
    assert kept(office) == whole


def test_figures_do_not_change_with_the_documents(office: Office):
    live(office)
    statistics.rebuild(office.core)
    before = kept(office)
    office.sql(
        "UPDATE document SET state = 'received', ground = '', final = NULL, proposed = NULL, office = NULL"
    )
    office.sql("DELETE FROM finding")
    office.sql("UPDATE clock SET done_on = NULL, due = '2020-01-01'")
    statistics.rebuild(office.core)
    assert kept(office) == before


def test_who_sees_whose_figures(office: Office):
    live(office)
    assert report(office, FIRST).whole.total("received") == 3
    assert [line.name for line in report(office, FIRST).departments] == [DEPARTMENT]
    assert report(office, ADMIN).whole.total("received") == 4
    with pytest.raises(NotAllowed):
        report(office, CLERK)
    with pytest.raises(NotAllowed):
        report(office, OFFICE, "other")


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_county_sees_counts_of_the_units_below_and_nothing_else(open_office, store_url: str):
    units = [
        {"code": "county", "departments": ["县办"]},
        {"code": "bureau", "parent": "county", "departments": [DEPARTMENT]},
        {"code": "town", "parent": "bureau", "departments": [DEPARTMENT]},
    ]
    office = open_office(store_url, unit=units)
    office.hire("县公开办", Role.OFFICE, unit="county")
    with office.core.database.write() as connection:
        for unit in ("bureau", "town"):
            detail = {
                "ground": "R16a",
                "attributes": ["exempt", None, "exempt"],
                "late": False,
                "days": {"whole": 3},
            }
            audit.append(connection, audit.Record("withhold", "system", "2026-000001", unit, detail=detail))
    found = report(office, "县公开办", "county")
    assert found.departments == ()
    assert [(line.name, line.counts) for line in found.units] == [
        (unit, {"withheld": {"": 1}, "in_time": {"": 1}}) for unit in ("bureau", "town")
    ]


def test_months_of_a_span():
    assert months_between("2026-11", "2027-02") == ["2026-11", "2026-12", "2027-01", "2027-02"]
    with pytest.raises(ValueError, match="before"):
        months_between("2026-11", "2026-10")


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40))
def test_the_median_of_counted_days_is_the_median(days: list[int]):
    counts = {str(day): days.count(day) for day in days}
    assert Line("", {"days.whole": counts}).median_days("whole") == reference.median(days)
