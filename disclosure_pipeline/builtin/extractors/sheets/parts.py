"""The parts of a workbook beside its sheets: comments, tables, pivots, links, connections, revisions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.drawings.charts import read_chart
from disclosure_pipeline.builtin.extractors.drawings.colors import Theme
from disclosure_pipeline.builtin.extractors.drawings.diagrams import (
    DEFINITIONS,
    read_definition,
    read_diagram,
)
from disclosure_pipeline.builtin.extractors.ooxml.defaults import is_default
from disclosure_pipeline.builtin.extractors.ooxml.leftovers import sweep
from disclosure_pipeline.builtin.extractors.ooxml.owners import whole
from disclosure_pipeline.builtin.extractors.shared.digits import natural
from disclosure_pipeline.builtin.extractors.shared.markup import local
from disclosure_pipeline.builtin.extractors.sheets.drawings import NAMED, read_drawing, read_vml
from disclosure_pipeline.builtin.extractors.sheets.formulas import Formulas
from disclosure_pipeline.builtin.extractors.sheets.sheet import Tab
from disclosure_pipeline.builtin.extractors.sheets.strings import plain_text
from disclosure_pipeline.builtin.extractors.sheets.styles import named_styles

if TYPE_CHECKING:
    from lxml import etree

    from disclosure_pipeline.builtin.extractors.ooxml.parts import PartReader

_STANDARD_KEYS = re.compile(r"[_%]\w+(?::\w+)?|[a-z]+")
_WIDE_RUN = re.compile(r"[\x20-\x7e\u2605\u2606\u2010-\u2030\u3000-\u301f\u4e00-\u9fff\uff01-\uff5e]{4,}")
"""Text between the numbers of a binary part: letters of Chinese and Latin, four at least."""
_RULES: Mapping[str, Mapping[str, str]] = {
    "personList": {"person displayName": "metadata", "person userId": "metadata", "person providerId": "field"},
    "table": {"table name": "name", "table displayName": "name", "table comment": "comment",
              "tableColumn name": "name", "tableColumn totalsRowLabel": "name", "tableColumn uniqueName": "name",
              "tableStyleInfo name": "name", "tableColumn dataCellStyle": "name", "table dataCellStyle": "name",
              "tableColumn headerRowCellStyle": "name", "table headerRowCellStyle": "name", "filter val": "cache", "customFilter val": "cache"},
    "pivotTableDefinition": {
        "pivotTableDefinition name": "name", "pivotTableDefinition dataCaption": "name",
        "pivotTableDefinition grandTotalCaption": "name", "pivotTableDefinition rowHeaderCaption": "name",
        "pivotTableDefinition colHeaderCaption": "name", "pivotTableDefinition errorCaption": "name",
        "pivotTableDefinition missingCaption": "name", "pivotTableDefinition vacatedStyle": "name",
        "pivotTableDefinition tag": "name", "pivotField name": "name", "pivotField subtotalCaption": "name",
        "item n": "name", "dataField name": "name", "pivotTableStyleInfo name": "name", "pivotFilter name": "name",
        "pivotFilter description": "name", "pivotFilter stringValue1": "cache", "pivotFilter stringValue2": "cache",
        "filter val": "cache", "customFilter val": "cache",
    },
    "pivotCacheDefinition": {
        "pivotCacheDefinition refreshedBy": "metadata", "worksheetSource sheet": "name", "worksheetSource name": "name",
        "cacheField name": "cache", "cacheField caption": "cache", "cacheField formula": "formula", "calculatedItem formula": "formula",
        "rangeSet sheet": "name", "rangeSet name": "name", "pageItem name": "cache", "cacheHierarchy caption": "name",
    },
    "pivotCacheRecords": {},
    "slicers": {"slicer name": "name"},
    "timelines": {"timeline name": "name"},
    "slicerCacheDefinition": {"slicerCacheDefinition name": "name", "slicerCacheDefinition sourceName": "name",
                              "i n": "cache", "pivotTable name": "name"},
    "timelineCacheDefinition": {"timelineCacheDefinition name": "name", "timelineCacheDefinition sourceName": "name"},
    "externalLink": {"sheetName val": "name", "definedName name": "name", "definedName refersTo": "formula",
                     "ddeLink ddeService": "link", "ddeLink ddeTopic": "link", "ddeItem name": "name",
                     "oleLink progId": "link", "oleItem name": "name"},
    "connections": {
        "connection name": "name", "connection description": "metadata", "connection sourceFile": "link",
        "connection odcFile": "link", "connection singleSignOnId": "metadata", "dbPr connection": "link",
        "dbPr command": "formula", "dbPr serverCommand": "formula", "olapPr localConnection": "link",
        "textPr sourceFile": "link", "webPr url": "link", "webPr post": "formula", "webPr editPage": "link",
        "webPr htmlTables": "field", "parameter name": "form", "parameter prompt": "form", "parameter string": "form",
        "parameter cell": "formula", "s v": "cache", "rangePr sourceName": "name", "dbTable name": "name",
        "dbCommand text": "formula", "oledbPr connection": "link", "dataFeedPr connection": "link",
    },
    "queryTable": {"queryTable name": "name", "queryTableField name": "name", "deletedField name": "name"},
    "headers": {"header userName": "metadata"},
    "users": {"userInfo name": "metadata"},
    "revisions": {
        "rsnm oldName": "deletion", "rsnm newName": "insertion", "ris name": "insertion", "rdn name": "name",
        "rcmt author": "metadata", "rdn oldDescription": "deletion", "rdn description": "insertion",
        "rdn oldComment": "deletion", "rdn comment": "insertion", "rcmt oldLength": "field",
    },
    "formControlPr": {"item val": "form", "formControlPr macro": "script", "formControlPr altText": "alt"},
    "MapInfo": {"Map Name": "name", "Map RootElement": "name", "DataBinding DataBindingName": "name",
                "DataBinding FileBindingName": "link"},
    "webextension": {"property value": "metadata", "property name": "metadata", "binding appref": "metadata",
                     "reference store": "metadata"},
    "taskpanes": {},
    "metadata": {"s v": "metadata", "mdx n": "metadata"},
    "ocx": {"ocxPr value": "form"},
    "singleXmlCells": {"xmlPr xpath": "field", "singleXmlCell name": "name"},
    "volTypes": {"main first": "formula"},
    "theme": {"theme name": "name", "clrScheme name": "name", "fontScheme name": "name", "fmtScheme name": "name",
              "themeFamily name": "name", "custClr name": "name"},
    "cellImages": NAMED,  # pictures that WPS puts into cells
    "ThreadedComments": {}, "rvData": {}, "rvStructures": {}, "rvTypesInfo": {}, "supportingPropertyBags": {},
    "chartStyle": {}, "colorStyle": {}, "calcChain": {}, "datastoreItem": {},
}  # fmt: skip
"""Attributes with words, by root element of the part; the sweep keeps what else a part holds."""
_TEXTS: Mapping[str, Mapping[str, str]] = {
        "externalLink": {"v": "cache", "val": "cache"},
    "queryTable": {}, "rvData": {"v": "cache"}, "supportingPropertyBags": {"v": "cache"},
    "table": {"calculatedColumnFormula": "formula", "totalsRowFormula": "formula"},
    "volTypes": {"v": "cache", "stp": "link"}, "singleXmlCells": {},
    "slicerCacheDefinition": {}, "MapInfo": {},
}  # fmt: skip
"""Text of elements, by root element of the part."""
_CONTROL_LINKS = ("fmlaLink", "fmlaRange", "fmlaGroup", "fmlaTxbx")
_READ_ATTRIBUTES = frozenset((
    "slicer caption", "timeline caption", "sheetId name", "k n", "key name", *(f"{name} v" for name in "sxdneb"),
    *(f"formControlPr {key}" for key in _CONTROL_LINKS),
))  # fmt: skip
_READ_TEXTS = {
    "revisions": frozenset(("t", "v", "f", "formula", "oldFormula")), "ThreadedComments": frozenset(("text",)),
}  # fmt: skip
_KEYS = {"k": "n", "key": "name", "spb": "name", "type": "name"}


class SheetParts:
    """Readers of the parts of a workbook, by root element.

    Args:
        out: gets the segments. theme: the workbook's colours.
        formulas: tells which formulas hold words.
        owners: the tab that shows a part, by name of the part.
    """

    def __init__(self, out: Collector, theme: Theme, formulas: Formulas, owners: Mapping[str, Tab]):
        self._out = out
        self._theme = theme
        self._formulas = formulas
        self._owners = owners
        self._cells: set[str] | None = None

    def readers(self) -> dict[str, PartReader]:
        """Readers by local name of the root element."""
        readers = {
            **dict.fromkeys(_RULES, self._ruled),
            "comments": self._comments, "styleSheet": self._styles, "chartSpace": self._chart, "wsDr": self._drawing,
            "userShapes": self._drawing, "xml": self._vml, "dataModel": self._diagram, "drawing": self._diagram,
            **dict.fromkeys(DEFINITIONS, self._definition),
        }  # fmt: skip
        return {name: whole(read) for name, read in readers.items()}

    def _hidden(self, part: str) -> str:
        owner = self._owners.get(part)
        return "part of no sheet" if owner is None else owner.hidden

    def _ruled(self, part: str, root: etree._Element) -> None:
        """A part whose words are named by the tables above; some need a look of their own first."""
        kind = local(root)
        special = {
            "pivotCacheDefinition": self._cache, "pivotCacheRecords": self._cache, "revisions": self._revisions,
            "slicers": self._captions, "timelines": self._captions, "formControlPr": self._control,
            "rvStructures": self._keys, "rvTypesInfo": self._keys, "supportingPropertyBags": self._keys,
            "ThreadedComments": self._threads, "table": self._columns,
        }.get(kind)  # fmt: skip
        if special is not None:
            special(part, root)
        self._texts(part, root, kind)

    def _captions(self, part: str, root: etree._Element) -> None:
        """A slicer shows its caption on the sheet."""
        for item in root:
            self._out.add(item.get("caption", ""), "textbox", part, visible=not self._hidden(part))

    def _control(self, part: str, root: etree._Element) -> None:
        for key in _CONTROL_LINKS:
            if self._formulas.tells_link(root.get(key, "")):
                self._out.add(root.get(key, ""), "formula", part, detail=key)

    def _keys(self, part: str, root: etree._Element) -> None:
        """Names of the fields of linked data types."""
        for element in root.iter():
            name = _KEYS.get(local(element))
            key = element.get(name, "") if name else ""
            if key and not _STANDARD_KEYS.fullmatch(key):
                self._out.add(key, "name", part, detail=name)

    def _columns(self, part: str, root: etree._Element) -> None:
        """A table repeats the names of its columns, which are cells; only others are worth a segment."""
        del part
        if self._cells is None:
            self._cells = self._out.texts()
        for column in root.iter("{*}tableColumn"):
            for key in ("name", "totalsRowLabel"):
                if column.get(key) in self._cells:
                    del column.attrib[key]

    def _texts(self, part: str, root: etree._Element, kind: str) -> None:
        texts = _TEXTS.get(kind, {})
        for element in root.iter():
            name = local(element)
            if (
                name in texts
                and element.text
                and (texts[name] != "formula" or self._formulas.tells(element.text))
            ):
                self._out.add(element.text, texts[name], part, cell=element.get("ref"), detail=name)
        sweep(
            self._out, part, root, texts=_READ_TEXTS.get(kind, texts), named=_RULES[kind],
            attributes=() if kind == "metadata" else _READ_ATTRIBUTES,
            kind="metadata" if kind in ("MapInfo", "webextension") else "unplaced",
        )  # fmt: skip

    def _comments(self, part: str, root: etree._Element) -> None:
        owner = self._owners.get(part)
        authors = [author.text or "" for author in root.iter("{*}author")]
        for author in authors:
            self._out.add(author, "metadata", part, detail="comment author")
        for comment in root.iter("{*}comment"):
            index = natural(comment.get("authorId"))
            where = comment.get("ref", "")
            self._out.add(
                plain_text(comment), "comment", part, cell=f"{owner.name}!{where}" if owner else where,
                detail=authors[index] if 0 <= index < len(authors) else None,
            )  # fmt: skip
        sweep(self._out, part, root, texts=("author", "t"), named={"commentPr altText": "alt"})

    def _threads(self, part: str, root: etree._Element) -> None:
        owner = self._owners.get(part)
        for comment in root.iter("{*}threadedComment"):
            where = comment.get("ref", "")
            cell = f"{owner.name}!{where}" if owner else where
            self._out.add(comment.findtext("{*}text") or "", "comment", part, cell=cell, detail="thread")

    def _cache(self, part: str, root: etree._Element) -> None:
        self._out.warn("工作簿中有数据透视表缓存，其中可能留有已删除的数据。")
        for element in root.iter():
            if (local(element) in ("s", "n", "d", "x", "e") and not _is_number(element.get("v", ""))) or (
                local(element) in ("s", "n") and len(element.get("v", "")) >= 6
            ):
                self._out.add(element.get("v", ""), "cache", part, detail="pivot cache")

    def _revisions(self, part: str, root: etree._Element) -> None:
        """The change log of a shared workbook: old and new values of cells, formulas, names."""
        for element in root.iter():
            name = local(element)
            if name in ("oc", "nc"):
                kind = "deletion" if name == "oc" else "insertion"
                text = plain_text(element) or "".join(
                    item.text or "" for item in element if local(item) in ("v", "f")
                )
                self._out.add(text, kind, part, cell=element.get("r"), detail="change log", visible=False)
            elif name in ("formula", "oldFormula") and self._formulas.tells(element.text or ""):
                self._out.add(element.text or "", "formula", part, detail="change log")

    def _styles(self, part: str, root: etree._Element) -> None:
        for name, own in named_styles(root):
            if not is_default("names", name) and not (own and name.isascii() and len(name) < 12):
                self._out.add(name, "name", part, detail="cell style")
        read = ("cellStyle name", "numFmt formatCode", "name val", "tableStyle name", "font val")
        sweep(self._out, part, root, attributes=read)

    def _chart(self, part: str, root: etree._Element) -> None:
        read_chart(self._out, part, root, self._formulas, hidden=self._hidden(part))

    def _drawing(self, part: str, root: etree._Element) -> None:
        read_drawing(self._out, part, root, self._theme, self._formulas, hidden=self._hidden(part))

    def _vml(self, part: str, root: etree._Element) -> None:
        read_vml(self._out, part, root, hidden=self._hidden(part))

    def _diagram(self, part: str, root: etree._Element) -> None:
        read_diagram(self._out, part, root, "textbox", hidden=self._hidden(part))

    def _definition(self, part: str, root: etree._Element) -> None:
        read_definition(self._out, part, root)


def binary_texts(data: bytes) -> list[str]:
    """Runs of UTF-16 text in a binary part: properties that add-ins keep for a sheet."""
    return [run.strip() for run in _WIDE_RUN.findall(data.decode("utf-16-le", "ignore")) if run.strip()]


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[\d.]+(?:[eE][+-]?\d+)?|[\d\-]+T[\d:.]+|", text) is not None
