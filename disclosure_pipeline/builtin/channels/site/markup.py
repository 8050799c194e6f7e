"""The few marks of Markdown that an office's own pages may use; everything else is text.

Headings (``##``), lists (``-`` or ``1.``), paragraphs and ``[words](address)``. HTML stays what it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

_HEADING = re.compile(r"(#{1,4})\s+(.+?)\s*#*")
_BULLET = re.compile(r"[-*]\s+(.+)")
_NUMBER = re.compile(r"\d+[.、]\s*(.+)")
_LINK = re.compile(r"\[([^\]]+)\]\(([^()\s]+)\)")
_ELSEWHERE = re.compile(r"https?:|mailto:|#", re.IGNORECASE)
_ROOT = "\0"
_ADDRESS = re.compile(r"https?://[\w.-]+(?:[:/?#].*)?|mailto:.+|(?![a-z]+:|//|/).+", re.IGNORECASE)


def html(text: str, root: str = "") -> str:
    """The text as HTML; the page's own heading is of the first level, so that these begin at the second.

    Args:
        text: the text.
        root: what leads from its page to the site's root, where addresses without a host begin.
    """
    return "\n".join(_blocks(text.replace("\r\n", "\n"))).replace(_ROOT, root)


def _blocks(text: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        while lines:
            heading = _HEADING.fullmatch(lines[0])
            if heading:
                level = min(len(heading[1]) + 1, 4) if len(heading[1]) == 1 else min(len(heading[1]), 4)
                yield f"<h{level}>{_inline(heading[2])}</h{level}>"
                lines = lines[1:]
                continue
            for pattern, element in ((_BULLET, "ul"), (_NUMBER, "ol")):
                count = _run(lines, pattern)
                if count:
                    yield _list(lines[:count], pattern, element)
                    lines = lines[count:]
                    break
            else:
                count = _text(lines)
                yield f"<p>{'<br>'.join(map(_inline, lines[:count]))}</p>"
                lines = lines[count:]


def _run(lines: list[str], pattern: re.Pattern[str]) -> int:
    return next((at for at, line in enumerate(lines) if not pattern.fullmatch(line)), len(lines))


def _text(lines: list[str]) -> int:
    marks = (_HEADING, _BULLET, _NUMBER)
    return next(
        (at for at, line in enumerate(lines) if at and any(mark.fullmatch(line) for mark in marks)),
        len(lines),
    )


def _list(lines: list[str], pattern: re.Pattern[str], element: str) -> str:
    items = "\n".join(
        f"<li>{_inline(match[1])}</li>" for line in lines if (match := pattern.fullmatch(line)) is not None
    )
    return f"<{element}>\n{items}\n</{element}>"


def _inline(text: str) -> str:
    made, at = [], 0
    for link in _LINK.finditer(text):
        if _ADDRESS.fullmatch(link[2]):
            address = link[2] if _ELSEWHERE.match(link[2]) else _ROOT + link[2]
            made += [escape(text[at : link.start()]), f'<a href="{escape(address)}">{escape(link[1])}</a>']
            at = link.end()
    return "".join([*made, escape(text[at:])])
