"""Remembers, by digest, parts that hold no words: an office's documents share their styles, themes and fonts.

Only digests and truth values are kept, nothing of any part.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

_MOST = 4096


class Memory:
    """Answers to one question about the bytes of parts.

    Args:
        ask: answers the question; the same bytes must always have the same answer.
    """

    def __init__(self, ask: Callable[[bytes], bool]):
        self._ask = ask
        self._answers: dict[bytes, bool] = {}

    def __call__(self, data: bytes) -> bool:
        """The answer, from memory if these very bytes were seen before."""
        key = sha256(data).digest()
        answer = self._answers.get(key)
        if answer is None:
            answer = self._ask(data)
            if len(self._answers) >= _MOST:
                del self._answers[next(iter(self._answers))]
            self._answers[key] = answer
        return answer
