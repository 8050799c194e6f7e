"""An office whose rules are changed: proposals, replays, approvals, and workers that took the changes up."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

from support import SECRECY, SECRECY_2, Office, SharingCore

from disclosure_pipeline.model.amendment import Action, Amendment, Guard, amended
from disclosure_pipeline.model.finding import MARKING, Severity
from disclosure_pipeline.pipeline import replay, rescreen_batches, rescreen_runs, rules
from disclosure_pipeline.store import rule_changes


def term(*words: str, kind: str = "secrecy.term", severity: Severity | None = None) -> Amendment:
    """Words that the office wants to find."""
    level = severity or (Severity.BLOCK if kind == MARKING else Severity.REVIEW)
    return Amendment(
        "",
        Action.TERM,
        "本单位一览表第3项",
        terms=words,
        kind=kind,
        severity=level,
        article="保守国家秘密法 第二十二条",
    )


def guard(rule: str, *, before: str = "", after: str = "", words: str = "") -> Amendment:
    """Words beside a hit that explain it away."""
    return Amendment("", Action.GUARD, "疑点处理意见", rule, Guard(before, after, words))


def revoke(change: str) -> Amendment:
    """Taking a change back."""
    return Amendment("", Action.REVOKE, f"撤销 {change}", change)


def put_into_force(office: Office, amendment: Amendment) -> str:
    """Propose, replay and approve by two people; the office's own core still has the rules of before."""
    change = rules.propose(office.core, amendment, by=SECRECY, reason="工作需要")
    replay.replay(office.core, change, SECRECY)
    rules.approve(office.core, change, by=SECRECY_2, reason="同意")
    return change


@contextmanager
def renewed(office: Office) -> Iterator[Office]:
    """The same office with workers that have taken up the changes in force."""
    core = office.core
    with core.database.read() as connection:
        changes, mark = rule_changes.in_force(connection), rule_changes.mark(connection)
    parts = {item.name: getattr(core, item.name) for item in dataclasses.fields(core)}
    parts |= {
        "rulebook": amended(core.rules_written, changes),
        "written": core.rules_written,
        "rules_mark": mark,
    }
    fresh = SharingCore(office.workshop, **parts)
    try:
        yield dataclasses.replace(office, core=fresh)
    finally:
        if "host" in vars(fresh):
            fresh.host.close()


def run(office: Office) -> None:
    """Carry out every batch that is due, as a worker would."""
    for _ in range(50):
        with office.core.database.read() as connection:
            waiting = rescreen_batches.due(connection, 10)
        if not waiting:
            return
        for subject in waiting:
            rescreen_batches.carry_out(office.core, subject)
    raise AssertionError("a run that never ends")


def rescreened(office: Office, **chosen: object) -> dict[str, object]:
    """Begin a run and let it end; its status."""
    rescreen_runs.start(office.core, by=SECRECY, **chosen)  # type: ignore[arg-type]
    run(office)
    return rescreen_runs.status(office.core)


TERM, SECRET = "甲号储备库", "示例物资三百箱"
TITLE = f"关于{TERM}开放日的通知"
BODY = f"市民可于周六到{TERM}参观，现场陈列{SECRET}。"
"""A paper that only the office's own rules find something in."""


def counts(status: dict[str, object]) -> dict[str, int]:
    """What became of the documents of a run."""
    return status["run"]["counts"]  # type: ignore[index]


def kinds(office: Office, case: str) -> list[tuple[str, bool]]:
    """Kinds of a document's findings, and whether they are settled."""
    return [(item.finding.kind, item.settled is not None) for item in office.findings(case)]
