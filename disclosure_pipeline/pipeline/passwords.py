"""Passwords: which ones are taken, and how they are kept.

Hashes are argon2id with the parameters that OWASP's password storage cheat sheet names first (19 MiB, two
passes, one lane; RFC 9106 describes the function). A hash made with other parameters is made anew when its
password is next typed.
"""

from __future__ import annotations

import base64
import secrets
import unicodedata
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from disclosure_pipeline.errors import Refused

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 200
"""Characters of a password."""

MEMORY, PASSES, LANES = 19 * 1024, 2, 1
"""KiB, passes over them, lanes: 50–100 ms on the machines that offices have."""

_DIFFERENT = 5
_SALT, _DIGEST = 16, 32
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What an initial password is made of: nothing that is misread on paper."""

_GROUPS, _GROUP = 4, 4


def check(password: str, name: str) -> None:
    """Refuse a password that is too easy to guess.

    Raises:
        Refused: code ``password.short``, ``password.long``, ``password.name``, ``password.repeated`` or
            ``password.sequence``.
    """
    typed = _normal(password)
    if len(typed) < SHORTEST:
        raise _refusal("short", f"A password has at least {SHORTEST} characters.")
    if max(len(typed), len(password)) > LONGEST:
        raise _refusal("long", f"A password has at most {LONGEST} characters.")
    folded, owner = typed.casefold(), _normal(name).casefold()
    if len(owner) > 1 and owner in folded:
        raise _refusal("name", "The password holds its owner's name.")
    if len(set(folded)) < _DIFFERENT:
        raise _refusal("repeated", f"The password repeats fewer than {_DIFFERENT} different characters.")
    steps = [ord(after) - ord(before) for before, after in pairwise(folded)]
    if max(steps.count(step) for step in (1, -1)) > len(steps) * 2 // 3:
        raise _refusal("sequence", "The password is a row of characters in their order.")


def made() -> str:
    """A random password to begin with (79 bits), easy to read from paper."""
    letters = [secrets.choice(_LETTERS) for _ in range(_GROUPS * _GROUP)]
    return "-".join("".join(letters[at : at + _GROUP]) for at in range(0, len(letters), _GROUP))


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher().hash(_bytes(password))


def fits(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed.

    Args:
        password_hash: what is kept; ``None`` for nobody's: the answer takes as long and is no.
        password: what was typed.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(password_hash or nobodys(), _bytes(password)) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(password_hash)


@cache
def nobodys() -> str:
    """A hash that no password is known to have, with today's parameters."""
    salt, digest = (base64.b64encode(bytes(size)).rstrip(b"=").decode() for size in (_SALT, _DIGEST))
    return f"$argon2id$v=19$m={MEMORY},t={PASSES},p={LANES}${salt}${digest}"


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(PASSES, MEMORY, LANES, hash_len=_DIGEST, salt_len=_SALT)


def _normal(text: str) -> str:
    """The same characters however they were typed: an input method may give full-width letters."""
    return unicodedata.normalize("NFKC", text)


def _bytes(password: str) -> bytes:
    return _normal(password[: LONGEST + 1]).encode("utf-8", "surrogatepass")


def _refusal(code: str, message: str) -> Refused:
    return Refused(message, code=f"password.{code}", advice="Choose another password, best of several words.")
