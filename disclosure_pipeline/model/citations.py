"""By what documents are cited: 发文字号 and titles, as keys that do not depend on how they were typed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from disclosure_pipeline.model.folding import fold

_BRACKETS = re.compile(r"[〔\[(【〕\])】《》〈〉\"“”]")
_LEAD = re.compile(r"[\u3400-\u9fff]+")


def number_keys(words: str, patterns: Iterable[str]) -> tuple[str, ...]:
    """The keys of the first 发文字号 in some words: with all Chinese characters before it, and with fewer and fewer.

    Args:
        words: what was written.
        patterns: regular expressions of numbers (rules of form ``document_number``).
    """
    words = "".join(fold(words).split())
    match = next((found for pattern in patterns if (found := re.search(pattern, words))), None)
    if match is None:
        return ()
    number = _BRACKETS.sub("|", match.group()).replace("第", "")
    lead = _LEAD.match(number)
    return tuple(f"number|{number[start:]}" for start in range(len(lead.group()) if lead else 1))


def title_keys(title: str) -> tuple[str, ...]:
    """The keys of a title: whole, and from 关于 on, because the issuing body is often left out."""
    words = _BRACKETS.sub("", "".join(fold(title).split()))
    about = words.find("关于")
    several = (words, words[about:]) if about > 0 else (words,)
    return tuple(f"title|{item}" for item in several if item)
