"""Attribute rules: what goes back, what contradicts itself, what is only advised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from disclosure_pipeline.builtin.rules.attributes import (
    AttributeGiven,
    ForwardedSource,
    GenreAdvice,
    NoteContradiction,
)
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import AttributeRule, Case, PartText
from disclosure_pipeline.model.document import Attribute, PartRole, Slip
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.resources import share

TITLE = "关于防汛值守工作的通知"


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load_rulebook(share("config"))


def part(position: int, role: PartRole, *words: str) -> PartText:
    segments = (
        Segment(word, Place("document", "body", paragraph=number)) for number, word in enumerate(words, 1)
    )
    return PartText(position, role, Text("x", "test", tuple(segments)))


def case(*words: str, slip: Slip | None = None, folder: str = "", others: tuple[PartText, ...] = (),
         attribute: Attribute | None = None) -> Case:  # fmt: skip
    main = part(0, PartRole.MAIN, *(words or (TITLE, "正文。")))
    return Case(
        document="2026-000001", unit="default", department="财政局", state=State.SCREENED, version=1, title=None,
        slip=slip or Slip(), parts=(), paths={}, folder_attribute=folder, texts=(main, *others), attribute=attribute,
    )  # fmt: skip


def test_every_rule_keeps_the_contract(book: RuleBook) -> None:
    rules = [kind(book) for kind in (AttributeGiven, NoteContradiction, GenreAdvice, ForwardedSource)]
    assert all(isinstance(rule, AttributeRule) for rule in rules)
    assert len({rule.id for rule in rules}) == len(rules) == 4


# ------------------------------------------------------------------------- given


@pytest.mark.parametrize(
    ("document", "attribute"),
    [
        (case(slip=Slip(attribute="主动公开")), Attribute.PROACTIVE),
        (case(slip=Slip(attribute="on_request")), Attribute.ON_REQUEST),
        (case(folder="依申请公开"), Attribute.ON_REQUEST),
        (case(TITLE, "（此件公开发布）"), Attribute.PROACTIVE),
        (case(slip=Slip(attribute="不予公开", ground="R16b", reason="尚在讨论")), Attribute.EXEMPT),
        (case(slip=Slip(attribute="不予公开", ground="过程性信息：尚在讨论")), Attribute.EXEMPT),
        (case(slip=Slip(attribute="不予公开", ground="国家秘密")), Attribute.EXEMPT),
    ],
)
def test_a_usable_attribute_passes(book: RuleBook, document: Case, attribute: Attribute) -> None:
    opinion = AttributeGiven(book).judge(document)
    assert (opinion.attribute, opinion.returns, opinion.findings) == (attribute, (), ())


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (case(), "未注明公开属性"),
        (case(slip=Slip(attribute="机密内容公开")), "所写的公开属性无法识别"),
        # an unreadable slip is not replaced by a readable folder
        (case(slip=Slip(attribute="机密内容公开"), folder="主动公开"), "所写的公开属性无法识别"),
        (case(TITLE, "（此件公开发布）", "（此件不公开）"), "未注明公开属性"),
        (case(slip=Slip(attribute="不予公开")), "未注明理由"),
        (case(folder="不予公开"), "未注明理由"),
        (case(slip=Slip(attribute="不予公开", ground="机密内容")), "不在清单之内"),
        (case(slip=Slip(attribute="不予公开", reason="机密内容")), "不在清单之内"),
        (case(slip=Slip(attribute="不予公开", ground="R16b")), "还须写明具体理由"),
    ],
)
def test_what_is_missing_goes_back_without_text_of_the_draft(
    book: RuleBook, document: Case, reason: str
) -> None:
    opinion = AttributeGiven(book).judge(document)
    assert len(opinion.returns) == 1
    assert reason in opinion.returns[0]
    assert "机密内容" not in opinion.returns[0]
    assert TITLE not in opinion.returns[0]


def test_the_clerk_is_told_the_closed_list(book: RuleBook) -> None:
    (reason,) = AttributeGiven(book).judge(case(slip=Slip(attribute="不予公开"))).returns
    assert all(ground.code in reason for ground in book.grounds)


def test_a_doubly_ticked_form_is_not_replaced_by_the_folder(book: RuleBook) -> None:
    form = part(1, PartRole.SLIP, "发文拟稿单", "标题：甲", "公开属性：☑主动公开 ☑不予公开")
    (reason,) = AttributeGiven(book).judge(case(folder="主动公开", others=(form,))).returns
    assert reason.startswith("拟稿单的公开属性勾选不明确")


# ----------------------------------------------------------------- contradictions


def test_agreement_is_silent(book: RuleBook) -> None:
    form = part(1, PartRole.SLIP, "发文拟稿单", "标题：甲", "公开属性：☑主动公开 □不予公开")
    attachment = part(2, PartRole.ATTACHMENT, "附件", "（此件公开发布）")
    document = case(TITLE, "（此件公开发布）", slip=Slip(attribute="主动公开"), folder="主动公开",
                    others=(form, attachment))  # fmt: skip
    opinion = NoteContradiction(book).judge(document)
    assert (opinion.findings, opinion.returns) == ((), ())


@pytest.mark.parametrize(
    ("note", "attribute", "rule"),
    [
        ("（此件不公开）", "主动公开", "note.exempt"),
        ("（此件依申请公开）", "主动公开", "note.on_request"),
        ("（此件公开发布）", "依申请公开", "note.proactive"),
        ("（此件发至县团级）", "主动公开", "note.circulation"),
    ],
)
def test_a_note_that_says_otherwise(book: RuleBook, note: str, attribute: str, rule: str) -> None:
    document = case(TITLE, "正文。", f"　　{note}　", slip=Slip(attribute=attribute))
    (finding,) = NoteContradiction(book).judge(document).findings
    assert (finding.kind, finding.severity, finding.rule) == (
        "attribute.contradiction",
        Severity.REVIEW,
        rule,
    )
    assert (finding.text, finding.segment, finding.start, finding.end) == (note, 2, 2, 2 + len(note))
    assert finding.place == document.texts[0].text.segments[2].place
    assert finding.article
    assert finding.suggestion


def test_a_limited_circulation_is_at_peace_with_a_narrower_attribute(book: RuleBook) -> None:
    document = case(TITLE, "（此件发至县团级）", slip=Slip(attribute="依申请公开"))
    assert NoteContradiction(book).judge(document).findings == ()


def test_a_note_in_running_text_is_found_too(book: RuleBook) -> None:
    document = case(TITLE, "请遵照执行（此件不公开）。", slip=Slip(attribute="主动公开"))
    (finding,) = NoteContradiction(book).judge(document).findings
    assert finding.text == "（此件不公开）"


def test_an_attachment_that_says_otherwise(book: RuleBook) -> None:
    """One that is open further; one that is kept narrower is 夹带 (`test_contradiction_rules.py`)."""
    wider = part(3, PartRole.ATTACHMENT, "附件", "（此件公开发布）")
    narrower = part(4, PartRole.ATTACHMENT, "附件", "（此件不公开）")
    internal = part(5, PartRole.INTERNAL, "办理单", "（此件公开发布）")
    document = case(slip=Slip(attribute="依申请公开"), others=(wider, narrower, internal))
    (finding,) = NoteContradiction(book).judge(document).findings
    assert (finding.part, finding.segment, finding.text) == (3, 1, "（此件公开发布）")


@pytest.mark.parametrize(
    "document",
    [
        case(slip=Slip(attribute="主动公开"), folder="不予公开"),
        case(slip=Slip(attribute="主动公开", ground="R16b")),
        case(slip=Slip(attribute="主动公开"), others=(
            part(1, PartRole.SLIP, "发文拟稿单", "标题：甲", "公开属性：□主动公开 ☑不予公开"),)),
    ],
)  # fmt: skip
def test_claims_that_differ_are_found_at_the_title(book: RuleBook, document: Case) -> None:
    (finding,) = NoteContradiction(book).judge(document).findings
    assert (finding.rule, finding.text, finding.segment, finding.part) == ("attribute.claims", TITLE, 0, 0)


def test_claims_that_differ_without_any_text_go_back(book: RuleBook) -> None:
    document = replace(case(slip=Slip(attribute="主动公开"), folder="不予公开"), texts=())
    opinion = NoteContradiction(book).judge(document)
    assert opinion.findings == ()
    assert len(opinion.returns) == 1


def test_the_office_may_change_the_attribute_but_not_past_the_note(book: RuleBook) -> None:
    changed = case(slip=Slip(attribute="主动公开"), attribute=Attribute.ON_REQUEST)
    assert NoteContradiction(book).judge(changed).findings == ()
    noted = case(TITLE, "（此件公开发布）", slip=Slip(attribute="主动公开"), attribute=Attribute.ON_REQUEST)
    assert [finding.rule for finding in NoteContradiction(book).judge(noted).findings] == ["note.proactive"]


def test_without_note_rules_nothing_passes_as_checked() -> None:
    with pytest.raises(ConfigError, match="form 'note'"):
        NoteContradiction(RuleBook(())).judge(case(TITLE, "（此件不公开）", slip=Slip(attribute="主动公开")))


# ------------------------------------------------------------------------- advice


@pytest.mark.parametrize(
    ("title", "genre", "rule", "words"),
    [
        ("关于申请资金的请示", None, "genre.request", "请示"),
        ("关于 2026 年防汛情况的报 告", None, "genre.report", "报 告"),
        ("关于征求《防汛办法》意见的函", None, "genre.consultation", "征求《防汛办法》意见"),
        ("第3次县长办公会议纪要", None, "genre.minutes", "会议纪要"),
        ("关于防汛的材料", "请示", "genre.request", "关于防汛的材料"),
    ],
)
def test_genres_that_are_usually_not_proactive(
    book: RuleBook, title: str, genre: str | None, rule: str, words: str
) -> None:
    document = case(title, "正文。", slip=Slip(attribute="主动公开", genre=genre))
    opinion = GenreAdvice(book).judge(document)
    assert [(finding.rule, finding.text) for finding in opinion.findings] == [(rule, words)]
    assert (opinion.findings[0].severity, opinion.attribute) == (Severity.INFO, Attribute.EXEMPT)
    assert opinion.returns == ()


@pytest.mark.parametrize(
    "title",
    ["2026年政府工作报告", "政府信息公开工作年度报告", "关于资金请示的批复", "关于公开征求《防汛办法》意见的公告",
     "关于防汛的通知"],
)  # fmt: skip
def test_no_advice_for_what_is_usually_proactive(book: RuleBook, title: str) -> None:
    opinion = GenreAdvice(book).judge(case(title, slip=Slip(attribute="主动公开")))
    assert (opinion.attribute, opinion.findings) == (None, ())


def test_no_advice_when_the_attribute_is_narrow_enough(book: RuleBook) -> None:
    document = case("关于申请资金的请示", slip=Slip(attribute="不予公开", ground="R16b"))
    assert GenreAdvice(book).judge(document).findings == ()
    internal = case("办公室值班表", slip=Slip(attribute="依申请公开"))
    assert GenreAdvice(book).judge(internal).findings == ()
    proactive = GenreAdvice(book).judge(case("办公室值班表", slip=Slip(attribute="主动公开")))
    assert (proactive.attribute, proactive.findings[0].text) == (Attribute.ON_REQUEST, "值班表")


def test_the_title_of_the_slip_counts_and_the_finding_stands_in_the_text(book: RuleBook) -> None:
    document = case("关于防汛的材料", slip=Slip(title="关于防汛的请示", attribute="主动公开"))
    (finding,) = GenreAdvice(book).judge(document).findings
    assert finding.text == "关于防汛的材料"


def test_forwarded_documents_want_their_source_looked_up(book: RuleBook) -> None:
    document = case("示政办发〔2026〕3号", "县政府办公室转 发防汛通知的通知", slip=Slip(attribute="主动公开"))
    (finding,) = ForwardedSource(book).judge(document).findings
    assert (finding.rule, finding.text, finding.segment) == ("forward.source", "转 发", 1)
    assert finding.severity is Severity.REVIEW
    exempt = replace(document, slip=Slip(attribute="不予公开"))
    assert ForwardedSource(book).judge(exempt).findings == ()
    assert ForwardedSource(book).judge(case("关于印发方案的通知")).findings == ()
