"""Words inside formulas: strings, long numbers, names that nothing in the workbook explains."""

from __future__ import annotations

import re
from collections.abc import Iterable

from disclosure_pipeline.builtin.extractors.shared.code_words import CODE_WORD

_PART = re.compile(
    r'"(?P<string>(?:[^"]|"")*)"|\'(?P<sheet>(?:[^\']|\'\')*)\'!|(?P<reference>\$?[A-Za-z]{1,3}\$?\d{1,7}(?![\w.]))'
    r"|(?P<name>[^\W\d][\w.\\]*)!?|(?P<number>\d[\d.]*(?:[eE][+\-]?\d+)?)"
)
_CELL_PICTURE = re.compile(r"ID_[0-9A-F]{32}")
"""What WPS calls a picture in a cell: ``DISPIMG("ID_…", 1)``."""
_LONG = 6
_PLAIN = re.compile(r'[^"\d]*(?:\d{1,5}(?!\d)[^"\d]*)*')


_CHARACTERS = re.compile(r"\bUNICHAR\s*\(|\bCHAR\s*\(\s*(?!(?:9|10|13|32|34|39|160)\s*\))", re.IGNORECASE)
"""A character by its code; not line breaks, blanks and quotation marks, which everyday formulas make so."""


def spells(text: str) -> bool:
    """Whether a formula makes characters from their codes."""
    return _CHARACTERS.search(text) is not None


class Formulas:
    """Tells formulas with words of their own from those that only refer to cells.

    Args:
        known: names of sheets, defined names and tables: a formula may use them.
    """

    def __init__(self, known: Iterable[str] = ()):
        self._known = {name.casefold() for name in known}
        self._seen: set[tuple[str, ...]] = set()

    def words(self, text: str) -> tuple[str, ...]:
        """The strings, unknown names and long numbers of a formula."""
        if text.isascii() and _PLAIN.fullmatch(text) and not CODE_WORD.search(text):
            return ()
        words = []
        for part in _PART.finditer(text):
            kind = part.lastgroup
            word = part[kind] if kind else ""
            if kind == "string":
                telling = bool(word.strip()) and not _CELL_PICTURE.fullmatch(word)
            elif kind == "sheet":
                telling = not self.explains(word.replace("''", "'"))
            elif kind == "name":
                told = not word.isascii() or CODE_WORD.search(word) is not None
                telling = told and not self.explains(word)
            else:
                telling = kind == "number" and len(word) >= _LONG
            if telling:
                words.append(word)
        return tuple(words)

    def tells(self, text: str) -> bool:
        """Whether a formula holds words."""
        return bool(self.words(text))

    def tells_more(self, text: str) -> bool:
        """Whether it holds words that no formula before it has shown: a column repeats its formula in each row."""
        words = self.words(text)
        if not words or words in self._seen:
            return False
        self._seen.add(words)
        return True

    def tells_link(self, text: str) -> bool:
        """Whether the link of a shape or control leads to words or to a sheet that the workbook does not have."""
        sheet, bang, _ = text.rpartition("!")
        return self.tells(text) or bool(bang and not self.explains(sheet.strip("'")))

    def explains(self, name: str) -> bool:
        """Whether the workbook has a sheet, name or table of this name."""
        folder, bracket, sheet = name.rpartition("]")
        return sheet.casefold() in self._known if not folder and not bracket else False
