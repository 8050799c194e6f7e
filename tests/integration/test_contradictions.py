"""Contradictions over the whole way, on each database: markings, 附注, forwarded sources, attachments, aggregation."""

from __future__ import annotations

import hmac
import io
import logging
import zipfile
from email.message import EmailMessage

import openpyxl
import pytest
import structlog
from support import (
    CLERK,
    DEPARTMENT,
    FINAL,
    FIRST,
    OFFICE,
    SECOND,
    SECRECY,
    SECRECY_2,
    SIGNERS,
    Office,
    refused,
)
from traces import holds

from disclosure_pipeline.errors import StoreFault
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Finding, Settlement, Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.pipeline import isolation, quarantine, recall
from disclosure_pipeline.pipeline.toolbox import CaseTools
from disclosure_pipeline.service.desk import submit
from disclosure_pipeline.store import documents, lookups
from disclosure_pipeline.store.database import get_meta

CONTRADICTION = "attribute.contradiction"


def contradictions(office: Office, case: str) -> dict[str, Finding]:
    """Its contradictions by rule."""
    found = [item.finding for item in office.findings(case) if item.finding.kind == CONTRADICTION]
    by_rule = {item.rule: item for item in found}
    assert len(by_rule) == len(found)
    return by_rule


def out(office: Office, title: str, body: str, how: Settlement = Settlement.ACCEPT, **slip: str) -> str:
    """A published document, its findings settled one way."""
    case = office.reviewed(title, body, **slip)
    office.clear(case, how)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED, office.faults(case)
    return case


def drop(office: Office, **files: bytes) -> str:
    """A folder with the files and its slip, up to the first signature (or quarantine)."""
    folder = office.folder / "desk" / "夹带"
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name.replace("_", ".")).write_bytes(data)
    lines = ('title = "关于安全生产检查的通知"', 'attribute = "主动公开"', 'date = "2026-11-02"')
    (folder / "slip.toml").write_text("\n".join(lines), "utf-8")
    (answer,) = submit(office.core, [folder], department=DEPARTMENT, submitter=CLERK)
    office.work()
    return answer.case


def text(*lines: str) -> bytes:
    return "\n\n".join(lines).encode()


def workbook(*rows: tuple[str, ...]) -> bytes:
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(data)
    return data.getvalue()


MAIN = text("关于安全生产检查的通知", "请各单位按附件执行。", "示范县民政局", "2026年11月2日")


# ------------------------------------------------------------- 主动公开 with a mark


@pytest.mark.parametrize("body", ["机密★10年\n\n正文。（此件公开发布）", "正文。\n\n秘密★5年"])
def test_a_mark_on_what_is_to_be_published_stops_it_at_once(office: Office, body: str):
    case = office.hand_in("关于储备库的通知", body, attribute="主动公开").case
    office.work()
    assert office.state(case) is State.QUARANTINED


def test_a_released_mark_is_told_beside_the_attribute(office: Office):
    case = office.hand_in("关于储备库的通知", "机密★10年\n\n正文。").case
    other = office.hand_in(
        "关于乙库的通知", "机密★10年\n\n正文二。", attribute="不予公开", ground="R16b", reason="讨论"
    ).case
    office.work()
    for one in (case, other):
        quarantine.release(office.core, one, SECRECY, "示例")
        quarantine.release(office.core, one, SECRECY_2, "示例")
    office.work()
    finding = contradictions(office, case)["marking.released"]
    assert (finding.severity, finding.text, finding.start == finding.end) == (Severity.INFO, None, True)
    assert "marking.released" not in contradictions(office, other)


# ---------------------------------------------------------------- 附注 against attribute


def test_a_note_against_the_attribute_waits_for_the_officer(office: Office):
    case = office.reviewed(body="正文。\n\n（此件依申请公开）", attribute="主动公开")
    assert contradictions(office, case)["note.on_request"].text == "（此件依申请公开）"
    assert refused(lambda: office.decide(case, SECRECY)) == "findings_open"


def test_a_wider_attribute_meets_the_note_and_the_attachment_again(office: Office):
    """What agreed with 依申请公开 is a contradiction of the version that is to be published."""
    folder = {
        "正文_txt": text("关于检查的通知", "正文。", "（此件依申请公开）"),
        "附件_txt": text("附件", "（此件依申请公开）"),
    }
    case = drop(office, **folder)
    assert set(contradictions(office, case)) == {"note.on_request", "attachment.on_request"}
    agreed = office.reviewed(body="正文。\n\n（此件依申请公开）", attribute="依申请公开")
    assert contradictions(office, agreed) == {}
    office.sign(agreed, SECRECY, FIRST)
    office.decide(agreed, SECOND, attribute=Attribute.PROACTIVE)
    assert (office.row(agreed).version, set(contradictions(office, agreed))) == (2, {"note.on_request"})
    assert refused(lambda: office.decide(agreed, SECRECY)) == "findings_open"


# --------------------------------------------------------------------------- 转发

SOURCE, NUMBER = "示范县民政局关于发放冬季补贴的通知", "示民发〔2026〕5号"
FORWARD = "示范县人民政府办公室转发县民政局关于发放冬季补贴的通知的通知"
CITING = f"现将《{SOURCE}》（{NUMBER}）转发给你们，请认真贯彻执行。"


def source(office: Office, attribute: str = "主动公开", **slip: str) -> str:
    """The forwarded document, as far as it goes before the first signature."""
    return office.reviewed(SOURCE, "补贴按月发放。", attribute=attribute, document_number=NUMBER, **slip)


def forwarded(office: Office, title: str = FORWARD, body: str = CITING, **slip: str) -> Finding:
    """The one finding about a 转发."""
    case = office.reviewed(title, body, **slip)
    (found,) = [item for rule, item in contradictions(office, case).items() if rule.startswith("forward.")]
    return found


@pytest.mark.parametrize("body", [CITING, "请认真贯彻执行。", f"现将《{SOURCE}》转发给你们。"])
def test_a_published_source_settles_the_question(office: Office, body: str):
    case = source(office)
    office.sign(case, *SIGNERS)
    found = forwarded(office, body=body)
    assert (found.rule, found.severity, found.text) == ("forward.public", Severity.INFO, "转发")
    assert case in found.suggestion


@pytest.mark.parametrize(
    ("attribute", "more"), [("依申请公开", {}), ("不予公开", {"ground": "R16b", "reason": "尚在讨论"})]
)
def test_a_source_that_is_not_public(office: Office, attribute: str, more: dict[str, str]):
    case = source(office, attribute, **more)
    office.sign(case, *SIGNERS)
    assert office.state(case) in (State.ON_REQUEST, State.WITHHELD)
    found = forwarded(office)
    assert (found.rule, found.severity) == ("forward.narrower", Severity.BLOCK)
    assert case in found.suggestion


def test_a_source_as_narrow_as_what_forwards_it(office: Office):
    office.sign(source(office, "依申请公开"), *SIGNERS)
    assert forwarded(office, attribute="依申请公开").rule == "forward.public"


def test_a_withdrawn_source(office: Office):
    case = source(office)
    office.sign(case, *SIGNERS)
    recall.withdraw(office.core, case, OFFICE, "内容有误")
    assert forwarded(office).rule == "forward.withdrawn"
    office.work()
    assert office.state(case) is State.WITHDRAWN
    found = forwarded(office, title=f"{FORWARD}（二）")
    assert (found.rule, found.severity) == ("forward.withdrawn", Severity.BLOCK)


def test_a_source_that_is_on_its_way_or_was_sent_back(office: Office):
    case = source(office)
    assert forwarded(office).rule == "forward.pending"
    office.decide(case, SECRECY, Verb.RETURN, reason="请改")
    found = forwarded(office, title=f"{FORWARD}（二）")
    assert (found.rule, found.severity) == ("forward.pending", Severity.REVIEW)


def test_a_source_that_nobody_knows_waits_for_a_person(office: Office):
    case = office.reviewed(FORWARD, CITING)
    assert contradictions(office, case)["forward.source"].severity is Severity.REVIEW
    assert refused(lambda: office.decide(case, SECRECY)) == "findings_open"


def test_another_number_is_another_source(office: Office):
    office.sign(source(office), *SIGNERS)
    assert forwarded(office, body=CITING.replace("5号", "6号")).rule == "forward.source"


def test_one_unknown_source_of_two_is_enough(office: Office):
    office.sign(source(office), *SIGNERS)
    both = CITING.replace("转发", "、《另一通知》（示民发〔2026〕9号）转发")
    assert forwarded(office, body=both).rule == "forward.source"


def test_a_quarantined_source_leaves_nothing_to_look_up(office: Office):
    case = source(office)
    assert office.query("SELECT count(*) FROM catalogue_key WHERE document = :case", case=case)[0][0] > 0
    isolation.isolate(office.core, case, (), "rules", lease=None)
    assert office.state(case) is State.QUARANTINED
    assert office.query("SELECT count(*) FROM catalogue_key WHERE document = :case", case=case) == [(0,)]
    found = forwarded(office)
    assert (found.rule, found.severity, case in found.suggestion) == (
        "forward.source",
        Severity.REVIEW,
        False,
    )


def test_a_source_in_quarantine_whose_rows_stayed_is_not_public(office: Office):
    case = source(office)
    office.sql("UPDATE document SET state = 'quarantined', work_at = NULL WHERE id = :case", case=case)
    assert forwarded(office).rule == "forward.narrower"


def test_a_catalogue_that_cannot_be_asked_holds_the_document(office: Office):
    office.sql("DELETE FROM meta WHERE key = 'digest_key'")
    case = office.hand_in(FORWARD, CITING).case
    office.work()
    assert office.state(case) in (State.SCREENED, State.ATTENTION)
    assert "store.no_digest_key" in office.faults(case)


# --------------------------------------------------------------------------- 夹带


def test_an_attachment_with_its_own_narrower_attribute(office: Office):
    table = workbook(("隐患单位", "示例厂"), ("公开属性", "不予公开"))
    case = drop(office, 正文_txt=MAIN, 附件_xlsx=table)
    found = contradictions(office, case)["attachment.exempt"]
    assert (found.severity, found.text) == (Severity.BLOCK, None)
    assert "示例厂" not in found.suggestion
    assert refused(lambda: office.decide(case, SECRECY)) == "findings_open"


def test_an_attachment_for_internal_use(office: Office):
    case = drop(office, 正文_txt=MAIN, 附件_txt=text("值守联系表", "内部资料　注意保存", "值守电话另发。"))
    assert "attachment.internal" in contradictions(office, case)


def test_a_marked_attachment_takes_all_into_quarantine(office: Office):
    case = drop(office, 正文_txt=MAIN, 附件_xlsx=workbook(("机密★10年",), ("储备数量",)))
    assert office.state(case) is State.QUARANTINED


def test_what_is_attached_to_a_mail(office: Office):
    mail = EmailMessage()
    mail["Subject"] = "附件"
    mail.set_content("见附件。")
    mail.add_attachment(text("台账", "（此件不公开）"), maintype="text", subtype="plain", filename="a.txt")
    case = drop(office, 正文_txt=MAIN, 附件_eml=bytes(mail))
    found = contradictions(office, case)["attachment.exempt"]
    assert "内嵌的第1个附件" in found.suggestion


def test_what_is_embedded_in_a_workbook(office: Office):
    data = io.BytesIO(workbook(("单位", "数量"), ("甲", "1")))
    with zipfile.ZipFile(data, "a") as package:
        package.writestr("xl/embeddings/Book1.xlsx", workbook(("公开属性", "依申请公开")))
    case = drop(office, 正文_txt=MAIN, 附件_xlsx=data.getvalue())
    assert "attachment.on_request" in contradictions(office, case)


def test_attachments_at_peace(office: Office):
    assert (
        contradictions(office, drop(office, 正文_txt=MAIN, 附件_txt=text("附件", "（此件公开发布）"))) == {}
    )


# --------------------------------------------------------------------------- 汇聚

WHO, PLACE = "欧阳振国", "幸福村"
ADDRESS = f"申请人{WHO}，住示范县河东镇{PLACE}三组12号，经审核符合条件。"
HEALTH = f"申请人{WHO}，河东镇{PLACE}人，肢体残疾三级，补贴五百元。"


def aggregated(office: Office, title: str, body: str, **slip: str) -> Finding | None:
    return contradictions(office, office.reviewed(title, body, **slip)).get("aggregation.person")


def test_an_address_here_and_a_disability_there(office: Office):
    first = out(office, "关于甲补贴的公示", ADDRESS)
    case = office.reviewed("关于乙补贴的公示", HEALTH)
    found = contradictions(office, case)["aggregation.person"]
    assert (found.severity, found.text, found.count) == (Severity.INFO, None, 1)
    assert first in found.suggestion
    assert WHO not in found.suggestion + found.why
    with office.core.database.read() as connection:
        words = documents.texts_of(connection, case, 1)[found.part].segments[found.segment].text
    assert words[found.start : found.end] == WHO


@pytest.mark.parametrize(
    "body",
    [
        ADDRESS.replace("12号", "13号"),  # says nothing more
        HEALTH.replace(PLACE, "石桥村"),  # somebody else of the same name
        HEALTH.replace(WHO, "欧阳建国"),
        HEALTH.replace("申请人", "副县长").replace("肢体残疾三级，补贴五百元", "到会讲话"),
    ],
)  # fmt: skip
def test_who_is_not_the_same_or_says_no_more(office: Office, body: str):
    out(office, "关于甲补贴的公示", ADDRESS)
    assert aggregated(office, "关于乙补贴的公示", body) is None


def test_three_documents_are_listed_together(office: Office):
    first = out(office, "关于甲补贴的公示", ADDRESS)
    second = out(office, "关于乙补贴的公示", HEALTH)
    found = aggregated(office, "关于丙补贴的公示", f"申请人{WHO}，{PLACE}人，联系电话13912345678。")
    assert found is not None
    assert f"{first}、{second}" in found.suggestion
    # What they tell together is out already: another one that repeats it adds nothing.
    assert aggregated(office, "关于丁补贴的公示", HEALTH.replace("五百", "六百")) is None


def test_the_same_masked_number(office: Office):
    masked = "身份证号350102********1234"
    first = out(office, "关于甲补贴的公示", f"申请人{WHO}，{masked}，住河东镇新建路18号3栋502室。")
    found = aggregated(office, "关于乙补贴的公示", f"申请人{WHO}，{masked}，肢体残疾三级。")
    assert found is not None
    assert first in found.suggestion


def test_only_what_everybody_can_read_adds_up(office: Office):
    """Drafts, files given out on request, and what was struck out of a public copy tell nobody anything."""
    office.reviewed("关于甲补贴的公示", ADDRESS)
    given = office.reviewed("关于乙补贴的函", ADDRESS, attribute="依申请公开")
    office.clear(given, Settlement.ACCEPT)
    office.sign(given, *SIGNERS)
    out(office, "关于丙补贴的公示", ADDRESS, Settlement.REDACT)
    assert aggregated(office, "关于丁补贴的公示", HEALTH) is None
    out(office, "关于戊补贴的公示", ADDRESS)
    assert aggregated(office, "关于己补贴的函", HEALTH, attribute="依申请公开") is None
    assert aggregated(office, "关于庚补贴的公示", HEALTH) is not None


def test_a_withdrawn_document_leaves_the_index(office: Office):
    case = out(office, "关于甲补贴的公示", ADDRESS)
    assert office.query("SELECT count(*) FROM subject") != [(0,)]
    recall.withdraw(office.core, case, OFFICE, "内容有误")
    assert (
        aggregated(office, "关于乙补贴的公示", HEALTH) is None
    )  # at once, before the channels have answered
    office.work()
    assert office.state(case) is State.WITHDRAWN
    assert office.query("SELECT count(*) FROM subject WHERE document = :case", case=case) == [(0,)]
    assert aggregated(office, "关于丙补贴的公示", HEALTH) is None


def test_what_was_published_long_ago_does_not_count(office: Office):
    out(office, "关于甲补贴的公示", ADDRESS)
    office.sql("UPDATE document SET published_at = '2019-01-01T00:00:00.000000Z'")
    assert aggregated(office, "关于乙补贴的公示", HEALTH) is None


def test_a_list_is_one_finding(office: Office):
    people = ("李建国", "陈晓燕", "王秀英", "张国强", "刘志伟", "周丽华")
    lines = "\n\n".join(
        f"申请人{name}，河东镇{PLACE}人，住{PLACE}三组{at}号。" for at, name in enumerate(people, 1)
    )
    out(office, "关于甲补贴的公示", lines)
    found = aggregated(
        office, "关于乙补贴的公示", "\n\n".join(f"申请人{name}，{PLACE}人，肢体残疾三级。" for name in people)
    )
    assert found is not None
    assert (found.count, len(found.more)) == (6, 5)


def test_one_question_for_each_document(office: Office, monkeypatch: pytest.MonkeyPatch):
    out(office, "关于甲补贴的公示", ADDRESS)
    asked: list[int] = []
    told = CaseTools.told

    def counted(tools: CaseTools, keys: list[str], days: int) -> object:
        asked.append(len(keys))
        return told(tools, keys, days)

    monkeypatch.setattr(CaseTools, "told", counted)
    office.reviewed("关于乙补贴的公示", "\n\n".join((HEALTH, ADDRESS, HEALTH.replace(WHO, "欧阳建国"))))
    assert len(asked) == 1


def test_the_question_is_answered_from_the_index(office: Office):
    out(office, "关于甲补贴的公示", ADDRESS)
    with office.core.database.engine.connect() as connection:
        if office.core.database.sqlite:
            plan = connection.exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT facts FROM subject WHERE key IN ('a', 'b')"
            )
            assert any("ix_subject_key" in str(row) for row in plan)
        else:
            connection.exec_driver_sql("SET enable_seqscan = off")
            plan = connection.exec_driver_sql("EXPLAIN SELECT facts FROM subject WHERE key IN ('a', 'b')")
            assert any("ix_subject_key" in str(row) for row in plan)


# ------------------------------------------------------------------------------ leaks


def test_neither_index_nor_log_holds_a_word(office: Office, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as logs:
        out(office, "关于甲补贴的公示", ADDRESS, document_number=NUMBER)
        case = office.reviewed("关于乙补贴的公示", HEALTH)
    rows = office.dump()
    assert rows["subject"]
    assert rows["catalogue_key"]
    indexes = {name: rows[name] for name in ("subject", "catalogue_key", "audit", "letter", "fault", "meta")}
    for word in (WHO, PLACE, "欧阳", "河东镇", "民发"):
        assert (
            holds({"extract": rows["extract"]}, word) or word == "民发"
        )  # the words tried here are in the store
        assert holds(indexes, word) == []
        assert word not in caplog.text + str(logs)
    found = contradictions(office, case)["aggregation.person"]
    assert WHO not in repr(found)


def test_digests_are_keyed(office: Office):
    """Whoever holds the rows of the index alone cannot try names on it, and two stores have nothing in common."""
    out(office, "关于甲补贴的公示", ADDRESS)
    with office.core.database.read() as connection:
        key = get_meta(connection, lookups.DIGEST_KEY)
    (stored,) = {row[0] for row in office.query("SELECT key FROM subject")}
    words = f"person|{WHO}|{PLACE}".encode()
    assert stored == hmac.digest(bytes.fromhex(key or ""), words, "sha256").hex()
    assert stored != hmac.digest(b"", words, "sha256").hex()


def test_a_list_of_thousands_is_asked_for_in_few_questions(office: Office):
    case = out(office, "关于甲事项的通知", "正文。")
    with office.core.database.write() as connection:
        lookups.write_subjects(
            connection, case, [([f"person|{n}|a"], ["privacy.address"]) for n in range(12_000)]
        )
    with office.core.database.read() as connection:
        found = lookups.told(connection, [f"person|{n}|a" for n in range(12_000)], but="", since="2000")
    assert len(found) == 12_000


def test_a_store_without_its_key_is_a_fault(office: Office):
    office.sql("DELETE FROM meta WHERE key = 'digest_key'")
    with office.core.database.read() as connection, pytest.raises(StoreFault, match="no key"):
        lookups.told(connection, ["person|a|b"], but="", since="2000")


def test_the_final_tier_and_the_archive_see_no_name(office: Office):
    """A case with aggregation advice goes all its way: advice needs no settling."""
    out(office, "关于甲补贴的公示", ADDRESS)
    case = office.reviewed("关于乙补贴的公示", HEALTH)
    binding = [item.id for item in office.findings(case) if item.finding.severity is not Severity.INFO]
    office.clear(case, Settlement.ACCEPT, *binding)
    office.sign(case, SECRECY, FIRST, SECOND, FINAL)
    assert office.state(case) is State.PUBLISHED
