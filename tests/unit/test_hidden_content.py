"""Hidden content: reported once per kind of place, with what to do about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from disclosure_pipeline.builtin.detectors.hidden_content import HiddenContent
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.text import KINDS
from tests.unit.screening_rules import assert_offsets, part, shipped


@pytest.fixture(scope="module")
def detector() -> HiddenContent:
    return HiddenContent(shipped())


def test_what_is_seen_is_not_hidden(detector: HiddenContent) -> None:
    assert detector.detect(part("正文", ("页眉", "header"), ("脚注", "footnote"))) == []


def test_one_finding_per_kind_with_its_count(detector: HiddenContent) -> None:
    screened = part(
        "正文",
        ("\u3000 数据待核 \n", "comment"),
        ("—— …", "comment"),
        ("再核", "comment"),
        ("第二张表 7", "hidden"),
    )
    found = list(detector.detect(screened))
    assert_offsets(found, screened)
    assert [(finding.text, finding.segment, finding.rule, finding.severity) for finding in found] == [
        ("数据待核", 1, "D22.comment", Severity.REVIEW),
        ("第二张表 7", 4, "D22.hidden", Severity.REVIEW),
    ]
    assert "批注2处" in found[0].suggestion
    assert "1处" in found[1].suggestion


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_place_is_reported_when_not_seen(detector: HiddenContent, kind: str) -> None:
    screened = part((f"内容 {kind}", kind))
    segment = screened.text.segments[0]._replace(visible=False)
    found = detector.detect(replace(screened, text=replace(screened.text, segments=(segment,))))
    assert [finding.kind for finding in found] == ["hidden.content"]
    assert "{" not in found[0].suggestion


def test_tracked_insertions_are_seen_and_still_reported(detector: HiddenContent) -> None:
    (finding,) = detector.detect(part("正文", ("新增一句", "insertion")))
    assert finding.rule == "D22.insertion"
    assert "接受" in finding.suggestion


@pytest.mark.parametrize(
    ("name", "reported"),
    [("creator", True), ("lastModifiedBy", True), ("description", True), ("created", False), ("dcterms:modified", False),
     ("AppVersion", False), ("Total_Time", False), ("unknownProperty", True)],
)  # fmt: skip
def test_properties_of_persons_are_mentioned(detector: HiddenContent, name: str, reported: bool) -> None:
    found = detector.detect(part(("张三", "metadata"), detail=name))
    assert [finding.severity for finding in found] == ([Severity.INFO] if reported else [])


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b", "——…。"])
def test_nothing_to_read_is_nothing(detector: HiddenContent, text: str) -> None:
    assert detector.detect(part((text, "comment"))) == []


def test_a_rule_for_unnamed_kinds_is_needed() -> None:
    rules = tuple(rule for rule in shipped().rules if rule.id != "D22.other")
    with pytest.raises(ConfigError) as raised:
        HiddenContent(RuleBook(rules))
    assert raised.value.code == "rule.missing"


@pytest.mark.parametrize(
    ("code", "reported"),
    [
        (" PAGE ", False),
        ("PAGE   \\* MERGEFORMAT", False),
        ("NUMPAGES \\* Arabic \\* MERGEFORMAT", False),
        ("PAGE \\* 储备三百箱", True),
        ("PAGEREF 储备", True),
        ("DOCPROPERTY PAGE", True),
    ],
)
def test_the_code_of_a_page_number_needs_no_attention(
    detector: HiddenContent, code: str, *, reported: bool
) -> None:
    screened = part((code, "field"))
    segment = screened.text.segments[0]._replace(visible=False)
    assert (
        bool(detector.detect(replace(screened, text=replace(screened.text, segments=(segment,))))) is reported
    )
