"""Credentials: every way of writing them, what is none, and what of the secret a finding keeps."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.detectors.grounds.credential import Credential
from disclosure_pipeline.errors import ConfigError, DisclosureError
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.text import Place, Segment, Text
from tests.unit.screening_rules import assert_offsets, part, shipped

KEY = "MIIEpAIBAAKCAQEA7bq"
FOUND = [
    ("登录密码：Abc#2026", "Abc#2026"), ("口 令: admin123!", "admin123!"), ("密\n码：Qwe_5678", "Qwe_5678"), ("密码为888888。", "888888"),
    ("密码：\nAdmin@123", "Admin@123"), ("ＰＡＳＳＷＯＲＤ：ｔｅｓｔ１２３４", "ｔｅｓｔ１２３４"), ("账号密码：admin/Abc123", "admin/Abc123"),
    ("password=S3cr3t_pw", "S3cr3t_pw"), ('"api_key": "f3a9c1d27b5e4c08"', "f3a9c1d27b5e4c08"), ("AccessKeySecret：x8Kd02mPqLz7Rt5V", "x8Kd02mPqLz7Rt5V"),
    ("AKIAIOSFODNN7EXAMPLQ", "AKIAIOSFODNN7EXAMPLQ"), ("LTAI5tQeXyZ1234567AbCd", "LTAI5tQeXyZ1234567AbCd"), ("ghp_" + "a1B2" * 9, "ghp_" + "a1B2" * 9),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN"),
    ("postgres://app:S3cret@db.example/x", "S3cret"), ("jdbc:mysql://root:My#88@10.1.1.5/oa", "My#88"),
    ("root:$6$saltsalt$kq3Vx8Jm0nBv5WzQ:19000:0:", "saltsalt$kq3Vx8Jm0nBv5WzQ:19000:0:"), ("a:$2b$12$abcdefghijklmnopqrstuv", "12$abcdefghijklmnopqrstuv"),
    (f"-----BEGIN RSA PRIVATE KEY-----\n{KEY}\n-----END RSA PRIVATE KEY-----", f"\n{KEY}\n-----END RSA PRIVATE KEY-----"),
]  # fmt: skip

CLEAN = [
    "密码长度不少于8位。", "密码：______", "密码：******", "初始密码为身份证号后六位", "密码为6-20位字母", "密码设置：8-16位数字", "忘记密码请联系管理员。",
    "口令：2026年3月更换", "token是访问凭据", "请输入password登录", "访问 https://www.example.cn/a:b 查看", "-----BEGIN CERTIFICATE-----", "价格$1$2",
    "password=${DB_PASSWORD}", "提取码见通知", "密码学是一门学科", "secret: <your-secret>", "AKIA是前缀", "eyJ开头的字符串",
]  # fmt: skip


@pytest.fixture(scope="module")
def detector() -> Credential:
    return shipped_detector()


@cache
def shipped_detector() -> Credential:
    """One for all examples too: it holds rules only, and reading them takes longer than a short text."""
    return Credential(shipped())


def words(finding: Finding, screened: PartText) -> str:
    """Every character that a finding's ranges cover."""
    return "".join(screened.text.segments[segment].text[start:end] for segment, start, end in finding.ranges)


@pytest.mark.parametrize(("text", "secret"), FOUND)
def test_credentials_are_found_whole(detector: Credential, text: str, secret: str) -> None:
    screened = part(f"一、{text}")
    (found,) = detector.detect(screened)
    assert_offsets([found], screened)
    assert secret in words(found, screened)
    assert found.severity is Severity.BLOCK
    assert found.article
    assert found.suggestion
    assert found.why


@pytest.mark.parametrize(("text", "secret"), FOUND)
def test_what_a_finding_keeps_does_not_tell_the_secret(detector: Credential, text: str, secret: str) -> None:
    (found,) = detector.detect(part(f"一、{text}"))
    assert secret not in (found.text or "")
    assert secret[3:].strip()[:8] not in (found.text or "")
    assert secret not in found.why


@pytest.mark.parametrize("text", CLEAN)
def test_what_is_no_credential(detector: Credential, text: str) -> None:
    assert list(detector.detect(part(f"一、{text}"))) == []


def test_a_column_of_passwords_is_one_finding(detector: Credential) -> None:
    cells = [("用户名", "密码"), ("u1", "Zs@12345"), ("u2", "Ls#67890"), ("u3", "同上")]
    segments = tuple(
        Segment(text, Place("test", "table", cell=f"table 1 {'AB'[column]}{number}"))
        for number, pair in enumerate(cells, start=1)
        for column, text in enumerate(pair)
    )
    screened = PartText(0, PartRole.MAIN, Text("text/plain", "test", segments))
    (found,) = detector.detect(screened)
    assert (found.text, found.count) == ("Zs", 2)
    assert words(found, screened) == "Zs@12345Ls#67890"


def test_a_table_of_plain_text_counts_too(detector: Credential) -> None:
    screened = part("账号\t口令\nu1\tInit@001\nu2\tInit@002")
    (found,) = detector.detect(screened)
    assert words(found, screened) == "Init@001Init@002"


def test_a_key_over_several_segments(detector: Credential) -> None:
    screened = part("-----BEGIN PRIVATE KEY-----", KEY, "-----END PRIVATE KEY-----", "完")
    (found,) = detector.detect(screened)
    assert [segment for segment, _, _ in found.ranges] == [0, 1, 2] or len(found.ranges) >= 3
    assert words(found, screened).endswith("-----END PRIVATE KEY-----")


def test_many_are_one_finding(detector: Credential) -> None:
    screened = part(*[f"密码：Abc{number:05}" for number in range(200)])
    (found,) = detector.detect(screened)
    assert found.count == 200


@pytest.mark.parametrize(
    "text",
    ["密码：Abc12345", "eyJ", "-----BEGIN RSA PRIVATE KEY-----", "$6$", "://a:b", "token", "密 ", "A" * 9],
)
def test_repeated_beginnings_take_no_longer_than_they_must(detector: Credential, text: str) -> None:
    screened = part(text * 100_000)
    assert screened.views.plain.text
    start = time.process_time()
    detector.detect(screened)
    assert time.process_time() - start < 4  # about half a second on an idle core


@given(st.text(max_size=60), st.text(max_size=60))
@settings(deadline=None, max_examples=60)
def test_any_surroundings_give_exact_offsets(before: str, after: str) -> None:
    screened = part(f"{before}。", "登录密码：Zk#90817 ", after)
    found = list(shipped_detector().detect(screened))
    assert_offsets(found, screened)
    assert any("Zk#90817" in words(item, screened) for item in found)


def test_rules_without_needles_or_patterns_are_refused() -> None:
    rules = shipped().of_form("credential", "credential_column")
    bare = RuleBook((replace(rules[0], options={}), *rules[1:]))
    with pytest.raises(ConfigError) as raised:
        Credential(bare)
    assert raised.value.code == "rule.needles"
    with pytest.raises(ConfigError) as missing:
        Credential(RuleBook(()))
    assert missing.value.code == "rule.missing"
    old = RuleBook((replace(rules[0], expires=date(2020, 1, 1)), *rules[1:]))
    with pytest.raises(DisclosureError) as expired:
        Credential(old).detect(part("无"))
    assert expired.value.code == "rule.expired"
