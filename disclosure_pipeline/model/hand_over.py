"""What the law and the office say of hand-over lists (移交清单, 移送明细表), as rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Target(StrEnum):
    """Who takes documents over."""

    ARCHIVE = "archive"
    """档案馆: everything that was filed, with its bags (档案法实施条例)."""
    LIBRARY = "library"
    """公共图书馆, 政务服务场所: what is public, and nothing else (条例 第二十五条)."""

    @property
    def channel(self) -> str:
        """Under which name its hand-overs stand among the errands."""
        return f"hand_over.{self.value}"


@dataclass(frozen=True, slots=True)
class ListForm:
    """How the lists for somebody are headed.

    Args:
        target: for whom.
        title: name of the list.
        article: legal source.
        days: working days after the 成文日期 within which a document is handed over; 0 for no limit.
    """

    target: Target
    title: str
    article: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class Opinion:
    """A proposal of what to say about opening a document to the public when its time has come (到期开放意见).

    A person decides; this is what the list says until then.

    Args:
        id: name of the rule.
        text: the proposal.
        article: legal source.
        attributes: attributes of the documents that it is for; none for every attribute.
        states: states of the documents that it is for; none for every state.
        grounds: grounds of not disclosing that it is for; none for every ground, or no ground.
    """

    id: str
    text: str
    article: str
    attributes: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    grounds: frozenset[str] = frozenset()

    def fits(self, attribute: str, state: str, ground: str) -> bool:
        """Whether it is for a document.

        Args:
            attribute: its final attribute.
            state: its state.
            ground: code of the ground of not disclosing it, or empty.
        """
        asked = ((self.attributes, attribute), (self.states, state), (self.grounds, ground))
        return all(not wanted or value in wanted for wanted, value in asked)


@dataclass(frozen=True, slots=True)
class HandOverRules:
    """Everything of ``hand_over.toml``.

    Args:
        lists: by whom they are for.
        opinions: in the order in which they are asked; the first one that fits counts.
    """

    lists: tuple[ListForm, ...] = ()
    opinions: tuple[Opinion, ...] = ()

    def form(self, target: Target) -> ListForm:
        """How the lists for somebody are headed."""
        return next((item for item in self.lists if item.target is target), ListForm(target, "", ""))

    def opinion(self, attribute: str, state: str, ground: str) -> str:
        """The proposal for a document, with its source; empty when no rule fits."""
        for item in self.opinions:
            if item.fits(attribute, state, ground):
                return f"{item.text}（{item.article}）"
        return ""
