"""What the runs of one paragraph say, sorted by what a reader of the page sees."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.shared.markup import attribute

if TYPE_CHECKING:
    from lxml import etree

    from disclosure_pipeline.builtin.extractors.drawings.colors import Color
    from disclosure_pipeline.builtin.extractors.word.style import Look

VISIBLE, HIDDEN, DELETED, FIELD = "", "hidden", "deletion", "field"
"""How text of a run stands to its paragraph; all but the first are kinds of place."""

TEXT = {"t": VISIBLE, "delText": DELETED, "instrText": FIELD, "delInstrText": FIELD}
SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad"}
TECHNICAL = frozenset(
    (
        "posOffset",
        "align",
        "pctWidth",
        "pctHeight",
        "pctPosHOffset",
        "pctPosVOffset",
        "LockedField",
        "LinkType",
    )
)
"""Elements of drawings and objects whose text is a number or a keyword."""

# The only symbols of Wingdings that matter here: stars of a secrecy marking, ticked boxes of a form.
_WINGDINGS = {"F0AB": "★", "F0B6": "☆", "F0FE": "☑", "F052": "☑", "F0A8": "☐", "F06F": "☐", "F0FC": "✓"}
_SYMBOL_FONT = re.compile(r"wingdings|webdings|symbol|marlett|mt extra", re.IGNORECASE)
_WIDE_WORDS = re.compile("[\\x20-\\x7e★☆\u3000-\u303f\u3400-\u9fff\uff00-\uffef]{3,}")


@dataclass(frozen=True, slots=True)
class RunLooks:
    """How the runs of a paragraph look before their own formatting.

    Args:
        base: what the styles say. ground: colour behind the paragraph, ``None`` if nobody knows it.
        off: the whole paragraph is not seen.
    """

    base: Look
    ground: Color | None
    off: bool = False


@dataclass(slots=True)
class Runs:
    """The runs of one paragraph."""

    looks: RunLooks

    shown: list[str] = field(default_factory=list)
    others: list[tuple[str, str | None, list[str]]] = field(default_factory=list)
    """(mode, author, texts) of runs that are not seen."""
    inner: list[etree._Element] = field(default_factory=list)
    """Text boxes and the like, read after the paragraph."""
    inserted: bool = False
    inserter: str | None = None
    _last: str | None = VISIBLE

    def add(self, mode: str, text: str, author: str | None = None) -> None:
        """Append text; neighbouring runs of one mode are one run."""
        if mode == VISIBLE:
            self.shown.append(text)
        elif self._last == mode and self.others:
            self.others[-1][2].append(text)
        else:
            self.others.append((mode, author, [text]))
        self._last = mode

    def insert(self, author: str) -> None:
        """Note that runs were inserted."""
        self.inserted = True
        self.inserter = self.inserter or author or None


class FieldStack:
    """The fields that are open: text between a field's begin and its separator is code, not shown.

    Args:
        trusted: whether the part closes as many fields as it opens; else nothing is taken for code.
    """

    def __init__(self, *, trusted: bool):
        self._trusted = trusted
        self._open: list[bool] = []
        self.in_code = False

    def see(self, kind: str) -> None:
        """A field character: ``begin``, ``separate`` or ``end``."""
        if kind == "begin":
            self._open.append(True)
        elif self._open and kind == "separate":
            self._open[-1] = False
        elif self._open and kind == "end":
            self._open.pop()
        self.in_code = self._trusted and any(self._open)


def symbol(element: etree._Element) -> str:
    """The character of ``w:sym``; text fonts keep theirs at F000 to F0FF too."""
    code = attribute(element, "char").upper()
    if code in _WINGDINGS:
        return _WINGDINGS[code]
    if not re.fullmatch("[0-9A-F]{4}", code):
        return "\ufffd"
    number = int(code, 16)
    if 0xF020 <= number <= 0xF0FF and not _SYMBOL_FONT.search(attribute(element, "font")):
        number -= 0xF000
    return chr(number)


def field_words(text: str) -> list[str]:
    """Words in the binary data of a field (``w:fldData``, base64)."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return [text]
    found = [
        run for shift in (0, 1) for run in _WIDE_WORDS.findall(data[shift:].decode("utf-16-le", "replace"))
    ]
    return [run for run in found if any(map(str.isalnum, run))]
