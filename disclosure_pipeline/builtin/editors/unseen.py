"""Which runs of a part a reader of the page does not see, by what the extractor said of the draft.

What is white, tiny, off the page or covered is the extractor's to know; an editor asks it instead of knowing
it again. A place that cannot be found here stays in the copy and is found by the proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.shared.markup import local
from disclosure_pipeline.model.text import Segment

if TYPE_CHECKING:
    from lxml import etree

_BESIDE_THE_TEXT = frozenset(
    ("alt", "metadata", "link", "field", "name", "note", "script", "form", "annotation", "comment", "attachment",
     "cache", "formula", "signature", "deletion")
)  # fmt: skip
"""Kinds of place that are no runs of a paragraph, or that no copy takes over anyway."""

_GONE = frozenset(("del", "moveFrom"))


def unseen_runs(root: etree._Element, part: str, unseen: Sequence[Segment]) -> set[etree._Element]:
    """The runs (``w:r``, ``a:r``) that hold what a reader does not see.

    Args:
        root: root element of the part.
        part: the part's name.
        unseen: the invisible segments of the whole draft.
    """
    paragraphs = [_Paragraph(element) for element in root.iter("{*}p")]
    doomed: set[etree._Element] = set()
    for segment in unseen:
        if segment.place.part != part or segment.place.kind in _BESIDE_THE_TEXT:
            continue
        for line in segment.text.splitlines() or ():
            words = _bare(line)
            if words:
                doomed.update(_find(paragraphs, words, segment.place.paragraph))
    return doomed


def _find(paragraphs: Sequence[_Paragraph], words: str, number: int | None) -> Sequence[etree._Element]:
    """The runs of the paragraph that the place names, else of the first one that has just these words."""
    named = [paragraphs[number - 1]] if number and number <= len(paragraphs) else []
    for paragraph in (*named, *paragraphs):
        runs = paragraph.take(words)
        if runs:
            return runs
    return ()


class _Paragraph:
    """A paragraph's runs with their words; what was found once is not found again."""

    def __init__(self, element: etree._Element):
        self._runs = [(run, _bare("".join(_texts(run)))) for run in _runs(element)]

    def take(self, words: str) -> Sequence[etree._Element]:
        """Neighbouring runs that hold these words and no others."""
        for start in range(len(self._runs)):
            joined = ""
            for end in range(start, len(self._runs)):
                joined += self._runs[end][1]
                if not words.startswith(joined):
                    break
                if joined == words:
                    found = [run for run, _ in self._runs[start : end + 1]]
                    self._runs[start : end + 1] = []
                    return found
        return ()


def _runs(parent: etree._Element) -> Iterator[etree._Element]:
    """Runs in order, those of inner paragraphs and of deleted text aside."""
    for child in parent:
        name = local(child)
        if name in ("r", "fld"):
            yield child
        elif name not in _GONE and name != "p":
            yield from _runs(child)


def _texts(run: etree._Element) -> Iterator[str]:
    return (child.text or "" for child in run.iterchildren("{*}t"))


def _bare(text: str) -> str:
    return "".join(text.split())
