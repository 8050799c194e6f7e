"""The public copy holds the approved visible text, all of it, and nothing else."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.text.paragraph import Paragraph
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from disclosure_pipeline.builtin.public import MARK, Problem, Redaction, build, compare, prove
from disclosure_pipeline.builtin.public.blocks import shown_name
from disclosure_pipeline.builtin.public.build import file_stem
from disclosure_pipeline.builtin.public.selection import Cuts
from disclosure_pipeline.errors import Refused
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import Part, PartRole
from disclosure_pipeline.model.printed import Printed, running_text
from disclosure_pipeline.model.publication import Artefact
from disclosure_pipeline.model.text import Doubt, Place, Segment, Text

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLE = "关于做好冬季取暖工作的通知"
SECRET_ID = "110101190001010015"


def body(text: str, paragraph: int, kind: str = "body", *, visible: bool = True) -> Segment:
    return Segment(text, Place("word/document.xml", kind, paragraph=paragraph), visible)


def cell(text: str, where: str) -> Segment:
    return Segment(text, Place("word/document.xml", "table", cell=where))


def part_text(
    position: int, segments: Sequence[Segment], role: PartRole = PartRole.MAIN, media: str = DOCX
) -> PartText:
    return PartText(position, role, Text(media, "builtin.test", tuple(segments)))


def part(position: int, name: str, role: PartRole = PartRole.MAIN) -> Part:
    return Part(position, name, DOCX, "0" * 64, 1, role)


MAIN = part_text(
    0,
    [
        body(TITLE, 1),
        body("各镇人民政府：", 2),
        body("一、总体要求", 3),
        body("取暖工作于", 4),
        body("11月20日", 4, "insertion"),
        body("前完成，<b>不得</b>延误。", 4),
        cell("姓名", "table 1 A1"),
        cell("证件号码", "table 1 B1"),
        cell("石某", "table 1 A2"),
        cell(SECRET_ID, "table 1 B2"),
        body("（此件公开发布）", 5),
        body("11月30日", 4, "deletion", visible=False),
        Segment("内部批注：暂缓", Place("word/comments.xml", "comment"), False),
        Segment("示范县机密页眉", Place("word/header1.xml", "header")),
        Segment("张三保存", Place("docProps/core.xml", "metadata"), False),
        body("白字里的话", 6, "hidden", visible=False),
    ],
)
SLIP = part_text(1, [body("发文拟稿单 拟稿人电话13900000000", 1)], PartRole.SLIP)
ATTACHMENT = part_text(
    2,
    [
        Segment("取暖补贴表", Place("sheet1", "table", cell="补贴!A1")),
        Segment("镇", Place("sheet1", "table", cell="补贴!A2")),
        Segment("金额", Place("sheet1", "table", cell="补贴!C2")),
        Segment("青石镇", Place("sheet1", "table", cell="补贴!A3")),
        Segment("=1+2", Place("sheet1", "table", cell="补贴!C3")),
    ],
    PartRole.ATTACHMENT,
    XLSX,
)
NOTE = part_text(3, [body("实施细则全文，另行解释。", 1)], PartRole.ATTACHMENT)
TEXTS = [MAIN, SLIP, ATTACHMENT, NOTE]
PARTS = [
    part(0, "2026-000123 正文.docx"),
    part(1, "发文拟稿单.docx", PartRole.SLIP),
    part(2, "2026-000123_附件1：补贴标准.xlsx", PartRole.ATTACHMENT),
    part(3, "附件2 实施细则.docx", PartRole.ATTACHMENT),
]
REDACT_ID = Redaction(0, 9, 0, len(SECRET_ID))


def words(path: Path) -> list[str]:
    """Every text in a built file, by means that share nothing with the builder."""
    if path.suffix == ".docx":
        return [
            block.text
            for item in docx.Document(str(path)).iter_inner_content()
            for block in (
                [item] if isinstance(item, Paragraph) else [cell for row in item.rows for cell in row.cells]
            )
        ]
    if path.suffix == ".xlsx":
        sheets = openpyxl.load_workbook(path).worksheets
        return [str(cell) for sheet in sheets for row in sheet.values for cell in row if cell is not None]
    raw = path.read_text("utf-8-sig")
    if path.suffix == ".html":
        return [str(node) for node in html.document_fromstring(raw).itertext()]
    return raw.splitlines()


def read_again(path: Path, artefact: Artefact) -> Text:
    """What a file says, as a reader would answer."""
    pieces = [line for piece in words(path) for line in piece.splitlines()]
    segments = tuple(Segment(piece, Place("x", "body")) for piece in pieces if piece.strip())
    return Text(artefact.media_type, "test", segments)


def built(
    folder: Path, texts: Sequence[PartText] = TEXTS, redactions: Sequence[Redaction] = (), title: str = TITLE
) -> dict[str, str]:
    files = build(title, texts, PARTS, folder, redactions)
    return {
        artefact.name: "\n".join(words(path)) if path.suffix in (".docx", ".xlsx") else path.read_bytes().decode("utf-8")
        for artefact, path in files
    }  # fmt: skip


def test_files_names_roles_and_titles(tmp_path: Path) -> None:
    files = build(TITLE, TEXTS, PARTS, tmp_path)
    assert [(item.name, item.media_type, item.role, item.title) for item, _ in files] == [
        ("page.html", "text/html", "page", TITLE),
        (f"{TITLE}.txt", "text/plain", "text", TITLE),
        (f"{TITLE}.docx", DOCX, "copy", TITLE),
        ("附件1.xlsx", XLSX, "attachment", "附件1　补贴标准"),
        ("附件1.csv", "text/csv", "data", "附件1　补贴标准"),
        ("附件2.docx", DOCX, "attachment", "附件2　实施细则"),
    ]
    for artefact, path in files:
        assert path == tmp_path / artefact.name
        assert path.stat().st_size == artefact.size


def test_page_is_rebuilt_and_escaped(tmp_path: Path) -> None:
    page = built(tmp_path)["page.html"]
    main = page.split("<main>\n")[1].split("\n</main>")[0].split("\n")
    assert main == [
        f"<h1>{TITLE}</h1>",
        "<p>各镇人民政府：</p>",
        "<h2>一、总体要求</h2>",
        "<p>取暖工作于11月20日前完成，&lt;b&gt;不得&lt;/b&gt;延误。</p>",
        "<table>",
        "<thead>",
        '<tr><th scope="col">姓名</th><th scope="col">证件号码</th></tr>',
        "</thead>",
        "<tbody>",
        f"<tr><td>石某</td><td>{SECRET_ID}</td></tr>",
        "</tbody>",
        "</table>",
        "<p>（此件公开发布）</p>",
        "<section>",
        "<h2>附件1　补贴标准</h2>",
        "<table>",
        "<caption>取暖补贴表</caption>",
        "<thead>",
        '<tr><th scope="col">镇</th><th scope="col">金额</th></tr>',
        "</thead>",
        "<tbody>",
        "<tr><td>青石镇</td><td>=1+2</td></tr>",
        "</tbody>",
        "</table>",
        "</section>",
        "<section>",
        "<h2>附件2　实施细则</h2>",
        "<p>实施细则全文，另行解释。</p>",
        "</section>",
    ]


def test_nothing_hidden_internal_or_of_the_paper_comes_out(tmp_path: Path) -> None:
    everything = "".join(built(tmp_path).values())
    for leak in ("11月30日", "内部批注", "机密", "张三", "白字", "拟稿", "13900000000"):
        assert leak not in everything


def test_redacted_characters_are_gone_from_every_file(tmp_path: Path) -> None:
    files = built(tmp_path, redactions=[REDACT_ID])
    assert SECRET_ID not in "".join(files.values())
    assert f"<td>{MARK}</td>" in files["page.html"]
    assert f"石某\t{MARK}" in files[f"{TITLE}.txt"]


def test_touching_redactions_give_one_mark(tmp_path: Path) -> None:
    cuts = [Redaction(0, 9, 0, 6), Redaction(0, 9, 6, 14), Redaction(0, 9, 4, 10)]
    assert f"石某\t{MARK}0015\n" in built(tmp_path, redactions=cuts)[f"{TITLE}.txt"]


@pytest.mark.parametrize("wrong", [(0, 99, 0, 1), (9, 0, 0, 1), (0, 9, 0, 99), (0, 9, 3, 3), (0, 9, -1, 2)])
def test_a_redaction_that_does_not_fit_is_refused(tmp_path: Path, wrong: tuple[int, int, int, int]) -> None:
    with pytest.raises(Refused) as caught:
        build(TITLE, TEXTS, PARTS, tmp_path, [Redaction(*wrong)])
    assert caught.value.code == "public.redaction"
    assert list(tmp_path.iterdir()) == []


def test_csv_has_bom_and_never_calculates(tmp_path: Path) -> None:
    text = built(tmp_path)["附件1.csv"]
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows == [["取暖补贴表"], ["镇", "金额"], ["青石镇", "'=1+2"]]


def test_same_content_gives_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = build(TITLE, TEXTS, PARTS, tmp_path / "a", [REDACT_ID])
    second = build(TITLE, list(reversed(TEXTS)), PARTS, tmp_path / "b", [REDACT_ID])
    assert [artefact for artefact, _ in first] == [artefact for artefact, _ in second]


def test_control_and_zero_width_characters_do_not_reach_the_copy(tmp_path: Path) -> None:
    texts = [part_text(0, [body("甲\u200b乙\x07丙\u202e丁\ud800", 1)])]
    assert "<p>甲乙丙丁\ufffd</p>" in built(tmp_path, texts)["page.html"]


def test_a_workbook_as_main_part_also_gives_its_tables(tmp_path: Path) -> None:
    texts = [part_text(0, ATTACHMENT.text.segments, media=XLSX)]
    assert list(built(tmp_path, texts)) == ["page.html", f"{TITLE}.txt", f"{TITLE}.xlsx", "数据表.csv"]


# ------------------------------------------------------------------------------ proof


@pytest.mark.parametrize("redactions", [[], [REDACT_ID]])
def test_what_was_built_is_proved(tmp_path: Path, redactions: list[Redaction]) -> None:
    files = build(TITLE, TEXTS, PARTS, tmp_path, redactions)
    again = [(artefact, read_again(path, artefact)) for artefact, path in files]
    assert prove(again, TITLE, TEXTS, PARTS, redactions) == []


def test_proof_sees_a_redacted_value_that_stands_elsewhere(tmp_path: Path) -> None:
    texts = [part_text(0, [*MAIN.text.segments, body(f"再次提到{SECRET_ID}。", 9)])]
    files = build(TITLE, texts, PARTS, tmp_path, [REDACT_ID])
    again = [(artefact, read_again(path, artefact)) for artefact, path in files]
    assert prove(again, TITLE, texts, PARTS, [REDACT_ID]) == [
        Problem("public.redacted_remains", 1, 0),
        Problem("public.redacted_remains", 1, 1),
        Problem("public.redacted_remains", 1, 2),
    ]


def test_proof_sees_foreign_missing_and_unread_text(tmp_path: Path) -> None:
    texts = [MAIN]
    files = build(TITLE, texts, PARTS, tmp_path)
    page, text, word = (read_again(path, artefact) for artefact, path in files)
    foreign = Text(page.media_type, "test", (*page.segments, body("内部批注：暂缓", 9)))
    short = Text(text.media_type, "test", text.segments[:-1], doubts=(Doubt("page.no_text", "x"),))
    read = [(files[0][0], foreign), (files[1][0], short), (files[2][0], word)]
    assert prove(read, TITLE, texts, PARTS) == [
        Problem("public.foreign_text", 1, 0),
        Problem("public.unread", 1, 1),
        Problem("public.missing_text", 1, 1),
    ]
    assert prove([(files[0][0], page)], TITLE, texts, PARTS) == [Problem("public.missing_text", 2)]


def test_text_that_was_redacted_is_foreign_even_when_short() -> None:
    approved = [part_text(0, [body("年龄：73岁", 1)])]
    cut = [Redaction(0, 0, 3, 5)]
    assert compare(["年龄：73岁"], approved, cut) == [
        Problem("public.foreign_text", 1),
    ]
    assert compare([f"年龄：{MARK}岁"], approved, cut) == []


def test_a_scan_without_text_cannot_be_proved(tmp_path: Path) -> None:
    scan = Text("application/pdf", "test", (), doubts=(Doubt("page.no_text", "x"),))
    texts = [PartText(0, PartRole.MAIN, scan), NOTE]  # an attachment with text does not make up for it
    files = build(TITLE, texts, PARTS, tmp_path)
    again = [(artefact, read_again(path, artefact)) for artefact, path in files]
    assert prove(again, TITLE, texts, PARTS) == [
        Problem("public.source_unread", 1),
        *(Problem("public.empty", 1, number) for number in range(3)),
    ]


def test_a_file_that_nobody_planned_is_a_problem(tmp_path: Path) -> None:
    files = build(TITLE, [MAIN], PARTS, tmp_path)
    again = [(artefact, read_again(path, artefact)) for artefact, path in files]
    extra = Artefact("extra.txt", "text/plain", "0" * 64, 1, "attachment")
    assert prove([*again, (extra, again[1][1])], TITLE, [MAIN], PARTS) == [
        Problem("public.unexpected_file", 1, 3)
    ]


texts_of_any_kind = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\uffff"), min_size=0, max_size=30
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), lines=st.lists(texts_of_any_kind, min_size=1, max_size=5))
def test_any_text_with_any_redaction_is_proved_or_named(
    tmp_path: Path, data: st.DataObject, lines: list[str]
) -> None:
    """Redacted runs never stay where they were cut, and the builder never fails on odd characters."""
    texts = [part_text(0, [body("公告全文如下", 1), *(body(line, 2 + n) for n, line in enumerate(lines))])]
    cuts = []
    for index, line in enumerate(lines, 1):
        if line and data.draw(st.booleans()):
            start = data.draw(st.integers(0, len(line) - 1))
            cuts.append(Redaction(0, index, start, data.draw(st.integers(start + 1, len(line)))))
    folder = tmp_path / "public"
    folder.mkdir(exist_ok=True)
    files = build(TITLE, texts, PARTS, folder, cuts)
    _, path = files[1]
    pieces = [line for line in path.read_text("utf-8").split("\n") if line.strip()]
    found = {problem.code for problem in compare(pieces, texts, cuts, [TITLE])}
    assert found <= {"public.redacted_remains"}


def test_a_list_of_three_thousand_redactions(tmp_path: Path) -> None:
    rows = [(f"石某{number:04}", f"3504251980{number:08}") for number in range(3000)]
    cells = [
        cell(words, f"table 1 {column}{number}")
        for number, row in enumerate(rows, 1)
        for column, words in zip("AB", row, strict=True)
    ]
    texts = [part_text(0, [body(TITLE, 1), *cells])]
    cuts = [Redaction(0, 2 * number, 0, 18) for number in range(3000, 0, -1)]
    files = build(TITLE, texts, PARTS, tmp_path, cuts)
    written = "".join(path.read_text("utf-8") for _, path in files[:2])
    assert written.count("石某") >= 3000
    assert written.count(MARK) == written.count("石某")
    written += "".join(words(files[2][1]))
    assert not any(number in written for _, number in rows)
    again = [(artefact, read_again(path, artefact)) for artefact, path in files]
    assert prove(again, TITLE, texts, PARTS, cuts) == []


ranges = st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 11), st.integers(1, 12))


@given(st.lists(ranges.filter(lambda item: item[2] < item[3]), max_size=12))
def test_cuts_remove_exactly_the_redacted_characters(redacted: list[tuple[int, int, int, int]]) -> None:
    text, cuts = "零一二三四五六七八九十百", Cuts(Redaction(*item) for item in redacted)
    for part_number in (0, 1):
        for segment in (0, 1, 2):
            left = list(text)
            for part_of, segment_of, start, end in redacted:
                if (part_of, segment_of) == (part_number, segment):
                    left[start:end] = "#" * (end - start)
            cut = cuts.apply(text, part_number, segment, "#")
            # Ranges that touch without a character between them have one mark.
            assert cut == re.sub("#+", "#", "".join(left))


# ------------------------------------------------------------------ names, lines of a page


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("2026-000123_附件1：补贴标准.xlsx", "补贴标准"),
        ("附件二、实施细则.docx", "实施细则"),
        ("名单 2026-000007.xlsx", "名单"),
        ("附件3.pdf", ""),
        ("附件一览表.docx", "附件一览表"),
        ("..\\秘书\\预算.xlsx", "预算"),
    ],
)
def test_attachment_names(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@pytest.mark.parametrize(
    ("title", "stem"),
    [("甲/乙:丙", "甲_乙_丙"), ("..", "正文"), ("", "正文"), ("CON", "正文"), ("关于\n通知 ", "关于_通知")],
)
def test_title_as_file_name(title: str, stem: str) -> None:
    assert file_stem(title) == stem


def test_a_very_long_title_still_makes_a_file_name() -> None:
    assert file_stem("示" * 300) == "示" * 60


def test_printed_pages_become_running_text() -> None:
    blocks = [
        Printed("关于清洁取暖的公告", 1),
        Printed("为做好今年冬季清洁取暖工作，现将有关事\n项公告如下，请各镇遵照 Clean\nHeating 执行。", 1),
        Printed("一、补贴标准每户三百元，由县财政局按月", 1),
        Printed("— 1 —", 1),
        Printed("发放到户。", 2),
        Printed("二、本公告自发布之日起施行。", 2),
        Printed("2", 2),
        Printed("附件", 3),
    ]
    assert running_text(blocks) == [
        "关于清洁取暖的公告",
        "为做好今年冬季清洁取暖工作，现将有关事项公告如下，请各镇遵照 Clean Heating 执行。",
        "一、补贴标准每户三百元，由县财政局按月发放到户。",
        "二、本公告自发布之日起施行。",
        "附件",
    ]


def test_a_bare_number_that_is_not_the_page_number_stays() -> None:
    spread = Printed("确 保 年 度 任 务 完 成 率 不 低 于 95%，\n并按月报告。", 1)
    assert running_text([spread]) == ["确保年度任务完成率不低于 95%，并按月报告。"]
    assert running_text([Printed("姓 名 张三 电 话 8812345", 1)]) == ["姓 名 张三 电 话 8812345"]
    assert running_text([Printed("合计", 1), Printed("735", 1), Printed("3", 2)]) == ["合计", "735", "3"]


def test_a_pdf_is_rebuilt_without_its_page_numbers(tmp_path: Path) -> None:
    segments = [
        Segment("为做好今年冬季清洁取暖工作，现将有关事\n项公告如下。", Place("page", "body", page=1)),
        Segment("— 1 —", Place("page", "body", page=1)),
    ]
    texts = [part_text(0, segments, media="application/pdf")]
    files = build(TITLE, texts, PARTS, tmp_path)
    assert "<p>为做好今年冬季清洁取暖工作，现将有关事项公告如下。</p>" in files[0][1].read_text("utf-8")
    again = [(artefact, read_again(path, artefact)) for artefact, path in files]
    assert prove(again, TITLE, texts, PARTS) == []


def test_a_paragraph_that_the_end_of_a_page_cut_in_two_is_proved_whole(tmp_path: Path) -> None:
    first = "为做好今年冬季清洁取暖工作，确保群众温暖过冬，现将有关事\n项公告如下，请各镇遵照执行并按照有关规定发放各项补贴资"
    segments = [
        Segment(first, Place("page", "body", page=1)),
        Segment("— 1 —", Place("page", "body", page=1)),
        Segment("金，不得截留。", Place("page", "body", page=2)),
        Segment("— 2 —", Place("page", "body", page=2)),
    ]
    plain, problems = proved([part_text(0, segments, media="application/pdf")], tmp_path)
    assert "各项补贴资金，不得截留。" in plain
    assert problems == []


def scanned(*lines: str, page: int | None = 1, detail: str | None = None) -> list[Segment]:
    return [Segment(line, Place("page", "ocr", page=page, detail=detail)) for line in lines]


def proved(texts: list[PartText], folder: Path) -> tuple[str, list[Problem]]:
    files = build(TITLE, texts, PARTS, folder)
    again = [(artefact, read_again(path, artefact)) for artefact, path in files]
    return files[1][1].read_text("utf-8"), prove(again, TITLE, texts, PARTS)


@pytest.mark.parametrize("page", [1, None])
def test_the_recognised_words_of_a_scan_are_its_public_text(tmp_path: Path, page: int | None) -> None:
    segments = scanned("为做好今年冬季清洁取暖工作，", "现将有关事项公告如下。", "— 1 —", page=page)
    segments += scanned("示范县公章", page=page, detail="seal")
    segments.append(Segment("看不见", Place("page", "ocr", page=page), visible=False))
    plain, problems = proved([part_text(0, segments, media="image/png")], tmp_path)
    assert problems == []
    assert "现将有关事项公告如下。" in plain
    assert not any(word in plain for word in ("公章", "看不见", "— 1 —"))


def test_a_scanned_page_among_written_ones_is_not_left_out(tmp_path: Path) -> None:
    written = [Segment("第一页的正文。", Place("page", "body", page=1)), *scanned("图中的字", page=1)]
    texts = [part_text(0, [*written, *scanned("第二页是扫描的。", page=2)], media="application/pdf")]
    plain, problems = proved(texts, tmp_path)
    assert problems == []
    assert "第二页是扫描的。" in plain
    assert "图中的字" not in plain


def test_words_of_a_picture_beside_text_are_not_public(tmp_path: Path) -> None:
    texts = [part_text(0, [body("正文。", 1), *scanned("徽标上的字", page=None)])]
    assert "徽标上的字" not in proved(texts, tmp_path)[0]


@pytest.mark.parametrize("code", ["ocr.unsure", "picture.unread", "picture.no_words"])
def test_a_scan_that_was_not_surely_read_cannot_be_proved(tmp_path: Path, code: str) -> None:
    scan = Text("image/png", "test", tuple(scanned("补贴标准为每人1850元。")), doubts=(Doubt(code, "x"),))
    texts = [PartText(0, PartRole.MAIN, scan)]
    assert Problem("public.source_unread", 1) in proved(texts, tmp_path)[1]
