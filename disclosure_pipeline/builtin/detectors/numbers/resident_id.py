"""公民身份号码 by checksum and birth date only (GB 11643).

Region codes are not looked at: real numbers carry retired and new ones that no list has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from disclosure_pipeline.builtin.detectors.common import OFFICE_TIME, finding_at, refuse_expired
from disclosure_pipeline.builtin.detectors.numbers.number import GAP, Number, NumberRule, spread, whole
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook

_D = "[0-9]"
_CHECK_LETTERS = "XxХхΧχ×"
_CURRENT = whole(
    spread(["[1-9]", *[_D] * 5])
    + GAP + f"(?:1{GAP}[89]|2{GAP}0)" + GAP + spread([_D, _D, "[01]", _D, "[0-3]", _D, _D, _D, _D])
    + GAP + f"[0-9{_CHECK_LETTERS}]"
)  # fmt: skip
_FORMER = whole(spread(["[1-9]", *[_D] * 7, "[01]", _D, "[0-3]", *[_D] * 4]))


def is_resident_id(digits: str) -> bool:
    """Whether 18 characters are a resident identity number: check character and birth date.

    Args:
        digits: 17 digits and a digit or one of the letters people write for X.
    """
    body, check = digits[:17], digits[17:]
    if len(digits) != 18 or not body.isdecimal():
        return False
    remainder = sum(int(digit) * pow(2, 17 - index, 11) for index, digit in enumerate(body)) % 11
    expected = "10X98765432"[remainder]
    if ("X" if check in _CHECK_LETTERS else check) != expected:
        return False
    return _is_birth_date(body[6:10], body[10:12], body[12:14])


def _is_birth_date(year: str, month: str, day: str) -> bool:
    try:
        born = date(int(year), int(month), int(day))
    except ValueError:
        return False
    return born.year >= 1880 and born <= datetime.now(OFFICE_TIME).date()


class ResidentId:
    """Finds resident identity numbers of 18 and, less surely, of 15 digits.

    Args:
        rulebook: all rules in force; forms ``resident_id`` and ``resident_id_15``, whose patterns
            are the two digits of provinces (needed where there is no check character).

    Raises:
        ConfigError: one of the rules is missing (``rule.missing``).
    """

    id = "resident_id"
    version = "1"
    kinds = ("privacy.resident_id",)
    canaries = (
        Canary("身份证号：11010519491231002X", "privacy.resident_id"),
        Canary("１１０１０５ １９４９１２３１\n００２Ｘ", "privacy.resident_id"),
    )

    def __init__(self, rulebook: RuleBook):
        current, former = rulebook.of_form("resident_id"), rulebook.of_form("resident_id_15")
        if len(current) != 1 or len(former) != 1 or not former[0].patterns:
            raise ConfigError("No usable rule for resident identity numbers.", code="rule.missing")
        self._rules = (current[0], former[0])
        self._current, self._former = NumberRule(current[0]), NumberRule(former[0])
        self._provinces = former[0].patterns

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        view = part.views.plain
        current = list(self._current_numbers(view.text))
        former = [
            number
            for number in self._former_numbers(view.text)
            if not any(number.start < other.end and other.start < number.end for other in current)
        ]
        return [
            finding_at(part, view, kind.rule, number.start, number.end, confidence=kind.confidence(number))
            for kind, numbers in ((self._current, current), (self._former, former))
            for number in numbers
        ]

    def _current_numbers(self, text: str) -> Iterator[Number]:
        for match in _CURRENT.finditer(text):
            start, end = match.span(1)
            if is_resident_id(_digits(match[1][:-1]) + text[end - 1]):
                number = Number.at(text, start, end - 1)
                if self._current.accepts(text, number):
                    yield Number(number.digits, start, end, number.groups, number.strength)

    def _former_numbers(self, text: str) -> Iterator[Number]:
        for match in _FORMER.finditer(text):
            digits = _digits(match[1])
            if digits.startswith(self._provinces) and _is_birth_date(
                "19" + digits[6:8], digits[8:10], digits[10:12]
            ):
                number = Number.at(text, *match.span(1))
                if self._former.accepts(text, number):
                    yield number


def _digits(written: str) -> str:
    return "".join(filter(str.isdecimal, written))
