"""Regular expressions written as data: macros, spread-out words, look-alikes, needles.

In the patterns of a rule file

- ``«name»`` stands for the macro of that name (``[rule.options.macros]``, shared by all rules;
  macros may use macros);
- ``‹机密›`` stands for these characters with the macro ``gap`` allowed between them;
- ``⟨绝机秘⟩`` stands for one of these characters;
- inside of both a character also stands for its look-alikes (``[rule.options.lookalikes]``: the
  character, and a text of those that are taken for it).

Patterns meet the normalised view (`model/view.py`), so they need simplified, half-width forms and
``★`` only. A rule's option ``needle`` is a cheap expression without which none of its patterns can
match, or a list of them: each is searched in windows round the one before, and the patterns in
windows round the last. The option ``reach`` says how many characters a window has on each side, and
so how far a match may reach; patterns hold no unbounded repetition over ordinary characters. Needles
and patterns are tried where their first characters fit (`sieve.py`); with a small class of characters
at the beginning they are the cheapest.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from disclosure_pipeline.builtin.detectors.lookup import codes
from disclosure_pipeline.builtin.detectors.sieve import Finder, Sieve
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.policy import Rule, RuleBook

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.detectors.lookup import Codes

REACH = 160
"""Characters of a window on each side of its needle, if the rule names no other number."""

_CLEAR = 8
_SKIP = 32
_GUARD = 64
_MACRO = re.compile("«([a-z_]+)»")
_SPREAD = re.compile("‹([^›]+)›")
_ONE_OF = re.compile("⟨([^⟩]+)⟩")
_DEPTH = 8


class Hit(NamedTuple):
    """A place where a pattern of a rule matched.

    Args:
        rule: the rule.
        start: first character in the searched text.
        end: behind the last one.
        core: what the pattern's group ``core`` matched, else the whole match.
        at: first character of the core.
    """

    rule: Rule
    start: int
    end: int
    core: str
    at: int

    def under(self, rule: Rule) -> Hit:
        """The same place, reported by another rule."""
        return Hit(rule, self.start, self.end, self.core, self.at)


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    numbers: range
    """Of its patterns among those of the set."""
    guards: re.Pattern[str] | None
    needs: re.Pattern[str] | None
    needles: tuple[re.Pattern[str], ...]
    keys: tuple[tuple[int, ...], ...]
    """For the first needle, the first two … what tells the windows round them from others of the set."""
    reach: int


_Window = tuple[int, int]


class PatternSet:
    """The compiled patterns of some rules.

    Args:
        rulebook: all rules; ``macros`` and ``lookalikes`` are taken from every one of them.
        rules: the rules to compile. Their option ``needs`` says that the patterns are only tried on
            a text that holds one of these characters or words, ``needle`` (expressions) round which
            places.

    Raises:
        ConfigError: a pattern does not compile or names an unknown macro (``rule.pattern``).
    """

    def __init__(self, rulebook: RuleBook, rules: Sequence[Rule]):
        self._macros: dict[str, str] = {}
        self._lookalikes: dict[str, str] = {}
        for rule in rulebook.rules:
            self._macros |= rule.options.get("macros", {})
            self._lookalikes |= rule.options.get("lookalikes", {})
        self._meant = str.maketrans(
            {alike: one for one, several in self._lookalikes.items() for alike in several}
        )
        self._numbers: dict[re.Pattern[str], int] = {}
        self._expressions: list[re.Pattern[str]] = []
        self._compiled = tuple(map(self._rule, rules))
        asked = (one for compiled in self._compiled for one in (compiled.needs, *compiled.needles))
        self._asked = tuple(dict.fromkeys(filter(None, asked)))
        self.sieve = Sieve(self._asked, self._expressions)

    def _rule(self, rule: Rule) -> _Compiled:
        begun = len(self._expressions)
        self._expressions += (self.compiled(rule, pattern) for pattern in rule.patterns)
        needs = "|".join(map(re.escape, rule.options.get("needs", ())))
        needles = tuple(self.compiled(rule, needle) for needle in _listed(rule.options.get("needle", ())))
        reach = int(rule.options.get("reach", REACH))
        numbers = [self._numbers.setdefault(needle, len(self._numbers)) for needle in needles]
        return _Compiled(
            rule,
            range(begun, len(self._expressions)),
            self._guards(rule),
            re.compile(needs) if needs else None,
            needles,
            tuple((reach, *numbers[: length + 1]) for length in range(len(numbers))),
            reach,
        )

    def compiled(self, rule: Rule, pattern: str) -> re.Pattern[str]:
        """A pattern of a rule, or of one of its options, as an expression.

        Raises:
            ConfigError: it does not compile (``rule.pattern``).
        """
        try:
            return re.compile(_expanded(pattern, self._macros, self._lookalikes), re.MULTILINE)
        except (re.error, KeyError, RecursionError) as problem:
            raise ConfigError(
                f"A pattern of rule {rule.id} cannot be used ({type(problem).__name__}).",
                code="rule.pattern",
            ) from None

    def options(self, rule: Rule, names: Iterable[str]) -> dict[str, re.Pattern[str]]:
        """Options of a rule that are expressions, by their names.

        Raises:
            ConfigError: the rule lacks one (``rule.option``), or one does not compile (``rule.pattern``).
        """
        written = {name: rule.options.get(name) for name in names}
        if not all(written.values()):
            raise ConfigError(f"Rule {rule.id} lacks options.", code="rule.option")
        return {name: self.compiled(rule, str(expression)) for name, expression in written.items()}

    def _guards(self, rule: Rule) -> re.Pattern[str] | None:
        """Finds every guard of a rule, the longest at each place, also spread out."""
        phrases = sorted((fold(guard) for guard in rule.guards), key=len, reverse=True)
        gap = self._macros.get("gap", "")
        spread = "|".join(gap.join(map(re.escape, phrase)) for phrase in phrases)
        return re.compile(f"(?=({spread}))") if phrases else None

    def letters(self, text: str) -> str:
        """The letters of a text without what stands between them, look-alikes undone."""
        return "".join(filter(str.isalnum, text)).translate(self._meant)

    def hits(self, text: str, known: Codes | None = None) -> Iterator[Hit]:
        """The matches that no guard explains away, rule by rule in the order of the file.

        Of several patterns of a rule that match the same core only the first counts.

        A guard must cover the pattern's group ``core`` where it has one, else the whole match. Reported
        is the group ``found``, else the whole match.

        Args:
            text: the text of a view.
            known: its codes (`lookup.py`), if they are at hand.
        """
        sifted = self.sieve.sifted(text, codes(text) if known is None else known)
        asked = {one: sifted.finder(number) for number, one in enumerate(self._asked)}
        found: dict[tuple[int, ...], list[_Window]] = {}
        for compiled in self._compiled:
            if compiled.needs is not None and asked[compiled.needs].search(0, len(text)) is None:
                continue
            windows = [(0, len(text))]
            for key, needle in zip(compiled.keys, compiled.needles, strict=True):
                if key not in found:
                    found[key] = _windows(asked[needle], windows, compiled.reach)
                windows = found[key]
            if windows:
                own = (sifted.finder(len(self._asked) + number) for number in compiled.numbers)
                yield from _matches(compiled, text, windows, own)


def _listed(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def _matches(
    compiled: _Compiled, text: str, windows: Sequence[_Window], finders: Iterable[Finder]
) -> Iterator[Hit]:
    """What the patterns of a rule match in some windows, each core once."""
    rule, covered = compiled.rule, _Covered(compiled.guards, text, windows)
    begun: set[int] = set()
    for finder in finders:
        core, found = (name if name in finder.expression.groupindex else 0 for name in ("core", "found"))
        for start, stop in () if finder.is_vain else windows:
            clear = stop if stop == len(text) else stop - _CLEAR
            for match in finder.finditer(start, stop):
                at, behind = match.span(core)
                first, end = match.span(found)
                if at in begun or match.end() > clear or covered.whole(at, behind):
                    continue
                begun.add(at)
                while text[first].isspace() and first < end - 1:
                    first += 1
                while text[end - 1].isspace() and first < end - 1:
                    end -= 1
                yield Hit(rule, first, end, text[at:behind], at)


def without_overlaps(hits: Iterable[Hit]) -> list[Hit]:
    """Of hits that overlap, only the first given; in the order of the text."""
    given = list(hits)
    taken = bytearray(max((hit.end for hit in given), default=0))
    kept: list[Hit] = []
    for hit in given:
        if taken.find(1, hit.start, hit.end) < 0:
            taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def _windows(needle: Finder, within: Iterable[_Window], reach: int) -> list[_Window]:
    """The stretches round the needles, those that touch made one.

    Needles shortly behind one are not looked for: its window is long enough for them too.
    """
    windows: list[_Window] = []
    for outer, end in () if needle.is_vain else within:
        match = needle.search(outer, end)
        while match is not None:
            next_look = match.end() + _SKIP
            start, stop = max(0, match.start() - reach), min(len(needle.text), next_look + reach)
            if windows and start <= windows[-1][1]:
                windows[-1] = (windows[-1][0], stop)
            else:
                windows.append((start, stop))
            match = needle.search(next_look, end)
    return windows


class _Covered:
    """Where guards stand in some windows of a text; looked up when the first match asks."""

    def __init__(self, guards: re.Pattern[str] | None, text: str, windows: Sequence[_Window]):
        self._guards, self._text, self._windows = guards, text, windows

    @cached_property
    def _stretches(self) -> list[_Window]:
        if self._guards is None:
            return []
        found = [
            match.span(1)
            for start, stop in self._windows
            for match in self._guards.finditer(self._text, start, stop)
        ]
        return sorted(found)

    def whole(self, start: int, end: int) -> bool:
        """Whether a guard covers the whole range."""
        if not self._stretches:
            return False
        place = bisect_right(self._stretches, start, key=lambda stretch: stretch[0])
        while place and start - self._stretches[place - 1][0] <= _GUARD:
            place -= 1
            if self._stretches[place][1] >= end:
                return True
        return False


def _expanded(pattern: str, macros: Mapping[str, str], lookalikes: Mapping[str, str]) -> str:
    def one_of(characters: str) -> str:
        several = "".join(one + lookalikes.get(one, "") for one in characters)
        return f"[{re.escape(several)}]" if len(several) > 1 else re.escape(several)

    def spread(match: re.Match[str]) -> str:
        return "«gap»".join(map(one_of, match[1]))

    for _ in range(_DEPTH):  # macros hold macros
        pattern = _ONE_OF.sub(lambda match: one_of(match[1]), _SPREAD.sub(spread, pattern))
        if "«" not in pattern:
            return pattern
        pattern = _MACRO.sub(lambda match: macros[match[1]], pattern)
    raise RecursionError
