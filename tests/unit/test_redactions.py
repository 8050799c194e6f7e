"""What settlements mean for the public copy: removed, masked, a column emptied; and what must stop it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.builtin.public import MARK, Redaction, build, compare
from disclosure_pipeline.builtin.public.redactions import Redactions
from disclosure_pipeline.builtin.public.selection import Cuts
from disclosure_pipeline.errors import Refused
from disclosure_pipeline.hooks.contracts import Case, PartText
from disclosure_pipeline.model.document import Part, PartRole, Slip
from disclosure_pipeline.model.finding import PERSON, Finding, Settlement, Severity, Treatment
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.masks import is_form_of
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.resources import share

BOOK = load_rulebook(share("config"))
PHONE = "13800001234"
MASKED = "138****1234"
PARTS = (Part(0, "通知.txt", "text/plain", "0" * 64, 1, PartRole.MAIN),)


def lines(*texts: str, page: int | None = None, boxes: bool = False) -> PartText:
    places = [
        Place(
            "page",
            "body",
            page,
            number,
            bbox=(50.0, 50.0 * number, 500.0, 50.0 * number + 20) if boxes else None,
        )
        for number, _ in enumerate(texts, 1)
    ]
    segments = tuple(Segment(text, place) for text, place in zip(texts, places, strict=True))
    return PartText(0, PartRole.MAIN, Text("text/plain", "test", segments))


def table(*rows: tuple[str, ...]) -> PartText:
    segments = tuple(
        Segment(value, Place("table", "table", paragraph=row, cell=f"{chr(64 + column)}{row}"))
        for row, values in enumerate(rows, 1)
        for column, value in enumerate(values, 1)
    )
    return PartText(0, PartRole.MAIN, Text("text/csv", "test", segments))


def at(part: PartText, *words: str, kind: str = "privacy.mobile", count: int = 1) -> Finding:
    """A finding of these words, in this order."""
    ranges = []
    for word in words:
        index = next(i for i, segment in enumerate(part.text.segments) if word in segment.text)
        start = part.text.segments[index].text.index(word)
        ranges.append((index, start, start + len(word)))
    (segment, start, end), *more = ranges
    place = part.text.segments[segment].place
    return Finding(
        kind, Severity.REVIEW, words[0], start, end, segment, place, "D", more=tuple(more), count=count
    )


def struck(part: PartText, *items: tuple[Finding, Treatment]) -> Redactions:
    case = Case(
        document="2026-000001", unit="default", department="民政局", state=State.IN_REVIEW, version=1, title="通知",
        slip=Slip(), parts=PARTS, paths={}, texts=(part,), findings=tuple(item for item, _ in items),
        settled={item.id: Settlement.REDACT.value for item, _ in items},
        treatments={item.id: how.value for item, how in items if how is not Treatment.REMOVE},
    )  # fmt: skip
    return Redactions(case, BOOK)


def copy_of(part: PartText, redactions: tuple[Redaction, ...], folder: Path) -> str:
    """The page and the plain text of the public copy."""
    files = build("通知", (part,), PARTS, folder, redactions)
    return "".join(path.read_text("utf-8") for item, path in files if item.role in ("page", "text"))


# ------------------------------------------------------------------------ masked


def test_a_masked_number_shows_its_form_and_is_proved(tmp_path: Path) -> None:
    part = lines(f"联系电话：{PHONE}，传真同号。")
    cuts = struck(part, (at(part, PHONE), Treatment.MASK)).redactions
    text = copy_of(part, cuts, tmp_path)
    assert MASKED in text
    assert PHONE not in text
    assert MARK not in text
    shown = f"联系电话：{MASKED}，传真同号。"
    assert compare([shown], (part,), cuts) == []
    for other in (
        f"联系电话：{PHONE}，传真同号。",
        "联系电话：138***01234，传真同号。",
        f"联系电话：{MARK}，传真同号。",
    ):
        assert compare([other], (part,), cuts)


def test_a_masked_number_may_stand_nowhere_else_either() -> None:
    part = lines(f"联系电话：{PHONE}", f"传真：{PHONE}")
    cuts = struck(part, (at(part, PHONE), Treatment.MASK)).redactions
    problems = compare([f"联系电话：{MASKED}", f"传真：{PHONE}"], (part,), cuts)
    assert [problem.code for problem in problems] == ["public.redacted_remains"]


def test_a_number_over_two_lines_is_masked_as_one() -> None:
    part = lines("电话：138000", "01234转")
    cuts = struck(part, (at(part, "138000", "01234"), Treatment.MASK)).redactions
    assert [cut.shown for cut in cuts] == ["138***", "*1234"]


def test_items_of_a_list_are_masked_one_by_one() -> None:
    part = lines("13800001234", "13900005678")
    cuts = struck(part, (at(part, PHONE, "13900005678", count=2), Treatment.MASK)).redactions
    assert [cut.shown for cut in cuts] == [MASKED, "139****5678"]


@pytest.mark.parametrize(
    ("words", "count", "kind"),
    [
        (("138000", "01234", "13900005678"), 2, "privacy.mobile"),
        ((PHONE,), 1, "privacy.address"),
    ],
)
def test_what_cannot_surely_be_masked_is_removed(words: tuple[str, ...], count: int, kind: str) -> None:
    part = lines(*words)
    cuts = struck(part, (at(part, *words, kind=kind, count=count), Treatment.MASK)).redactions
    assert {cut.shown for cut in cuts} == {MARK}


@pytest.mark.parametrize("shown", [PHONE, "138****12345", "139****1234", "1380000123", "———————————"])
def test_a_form_that_is_none_is_refused(shown: str, tmp_path: Path) -> None:
    part = lines(PHONE)
    with pytest.raises(Refused) as refusal:
        build("通知", (part,), PARTS, tmp_path, [Redaction(0, 0, 0, 11, shown)])
    assert refusal.value.code == "public.redaction"
    assert list(tmp_path.iterdir()) == []


TEXT = "零一二三四五六七八九十百"
ranges = st.tuples(st.integers(0, 11), st.integers(1, 12), st.sampled_from([MARK, "", "mask"])).filter(
    lambda item: item[0] < item[1]
)


@given(st.lists(ranges, max_size=6))
def test_together_redactions_show_no_more_than_each_of_them(drawn: list[tuple[int, int, str]]) -> None:
    cuts = []
    for start, end, how in drawn:
        shown = TEXT[start : start + 1] + "*" * (end - start - 1) if how == "mask" else how
        cuts.append(Redaction(0, 0, start, end, "*" if shown == TEXT[start:end] else shown))
    allowed = set(TEXT)
    for cut in cuts:
        kept = {one for one in cut.shown if one in TEXT} if cut.masks else set()
        allowed -= set(TEXT[cut.start : cut.end]) - kept
    shown = Cuts(cuts).apply(TEXT, 0, 0)
    assert set(shown.replace(MARK, "")) - {"*"} <= allowed
    removed = Cuts(cuts).apply(TEXT, 0, 0, "\n").replace("\n", "")
    assert set(removed) - {"*"} <= allowed


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_form_never_shows_another_character(form: str, text: str) -> None:
    if is_form_of(form, text):
        assert set(form) <= set(text) | {"*"}


# ----------------------------------------------------------------------- columns

LIST = table(
    ("姓名", "联系电话", "村"),
    ("张三丰", PHONE, "柳河村"),
    ("李四光", "写在备注里", "柳河村"),
    ("王五常", "13900005678", "柳河村"),
)


def test_a_column_is_emptied_below_its_heading(tmp_path: Path) -> None:
    found = at(LIST, PHONE, "13900005678", count=2)
    cuts = struck(LIST, (found, Treatment.COLUMN)).redactions
    text = copy_of(LIST, cuts, tmp_path)
    for gone in (PHONE, "13900005678", "写在备注里", MARK):
        assert gone not in text
    for kept in ("联系电话", "张三丰", "柳河村"):
        assert kept in text
    cells = ["姓名", "联系电话", "村", "张三丰", "", "柳河村", "李四光", "", "柳河村", "王五常", "", "柳河村"]
    assert compare(cells, (LIST,), cuts) == []
    assert compare([*cells, PHONE], (LIST,), cuts)
    assert compare([*cells[:4], "写在备注里", *cells[5:]], (LIST,), cuts)


def test_a_cell_beside_the_hits_may_stand_elsewhere() -> None:
    part = table(("姓名", "联系电话", "备注"), ("张三丰", PHONE, "不详"), ("李四光", "不详", "无"))
    cuts = struck(part, (at(part, PHONE), Treatment.COLUMN)).redactions
    shown = ["姓名", "联系电话", "备注", "张三丰", "", "不详", "李四光", "", "无"]
    assert compare(shown, (part,), cuts) == []


def test_a_hit_in_what_looks_like_a_heading_goes_all_the_same(tmp_path: Path) -> None:
    part = table(("张三丰", "组长", "柳河村"), ("李四光", "组员", "柳河村"))
    found = at(part, "张三丰", kind="privacy.person_name")
    text = copy_of(part, struck(part, (found, Treatment.COLUMN)).redactions, tmp_path)
    assert "张三丰" not in text
    assert "李四光" not in text
    assert "组长" in text


# ------------------------------------------------------------- what must stop it


def test_other_characters_than_those_that_were_judged_are_noticed() -> None:
    part = lines(f"联系电话：{PHONE}")
    found = at(part, PHONE)
    assert struck(part, (found, Treatment.REMOVE)).moved == 0
    for other in (lines(f"电话：{PHONE}，联系"), lines(""), replace(part, position=1)):
        assert struck(other, (found, Treatment.REMOVE)).moved == 1


def box(page: int, top: float, bottom: float) -> Finding:
    place = Place("", "unplaced", page, bbox=(40.0, top, 510.0, bottom))
    return Finding(
        "privacy.person_name", Severity.REVIEW, None, 0, 0, 0, place, "person.mark", detector=PERSON
    )


def test_a_box_over_a_picture_needs_nothing_because_pictures_never_go_out() -> None:
    part = lines("第一段", "第二段", page=1, boxes=True)
    held = struck(part, (box(1, 300, 500), Treatment.REMOVE))
    assert (held.redactions, held.unsure_boxes, held.moved) == ((), 0, 0)
    assert struck(part, (box(2, 40, 200), Treatment.REMOVE)).unsure_boxes == 0


@pytest.mark.parametrize(
    ("part", "top", "bottom"),
    [
        (lines("张三丰的住址", page=1, boxes=True), 45, 80),
        (lines("张三丰的住址", page=1, boxes=True), 60, 300),
        (lines("张三丰的住址", page=1), 300, 500),
        (lines("张三丰的住址"), 300, 500),
    ],
    ids=["covers", "cuts", "no boxes", "no pages"],
)
def test_a_box_that_may_mean_public_characters_stops_the_copy(
    part: PartText, top: float, bottom: float
) -> None:
    assert struck(part, (box(1, top, bottom), Treatment.REMOVE)).unsure_boxes == 1
