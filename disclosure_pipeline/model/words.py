"""Places in a document in the words of clerks and officers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


def place_in_words(place: Mapping[str, Any] | None) -> str:
    """Say where something stands, e.g. ``第2页第3段``, ``工作表“名册”B3单元格``, ``第2页批注``.

    Args:
        place: a place as :meth:`~disclosure_pipeline.model.text.Place.as_json` gives it, or ``None``.

    Returns:
        Chinese words; ``位置不明`` when nothing is known. Of ``detail`` only the name of a document
        property is used.
    """
    if not place:
        return "位置不明"
    kind = str(place.get("kind", ""))
    page = f"第{place['page']}页" if place.get("page") else ""
    if cell := place.get("cell"):
        return page + _cell(str(cell)) + _after_cell(kind)
    return (page + _kind(kind, place) + _paragraph(kind, place)) or "正文"


def kind_in_words(kind: str) -> str:
    """The Chinese name of a kind of place; 正文 for the body."""
    return _KINDS.get(kind, "其他位置") or "正文"


def _kind(kind: str, place: Mapping[str, Any]) -> str:
    name = _KINDS.get(kind, "其他位置")
    if kind == "metadata" and place.get("detail"):
        return f"{name}“{place['detail']}”"
    return name


def signer_in_words(name: str | None, principal: str | None) -> str:
    """Who really signed; of a deputy (AB角) also for whom."""
    return f"{name}（代{principal}）" if name and principal else name or ""


def _paragraph(kind: str, place: Mapping[str, Any]) -> str:
    if not place.get("paragraph") or kind in _WITHOUT_PARAGRAPH:
        return ""
    return f"第{place['paragraph']}段"


def _cell(cell: str) -> str:
    sheet, mark, address = cell.rpartition("!")
    if mark:
        return f"工作表“{sheet.strip(chr(39))}”{address}单元格"
    words = cell.split()
    if len(words) == 3 and words[0] == "table":
        return f"表格{words[1]}的{words[2]}单元格"
    return f"{cell}单元格"


def _after_cell(kind: str) -> str:
    name = _KINDS.get(kind, "其他位置")
    return f"的{name}" if name and kind != "table" else ""
