"""紧急程度 from the form and from the head of a draft; what is not clearly stated is ordinary."""

from __future__ import annotations

from functools import cache

import pytest

from disclosure_pipeline.builtin.forms import read_form, read_urgency
from disclosure_pipeline.builtin.urgency import urgency_of
from disclosure_pipeline.hooks.contracts import Case, PartText
from disclosure_pipeline.model.document import Part, PartRole, Slip
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.resources import share

TITLE = "关于做好冬季养老服务工作的通知"
FORM = "发文拟稿单\n标题：关于做好冬季养老服务工作的通知\n公开属性：主动公开\n紧急程度：{}\n主办部门：民政局"


@cache
def book() -> RuleBook:
    return load_rulebook(share("config"))


def text(words: str) -> Text:
    return Text(
        "text/plain", "test", tuple(Segment(line, Place("text", "body")) for line in words.split("\n"))
    )


def case(*parts: tuple[PartRole, str]) -> Case:
    texts = tuple(PartText(number, role, text(words)) for number, (role, words) in enumerate(parts))
    files = tuple(
        Part(item.position, f"{item.position}.txt", "text/plain", "0" * 64, 1, item.role) for item in texts
    )
    return Case(
        document="2026-000001", unit="default", department="民政局", version=1, state=State.SCREENED,
        title=TITLE, slip=Slip(), parts=files, paths={}, texts=texts,
    )  # fmt: skip


def by_head(*lines: str) -> int:
    return urgency_of(
        case((PartRole.MAIN, "\n".join((*lines, TITLE, "", "各镇（街道）：", "正文。")))), book()
    )


def by_form(stated: str) -> int:
    slip, main = (PartRole.SLIP, FORM.format(stated)), (PartRole.MAIN, f"{TITLE}\n正文。")
    return urgency_of(case(slip, main), book())


@pytest.mark.parametrize(
    ("line", "urgency"),
    [
        ("特急", 0), ("特　急", 0), ("特提", 0), ("特急·明电", 0), ("紧急程度：特急", 0), ("000012特急", 0), ("特急件", 0),
        ("加急", 1), ("平急", 1), ("急 件", 1), ("等级：加急", 1),
        ("特急救援队文件", 2), ("示范县人民政府文件", 2), ("", 2),
    ],
)  # fmt: skip
def test_the_line_at_the_head(line: str, urgency: int) -> None:
    assert by_head("示范县人民政府办公室", line, "示政办发〔2026〕12号") == urgency


def test_only_the_head_of_the_main_document_counts() -> None:
    body = "\n".join([TITLE, *["正文。"] * 12, "特急"])
    assert urgency_of(case((PartRole.MAIN, body)), book()) == 2
    attachment = (PartRole.ATTACHMENT, "特急\n附件")
    assert urgency_of(case((PartRole.MAIN, f"{TITLE}\n正文。"), attachment), book()) == 2


@pytest.mark.parametrize(
    ("stated", "urgency"),
    [
        ("特急", 0), ("特 提", 0), ("加急", 1), ("急件", 1), ("平急", 1), ("一般", 2), ("", 2), ("无", 2), ("/", 2),
        ("□特急 □加急 □一般", 2), ("☑特急 □加急 □一般", 0), ("□特急 ☑加急 □一般", 1), ("（√）特急（ ）加急", 0),
        ("[x]加急 [ ]特急", 1), ("特急□ 加急☑", 2), ("特急 加急 平急", 2), ("特急/加急", 2),
    ],
)  # fmt: skip
def test_the_form(stated: str, urgency: int) -> None:
    assert by_form(stated) == urgency


def test_the_more_urgent_of_form_and_head_counts() -> None:
    slip, main = (PartRole.SLIP, FORM.format("加急")), (PartRole.MAIN, f"特急\n{TITLE}\n正文。")
    assert urgency_of(case(slip, main), book()) == 0


def test_the_slip_says_nothing_of_it() -> None:
    form = text(FORM.format("特急"))
    assert read_urgency(form) == ("特急",)
    assert read_form(form) == read_form(text(FORM.format("")))
