"""The parts of a presentation beside its slides: comments, authors, tags, charts, properties, change records."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.drawings.charts import read_chart
from disclosure_pipeline.builtin.extractors.drawings.diagrams import (
    DEFINITIONS,
    read_definition,
    read_diagram,
)
from disclosure_pipeline.builtin.extractors.drawings.text import plain
from disclosure_pipeline.builtin.extractors.ooxml.defaults import is_default
from disclosure_pipeline.builtin.extractors.ooxml.leftovers import TELLING, sweep
from disclosure_pipeline.builtin.extractors.ooxml.owners import whole
from disclosure_pipeline.builtin.extractors.shared.markup import local
from disclosure_pipeline.builtin.extractors.sheets.drawings import read_vml
from disclosure_pipeline.builtin.extractors.sheets.formulas import Formulas

if TYPE_CHECKING:
    from lxml import etree

    from disclosure_pipeline.builtin.extractors.ooxml.parts import PartReader

_RULES: Mapping[str, Mapping[str, str]] = {
    "presentation": {"section name": "name", "custShow name": "name", "photoAlbum name": "name"},
    "presentationPr": {"htmlPubPr title": "metadata", "htmlPubPr target": "link", "custShow name": "name"},
    "viewPr": {}, "revInfo": {}, "chartStyle": {}, "colorStyle": {}, "taskpanes": {}, "datastoreItem": {},
    "cmAuthorLst": {"cmAuthor name": "metadata", "cmAuthor initials": "metadata", "presenceInfo userId": "metadata"},
    "authorLst": {"author name": "metadata", "author initials": "metadata", "author userId": "metadata"},
    "chgInfo": {"chgData name": "metadata", "chgData userId": "metadata"},
    "tblStyleLst": {"tblStyle styleName": "name"},
    "theme": {"theme name": "name", "clrScheme name": "name", "fontScheme name": "name", "fmtScheme name": "name",
              "themeFamily name": "name", "custClr name": "name"},
    "webextension": {"property value": "metadata", "property name": "metadata", "binding appref": "metadata"},
    "ocx": {"ocxPr value": "form"},
}  # fmt: skip
"""Attributes with words, by root element of the part; the sweep keeps what else a part holds."""
_WPS_TAG = re.compile(r"KSO_\w+|COMMONDATA|RESOURCELIBID\w*|ISPRING_\w+|TIMING")
_WPS_VALUE = re.compile(r"[\x00-\x7f]*|eyJ[\w+/=]*")


@dataclass(frozen=True, slots=True)
class Owner:
    """The slide that a part belongs to: its number in the show, and why nobody sees it."""

    number: int | None
    hidden: str = ""


class SlideParts:
    """Readers of the parts of a presentation, by root element.

    Args:
        out: gets the segments. owners: the slide that shows a part, by name of the part.
        page_reader: reads slides, layouts, masters and notes.
    """

    def __init__(
        self, out: Collector, owners: Mapping[str, Owner], page_reader: Callable[[str, etree._Element], None]
    ):
        self._out = out
        self._owners = owners
        self._page_reader = page_reader

    def readers(self) -> dict[str, PartReader]:
        """Readers by local name of the root element."""
        pages = ("sld", "sldLayout", "sldMaster", "notes", "notesMaster", "handoutMaster")
        readers = {
            **dict.fromkeys(pages, self._page_reader), **dict.fromkeys(_RULES, self._ruled), "cmLst": self._comments,
            "tagLst": self._tags, "chartSpace": self._chart, "dataModel": self._diagram, "drawing": self._diagram,
            "userShapes": self._diagram, "xml": self._vml, **dict.fromkeys(DEFINITIONS, self._definition),
        }  # fmt: skip
        return {name: whole(read) for name, read in readers.items()}

    def _owner(self, part: str) -> Owner:
        return self._owners.get(part, Owner(None, "part of no slide"))

    def _ruled(self, part: str, root: etree._Element) -> None:
        kind = "metadata" if local(root) == "webextension" else "unplaced"
        named = _RULES[local(root)]
        sweep(self._out, part, root, texts=("attrName",), named=named, kind=kind)

    def _comments(self, part: str, root: etree._Element) -> None:
        """Comments of both generations: plain text, or paragraphs with replies."""
        page = self._owner(part).number
        for element in root.iter():
            if local(element) == "text":
                self._out.add(element.text or "", "comment", part, page=page)
            elif local(element) == "txBody":
                for text in plain(element):
                    self._out.add(text, "comment", part, page=page)
        sweep(self._out, part, root, texts=("text", "t"), page=page)

    def _tags(self, part: str, root: etree._Element) -> None:
        """Add-ins keep their data in tags; those of WPS itself are mostly technical."""
        page = self._owner(part).number
        for tag in root.iter("{*}tag"):
            name, value = tag.get("name", ""), tag.get("val", "")
            own = _WPS_TAG.fullmatch(name) is not None
            if (
                own
                and (_WPS_VALUE.fullmatch(value) or is_default("prompts", value))
                and not TELLING.search(value)
            ):
                continue
            self._out.add(value, "metadata", part, page=page, detail=name if name.isascii() else "tag")
            if not name.isascii():
                self._out.add(name, "name", part, page=page, detail="tag")
        sweep(self._out, part, root, attributes=("tag name", "tag val"), page=page)

    def _chart(self, part: str, root: etree._Element) -> None:
        owner = self._owner(part)
        read_chart(
            self._out, part, root, Formulas(("Sheet1", "工作表1")), page=owner.number, hidden=owner.hidden
        )

    def _diagram(self, part: str, root: etree._Element) -> None:
        owner = self._owner(part)
        read_diagram(self._out, part, root, "body", page=owner.number, hidden=owner.hidden)

    def _definition(self, part: str, root: etree._Element) -> None:
        read_definition(self._out, part, root)

    def _vml(self, part: str, root: etree._Element) -> None:
        read_vml(self._out, part, root, hidden=self._owner(part).hidden)
