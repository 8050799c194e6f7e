"""Masked forms: what stays readable is never more than the rule allows, whatever stands there."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.masks import STAR, Mask, is_form_of, masked, masked_pieces
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.resources import share

BOOK = load_rulebook(share("config"))
SEPARATORS = " \t\n\r\u00a0\u3000-‐‑‒–—―·•()（）+"
texts = st.text(st.sampled_from("0123456789X张三丰鲁A@.*_①Ⅷ" + SEPARATORS) | st.characters(), max_size=30)
rules = st.builds(
    Mask, st.just("privacy.mobile"), st.integers(0, 8), st.integers(0, 8), st.integers(1, 8), st.sampled_from(["", "@"])
)  # fmt: skip


def told(form: str, text: str) -> int:
    """How many characters that mean something are readable."""
    return sum(
        one == other and one != STAR and one not in SEPARATORS for one, other in zip(form, text, strict=True)
    )


@given(texts, rules)
def test_never_more_is_readable_than_the_rule_allows(text: str, rule: Mask) -> None:
    form = masked(text, rule)
    assert is_form_of(form, text)
    end = text.find(rule.until) if rule.until and rule.until in text else len(text)
    assert form[end:] == text[end:]
    readable = sum(one not in SEPARATORS for one in text[:end])
    shown = told(form[:end], text[:end])
    assert shown <= rule.head + rule.tail
    assert shown <= max(0, readable - rule.hide)


@given(texts, rules, st.lists(st.integers(0, 30), max_size=3))
def test_a_hit_in_pieces_shows_no_more_than_in_one(text: str, rule: Mask, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(edges)]
    assert "".join(masked_pieces(pieces, rule)) == masked(text, rule)
    assert [len(form) for form in masked_pieces(pieces, rule)] == [len(piece) for piece in pieces]


@pytest.mark.parametrize(
    ("kind", "text", "form"),
    [
        ("privacy.mobile", "138 0000 1234", "138 **** 1234"),
        ("privacy.mobile", "+8613800001234", "+861******1234"),
        ("privacy.mobile", "１３８００００１２３４", "１３８****１２３４"),
        ("privacy.mobile", "1234", "****"),
        ("privacy.landline", "（010）6200 0066", "（010）62** **66"),
        ("privacy.landline", "6200066", "6****66"),
        ("privacy.resident_id", "350000900101012", "35**********012"),
        ("privacy.plate", "鲁AD10001", "鲁AD*****"),
        ("privacy.person_name", "丰", "*"),
        ("privacy.person_name", "阿依·古丽", "阿*·**"),
        ("privacy.email", "zhang.san＠example.com", "z********************"),
    ],
)
def test_the_shipped_forms(kind: str, text: str, form: str) -> None:
    rule = BOOK.mask(kind)
    assert rule is not None
    assert masked(text, rule) == form


def test_what_no_rule_names_has_no_masked_form() -> None:
    for kind in (
        "privacy.address",
        "privacy.birth_date",
        "privacy.health",
        "secrecy.term",
        "security.credential",
    ):
        assert BOOK.mask(kind) is None


def test_a_form_shows_the_characters_at_their_places_only() -> None:
    assert is_form_of("138****1234", "13800001234")
    for other in ("1380****1234", "138****5678", "138***1234", "139****1234"):
        assert not is_form_of(other, "13800001234")


ENTRY = '[[mask]]\nkind = "privacy.mobile"\nhead = 3\ntail = 4\nhide = 4\nexample = ["13800001234", "138****1234"]\n'


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('"138****1234"', '"1380***1234"'), ("head = 3", "head = -1"), ("hide = 4", "hide = 0"),
        ('"privacy.mobile"', '"secrecy.marking"'), ('"privacy.mobile"', '"privacy.mobil"'), ("tail = 4", 'tail = "4"'),
        ("hide = 4", 'hide = 4\nuntil = "@@"'), ("hide = 4", "hide = 4\nshow = 1"),
    ],
)  # fmt: skip
def test_a_mask_that_is_wrong_stops_the_start(good: str, bad: str, tmp_path: Path) -> None:
    assert good in ENTRY
    path = tmp_path / "rules" / "masks.toml"
    path.parent.mkdir()
    path.write_text(ENTRY, "utf-8")
    assert load_rulebook(tmp_path).mask("privacy.mobile")
    path.write_text(ENTRY.replace(good, bad, 1), "utf-8")
    with pytest.raises(ConfigError, match=r"masks\.toml: mask"):
        load_rulebook(tmp_path)
