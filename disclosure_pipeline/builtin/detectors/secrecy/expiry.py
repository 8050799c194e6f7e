"""When secrecy ends (保密期限届满): from the marking's own words and the date of the paper.

The term runs from the day on which the paper was formed and never longer than the level allows. A
term that has run out lifts nothing: a paper once classified goes out only with a record of its
declassification.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from disclosure_pipeline.builtin.detectors.common import OFFICE_TIME
from disclosure_pipeline.model.folding import SEPARATORS

_GONE = dict.fromkeys(map(ord, SEPARATORS - {"-", "."}))
_FIGURES = {
    **dict(zip("〇一二三四五六七八九", range(10), strict=True)),
    **dict(zip("零壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    "两": 2, "O": 0, "o": 0, "l": 1, "I": 1,
}  # fmt: skip
_TENS = {"十": 1, "拾": 1, "廿": 2, "卅": 3}
_FIGURE = "0-9〇零一二两三四五六七八九十廿卅壹贰叁肆伍陆柒捌玖拾OolI"
_DAY = re.compile(r"((?:19|20)[0-9]{2})[年.\-/]([0-9]{1,2})[月.\-/]([0-9]{1,2})日?")
_YEAR = re.compile(r"((?:19|20)[0-9]{2})年")
_TERM = re.compile(f"([{_FIGURE}]{{1,4}})(年|个月|月|天|日)")
_FORMED = re.compile(
    f"^[^\\w\\n]{{0,3}}([0-9〇零一二三四五六七八九]{{4}})年([{_FIGURE}]{{1,3}})月([{_FIGURE}]{{1,3}})日[^\\w\\n]{{0,3}}$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a marking ends.

    Args:
        end: the last day of secrecy; ``None`` when it cannot be computed.
        capped: whether the level's longest term was taken, because none is written or a longer one.
    """

    end: date | None
    capped: bool

    def told(self) -> str:
        """The sentence for the officer, with no word of the paper."""
        if self.end is None:
            return "成文日期或者密级不明，无法推算保密期限，按未解密处理"
        basis = "按密级的最长期限" if self.capped else "按标注的期限"
        day = self.end.isoformat()
        if self.end < datetime.now(OFFICE_TIME).date():
            return f"{basis}推算，保密期限至{day}，已届满；没有解密记录仍不得公开"
        return f"{basis}推算，保密期限至{day}，尚未届满"


def date_formed(text: str) -> date | None:
    """The date of formation (成文日期): the last line that is a date and nothing else.

    Args:
        text: the text of a part's view.
    """
    found = [_day(*match.groups()) for match in _FORMED.finditer(text)]
    return next((day for day in reversed(found) if day is not None), None)


def expiry(marking: str, level: str, formed: date | None, caps: Mapping[str, int]) -> Expiry:
    """When the secrecy that a marking states ends.

    Args:
        marking: characters of the marking, as in the view.
        level: its level in plain characters, as the keys of ``caps``.
        formed: date of formation.
        caps: longest term of each level, in years (保守国家秘密法 第二十条).
    """
    words = marking.translate(_GONE)
    day = _DAY.search(words)
    if day is not None and (until := _day(*day.groups())) is not None:
        return Expiry(until, capped=False)
    if (year := _YEAR.search(words)) is not None:
        return Expiry(date(int(year[1]), 12, 31), capped=False)
    if formed is None:
        return Expiry(None, capped=False)
    longest = _later(formed, years=caps[level]) if level in caps else None
    stated = _stated(words, formed)
    if stated is None or (longest is not None and stated > longest):
        return Expiry(longest, capped=True)
    return Expiry(stated, capped=False)


def _stated(words: str, formed: date) -> date | None:
    term = _TERM.search(words)
    amount = _number(term[1]) if term else None
    if term is None or amount is None:
        return None
    if term[2] == "年":
        return _later(formed, years=amount)
    if term[2] in ("个月", "月"):
        years, month = divmod(formed.month - 1 + amount, 12)
        return _eve(formed.year + years, month + 1, formed.day)
    return formed + timedelta(days=amount)


def _later(day: date, *, years: int) -> date | None:
    """The last day of a term of some years that begins on a day."""
    return _eve(day.year + years, day.month, day.day)


def _eve(year: int, month: int, day: int) -> date | None:
    """The day before a day; in a month without such a day, before the month's last."""
    for existing in range(day, day - 4, -1):
        try:
            return date(year, month, existing) - timedelta(days=1)
        except ValueError:
            continue
    return None


def _day(year: str, month: str, day: str) -> date | None:
    numbers = _number(year), _number(month), _number(day)
    try:
        return date(*(number or 0 for number in numbers))
    except ValueError:
        return None


def _number(words: str) -> int | None:
    """A number in digits, Chinese digits or tens (20, 二〇, 二十, 廿五); up to 99 with tens."""
    if words.isdecimal():
        return int(words)
    if all(word in _FIGURES or word.isdecimal() for word in words):
        return int("".join(word if word.isdecimal() else str(_FIGURES[word]) for word in words))
    match = re.fullmatch(f"([^{''.join(_TENS)}]?)([{''.join(_TENS)}])([^{''.join(_TENS)}]?)", words)
    if match is None or not {match[1], match[3]} <= {"", *_FIGURES}:
        return None
    tens = _FIGURES[match[1]] if match[1] else _TENS[match[2]]
    return tens * 10 + (_FIGURES[match[3]] if match[3] else 0)
