"""Markdown: what its rendered page shows, and what only the source holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.model.text import Place

_FRONT = re.compile(r"\A\ufeff?(---|\+\+\+)[ \t]*\n(.*?\n)\1[ \t]*(?:\n|\Z)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_DEFINITION = re.compile(r" {0,3}\[[^\]\n]+\]:[ \t]*\S")
_ELEMENT = re.compile(r"<[A-Za-z][^<>]*>")


def read_markdown(out: Collector, text: str, settings: Mapping[str, Any], depth: int) -> None:
    """Add every line of a Markdown text by its kind.

    Args:
        out: gets the lines.
        text: the file.
        settings: the keys of ``[extraction]``, for HTML in the text.
        depth: how deep the file lies inside other files.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    line = 1
    front = _FRONT.match(text)
    if front:
        for number, entry in enumerate(front[2].splitlines(), start=2):
            out.add(entry, "metadata", "text", paragraph=number, detail="front matter")
        line += front[0].count("\n")
        text = text[front.end() :]
    for first, block, is_code in _blocks(text, line):
        if is_code:
            _add_lines(out, block, first)
            continue
        rest = _without_comments(out, block, first)
        if _ELEMENT.search(rest):
            _html(out, rest, first, settings, depth)
        else:
            _add_lines(out, rest, first)
    out.reveal(text, Place("text", "hidden"))


def _blocks(text: str, first: int) -> Iterator[tuple[int, str, bool]]:
    """(first line, text, whether it is fenced code): fences apart, comments never cut."""
    lines: list[str] = []
    start, fence = first, ""
    for number, line in enumerate(text.split("\n"), start=first):
        mark = _FENCE.match(line)
        opens = mark is not None and not fence and "<!--" not in "".join(lines).rpartition("-->")[2]
        if opens and mark is not None:
            yield start, "\n".join(lines), False
            lines, start, fence = [], number, mark[1]
        lines.append(line)
        if fence and not opens and mark is not None and mark[1].startswith(fence):
            yield start, "\n".join(lines), True
            lines, start, fence = [], number + 1, ""
    yield start, "\n".join(lines), bool(fence)


def _without_comments(out: Collector, block: str, first: int) -> str:
    """The block after its comments were noted; line breaks stay, so that lines keep their numbers."""

    def note(match: re.Match[str]) -> str:
        at = first + block.count("\n", 0, match.start())
        out.add(match[0].removeprefix("<!--").removesuffix("-->"), "comment", "text", paragraph=at)
        return "\n" * match[0].count("\n")

    return _COMMENT.sub(note, block)


def _add_lines(out: Collector, block: str, first: int) -> None:
    for number, line in enumerate(block.split("\n"), start=first):
        kind = "link" if _DEFINITION.match(line) else "body"
        out.add(line, kind, "text", paragraph=number)


def _html(out: Collector, block: str, first: int, settings: Mapping[str, Any], depth: int) -> None:
    """Lines around paragraphs that hold elements; those are read as a page."""
    from disclosure_pipeline.builtin.extractors.html.page import read_fragment

    at = first
    for paragraph in re.split(r"(\n[ \t]*\n)", block):
        if _ELEMENT.search(paragraph):
            read_fragment(out, paragraph, part=f"text line {at}", settings=settings, depth=depth)
        else:
            _add_lines(out, paragraph, at)
        at += paragraph.count("\n")
