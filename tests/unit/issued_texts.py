"""Texts of a draft and of its issued file (正式件), and what the comparison says of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from disclosure_pipeline.builtin.issued.comparing import Compared, compare
from disclosure_pipeline.hooks.contracts import Approved, Case, PartText, SourceFile
from disclosure_pipeline.hooks.stages import ShownPicture
from disclosure_pipeline.model.document import Attribute, Part, PartRole, Slip
from disclosure_pipeline.model.finding import (
    DIFFERS,
    PERMITTED,
    Finding,
    Severity,
)
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.settings.policy import load_rulebook

CONFIG = Path(__file__).parents[2] / "config"
TITLE = "关于发放冬季养老服务补贴的通知"
BODY = (
    "各镇人民政府、县政府各部门：",
    "为做好冬季养老服务补贴发放工作，现将有关事项通知如下。",
    "一、补贴标准为每人每月300元，由各镇于2026年12月10日前发放到位，发放情况按月报送。",
    "二、咨询电话13912345678，由专人受理。附件是发放进度安排。",
)
BODY_NAME = "示范县人民政府办公室"
DRAFT = (TITLE, *BODY, BODY_NAME, "2026年 月 日")
ISSUED = ("示政办〔2026〕18号", TITLE, *BODY, BODY_NAME, "2026年11月20日", "（此件公开发布）")
PHONE = "13912345678"


class Shelf:
    """What the comparison asks of a toolbox: the rules, and the pictures of a draft.

    Args:
        pictures: contents of pictures, by the hash of the file that shows them.
    """

    def __init__(self, pictures: Mapping[str, Sequence[tuple[str, bytes]]] | None = None):
        self._pictures = pictures or {}

    @property
    def rulebook(self) -> RuleBook:
        return rules()

    def pictures(self, file: SourceFile, media_type: str) -> Sequence[ShownPicture]:
        return [
            ShownPicture(name, "document", 1, "", "image/png", data, (100, 100))
            for name, data in self._pictures.get(file.sha256, ())
        ]


@cache
def rules() -> RuleBook:
    return load_rulebook(CONFIG)


def text_of(lines: Iterable[str], kind: str = "body", more: Iterable[Segment] = ()) -> Text:
    segments = [Segment(line, Place("document", kind, paragraph=at)) for at, line in enumerate(lines, 1)]
    return Text("application/test", "test", (*segments, *more))


def files(*texts: Text) -> tuple[tuple[Part, ...], tuple[PartText, ...]]:
    roles = [PartRole.MAIN] + [PartRole.ATTACHMENT] * (len(texts) - 1)
    named = list(enumerate(zip(texts, roles, strict=True)))
    parts = tuple(
        Part(
            at, f"{at}.txt", text.media_type, hashlib.sha256(str(text.segments).encode()).hexdigest(), 1, role
        )
        for at, (text, role) in named
    )
    return parts, tuple(PartText(at, role, text) for at, (text, role) in named)


def compared(
    old: Sequence[Text],
    new: Sequence[Text],
    *,
    findings: Sequence[Finding] = (),
    settled: Mapping[str, str] | None = None,
    treatments: Mapping[str, str] | None = None,
    found: Sequence[Finding] = (),
    slip: Slip | None = None,
    attribute: Attribute = Attribute.PROACTIVE,
    shelf: Shelf | None = None,
) -> Compared:
    """The comparison of the texts of an issued file with those of the approved version."""
    parts, texts = files(*old)
    decided = Slip(title=TITLE, attribute="proactive", date="2026-11-02", responsible_body=BODY_NAME)
    approved = Approved(
        1, decided, parts, {item.position: Path("unused") for item in parts}, texts, tuple(findings),
        settled or {}, treatments or {},
    )  # fmt: skip
    parts, texts = files(*new)
    case = Case(
        "2026-000001", "default", "民政局", State.TAGGED, 2, TITLE, slip or decided, parts,
        {item.position: Path("unused") for item in parts}, texts=texts, findings=tuple(found), attribute=attribute,
        approved=approved,
    )  # fmt: skip
    return compare(case, approved, shelf or Shelf())  # type: ignore[arg-type]


def differing(answer: Compared) -> set[str]:
    """Codes of what differs; empty when the issued file says the same."""
    assert (answer.carried is None) == any(item.kind == DIFFERS for item in answer.findings)
    assert all(item.severity is Severity.INFO for item in answer.findings)
    return {item.rule.rpartition(".")[2] for item in answer.findings if item.kind == DIFFERS}


def permitted(answer: Compared) -> dict[str, str | None]:
    """What may differ and does, by rule."""
    assert answer.carried is not None
    return {item.rule: item.text for item in answer.findings if item.kind == PERMITTED}


def hit(text: Text, words: str, kind: str = "privacy.mobile", /, **more: object) -> Finding:
    """A finding at the first place of some words."""
    index, segment = next((at, item) for at, item in enumerate(text.segments) if words in item.text)
    start = segment.text.index(words)
    found = Finding(
        kind, Severity.REVIEW, words, start, start + len(words), index, segment.place, "D5.mobile",
        detector="builtin.mobile",
    )  # fmt: skip
    return replace(found, **more)  # type: ignore[arg-type]
