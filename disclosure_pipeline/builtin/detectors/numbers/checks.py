"""Check digits and birth dates: what makes a row of digits a number of its kind."""

from __future__ import annotations

from datetime import date, datetime

from disclosure_pipeline.builtin.detectors.common import OFFICE_TIME

CHECK_LETTERS = "XxХхΧχ×"
"""What people write for the check character X of a resident identity number."""

_EARLIEST = 1880
_DOUBLED = "0246813579"


def is_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    plain = sum(map(int, digits[-1::-2]))
    return (plain + sum(int(_DOUBLED[int(digit)]) for digit in digits[-2::-2])) % 10 == 0


def is_resident_id(digits: str) -> bool:
    """Whether 18 characters are a resident identity number: check character and birth date (GB 11643).

    Args:
        digits: 17 digits and a digit or one of :data:`CHECK_LETTERS`.
    """
    return has_birth_date(digits) and check_character(digits[:17]) == _check_of(digits)


def has_birth_date(digits: str) -> bool:
    """Whether 18 characters have the shape of a resident identity number, its check character aside."""
    body, check = digits[:17], digits[17:]
    if len(digits) != 18 or not body.isdecimal() or not (check.isdecimal() or check in CHECK_LETTERS):
        return False
    return is_birth_date(body[6:10], body[10:12], body[12:14])


def check_character(body: str) -> str:
    """The check character (ISO 7064, MOD 11-2) of 17 digits."""
    remainder = 0
    for digit in body:
        remainder = (remainder + int(digit)) * 2 % 11
    return "10X98765432"[remainder]


def _check_of(digits: str) -> str:
    return "X" if digits[17:] in CHECK_LETTERS else digits[17:]


def is_birth_date(year: str, month: str, day: str) -> bool:
    """Whether it is a day on which somebody may have been born."""
    try:
        born = date(int(year), int(month), int(day))
    except ValueError:
        return False
    return born.year >= _EARLIEST and born <= datetime.now(OFFICE_TIME).date()
