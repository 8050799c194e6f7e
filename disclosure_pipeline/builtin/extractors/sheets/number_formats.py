"""What a number format makes of a stored value: the digits, date or words that the page shows.

Only what is common is computed (ECMA-376 part 1, 18.8.30): dates, times, decimals, thousands, percent,
fixed masks, words around the number. Fractions, exponents and scaling are shown as stored, so that no
digit of the value is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|!(?P<forced>.)|_(?P<space>.)|\*(?P<fill>.)'
    r"|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<elapsed>[hH]+|[mM]+|[sS]+)\]|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<general>[Gg][Ee][Nn][Ee][Rr][Aa][Ll]|G/通用格式)|(?P<half>AM/PM|A/P|上午/下午)"
    r"|(?P<date>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+|[eE](?![+\-])|[gG]+|a{3,4}|b+)"
    r"|(?P<digits>[0#?][0#?.,]*|\.[0#?]+)|(?P<percent>%)|(?P<exponent>[eE][+\-])|(?P<text>@)|(?P<other>.)",
    re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+)")
_SCIENTIFIC = re.compile(r"-?\d(?:\.\d+)?[eE][+-]?\d{1,2}")
_DECIMAL = re.compile(r"-?([0-9]{1,20})\.[0-9]*")
_GENERAL_WIDTH = 11
_GENERAL_DIGITS = 10
_MOST_CACHED = 20_000
_MOST_DIGITS = 30
_EXACT = Context(prec=3 * _MOST_DIGITS)
_WEEKDAYS = "一二三四五六日"
_BUILTIN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy-mm-dd", 15: "yyyy-mm-dd", 16: "mm-dd", 17: "yyyy-mm", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "yyyy-mm-dd",
    31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: "h:mm AM/PM", 35: "h:mm:ss AM/PM",
    36: 'yyyy"年"m"月"', 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: "#,##0;-#,##0", 42: "#,##0;-#,##0", 43: "#,##0.00;-#,##0.00", 44: "#,##0.00;-#,##0.00", 45: "mm:ss",
    46: "[h]:mm:ss", 47: "mm:ss.0", 48: "0.0E+0", 49: "@", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"', 54: 'm"月"d"日"', 55: "h:mm AM/PM", 56: "h:mm:ss AM/PM", 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip
"""Formats that a workbook refers to by number only; dates of the locale are given in ISO order."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of a value.

    Args:
        text: the characters; empty when the cell looks empty.
        covers: the value itself is not among them: words or nothing stand in its place.
    """

    text: str
    covers: bool = False


@dataclass(frozen=True, slots=True)
class _Section:
    tokens: tuple[tuple[str, str], ...]
    condition: tuple[str, Decimal] | None
    kinds: frozenset[str]
    minutes: frozenset[int]
    """Which of the tokens that look like months are minutes."""

    @property
    def is_date(self) -> bool:
        return not self.kinds.isdisjoint(("date", "elapsed"))


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A compiled number format.

    Args:
        sections: for positive, negative, zero and text values, or for conditions.
        epoch_1904: whether days are counted from 1904, as old Macs did.
    """

    sections: tuple[_Section, ...]
    epoch_1904: bool = False
    _cache: dict[str, Shown] = field(default_factory=dict, compare=False, repr=False)

    @property
    def literals(self) -> tuple[str, ...]:
        """The words that the format adds."""
        return tuple(text for section in self.sections for kind, text in section.tokens if kind == "literal")

    def show(self, stored: str, *, is_text: bool = False) -> Shown:
        """Format a value.

        Args:
            stored: as the file has it.
            is_text: whether it is text, not a number.
        """
        if is_text:
            return self._show_text(stored)
        known = self._cache.get(stored)
        if known is None:
            known = self._show_number(stored)
            if len(self._cache) < _MOST_CACHED:
                self._cache[stored] = known
        return known

    def _show_number(self, stored: str) -> Shown:
        try:
            number = Decimal(stored)
        except InvalidOperation:
            return Shown(stored)
        if not number.is_finite() or number.adjusted() > _MOST_DIGITS:
            return Shown(as_stored(stored))
        section = self._section(number)
        if section is None:
            return Shown(as_stored(stored))
        if section.is_date:
            return _show_date(section, number, epoch_1904=self.epoch_1904)
        return _show_number(section, number, stored, signed=section is self.sections[0])

    def _show_text(self, text: str) -> Shown:
        last = self.sections[-1]
        if len(self.sections) < 4 and "text" not in last.kinds:
            return Shown(text)
        parts = [
            text if kind == "text" else word for kind, word in last.tokens if kind in ("text", "literal")
        ]
        return Shown("".join(parts), covers="text" not in last.kinds)

    def _section(self, number: Decimal) -> _Section | None:
        numeric = self.sections[:3]
        if any(section.condition for section in numeric):
            return next((section for section in numeric if _holds(section, number)), None)
        if number < 0 and len(numeric) > 1:
            return numeric[1]
        if number == 0 and len(numeric) > 2:
            return numeric[2]
        return numeric[0]


@lru_cache(maxsize=512)
def compiled(code: str, *, epoch_1904: bool = False) -> NumberFormat | None:
    """Compile a format; ``None`` for the general one."""
    sections = tuple(_compile(part) for part in _split(code))
    if len(sections) == 1 and sections[0].kinds <= {"general"}:
        return None
    return NumberFormat(sections, epoch_1904)


def builtin_code(number: int) -> str:
    """The code behind a format's number; empty for the general format."""
    return _BUILTIN.get(number, "")


def general(stored: str) -> str:
    """A number in no particular format: whole ones digit for digit, others as wide as a cell shows them."""
    if len(stored) <= _GENERAL_WIDTH and "E" not in stored and "e" not in stored:
        return stored
    plain = as_stored(stored)
    found = _DECIMAL.fullmatch(plain)
    if found is None or len(found[1]) >= _GENERAL_DIGITS:
        return plain
    rounded = f"{float(plain):.{_GENERAL_DIGITS - len(found[1])}f}".rstrip("0").rstrip(".")
    return plain if rounded in ("0", "-0") else rounded


def as_stored(number: str) -> str:
    """A stored number without its exponent, digit for digit: ``1.3800138E+10`` → ``13800138000``."""
    if _SCIENTIFIC.fullmatch(number):
        return format(Decimal(number), "f")
    return number


def _split(code: str) -> list[str]:
    parts, start = [], 0
    for token in _TOKEN.finditer(code):
        if token["other"] == ";":
            parts.append(code[start : token.start()])
            start = token.end()
    return [*parts, code[start:]]


def _compile(part: str) -> _Section:
    tokens: list[tuple[str, str]] = []
    condition = None
    for match in _TOKEN.finditer(part):
        kind = str(match.lastgroup)
        text = match[kind]
        if kind == "bracket":
            found = _CONDITION.fullmatch(text)
            condition = (found[1], Decimal(found[2])) if found else condition
        elif kind in ("quoted", "escaped", "forced", "currency", "other"):
            tokens.append(("literal", text))
        elif kind == "space":
            tokens.append(("literal", " "))
        elif kind != "fill":
            tokens.append((kind, text))
    return _Section(tuple(tokens), condition, frozenset(kind for kind, _ in tokens), _minutes(tokens))


def _minutes(tokens: list[tuple[str, str]]) -> frozenset[int]:
    """An ``m`` after hours or before seconds means minutes."""
    dates = [(at, text[0].lower()) for at, (kind, text) in enumerate(tokens) if kind in ("date", "elapsed")]
    letters = ["", *(letter for _, letter in dates), ""]
    return frozenset(
        at
        for number, (at, letter) in enumerate(dates, 1)
        if letter == "m" and (letters[number - 1] == "h" or letters[number + 1] == "s")
    )


def _holds(section: _Section, number: Decimal) -> bool:
    if section.condition is None:
        return True
    sign, bound = section.condition
    return {
        "<": number < bound, ">": number > bound, "=": number == bound,
        "<=": number <= bound, ">=": number >= bound, "<>": number != bound,
    }[sign]  # fmt: skip


def _show_number(section: _Section, number: Decimal, stored: str, *, signed: bool) -> Shown:
    masks = [text for kind, text in section.tokens if kind == "digits"]
    if not masks and section.kinds.isdisjoint(("general", "text")):
        return Shown(_literal(section), covers=number != 0)
    if not masks:
        body = [general(stored)]
    elif "exponent" in section.kinds or any(mask.endswith(",") for mask in masks):
        return Shown(as_stored(stored))
    elif len(masks) == 1:
        body = [_digits(number, masks[0], section)]
    elif _is_mask(section, masks):
        body = _masked(number, masks)
    else:
        return Shown(as_stored(stored))
    sign = "-" if number < 0 and signed and not body[0].startswith("-") else ""
    if not sign and not signed:
        body = [body[0].removeprefix("-"), *body[1:]]
    return Shown(sign + _around(section, body).strip())


def _is_mask(section: _Section, masks: list[str]) -> bool:
    return all(set(mask) <= set("0#?") for mask in masks) and ("literal", "/") not in section.tokens


def _around(section: _Section, body: list[str]) -> str:
    """The words of the format with the digits in their places."""
    out: list[str] = []
    rest = list(body)
    for kind, text in section.tokens:
        if kind in ("digits", "general", "text"):
            out.append(rest.pop(0) if rest else "")
        elif kind in ("literal", "percent"):
            out.append(text)
    return "".join(out) + "".join(rest)


def _digits(number: Decimal, mask: str, section: _Section) -> str:
    whole, _, fraction = mask.partition(".")
    value = abs(number) * (100 if "percent" in section.kinds else 1)
    places = min(len(fraction.replace(",", "")), _MOST_DIGITS)
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_EXACT)
    text = format(rounded, ",f" if "," in whole else "f")
    left, dot, right = text.partition(".")
    optional = len(fraction) - len(fraction.rstrip("#?"))
    while optional and right.endswith("0"):
        right, optional = right[:-1], optional - 1
    left = left.rjust(whole.count("0"), "0") if "," not in whole else left
    if left == "0" and "0" not in whole:
        left = ""
    return left + (dot + right if right else "")


def _masked(number: Decimal, masks: list[str]) -> list[str]:
    """Digits spread over a mask with words in between: ``000-0000-0000``."""
    digits = format(abs(number).quantize(Decimal(1), rounding=ROUND_HALF_UP, context=_EXACT), "f")
    digits = digits.rjust(sum(mask.count("0") for mask in masks), "0")
    parts: list[str] = []
    for mask in reversed(masks[1:]):
        parts.insert(0, digits[-len(mask) :])
        digits = digits[: -len(mask)]
    return [digits, *parts]


def _literal(section: _Section) -> str:
    return "".join(text for kind, text in section.tokens if kind == "literal").strip()


def _show_date(section: _Section, serial: Decimal, *, epoch_1904: bool) -> Shown:
    moment = _moment(serial, epoch_1904=epoch_1904)
    if moment is None:
        return Shown("", covers=True)  # the page shows a row of #
    half = "half" in section.kinds
    out: list[str] = []
    for at, (kind, text) in enumerate(section.tokens):
        if kind in ("date", "elapsed"):
            if kind == "elapsed":
                out.append(_elapsed(text, serial))
            else:
                out.append(_date_part(text, moment, minutes=at in section.minutes, half=half))
        elif kind == "half":
            out.append("上午" if moment.hour < 12 else "下午")
        elif kind == "digits" and text.startswith("."):
            out.append(f"{moment.microsecond / 1e6:.{len(text) - 1}f}"[1:])
        elif kind in ("literal", "percent"):
            out.append(text)
    return Shown("".join(out).strip())


def _moment(serial: Decimal, *, epoch_1904: bool) -> datetime | None:
    if not 0 <= serial < 2958466:  # 9999-12-31
        return None
    # Excel counts a 29 February 1900 that never was. A spreadsheet knows no time zone.
    first = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 31 if serial < 60 else 30)  # noqa: DTZ001
    try:
        return first + timedelta(seconds=round(float(serial) * 86400, 3))
    except OverflowError:
        return None


def _elapsed(text: str, serial: Decimal) -> str:
    unit = {"h": 24, "m": 1440, "s": 86400}[text[0].lower()]
    return str(int(serial * unit)).rjust(len(text), "0")


def _date_part(text: str, moment: datetime, *, minutes: bool, half: bool) -> str:
    letter, wide = text[0].lower(), len(text)
    hour = (moment.hour % 12 or 12) if half else moment.hour
    numbers = {
        "y": moment.year if wide > 2 else moment.year % 100, "e": moment.year,
        "m": moment.minute if minutes else moment.month, "d": moment.day, "h": hour, "s": moment.second,
    }  # fmt: skip
    if letter == "a" or (letter == "d" and wide > 2):
        return ("" if text == "aaa" else "星期") + _WEEKDAYS[moment.weekday()]
    if letter not in numbers:
        return ""
    least = 4 if letter in ("y", "e") and wide > 2 else min(wide, 2)
    # Names of months have three letters and more; their number says as much.
    return f"{numbers[letter]:0{1 if letter == 'm' and wide > 2 else least}d}"
