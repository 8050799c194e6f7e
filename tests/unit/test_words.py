from __future__ import annotations

import pytest

from disclosure_pipeline.model.text import KINDS, Place
from disclosure_pipeline.model.words import place_in_words


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place("page", "body", page=2, paragraph=3), "第2页第3段"),
        (Place("word/document.xml", "body", paragraph=3), "第3段"),
        (Place("word/document.xml", "body"), "正文"),
        (Place("xl/worksheets/sheet1.xml", "table", cell="名册!B3"), "工作表“名册”B3单元格"),
        (Place("xl/worksheets/sheet1.xml", "hidden", cell="'名 册'!B3"), "工作表“名 册”B3单元格的隐藏内容"),
        (Place("word/document.xml", "table", page=4, cell="table 2 B3"), "第4页表格2的B3单元格"),
        (Place("word/comments.xml", "comment", paragraph=1, detail="某人"), "批注第1段"),
        (Place("word/document.xml", "deletion"), "修订删除内容"),
        (Place("word/header1.xml", "header", page=1, paragraph=1), "第1页页眉"),
        (Place("docProps/core.xml", "metadata", detail="creator"), "文档属性“作者”"),
        (Place("docProps/app.xml", "metadata", detail="lpstr"), "文档属性“各部分标题”"),
        (Place("word/comments.xml", "metadata", detail="comment author"), "文档属性“批注作者”"),
        (Place("docProps/custom.xml", "metadata", detail="密级 100%(n)s"), "文档属性“密级 100%(n)s”"),
    ],
)
def test_places_in_words(place: Place, words: str) -> None:
    assert place_in_words(place.as_json()) == words


def test_every_kind_has_words() -> None:
    for kind in KINDS:
        assert "其他位置" not in place_in_words({"part": "x", "kind": kind})


def test_no_place() -> None:
    assert place_in_words(None) == "位置不明"
    assert place_in_words({"part": "x", "kind": "new_kind", "page": 3}) == "第3页其他位置"
