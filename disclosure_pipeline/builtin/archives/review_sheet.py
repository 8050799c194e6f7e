"""The review sheet (审查单) that goes into the archive: who looked at what, and signed which hash.

Fields follow the review records that offices keep (审查 / 审批表: unit, title, carrier, channel,
date, opinions, signatures). Findings appear by rule, kind and place: the sheet takes only named
keys of the record, so the found characters themselves cannot reach it.

The record (`Deposit.record`) holds JSON values; every key may be missing:

- ``document, version, title, department, carrier, channels, planned, attribute {proposed, office,
  final}, ground, ground_reason, rules_version, content, frozen``
- ``findings`` [{id, kind, severity, rule, article, place, settled, by, at, reason}]
- ``tiers`` [{label, tier, state, by, deputy_for, at, reason}]
- ``decisions`` [{at, tier, verb, by, deputy_for, recorded_by, signed_on, scan, meeting, attribute, ground, reason,
  version, content, frozen, checklist [{id, version, label}], risk {level, text}}]
- ``referrals`` [{kind, tier, opened_by, opened_at, body, number, outcome, scan, answered_by, answered_at}]
- ``pictures`` [{part, pixels, ruling, by, at, reason}], only where somebody ruled on pictures without words
- ``clocks`` [{rule, start, due, provisional, state}]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.archives.labels import (
    ATTRIBUTES,
    FINDING_KINDS,
    OUTCOMES,
    REFERRALS,
    RISKS,
    RULINGS,
    SETTLEMENTS,
    SEVERITIES,
    TIER_STATES,
    VERBS,
    label,
    local_time,
)
from disclosure_pipeline.builtin.rendering import environment, printable
from disclosure_pipeline.model.publication import Order
from disclosure_pipeline.model.words import place_in_words, signer_in_words

TEMPLATES = Path(__file__).parent / "templates"

Row = tuple[str, ...]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SheetTable:
    """One table of the sheet."""

    title: str
    columns: Row
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet's content, ready to print."""

    document: str
    version: int
    facts: tuple[tuple[str, str], ...]
    tables: tuple[SheetTable, ...]


def render(order: Order) -> str:
    """The review sheet of an archive order as an HTML document; same order, same bytes."""
    return printable(environment(TEMPLATES).get_template("review_sheet.html").render(sheet=sheet(order)))


def sheet(order: Order) -> Sheet:
    """Gather the sheet's content from the order and its record."""
    record = order.deposit.record if order.deposit else {}
    return Sheet(
        order.key.document,
        order.key.version,
        _facts(order, record),
        (
            SheetTable("审查结论（疑点及处理）", _FINDING_COLUMNS, _rows(record, "findings", _finding)),
            *_pictures(record),
            SheetTable("审批签署", _TIER_COLUMNS, _rows(record, "tiers", _tier)),
            SheetTable("决定记录", _DECISION_COLUMNS, _rows(record, "decisions", _decision)),
            SheetTable("报审、会签与专项审批", _REFERRAL_COLUMNS, _rows(record, "referrals", _referral)),
            SheetTable("时限", _CLOCK_COLUMNS, _rows(record, "clocks", _clock)),
            SheetTable("公开件", ("名称", "字节", "sha256"), _artefact_rows(order)),
        ),
    )


def _facts(order: Order, record: Record) -> tuple[tuple[str, str], ...]:
    entry = order.entry
    attribute = record.get("attribute") or {}
    carrier = record.get("carrier") or ("公文" if entry.document_number else "非公文信息")
    return (
        ("收件号", order.key.document),
        ("版本", str(order.key.version)),
        ("索引号", entry.index_number),
        ("单位", entry.unit_name),
        ("主办部门", entry.department),
        ("标题", entry.title),
        ("载体形式", str(carrier)),
        ("发文字号", entry.document_number),
        ("成文日期", entry.formed),
        ("拟公开渠道", "、".join(str(item) for item in record.get("channels") or ())),
        ("拟公开日期", str(record.get("planned") or "")),
        ("拟稿部门拟定属性", label(ATTRIBUTES, attribute.get("proposed"))),
        ("公开机构审核属性", label(ATTRIBUTES, attribute.get("office"))),
        ("签发确定属性", label(ATTRIBUTES, attribute.get("final") or entry.attribute)),
        ("不予公开理由", _joined(record.get("ground"), record.get("ground_reason"))),
        ("审查规则版本", str(record.get("rules_version") or "")),
        ("审查内容摘要", str(record.get("content") or "")),
        ("公开件摘要", str(record.get("frozen") or "")),
    )


_FINDING_COLUMNS = ("编号", "类别", "程度", "规则", "依据", "位置", "处理", "处理人", "时间", "说明")
_PICTURE_COLUMNS = ("文件序号", "图片摘要", "判定", "判定人", "时间", "说明")
_TIER_COLUMNS = ("环节", "状态", "签署人", "时间", "意见")
_DECISION_COLUMNS = (
    "时间", "环节", "决定", "决定人", "代录人", "签署日期", "签批扫描件", "会议文号", "属性", "理由",
    "确认事项", "风险评估",
    "版本", "审查内容摘要", "公开件摘要",
)  # fmt: skip
_REFERRAL_COLUMNS = (
    "种类", "提出环节", "提出人", "提出时间", "答复机关", "文号", "结果", "答复扫描件", "登记人", "答复时间",
)  # fmt: skip
_CLOCK_COLUMNS = ("时限", "起算", "截止", "状态")


def _finding(item: Record) -> Row:
    return (
        _text(item, "id"), label(FINDING_KINDS, item.get("kind")), label(SEVERITIES, item.get("severity")),
        _text(item, "rule"), _text(item, "article"), place_in_words(item.get("place")),
        label(SETTLEMENTS, item.get("settled")), _text(item, "by"), local_time(item.get("at")),
        _text(item, "reason"),
    )  # fmt: skip


def _pictures(record: Record) -> tuple[SheetTable, ...]:
    """What was ruled of pictures without words, if anything was."""
    rows = _rows(record, "pictures", _picture)
    return (SheetTable("图片判定", _PICTURE_COLUMNS, rows),) if rows else ()


def _picture(item: Record) -> Row:
    return (
        _text(item, "part"), _text(item, "pixels"), label(RULINGS, item.get("ruling")), _text(item, "by"),
        local_time(item.get("at")), _text(item, "reason"),
    )  # fmt: skip


def _tier(item: Record) -> Row:
    name = item.get("label") or item.get("tier") or ""
    state = label(TIER_STATES, item.get("state"))
    return (
        str(name),
        state,
        signer_in_words(item.get("by"), item.get("deputy_for")),
        local_time(item.get("at")),
        _text(item, "reason"),
    )


def _decision(item: Record) -> Row:
    return (
        local_time(item.get("at")), _text(item, "tier"), label(VERBS, item.get("verb")),
        signer_in_words(item.get("by"), item.get("deputy_for")), _text(item, "recorded_by"),
        _text(item, "signed_on"), _text(item, "scan"), _text(item, "meeting"),
        label(ATTRIBUTES, item.get("attribute")), _joined(item.get("ground"), item.get("reason")),
        _confirmed(item), _risk(item), _text(item, "version"), _text(item, "content"), _text(item, "frozen"),
    )  # fmt: skip


def _confirmed(item: Record) -> str:
    """The points that the signer confirmed (004 第十五条); a point whose rule is gone by its id."""
    points: Iterable[Any] = item.get("checklist") or ()
    return "；".join(
        str(point.get("label") or f"{point['id']}（第{point['version']}版）") for point in points
    )


def _risk(item: Record) -> str:
    risk = item.get("risk") or {}
    return _joined(label(RISKS, risk.get("level")), risk.get("text"))


def _referral(item: Record) -> Row:
    return (
        label(REFERRALS, item.get("kind")), _text(item, "tier"), _text(item, "opened_by"),
        local_time(item.get("opened_at")), _text(item, "body"), _text(item, "number"),
        label(OUTCOMES, item.get("outcome")), _text(item, "scan"), _text(item, "answered_by"),
        local_time(item.get("answered_at")),
    )  # fmt: skip


def _clock(item: Record) -> Row:
    due = _text(item, "due") + ("（暂定）" if item.get("provisional") else "")
    return (_text(item, "rule"), _text(item, "start"), due, _text(item, "state"))


def _artefact_rows(order: Order) -> tuple[Row, ...]:
    return tuple((item.name, str(item.size), item.sha256) for item, _ in order.artefacts)


def _rows(record: Record, key: str, row: Any) -> tuple[Row, ...]:
    items: Iterable[Any] = record.get(key) or ()
    return tuple(row(item) for item in items)


def _text(item: Record, key: str) -> str:
    value = item.get(key)
    return "" if value is None else str(value)


def _joined(*values: object) -> str:
    shown: Sequence[str] = [str(value) for value in values if value]
    return " ".join(shown)
