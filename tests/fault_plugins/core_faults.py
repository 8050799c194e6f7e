"""Rules, planners, notifiers, jobs and an event hook that misbehave or answer well, as the case's title says."""

from dataclasses import replace

from disclosure_pipeline.hooks.contracts import Opinion
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.route import Role, Tier


class Rule:
    id = "rule"
    version = "1"

    def judge(self, case):
        if case.title == "raises":
            raise RuntimeError(case.title)
        return None if case.title == "none" else Opinion("rule", returns=("请补充成文日期。",))


class Planner:
    id = "planner"
    version = "1"

    def plan(self, case, base):
        match case.title:
            case "drops":
                return replace(base, tiers=(base.tiers[0], base.tiers[-1]))
            case "reorders":
                return replace(base, tiers=(base.tiers[0], *base.tiers[2:0:-1], *base.tiers[3:]))
            case "weakens":
                return replace(base, tiers=tuple(replace(tier, meeting=False) for tier in base.tiers))
            case "forgets":
                return replace(base, tiers=tuple(replace(tier, risk=False) for tier in base.tiers))
            case "raises":
                raise RuntimeError(case.title)
        legal = Tier("legal", Role.OFFICE, "法制审核")
        return replace(base, tiers=(*base.tiers[:-1], legal, base.tiers[-1]))


class Messenger:
    id = "messenger"
    version = "1"

    def notify(self, event, letter):
        if letter["kind"] == "raises":
            raise RuntimeError(letter["title"])


class Chore:
    id = "chore"
    version = "1"
    every = 60

    def run(self, core):
        return {"without_core": int(core is None)}


@hookimpl
def register_attribute_rules():
    return [Rule()]


@hookimpl
def register_approval_routes():
    return [Planner()]


@hookimpl
def register_notifiers():
    return [Messenger()]


@hookimpl
def register_jobs():
    return [Chore()]


@hookimpl
def on_event(event):
    if event.name == "raises":
        raise RuntimeError(event.document)
