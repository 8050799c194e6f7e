"""What the readers of binary Office streams gather before it is compared and kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from disclosure_pipeline.model.text import VISIBLE_KINDS


@dataclass(frozen=True, slots=True)
class Words:
    """A run of characters with its place; arguments as those of ``Collector.add``."""

    text: str
    kind: str
    part: str
    paragraph: int | None = None
    cell: str | None = None
    page: int | None = None
    detail: str | None = None
    visible: bool = True


@dataclass(slots=True)
class Harvest:
    """Everything that rules found in the streams of one file.

    Args:
        words: in reading order.
        names: names of fonts, styles and the like that Office itself gives; no content.
        complete: whether the readers understood the whole structure of the text.
    """

    words: list[Words] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    complete: bool = True

    def add(
        self,
        text: str,
        kind: str,
        part: str,
        *,
        paragraph: int | None = None,
        cell: str | None = None,
        page: int | None = None,
        detail: str | None = None,
        visible: bool | None = None,
    ) -> None:
        """Keep a run; runs of white space only are dropped. ``visible=None`` means what the kind says."""
        if not text or text.isspace():
            return
        shown = kind in VISIBLE_KINDS if visible is None else visible
        self.words.append(Words(text, kind, part, paragraph, cell, page, detail, shown))
