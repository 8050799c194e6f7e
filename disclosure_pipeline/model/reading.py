"""What a draft says about itself: 标题, 发文字号, 署名, 成文日期 and 附注, each with its place.

The patterns come from the rule book (``rules/attributes.toml``, ``rules/issuing.toml``). They are matched on *folded* text
(half-width forms, no white space), because drafts space out titles and notes; every place points
into the original characters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, takewhile

from disclosure_pipeline.model.issuing import Where
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.text import Place, Text

# White space, and the characters that no reader sees: soft hyphen, zero-width and joining marks.
_UNSEEN = re.compile("[\\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+")
_LINE = re.compile("[^\n\r\v\f\u2028\u2029]+")

_PROSE = ("body", "textbox")
_CELLS = ("table",)
_READ = (*_PROSE, *_CELLS, "footnote", "endnote")

HEAD_LINES = 10
"""The 发文字号 of a draft stands within its first lines."""
TITLE_LINES = 4
"""Most lines over which a title is broken."""
TITLE_LENGTH = 120
"""Most characters of a title; longer lines are running text."""
NOTE_LENGTH = 60
"""Most characters of a 附注 that stands alone."""


def fold(text: str) -> str:
    """The characters as patterns see them: NFKC, without white space and unseen characters."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def unfold(text: str, start: int, end: int) -> tuple[int, int]:
    """Where characters ``start`` to ``end`` of ``fold(text)`` stand in ``text``.

    Characters that only fold together (a base and its combining mark) have no place of their own;
    then the answer is the whole text.
    """
    origins = [index for index, character in enumerate(text) for _ in fold(character)]
    if start >= end or len(origins) != len(fold(text)):
        return 0, len(text)
    return origins[start], origins[end - 1] + 1


@dataclass(frozen=True, slots=True)
class Spot:
    """Characters ``start`` to ``end`` of one segment's original text."""

    segment: int
    start: int
    end: int

    def words(self, text: Text) -> str:
        """The original characters."""
        return text.segments[self.segment].text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Line:
    """One line a reader sees: its place and its folded text (never empty)."""

    spot: Spot
    folded: str


@dataclass(frozen=True, slots=True)
class Title:
    """标题: what it says (lines joined) and where it begins."""

    words: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Note:
    """附注: the rule it matched, its place, and whether it fills its line.

    Only a note that stands alone tells the attribute; a bracketed one inside other text may be a
    quotation, and is good for a contradiction only.
    """

    rule: Rule
    spot: Spot
    alone: bool


def lines(text: Text, kinds: Collection[str] = _READ) -> Iterator[Line]:
    """The non-empty lines of the visible segments of these kinds, in reading order."""
    for index, segment in enumerate(text.segments):
        if segment.visible and _standing(segment.place) in kinds:
            for match in _LINE.finditer(segment.text):
                content = match.group()
                if folded := fold(content):
                    start = match.start() + len(content) - len(content.lstrip())
                    yield Line(Spot(index, start, match.start() + len(content.rstrip())), folded)


def _standing(place: Place) -> str:
    """The kind of a place; a paragraph or cell with tracked insertions counts as what it is without them."""
    if place.kind != "insertion":
        return place.kind
    return "table" if place.cell else "body"


def find_title(text: Text, rulebook: RuleBook) -> Title | None:
    """The first line that is neither a marking nor a number, date or note line.

    A title broken over lines is joined when the next lines end it with a 文种. Above the 发文字号,
    lines that only print the 发文机关标志 are the 版头 and no title. A file without paragraphs (a
    workbook) is read by its cells.
    """
    furniture = (*rulebook.of_form("not_title"), *rulebook.of_form("document_number"))
    notes = rulebook.of_form("note")
    found = [*lines(text, _PROSE)] or [*lines(text, _CELLS)]
    head = _head_of(found, rulebook)
    for position, line in enumerate(found):
        if _is_any(furniture, line.folded) or _note_rule(notes, line.folded) or parse_date(line.folded):
            continue
        end = min(position + TITLE_LINES, head if position < head else len(found))
        parts = _title_lines(found[position:end], rulebook)
        if position < head and _is_any(
            rulebook.of_form("letterhead"), "".join(part.folded for part in parts)
        ):
            continue
        if len(line.folded) > TITLE_LENGTH:
            return None
        return Title(_tidy("".join(part.spot.words(text) for part in parts)), line.spot)
    return None


def _head_of(found: Sequence[Line], rulebook: RuleBook) -> int:
    """How many lines stand above the first number line at the head; zero when there is none."""
    numbers = rulebook.of_form("document_number")
    return next((count for count, line in enumerate(found[:HEAD_LINES]) if _is_any(numbers, line.folded)), 0)


def _title_lines(candidates: Sequence[Line], rulebook: RuleBook) -> Sequence[Line]:
    """The lines up to the one that ends a title left open; only the first when none does."""
    first = candidates[0]
    if not _is_any(rulebook.of_form("title_start"), first.folded):
        candidates = [line for line in candidates if line.spot.segment == first.spot.segment]
    ends = rulebook.of_form("title_end")
    for count, line in enumerate(candidates, start=1):
        if len(line.folded) > TITLE_LENGTH or re.search("[。;:,]", line.folded) or parse_date(line.folded):
            break
        if _is_any(ends, line.folded):
            return candidates[:count]
    return candidates[:1]


def find_document_number(text: Text, rulebook: RuleBook) -> str | None:
    """发文字号: the only number line of the text; ``None`` when there is none or more than one."""
    rules = rulebook.of_form("document_number")
    numbers = {_UNSEEN.sub("", line.spot.words(text)) for line in lines(text, _PROSE)
               if _is_any(rules, line.folded)}  # fmt: skip
    return numbers.pop() if len(numbers) == 1 else None


def find_date(text: Text) -> date | None:
    """成文日期: the last line that is only a date."""
    found = None
    for line in lines(text, _PROSE):
        found = parse_date(line.folded) or found
    return found


def find_issuer(text: Text, rulebook: RuleBook) -> str | None:
    """发文机关署名: the one signature right above the 成文日期; ``None`` when there is none, or several bodies sign."""
    found = [*lines(text, _PROSE)]
    date_at = next((at for at in reversed(range(len(found))) if parse_date(found[at].folded)), 0)
    signed = [*takewhile(lambda line: _signs(line.folded, rulebook), reversed(found[:date_at]))]
    return _UNSEEN.sub("", signed[0].spot.words(text)) if len(signed) == 1 else None


def _signs(folded: str, rulebook: RuleBook) -> bool:
    rules = (rule for rule in rulebook.issuing if rule.where is Where.SIGNATURE)
    return any(re.fullmatch(pattern, folded) for rule in rules for pattern in rule.patterns)


def genre_of(title: str, rulebook: RuleBook) -> str:
    """文种 with which a title ends; empty when it ends with none.

    Args:
        title: the whole title.
        rulebook: rules of the form ``title_end``, whose first group is the 文种.
    """
    patterns = (pattern for rule in rulebook.of_form("title_end") for pattern in rule.patterns)
    matches = (match for pattern in patterns if (match := re.fullmatch(pattern, fold(title))))
    return next((match[1] for match in matches if match.re.groups), "")


def find_notes(text: Text, rules: Sequence[Rule]) -> tuple[Note, ...]:
    """Every 附注 of the text in reading order: lines that are one, and bracketed ones anywhere.

    Args:
        text: one part.
        rules: rules of form ``note``.
    """
    found: dict[tuple[int, int], Note] = {}
    for line in lines(text):
        if (rule := _note_rule(rules, line.folded)) is not None:
            found[line.spot.segment, line.spot.start] = Note(rule, line.spot, alone=True)
    for rule, spot in _bracketed(text, rules):
        found.setdefault((spot.segment, spot.start), Note(rule, spot, alone=False))
    return tuple(found[key] for key in sorted(found))


def _bracketed(text: Text, rules: Sequence[Rule]) -> Iterator[tuple[Rule, Spot]]:
    """Notes in brackets, also when broken over lines or segments; the place is where they begin."""
    indexes = [index for index, segment in enumerate(text.segments)
               if segment.visible and _standing(segment.place) in _READ]  # fmt: skip
    folded = [fold(text.segments[index].text) for index in indexes]
    starts = [0, *accumulate(len(item) for item in folded)]
    joined = "".join(folded)
    for rule in rules:
        for pattern in rule.patterns:
            for match in re.finditer(rf"[(\[【〔](?:{pattern})[)\]】〕]", joined):
                number = bisect_right(starts, match.start()) - 1
                begin = match.start() - starts[number]
                finish = min(match.end() - starts[number], len(folded[number]))
                original = text.segments[indexes[number]].text
                yield rule, Spot(indexes[number], *unfold(original, begin, finish))


def _note_rule(rules: Sequence[Rule], folded: str) -> Rule | None:
    """The rule whose note the line is, with or without brackets."""
    if len(folded) > NOTE_LENGTH:
        return None
    for rule in rules:
        for pattern in rule.patterns:
            if re.fullmatch(rf"[(\[【〔]?(?:{pattern})[。.]?[)\]】〕]?", folded):
                return rule
    return None


def _is_any(rules: Sequence[Rule], folded: str) -> bool:
    return any(re.fullmatch(pattern, folded) for rule in rules for pattern in rule.patterns)


def _tidy(title: str) -> str:
    """One line; white space is dropped beside Chinese characters and single elsewhere."""
    seen = re.sub("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]", "", title)
    spaced = re.sub(r"\s+", " ", seen).strip()
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", spaced)


# ----------------------------------------------------------- dates, case numbers

# 〇 and what drafts type in its place: circle signs, and the letter O of three alphabets.
_ZEROS = "〇○◯零0O\u041e\u039f"
_DIGITS = {character: value for value, characters in enumerate(
    (_ZEROS, "一元", "二", "三", "四", "五", "六", "七", "八", "九")) for character in characters}  # fmt: skip
_DATE = re.compile(rf"(\d{{4}}|[{_ZEROS}一二三四五六七八九]{{4}})(?:年|([-./]))"
                   r"(\d{1,2}|[元一二三四五六七八九十]{1,2})(?:月|\2)"
                   r"(\d{1,2}|[一二三四五六七八九十廿卅]{1,3})(日?)")  # fmt: skip


def parse_date(words: str) -> date | None:
    """The date that the words are, nothing more and nothing less.

    Reads ``2026年3月5日``, ``二〇二六年三月五日``, ``2026-03-05`` (also with dots or slashes), with
    full-width digits and white space.
    """
    match = _DATE.fullmatch(fold(words))
    if match is None:
        return None
    year, separator, month, day, ending = match.groups()
    if bool(separator) == bool(ending):
        return None
    try:
        return date(_year(year), _number(month), _number(day))
    except ValueError:
        return None


def _year(words: str) -> int:
    return int(words) if words.isascii() else int("".join(str(_DIGITS[character]) for character in words))


def _number(words: str) -> int:
    """A month or day number up to 39: ``12``, ``十二``, ``廿一``, ``三十``.

    Raises:
        ValueError: the characters are no number.
    """
    if words.isascii():
        return int(words)
    spelt = words.replace("廿", "二十").replace("卅", "三十")
    match = re.fullmatch(r"(?:([二三]?)(十))?([一二三四五六七八九元]?)", spelt)
    if match is None or not spelt:
        raise ValueError("no number")
    tens, ten, ones = match.groups()
    return 10 * (_DIGITS[tens] if tens else bool(ten)) + (_DIGITS[ones] if ones else 0)


_CASE = re.compile(r"(?<!\d)20\d{2}-\d{6}(?!\d)")


def case_number_in(name: str) -> str | None:
    """The case number (收件号, ``2026-000123``) in a file name; ``None`` without one or with several."""
    found = set(_CASE.findall(unicodedata.normalize("NFKC", name)))
    return found.pop() if len(found) == 1 else None
