"""Encrypted Office files: the passwords that the department or the operator gave are tried.

No password is kept, logged or named in an error. What Excel encrypts by itself (a workbook protected
against changes) has a password that everybody knows and counts as not encrypted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import BytesIO

from disclosure_pipeline.builtin.extractors.failures import failure

_WELL_KNOWN = "VelvetSweatshop"
_SPINS = re.compile(rb'spinCount="(\d+)"')
_MOST_SPINS = 2_000_000
"""Rounds of hashing for one try (a second or two); Office itself uses 100,000."""

_MOST_TRIES = 50


def decrypted(data: bytes, passwords: Iterable[str]) -> bytes:
    """The file without its encryption.

    Args:
        data: an encrypted compound file (a package of 2007 or later, or doc, xls, ppt).
        passwords: tried in order.

    Raises:
        ExtractionFailed: ``file.encrypted`` when no password fits, ``file.bomb`` when one try would take too long.
    """
    for match in _SPINS.finditer(data):
        if len(match[1]) > 9 or int(match[1]) > _MOST_SPINS:
            raise failure("file.bomb", "Its encryption asks for too many rounds.")
    for password in list(dict.fromkeys((_WELL_KNOWN, *passwords)))[:_MOST_TRIES]:
        plain = _try(data, password)
        if plain is not None:
            return plain
    raise failure("file.encrypted")


def _try(data: bytes, password: str) -> bytes | None:
    """The decrypted file, or ``None`` when the password does not fit."""
    import msoffcrypto

    out = BytesIO()
    try:
        file = msoffcrypto.OfficeFile(BytesIO(data))
        file.load_key(password=password, verify_password=True) if _verifies(file) else file.load_key(
            password=password
        )
        file.decrypt(out)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - wrong passwords and broken files fail in many ways; none is readable
        return None
    plain = out.getvalue()
    return plain if plain and plain != data else None


def _verifies(file: object) -> bool:
    """Whether the format checks a password only when it is asked to (packages)."""
    return type(file).__name__ == "OOXMLFile"
