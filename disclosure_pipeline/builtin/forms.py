"""The office's 拟稿单 form (发文拟稿单; 000 第十条), read from a docx, xlsx or plain text.

A form is a grid or lines of labels and values. Only known labels are read, only the cell beside a
label (or below it, in a grid with a row of labels) is its value, and a label never becomes a value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from disclosure_pipeline.model.document import Attribute, Slip
from disclosure_pipeline.model.reading import case_number_in, fold, lines, parse_date
from disclosure_pipeline.model.text import Text

HEADING = re.compile(r".{0,40}拟稿单(?:\(.{0,20}\))?")
HEADING_LINES = 12
"""The heading stands within the first lines; a long document that only mentions a form is none."""

LABELS: Mapping[str, str] = {
    "标题": "title",
    "文件标题": "title",
    "公文标题": "title",
    "公开属性": "attribute",
    "政府信息公开属性": "attribute",
    "信息公开属性": "attribute",
    "备注": "remark",
    "不予公开理由": "ground",
    "不予公开的理由": "ground",
    "免予公开理由": "ground",
    "发文字号": "document_number",
    "成文日期": "date",
    "文种": "genre",
    "主办部门": "responsible_body",
    "主办单位": "responsible_body",
    "联合发文": "joint_bodies",
    "联合发文单位": "joint_bodies",
    "联合发文机关": "joint_bodies",
    "收件号": "case",
    "紧急程度": "urgency",
    "缓急": "urgency",
}
"""Labels that are read, and the field each fills; all but the urgency are fields of the slip."""

OTHER_LABELS = frozenset({
    "密级", "保密期限", "密级和保密期限", "份号", "份数", "印数", "印发份数", "主送", "主送机关", "抄送", "抄送机关", "拟稿",
    "拟稿人", "拟稿部门", "拟稿单位", "拟稿日期", "拟稿时间", "核稿", "核稿人", "审核", "审核人", "校对", "校对人", "会签", "会签意见", "签发",
    "签发人", "签发意见", "联系人", "联系电话", "电话", "附件", "附件名称", "部门意见", "办公室意见", "领导批示", "保密审查", "保密审查意见", "初审",
    "复审", "终审", "主题词", "日期", "编号", "印发日期", "办结时限",
})  # fmt: skip
"""Labels that are not read; they only show that the cell before them is blank."""

TICKS = "☑☒■√✓✔🗹●◉\uf052\uf0fe\uf0fc"
BOXES = "☐□▢◻○◯\uf0a3\uf0a8"
"""Signs of a chosen and an open box; the private ones are Wingdings as Word and WPS store them."""

_CELL = re.compile(r"(.*?)[! ]?([A-Z]{1,3})(\d+)")


def _spaced(word: str) -> str:
    return r"\s*".join(word)


_SIGN = rf"[{TICKS}{BOXES}]|[\[(]\s*[{TICKS}{BOXES}xX]?\s*[\])]"
_NAMES = ("主动公开", "依申请公开", "不予公开", "免予公开", "免于公开", "不公开")
_OPTION = re.compile(rf"(?:({_SIGN})(\s*))?({'|'.join(map(_spaced, _NAMES))})")
_NOTHING = frozenset({"", "无", "/", "\\", "-", "—", "——", "否", "空"})


def read_form(text: Text) -> Slip | None:
    """Read a 拟稿单.

    Args:
        text: the extracted form; each cell of a table is a segment with ``place.cell``.

    Returns:
        What it says, or ``None`` when the file is no 拟稿单: the heading is missing at its top, or
        neither the title nor the attribute has a label.
    """
    if not is_form(text):
        return None
    stated = _stated(text)
    attribute, reason = _attribute(stated)
    day = parse_date(stated.get("date", ""))
    return Slip(
        title=_one_line(stated.get("title")),
        attribute=attribute,
        ground=_one_line(stated.get("ground")) or reason,
        document_number=_one_line(stated.get("document_number")),
        genre=_one_line(stated.get("genre")),
        date=day.isoformat() if day else None,
        responsible_body=_one_line(stated.get("responsible_body")),
        joint_bodies=_bodies(stated.get("joint_bodies", "")),
        case=case_number_in(stated.get("case", "")),
        source="form",
    )


def is_form(text: Text) -> bool:
    """Whether a file is a 拟稿单: the heading at the top, and a label for title or attribute."""
    head = [line.folded for _, line in zip(range(HEADING_LINES), lines(text, _KINDS), strict=False)]
    if not any(HEADING.fullmatch(line) for line in head):
        return False
    return bool({"title", "attribute", "remark"} & {field for field, _ in _fields(text)})


def read_urgency(text: Text) -> tuple[str, ...]:
    """The 紧急程度 of a 拟稿单 as written; of boxes, those that are ticked. Empty when the form leaves it open."""
    value = unicodedata.normalize("NFKC", _stated(text).get("urgency", ""))
    if not re.search(_SIGN, value):
        return (fold(value),) if value else ()
    if not re.match(rf"\s*(?:{_SIGN})", value):
        return ()  # a sign behind its word could as well belong to the next one
    boxes = re.finditer(rf"({_SIGN})\s*(\w+)", value)
    return tuple(fold(match.group(2)) for match in boxes if set(match.group(1)) & {*TICKS, "x", "X"})


def has_unclear_tick(text: Text) -> bool:
    """Whether boxes of the attribute are ticked so that they do not name exactly one attribute."""
    stated = _stated(text)
    value = stated.get("attribute") or stated.get("remark", "")
    return any(sign in value for sign in TICKS) and _attribute(stated)[0] is None


def _stated(text: Text) -> dict[str, str]:
    """Values by field. A label that stands twice with different values says nothing."""
    found: dict[str, set[str]] = {}
    for field, value in _fields(text):
        found.setdefault(field, set())
        if fold(value) not in _NOTHING:
            found[field].add(value.strip())
    return {field: values.pop() for field, values in found.items() if len(values) == 1}


def _fields(text: Text) -> Iterator[tuple[str, str]]:
    """(field, value as written) for every known label, from cells and from lines."""
    cells = _cells(text)
    for cell in cells.values():
        field = LABELS.get(_label(cell.words))
        if field is not None:
            yield field, _value(cells, cell, field)
    for line in lines(text, _KINDS):
        yield from _inline(line.spot.words(text))


# ------------------------------------------------------------------------- cells

_KINDS = ("body", "table", "textbox", "header", "insertion")


@dataclass(frozen=True, slots=True)
class _Cell:
    table: str
    row: int
    column: int
    words: str


_Cells = dict[tuple[str, int, int], _Cell]


def _cells(text: Text) -> _Cells:
    """The cells that hold something, with the paragraphs of a cell joined."""
    found: dict[tuple[str, int, int], list[str]] = {}
    for segment in text.segments:
        match = _CELL.fullmatch(segment.place.cell or "")
        if match and segment.visible and fold(segment.text):
            table, letters, row = match.groups()
            key = (f"{segment.place.part}|{table}", int(row), _column(letters))
            found.setdefault(key, []).append(segment.text)
    return {key: _Cell(*key, "\n".join(words)) for key, words in found.items()}


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _label(words: str) -> str:
    return fold(words).rstrip(":")


def _is_label(words: str) -> bool:
    label = _label(words)
    return label in LABELS or label in OTHER_LABELS


def _value(cells: _Cells, label: _Cell, field: str) -> str:
    """The value beside a label, or below it when its whole row is labels."""
    row = sorted((cell for cell in cells.values() if (cell.table, cell.row) == (label.table, label.row)),
                 key=lambda cell: cell.column)  # fmt: skip
    if len(row) > 1 and all(_is_label(cell.words) for cell in row):
        below = cells.get((label.table, label.row + 1, label.column))
        return below.words if below is not None and not _is_label(below.words) else ""
    values = []
    for cell in row:
        if cell.column > label.column:
            if _is_label(cell.words) or _INLINE.match(cell.words):
                break
            values.append(cell.words)
    # The boxes of an attribute may stand in cells of their own; other values fill one cell.
    return " ".join(values) if field == "attribute" else "".join(values[:1])


def _inline(words: str) -> Iterator[tuple[str, str]]:
    """(field, value) of every ``标签：值`` on one line; a value ends where the next label begins."""
    labels = list(_INLINE.finditer(words))
    ends = [*(match.start() for match in labels[1:]), len(words)]
    for match, end in zip(labels, ends, strict=False):
        field = LABELS.get(fold(match.group(1)))
        if field is not None:
            yield field, words[match.end() : end]


# Longest label first, so that 发文字号 is not read as something that ends in 号.
_INLINE = re.compile(
    r"(?:^|(?<=\s))(" + "|".join(map(_spaced, sorted((*LABELS, *OTHER_LABELS), key=len, reverse=True)))
    + r")\s*[:：]"
)  # fmt: skip


# ------------------------------------------------------------------------ values


def _attribute(stated: Mapping[str, str]) -> tuple[str | None, str | None]:
    """(attribute, reason) from 公开属性, else from 备注 (000 第十条).

    Words after 公开属性 that are no answer are handed on as written, so that the draft is returned
    for them and no weaker source stands in. Blank and doubly ticked boxes are ``None``.
    """
    value = stated.get("attribute", stated.get("remark", ""))
    words, reason = _without_reason(value)
    if re.search(_SIGN, unicodedata.normalize("NFKC", words)):
        ticked = _ticked(words)
        return (ticked.pop().chinese if len(ticked) == 1 else None), reason
    attribute = _named(words)
    if attribute is not None:
        return attribute.chinese, reason
    return (_one_line(value) if "attribute" in stated else None), reason


def _without_reason(value: str) -> tuple[str, str | None]:
    """The value without a ``理由：…`` at its end, and that reason."""
    match = re.search(r"[,，;；。(（\s]*理由\s*(?:[:：]|为)\s*(.+)", value, re.DOTALL)
    if match is None:
        return value, None
    return value[: match.start()], _one_line(match.group(1))


def _ticked(words: str) -> set[Attribute]:
    """The attributes whose sign is ticked; empty as well when it is unclear what a sign belongs to.

    A sign belongs to the attribute behind it. Where some attributes have none, it could as well
    belong to the one before it, unless it opens the value or is set off from what is before it.
    """
    plain = unicodedata.normalize("NFKC", words).strip()
    options = list(_OPTION.finditer(plain))
    signed = [match for match in options if match.group(1)]
    if len(signed) != len(re.findall(_SIGN, plain)):
        return set()
    if len(signed) < len(options) and not all(_clearly_before(plain, match) for match in signed):
        return set()
    chosen = [match.group(3) for match in signed if set(match.group(1)) & {*TICKS, "x", "X"}]
    return {attribute for name in chosen if (attribute := Attribute.parse(name)) is not None}


def _clearly_before(words: str, match: re.Match[str]) -> bool:
    start = match.start()
    return start == 0 or (match.group(2) == "" and words[start - 1].isspace())


def _named(words: str) -> Attribute | None:
    """The attribute named as a clause of its own; ``None`` when another clause speaks of 公开 too."""
    found: set[Attribute] = set()
    for clause in re.split(r"[,，;；。、\n]+", words):
        plain = re.sub(r"^(?:公开属性|属性|建议|拟|本件|此件)?(?:为|:)?", "", fold(clause))
        attribute = Attribute.parse(plain)
        if attribute is not None:
            found.add(attribute)
        elif "公开" in plain:
            return None
    return found.pop() if len(found) == 1 else None


def _one_line(words: str | None) -> str | None:
    return " ".join(words.split()) or None if words else None


def _bodies(words: str) -> tuple[str, ...]:
    parts = (part.strip() for part in re.split(r"[、，,;；\s]+", words))
    return tuple(part for part in parts if fold(part) not in _NOTHING)
