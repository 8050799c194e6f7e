"""What the procedure refuses, each with its code, and what it lets through right after."""

from __future__ import annotations

from pathlib import Path

import pytest
from bureau import CHAIN, Bureau, draft

SCAN = Path(__file__).parents[2] / "samples" / "scans" / "countersign-reply.png"


def approve(case: str, name: str, version: int = 1) -> tuple[str, ...]:
    return ("decide", case, "approve", "--version", str(version), "--as", name)


@pytest.fixture(scope="module")
def plain(bureau: Bureau) -> str:
    """A clean case that nobody has signed; tests of this file leave it so."""
    return bureau.reviewable("规则试验.txt", draft("关于规则试验的通知", "内容。"))


def test_a_token_is_needed_and_must_be_the_persons_own(bureau: Bureau, plain: str) -> None:
    words = approve(plain, "保密甲")
    assert bureau.refused(*words, token="wrong") == "bad_token"
    assert bureau.refused(*words, token=bureau.office.tokens["保密乙"]) == "bad_token"
    assert bureau.refused(*approve(plain, "无此人"), token=bureau.office.tokens["保密甲"]) == "bad_token"
    assert bureau.quick("show", plain)["tiers"][0]["by"] is None


@pytest.mark.parametrize("name", ["初审甲", "复审甲", "终审甲", "办公甲", "管理甲", "经办甲"])
def test_only_the_open_tiers_role_signs(bureau: Bureau, plain: str, name: str) -> None:
    assert bureau.refused(*approve(plain, name)) == "wrong_role"


def test_findings_are_settled_by_secrecy_alone_and_with_a_reason(bureau: Bureau) -> None:
    case = bureau.reviewable("联系电话.txt", draft("关于联系电话的通知", "手机 19900000022。"))
    assert bureau.refused(*approve(case, "保密甲")) == "findings_open"
    clear = ("clear", case, "all", "redact", "--as")
    assert bureau.refused(*clear, "初审甲", "--reason", "不公开") == "wrong_role"
    assert bureau.refused(*clear, "管理甲", "--reason", "不公开") == "wrong_role"
    assert bureau.refused(*clear, "保密甲") == "reason_required"
    assert bureau.cli(*clear, "保密甲", "--reason", "不公开")["settled"] == 1
    bureau.sign(case, *CHAIN)
    shown = bureau.wait(case, "published")
    site = next(item["address"] for item in shown["publications"] if item["channel"] == "builtin.site")
    page = (bureau.workspace.site / site).read_text("utf-8")
    assert "19900000022" not in page
    assert "关于联系电话的通知" in page


def test_settling_after_a_signature_makes_a_new_version(bureau: Bureau) -> None:
    case = bureau.reviewable("补充处理.txt", draft("关于补充处理的通知", "手机 19900000023。"))
    settle = ("clear", case, "all", "accept", "--as", "保密甲", "--reason", "值班电话")
    assert bureau.cli(*settle)["version"] == 1
    bureau.sign(case, "保密甲", "初审甲")
    (finding,) = [
        item["id"] for item in bureau.quick("show", case)["findings"] if item["kind"] == "privacy.mobile"
    ]
    again = ("clear", case, finding, "redact", "--as", "保密乙", "--reason", "系个人号码")
    assert bureau.cli(*again)["version"] == 2
    assert bureau.refused(*approve(case, "复审甲")) == "stale_version"
    assert {tier["state"] for tier in bureau.quick("show", case)["tiers"]} == {"open"}


def test_nobody_signs_twice(bureau: Bureau) -> None:
    case = bureau.reviewable("多岗.txt", draft("关于多岗人员的通知", "内容。"))
    bureau.sign(case, "多岗甲", "初审甲")
    assert bureau.refused(*approve(case, "多岗甲")) == "same_person"
    assert bureau.cli(*approve(case, "复审甲"))["state"] == "in_review"


def test_the_drafting_side_does_not_sign(bureau: Bureau) -> None:
    case = bureau.reviewable("拟稿人.txt", draft("关于拟稿人的通知", "内容。"))
    bureau.sign(case, "保密甲")
    assert bureau.refused(*approve(case, "拟稿甲")) == "drafter"
    assert bureau.refused(*approve(case, "初审丙")) == "wrong_role"
    assert bureau.cli(*approve(case, "初审甲"))["state"] == "in_review"


def test_who_submitted_a_draft_does_not_sign_it(bureau: Bureau, tmp_path: Path) -> None:
    path = tmp_path / "自报.txt"
    path.write_bytes(draft("关于自报自审的通知", "内容。"))
    words = ("submit", str(path), "--department", "财政局", "--as", "多岗甲")
    case = bureau.cli(*words)["id"]
    bureau.wait(case, "in_review")
    assert bureau.refused(*approve(case, "多岗甲")) == "drafter"
    assert path.exists()
    assert bureau.cli(*approve(case, "保密甲"))["state"] == "in_review"


@pytest.mark.parametrize("verb", ["return", "withhold", "refer"])
def test_a_decision_against_wants_a_reason(bureau: Bureau, plain: str, verb: str) -> None:
    assert bureau.refused("decide", plain, verb, "--version", "1", "--as", "保密甲") == "reason_required"


def test_withholding_wants_a_legal_ground(bureau: Bureau) -> None:
    case = bureau.reviewable("内部.txt", draft("关于讨论过程的情况说明", "讨论中的意见。"))
    words = ("decide", case, "withhold", "--version", "1", "--as", "保密甲", "--reason", "讨论过程")
    assert bureau.refused(*words) == "ground_required"
    assert bureau.refused(*words, "--ground", "R99") == "ground_required"
    assert bureau.cli(*words, "--ground", "R16b")["state"] == "in_review"
    bureau.sign(case, "初审甲", "复审甲")
    final = (
        "decide",
        case,
        "withhold",
        "--version",
        "1",
        "--as",
        "终审甲",
        "--reason",
        "讨论过程",
        "--ground",
        "R16b",
    )
    bureau.cli(*final)
    shown = bureau.wait(case, "withheld")
    assert (shown["attribute"]["final"], shown["ground"]) == ("exempt", "R16b")
    assert not list((bureau.workspace.site / "documents").rglob(case))


def test_a_matter_of_great_interest_names_the_meeting_and_its_risk(bureau: Bureau) -> None:
    case = bureau.reviewable("水价.txt", draft("关于调整居民用水价格的通知", "每吨三元。"))
    bureau.sign(case, "保密甲", "初审甲", "复审甲")
    bureau.wait_until_signable(case)
    assert bureau.refused(*approve(case, "终审甲")) == "meeting_required"
    assert bureau.refused(*approve(case, "终审甲"), "--meeting", "  ") == "meeting_required"
    meeting = ("--meeting", "局务会〔2026〕12号")
    assert bureau.refused(*approve(case, "终审甲"), *meeting, "--risk", "low") == "usage"
    bureau.cli(*approve(case, "终审甲"), *meeting, "--risk", "medium", "--risk-text", "已备解读")
    bureau.wait(case, "published")


def test_a_joint_document_waits_for_the_other_body(bureau: Bureau) -> None:
    slip = b'attribute = "proactive"\njoint_bodies = ["\xe7\xa4\xba\xe8\x8c\x83\xe5\x8e\xbf\xe6\x95\x99\xe8\x82\xb2\xe5\xb1\x80"]\n'
    members = {"通知.txt": draft("关于联合检查的通知", "内容。"), "slip.toml": slip}
    case = bureau.drop_folder("联合检查", members)
    bureau.wait(case, "in_review")
    bureau.sign(case, "保密甲", "初审甲", "复审甲")
    bureau.wait_until_signable(case)
    final = approve(case, "终审甲")
    assert bureau.refused(*final) == "referral_needed"
    refer = ("decide", case, "refer", "--version", "1", "--as", "终审甲", "--reason", "请教育局会签")
    assert bureau.cli(*refer)["state"] == "referred"
    assert bureau.refused(*final) == "refused"
    answer = (
        "decide",
        case,
        "answer",
        "--version",
        "1",
        "--outcome",
        "agree",
        "--body",
        "示范县教育局",
        "--as",
    )
    scan = ("--number", "示教函〔2026〕46号", "--scan", str(SCAN))
    assert bureau.refused(*answer, "办公甲", "--number", "示教函〔2026〕46号") == "answer_incomplete"
    assert bureau.refused(*answer, "保密甲", *scan) == "wrong_role"
    assert bureau.cli(*answer, "办公甲", *scan)["state"] == "in_review"
    assert [tier["state"] for tier in bureau.quick("show", case)["tiers"]] == ["approved"] * 3 + ["open"]
    bureau.cli(*final)
    bureau.wait(case, "published")


def test_a_refused_countersign_returns_the_draft(bureau: Bureau) -> None:
    case = bureau.reviewable("报审.txt", draft("关于报审事项的通知", "内容。"))
    bureau.quick("decide", case, "refer", "--version", "1", "--as", "保密甲", "--reason", "请上级确认")
    words = (
        "decide", case, "answer", "--version", "1", "--outcome", "refuse", "--number", "示保函1号", "--body", "示范县国家保密局",
        "--scan", str(SCAN), "--as", "保密甲",
    )  # fmt: skip
    assert bureau.cli(*words)["state"] == "returned"


def test_a_paper_decision_is_recorded_by_an_administrator_with_its_scan(bureau: Bureau) -> None:
    case = bureau.reviewable("代录.txt", draft("关于代录的通知", "内容。"))
    words = ("decide", case, "approve", "--version", "1", "--recorded-for", "保密甲", "--as")
    assert bureau.refused(*words, "管理甲") == "usage"
    assert bureau.refused(*words, "办公甲", "--scan", str(SCAN)) == "wrong_role"
    assert bureau.refused(*words, "管理甲", "--scan", str(SCAN) + ".none") == "not_found"
    bureau.cli(*words, "管理甲", "--scan", str(SCAN))
    assert bureau.quick("show", case)["tiers"][0]["by"] == "保密甲"
    signed = [row for row in bureau.quick("history", case) if row["action"] == "sign"]
    assert signed[0]["detail"]["recorded_by"] == "管理甲"


def test_a_wider_attribute_goes_round_again(bureau: Bureau) -> None:
    content = draft("关于范围扩大的批复", "内容。", note="（此件依申请公开）")
    case = bureau.reviewable("扩大.txt", content)
    bureau.sign(case, "保密甲", "初审甲")
    bureau.cli(*approve(case, "复审甲"), "--attribute", "主动公开", "--reason", "应当主动公开")
    shown = bureau.quick("show", case)
    assert (shown["version"], shown["attribute"]["office"]) == (2, "proactive")
    assert {tier["state"] for tier in shown["tiers"]} == {"open"}


def test_an_unreadable_file_is_returned_or_tried_again(bureau: Bureau) -> None:
    case = bureau.drop("主动公开/破损.docx", b"PK\x03\x04 not a document at all")
    shown = bureau.wait(case, "attention")
    assert shown["faults"][0]["advice"]
    assert bureau.refused(*approve(case, "保密甲")) == "refused"
    assert bureau.cli("retry", case)["state"] == "received"
    bureau.wait(case, "attention")
    words = ("decide", case, "return", "--version", "1", "--as", "保密甲", "--reason", "文件无法打开")
    assert bureau.cli(*words)["state"] == "returned"
