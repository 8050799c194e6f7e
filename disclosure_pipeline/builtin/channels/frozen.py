"""Frozen files as the shipped channels use them: exactly the signed bytes, and the words of the page."""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

from disclosure_pipeline.builtin.files import safe_name
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.model.publication import Artefact, Order

_SILENT = frozenset({"script", "style", "head", "title"})
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_CELLS = frozenset({"td", "th"})
_BLANK = re.compile(r"[ \t\r\f\v]+")


def signed_bytes(artefact: Artefact, path: Path) -> bytes:
    """The bytes of a frozen file.

    Raises:
        ChannelFault: ``artefact.changed``, they are not the ones that were signed.
    """
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != artefact.sha256:
        raise ChannelFault(
            "A frozen file is no longer the one that was signed.",
            code="artefact.changed",
            advice="Run `disclosure doctor`; restore the vault from a backup, then `disclosure channel retry`.",
        )
    return data


def contents(order: Order) -> dict[str, bytes]:
    """The frozen files of an order by a name that every file system takes.

    Raises:
        ChannelFault: ``artefact.changed``, see :func:`signed_bytes`; ``artefact.name``, two have the same name.
    """
    found: dict[str, bytes] = {}
    for artefact, path in order.artefacts:
        name = safe_name(artefact.name)
        if name in found:
            raise ChannelFault("Two files of the document have the same name.", code="artefact.name")
        found[name] = signed_bytes(artefact, path)
    return found


def page_text(order: Order) -> str:
    """The words of an order's page, a line for each paragraph or row of a table; empty when it has no page.

    Raises:
        ChannelFault: ``artefact.changed``.
    """
    for artefact, path in order.artefacts:
        if artefact.role == "page":
            words = _Words()
            words.feed(signed_bytes(artefact, path).decode("utf-8"))
            return words.text()
    return ""


class _Words(HTMLParser):
    """Collects the visible characters of a page; white space is as a browser shows it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._silent += tag in _SILENT
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(data.replace("\n", " "))

    def text(self) -> str:
        lines = (_BLANK.sub(" ", line).strip() for line in "".join(self._parts).split("\n"))
        return "\n".join(line for line in lines if line)

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._parts.append("\n")
        elif tag in _CELLS:
            self._parts.append(" ")
