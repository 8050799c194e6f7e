"""Route planning by rule: tiers are added, meetings and referrals demanded, nothing is ever dropped."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.builtin.rules.routes import FocusItems, route_planners
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Case, RoutePlanner
from disclosure_pipeline.model.document import Attribute, Slip
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import RouteRule, Rule, RuleBook
from disclosure_pipeline.model.route import Chain, Role, Route, Tier
from disclosure_pipeline.model.text import Place
from disclosure_pipeline.settings.policy import load_chains, load_rulebook
from disclosure_pipeline.settings.resources import share

BOOK = load_rulebook(share("config"))
CHAIN = load_chains(share("config"))["default"]
DEFAULT = ["secrecy", "first", "second", "final"]


def case(title: str, slip: Slip | None = None, attribute: Attribute | None = Attribute.PROACTIVE,
         kinds: tuple[str, ...] = (), rule: str = "t") -> Case:  # fmt: skip
    findings = tuple(
        Finding(kind, Severity.REVIEW, "x", 0, 1, 0, Place("document", "body"), rule) for kind in kinds
    )
    return Case(
        document="2026-000001", unit="default", department="财政局", state=State.TAGGED, version=1, title=title,
        slip=slip or Slip(), parts=(), paths={}, findings=findings, attribute=attribute,
    )  # fmt: skip


def plan(document: Case) -> Route:
    return FocusItems(BOOK).plan(document, CHAIN.route())


def names(route: Route) -> list[str]:
    return [tier.name for tier in route.tiers]


def test_the_planner_keeps_the_contract() -> None:
    assert all(isinstance(planner, RoutePlanner) for planner in route_planners(BOOK))


def test_an_ordinary_document_keeps_the_chain() -> None:
    assert plan(case("关于防汛值守工作的通知")) == CHAIN.route()


@pytest.mark.parametrize(
    ("title", "rule"),
    [
        ("关于2026年重大行政决策事项目录的通知", "focus.decision"),
        ("第12次县长办公会议纪要", "focus.minutes"),
        ("会议纪要（第12期）", "focus.minutes"),
        ("张三同志讲话整理稿（录音整理）", "focus.minutes"),
        ("2026年一季度主要经济指标", "focus.statistics"),
        ("示范县统计月报", "focus.statistics"),
        ("行政处罚案件结果公示", "focus.enforcement"),
        ("行政复议决定书", "focus.reconsideration"),
    ],
)
@pytest.mark.parametrize("attribute", [Attribute.PROACTIVE, Attribute.ON_REQUEST])
def test_the_five_focus_items_add_a_tier(title: str, rule: str, attribute: Attribute) -> None:
    route = plan(case(title, attribute=attribute))
    assert names(route) == ["secrecy", "first", "second", "focus", "final"]
    assert route.rules == (rule,)
    assert (route.tiers[3].label, route.tiers[-1].meeting, route.referral) == ("重点审查", False, "")
    assert route.problems() == []


def test_focus_items_by_genre_and_by_finding() -> None:
    assert plan(case("某事项", Slip(genre="行政复议决定书"))).rules == ("focus.reconsideration",)
    assert plan(case("某事项", kinds=("enforcement.case",))).rules == ("focus.enforcement",)


@pytest.mark.parametrize(
    ("title", "rule"),
    [
        ("关于城东片区房屋征收补偿安置的公告", "major.interests"),
        ("关于调整居民生活用水价格的通知", "major.interests"),
        ("“3·5”火灾事故调查报告", "major.social_impact"),
        ("突发事件处置情况通报", "major.social_impact"),
    ],
)
def test_major_matters_demand_the_meeting(title: str, rule: str) -> None:
    route = plan(case(title))
    assert names(route) == DEFAULT
    assert [tier.meeting for tier in route.tiers] == [False, False, False, True]
    assert route.rules == (rule,)


@pytest.mark.parametrize("title", ["突发事件应急预案", "关于开展防汛演练的通知", "关于征集意见的公告"])
def test_near_misses_do_not_fire(title: str) -> None:
    assert plan(case(title)) == CHAIN.route()


@pytest.mark.parametrize(
    "kind",
    [
        "special.agriculture",
        "special.epidemic",
        "special.animal_epidemic",
        "special.trade",
        "special.geography",
    ],
)
def test_the_special_topics_demand_an_approval(kind: str) -> None:
    route = plan(case("某事项", kinds=(kind,)))
    assert (route.referral, route.referrals, route.rules) == (
        "special_approval", ("special_approval",), ("special.approval",),
    )  # fmt: skip


def test_statistics_are_a_focus_item_and_need_approval() -> None:
    route = plan(case("某事项", kinds=("special.statistics",)))
    assert names(route) == ["secrecy", "first", "second", "focus", "final"]
    assert route.rules == ("focus.statistics", "special.approval")
    assert route.referral == "special_approval"


@pytest.mark.parametrize(
    ("title", "asked"),
    [
        ("第12次县长办公会议纪要", True),
        ("关于调整城区供水价格的通知", True),
        ("关于防汛值守工作的通知", False),
    ],
)
def test_the_final_tier_of_focus_items_and_major_matters_assesses_the_risk(title: str, asked: bool) -> None:
    route = plan(case(title))
    assert [tier.risk for tier in route.tiers] == [False] * (len(route.tiers) - 1) + [asked]


def test_joint_documents_need_the_other_bodies() -> None:
    route = plan(case("关于防汛的通知", Slip(joint_bodies=("示范县应急局",))))
    assert (route.referral, route.rules) == ("countersign", ("joint.countersign",))


def test_several_rules_add_up() -> None:
    slip = Slip(joint_bodies=("示范县统计局",))
    route = plan(case("重大行政决策会议纪要：调整供水价格", slip, kinds=("special.statistics",)))
    assert names(route) == ["secrecy", "first", "second", "focus", "final"]
    assert route.tiers[-1].meeting
    assert route.referrals == ("special_approval", "countersign")
    assert set(route.rules) == {
        "focus.decision", "focus.minutes", "focus.statistics", "major.interests", "special.approval",
        "joint.countersign",
    }  # fmt: skip


def test_exempt_documents_keep_the_chain_and_unknown_ones_do_not() -> None:
    assert plan(case("第12次县长办公会议纪要", attribute=Attribute.EXEMPT)) == CHAIN.route()
    assert plan(case("第12次县长办公会议纪要", attribute=None)).rules == ("focus.minutes",)


def test_a_screening_rule_can_ask_for_a_tier() -> None:
    rule = Rule("t.mosaic", "secrecy.term", Severity.REVIEW, "literal", ("x",), tier="focus")
    planner = FocusItems(RuleBook((rule,)))
    route = planner.plan(case("某事项", kinds=("secrecy.term",), rule="t.mosaic"), CHAIN.route())
    assert (names(route), route.rules) == (["secrecy", "first", "second", "focus", "final"], ("t.mosaic",))
    assert planner.plan(case("某事项"), CHAIN.route()) == CHAIN.route()


def test_a_tier_that_the_chain_does_not_offer_is_an_error() -> None:
    planner = FocusItems(RuleBook((), routes=(RouteRule("r", "", joint=True, add=("council",)),)))
    with pytest.raises(ConfigError, match="no tier 'council'"):
        planner.plan(case("某事项", Slip(joint_bodies=("甲局",))), CHAIN.route())


def test_a_broken_base_is_an_error() -> None:
    with pytest.raises(ConfigError, match="role 'final'"):
        FocusItems(BOOK).plan(case("某事项"), replace(CHAIN.route(), tiers=CHAIN.tiers[:-1]))


def test_a_tier_that_is_already_there_is_not_added_twice() -> None:
    full = Chain("full", (*CHAIN.tiers[:-1], *CHAIN.extra, CHAIN.tiers[-1])).route()
    assert names(FocusItems(BOOK).plan(case("会议纪要"), full)) == names(full)


extra_tiers = st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(
    lambda found: tuple(Tier(name, Role.OFFICE, name) for name in found)
)


@given(st.text(max_size=20), extra_tiers, st.booleans())
def test_no_plan_ever_drops_a_tier_or_a_demand(title: str, extra: tuple[Tier, ...], joint: bool) -> None:
    rules = tuple(RouteRule(tier.name, "", title_patterns=(r".",), add=(tier.name,)) for tier in extra)
    planner = FocusItems(RuleBook((), routes=(*rules, *BOOK.routes[5:])))
    base = replace(CHAIN.route(), extra=extra, rules=("earlier",), referral="report_up")
    slip = Slip(joint_bodies=("甲局",)) if joint else Slip()
    route = planner.plan(case(title, slip), base)
    assert [tier for tier in names(route) if tier in DEFAULT] == DEFAULT
    assert route.problems() == []
    assert route.rules[0] == "earlier"
    assert route.referrals[0] == "report_up"
    assert planner.plan(case(title, slip), route) == route
