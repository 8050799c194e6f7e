"""地理信息: coordinates finer than a set precision, and maps that name no 审图号."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from disclosure_pipeline.builtin.detectors.common import refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.grounds.reporting import Range, cells, listed
from disclosure_pipeline.builtin.detectors.lookup import codes_of
from disclosure_pipeline.builtin.detectors.patterns import PatternSet
from disclosure_pipeline.builtin.detectors.sieve import Finder, Sieve
from disclosure_pipeline.builtin.detectors.tables import Cell, tables_of
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook

_LIST_FROM = 3
_BACK, _AHEAD = 32, 64
_CAPTION = 64
_NUMBER = re.compile(r"[XYNE东西南北经纬:=]{0,4}[0-9]+(?:\.(?P<fraction>[0-9]+))?[°米m]?[NE]?")
_SECONDS = re.compile(r"[0-9]{1,3}[°度][0-9]{1,2}['′’分][0-9]{1,2}(?:\.[0-9]+)?(?:[\"″”秒]|''|′′)?[NE]?")


class Coordinates:
    """Finds coordinates (rules of the form ``coordinates`` and ``coordinate_column``).

    A pattern is tried round its rule's ``needle``, in texts that hold one of the words in the option ``needs``.
    How fine a coordinate must be is said by the macro ``g_fine``, and for ``coordinate_column``, whose patterns are
    headings of columns, by the option ``decimals``. Many coordinates are one finding.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: rules are missing, empty or do not compile.
    """

    id = "coordinates"
    version = "1"
    kinds = ("special.geography",)
    canaries = (
        Canary("东经116.391275，北纬39.907217", "special.geography"),
        Canary("116°23′28″", "special.geography"),
        Canary("X=4412345.678", "special.geography"),
    )

    def __init__(self, rulebook: RuleBook):
        written, columns = rules_of(rulebook, "coordinates"), rules_of(rulebook, "coordinate_column")
        self._rules = (*written, *columns)
        compiler = PatternSet(rulebook, ())
        self._written = [
            (
                rule,
                compiler.compiled(rule, "|".join(f"(?:{pattern})" for pattern in rule.patterns)),
            )
            for rule in written
        ]
        needles = [compiler.compiled(rule, str(rule.options.get("needle", "(?!)"))) for rule in written]
        needs = [re.compile("|".join(map(re.escape, rule.options.get("needs", ("",))))) for rule in written]
        self._sieve = Sieve([*needles, *needs])
        self._columns = [(rule, compiler.compiled(rule, "|".join(rule.patterns))) for rule in columns]

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        found = list(self._in_columns(part))
        covered = {place[0] for finding in found for place in finding.ranges}
        view = part.views.plain
        sifted = self._sieve.sifted(view.text, codes_of(view))
        for number, (rule, expression) in enumerate(self._written):
            needs = sifted.finder(len(self._written) + number)
            if needs.search(0, len(view.text)) is None:
                continue
            ranges = [
                place
                for place in _near(sifted.finder(number), expression)
                if view.segment(place[0]) not in covered
            ]
            several = [ranges] if len(ranges) >= _LIST_FROM else [[item] for item in ranges]
            found += [listed(part, view, rule, items) for items in several]
        return found

    def _in_columns(self, part: PartText) -> Iterator[Finding]:
        for table in tables_of(part):
            for rule, heading in self._columns:
                decimals = int(rule.options["decimals"])
                fine: list[Cell] = []
                for head in table.cells:
                    if heading.fullmatch(head.text):
                        fine += [cell for cell in table.below(head) if _is_fine(cell.text, decimals)]
                if fine:
                    yield cells(part, rule, fine)


def _near(needle: Finder, expression: re.Pattern[str]) -> Iterator[Range]:
    """Where an expression matches round a needle; stretches round needles that touch are read once."""
    text = needle.text
    start = stop = 0
    for found in needle.finditer(0, len(text)):
        if found.start() - _BACK > stop:
            yield from (match.span() for match in expression.finditer(text, start, stop))
            start = found.start() - _BACK
        stop = found.end() + _AHEAD
    yield from (match.span() for match in expression.finditer(text, start, stop))


def _is_fine(written: str, decimals: int) -> bool:
    """Whether a cell holds a coordinate at least as fine as so many decimals, or as a second."""
    if _SECONDS.fullmatch(written):
        return True
    match = _NUMBER.fullmatch(written)
    return match is not None and (len(match["fraction"] or "") >= decimals or _is_projected(written))


def _is_projected(written: str) -> bool:
    """Whether it has the length of metres from the equator or the meridian (4412345.678, 39512345.12)."""
    whole = written.partition(".")[0]
    return len(whole) in (6, 7, 8) and whole.isdecimal()


class MapNumber:
    """Finds maps named in a part that names no 审图号 (rules of the form ``map``; one finding a part).

    The patterns are of captions and titles, tried on lines that hold the rule's option ``needle``; where the
    option ``approved`` matches anywhere in the part nothing is missing.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: rules are missing, empty or do not compile.
    """

    id = "map_number"
    version = "1"
    kinds = ("special.geography",)
    canaries = (Canary("图1 宁山县行政区划图", "special.geography"),)

    def __init__(self, rulebook: RuleBook):
        self._rules = rules_of(rulebook, "map")
        compiler = PatternSet(rulebook, ())
        self._maps = [
            (
                rule,
                str(rule.options["needle"]),
                compiler.compiled(rule, "|".join(rule.patterns)),
                compiler.compiled(rule, str(rule.options["approved"])),
            )
            for rule in self._rules
        ]

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        view = part.views.plain
        found = []
        for rule, needle, caption, approved in self._maps:
            ranges = list(_captions(view.text, needle, caption))
            if ranges and not approved.search(view.text):
                found.append(listed(part, view, rule, ranges))
        return found


def _captions(text: str, needle: str, caption: re.Pattern[str]) -> Iterator[Range]:
    """The lines and cells that a caption fills, among those that hold the needle."""
    at = text.find(needle)
    while at >= 0:
        before, after = text[max(0, at - _CAPTION) : at], text[at : at + _CAPTION]
        start = at - len(before) + max(before.rfind("\n"), before.rfind("\t")) + 1
        end = at + min((place for place in map(after.find, "\n\t") if place >= 0), default=len(after))
        line = text[start:end]
        if caption.fullmatch("".join(line.split())):
            begin = start + len(line) - len(line.lstrip())
            yield begin, begin + len(line.strip())
        at = text.find(needle, end)
