"""Extensions of a clock: arithmetic for any calendar, and what the shipped rules allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import CONFIG

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.clock import Clock, Extension, add_working_days
from disclosure_pipeline.model.policy import ClockRule
from disclosure_pipeline.settings.policy import load_rulebook

RULE = ClockRule("publish", "上网", 20, "第二十六条", legs={"internal": 15, "site": 5})
START = date(2026, 3, 2)


@dataclass(frozen=True)
class Some:
    """A calendar by a set of free days."""

    free: frozenset[date]
    version: str = "some"

    def is_working_day(self, day: date) -> bool:
        return day not in self.free


CALENDARS = st.sets(st.integers(0, 200), max_size=120).map(
    lambda days: Some(frozenset(START + timedelta(day) for day in days))
)
EXTENSIONS = st.lists(
    st.builds(
        Extension, days=st.integers(1, 30), on=st.just(START), leg=st.sampled_from(["internal", "site", ""])
    ),
    max_size=4,
)


@given(CALENDARS, EXTENSIONS)
def test_a_limit_grows_by_exactly_the_working_days_that_were_added(calendar: Some, given_: list[Extension]):
    running = Clock.begin(RULE, START, calendar, extensions=given_)
    usual = Clock.begin(RULE, START, calendar)
    added = sum(item.days for item in given_)
    assert running.due == add_working_days(calendar, START, 20 + added).day
    assert running.due == add_working_days(calendar, usual.due, added).day, (
        "as if counted on from the old day"
    )
    assert running.days == 20


@given(CALENDARS, EXTENSIONS)
def test_no_leg_outlasts_the_limit_and_none_is_shortened(calendar: Some, given_: list[Extension]):
    running = Clock.begin(RULE, START, calendar, extensions=given_)
    usual = Clock.begin(RULE, START, calendar)
    for leg, before in zip(running.legs, usual.legs, strict=True):
        assert before.due <= leg.due <= running.due


@given(CALENDARS, EXTENSIONS)
def test_the_order_of_extensions_does_not_matter(calendar: Some, given_: list[Extension]):
    one, other = (Clock.begin(RULE, START, calendar, extensions=item) for item in (given_, given_[::-1]))
    assert (one.due, one.legs) == (other.due, other.legs)


def test_the_leg_that_was_open_gets_the_days():
    calendar = Some(frozenset())
    running = Clock.begin(
        RULE, START, calendar, extensions=[Extension(3, START, "internal", "某法第一条", "急", "孙办")]
    )
    assert [(leg.name, (leg.due - leg.start).days) for leg in running.legs] == [("internal", 18), ("site", 5)]
    assert "延长：2026-03-02 延长 3 个工作日（某法第一条），急，孙办" in running.explain()
    assert running.as_json(START)["extended"] == 3


def test_the_shipped_rules_know_no_extension_of_publishing_but_by_another_law():
    rules = {rule.id: rule for rule in load_rulebook(CONFIG).clocks}
    publish, answer = rules["publish"], rules["answer"]
    assert (publish.extendable, publish.by_law, publish.extension_days) == (False, True, 60)
    assert (answer.extendable, answer.by_law, answer.extension_days) == (True, False, 20)
    others = set(rules) - {"publish", "answer"}
    assert not [name for name in others if rules[name].extendable or rules[name].by_law]


@pytest.mark.parametrize(
    "keys",
    [
        "extendable = true",
        "by_law = true\nextension_days = 3",
        'extension_article = "某法"',
        "extension_days = 5",
    ],
)
def test_a_rule_that_says_half_of_it_stops_the_start(keys: str, tmp_path):
    (tmp_path / "rules").mkdir()
    text = f'[[clock]]\nid = "publish"\ntitle = "上网"\ndays = 20\narticle = "第二十六条"\n{keys}\n'
    (tmp_path / "rules" / "clocks.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match="extension_days"):
        load_rulebook(tmp_path)
