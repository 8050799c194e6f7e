"""Masked forms: how much of a number or a name may stay readable (138****1234).

A masked form has exactly as many characters as the original, and each is the original's own or a star: so
it can be checked against the original by whoever did not make it, and cut where the original was cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from disclosure_pipeline.model.finding import FINDING_KINDS, MARKING

STAR = "*"

_NOT_COUNTED = frozenset(" \t\n\r\u00a0\u3000-‐‑‒–—―·•()（）+")
"""What spreads a number out or joins a name; it says nothing, so it is shown and not counted."""


@dataclass(frozen=True, slots=True)
class Mask:
    """How much of a hit may stay readable in the public copy; a kind without an entry can only be removed.

    Args:
        kind: the finding kind.
        head: most characters shown in front; blanks, dashes and brackets do not count.
        tail: most characters shown at the end.
        hide: fewest characters hidden; a short hit shows less in front, and then less at the end.
        until: from this character on everything is shown (`@` of an address); empty for none.
        example: what it does: the characters and what is shown of them.
        source: where the form comes from.
    """

    kind: str
    head: int
    tail: int
    hide: int
    until: str = ""
    example: tuple[str, ...] = ()
    source: str = ""

    def problems(self) -> Iterator[str]:
        """What makes it unusable."""
        if self.kind not in FINDING_KINDS or self.kind == MARKING:
            yield f"unknown kind '{self.kind}'"
        if min(self.head, self.tail) < 0 or self.hide < 1:
            yield "head and tail must not be negative, and hide must be positive"
        elif self.example and (len(self.example) != 2 or masked(self.example[0], self) != self.example[1]):
            yield "the example is not what it does"
        if len(self.until) > 1:
            yield "until is one character"


def masked(text: str, mask: Mask) -> str:
    """The form of some characters that may be shown.

    Args:
        text: the original characters of one hit.
        mask: how much of them may stay.
    """
    end = text.find(mask.until) if mask.until else -1
    body, rest = (text, "") if end < 0 else (text[:end], text[end:])
    counted = [index for index, character in enumerate(body) if character not in _NOT_COUNTED]
    most = max(0, len(counted) - mask.hide)
    tail = min(mask.tail, most)
    head = min(mask.head, most - tail)
    hidden = frozenset(counted[head : len(counted) - tail])
    return "".join(STAR if index in hidden else one for index, one in enumerate(body)) + rest


def masked_pieces(pieces: Sequence[str], mask: Mask) -> tuple[str, ...]:
    """The masked form of one hit that goes on in several places, cut where the hit is cut."""
    form, at = masked("".join(pieces), mask), 0
    cut = []
    for piece in pieces:
        cut.append(form[at : at + len(piece)])
        at += len(piece)
    return tuple(cut)


def is_form_of(form: str, text: str) -> bool:
    """Whether a text shows nothing beyond the original's own characters at their places.

    Args:
        form: what is shown.
        text: the original characters.
    """
    return len(form) == len(text) and all(one in (STAR, other) for one, other in zip(form, text, strict=True))
