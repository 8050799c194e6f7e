"""The tree that `disclosure extract` prints for people."""

from __future__ import annotations

import click
import pytest

from disclosure_pipeline.cli.tree import tree
from disclosure_pipeline.model.text import KINDS, Place, Segment, Text
from disclosure_pipeline.model.words import kind_in_words


def lines(*segments: Segment) -> list[str]:
    text = Text("application/x", "builtin.x", segments).as_json()
    return [click.unstyle(line) for line in tree(text)]


def test_visible_text_stands_plain_and_hidden_places_are_marked() -> None:
    printed = lines(
        Segment("通知", Place("word/document.xml", "body", paragraph=1)),
        Segment("张三\n李四", Place("word/document.xml", "table", cell="table 1 B2")),
        Segment("待核实", Place("word/comments.xml", "comment", paragraph=3, detail="王五"), visible=False),
    )
    assert printed == [
        "application/x（builtin.x）：页面可见 2 处，页面看不到 1 处",
        "├─ word/document.xml",
        "│  通知",
        "│  表1 B2: 张三",
        "│          李四",
        "└─ word/comments.xml",
        "   ▒ 批注 [comment] · 王五 · 第3段",
        "   ▒   待核实",
    ]


def test_pages_head_their_segments() -> None:
    printed = lines(
        Segment("甲", Place("page", "body", page=1)),
        Segment("乙", Place("page", "body", page=2)),
        Segment("丙", Place("Doc_0", "body", page=2)),
    )
    assert [line for line in printed if "─" in line] == ["├─ 第1页", "├─ 第2页", "└─ Doc_0 第2页"]


def test_a_terminal_obeys_nothing_in_a_document() -> None:
    printed = lines(
        Segment("\x1b[2J清屏\x07", Place("\x1b]0;part", "body", detail="\x1b[31m")),
        Segment("\x1b[8m暗", Place("p", "hidden", cell="\x1b[1mA1!B2", detail="\x9b31m"), visible=False),
    )
    assert "清屏" in "".join(printed)
    assert all(char.isprintable() for line in printed for char in line)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_name(kind: str) -> None:
    assert kind_in_words(kind) not in ("", "其他位置")
