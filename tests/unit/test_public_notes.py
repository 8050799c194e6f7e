"""What readers are told: that something was withheld and on which ground, as the rules say; that pictures are missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from disclosure_pipeline.builtin.public.notes import PICTURES, notes
from disclosure_pipeline.builtin.public.redactions import Redactions
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Case, PartText
from disclosure_pipeline.hooks.stages import Struck
from disclosure_pipeline.model.document import PartRole, Slip
from disclosure_pipeline.model.finding import (
    FINDING_KINDS,
    MARKING,
    UNDETERMINED,
    Finding,
    Settlement,
    Severity,
)
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import Ground, Rule, RuleBook
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.resources import share

BOOK = RuleBook(
    (Rule("X.named", "internal.affairs", Severity.REVIEW, "regex", (), ground="G2"),),
    (Ground("G1", "甲", "甲法第一条", kinds=("privacy.", "commercial.")), Ground("G2", "乙", "乙法第二条"),
     Ground("G3", "丙", "甲法第一条", kinds=("process.",))),
)  # fmt: skip
SEEN, HIDDEN = "联系人张三。", "隐藏的李四"
BOX = (10.0, 10.0, 90.0, 90.0)


def part(*more: Segment, position: int = 0, role: PartRole = PartRole.MAIN) -> PartText:
    segments = (
        Segment(SEEN, Place("p", "body", paragraph=1)),
        Segment(HIDDEN, Place("p", "hidden"), False),
        *more,
    )
    return PartText(position, role, Text("text/plain", "test", segments))


def at(
    segment: int = 0, kind: str = "privacy.person_name", rule: str = "X.other", position: int = 0
) -> Finding:
    return Finding(
        kind,
        Severity.REVIEW,
        (SEEN, HIDDEN)[segment][3:5],
        3,
        5,
        segment,
        Place("p", "body"),
        rule,
        part=position,
    )


def case_of(
    texts: tuple[PartText, ...], items: tuple[Finding, ...] = (), how: Settlement = Settlement.REDACT
) -> Case:
    return Case(
        document="2026-000001", unit="default", department="民政局", state=State.IN_REVIEW, version=1, title="公示",
        slip=Slip(), parts=(), paths={}, texts=texts, findings=items,
        settled={item.id: how.value for item in items},
    )  # fmt: skip


def told(
    *items: Finding, how: Settlement = Settlement.REDACT, texts: tuple[PartText, ...] = ()
) -> dict[int, tuple[str, ...]]:
    texts = texts or (part(),)
    return dict(notes(texts, Redactions(case_of(texts, items, how), BOOK), BOOK))


def test_the_ground_is_that_of_the_rule_or_else_of_the_kind_each_article_once() -> None:
    assert told(at()) == {0: ("本文有部分内容依法不予公开，依据：甲法第一条。",)}
    assert told(at(rule="X.named")) == {0: ("本文有部分内容依法不予公开，依据：乙法第二条。",)}
    several = told(
        at(), replace(at(kind="process.information"), start=2), replace(at(rule="X.named"), start=1)
    )
    assert several == {0: ("本文有部分内容依法不予公开，依据：甲法第一条、乙法第二条。",)}
    assert told(at(kind="hidden.content")) == {0: ("本文有部分内容依法不予公开。",)}


def test_nothing_is_said_where_readers_lack_nothing() -> None:
    assert told() == {}
    assert told(at(1)) == {}
    assert told(at(), how=Settlement.ACCEPT) == {}
    slip = part(position=1, role=PartRole.SLIP)
    assert told(at(position=1), texts=(part(), slip)) == {}


def test_each_part_has_its_own_note_and_a_box_over_a_picture_counts() -> None:
    both = (part(), part(position=1, role=PartRole.ATTACHMENT))
    assert set(told(at(position=1), texts=both)) == {1}
    box = Finding(
        "privacy.health", Severity.REVIEW, None, 0, 0, 0, Place("page", "ocr", 2, bbox=BOX), "person.mark"
    )
    assert told(box) == {0: ("本文有部分内容依法不予公开，依据：甲法第一条。",)}


def test_words_in_pictures_that_the_text_lacks_are_told_of_but_no_seal() -> None:
    words = Segment("示意图", Place("picture", "ocr"))
    assert told(texts=(part(words),)) == {0: (PICTURES,)}
    assert told(texts=(part(Segment("公章", Place("picture", "ocr", detail="seal"))),)) == {}


def test_pictures_that_the_copy_holds_are_not_lacking() -> None:
    shown, lacking = (
        Segment("示意图", Place("picture 1", "ocr")),
        Segment("流程图", Place("picture 2", "ocr")),
    )
    held = {0: frozenset({"picture 1"})}
    assert notes((part(shown),), Redactions(case_of((part(shown),)), BOOK), BOOK, held) == {}
    both = (part(shown, lacking),)
    assert notes(both, Redactions(case_of(both), BOOK), BOOK, held) == {0: (PICTURES,)}


def test_words_struck_out_in_a_picture_are_withheld() -> None:
    shown = part(Segment("石某某的电话", Place("picture", "ocr")))
    item = replace(at(), text="石某", start=0, end=2, segment=2)
    assert told(item, texts=(shown,)) == {0: ("本文有部分内容依法不予公开，依据：甲法第一条。", PICTURES)}


def test_what_pages_must_not_show_is_all_that_was_struck() -> None:
    box = Finding(
        "privacy.health", Severity.REVIEW, None, 0, 0, 0, Place("page", "ocr", 2, bbox=BOX), "person.mark"
    )
    items = (at(), at(1), box)
    case = Case(
        document="2026-000001", unit="default", department="民政局", state=State.IN_REVIEW, version=1, title="公示",
        slip=Slip(), parts=(), paths={}, texts=(part(),), findings=items,
        settled={item.id: "redact" for item in items},
    )  # fmt: skip
    struck = Redactions(case, BOOK)
    assert struck.of_part(0) == Struck(((0, 3, 5), (1, 3, 5)), ((2, BOX),))
    assert not struck.of_part(1)


def test_the_shipped_grounds_cover_every_kind_of_protected_words() -> None:
    book = load_rulebook(share("config"))
    prefixes = tuple(prefix for ground in book.grounds for prefix in ground.kinds)
    others = {kind for kind in FINDING_KINDS if not kind.startswith(prefixes)}
    assert others == {"hidden.content", "attribute.contradiction", UNDETERMINED}
    assert MARKING.startswith(prefixes)


def test_a_ground_for_a_kind_that_there_is_not_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    lines = '[[ground]]\ncode = "R1"\ntitle = "甲"\narticle = "乙"\nkinds = ["privat."]\n'
    (tmp_path / "rules" / "grounds.toml").write_text(lines, "utf-8")
    with pytest.raises(ConfigError, match=r"unknown kind 'privat\.'"):
        load_rulebook(tmp_path)
