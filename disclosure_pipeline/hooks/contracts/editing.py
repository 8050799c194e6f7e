"""The contract of what makes a copy of a draft: without what hides in it, or with remarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from disclosure_pipeline.hooks.contracts.reading import SourceFile
from disclosure_pipeline.model.text import Place, Segment


@dataclass(frozen=True, slots=True)
class Remark:
    """What a clerk should know or do about a place in a draft.

    Args:
        place: where. words: characters that stand there, to find the place by; never repeated in the remark.
        text: the remark, Chinese.
    """

    place: Place
    words: str
    text: str


@runtime_checkable
class Editor(Protocol):
    """Makes copies of drafts of one family of formats. Runs only inside a sandbox process.

    The core reads every copy again and proves it; an editor need not be trusted.
    """

    id: str
    version: str

    def score(self, head: bytes, name: str) -> int:
        """How sure the editor is that it can edit a file, as :meth:`Extractor.score`."""
        ...

    def clean(self, file: SourceFile, unseen: Sequence[Segment]) -> bytes:
        """A copy with what a reader of the printed page sees, and nothing else.

        Args:
            file: the draft.
            unseen: every place in it that the page does not show, as its reader found them.

        Raises:
            ExtractionFailed: something that is seen cannot be taken over cleanly.
        """
        ...

    def annotate(self, file: SourceFile, remarks: Sequence[Remark]) -> bytes:
        """A copy of the whole draft with a comment at each place.

        Raises:
            ExtractionFailed: ``annotate.unsupported``: the format has no comments that this editor can write.
        """
        ...
