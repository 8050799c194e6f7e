"""The states of a document and every step between them, as one table.

Nothing changes a document's state but a step of :data:`STEPS`, taken by
``pipeline/transitions.py``. A step that is not in the table does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from disclosure_pipeline.errors import Refused


class State(StrEnum):
    """Where a document is; stored as these exact words."""

    RECEIVED = "received"
    EXTRACTED = "extracted"
    SCREENED = "screened"
    TAGGED = "tagged"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    AWAITING_ISSUE = "awaiting_issue"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    QUARANTINED = "quarantined"
    DESTROYED = "destroyed"
    ATTENTION = "attention"
    RETURNED = "returned"
    REFERRED = "referred"
    WITHHELD = "withheld"
    ON_REQUEST = "on_request"
    DUPLICATE = "duplicate"


S = State

FINAL = frozenset(
    {S.PUBLISHED, S.WITHDRAWN, S.SUPERSEDED, S.DESTROYED, S.WITHHELD, S.ON_REQUEST, S.DUPLICATE}
)
"""States in which nothing is left to do (a final state may still have a way on, e.g. withdrawal)."""

WORKABLE = frozenset({S.RECEIVED, S.EXTRACTED, S.SCREENED, S.TAGGED})
"""States in which a worker of the ``intake`` queue carries the document on."""


@dataclass(frozen=True, slots=True)
class Step:
    """One allowed change of state.

    Args:
        name: the step's name, also the ``action`` of its audit row.
        sources: states it may start from.
        target: state it ends in; ``None`` means the state is kept (the change is in other columns).
        command: the command line that a person gives for it; empty for the pipeline's own steps.
    """

    name: str
    sources: frozenset[State]
    target: State | None
    command: str = ""


def _step(name: str, sources: State | tuple[State, ...] | frozenset[State], target: State | None,
          command: str = "") -> Step:  # fmt: skip
    members = (sources,) if isinstance(sources, State) else sources
    return Step(name, frozenset(members), target, command)


_IN_WORK = (S.RECEIVED, S.EXTRACTED, S.SCREENED, S.TAGGED)

STEPS: tuple[Step, ...] = (
    # The way, as the workers walk it.
    _step("extract", S.RECEIVED, S.EXTRACTED),
    _step("screen", S.EXTRACTED, S.SCREENED),
    _step("tag", S.SCREENED, S.TAGGED),
    _step("route", S.TAGGED, S.IN_REVIEW),
    _step("freeze", S.IN_REVIEW, None),
    # Units that publish only the issued file (正式件): it is dropped after the approval, and compared with it.
    _step("await_issue", S.APPROVED, S.AWAITING_ISSUE),
    _step("issue", S.AWAITING_ISSUE, S.RECEIVED, "submit"),
    _step("review_in_full", S.IN_REVIEW, S.TAGGED),
    # Beside the way.
    _step("join", S.RECEIVED, S.DUPLICATE),
    _step(
        "quarantine",
        (*_IN_WORK, S.ATTENTION, S.IN_REVIEW, S.REFERRED, S.RETURNED, S.AWAITING_ISSUE, S.WITHDRAWN),
        S.QUARANTINED,
    ),
    # After a restore: the folders of quarantine outlive a backup that does not know what they hold.
    _step(
        "found_isolated",
        (*_IN_WORK, S.ATTENTION, S.IN_REVIEW, S.REFERRED, S.RETURNED, S.APPROVED, S.AWAITING_ISSUE),
        S.QUARANTINED,
    ),
    _step("set_aside", (*_IN_WORK, S.IN_REVIEW), S.ATTENTION),
    _step("send_back", (S.EXTRACTED, S.SCREENED, S.TAGGED), S.RETURNED),
    _step("retry", S.ATTENTION, S.RECEIVED, "retry"),
    _step("give_back", (S.ATTENTION, S.AWAITING_ISSUE), S.RETURNED, "decide return"),
    _step("correct", S.RETURNED, S.RECEIVED, "submit"),
    _step("take_back", (*_IN_WORK, S.IN_REVIEW, S.ATTENTION), S.RETURNED, "take-back"),
    # People.
    _step("clear", S.IN_REVIEW, None, "clear"),
    _step("rule_picture", S.IN_REVIEW, None),
    _step("sign", S.IN_REVIEW, None, "decide approve"),
    _step("revise", (S.IN_REVIEW, S.REFERRED), None, "decide approve"),
    _step("approve", S.IN_REVIEW, S.APPROVED, "decide approve"),
    _step("return", S.IN_REVIEW, S.RETURNED, "decide return"),
    _step("refer", S.IN_REVIEW, S.REFERRED, "decide refer"),
    _step("answer_agree", S.REFERRED, S.IN_REVIEW, "decide answer"),
    _step("answer_refuse", S.REFERRED, S.RETURNED, "decide answer"),
    _step("release_first", S.QUARANTINED, None, "quarantine release"),
    _step("release", S.QUARANTINED, S.RECEIVED, "quarantine release"),
    _step("destroy", S.QUARANTINED, S.DESTROYED, "quarantine confirm"),
    # Newer rules found something in what was signed (`disclosure rescreen`).
    _step("reopen", (S.APPROVED, S.AWAITING_ISSUE), S.IN_REVIEW, "rescreen"),
    # Out, and back again.
    _step("start_publishing", S.APPROVED, S.PUBLISHING),
    _step("start_filing", S.APPROVED, None),
    _step("finish_publishing", S.PUBLISHING, S.PUBLISHED),
    _step("withhold", S.APPROVED, S.WITHHELD),
    _step("file_on_request", S.APPROVED, S.ON_REQUEST),
    _step(
        "withdraw",
        (S.APPROVED, S.AWAITING_ISSUE, S.PUBLISHING, S.PUBLISHED),
        S.WITHDRAWING,
        "withdraw",
    ),
    # Newer rules found a secrecy marking in what is out or archived; quarantine follows the withdrawal.
    _step(
        "recall",
        (S.APPROVED, S.PUBLISHING, S.PUBLISHED, S.WITHHELD, S.ON_REQUEST, S.WITHDRAWING),
        S.WITHDRAWING,
        "rescreen",
    ),
    _step("finish_withdrawal", S.WITHDRAWING, S.WITHDRAWN),
    # 更正: the correction is out, so the text that it replaces goes.
    _step("replace", S.PUBLISHED, S.WITHDRAWING, "replace"),
    _step("supersede", S.WITHDRAWING, S.SUPERSEDED),
    # What is said of a published document changes, not its text (废止 澄清 解读).
    _step("amend", S.PUBLISHED, None, "repeal"),
    _step(
        "found_withdrawn",
        (S.APPROVED, S.AWAITING_ISSUE, S.PUBLISHING, S.PUBLISHED, S.WITHDRAWING),
        S.WITHDRAWING,
        "channel verify",
    ),
    # Regular attribute review (定期审查; 001).
    _step("convert", (S.WITHHELD, S.ON_REQUEST), S.RECEIVED, "review-attributes --decide convert"),
)

_BY_NAME = {step.name: step for step in STEPS}


def step(name: str) -> Step:
    """The step of that name.

    Raises:
        KeyError: no such step (a programming error).
    """
    return _BY_NAME[name]


def target_of(name: str, state: State) -> State:
    """The state that step ``name`` leads to from ``state``.

    Raises:
        Refused: the table has no such step from this state.
    """
    wanted = _BY_NAME[name]
    if state not in wanted.sources:
        raise Refused(f"'{name}' is not possible while the document is {state.value}.")
    return state if wanted.target is None else wanted.target
