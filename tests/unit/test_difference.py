"""What changed between two texts: nothing is lost on either side, and long lists are not compared pair by pair."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from disclosure_pipeline.model.difference import (
    Changed,
    How,
    Part,
    Replaced,
    Unchanged,
    Words,
    changed_words,
    differences,
)
from disclosure_pipeline.model.document import Part as File
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Finding, Settlement, Severity
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.pipeline.differences import FieldChange, Head, VersionRecord, between
from disclosure_pipeline.store.documents import Settled

SAME, REMOVED, ADDED = How.SAME, How.REMOVED, How.ADDED
PARAGRAPHS = st.lists(st.text("甲乙丙，12ab ", max_size=8), max_size=10)


def side(parts: Sequence[Part], dropped: How) -> list[str]:
    """One of the two texts that were compared, rebuilt from what changed."""
    found: list[str] = []
    for part in parts:
        if isinstance(part, Unchanged):
            found += part.texts
        elif isinstance(part, Replaced):
            found += part.removed if dropped is ADDED else part.added
        elif {item.how for item in part.words} != {dropped}:
            found.append("".join(item.text for item in part.words if item.how is not dropped))
    return found


@given(PARAGRAPHS, PARAGRAPHS)
@example(["甲"] * 4, ["甲"] * 2)
@example(["1", "2", "3"], ["3", "1", "2"])
def test_both_texts_can_be_rebuilt(old: list[str], new: list[str]) -> None:
    found = differences(old, new)

    # An empty paragraph that came or went has no words to show.
    assert [text for text in side(found, ADDED) if text] == [text for text in old if text]
    assert [text for text in side(found, REMOVED) if text] == [text for text in new if text]
    if old == new:
        assert found == ((Unchanged(tuple(new)),) if new else ())


@given(st.text("甲乙丙12ab 。", max_size=30), st.text("甲乙丙12ab 。", max_size=30))
@example("甲乙", "丙乙")
def test_words_of_both_paragraphs_are_all_there(old: str, new: str) -> None:
    found = changed_words(old, new)

    assert "".join(item.text for item in found if item.how is not ADDED) == old
    assert "".join(item.text for item in found if item.how is not REMOVED) == new


def test_numbers_and_words_change_as_a_whole() -> None:
    assert changed_words("补贴标准为每人1650元，按月发放。", "补贴标准为每人1850元，按季度发放。") == (
        Words(SAME, "补贴标准为每人"), Words(REMOVED, "1650"), Words(ADDED, "1850"), Words(SAME, "元，按"),
        Words(REMOVED, "月"), Words(ADDED, "季度"), Words(SAME, "发放。"),
    )  # fmt: skip


def test_a_changed_paragraph_is_paired_with_the_one_it_was() -> None:
    old = ["标题", "从2027年1月起，养老服务补贴改为按月发放。", "以上。"]
    new = ["标题", "联系电话另行通知。", "从2027年2月起，养老服务补贴改为按月发放。", "以上。"]

    assert differences(old, new) == (
        Unchanged(("标题",)),
        Changed((Words(ADDED, "联系电话另行通知。"),)),
        Changed(
            (
                Words(SAME, "从2027年"),
                Words(REMOVED, "1"),
                Words(ADDED, "2"),
                Words(SAME, "月起，养老服务补贴改为按月发放。"),
            )
        ),
        Unchanged(("以上。",)),
    )


def test_a_column_taken_out_of_a_long_list_is_a_change_of_every_row() -> None:
    old = [f"户主{number} │ 1391234{number:04} │ 建设路{number}号" for number in range(3000)]
    new = [f"户主{number} │ 建设路{number}号" for number in range(3000)]
    found = differences(old, new)

    assert len(found) == 3000
    assert isinstance(found[7], Changed)
    assert [item for item in found[7].words if item.how is not SAME] == [Words(REMOVED, "13912340007 │ ")]


def test_what_cannot_be_aligned_is_said_to_be_replaced() -> None:
    old, new = [f"旧{number}" for number in range(60)], [f"新的条目{number}" for number in range(61)]

    assert differences(["甲", *old], ["甲", *new]) == (Unchanged(("甲",)), Replaced(tuple(old), tuple(new)))


def test_a_huge_list_of_equal_rows_is_aligned() -> None:
    found = differences(["无"] * 30_000 + ["甲"], ["无"] * 29_000 + ["乙"])

    assert found[0] == Unchanged(("无",) * 29_000)


# ----------------------------------------------------------------------- versions


def file(position: int, name: str, digest: str, role: PartRole = PartRole.ATTACHMENT) -> File:
    return File(position, name, "text/plain", digest * 64, 1, role)


def text(*lines: str, comment: str = "") -> Text:
    segments = [
        Segment(line, Place("text", "body", paragraph=number)) for number, line in enumerate(lines, 1)
    ]
    if comment:
        segments.append(Segment(comment, Place("text", "comment", paragraph=1), visible=False))
    return Text("text/plain", "builtin.txt", tuple(segments))


def settled(name: str, words: str, how: Settlement | None = None, start: int = 0) -> Settled:
    place = Place("text", "body", paragraph=1)
    finding = Finding("privacy.mobile", Severity.REVIEW, words, start, start + len(words), 0, place, "r")
    return Settled(finding, name, how, None, None)


def test_a_version_is_compared_field_by_field_and_file_by_file() -> None:
    old = VersionRecord(
        1,
        Head("旧标题", {"document_number": "1号", "joint_bodies": ("甲局",)}, "proactive", ""),
        (file(0, "通知.docx", "a", PartRole.MAIN), file(1, "名单.xlsx", "b"), file(2, "附图.pdf", "c")),
        {0: text("一段", "二段", comment="先这样"), 1: text("名单"), 2: text("图")},
        (settled("f1", "13912345678", Settlement.ACCEPT), settled("f2", "王五")),
    )
    new = VersionRecord(
        2,
        Head("新标题", {"document_number": "1号", "joint_bodies": ("甲局", "乙局")}, "on_request", ""),
        (file(0, "通知（改）.docx", "d", PartRole.MAIN), file(1, "附图.pdf", "c"), file(2, "表.xlsx", "e")),
        {0: text("一段", "二段改"), 1: text("图"), 2: text("表")},
        (settled("f9", "13912345678", Settlement.REDACT, start=3), settled("f10", "李四")),
    )
    found = between(old, new)

    assert found.fields == (
        FieldChange("title", "旧标题", "新标题"),
        FieldChange("attribute", "proactive", "on_request"),
        FieldChange("joint_bodies", "甲局", "甲局、乙局"),
    )
    assert [(item.old and item.old.name, item.new and item.new.name, item.same_bytes) for item in found.parts] == [
        ("通知.docx", "通知（改）.docx", False), ("附图.pdf", "附图.pdf", True), (None, "表.xlsx", False),
        ("名单.xlsx", None, False),
    ]  # fmt: skip
    assert found.parts[0].text == (Unchanged(("一段",)), Changed((Words(SAME, "二段"), Words(ADDED, "改"))))
    assert found.parts[0].hidden == (Changed((Words(REMOVED, "批注第1段：先这样"),)),)
    assert [item.same_text for item in found.parts] == [False, True, False, False]
    assert [(item.old and item.old.id, item.new and item.new.id) for item in found.findings] == [
        ("f1", "f9"), (None, "f10"), ("f2", None),
    ]  # fmt: skip
    assert not found.nothing


def test_equal_versions_differ_in_nothing_only_when_everything_is_known() -> None:
    head = Head("标题", {}, "proactive", "")
    parts, texts = (file(0, "通知.docx", "a", PartRole.MAIN),), {0: text("一段")}
    one, other = VersionRecord(1, head, parts, texts, ()), VersionRecord(2, head, parts, texts, ())

    assert between(one, other).nothing
    assert not between(VersionRecord(1, None, parts, texts, ()), other).nothing


def test_a_paragraph_that_moved_over_the_end_of_a_page_is_the_same() -> None:
    words = "本县各单位要认真做好冬季清洁取暖的各项准备工作并及时报"

    def printed(*pages: tuple[int, str]) -> Text:
        return Text(
            "application/pdf",
            "builtin.pdf",
            tuple(Segment(line, Place("page", "body", page)) for page, line in pages),
        )

    parts = (file(0, "通知.pdf", "a", PartRole.MAIN),)
    old = printed((1, f"{words}\n{words}\n送进展情况。"), (1, "1"), (2, "以上。"))
    new = printed((1, "1"), (1, f"{words}\n{words}"), (2, "送进展情况。"), (2, "以上。"))
    found = between(VersionRecord(1, None, parts, {0: old}, ()), VersionRecord(2, None, parts, {0: new}, ()))

    assert found.parts[0].same_text
