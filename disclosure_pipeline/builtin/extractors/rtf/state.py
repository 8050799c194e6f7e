"""What a group of Rich Text Format inherits from the one around it, and what that makes of its characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from disclosure_pipeline.builtin.extractors.rtf.output import Sink

_TINY = 4
"""Half points: smaller letters nobody reads."""

_WHITE = 0xFFFFFF

_MOST_LEVEL = 100
"""Tables that may lie in one another; those of a deeper level are taken for one of this."""


@dataclass(slots=True)
class State:
    """One group while it is read.

    Args:
        sink: where its text goes.
        destination: control word of its destination.
        font: number of its font, or none yet.
        skip: characters after a Unicode one that are for older readers.
        hidden: whether its text is marked as hidden. deleted: as a deletion. revised: as an insertion.
        colour: number of the text's colour in the document's table; 0 is the reader's own.
        size: of its letters, in half points.
        shaded: whether it has a ground of its own.
        level: of the table its paragraph stands in: 1, more inside a cell's table, 0 outside of all.
        nested: whether it defines rows of a table inside a cell.
        starred: whether readers may skip it when they do not know its destination.
        owns: whether it began the destination itself.
        fresh: whether nothing was said in it yet.
        old: whether it repeats a picture for older readers.
        away: whether it lies in a shape that is off the page.
    """

    sink: Sink
    destination: str = "rtf"
    font: int | None = None
    skip: int = 1
    hidden: bool = False
    deleted: bool = False
    revised: bool = False
    colour: int = 0
    size: int = 24
    shaded: bool = False
    level: int = 0
    nested: bool = False
    starred: bool = False
    owns: bool = False
    fresh: bool = True
    old: bool = False
    away: bool = False

    def inner(self) -> State:
        """The state in which a group inside this one begins."""
        return State(
            self.sink, self.destination, self.font, self.skip, self.hidden, self.deleted, self.revised, self.colour,
            self.size, self.shaded, self.level, self.nested, old=self.old, away=self.away,
        )  # fmt: skip

    def reset(self) -> None:
        """Back to the plain look of characters."""
        self.hidden = self.deleted = self.revised = False
        self.colour, self.size, self.shaded = 0, 24, False

    def stand(self, word: str, number: int) -> None:
        """Say in which table the paragraph stands.

        Args:
            word: ``pard``, ``intbl`` or ``itap``.
            number: its parameter, of ``itap`` the level.
        """
        if word == "pard":
            self.level = 0
        elif word == "intbl":
            self.level = max(self.level, 1)
        else:
            self.level = min(number, _MOST_LEVEL) if number > 0 else min(self.level, 1)

    def mark(self, colours: Sequence[int]) -> str:
        """Kind of the characters that come now; empty for that of their place.

        Args:
            colours: the document's table of colours, as ``0xRRGGBB``.
        """
        if self.deleted:
            return "deletion"
        if self.hidden or self.away or self.size <= _TINY or self._is_white(colours):
            return "hidden"
        return "insertion" if self.revised else ""

    def _is_white(self, colours: Sequence[int]) -> bool:
        if not self.colour or self.shaded or self.colour >= len(colours):
            return False
        return colours[self.colour] == _WHITE
