"""Passwords: which are refused, and what is kept of the others."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.pipeline import passwords
from disclosure_pipeline.pipeline.accounts import FIRST_LOCK, FREE_FAILURES, LONGEST_LOCK, lock_for

GOOD = "青山绿水-有晴天-2026"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("abcd2468z", "password.short"), ("", "password.short"), ("短", "password.short"),
        ("x7" * 150, "password.long"), ("ﬃ" * 90, "password.long"), ("e\u0301" * 150, "password.long"),
        ("李密李密李密李密李密", "password.name"), ("我是李密，请放行吧！", "password.name"),
        ("aaaaaaaaaaaa", "password.repeated"), ("AaAaAaAaAaAa", "password.repeated"),
        ("1212121212", "password.repeated"), ("密密密密密密密密密密", "password.repeated"),
        ("1234567890", "password.sequence"), ("abcdefghijkl", "password.sequence"),
        ("9876543210", "password.sequence"), ("１２３４５６７８９０", "password.sequence"),
    ],
)  # fmt: skip
def test_what_is_easily_guessed_is_refused(password: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        passwords.check(password, "李密")
    assert refused.value.code == code
    assert not password or password not in str(refused.value.as_json())


@pytest.mark.parametrize(
    "password", [GOOD, "correct horse battery", "k7mq-x3tn-9bwd", "春眠不觉晓处处闻啼鸟"]
)
def test_words_that_nobody_guesses_are_taken(password: str) -> None:
    passwords.check(password, "李密")


def test_a_name_in_other_letters_is_still_the_name() -> None:
    with pytest.raises(Refused):
        passwords.check("ＷａｎｇＭｉｎ-4711-x", "wangmin")
    passwords.check(GOOD + "w", "w")


def test_initial_passwords_are_taken_and_differ() -> None:
    made = {passwords.made() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check(password, "李密")


def test_a_hash_says_its_parameters_and_not_the_password() -> None:
    kept = passwords.hashed(GOOD)
    assert kept.startswith(f"$argon2id$v=19$m={passwords.MEMORY},t={passwords.PASSES},p={passwords.LANES}$")
    assert kept != passwords.hashed(GOOD), "each has its own salt"
    assert GOOD not in kept and base64.b64encode(GOOD.encode()).decode().rstrip("=") not in kept
    assert len(kept) <= 200, "the column holds it"


def test_only_the_password_fits_however_it_was_typed() -> None:
    kept = passwords.hashed("Ａ1-绿水青山-ok")
    assert passwords.fits(kept, "A1-绿水青山-ok")
    for wrong in ("a1-绿水青山-ok", "A1-绿水青山-ok ", "", "\ud800", "A1-绿水青山-ok\0"):
        assert not passwords.fits(kept, wrong)


def test_nobodys_hash_costs_the_same_and_fits_nothing() -> None:
    """The same parameters mean the same work; an empty password is the likeliest to slip through."""
    assert not passwords.outdated(passwords.nobodys())
    assert (
        passwords.nobodys().rpartition("$")[0].rpartition("$")[0]
        == passwords.hashed("x").rpartition("$")[0].rpartition("$")[0]
    )
    for typed in ("", GOOD):
        assert not passwords.fits(None, typed)
        assert not passwords.fits(passwords.nobodys(), typed)


def test_what_is_no_hash_fits_nothing() -> None:
    for broken in ("", "x", "$argon2id$v=19$m=8", "$2b$12$abcdefghijklmnopqrstuv"):
        assert not passwords.fits(broken, GOOD)


@settings(max_examples=200)
@given(st.integers(min_value=0, max_value=10**9))
def test_a_lock_out_grows_and_ends(failed: int) -> None:
    seconds = lock_for(failed)
    assert 0 <= seconds <= LONGEST_LOCK
    assert (seconds == 0) == (failed < FREE_FAILURES)
    assert lock_for(failed + 1) in (min(LONGEST_LOCK, max(2 * seconds, FIRST_LOCK)), 0)
    assert lock_for(failed + 1) >= seconds
