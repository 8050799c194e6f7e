"""What `disclosure extract` prints for people: a tree of parts and pages, hidden places marked by kind.

Visible text stands plain, as a reader of the page would read it. What the page does not show is dimmed and
headed by the name of its kind, in Chinese and as in the JSON. Nothing of a document reaches the terminal
as a control character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import click

from disclosure_pipeline.model.words import kind_in_words

_BRANCH, _LAST, _TRUNK = "├─ ", "└─ ", "│  "
_SPACE = "   "
_TABLE = re.compile(r"^table (\d+) ")


def tree(text: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the tree.

    Args:
        text: what an extractor read, as `disclosure extract --json` prints it.
    """
    segments: Sequence[Mapping[str, Any]] = text["segments"]
    hidden = sum(not segment["visible"] for segment in segments)
    shown = len(segments) - hidden
    yield f"{text['media_type']}（{text['extractor']}）：页面可见 {shown} 处，页面看不到 {hidden} 处"
    groups = [(name, list(items)) for name, items in groupby(segments, _heading)]
    for number, (name, items) in enumerate(groups, start=1):
        last = number == len(groups)
        yield (_LAST if last else _BRANCH) + click.style(printable(name), bold=True)
        for segment in items:
            yield from _segment(segment, _SPACE if last else _TRUNK)


def printable(text: str) -> str:
    """Text without characters that a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)


def _heading(segment: Mapping[str, Any]) -> str:
    """The part, and its page where there are pages."""
    place = segment["place"]
    page = f"第{place['page']}页" if "page" in place else ""
    return page if place["part"] == "page" and page else f"{place['part']} {page}".strip()


def _segment(segment: Mapping[str, Any], indent: str) -> Iterator[str]:
    lines = [printable(line) for line in segment["text"].splitlines() if line.strip()]
    if segment["visible"]:
        address = segment["place"].get("cell")
        marks = [f"{_cell(address.rpartition('!')[2])}: " if address else ""]
        marks += [" " * _width(marks[0])] * (len(lines) - 1)
        yield from (f"{indent}{mark}{line}" for mark, line in zip(marks, lines, strict=False))
        return
    yield indent + click.style(f"▒ {_label(segment['place'])}", fg="yellow")
    yield from (f"{indent}▒   " + click.style(line, dim=True) for line in lines)


def _label(place: Mapping[str, Any]) -> str:
    """Kind, who or what, and where, of a place that the page does not show."""
    words = [f"{kind_in_words(place['kind'])} [{place['kind']}]"]
    if place.get("detail", "").strip():
        words.append(printable(place["detail"]))
    if "cell" in place:
        words.append(_cell(place["cell"]))
    elif place.get("paragraph"):
        words.append(f"第{place['paragraph']}段")
    return " · ".join(words)


def _cell(address: str) -> str:
    """``表1 B2`` for a cell of a document's table, a sheet's cell as programs write it."""
    return printable(_TABLE.sub(r"表\1 ", address))


def _width(text: str) -> int:
    """Columns that a terminal gives to a text: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
