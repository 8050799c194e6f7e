"""Numbers of people who cannot exist: they pass every checksum, and belong to no one.

Resident ids carry the region code 990101, which was never given to any place; bank cards begin
with an unissued range; the mobile numbers are runs of zeros.
"""

from __future__ import annotations

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def resident_id(birth: str, order: int) -> str:
    """An 18-digit id with a right check digit (GB 11643-1999).

    Args:
        birth: ``YYYYMMDD``.
        order: 0 … 999.
    """
    digits = f"990101{birth}{order:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + _CHECKS[total % 11]


def mobile(order: int) -> str:
    """An 11-digit mobile number."""
    return f"1990000{order:04d}"


def bank_card(order: int) -> str:
    """A 19-digit card number that passes the Luhn check."""
    digits = f"621700{order:012d}"
    doubled = (int(digit) * (2 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits)))
    total = sum(number - 9 if number > 9 else number for number in doubled)
    return digits + str(-total % 10)
