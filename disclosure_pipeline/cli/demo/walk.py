"""The walk: drafts are dropped as a clerk would, and officers act until nothing is left to do."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from disclosure_pipeline.cli.demo.office import Office
from disclosure_pipeline.cli.demo.samples import Officer, Sample, officer_for
from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.lifecycle import FINAL, State
from disclosure_pipeline.model.route import Role, TierState, Verb

AT_REST = FINAL | {
    State.QUARANTINED, State.ATTENTION, State.RETURNED, State.IN_REVIEW, State.REFERRED, State.AWAITING_ISSUE,
}  # fmt: skip
"""States in which no worker has anything to do."""

AT_HAND = frozenset({State.IN_REVIEW, State.REFERRED})
"""States in which an officer acts."""

VERBS = {
    Verb.APPROVE: "同意",
    Verb.RETURN: "退回",
    Verb.WITHHOLD: "不予公开",
    Verb.REFER: "报审会签",
    Verb.ANSWER: "登记答复",
}
_ENDINGS = {
    State.PUBLISHED: "已公开发布",
    State.QUARANTINED: "发现国家秘密标志，整份隔离",
    State.RETURNED: "已退回部门，附退回说明",
    State.WITHHELD: "不予公开，已归档并登记",
    State.ON_REQUEST: "依申请公开，已归档并登记",
    State.ATTENTION: "无法读取，待人工处理",
    State.AWAITING_ISSUE: "已审定，待投放正式件",
    State.DUPLICATE: "与先前的收件相同",
    State.WITHDRAWN: "已撤回",
}
_LOOK_EVERY = 0.15


def ending(state: str) -> str:
    """What came of a document, in words."""
    return _ENDINGS.get(State(state), state) if state else "未收件"


@dataclass(slots=True)
class Walk:
    """One sample on its way.

    Args:
        sample: the draft and what is expected of it.
        case: case number, empty until received.
        state: state when last looked at.
        todo: settlements and decisions that the officers have yet to make.
        problems: what went otherwise than expected.
    """

    sample: Sample
    case: str = ""
    state: str = ""
    todo: deque[Mapping[str, str]] = field(default_factory=deque)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        settlements = ({"settle": kind, **how} for kind, how in self.sample.settle.items())
        self.todo.extend((*settlements, *self.sample.decisions))


class Demo:
    """The engine of the demo, step by step; the end-to-end tests use the same.

    Args:
        office: a workspace whose daemon runs.
        officers: who acts.
        samples: what is dropped.
        scans: folder that ``scan`` paths of decisions start from.
        tell: takes one line per event.
        patience: seconds without any event after which waiting ends.
    """

    def __init__(
        self,
        office: Office,
        officers: Sequence[Officer],
        samples: Sequence[Sample],
        *,
        scans: Path,
        tell: Callable[[str], None],
        patience: float = 45.0,
    ):
        self.office = office
        self.walks = [Walk(sample) for sample in samples]
        self._officers = officers
        self._scans = scans
        self._tell = tell
        self._patience = patience
        self._begin = self._last_event = time.monotonic()
        self._looked_at: dict[str, list[str]] = {}

    # ------------------------------------------------------------------- the clerk

    def drop(self) -> None:
        """Copy every draft into its department's drop folder, and wait for the case numbers."""
        first = [walk for walk in self.walks if not walk.sample.after]
        later = [walk for walk in self.walks if walk.sample.after]
        for wave in (first, later):
            for walk in wave:
                self._copy(walk.sample)
                self._event(f"投递  {walk.sample.draft}")
            self._wait_until(lambda: all(walk.case for walk in wave))  # noqa: B023 -- called at once

    def _copy(self, sample: Sample) -> None:
        """As a clerk does: a folder as a folder, a single file with the slip beside it."""
        target = self.office.workspace.inbox / sample.draft
        target.parent.mkdir(parents=True, exist_ok=True)
        if sample.source.is_dir():
            shutil.copytree(sample.source, target, copy_function=shutil.copyfile)
            return
        for path in reversed(sample.files):
            shutil.copyfile(path, target.parent / path.name)

    # ---------------------------------------------------------------- the officers

    def review(self) -> None:
        """Let the officers act until every document rests where nobody has anything more to do."""
        self._wait_until(self._advance_all)

    def _advance_all(self) -> bool:
        resting = [self._advance(walk) for walk in self.walks if walk.case]
        return all(resting)

    def _advance(self, walk: Walk) -> bool:
        """Let one officer make the next step, if it is time; whether the document rests for good."""
        if not walk.state:
            return False
        if walk.todo and State(walk.state) in AT_HAND:
            self._act(walk)
            return False
        return State(walk.state) in AT_REST

    def _act(self, walk: Walk) -> None:
        step = walk.todo[0]
        try:
            shown = self.office.call("show", walk.case)
            if "settle" in step:
                told = self._settle(walk, step, shown)
            elif _must_wait(step, shown):
                return
            else:
                told = self._decide(walk, step, shown)
        except DisclosureError as error:
            walk.problems.append(f"{step.get('verb', 'clear')}: {error.code}")
            walk.todo.clear()
            self._event(f"{walk.case}  未能办理：{error.code}")
            return
        walk.todo.popleft()
        if told:
            self._event(f"{walk.case}  {told}")

    def _settle(self, walk: Walk, step: Mapping[str, str], shown: Mapping[str, Any]) -> str:
        open_ones = [
            item["id"]
            for item in shown["findings"]
            if item["kind"] == step["settle"] and not item["settled"] and item["severity"] != Severity.INFO
        ]
        if not open_ones:
            return ""
        by = self._officer(walk, Role.SECRECY)
        self.office.call("clear", walk.case, *open_ones, step["as"], "--as", by, "--reason", step["reason"])
        return f"{by} 处理疑点 {len(open_ones)} 处（{step['settle']}：{step['as']}）"

    def _decide(self, walk: Walk, step: Mapping[str, str], shown: Mapping[str, Any]) -> str:
        by = self._officer(walk, step["role"])
        words = ["decide", walk.case, step["verb"], "--version", str(shown["version"])]
        for option in ("reason", "meeting", "risk", "risk-text", "number", "body", "outcome"):
            if step.get(option):
                words += [f"--{option}", step[option]]
        if "scan" in step:
            words += ["--scan", str(self._scans / step["scan"])]
        told = f"{Role(step['role']).chinese} {by} {VERBS[Verb(step['verb'])]}"
        if "recorded_by" in step:
            clerk = self._officer(walk, step["recorded_by"])
            self.office.call(*words, "--as", clerk, "--recorded-for", by)
            return f"{told}（{clerk} 代录）"
        self.office.call(*words, "--as", by)
        return told

    def _officer(self, walk: Walk, role: str) -> str:
        return officer_for(self._officers, role, walk.sample.department)

    # ------------------------------------------------------------------- looking on

    def _wait_until(self, done: Callable[[], bool]) -> None:
        """Look at the documents again and again; give up when nothing happens any more."""
        self._last_event = time.monotonic()
        self._look()
        while not done():
            if time.monotonic() - self._last_event > self._patience:
                self._event("等待过久，不再等待")
                return
            time.sleep(_LOOK_EVERY)
            self._look()

    def _look(self) -> None:
        listed = {item["id"]: item for item in self.office.call("list")}
        self._match(listed)
        for walk in self.walks:
            if walk.case and walk.state != listed[walk.case]["state"]:
                walk.state = listed[walk.case]["state"]
                if State(walk.state) in AT_REST - AT_HAND:
                    self._event(f"{walk.case}  {ending(walk.state)}")

    def _match(self, listed: Mapping[str, Any]) -> None:
        """Find the case of each draft by its bytes; the same bytes again are the later case."""
        waiting = [walk for walk in self.walks if not walk.case]
        known = {walk.case for walk in self.walks}
        for case in sorted(set(listed) - known) if waiting else ():
            digests = sorted(item["sha256"] for item in self.office.call("show", case)["parts"])
            for walk in waiting:
                if not walk.case and digests == sorted(map(_sha256, walk.sample.files)):
                    walk.case = case
                    self._event(f"{case}  已收件（{walk.sample.department}）")
                    break

    def _event(self, text: str) -> None:
        self._last_event = time.monotonic()
        self._tell(f"{self._last_event - self._begin:6.1f}  {text}")


def _must_wait(step: Mapping[str, str], shown: Mapping[str, Any]) -> bool:
    """Whether the final tier must wait until the public copy is frozen."""
    open_tiers = [tier for tier in shown["tiers"] if tier["state"] == TierState.OPEN]
    values = shown["attribute"]
    proactive = (values["final"] or values["office"] or values["proposed"]) == Attribute.PROACTIVE
    approves = step["verb"] == Verb.APPROVE
    return approves and proactive and len(open_tiers) == 1 and shown["public"] is None


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
