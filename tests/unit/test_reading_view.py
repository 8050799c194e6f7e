"""The reading view: nothing of a text is lost, every finding is marked where it stands, every page can be shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from disclosure_pipeline.model.document import Part, PartRole
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.pieces import Mark, Piece, cut, plain
from disclosure_pipeline.model.printed import Printed, gathered, running_text, unbroken
from disclosure_pipeline.model.text import VISIBLE_KINDS, Place, Segment, Text
from disclosure_pipeline.model.words import page_in_words, place_in_words
from disclosure_pipeline.pipeline.layout import PANEL, ROWS, lay_out
from disclosure_pipeline.pipeline.reading_view import (
    DocumentView,
    PageView,
    PanelView,
    Span,
    TableView,
    TextView,
    view,
)
from disclosure_pipeline.pipeline.shelf import Laid
from disclosure_pipeline.store.documents import Settled

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"

CHARACTERS = st.sampled_from("甲乙，。 \n\tAb1\u202e\u200b\u0007\r\ud800\ue000　一、")
WORDS = st.text(CHARACTERS, max_size=40)


def segment(text: str, kind: str = "body", **place: object) -> Segment:
    part = str(place.pop("part", "word/document.xml"))
    visible = bool(place.pop("visible", kind in VISIBLE_KINDS))
    return Segment(text, Place(part, kind, **place), visible)  # type: ignore[arg-type]


def text_of(segments: Sequence[Segment], media_type: str = DOCX, **facts: int) -> Text:
    return Text(media_type, "builtin.test", tuple(segments), facts=facts)


def found(
    name: str,
    *ranges: tuple[int, int, int],
    place: Place | None = None,
    kind: str = "privacy.mobile",
    count: int = 1,
) -> Settled:
    (at, start, end), *more = ranges
    where = place or Place("word/document.xml", "body")
    finding = Finding(
        kind=kind, severity=Severity.REVIEW, text=None, start=start, end=end, segment=at, place=where, rule="r",
        more=tuple(more), count=count,
    )  # fmt: skip
    return Settled(finding, name, None, None, None)


def view_of(text: Text, findings: Sequence[Settled] = ()) -> DocumentView:
    part = Part(0, "通知.docx", text.media_type, "0" * 64, 1, PartRole.MAIN)
    return view("2026-000001", 1, (part,), {0: Laid.of(text)}, findings)


def spans(pages: Sequence[PageView | PanelView]) -> Iterator[tuple[int, Span]]:
    for page in pages:
        if isinstance(page, PanelView):
            for group in page.groups:
                yield from ((page.number, place.span) for place in group.places)
            continue
        for block in page.blocks:
            if isinstance(block, TextView):
                yield from ((page.number, span) for span in block.spans)
            else:
                for row in block.rows:
                    yield from ((page.number, span) for cell in row.cells for span in cell.spans)


def all_spans(shown: DocumentView) -> list[tuple[int, Span]]:
    return [item for part in shown.parts for item in spans((*part.pages, *part.hidden))]


def words(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


# ------------------------------------------------------------------------- pieces

RANGES = st.lists(st.tuples(st.integers(0, 45), st.integers(0, 45), st.sampled_from("abcd")), max_size=8)


@given(WORDS, RANGES, st.booleans())
@example("abcdef", [(0, 4, "a"), (2, 6, "b"), (2, 3, "a")], False)
def test_pieces_are_the_text_and_every_range_bears_its_finding(
    text: str, ranges: list[tuple[int, int, str]], printed: bool
) -> None:
    pieces = cut(text, [Mark(*item) for item in ranges], printed=printed)

    assert words(pieces) == text
    assert "".join(piece.shown for piece in pieces) == plain(text, printed=printed)
    marked: dict[str, set[int]] = {}
    at = 0
    for piece in pieces:
        for finding in piece.marks:
            marked.setdefault(finding, set()).update(range(at, at + len(piece.text)))
        at += len(piece.text)
    wanted: dict[str, set[int]] = {}
    for start, end, finding in ranges:
        if covered := set(range(start, min(end, len(text)))):
            wanted.setdefault(finding, set()).update(covered)
    assert marked == wanted


def test_a_finding_begins_once_also_when_it_goes_on_elsewhere() -> None:
    first = cut("电话13912345678", [Mark(2, 13, "a"), Mark(4, 8, "b")])
    further = cut("139", [Mark(0, 3, "a", begins=False)])

    assert [(piece.text, piece.marks, piece.starts) for piece in first] == [
        ("电话", (), ()), ("13", ("a",), ("a",)), ("9123", ("a", "b"), ("b",)), ("45678", ("a",), ()),
    ]  # fmt: skip
    assert [(piece.marks, piece.first) for piece in further] == [(("a",), False)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("密\u202e件", "密‹RLO›件"),
        ("a\u200bb\ufeff", "a‹ZWSP›b‹BOM›"),
        ("\x07\x00\r", "‹U+0007›‹NUL›‹CR›"),
        ("\ue000\ud83d", "‹U+E000›‹U+D83D›"),
        ("两\n行\t格 　", "两\n行\t格 　"),
    ],
)
def test_what_no_reader_sees_is_shown_as_a_sign(text: str, shown: str) -> None:
    assert plain(text) == shown
    assert "".join(piece.text for piece in cut(text, [Mark(0, 1, "a")])) == text


@given(WORDS)
def test_joined_lines_keep_a_place_for_each_character(text: str) -> None:
    assert len(unbroken(text)) == len(text)
    assert "\n" not in "".join(unbroken(text))


def test_lines_are_joined_as_in_the_public_copy() -> None:
    lines = ["本县各单位要认真做好冬季清洁取暖的各项准备工作并及时报", "送进展情况。", "一、总体要求", "3"]
    blocks = [Printed(line, 3) for line in lines]

    assert gathered(blocks, lines=True) == [[0, 1], [2]]
    assert running_text(blocks, lines=True) == ["".join(lines[:2]), lines[2]]
    assert plain("two\nwords\n以及 \n 汉字", printed=True) == "two words以及汉字"


# -------------------------------------------------------------------------- pages

PLACES = st.sampled_from(
    [
        {}, {"kind": "header"}, {"kind": "comment"}, {"kind": "metadata", "detail": "title"}, {"kind": "hidden"},
        {"kind": "table", "cell": "table 1 A1"}, {"kind": "table", "cell": "table 1 B2"}, {"kind": "insertion"},
        {"kind": "table", "cell": "名册!A7"}, {"kind": "table", "cell": "C3"}, {"kind": "ocr"}, {"page": 2},
        {"kind": "body", "visible": False},
    ]
)  # fmt: skip
SEGMENTS = st.lists(st.builds(lambda text, place: segment(text, **place), WORDS, PLACES), max_size=12)


@given(SEGMENTS, st.sampled_from([DOCX, XLSX, PDF, "image/png"]), st.data())
def test_all_that_a_file_holds_is_shown_once_and_marked(
    segments: list[Segment], media: str, data: st.DataObject
) -> None:
    findings = []
    if segments:
        places = st.tuples(st.integers(0, len(segments) - 1), st.integers(0, 20), st.integers(1, 40))
        drawn = data.draw(st.lists(st.lists(places, min_size=1, max_size=3), max_size=4))
        findings = [found(f"f{number}", *ranges) for number, ranges in enumerate(drawn)]
    shown = view_of(text_of(segments, media), findings)

    seen = {span.segment: (number, span) for number, span in all_spans(shown)}
    assert len(seen) == len(all_spans(shown))
    full = [at for at, item in enumerate(segments) if item.text.strip(" \t\n\u3000")]
    assert sorted(seen) == full
    assert {at: words(span.pieces) for at, (_, span) in seen.items()} == {
        at: segments[at].text for at in full
    }
    for item in findings:
        wanted = {
            (at, offset)
            for at, start, end in item.finding.ranges
            for offset in range(start, min(end, len(segments[at].text)))
            if at in seen
        }
        assert _marked(seen, item.id) == wanted
        numbers = shown.findings[item.id].numbers
        assert set(numbers) == {
            seen[at][0] for at, start, end in item.finding.ranges if at in seen and start < end
        }
        assert [item.id in page.findings for part in shown.parts for page in part.pages] == [
            page.number in numbers for part in shown.parts for page in part.pages
        ]


def _marked(seen: dict[int, tuple[int, Span]], finding: str) -> set[tuple[int, int]]:
    marked = set()
    for at, (_, span) in seen.items():
        offset = 0
        for piece in span.pieces:
            if finding in piece.marks:
                marked.update((at, place) for place in range(offset, offset + len(piece.text)))
            offset += len(piece.text)
    return marked


def test_a_long_text_is_cut_at_the_ends_of_its_paragraphs() -> None:
    text = text_of([segment("字" * 700, paragraph=number) for number in range(1, 11)])
    shown = view_of(text, [found("f", (9, 0, 1))])

    assert [(page.number, page_in_words(page.label), len(page.blocks)) for page in shown.parts[0].pages] == [
        (1, "第1屏", 4), (2, "第2屏", 4), (3, "第3屏", 2),
    ]  # fmt: skip
    assert shown.page_of("f") == (0, 3)


def test_a_workbook_is_cut_by_sheet_and_rows() -> None:
    rows = [
        segment(
            f"{column}{row}",
            "table",
            part="xl/worksheets/sheet1.xml",
            cell=f"名册!{column}{row}",
            paragraph=row,
        )
        for row in range(1, 452)
        for column in "AC"
    ]
    other = segment("合计", "table", part="xl/worksheets/sheet2.xml", cell="汇总!A1")
    shown = view_of(text_of([*rows, other], XLSX), [found("f", (2 * 400, 0, 2), (2, 0, 2), count=3)])

    assert [page_in_words(page.label) for page in shown.parts[0].pages] == [
        "“名册”第1—200行", "“名册”第201—400行", "“名册”第401—451行", "“汇总”第1—1行",
    ]  # fmt: skip
    (table,) = shown.parts[0].pages[1].blocks
    assert isinstance(table, TableView)
    assert (len(table.rows), table.rows[0].number, table.columns, table.head) == (
        ROWS,
        201,
        ("A", "C"),
        ("A1", "C1"),
    )
    finding = shown.findings["f"]
    assert (finding.cells, finding.count, finding.page, finding.numbers) == (
        ("名册!A401", "名册!A2"),
        3,
        3,
        (3, 1),
    )


def test_a_long_table_of_a_document_goes_over_pages() -> None:
    cells = [segment("张三", "table", cell=f"table 1 A{row}", paragraph=row) for row in range(1, 3001)]
    shown = view_of(text_of([segment("名单"), *cells, segment("以上。")]))

    rows = [
        [row.number for block in page.blocks if isinstance(block, TableView) for row in block.rows]
        for page in shown.parts[0].pages
    ]
    assert [number for page in rows for number in page] == list(range(1, 3001))
    assert len(rows) == 16
    assert max(map(len, rows)) == ROWS


def test_pages_of_a_scan_gather_lines_and_blank_pages_are_pages_too() -> None:
    lines = ["本县各单位要认真做好冬季清洁取暖的各项准备工作并及时报", "送进展情况。", "— 1 —"]
    scan = text_of([segment(line, "ocr", part="page", page=1) for line in lines], PDF, pages=3)
    first, second, third = view_of(scan).parts[0].pages

    assert [
        [span.segment for span in block.spans] for block in first.blocks if isinstance(block, TextView)
    ] == [[0, 1], [2]]
    assert (second.blocks, third.blocks) == ((), ())


def test_words_in_a_picture_stand_apart_from_the_text_of_the_page() -> None:
    text = text_of(
        [segment("正文第一行\n第二行", part="page", page=1), segment("图中文字", "ocr", part="page", page=1)],
        PDF,
        pages=1,
    )
    blocks = view_of(text).parts[0].pages[0].blocks

    assert [(block.kind, block.apart) for block in blocks if isinstance(block, TextView)] == [
        ("paragraph", False), ("ocr", True),
    ]  # fmt: skip
    assert isinstance(blocks[0], TextView)
    assert "".join(piece.shown for piece in blocks[0].spans[0].pieces) == "正文第一行第二行"


def test_hidden_places_are_grouped_and_named() -> None:
    text = text_of(
        [
            segment("看得见"),
            segment("删去的", "deletion", paragraph=5),
            segment("张三", "metadata", part="docProps/core.xml", detail="creator"),
            segment("再看看", "comment", part="word/comments.xml", paragraph=1),
            segment("白字", "body", visible=False, paragraph=7),
        ]
    )
    (panel,) = view_of(text, [found("f", (1, 0, 2))]).parts[0].hidden

    assert panel.number == 0
    told = [
        (item.kind, item.unprinted, [place_in_words(at.place) for at in item.places]) for item in panel.groups
    ]
    assert told == [
        ("deletion", False, ["修订删除内容第5段"]),
        ("metadata", False, ["文档属性“作者”"]),
        ("comment", False, ["批注第1段"]),
        ("body", True, ["第7段"]),
    ]
    assert panel.findings == ("f",)


def test_many_hidden_places_make_several_panels() -> None:
    layout = lay_out(text_of([segment("密", "comment")] * (PANEL + 1)))

    assert list(map(len, layout.panels)) == [PANEL, 1]
    assert layout.numbers == (0, -1, 1)
    assert layout.where[PANEL] == -1


def test_a_finding_about_a_whole_file_has_no_page_unless_it_names_one() -> None:
    text = text_of([segment("第一页", page=1), segment("第二页", page=2)], PDF, pages=2)
    doubt = found("d", (1, 0, 0), place=Place("page", "ocr", 2), kind="check.undetermined")
    name = found("n", (-1, 0, 3), place=Place("name", "metadata"))
    whole = found("w", (0, 0, 0), place=Place("", "unplaced"))
    shown = view_of(text, [doubt, name, whole])

    assert [shown.page_of(item) for item in ("d", "n", "w", "unknown")] == [(0, 2), None, None, None]
    assert [page.findings for page in shown.parts[0].pages] == [(), ("d",)]


def test_a_file_whose_text_is_missing_is_one_page_that_says_so() -> None:
    parts = (Part(0, None, PDF, "0" * 64, 1, PartRole.MAIN),)
    (part,) = view("2026-000001", 1, parts, {}, ()).parts

    assert (part.readable, part.name, [page.number for page in part.pages], part.hidden) == (
        False,
        "",
        [1],
        (),
    )


@pytest.mark.parametrize(
    ("media_type", "pictured"),
    [(PDF, True), ("image/tiff", True), ("image/x-emf", False), ("application/ofd", False), (DOCX, False)],
)
def test_only_pages_that_can_be_drawn_have_pictures(media_type: str, pictured: bool) -> None:
    assert replace(view_of(text_of([segment("甲")], media_type)).parts[0], pages=()).pictured is pictured
