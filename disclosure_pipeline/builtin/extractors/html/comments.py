"""Comments of a page; those that Office writes for itself are read for the words in them."""

from __future__ import annotations

import re

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.failures import check_memory
from disclosure_pipeline.builtin.extractors.html.sheets import told_by_sheet

_CONDITIONAL = re.compile(r"\s*\[if[^\]]*\]>(.*?)(?:<!\[endif\]\s*|\Z)", re.DOTALL | re.IGNORECASE)
_BARE_CONDITION = re.compile(r"\s*!?\s*(?:--)?\[?(?:if\b[^\]]*|endif)\]?\s*(?:>|--)?\s*", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9.]*")
_SETTING = re.compile(r"[\w./-]{0,32}|[0-9.]+ ?(?:磅|字符|厘米|毫米|英寸)", re.ASCII)
_OFFICE = frozenset(("o", "w", "m", "x", "v"))
_DEFAULT_NAME = re.compile(r"\w{1,6}(?:_x0020_| )\d{1,4}")
_LONG_NUMBER = re.compile(r"\d{7}")


def add_comment(out: Collector, text: str, part: str) -> None:
    """Add a comment, declaration or processing instruction.

    Args:
        out: gets it as ``comment``; properties of an Office document as ``metadata``.
        text: between its marks.
        part: name of the page.
    """
    if _BARE_CONDITION.fullmatch(text):
        return
    conditional = _CONDITIONAL.fullmatch(text)
    if conditional is None:
        out.add(text, "comment", part, detail="comment")
        return
    for tag, words in _leaves(conditional[1]):
        prefix = tag.partition(":")[0] if ":" in tag else ""
        if tag == "style":
            for told in told_by_sheet(words):
                out.add(told, "script", part, detail="style")
        elif prefix in _OFFICE and _says_nothing(prefix, words):
            continue
        else:
            kind = "metadata" if prefix == "o" else "comment"
            out.add(words, kind, part, detail=tag or "conditional comment")


def _says_nothing(prefix: str, words: str) -> bool:
    """Whether text in an element of Office is a count or a setting, not what an author wrote."""
    pattern = _NUMBER if prefix == "o" else _SETTING
    return pattern.fullmatch(words.strip()) is not None and not _LONG_NUMBER.search(words)


def _leaves(markup: str) -> list[tuple[str, str]]:
    """(element, text) of every piece of text, attributes of unseen pictures and comments included."""
    from lxml import etree

    if "<" not in markup:
        return [("", markup)]
    try:
        root = etree.fromstring(
            f"<html><body>{markup}".encode("utf-8", "replace"),
            etree.HTMLParser(encoding="utf-8", no_network=True),
        )
    except (etree.XMLSyntaxError, ValueError) as error:
        check_memory(error)
        return [("", markup)]
    if root is None:
        return [("", markup)]
    found: list[tuple[str, str]] = []
    for node in root.iter():
        tag = node.tag if isinstance(node.tag, str) else ""
        found += [(tag, str(text)) for text in (node.text, node.tail) if text and not str(text).isspace()]
        for name, value in node.attrib.items() if tag else ():
            text = str(value)
            chinese = not text.isascii() and "font" not in text and not tag.startswith(("w:", "m:"))
            named = str(name) in ("alt", "title", "href", "src", "content")
            if (chinese or named) and not _DEFAULT_NAME.fullmatch(text):
                found.append((tag, text))
    return found
