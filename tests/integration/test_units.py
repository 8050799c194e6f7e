"""Units of one office: chains, people and index numbers of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support import (
    CLERK,
    CONFIG,
    DEPARTMENT,
    FINAL,
    FIRST,
    OFFICE,
    SECOND,
    SECRECY,
    SIGNERS,
    Office,
    refused,
)

from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.pipeline import recall
from disclosure_pipeline.settings.models import UnitSettings
from disclosure_pipeline.settings.policy import load_chains

UNITS = [
    {"code": "county", "name": "示范县人民政府", "departments": [DEPARTMENT], "index_org": "MB01",
     "index_template": "{org}-{year}-{serial:04d}"},
    {"code": "town", "name": "示范镇人民政府", "parent": "county", "departments": [DEPARTMENT], "index_org": "MB02",
     "index_template": "{unit}/{org}/{year}/{serial}", "route": "short"},
]  # fmt: skip

SHORT = """
[[chain]]
name = "short"
tiers = [
  { name = "secrecy", role = "secrecy", label = "保密审查" },
  { name = "final", role = "final", label = "终审" },
]
"""


@pytest.fixture
def county(open_office: Callable[..., Office], store_url: str, tmp_path: Path) -> Office:
    """A county and its town: different chains, different index numbers."""
    made = open_office(store_url, unit=UNITS)
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    with (config / "routes.toml").open("a", encoding="utf-8") as routes:
        routes.write(SHORT)
    made.core.chains = load_chains(config)
    made.staff("county")
    made.staff("town", "乙")
    return made


def test_each_unit_has_its_own_chain_people_and_index_numbers(county: Office):
    above = county.reviewed(unit="county")
    below = county.reviewed(unit="town", by=CLERK + "乙")
    assert (county.row(above).unit, county.row(below).unit) == ("county", "town")
    assert [name for name, _, _ in county.tiers(below)] == ["secrecy", "final"]
    assert len(county.tiers(above)) == 4
    assert refused(lambda: county.decide(below, SECRECY)) == "wrong_role"
    assert refused(lambda: county.decide(above, SECRECY + "乙")) == "wrong_role"
    county.sign(below, SECRECY + "乙", FINAL + "乙")
    county.sign(above, *SIGNERS)
    assert county.row(above).index_number == "MB01-2026-0001"
    assert county.row(below).index_number == "town/MB02/2026/1"
    for who in (SECRECY, OFFICE, "管员"):
        assert refused(lambda name=who: recall.withdraw(county.core, below, name, "撤")) == "wrong_role"
    assert {row[0] for row in county.query("SELECT unit FROM audit WHERE document = :d", d=below)} == {"town"}


def test_the_same_bytes_in_another_unit_are_no_duplicate(county: Office):
    first = county.hand_in("同一标题", unit="county", name="同.txt")
    second = county.hand_in("同一标题", unit="town", name="同.txt")
    assert (first.outcome, second.outcome) == ("accepted", "accepted")
    assert county.hand_in("同一标题", unit="town", name="又.txt").first == second.case


def test_index_numbers_are_never_used_twice(office: Office):
    numbers = []
    for index in range(3):
        case = office.published()
        numbers.append(office.row(case).index_number)
        if index == 0:
            recall.withdraw(office.core, case, OFFICE, "内容有误")
            office.work()
            assert office.state(case) is State.WITHDRAWN
    assert numbers == ["MB0000000/2026-00001", "MB0000000/2026-00002", "MB0000000/2026-00003"]
    assert office.row("2026-000001").index_number == numbers[0]


def test_a_number_that_is_taken_already_is_passed_over(open_office: Callable[..., Office], store_url: str):
    """Two units with the same template share its numbers."""
    units = [
        {"code": code, "departments": [DEPARTMENT], "index_template": "{org}/{serial}"} for code in ("a", "b")
    ]
    both = open_office(store_url, unit=units)
    both.staff("a")
    both.staff("b", "乙")
    one = both.published(unit="a")
    two = both.reviewed(unit="b")
    both.sign(two, *(name + "乙" for name in SIGNERS))
    assert (both.row(one).index_number, both.row(two).index_number) == ("MB0000000/1", "MB0000000/2")


@pytest.mark.parametrize("template", ["{org}-{year}", "{org}/{number}", "{org}/{", "{serial:x}{0}"])
def test_a_template_that_cannot_number_is_refused_at_the_start(template: str):
    """Without a serial the second document would look for a free number for ever."""
    with pytest.raises(ValueError, match="index_template"):
        UnitSettings(index_template=template)


def test_a_version_keeps_the_number_of_the_one_before(office: Office):
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST, SECOND)
    number = office.row(case).index_number
    office.decide(case, FINAL, Verb.RETURN, reason="请改")
    office.hand_in(name=f"{case} 改.txt")
    office.work()
    office.sign(case, *SIGNERS)
    assert office.row(case).index_number == number == "MB0000000/2026-00001"
