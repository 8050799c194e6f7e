"""The review sheet names who signed what, and never shows what was found."""

from __future__ import annotations

from typing import Any

from lxml import html

from disclosure_pipeline.builtin.archives.review_sheet import render, sheet
from disclosure_pipeline.model.publication import Action, Artefact, Deposit, EffectKey, Entry, Order

SECRET = "110101190001010015"
AT = "2026-11-22T02:05:00.000000Z"
RECORD: dict[str, Any] = {
    "department": "民政局",
    "channels": ["政府网站", "档案"],
    "planned": "2026-11-25",
    "attribute": {"proposed": "proactive", "office": "proactive", "final": "exempt"},
    "ground": "R16b",
    "ground_reason": "过程性<信息>",
    "rules_version": "abc123",
    "content": "c" * 64,
    "frozen": "f" * 64,
    "findings": [
        {
            "id": "f1", "kind": "privacy.resident_id", "severity": "block", "text": SECRET, "rule": "D9.id",
            "article": "条例第十五条", "place": {"part": "x", "kind": "table", "cell": "table 1 B2"},
            "settled": "redact", "by": "李密", "at": AT, "reason": "删除证件号码",
        },
        {"id": "f2", "kind": "format.unknown", "rule": "X1", "settled": None, "text": SECRET},
    ],
    "tiers": [
        {"tier": "first", "label": "初审", "state": "approved", "by": "王初", "at": AT, "reason": "同意"},
        {"tier": "second", "label": "复审", "state": "approved", "by": "赵复", "deputy_for": "周办", "at": AT, "reason": ""},
        {"tier": "final", "label": "终审", "state": "open", "by": None, "at": None, "reason": None},
    ],
    "decisions": [
        {
            "at": AT, "tier": "first", "verb": "approve", "by": "王初", "recorded_by": "管理员",
            "signed_on": "2026-11-20", "scan": "5" * 64, "meeting": "第12次", "attribute": "proactive", "ground": "", "reason": "同意", "version": 1,
            "content": "c" * 64, "frozen": "f" * 64, "risk": {"level": "medium", "text": "已备<解读>"},
            "checklist": [
                {"id": "release.scope", "version": 1, "label": "公开范围适当"},
                {"id": "release.gone", "version": 3, "label": ""},
            ],
        }
    ],
    "referrals": [
        {
            "kind": "countersign", "tier": "second", "opened_by": "赵复", "opened_at": AT, "body": "财政局",
            "number": "示财函〔2026〕7号", "outcome": "agree", "scan": "6" * 64, "answered_by": "赵复",
            "answered_at": AT,
        }
    ],
    "clocks": [{"rule": "publish", "start": "2026-11-20", "due": "2027-01-04", "provisional": True, "state": "open"}],
}  # fmt: skip


def order(record: dict[str, Any]) -> Order:
    entry = Entry("2026-000001", 1, "关于<取暖>的通知", "MB0/2026-00001", "exempt", "default", "示范县人民政府办公室",
                  "民政局", "示范县民政局", document_number="示民发〔2026〕3号", formed="2026-11-20")  # fmt: skip
    artefact = Artefact("page.html", "text/html", "a" * 64, 12, "page")
    key = EffectKey("2026-000001", 1, "builtin.archive", Action.PUBLISH, 0)
    return Order(key, entry, AT, ((artefact, None),), Deposit((), record))  # type: ignore[arg-type]


def rows(title: str, record: dict[str, Any] = RECORD) -> tuple[tuple[str, ...], ...]:
    (table,) = [table for table in sheet(order(record)).tables if table.title == title]
    return table.rows


def test_findings_by_rule_and_place_without_what_was_found() -> None:
    assert rows("审查结论（疑点及处理）") == (
        ("f1", "居民身份证号", "必须处理", "D9.id", "条例第十五条", "表格1的B2单元格", "删除后公开", "李密",
         "2026-11-22 10:05", "删除证件号码"),
        ("f2", "format.unknown", "", "X1", "", "位置不明", "", "", "", ""),
    )  # fmt: skip
    assert SECRET not in render(order(RECORD))


def test_signatures_with_time_and_hash() -> None:
    assert rows("审批签署") == (
        ("初审", "已签", "王初", "2026-11-22 10:05", "同意"),
        ("复审", "已签", "赵复（代周办）", "2026-11-22 10:05", ""),
        ("终审", "待签", "", "", ""),
    )
    assert rows("决定记录") == (
        ("2026-11-22 10:05", "first", "同意", "王初", "管理员", "2026-11-20", "5" * 64, "第12次", "主动公开", "同意",
         "公开范围适当；release.gone（第3版）", "中 已备<解读>", "1", "c" * 64, "f" * 64),
    )  # fmt: skip


def test_referrals_clocks_and_public_files() -> None:
    assert rows("报审、会签与专项审批")[0][:8] == (
        "会签", "second", "赵复", "2026-11-22 10:05", "财政局", "示财函〔2026〕7号", "同意", "6" * 64,
    )  # fmt: skip
    assert rows("时限") == (("publish", "2026-11-20", "2027-01-04（暂定）", "open"),)
    assert rows("公开件") == (("page.html", "12", "a" * 64),)


def test_rulings_on_pictures_only_where_there_are_any() -> None:
    ruling = {
        "part": 0,
        "pixels": "9" * 64,
        "ruling": "public",
        "by": "李密",
        "at": AT,
        "reason": "无人像",
        "name": SECRET,
    }
    record = {**RECORD, "pictures": [ruling]}
    assert rows("图片判定", record) == (("0", "9" * 64, "公开", "李密", "2026-11-22 10:05", "无人像"),)
    assert SECRET not in render(order(record))
    assert "图片判定" not in render(order(RECORD))


def test_facts_of_the_review_record() -> None:
    facts = dict(sheet(order(RECORD)).facts)
    assert facts["载体形式"] == "公文"
    assert facts["拟公开渠道"] == "政府网站、档案"
    assert facts["签发确定属性"] == "不予公开"
    assert facts["不予公开理由"] == "R16b 过程性<信息>"


def test_the_page_is_escaped_and_deterministic() -> None:
    page = render(order(RECORD))
    assert page == render(order(RECORD))
    assert "<取暖>" not in page
    main = html.document_fromstring(page).find(".//main")
    assert main is not None
    assert "关于<取暖>的通知" in main.text_content()


def test_an_empty_record_still_gives_a_sheet() -> None:
    page = render(order({}))
    assert page.count("<p>无。</p>") == 5
    assert dict(sheet(order({})).facts)["签发确定属性"] == "不予公开"
