"""Metadata of an archive bag: elements of GB/T 33480-2016 and fields of DA/T 46-2009.

Keys are the standards' own names, in their order. An element that is not known is an empty text, never a guess:
件号, 保管期限 and the names of the archive that takes the bag over are given by archivists, and no level of secrecy is
claimed for a document, because the absence of a marking is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from disclosure_pipeline.builtin.archives.labels import ATTRIBUTES, VERBS, label
from disclosure_pipeline.model.publication import Entry, Order

SCHEMA = "disclosure-archive-metadata/2"

Record = Mapping[str, Any]


def metadata(order: Order, files: Sequence[Mapping[str, Any]], place: str) -> dict[str, Any]:
    """Everything an archivist needs to place the bag.

    Args:
        order: the archive order.
        files: payload files: ``path`` in the bag, ``name`` as dropped, ``sha256``, ``size``, ``kind``.
        place: the bag's folder, relative to the archive.
    """
    return {
        "schema": SCHEMA,
        "document": order.key.document,
        "version": order.key.version,
        "index_number": order.entry.index_number,
        "attribute": order.entry.attribute,
        "GB/T 33480-2016": _official_document(order),
        "DA/T 46-2009": _electronic_record(order, files, place),
        "files": [dict(file) for file in files],
    }


def _official_document(order: Order) -> dict[str, str]:
    """The eighteen core elements of an official document."""
    entry = order.entry
    known = {
        "公文标识": entry.index_number or order.key.document,
        "文种": entry.genre,
        "紧急程度": _urgency(order),
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


def _electronic_record(order: Order, files: Sequence[Mapping[str, Any]], place: str) -> dict[str, Any]:
    """The record's source, number, content, form, place and history."""
    entry, record = order.entry, order.deposit.record if order.deposit else {}
    originals = sum(file["kind"] == "original" for file in files)
    return {
        "聚合层次": "文件",
        "来源": _filled(
            ("档案馆名称", "档案馆代码", "全宗名称", "立档单位名称"), {"立档单位名称": entry.unit_name}
        ),
        "电子文件号": order.key.document,
        "档号": _filled(
            _NUMBER,
            {
                "全宗号": order.deposit.fonds if order.deposit else "",
                "年度": entry.formed[:4],
                "机构或问题": entry.department,
            },
        ),
        "内容描述": _filled(
            _CONTENT,
            {
                "题名": entry.title, "主题词": entry.keywords, "摘要": entry.summary, "分类号": entry.theme,
                "文件编号": entry.document_number, "责任者": _authors(entry), "日期": entry.formed,
                "文种": entry.genre, "紧急程度": _urgency(order),
            },
        ),
        "形式特征": _filled(
            ("文件组合类型", "页数", "语种", "稿本"), {"文件组合类型": "组合文件" if originals > 1 else "单件"}
        ),
        "电子属性": [
            {
                "格式信息": str(file.get("media_type") or ""), "计算机文件名": file["path"],
                "计算机文件大小": file["size"], "文档创建程序": "", "数字摘要": file["sha256"],
            }
            for file in files
        ],
        "数字化属性": _filled(("数字化对象形态", "扫描分辨率", "扫描色彩模式", "图像压缩方案"), {}),
        "电子签名": "",
        "存储位置": _filled(("当前位置", "脱机载体编号", "脱机载体存址", "缩微号"), {"当前位置": place}),
        "权限管理": _filled(
            ("知识产权说明", "授权", "控制标识"), {"控制标识": label(ATTRIBUTES, entry.attribute)}
        ),
        "信息系统描述": "",
        "附注": "",
        "机构人员实体": _people(entry, record),
        "业务实体": [_act(number, item, order, record) for number, item in enumerate(_decisions(record), 1)],
    }  # fmt: skip


_NUMBER = (
    "全宗号", "目录号", "年度", "保管期限", "机构或问题", "类别号", "室编案卷号", "馆编案卷号", "室编件号",
    "馆编件号", "文档序号", "页号",
)  # fmt: skip
_CONTENT = (
    "题名", "并列题名", "副题名", "说明题名文字", "主题词", "关键词", "人名", "摘要", "分类号", "文件编号",
    "责任者", "日期", "文种", "紧急程度", "主送", "抄送", "密级", "保密期限",
)  # fmt: skip


def _people(entry: Entry, record: Record) -> list[dict[str, str]]:
    """The unit, and whoever decided."""
    names = dict.fromkeys(str(item["by"]) for item in _decisions(record) if item.get("by"))
    kinds = [(entry.unit, "单位", entry.unit_name), *((name, "个人", name) for name in names)]
    return [
        {
            "机构人员标识符": code,
            "机构人员类型": kind,
            "机构人员名称": name,
            "组织机构代码": "",
            "个人职位": "",
        }
        for code, kind, name in kinds
    ]


def _act(number: int, item: Record, order: Order, record: Record) -> dict[str, str]:
    """One decision as an act of business."""
    by_ground = item.get("ground") and item.get("ground") == record.get("ground")
    content = str(item.get("content") or "")
    return {
        "业务标识符": str(number),
        "机构人员标识符": str(item.get("by") or ""),
        "文件标识符": order.key.document,
        "业务状态": "历史行为",
        "业务行为": label(VERBS, item.get("verb")),
        "行为时间": str(item.get("at") or ""),
        "行为依据": str(record.get("ground_article") or "") if by_ground else "",
        "行为描述": f"审查内容摘要 {content}" if content else "",
    }


def _decisions(record: Record) -> Iterable[Record]:
    return record.get("decisions") or ()


def _filled(names: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """Elements of a standard in its order, with what is known of them."""
    return {name: known.get(name, "") for name in names}


def _urgency(order: Order) -> str:
    return str(order.deposit.record.get("urgency") or "") if order.deposit else ""


def _authors(entry: Entry) -> str:
    return "、".join(body for body in (entry.issuing_body, *entry.joint_bodies) if body)
