"""What is said about a file inside another is not taken for a message about the file that was dropped."""

from __future__ import annotations

import pytest

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits, check_suffix
from disclosure_pipeline.model.text import Place
from tests.unit.hostile import limits


def collector() -> Collector:
    return Collector("application/zip", "builtin.archive", Limits.of(limits()))


def test_messages_of_an_attachment_say_so_once_however_deep_it_lies() -> None:
    inner, middle, outer = collector(), collector(), collector()
    inner.warn("文件中含有宏。")
    middle.adopt(inner.text(), "b.docx", shown=True)
    outer.add("正文", "body", "page")
    outer.adopt(middle.text(), "a.zip", shown=True)
    text = outer.text()
    assert text.warnings == ("附件：文件中含有宏。",)
    assert {doubt.message for doubt in text.doubts} == {"附件：文件中没有读到任何可见文字，请人工查看原件。"}
    assert Place("a.zip!b.docx", "attachment") in [doubt.place for doubt in text.doubts]


@pytest.mark.parametrize(
    ("name", "told"), [("a.pdf", True), ("oleObject1.bin", False), ("part 3", False), ("a.docx", False)]
)
def test_a_suffix_that_claims_another_format_is_told(name: str, told: bool) -> None:
    out = collector()
    check_suffix(out, name, (".docx",), "Word 文档")
    assert bool(out.text().warnings) == told
