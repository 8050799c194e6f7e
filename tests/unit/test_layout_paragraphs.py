"""Paragraphs of printed pages equal those that were written: 公文 set by reportlab and as OFD, and small pages."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.shared.layout import Line, union
from disclosure_pipeline.builtin.extractors.shared.paragraphs import paragraphs
from disclosure_pipeline.builtin.public.blocks import Heading, Paragraph, public_copy
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import Part, PartRole
from disclosure_pipeline.model.text import Segment
from tests import typeset
from tests.hiding.reading import read
from tests.typeset import BIG, LEFT, PHONE, PITCH, RESIDENT, RIGHT, SIZE, Drawn, Written

WRITERS: dict[str, Callable[[Sequence[Drawn]], bytes]] = {
    "pdf": typeset.reportlab_pdf,
    "ofd": typeset.ofd,
}
LEAST = 0.995
"""Share of the paragraphs that must equal what was written."""
PAPERS = (1, 2, 3)


def body(data: bytes, name: str) -> list[Segment]:
    return [item for item in read(data, name).segments if item.visible and item.place.kind == "body"]


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("pitch", [24.0, PITCH, 34.0])
def test_paragraphs_equal_those_written(writer: str, pitch: float) -> None:
    hits = total = 0
    for seed in PAPERS:
        written = typeset.paper(seed)
        drawn = typeset.set_in_type(written, pitch)
        found = body(WRITERS[writer](drawn), f"a.{writer}")
        assert max(line.page for line in drawn) >= 8
        hits += len(typeset.equal(written, found))
        total += len(written)
    assert hits / total >= LEAST


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("seed", PAPERS)
def test_each_paragraph_lies_on_one_page_within_its_box(writer: str, seed: int) -> None:
    drawn = typeset.set_in_type(typeset.paper(seed))
    lines: dict[tuple[int, str], list[Drawn]] = {}
    for line in drawn:
        lines.setdefault((line.page, "".join(line.text.split())), []).append(line)
    for segment in body(WRITERS[writer](drawn), f"a.{writer}"):
        assert segment.place.bbox is not None
        left, top, right, bottom = segment.place.bbox
        for text in segment.text.split("\n"):
            same = lines[segment.place.page or 0, "".join(text.split())]
            assert any(left - 2 <= line.left <= right and top <= line.baseline <= bottom + 1 for line in same)


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("seed", PAPERS)
def test_the_public_copy_prints_the_title_once(writer: str, seed: int) -> None:
    written = typeset.paper(seed)
    title = next(item.text for item in written if item.size == BIG)
    text = read(WRITERS[writer](typeset.set_in_type(written)), f"a.{writer}")
    part = Part(0, f"a.{writer}", text.media_type, "", 1, PartRole.MAIN)
    copy = public_copy(title, [PartText(0, PartRole.MAIN, text)], [part])
    printed = [
        "".join(block.text.split())
        for section in copy.sections
        for block in section.blocks
        if isinstance(block, Heading | Paragraph)
    ]
    assert len(printed) > 30
    assert not [words for words in printed if title in words]


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("number", [PHONE, RESIDENT])
def test_a_number_is_whole_wherever_a_line_breaks_it(writer: str, number: str) -> None:
    sentences = [
        Written("县" * length + f"经办人号码{number}，请于工作时间联系，" + "办" * 30)
        for length in range(5, 5 + 2 * len(number))
    ]
    drawn = typeset.set_in_type(sentences)
    assert sum(number not in line.text and any(digit in line.text for digit in number) for line in drawn) > 9
    found = ["".join(segment.text.split()) for segment in body(WRITERS[writer](drawn), f"a.{writer}")]
    broken_by_page = sum(
        above.page != below.page and above.text[-1].isdigit() and below.text[0].isdigit()
        for above, below in itertools.pairwise(drawn)
    )
    assert sum(number in words for words in found) >= len(sentences) - broken_by_page


# ------------------------------------------------------------------------- small pages


def line(text: str, left: float, row: float, size: float = SIZE, *, right: float | None = None) -> Line:
    """A line ``row`` pitches down the page; ``right`` stretches it."""
    wide = typeset.breadth(text, size) if right is None else right - left
    made = Line()
    for at, character in enumerate(text):
        start = left + at * wide / len(text)
        made.append(character, (start, 100 + row * PITCH - size, start + wide / len(text), 100 + row * PITCH))
    return made


def full(character: str, row: float, left: float = LEFT, size: float = SIZE) -> Line:
    """A line that reaches the right margin."""
    return line(character * int((RIGHT - left) / size), left, row, size, right=RIGHT)


def firsts(*lines: Line) -> list[str]:
    """The first characters of each paragraph's lines."""
    return [
        "".join(words[0] for words in block.text.split("\n"))
        for block in paragraphs(lines, [], typeset.WIDTH)
    ]


INDENT = LEFT + 2 * SIZE
BODY = (full("甲", 10, INDENT), full("乙", 11), line("丙丙。", LEFT, 12))
AXIS = (LEFT + RIGHT) / 2


def centred(text: str, row: float, size: float = SIZE) -> Line:
    return line(text, AXIS - typeset.breadth(text, size) / 2, row, size)


def test_full_lines_and_the_last_are_one_paragraph() -> None:
    assert firsts(*BODY) == ["甲乙丙"]


def test_a_full_title_in_large_letters_is_no_part_of_the_body() -> None:
    assert firsts(full("题", 8, LEFT, BIG), line("各县人民政府：", LEFT, 9), *BODY) == ["题", "各", "甲乙丙"]


def test_a_centred_line_is_no_part_of_what_follows() -> None:
    assert firsts(centred("示政发〔2026〕16号", 8), line("各县人民政府：", LEFT, 9), *BODY) == [
        "示",
        "各",
        "甲乙丙",
    ]


def test_a_centred_title_as_wide_as_the_widest_line_is_no_part_of_what_follows() -> None:
    title = centred("关于公布县级非物质文化遗产名录的通知", 8)
    lines = (line("各镇人民政府：", LEFT, 9), line("现将第六批代表性项目名录予以公布。", LEFT, 10))
    assert firsts(title, *lines) == ["关", "各", "现"]


def test_a_line_beside_a_picture_goes_on_below_it() -> None:
    assert firsts(full("甲", 1, 240), full("乙", 2, 240), full("丙", 3), line("丁", LEFT, 4)) == ["甲乙丙丁"]


def test_a_title_over_several_lines_is_one() -> None:
    title = (
        centred("关于印发实施方案和年度", 7, BIG),
        centred("任务分解表及责任清单的", 8.2, BIG),
        centred("通知", 9.4, BIG),
    )
    assert firsts(*title, *BODY) == ["关任通", "甲乙丙"]


def test_lines_of_a_signature_stay_apart() -> None:
    signed = (line("示范县财政局", 380, 14), line("示范县民政局", 380, 15), line("2026年3月1日", 380, 16))
    assert firsts(*BODY, *signed) == ["甲乙丙", "示", "示", "2"]


def test_a_signature_below_a_short_page_stays_apart() -> None:
    assert firsts(line("示范县财政局", 380, 2), line("2026年11月2日", 380, 3)) == ["示", "2"]


def test_an_indented_line_begins_a_paragraph() -> None:
    assert firsts(*BODY[:2], full("丁", 12, INDENT), full("戊", 13)) == ["甲乙", "丁戊"]


def test_a_full_line_that_ends_a_sentence_is_followed_by_another_paragraph() -> None:
    closed = line("甲" * 25 + "。", INDENT, 5, right=RIGHT)
    assert firsts(closed, line("乙" * 20, INDENT, 6), *BODY) == ["甲", "乙", "甲乙丙"]


def test_a_wider_gap_ends_a_paragraph_without_an_indent() -> None:
    assert firsts(full("甲", 1), full("乙", 2), full("丙", 3.4), full("丁", 4.4)) == ["甲乙", "丙丁"]


def test_an_item_goes_on_below_its_first_word() -> None:
    item = line("附件：1." + "表" * 22, LEFT + 2 * SIZE, 14, right=RIGHT)
    rest = line("续表", LEFT + 2 * SIZE + 4 * SIZE, 15)
    second = line("2.清单", LEFT + 2 * SIZE + 3 * SIZE, 16)
    assert firsts(*BODY, item, rest, second) == ["甲乙丙", "附续", "2"]


@pytest.mark.parametrize("size", [SIZE, BIG])
def test_a_number_is_never_cut_from_its_other_half(size: float) -> None:
    above, below = line("联系电话138001", 200, 3), line("38000", 190, 3 + size / SIZE, size)
    assert firsts(above, below, *BODY) == ["联3", "甲乙丙"]


def test_columns_have_margins_of_their_own() -> None:
    rows = [
        [line(text * 12, 72, row), line(other * 12, 320, row)]
        for row, (text, other) in enumerate(zip("甲乙丙", "丁戊己", strict=True), 2)
    ]
    turns = [one for row in rows for one in row]
    assert firsts(centred("题" * 20, 0), *turns) == ["题", "甲乙丙", "丁戊己"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text("甲乙1丙。附：", min_size=1, max_size=30), st.floats(0, 500), st.floats(0, 25), st.floats(4, 40)
        ),
        max_size=25,
    )
)  # fmt: skip
def test_nothing_is_lost_doubled_or_out_of_its_box(
    drawn: list[tuple[str, float, float, float]],
) -> None:
    lines = [line(*one) for one in drawn]
    blocks = paragraphs(lines, [], typeset.WIDTH)
    held = [one for block in blocks for one in block.lines]
    assert sorted(map(id, held)) == sorted(map(id, lines))
    for block in blocks:
        assert block.box == union(one.box for one in block.lines)
        assert block.text == "\n".join(one.text.rstrip() for one in block.lines)
