"""Asking attribute rules and route planners: many voices, none of which can open the gate.

A rule that fails leaves a finding that a person must settle; a planner that fails, or would lose a tier,
leaves the route as it was and a fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from disclosure_pipeline.hooks import checks, floor
from disclosure_pipeline.hooks.contracts import AttributeRule, Case, Opinion, RoutePlanner
from disclosure_pipeline.hooks.guard import ask
from disclosure_pipeline.hooks.registry import ATTRIBUTE_RULES, ROUTES
from disclosure_pipeline.model.finding import Fault, Finding, Severity
from disclosure_pipeline.model.route import Route
from disclosure_pipeline.model.text import Place


def opinions(
    rules: Mapping[str, AttributeRule], case: Case, missing: Sequence[str] = ()
) -> tuple[tuple[Opinion, ...], tuple[Fault, ...]]:
    """What every rule thinks of the case.

    Args:
        rules: rules by full id.
        case: the case.
        missing: rules that should be there and are not.
    """
    given = [Opinion(name, findings=(_unjudged(name),)) for name in missing]
    faults = list(floor.faults(ATTRIBUTE_RULES, missing))
    for name, rule in rules.items():
        answer = ask(
            ATTRIBUTE_RULES.subject(name),
            lambda rule=rule: rule.judge(case),  # type: ignore[misc]  # mypy cannot infer this lambda
            checks.opinion_of(name, case.texts),
        )
        if answer.fault is None:
            given.append(answer.get())
        else:
            faults.append(answer.fault)
            given.append(Opinion(name, findings=(_unjudged(name),)))
    return tuple(given), tuple(faults)


def plan_route(
    planners: Mapping[str, RoutePlanner], case: Case, base: Route, missing: Sequence[str] = ()
) -> tuple[Route, tuple[Fault, ...]]:
    """The route with what the planners add, one after the other.

    Args:
        planners: planners by full id.
        case: the case.
        base: the unit's route.
        missing: planners that should be there and are not.
    """
    route = base
    faults = list(floor.faults(ROUTES, missing))
    for name, planner in planners.items():
        answer = ask(
            ROUTES.subject(name),
            lambda planner=planner, sofar=route: planner.plan(case, sofar),  # type: ignore[misc]
            checks.route_over(route),
        )
        if answer.fault is None:
            route = answer.get()
        else:
            faults.append(answer.fault)
    return route, tuple(faults)


def _unjudged(rule: str) -> Finding:
    """The finding that a rule leaves when it could not judge."""
    return Finding(
        "check.undetermined", Severity.REVIEW, None, 0, 0, 0, Place("", "unplaced"), "check.rule_failed",
        suggestion=f"属性规则 {rule} 未能给出意见，请人工核对公开属性。", detector=rule,
    )  # fmt: skip
