"""What a sheet holds beside its cells: headers, validations, links, scenarios, conditions, extensions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.ooxml.defaults import is_default
from disclosure_pipeline.builtin.extractors.ooxml.leftovers import is_technical, is_telling
from disclosure_pipeline.builtin.extractors.shared.markup import local
from disclosure_pipeline.builtin.extractors.sheets.formulas import Formulas

if TYPE_CHECKING:
    from lxml import etree

_HEADER_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d+|[PNDTZFAGBIUESXYHO])')
_HEADER_SECTION = re.compile(r"&[LCR]")
_HEADERS = {"oddHeader": "", "oddFooter": "", "evenHeader": "differentOddEven", "evenFooter": "differentOddEven",
            "firstHeader": "differentFirst", "firstFooter": "differentFirst"}  # fmt: skip
"""Headers and footers, and the switch without which they are not printed."""
_ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "hyperlink": {"display": "link", "tooltip": "link", "location": "link"},
    "dataValidation": {"promptTitle": "form", "prompt": "form", "errorTitle": "form", "error": "form"},
    "protectedRange": {"name": "name", "securityDescriptor": "metadata"},
    "sheetPr": {"codeName": "name"},
    "scenario": {"name": "name", "user": "metadata", "comment": "comment"},
    "inputCells": {"val": "hidden"},
    "customPr": {"name": "name"},
    "webPublishItem": {"title": "metadata", "destinationFile": "metadata", "sourceObject": "name"},
    "filter": {"val": "cache"},
    "customFilter": {"val": "cache"},
    "control": {"name": "name"},
    "oleObject": {"link": "link", "progId": "name"},
    "cfRule": {"text": "formula"},
    "cellSmartTagPr": {"key": "metadata", "val": "metadata"},
    "cfvo": {"val": "formula"},
    "dataRef": {"name": "formula", "sheet": "formula"},
}  # fmt: skip
"""Attributes with words, by element, and their kinds."""
_FORMULAS = frozenset(("formula", "f", "formula1", "formula2", "list"))


class ElementReader:
    """Reads the elements of one sheet that are not its rows.

    Args:
        out: gets the segments. part: the sheet's part. sheet: its name. hidden: whether nobody sees it.
        formulas: tells which formulas hold words.
    """

    def __init__(self, out: Collector, part: str, sheet: str, formulas: Formulas, *, hidden: bool):
        self._out = out
        self._formulas = formulas
        self._part = part
        self._sheet = sheet
        self._hidden = hidden

    def read(self, root: etree._Element, elements: Iterable[etree._Element]) -> None:
        """Read every element, whatever its name."""
        for element in elements:
            name = local(element)
            if name == "sheetData":
                self._stray(element.tail, name)
                continue
            self._attributes(element, name)
            if name in _HEADERS:
                self._header(element, name)
            elif name in _FORMULAS:
                self._formula(element, name)
            else:
                self._stray(element.text, name or "xml comment")
            if element is not root:
                self._stray(element.tail, name or "xml comment")

    def _stray(self, text: str | None, detail: str) -> None:
        if text and not is_technical(text):
            self._out.add(text, "unplaced", self._part, detail=detail, visible=False)

    def _attributes(self, element: etree._Element, name: str) -> None:
        kinds = _ATTRIBUTES.get(name, {})
        cell = self._where(element)
        for key, value in element.attrib.items():
            attribute, text = str(key).rpartition("}")[2], str(value)
            kind = kinds.get(attribute)
            if kind is None:
                if is_telling(name, attribute, text):
                    self._out.add(text, "unplaced", self._part, cell=cell, detail=f"{name} {attribute}")
            elif kind == "formula" and name == "cfvo" and not self._formulas.tells(text):
                continue
            elif kind != "name" or not is_default("names", text):
                self._out.add(text, kind, self._part, cell=cell, detail=f"{name} {attribute}")

    def _where(self, element: etree._Element) -> str | None:
        where = element.get("ref") or element.get("sqref") or element.get("r")
        return f"{self._sheet}!{where}" if where and len(where) < 40 else None

    def _header(self, element: etree._Element, name: str) -> None:
        parent = element.getparent()
        holder = None if parent is None else parent.getparent()
        switch = _HEADERS[name]
        printed = not switch or (parent is not None and parent.get(switch) in ("1", "true"))
        printed = printed and not self._hidden and (holder is None or local(holder) != "customSheetView")
        kind = "header" if name.endswith("Header") else "footer"
        for text in header_texts(element.text or ""):
            self._out.add(text, kind, self._part, detail=self._sheet, visible=printed)

    def _formula(self, element: etree._Element, name: str) -> None:
        text = "".join(map(str, element.itertext())) if name != "f" else element.text or ""
        owner = next((local(item) for item in element.iterancestors() if local(item) == "dataValidation"), "")
        if owner:
            if len(element) == 0 and self._formulas.tells(text):
                place = next(self._where(item) for item in element.iterancestors() if local(item) == owner)
                self._out.add(text, "form", self._part, cell=place, detail=name)
        elif self._formulas.tells(text):
            self._out.add(text, "formula", self._part, detail=name)


def header_texts(code: str) -> list[str]:
    """The words of a header or footer, section by section, without its codes."""
    return [_HEADER_CODE.sub("", section).replace("&&", "&") for section in _HEADER_SECTION.split(code)]
