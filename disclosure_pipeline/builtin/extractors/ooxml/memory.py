"""Remembers, by digest, parts that hide nothing: an office's documents share their styles, themes and fonts.

Only digests and truth values are kept, nothing of any part.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, ParamSpec

_MOST = 4096

About = ParamSpec("About")


class Memory(Generic[About]):
    """Answers to one question about parts.

    Args:
        ask: answers the question; it is asked once for each key.
    """

    def __init__(self, ask: Callable[About, bool]):
        self._ask = ask
        self._answers: dict[Hashable, bool] = {}

    def __call__(self, key: Hashable, *about: About.args, **more: About.kwargs) -> bool:
        """The answer, from memory if it was given before.

        Args:
            key: digests of everything that the answer depends on.
            about: what is asked about, when there is no answer yet.
            more: likewise.
        """
        answer = self._answers.get(key)
        if answer is None:
            answer = self._ask(*about, **more)
            if len(self._answers) >= _MOST:
                del self._answers[next(iter(self._answers))]
            self._answers[key] = answer
        return answer
