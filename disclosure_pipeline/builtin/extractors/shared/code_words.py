"""Words in capitals and digits (``CASE00042``): telling even in ASCII, where programs write names and numbers."""

from __future__ import annotations

import re

PATTERN = (
    r"(?<![A-Za-z0-9])(?![A-F]+\d+(?![A-Za-z0-9]))(?=[A-Za-z0-9]{9})"
    r"[A-Z]{4,24}[a-z]{0,12}\d{3,12}(?![A-Za-z0-9])"
)
"""Four capitals or more, then three digits or more; no hexadecimal number, and longer than drivers' file names."""

CODE_WORD = re.compile(PATTERN)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]{100,}")


def has_code_word(text: str) -> bool:
    """Whether a value holds a code word; one in Base64 is chance."""
    return CODE_WORD.search(text) is not None and _BASE64.fullmatch(text) is None
