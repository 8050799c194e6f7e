"""What the walk through OpenDocument text carries along: where a paragraph stands, and what its runs say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.odf.styles import PLAIN, Look
from disclosure_pipeline.builtin.extractors.shared.markup import attribute

if TYPE_CHECKING:
    from lxml import etree

HIDDEN, DELETION = "hidden", "deletion"
_MOST_SPACES = 200


@dataclass(frozen=True, slots=True)
class Where:
    """What the elements around a paragraph say about it."""

    kind: str = "body"
    look: Look = PLAIN
    page: int | None = None
    cell: str | None = None
    detail: str | None = None
    hidden: str = ""
    """Kind of everything inside that is not shown; empty where it is shown."""
    pattern: bool = False
    """A master's: fields stand there by their names (``<number>``)."""


@dataclass(slots=True)
class Runs:
    """What the runs of one paragraph say: what shows, what does not, and what stands in it with text of its own."""

    shown: list[str] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)
    inner: list[etree._Element] = field(default_factory=list)
    rubies: list[str] = field(default_factory=list)
    hides_all: bool = False
    inserted: bool = False

    def add(self, text: str | None, mode: str) -> None:
        """Add the text of a run; ``mode`` is its kind where it does not show, else empty."""
        if not text:
            return
        if not mode:
            self.shown.append(text)
        elif self.others and self.others[-1][0] == mode:
            self.others[-1] = (mode, self.others[-1][1] + text)
        else:
            self.others.append((mode, text))


def repeated(element: etree._Element, name: str) -> int:
    """How often a cell, row or column stands there; at least once."""
    value = attribute(element, name)
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) < 10 else 1


def _spaces(element: etree._Element) -> str:
    return " " * min(repeated(element, "c"), _MOST_SPACES)


SIGNS: dict[str, Callable[[etree._Element], str]] = {
    "s": _spaces,
    "tab": lambda _: "\t",
    "line-break": lambda _: "\n",
}
"""The characters that elements stand for."""
