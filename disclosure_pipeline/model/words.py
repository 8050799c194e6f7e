"""Places and pages of a document, and who signed it, in the words of clerks and officers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from typing import Any

from disclosure_pipeline.model.property_names import NAMES

_KINDS = {
    "body": "",
    "table": "表格",
    "header": "页眉",
    "footer": "页脚",
    "footnote": "脚注",
    "endnote": "尾注",
    "textbox": "文本框",
    "comment": "批注",
    "insertion": "修订插入内容",
    "deletion": "修订删除内容",
    "hidden": "隐藏内容",
    "metadata": "文档属性",
    "attachment": "内嵌文件",
    "annotation": "页面注释",
    "field": "域代码",
    "formula": "公式",
    "link": "超链接地址",
    "name": "名称",
    "note": "备注",
    "form": "表单项",
    "script": "脚本",
    "alt": "图片替代文字",
    "cache": "缓存的数据",
    "signature": "印章或者签名",
    "ocr": "图像中的文字",
    "unplaced": "未定位的文字",
}
_WITHOUT_PARAGRAPH = frozenset({"header", "footer", "metadata", "attachment", "table"})
_UNKNOWN, _ELSEWHERE, _BODY = "位置不明", "其他位置", "正文"
_PAGE, _PARAGRAPH = "第%(n)s页", "第%(n)s段"
_SHEET, _TABLE, _CELL, _IN_CELL = (
    "工作表“%(sheet)s”%(cell)s单元格", "表格%(table)s的%(cell)s单元格", "%(cell)s单元格", "的%(kind)s",
)  # fmt: skip
_SCREEN, _WHOLE, _ROWS, _SHEET_ROWS = (
    "第%(n)s屏", "全文", "第%(first)s—%(last)s行", "“%(sheet)s”第%(first)s—%(last)s行",
)  # fmt: skip
_SIGNER = "%(name)s（代%(principal)s）"
_PROPERTY, _JOINED = "%(kind)s“%(name)s”", "%(before)s%(behind)s"

MESSAGES = tuple(
    dict.fromkeys(
        (
            _UNKNOWN, _ELSEWHERE, _BODY, _PAGE, _PARAGRAPH, _SHEET, _TABLE, _CELL, _IN_CELL, _PROPERTY, _JOINED,
            _SCREEN, _WHOLE, _ROWS, _SHEET_ROWS, _SIGNER,
            *filter(None, _KINDS.values()), *NAMES.values(),
        )
    )
)  # fmt: skip
"""Everything that a place, a page or a signer is told with, for translations."""

Say = Callable[[str], str]
"""Says one of :data:`MESSAGES` in another language."""


def place_in_words(place: Mapping[str, Any] | None, say: Say = str) -> str:
    """Say where something stands, e.g. ``第2页第3段``, ``工作表“名册”B3单元格``, ``第2页批注``.

    Args:
        place: a place as :meth:`~disclosure_pipeline.model.text.Place.as_json` gives it, or ``None``.
        say: translates; as it is, the words are Chinese.

    Returns:
        Words; ``位置不明`` when nothing is known. Of ``detail`` only the name of a document property is used.
    """
    if not place:
        return say(_UNKNOWN)
    told = list(_told(str(place.get("kind", "")), place, say))
    return reduce(
        lambda before, behind: say(_JOINED) % {"before": before, "behind": behind}, told or [say(_BODY)]
    )


def kind_in_words(kind: str, say: Say = str) -> str:
    """The name of a kind of place; 正文 for the body.

    Args:
        kind: see :class:`~disclosure_pipeline.model.text.Place`.
        say: translates; as it is, the name is Chinese.
    """
    return say(_KINDS.get(kind, _ELSEWHERE) or _BODY)


def _told(kind: str, place: Mapping[str, Any], say: Say) -> Iterator[str]:
    """Page, cell or kind, paragraph: what is known of them."""
    name = _KINDS.get(kind, _ELSEWHERE)
    if place.get("page"):
        yield say(_PAGE) % {"n": place["page"]}
    if cell := place.get("cell"):
        yield _cell(str(cell), say)
        if name and kind != "table":
            yield say(_IN_CELL) % {"kind": say(name)}
        return
    if name:
        yield (
            _property(say(name), str(place["detail"]), say)
            if kind == "metadata" and place.get("detail")
            else say(name)
        )
    if place.get("paragraph") and kind not in _WITHOUT_PARAGRAPH:
        yield say(_PARAGRAPH) % {"n": place["paragraph"]}


def _property(kind: str, label: str, say: Say) -> str:
    """A property by its name; one that nobody knows is shown as it is."""
    return say(_PROPERTY) % {"kind": kind, "name": say(NAMES[label]) if label in NAMES else label}


def _cell(cell: str, say: Say) -> str:
    sheet, mark, address = cell.rpartition("!")
    if mark:
        return say(_SHEET) % {"sheet": sheet.strip(chr(39)), "cell": address}
    words = cell.split()
    if len(words) == 3 and words[0] == "table":
        return say(_TABLE) % {"table": words[1], "cell": words[2]}
    return say(_CELL) % {"cell": cell}


class PageKind(StrEnum):
    """What a page of the review is."""

    PAGE = "page"
    """A page that the file itself has."""
    SCREEN = "screen"
    """A piece of a text without pages."""
    WHOLE = "whole"
    """All of a short text."""
    ROWS = "rows"
    """Rows of a sheet of a workbook."""


@dataclass(frozen=True, slots=True)
class PageLabel:
    """What a page is called.

    Args:
        kind: what it is.
        number: its number; of no meaning for a whole text and for rows.
        sheet: name of the sheet that its rows stand in, or empty.
        first: number of the first row. last: of the last one.
    """

    kind: PageKind
    number: int = 1
    sheet: str = ""
    first: int = 0
    last: int = 0


def page_in_words(label: PageLabel, say: Say = str) -> str:
    """Say what a page is called, e.g. ``第2页``, ``“名册”第1—200行``.

    Args:
        label: what it is.
        say: translates; as it is, the words are Chinese.
    """
    match label.kind:
        case PageKind.PAGE:
            return say(_PAGE) % {"n": label.number}
        case PageKind.SCREEN:
            return say(_SCREEN) % {"n": label.number}
        case PageKind.WHOLE:
            return say(_WHOLE)
        case PageKind.ROWS:
            rows = {"first": label.first, "last": label.last}
            return say(_SHEET_ROWS) % {**rows, "sheet": label.sheet} if label.sheet else say(_ROWS) % rows


def signer_in_words(name: str | None, principal: str | None, say: Say = str) -> str:
    """Who really signed; of a deputy (AB角) also for whom.

    Args:
        name: who signed.
        principal: for whom, or nothing.
        say: translates; as it is, the words are Chinese.
    """
    return say(_SIGNER) % {"name": name, "principal": principal} if name and principal else name or ""
