"""Words that office programs write by themselves, and that are nobody's content: data of ``defaults.toml``."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources


@lru_cache(maxsize=4096)
def is_default(family: str, text: str) -> bool:
    """Whether a program wrote a text by itself.

    Args:
        family: a table of the file: ``names``, ``prompts``, ``words_of_formats``, ``keys``, ``pictures`` (SHA-256 of
            their bytes).
        text: the text; white space at its ends does not count.
    """
    texts, pattern = _families()[family]
    stripped = text.strip()
    return stripped in texts or pattern.fullmatch(stripped) is not None


@cache
def _families() -> dict[str, tuple[frozenset[str], re.Pattern[str]]]:
    data = tomllib.loads(resources.files(__package__).joinpath("defaults.toml").read_text("utf-8"))
    return {
        name: (
            frozenset(text.strip() for text in family["texts"]),
            re.compile("|".join(f"(?:{pattern})" for pattern in family["patterns"]) or "(?!)"),
        )
        for name, family in data.items()
    }
