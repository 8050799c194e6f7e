"""Reasons for which officers settle findings, as codes that one key gives.

Stored is ``code`` or ``code: remark``, or whatever else somebody wrote; the code is translated at display.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from disclosure_pipeline.model.finding import FINDING_KINDS, Settlement


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for which an officer settles a finding.

    Args:
        code: stored with the finding; lower-case ASCII.
        key: the digit that gives it in the console.
        title: what officers read.
        needs_remark: whether free text must come with it (`code: remark`).
        settlements: which settlements it explains (`accept`, `dismiss`, `redact`); empty means all.
        kinds: beginnings of the finding kinds it is for; empty means all.
    """

    code: str
    key: str
    title: str
    needs_remark: bool = False
    settlements: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def fits(self, settlement: str, kind: str) -> bool:
        """Whether it may explain why a finding of this kind is settled so."""
        return (not self.settlements or settlement in self.settlements) and (
            not self.kinds or kind.startswith(self.kinds)
        )

    def problems(self) -> Iterator[str]:
        """What makes it unusable."""
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.code) or not self.title:
            yield "code must be lower-case ASCII, and title must not be empty"
        if not re.fullmatch(r"[1-9]", self.key):
            yield "key must be a digit from 1 to 9"
        for settlement in self.settlements:
            if settlement not in list(Settlement):
                yield f"unknown settlement '{settlement}'"
        for prefix in self.kinds:
            if not any(kind.startswith(prefix) for kind in (*FINDING_KINDS, "format.")):
                yield f"unknown kind '{prefix}'"


def read_reason(reasons: Sequence[Reason], text: str) -> tuple[Reason | None, str]:
    """The reason that a stored text names, with the remark; ``None`` and the text itself if it names none.

    Args:
        reasons: those the office has.
        text: ``code``, ``code: remark`` or other words.
    """
    code, _, remark = text.replace("：", ":", 1).partition(":")
    found = next((item for item in reasons if item.code == code.strip()), None)
    return (None, text) if found is None else (found, remark.strip())


def reason_in_words(reasons: Sequence[Reason], text: str) -> str:
    """A stored reason as officers read it: the title of its code, and what was remarked."""
    found, remark = read_reason(reasons, text)
    return "：".join(filter(None, (found.title if found else "", remark)))
