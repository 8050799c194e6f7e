"""Metadata of an archive bag: elements of GB/T 33480-2016 and fields of DA/T 46-2009.

Keys are the standards' own names. An element that is not known is an empty text, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from disclosure_pipeline.builtin.archives.labels import ATTRIBUTES, VERBS, label
from disclosure_pipeline.model.publication import Entry, Order

SCHEMA = "disclosure-archive-metadata/1"


def metadata(order: Order, files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Everything an archivist needs to place the bag.

    Args:
        order: the archive order.
        files: payload files: ``path`` in the bag, ``name`` as dropped, ``sha256``, ``size``, ``kind``.
    """
    return {
        "schema": SCHEMA,
        "document": order.key.document,
        "version": order.key.version,
        "index_number": order.entry.index_number,
        "attribute": order.entry.attribute,
        "GB/T 33480-2016": _official_document(order),
        "DA/T 46-2009": _electronic_record(order, files),
        "files": [dict(file) for file in files],
    }


def _official_document(order: Order) -> dict[str, str]:
    """The eighteen core elements of an official document."""
    entry = order.entry
    known = {
        "公文标识": entry.index_number or order.key.document,
        "文种": entry.genre,
        "发文机关标志": entry.issuing_body,
        "发文字号": entry.document_number,
        "标题": entry.title,
        "附件说明": "、".join(item.title for item, _ in order.artefacts if item.role == "attachment"),
        "发文机关或签发人署名": _authors(entry),
        "成文日期": entry.formed,
        "发布层次": label(ATTRIBUTES, entry.attribute),
    }
    return {name: known.get(name, "") for name in _ELEMENTS}


_ELEMENTS = (
    "公文标识", "文种", "份号", "密级和保密期限", "紧急程度", "发文机关标志", "发文字号", "签发人", "标题",
    "主送机关", "附件说明", "发文机关或签发人署名", "成文日期", "附注", "抄送机关", "印发机关", "印发日期",
    "发布层次",
)  # fmt: skip


def _electronic_record(order: Order, files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The record's source, number, content, electronic properties and history."""
    entry, record = order.entry, order.deposit.record if order.deposit else {}
    return {
        "聚合层次": "件",
        "来源": {"全宗号": order.deposit.fonds if order.deposit else "", "立档单位名称": entry.unit_name},
        "电子文件号": order.key.document,
        "档号": {
            "全宗号": order.deposit.fonds if order.deposit else "",
            "年度": order.key.document.split("-")[0],
            "机构或问题": entry.department,
        },
        "内容描述": {
            "题名": entry.title, "主题词": entry.keywords, "摘要": entry.summary, "分类号": entry.theme,
            "文件编号": entry.document_number, "责任者": _authors(entry), "日期": entry.formed,
            "文种": entry.genre,
        },
        "电子属性": [
            {"计算机文件名": file["path"], "计算机文件大小": file["size"], "数字摘要": file["sha256"]}
            for file in files
        ],
        "权限管理": {"公开属性": label(ATTRIBUTES, entry.attribute)},
        "业务实体": [
            {
                "业务行为": label(VERBS, item.get("verb")),
                "行为时间": str(item.get("at") or ""),
                "机构人员": str(item.get("by") or ""),
                "行为依据": str(item.get("content") or ""),
            }
            for item in record.get("decisions") or ()
        ],
    }  # fmt: skip


def _authors(entry: Entry) -> str:
    return "、".join(body for body in (entry.issuing_body, *entry.joint_bodies) if body)
