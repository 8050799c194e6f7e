"""Which extractor reads a file: by its bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

HEAD_BYTES = 64 * 1024
"""How much of a file extractors see when they are asked for their score."""

LAST_RESORT = 10
"""Score of a reader that takes what nobody else claims (plain text)."""


class Scorer(Protocol):
    """What choosing needs of an extractor."""

    def score(self, head: bytes, name: str) -> int:
        """See :class:`~disclosure_pipeline.hooks.contracts.Extractor`."""
        ...


AnyExtractor = TypeVar("AnyExtractor", bound=Scorer)


def choose(extractors: Iterable[AnyExtractor], head: bytes, name: str) -> AnyExtractor | None:
    """The extractor that is surest that it can read a file.

    Args:
        extractors: candidates; on equal scores the earlier one wins.
        head: the first :data:`HEAD_BYTES` of the file.
        name: the file's name; extractors see it in lower case.

    Returns:
        ``None`` when no extractor can read the file: its format is unknown.
    """
    best: AnyExtractor | None = None
    best_score = 0
    for extractor in extractors:
        score = extractor.score(head[:HEAD_BYTES], name.lower())
        if score > best_score:
            best, best_score = extractor, score
    return best
