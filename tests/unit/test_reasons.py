"""Reasons with codes: eight keys, each only where it makes sense, and free words beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.reasons import read_reason, reason_in_words
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.resources import share

REASONS = load_rulebook(share("config")).reasons


def test_the_shipped_reasons_have_the_keys_one_to_eight_in_order() -> None:
    assert [reason.key for reason in REASONS] == list("12345678")
    assert all(reason.fits("dismiss", "privacy.person_name") for reason in REASONS)
    assert [reason.code for reason in REASONS if reason.needs_remark] == ["other"]


def test_a_reason_is_only_for_what_it_explains() -> None:
    fits = {
        (reason.code, how.value, kind) for reason in REASONS for how in Settlement
        for kind in ("secrecy.term", "privacy.mobile", "privacy.person_name") if reason.fits(how, kind)
    }  # fmt: skip
    assert ("consent", "accept", "secrecy.term") not in fits
    assert ("name_by_law", "dismiss", "privacy.mobile") not in fits
    assert ("lookalike", "accept", "privacy.mobile") not in fits
    assert ("lookalike", "dismiss", "secrecy.term") in fits
    assert ("other", "redact", "secrecy.term") in fits


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ("citation", "引用法规或者案例"), ("other: 村务公开栏已张贴", "其他：村务公开栏已张贴"),
        ("other：村务公开栏已张贴", "其他：村务公开栏已张贴"), ("该号码为公开热线", "该号码为公开热线"),
        ("citations", "citations"), ("注意: 热线", "注意: 热线"), ("", ""),
    ],
)  # fmt: skip
def test_stored_reasons_are_read_as_officers_read_them(stored: str, words: str) -> None:
    assert reason_in_words(REASONS, stored) == words


def test_free_words_are_no_code() -> None:
    assert read_reason(REASONS, "该号码为公开热线") == (None, "该号码为公开热线")


ENTRY = '[[reason]]\ncode = "own"\nkey = "1"\ntitle = "本单位理由"\n'


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('key = "1"', 'key = "10"'), ('key = "1"', 'key = "a"'), ('code = "own"', 'code = "Own"'), ('"本单位理由"', '""'),
        ('key = "1"', 'key = "1"\nsettlements = ["forget"]'), ('key = "1"', 'key = "1"\nkinds = ["privat"]'),
        ("理由", '理由"\n\n[[reason]]\ncode = "second"\nkey = "1"\ntitle = "另一项'),
    ],
)  # fmt: skip
def test_a_reason_that_is_wrong_stops_the_start(good: str, bad: str, tmp_path: Path) -> None:
    assert good in ENTRY
    path = tmp_path / "rules" / "reasons.toml"
    path.parent.mkdir()
    path.write_text(ENTRY, "utf-8")
    assert [reason.code for reason in load_rulebook(tmp_path).reasons] == ["own"]
    path.write_text(ENTRY.replace(good, bad, 1), "utf-8")
    with pytest.raises(ConfigError, match="reason"):
        load_rulebook(tmp_path)
