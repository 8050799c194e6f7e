"""正式件: what an issued file may say otherwise than the version that was approved before it was issued.

Everything here is data (``config/rules/issuing.toml``): who wants to let a further line differ adds a rule, and none
of them lets a word of the text itself differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from disclosure_pipeline.model.text import KINDS


class Where(StrEnum):
    """Where a rule of an issued file looks."""

    HEAD = "head"
    """A whole line above the title."""
    SIGNATURE = "signature"
    """The line of the bodies' names below the text; it may not differ itself, and is where the tail begins."""
    TAIL = "tail"
    """A whole line directly below the signature, or below another such line."""
    EDGE = "edge"
    """The first or last line of a page, or one in a header or footer, that is only the number of the page."""
    SEAL = "seal"
    """Words in a picture at the tail, all of whose characters are of the issuing bodies' names."""
    UNSEEN = "unseen"
    """Kinds of places that no reader sees and that every saving of a file changes; they never go out."""


_WITHOUT_PATTERNS = frozenset({Where.SEAL})


@dataclass(frozen=True, slots=True)
class IssueRule:
    """One permitted difference.

    Args:
        id: stable id.
        title: what pages call it (发文字号).
        where: see :class:`Where`.
        patterns: regular expressions of the whole line, on folded characters without white space; of ``edge`` with one group
            for the number; of ``unseen`` names of kinds of places.
        article: legal source.
        most: how many such lines there may be.
        version: raised when the rule changes.
    """

    id: str
    title: str
    where: Where
    article: str
    patterns: tuple[str, ...] = ()
    most: int = 1
    version: int = 1

    def problems(self) -> Iterator[str]:
        """What makes it unusable; whether its patterns are expressions is checked by the loader."""
        if not (self.id and self.title and self.article):
            yield "id, title and article must not be empty"
        if self.most < 1:
            yield "most must be positive"
        if self.where in _WITHOUT_PATTERNS and self.patterns:
            yield f"a rule of '{self.where.value}' has no patterns"
        if self.where not in _WITHOUT_PATTERNS and not self.patterns:
            yield "it has no patterns"
        if self.where is Where.UNSEEN:
            yield from (f"unknown kind of place '{kind}'" for kind in self.patterns if kind not in KINDS)
