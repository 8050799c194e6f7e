"""夹带, what a 转发 cites, and of whom a document tells what: read from texts, without a store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from disclosure_pipeline.builtin.detectors.persons.person_name import PersonName
from disclosure_pipeline.builtin.rules.attachments import StricterAttachment
from disclosure_pipeline.builtin.rules.attributes import NoteContradiction
from disclosure_pipeline.builtin.rules.sources import Source, catalogue_keys, cited
from disclosure_pipeline.builtin.rules.subjects import mentions
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Case, PartText
from disclosure_pipeline.model.document import Part, PartRole, Slip
from disclosure_pipeline.model.finding import Finding, Settlement, Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.resources import share

TITLE = "关于防汛值守工作的通知"
MAIN, ATTACHMENT, INTERNAL = PartRole.MAIN, PartRole.ATTACHMENT, PartRole.INTERNAL


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load_rulebook(share("config"))


def body(*words: str) -> tuple[Segment, ...]:
    return tuple(Segment(word, Place("document", "body", paragraph=at)) for at, word in enumerate(words, 1))


def embedded(name: str, *words: str, inner: str = "word/document.xml") -> tuple[Segment, ...]:
    """As an office file gives what is embedded in it: not visible on the page."""
    return tuple(
        Segment(word, Place(f"{name}!{inner}", "attachment", paragraph=at, detail="body"), visible=False)
        for at, word in enumerate(words, 1)
    )


def cells(*rows: tuple[str, ...], kind: str = "table", part: str = "sheet1") -> tuple[Segment, ...]:
    return tuple(
        Segment(word, Place(part, kind, cell=f"名单!{'ABCDEFGH'[column]}{number}"))
        for number, row in enumerate(rows, 1)
        for column, word in enumerate(row)
    )


def part(position: int, role: PartRole, segments: tuple[Segment, ...]) -> PartText:
    return PartText(position, role, Text("x", "test", segments))


def case(*parts: PartText, attribute: str = "主动公开", names: tuple[str, ...] = (), **slip: str) -> Case:
    texts = parts or (part(0, MAIN, body(TITLE, "正文。")),)
    files = tuple(Part(at, name, "x", "0" * 64, 1, ATTACHMENT) for at, name in enumerate(names))
    return Case(
        document="2026-000001", unit="default", department="财政局", state=State.SCREENED, version=1, title=None,
        slip=Slip(attribute=attribute, **slip), parts=files, paths={}, texts=texts,
    )  # fmt: skip


def found(kind: str, rule: str, text: PartText, segment: int, words: str) -> Finding:
    start = text.text.segments[segment].text.index(words)
    return Finding(kind, Severity.REVIEW, words, start, start + len(words), segment,
                   text.text.segments[segment].place, rule, part=text.position)  # fmt: skip


# ------------------------------------------------------------------------- 夹带


@pytest.mark.parametrize(
    ("segments", "attribute", "rule", "severity"),
    [
        (body("附件", "（此件不公开）"), "主动公开", "attachment.exempt", Severity.BLOCK),
        (body("附件", "（此件不公开）"), "依申请公开", "attachment.exempt", Severity.BLOCK),
        (body("附件", "公开属性：依申请公开"), "主动公开", "attachment.on_request", Severity.REVIEW),
        (body("附件", "（此件发至县团级）"), "主动公开", "attachment.circulation", Severity.REVIEW),
        (cells(("名称", "隐患台账"), ("公开属性", "不 予公开")), "主动公开", "attachment.exempt", Severity.BLOCK),
        # the strictest counts
        (body("附件", "（此件依申请公开）", "（此件不公开）"), "主动公开", "attachment.exempt", Severity.BLOCK),
    ],
)  # fmt: skip
def test_an_attachment_that_is_kept_narrower(
    book: RuleBook, segments: tuple[Segment, ...], attribute: str, rule: str, severity: Severity
) -> None:
    document = case(part(0, MAIN, body(TITLE)), part(1, ATTACHMENT, segments), attribute=attribute)
    (finding,) = StricterAttachment(book).judge(document).findings
    assert (finding.kind, finding.rule, finding.severity) == ("attribute.contradiction", rule, severity)
    assert (finding.part, finding.text) == (1, None)
    assert "第2个文件" in finding.suggestion
    assert f"正文拟“{attribute}”" in finding.suggestion
    assert finding.place == segments[finding.segment].place
    assert NoteContradiction(book).judge(document).findings == ()


@pytest.mark.parametrize(
    ("segments", "attribute"),
    [
        (body("附件", "正文。"), "主动公开"),
        (body("附件", "（此件公开发布）"), "主动公开"),
        (body("附件", "（此件依申请公开）"), "依申请公开"),
        (body("附件", "（此件发至县团级）"), "依申请公开"),
        (body("附件", "此件依申请公开的范围由各单位自行确定，并在公开指南中说明。"), "主动公开"),
        # a catalogue that tells the attributes of other documents
        (cells(("序号", "文件名称", "公开属性"), ("1", "值守通知", "依申请公开")), "主动公开"),
    ],
)
def test_an_attachment_at_peace_with_its_document(
    book: RuleBook, segments: tuple[Segment, ...], attribute: str
) -> None:
    document = case(part(0, MAIN, body(TITLE)), part(1, ATTACHMENT, segments), attribute=attribute)
    assert StricterAttachment(book).judge(document).findings == ()


def test_each_embedded_file_is_told_once(book: RuleBook) -> None:
    segments = (
        *body(TITLE, "正文。"),
        *embedded("word/embeddings/a.docx", "说明", "（此件不公开）", "（此件不公开）"),
        *embedded("word/embeddings/b.xlsx", "（此件公开发布）"),
        *embedded("word/embeddings/c.docx", "（此件依申请", "公开）"),
    )
    first, second = StricterAttachment(book).judge(case(part(0, MAIN, segments))).findings
    assert (first.rule, first.part, first.segment) == ("attachment.exempt", 0, 3)
    assert (second.rule, second.segment) == ("attachment.on_request", 6)
    assert "内嵌的第1个附件" in first.suggestion
    assert "内嵌的第3个附件" in second.suggestion
    assert "embeddings" not in first.suggestion


def test_an_embedded_table_with_its_own_attribute(book: RuleBook) -> None:
    inside = cells(("公开属性", "不予公开"), kind="attachment", part="word/embeddings/a.xlsx!xl/sheet1.xml")
    (finding,) = StricterAttachment(book).judge(case(part(0, MAIN, (*body(TITLE), *inside)))).findings
    assert (finding.rule, finding.segment) == ("attachment.exempt", 2)


def test_an_internal_notice_in_an_attachment(book: RuleBook) -> None:
    main = part(0, MAIN, (*body(TITLE, "内部资料，注意保存"), *embedded("a.docx", "内部资料，注意保存")))
    other = part(1, ATTACHMENT, body("通讯录", "内部资料，注意保存"))
    notices = (
        found("secrecy.internal", "D3.notice", main, 1, "内部资料"),  # in the document itself: no 夹带
        found("secrecy.internal", "D3.notice", main, 2, "内部资料"),
        found("secrecy.internal", "D3.notice", other, 1, "内部资料"),
    )
    document = replace(case(main, other), findings=notices)
    findings = StricterAttachment(book).judge(document).findings
    assert [(item.rule, item.part, item.segment) for item in findings] == [
        ("attachment.internal", 0, 2),
        ("attachment.internal", 1, 1),
    ]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("附件2（不公开）.docx", "attachment.exempt"),
        ("不予公开/台账.xlsx", "attachment.exempt"),
        ("附件〔依申请公开〕.docx", "attachment.on_request"),
        ("附件（内部使用）.docx", "attachment.internal"),
        ("依申请公开申请表.docx", None),
        ("不予公开信息审查办法.docx", None),
    ],
)
def test_what_the_name_of_an_attachment_says(book: RuleBook, name: str, rule: str | None) -> None:
    texts = (part(0, MAIN, body(TITLE)), part(1, ATTACHMENT, body("附件")))
    findings = StricterAttachment(book).judge(case(*texts, names=("正文.docx", name))).findings
    assert [item.rule for item in findings] == ([rule] if rule else [])
    assert all("台账" not in item.suggestion and item.text is None for item in findings)


def test_what_is_never_published_smuggles_nothing(book: RuleBook) -> None:
    internal = part(1, INTERNAL, body("办理单", "（此件不公开）"))
    assert StricterAttachment(book).judge(case(part(0, MAIN, body(TITLE)), internal)).findings == ()


def test_without_its_rules_nothing_passes_as_compared(book: RuleBook) -> None:
    less = replace(book, rules=tuple(rule for rule in book.rules if rule.id != "attachment.exempt"))
    with pytest.raises(ConfigError, match="'exempt'"):
        StricterAttachment(less).judge(case())


# --------------------------------------------------------------------- 转发


def sources(book: RuleBook, *words: str) -> tuple[Source, ...]:
    return cited(case(part(0, MAIN, body(*words))), book)


@pytest.mark.parametrize(
    "sentence",
    [
        "现将《国务院办公厅关于做好防汛工作的意见》（国办发〔2026〕5号）转发给你们，请认真贯彻执行。",
        "现将《国务院办公厅关于做好防汛工作的意见》(国办发[2026]5号)转发给你们。",
        "经县政府同意，现转发《国务院办公厅关于做好防汛工作的意见》（国办发【2026】5号），请遵照执行。",
        "现将国务院办公厅关于做好防汛工作的意见（国办发〔2026〕5号）批转给你们。",
    ],
)
def test_a_source_is_known_by_number_and_title(book: RuleBook, sentence: str) -> None:
    (source,) = sources(book, "示范县人民政府办公室转发防汛文件的通知", "各乡镇：", sentence)
    own = catalogue_keys(
        case(part(0, MAIN, body("国务院办公厅关于做好防汛工作的意见")), document_number="国办发〔2026〕5号"),
        book,
    )
    assert set(source.numbers) & set(own)
    assert set(source.titles) & set(own)


def test_a_source_broken_over_lines(book: RuleBook) -> None:
    (source,) = sources(
        book, "转发防汛文件的通知", "现将《关于做好防", "汛工作的意见》（国办发", "〔2026〕5号）转发给你们。"
    )
    assert "number|国办发|2026|5号" in source.numbers
    assert source.titles == ("title|关于做好防汛工作的意见",)


def test_several_sources(book: RuleBook) -> None:
    several = sources(
        book,
        "转发两个文件的通知",
        "现将《甲办法》（甲发〔2026〕1号）、《乙办法》（乙发〔2026〕2号）转发给你们。",
    )
    assert [item.numbers[0] for item in several] == ["number|甲发|2026|1号", "number|乙发|2026|2号"]


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("示范县人民政府办公室转发县民政局关于发放补贴的通知的通知", "title|关于发放补贴的通知"),
        ("转发县民政局关于发放补贴的意见的通知", "title|县民政局关于发放补贴的意见"),
        ("示范县人民政府批转《发放补贴办法》的通知", "title|发放补贴办法"),
    ],
)
def test_without_a_sentence_the_title_names_the_source(book: RuleBook, title: str, key: str) -> None:
    (source,) = sources(book, title, "请遵照执行。")
    assert key in source.titles


def test_a_title_that_names_nothing(book: RuleBook) -> None:
    assert sources(book, "关于转发", "请遵照执行。") == ()


# ------------------------------------------------------------------ of whom what


def told(
    book: RuleBook, text: PartText, findings: tuple[Finding, ...], **more: object
) -> dict[str, set[str]]:
    document = replace(case(text), findings=findings, **more)
    return {item.subject.keys[0].split("|")[1]: set(item.subject.facts) for item in mentions(document, book)}


def test_facts_belong_to_the_name_before_them(book: RuleBook) -> None:
    text = part(0, MAIN, body("申请人李建国，住幸福村三组；申请人陈晓燕，石桥村人，肢体残疾三级。"))
    findings = (
        found("privacy.person_name", "D9.name_applicant", text, 0, "李建国"),
        found("privacy.address", "D9.address", text, 0, "幸福村三组"),
        found("privacy.person_name", "D9.name_applicant", text, 0, "陈晓燕"),
        found("privacy.health", "D10.patient", text, 0, "肢体残疾三级"),
    )
    assert told(book, text, findings) == {"李建国": {"privacy.address"}, "陈晓燕": {"privacy.health"}}
    struck = {findings[3].id: Settlement.REDACT.value}
    assert told(book, text, findings, settled=struck)["陈晓燕"] == set()
    assert "陈晓燕" not in told(book, text, findings, settled={findings[2].id: Settlement.REDACT.value})


def test_rows_belong_to_the_name_in_them(book: RuleBook) -> None:
    rows = (
        ("姓名", "住址", "证号"),
        ("李建国", "幸福村三组", "3501**********1234"),
        ("陈晓燕", "石桥村", "x"),
    )
    text = part(0, MAIN, cells(*rows))
    findings = (
        found("privacy.person_name", "D9.name", text, 3, "李建国"),
        found("privacy.address", "D9.address", text, 4, "幸福村三组"),
        found("privacy.person_name", "D9.name", text, 6, "陈晓燕"),
    )
    one, other = mentions(replace(case(text), findings=findings), book)
    assert set(one.subject.keys) == {"person|李建国|幸福村", "person|李建国|3501**********1234"}
    assert (one.subject.facts, other.subject.keys) == ({"privacy.address"}, ("person|陈晓燕|石桥村",))


def test_a_lone_person_is_told_of_by_the_whole_document(book: RuleBook) -> None:
    text = part(0, MAIN, body("姓名：李建国", "工作单位：河东镇中心小学", "低保家庭，患有尿毒症"))
    findings = (
        found("privacy.person_name", "D9.name", text, 0, "李建国"),
        found("privacy.health", "D10.health_of", text, 2, "尿毒症"),
    )
    (mention,) = mentions(replace(case(text), findings=findings), book)
    assert (mention.subject.keys, mention.subject.facts) == (("person|李建国|中心小学",), {"privacy.health"})


def test_a_name_alone_is_nobody(book: RuleBook) -> None:
    text = part(0, MAIN, body("申请人李建国，补贴五百元。"))
    assert told(book, text, (found("privacy.person_name", "D9.name_applicant", text, 0, "李建国"),)) == {}


def test_officials_do_not_count(book: RuleBook) -> None:
    text = part(0, MAIN, body("副县长李建国到幸福村调研。"))
    assert told(book, text, (found("privacy.person_name", "D9.name_official", text, 0, "李建国"),)) == {}


def test_a_body_is_known_by_its_full_name(book: RuleBook) -> None:
    text = part(0, MAIN, body("示范县示例商贸有限公司年产量三百吨。", "示例商贸有限责任公司已迁址。"))
    (mention,) = mentions(
        replace(case(text), findings=(found("commercial.secret", "x", text, 0, "年产量"),)), book
    )
    assert mention.subject.facts == {"commercial.secret"}
    assert len(mention.subject.keys) == 1


def test_the_rules_of_names_exist(book: RuleBook) -> None:
    """The rule file names rules of another one: they must be there, or nobody would be found."""
    (rule,) = book.of_form("aggregation_person")
    assert {*rule.options["names"]} <= {item.id for item in book.of_kind(PersonName.kinds[0])}
    assert {*rule.options["telling"]} <= {*rule.options["names"]}
