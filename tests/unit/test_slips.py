"""Slips: machine-written, form, and what the document says; what is unclear stays unanswered."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.builtin.slips import (
    KEYS,
    SlipInvalid,
    case_number_in,
    has_unclear_tick,
    read_form,
    read_ground,
    read_notes,
    read_slip_toml,
)
from disclosure_pipeline.model.document import Slip
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.reading import find_notes, find_title, fold, genre_of, parse_date, unfold
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.resources import share


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load_rulebook(share("config"))


def paragraphs(*words: str, kind: str = "body", visible: bool = True) -> Text:
    places = (Place("word/document.xml", kind, paragraph=number) for number in range(1, len(words) + 1))
    return Text(
        "x", "test", tuple(Segment(word, place, visible) for word, place in zip(words, places, strict=True))
    )


def grid(*rows: str, heading: str = "示范县人民政府办公室发文拟稿单", table: str = "table 1 ") -> Text:
    """A form; each row's cells are split by ``|``, a blank cell is absent as extractors leave it out."""
    segments = [Segment(heading, Place("word/document.xml", "body", paragraph=1))]
    for number, row in enumerate(rows, start=1):
        for letter, words in zip("ABCDEFGH", row.split("|"), strict=False):
            if words.strip():
                place = Place("word/document.xml", "table", cell=f"{table}{letter}{number}")
                segments.append(Segment(words.strip(" "), place))
    return Text("x", "test", tuple(segments))


# -------------------------------------------------------------------- slip.toml


def test_every_key_of_slip_toml() -> None:
    slip = read_slip_toml(
        """title = "关于做好防汛工作的通知"
attribute = "主动公开"
ground = "R16b"
reason = "尚在讨论"
document_number = "示政发〔2026〕12号"
genre = "通知"
date = 2026-03-05
responsible_body = "示范县财政局"
joint_bodies = ["示范县民政局", " "]
case = "２０２６－000123"
main = "正文.docx"
""".encode()
    )
    assert slip == Slip(
        title="关于做好防汛工作的通知", attribute="主动公开", ground="R16b", reason="尚在讨论",
        document_number="示政发〔2026〕12号", genre="通知", date="2026-03-05", responsible_body="示范县财政局",
        joint_bodies=("示范县民政局",), case="2026-000123", main="正文.docx", source="toml",
    )  # fmt: skip
    assert {key for key in slip.as_json() if key != "source"} == set(KEYS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_slip_toml_in_the_encodings_of_an_office(encoding: str) -> None:
    slip = read_slip_toml('attribute = "依申请公开"\r\ndate = "二〇二六年三月五日"\r\n'.encode(encoding))
    assert (slip.attribute, slip.date) == ("依申请公开", "2026-03-05")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('titel = "机密事项"', "slip.toml 中有无法识别的键“titel”。"),
        ('"机密事项" = 1', "slip.toml 中有无法识别的键。"),
        ('title = "机密事项', "slip.toml 不是有效的 TOML 文件。"),
        ('title = ["机密事项"]', "slip.toml 中“title”的值不符合要求。"),
        ('date = "机密事项"', "slip.toml 中“date”的值不符合要求。"),
        ("date = 2026-03-05T08:00:00", "slip.toml 中“date”的值不符合要求。"),
        ('joint_bodies = "机密事项"', "slip.toml 中“joint_bodies”的值不符合要求。"),
        ('joint_bodies = [1, "机密事项"]', "slip.toml 中“joint_bodies”的值不符合要求。"),
        ('case = "机密事项"', "slip.toml 中“case”的值不符合要求。"),
    ],
)
def test_a_wrong_slip_toml_is_refused_without_its_text(content: str, message: str) -> None:
    with pytest.raises(SlipInvalid) as caught:
        read_slip_toml(content.encode())
    assert caught.value.message == message
    assert "joint_bodies" in caught.value.advice
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_slip_toml_in_no_encoding_is_refused() -> None:
    with pytest.raises(SlipInvalid, match="编码"):
        read_slip_toml(b'title = "\xff\xff\xff"')


def test_blank_values_are_absent() -> None:
    assert read_slip_toml(b'title = " "\ndate = ""\ncase = ""\njoint_bodies = []') == Slip(source="toml")


# ------------------------------------------------------------------------- form


def test_a_form_in_a_grid() -> None:
    slip = read_form(
        grid(
            "标　题|关于印发2026年防汛工作方案的通知",
            "公开属性：|☑主动公开　□依申请公开　□不予公开",
            "发文字号|示政办发〔2026〕3号|文　种|通知",
            "成文日期|２０２６年３月５日|密级||紧急程度|平急",
            "主办部门|示范县水利局|拟稿人|张三",
            "联合发文|示范县应急局、示范县财政局",
            "收件号|2026-000123",
            "不予公开理由|无",
        )
    )
    assert slip == Slip(
        title="关于印发2026年防汛工作方案的通知", attribute="主动公开", document_number="示政办发〔2026〕3号",
        genre="通知", date="2026-03-05", responsible_body="示范县水利局",
        joint_bodies=("示范县应急局", "示范县财政局"), case="2026-000123", source="form",
    )  # fmt: skip


def test_a_form_in_a_workbook_and_with_options_in_cells() -> None:
    form = grid("标题||关于低保的通知", "公开属性|□主动公开|■ 依申请公开|□不予公开|备注|无", table="拟稿单!")
    assert read_form(form) == Slip(title="关于低保的通知", attribute="依申请公开", source="form")


def test_a_form_in_lines() -> None:
    slip = read_form(
        paragraphs("发文拟稿单", "标题：关于防汛的通知", "发文字号: 示政发〔2026〕5号    文种：通知",
                   "备注：不予公开，理由：过程性信息，尚在讨论")
    )  # fmt: skip
    assert slip == Slip(
        title="关于防汛的通知", document_number="示政发〔2026〕5号", genre="通知", attribute="不予公开",
        ground="过程性信息，尚在讨论", source="form",
    )  # fmt: skip


def test_a_form_with_a_row_of_labels() -> None:
    form = grid("标题|文种|公开属性", "关于防汛的通知|通知|依申请公开")
    assert read_form(form) == Slip(
        title="关于防汛的通知", genre="通知", attribute="依申请公开", source="form"
    )


@pytest.mark.parametrize(
    ("value", "attribute"),
    [
        ("主动公开", "主动公开"),
        (" 依 申 请 公 开 ", "依申请公开"),
        ("免予公开", "不予公开"),
        ("□主动公开 ☑依申请公开 □不予公开", "依申请公开"),
        ("☐主动公开 ☒依申请公开 ☐不予公开", "依申请公开"),
        ("○主动公开 ○依申请公开 ●不予公开", "不予公开"),
        ("[ ]主动公开 [√]依申请公开 [ ]不予公开", "依申请公开"),
        ("（√）主动公开 （ ）依申请公开", "主动公开"),
        ("\uf0a3主动公开 \uf052依申请公开 \uf0a3不予公开", "依申请公开"),
        ("√主动公开 依申请公开 不予公开", "主动公开"),
        ("主动公开 √依申请公开 不予公开", "依申请公开"),
        ("√ 主动公开", "主动公开"),
        # no answer
        ("☑主动公开 ☑依申请公开 □不予公开", None),
        ("□主动公开 □依申请公开 □不予公开", None),
        ("□主动公开", None),
        ("主动公开√ 依申请公开 不予公开", None),
        ("主动公开√依申请公开□不予公开□", None),
        ("主动公开 √ 依申请公开 不予公开", None),
        ("□主动公开√ □依申请公开 □不予公开", None),
        # said, but not readable: handed on as written and returned later
        ("不主动公开", "不主动公开"),
        ("主动公开、依申请公开", "主动公开、依申请公开"),
        ("公开", "公开"),
    ],
)
def test_the_attribute_of_a_form(value: str, attribute: str | None) -> None:
    slip = read_form(grid("标题|关于防汛的通知", f"公开属性|{value}"))
    assert slip is not None
    assert slip.attribute == attribute


@pytest.mark.parametrize(
    ("value", "attribute"),
    [("主动公开", "主动公开"), ("建议依申请公开。请尽快", "依申请公开"), ("□主动公开 ■不予公开", "不予公开"),
     ("是否主动公开：否", None), ("请尽快印发", None), ("主动公开，附件不公开", None), ("不主动公开", None)],
)  # fmt: skip
def test_the_attribute_in_the_remark(value: str, attribute: str | None) -> None:
    slip = read_form(grid("标题|关于防汛的通知", f"备注|{value}"))
    assert slip is not None
    assert slip.attribute == attribute


def test_a_doubly_ticked_form_is_told_from_a_blank_one() -> None:
    assert has_unclear_tick(grid("标题|甲", "公开属性|☑主动公开 ☑依申请公开 □不予公开"))
    assert has_unclear_tick(grid("标题|甲", "公开属性|主动公开√ 依申请公开 不予公开"))
    assert not has_unclear_tick(grid("标题|甲", "公开属性|□主动公开 □依申请公开 □不予公开"))
    assert not has_unclear_tick(grid("标题|甲", "公开属性|☑主动公开 □依申请公开 □不予公开"))


def test_a_label_never_becomes_a_value() -> None:
    slip = read_form(grid("标题|文种|密级|一般", "公开属性||备注|主动公开", "发文字号|主送机关：各乡镇"))
    assert slip is not None
    assert (slip.title, slip.genre, slip.document_number) == (None, None, None)


def test_a_label_that_stands_twice_with_two_values_says_nothing() -> None:
    slip = read_form(grid("标题|关于甲的通知", "标题|关于乙的通知", "公开属性|主动公开"))
    assert slip == Slip(attribute="主动公开", source="form")


def test_a_document_that_mentions_a_form_is_none() -> None:
    text = paragraphs(
        "关于规范公文办理的通知", *["正文内容。"] * 12, "发文拟稿单", "标题：", "公开属性：主动公开"
    )
    assert read_form(text) is None
    assert read_form(paragraphs("发文拟稿单", "请各单位使用新的表样。")) is None
    assert read_form(paragraphs("标题：关于甲的通知", "公开属性：主动公开")) is None


# --------------------------------------------------------------------- document

DRAFT = (
    "000012", "特急", "示范县人民政府办公室文件", "示政办发〔2026〕12号", "示范县人民政府办公室",
    "关于印发《2026年防汛工作方案》的通知", "各乡镇人民政府，县政府各部门：", "现将方案印发给你们。",
    "示范县人民政府办公室", "二〇二六年三月五日", "（此件公开发布）",
)  # fmt: skip


def test_what_a_draft_says_about_itself(book: RuleBook) -> None:
    assert read_notes(paragraphs(*DRAFT), book) == Slip(
        title="示范县人民政府办公室关于印发《2026年防汛工作方案》的通知", attribute="proactive",
        document_number="示政办发〔2026〕12号", date="2026-03-05", issuer="示范县人民政府办公室", source="note",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("end", "issuer"),
    [
        (("示范县民政局", "2026年11月20日"), "示范县民政局"), (("示 范 县 民 政 局", "2026年11月20日", "（此件公开发布）"), "示范县民政局"),
        (("示范县民政局",), None), (("2026年11月20日",), None), (("请报示范县民政局。", "2026年11月20日"), None),
        (("示范县民政局", "示范县财政局", "2026年11月20日"), None),
        (("示范县民政局", "2026年11月20日", "附件", "示范县财政局"), "示范县民政局"),
        (("示范县民政局", "2026年11月2日", "示范县财政局", "2026年11月20日"), "示范县财政局"),
    ],
)  # fmt: skip
def test_who_signs_is_who_stands_alone_above_the_last_date(
    book: RuleBook, end: tuple[str, ...], issuer: str | None
) -> None:
    assert read_notes(paragraphs("关于调整补贴的通知", "现就有关事项通知如下。", *end), book).issuer == issuer
    assert read_notes(paragraphs("关于调整补贴的通知", *end, visible=False), book).issuer is None


def test_no_department_says_who_signs() -> None:
    with pytest.raises(SlipInvalid, match="无法识别的键"):
        read_slip_toml('issuer = "示范县财政局"'.encode())


@pytest.mark.parametrize(
    ("title", "genre"),
    [
        ("关于调整补贴的通知", "通知"), ("示范县人民政府令", "令"), ("关于启用新印章的命令", "命令"), ("第十二次常务会议纪要", "纪要"),
        ("示范县养老服务管理办法（试行）", "办法"), ("关于2026年　低保标准的公示", "公示"), ("通知书送达记录", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_genre_is_that_with_which_a_title_ends(book: RuleBook, title: str, genre: str) -> None:
    assert genre_of(title, book) == genre


@pytest.mark.parametrize(
    ("note", "attribute"),
    [
        ("（此件公开发布）", "proactive"), ("(此件主动公开)", "proactive"), ("　　（此 件 公 开 发 布）", "proactive"),
        ("（此件依申请公开）", "on_request"), ("（此件不公开）", "exempt"), ("此件不予公开", "exempt"),
        ("公开属性：依申请公开", "on_request"), ("（此件发至县团级）", None),
        ("（此件公开发布）后请反馈", None), ("（此件公开）\u200b", "proactive"),
    ],
)  # fmt: skip
def test_the_note_that_stands_alone(book: RuleBook, note: str, attribute: str | None) -> None:
    assert read_notes(paragraphs("关于防汛的通知", "正文。", note), book).attribute == attribute


def test_quoted_and_contradicting_notes_are_no_answer(book: RuleBook) -> None:
    quoted = paragraphs("关于公文标注的通知", "公文末尾应当标注“（此件公开发布）”字样。")
    assert read_notes(quoted, book).attribute is None
    both = paragraphs("关于防汛的通知", "（此件公开发布）", "（此件不公开）")
    assert read_notes(both, book).attribute is None
    unseen = paragraphs("关于防汛的通知", "（此件公开发布）", visible=False)
    assert read_notes(unseen, book) == Slip(source="note")


def test_a_bracketed_note_broken_over_segments_is_found_where_it_begins(book: RuleBook) -> None:
    text = paragraphs("关于防汛的通知", "请遵照执行（此件 不", "公开）。")
    (note,) = find_notes(text, book.of_form("note"))
    assert (note.rule.id, note.alone) == ("note.exempt", False)
    assert note.spot.words(text) == "（此件 不"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (["关于防汛的通知", "各乡镇："], "关于防汛的通知"),
        (["关于调整2026年", "城乡居民补助标准的通知", "各乡镇："], "关于调整2026年城乡居民补助标准的通知"),
        (["示范县财政局", "2026年工作要点"], "示范县财政局2026年工作要点"),
        (["防汛值班情况", "张三已收到通知"], "防汛值班情况"),
        (["附件1", "2026年3月5日", "— 1 —", "————", "签发人：李四", "补助 名单"], "补助名单"),
        (["Notice  on   IT", "text"], "Notice on IT"),
        (["索引号：MB01/2026-00001", "（此件公开发布）", "防汛方案"], "防汛方案"),
        (["关于防汛的\n紧急通知", "各乡镇："], "关于防汛的紧急通知"),
        (["2026年重点\n工作任务清单", "各乡镇："], "2026年重点工作任务清单"),
        (["示范县人民政府办公室", "示政办〔2026〕9号", "关于储备情况的报告"], "关于储备情况的报告"),
        (["示范县人民政府", "会议纪要", "〔2026〕12号", "第十二次常务会议纪要"], "第十二次常务会议纪要"),
        (["工作简报", "第12期", "防汛进展"], "工作简报"),
        (["关于防汛的通知", "示防汛〔2026〕9号", "各乡镇："], "关于防汛的通知"),
        (["爱国卫生月活动安排", "示卫〔2026〕3号", "各乡镇："], "爱国卫生月活动安排"),
        (["示范县卫健局", "关于防汛的通知", "示卫〔2026〕3号", "各乡镇："], "示范县卫健局关于防汛的通知"),
        (
            ["示范县卫健局第三次局务会会议纪要", "〔2026〕3号", "会议听取了汇报。"],
            "示范县卫健局第三次局务会会议纪要",
        ),
        (["正文" * 80, "关于防汛的通知"], None),
        (["2026年3月5日", "000012"], None),
    ],
)
def test_titles(book: RuleBook, head: list[str], title: str | None) -> None:
    found = find_title(paragraphs(*head), book)
    assert (found.words if found else None) == title


def test_a_workbook_has_its_title_in_a_cell(book: RuleBook) -> None:
    text = paragraphs("补助发放统计表", "姓名", "2026-03-05", kind="table")
    slip = read_notes(text, book)
    assert (slip.title, slip.date) == ("补助发放统计表", None)


def test_two_document_numbers_are_no_answer(book: RuleBook) -> None:
    text = paragraphs("示政发〔2026〕1号", "关于防汛的通知", "示政发〔2025〕9号")
    slip = read_notes(text, book)
    assert (slip.document_number, slip.title) == (None, "关于防汛的通知")


def test_the_last_line_that_is_only_a_date() -> None:
    from disclosure_pipeline.model.reading import find_date

    text = paragraphs("2026年1月1日", "定于2026年5月1日施行。", "示范县财政局 2026年3月9日", "2026年3月5日")
    assert find_date(text) == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026年3月5日", date(2026, 3, 5)), ("２０２６ 年 ０３ 月 ０５ 日", date(2026, 3, 5)),
        ("二〇二六年三月五日", date(2026, 3, 5)), ("二○二六年十月十日", date(2026, 10, 10)),
        ("二O二六年十二月三十一日", date(2026, 12, 31)), ("二〇二六年元月廿一日", date(2026, 1, 21)),
        ("2026-03-05", date(2026, 3, 5)), ("2026.3.5", date(2026, 3, 5)), ("2026/3/5", date(2026, 3, 5)),
        ("2026年2月29日", None), ("2026年13月1日", None), ("二〇二六年三月", None), ("2026-03.05", None),
        ("2026年3月5日印发", None), ("26年3月5日", None), ("2026年三十月五日", None), ("20260305", None),
    ],
)  # fmt: skip
def test_dates(words: str, day: date | None) -> None:
    assert parse_date(words) == day


CHINESE = "〇一二三四五六七八九"


def chinese_number(value: int) -> str:
    tens, ones = divmod(value, 10)
    return ("" if tens < 2 else CHINESE[tens]) + ("十" if tens else "") + (CHINESE[ones] if ones else "")


@given(st.dates(date(1000, 1, 1), date(2999, 12, 31)))
def test_every_day_is_read_in_both_scripts(day: date) -> None:
    year = "".join(CHINESE[int(digit)] for digit in f"{day.year:04}")
    assert parse_date(f"{year}年{chinese_number(day.month)}月{chinese_number(day.day)}日") == day
    assert parse_date(f"{day.year:04}年{day.month}月{day.day}日") == day


@given(st.text(max_size=40), st.data())
def test_unfolding_gives_a_place_that_folds_to_the_same(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded)))
    end = data.draw(st.integers(start, len(folded)))
    first, last = unfold(text, start, end)
    assert 0 <= first <= last <= len(text)
    assert folded[start:end] in fold(text[first:last])


@given(words=st.lists(st.text(max_size=30), max_size=8))
def test_any_text_is_read_without_error(book: RuleBook, words: list[str]) -> None:
    text = paragraphs("发文拟稿单", "标题：甲", *words)
    read_form(text)
    read_notes(text, book)
    for note in find_notes(text, book.of_form("note")):
        assert note.spot.words(text)


# ---------------------------------------------------------- grounds, case numbers


@pytest.mark.parametrize(
    ("ground", "reason", "code", "rest"),
    [
        ("R16b", "尚在讨论", "R16b", "尚在讨论"), ("r16b", None, "R16b", ""), ("Ｒ１６ｂ：尚在讨论", None, "R16b", "尚在讨论"),
        ("过程性信息（尚在讨论）", None, "R16b", "尚在讨论"), ("商业秘密、个人隐私", None, "R15", ""),
        ("法律、行政法规禁止公开，统计法", None, "R14b", "统计法"), (None, "过程性信息：尚在讨论", "R16b", "尚在讨论"),
        ("领导不同意", None, None, ""), (None, "领导不同意", None, ""), (None, None, None, ""),
    ],
)  # fmt: skip
def test_grounds(book: RuleBook, ground: str | None, reason: str | None, code: str | None, rest: str) -> None:
    stated = read_ground(Slip(ground=ground, reason=reason), book)
    assert (stated.ground.code if stated.ground else None, stated.reason) == (code, rest)


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("2026-000123_防汛通知.docx", "2026-000123"), ("防汛通知（２０２６－０００１２３）.docx", "2026-000123"),
        ("2026-000123 2026-000123.docx", "2026-000123"), ("2026-000123_2026-000124.docx", None),
        ("12026-000123.docx", None), ("2026-0001234.docx", None), ("0315-123456.docx", None), ("防汛.docx", None),
    ],
)  # fmt: skip
def test_case_numbers_in_file_names(name: str, case: str | None) -> None:
    assert case_number_in(name) == case
