"""Regular expressions written as data: macros, spread-out words, variants of characters.

In the patterns of a rule file

- ``«name»`` stands for the macro of that name (``[rule.options.macros]``, shared by all rules;
  macros may use macros);
- ``‹机密›`` stands for these characters with the macro ``gap`` allowed between them;
- ``[rule.options.fold]`` maps variants of a character (traditional forms) to the one that patterns
  and guards use.

Patterns meet the normalised view (`model/view.py`), so they need half-width forms and ``★`` only.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from disclosure_pipeline.builtin.detectors.common import is_guarded
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.policy import Rule, RuleBook

_MACRO = re.compile("«([a-z_]+)»")
_SPREAD = re.compile("‹([^›]+)›")
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a pattern of a rule matched.

    Args:
        rule: the rule.
        start: first character in the searched text.
        end: behind the last one.
        core: letters of the pattern's group ``core``, else of the whole match.
    """

    rule: Rule
    start: int
    end: int
    core: str


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    expressions: tuple[re.Pattern[str], ...]
    guards: tuple[str, ...]
    needs: tuple[str, ...]


class PatternSet:
    """The compiled patterns of some rules.

    Args:
        rulebook: all rules; ``macros`` and ``fold`` are taken from every one of them.
        rules: the rules to compile. Their option ``needs`` says that the patterns are only tried on
            a text that holds one of these characters or words.

    Raises:
        ConfigError: a pattern does not compile or names an unknown macro (``rule.pattern``).
    """

    def __init__(self, rulebook: RuleBook, rules: Sequence[Rule]):
        macros: dict[str, str] = {}
        variants: dict[str, str] = {}
        for rule in rulebook.rules:
            macros |= rule.options.get("macros", {})
            variants |= rule.options.get("fold", {})
        self._variants = variants
        self._table = str.maketrans(variants)
        self._compiled = tuple(
            _Compiled(
                rule,
                tuple(_compile(rule, pattern, macros) for pattern in rule.patterns),
                tuple(fold(guard) for guard in rule.guards),
                tuple(rule.options.get("needs", ())),
            )
            for rule in rules
        )

    def plain(self, text: str) -> str:
        """The text with variants of characters replaced, indexes unchanged."""
        if any(variant in text for variant in self._variants):
            return text.translate(self._table)
        return text

    def hits(self, text: str) -> Iterator[Hit]:
        """Every match that no guard explains away, rule by rule in the order of the file.

        A guard must cover the pattern's group ``core`` where it has one, else the whole match.

        Args:
            text: the text of a view, after :meth:`plain`.
        """
        for compiled in self._compiled:
            if compiled.needs and not any(need in text for need in compiled.needs):
                continue
            for expression in compiled.expressions:
                core = "core" if "core" in expression.groupindex else 0
                for match in expression.finditer(text):
                    if not is_guarded(text, *match.span(core), compiled.guards):
                        yield _hit(compiled.rule, match, core)


def _hit(rule: Rule, match: re.Match[str], core: str | int) -> Hit:
    matched = match.group()
    start = match.start() + len(matched) - len(matched.lstrip())
    letters = "".join(character for character in match.group(core) if character.isalnum())
    return Hit(rule, start, start + len(matched.strip()), letters)


def without_overlaps(hits: Iterable[Hit]) -> list[Hit]:
    """Of hits that overlap, only the first given; in the order of the text."""
    kept: list[Hit] = []
    for hit in hits:
        place = bisect_left(kept, hit.start, key=lambda other: other.start)
        before_free = place == 0 or kept[place - 1].end <= hit.start
        after_free = place == len(kept) or kept[place].start >= hit.end
        if before_free and after_free:
            kept.insert(place, hit)
    return kept


def _compile(rule: Rule, pattern: str, macros: Mapping[str, str]) -> re.Pattern[str]:
    try:
        return re.compile(_expanded(pattern, macros), re.MULTILINE)
    except (re.error, KeyError, RecursionError) as problem:
        raise ConfigError(
            f"A pattern of rule {rule.id} cannot be used ({type(problem).__name__}).", code="rule.pattern"
        ) from None


def _expanded(pattern: str, macros: Mapping[str, str]) -> str:
    def spread(match: re.Match[str]) -> str:
        return "«gap»".join(map(re.escape, match[1]))

    for _ in range(_DEPTH):  # macros hold macros
        if "«" not in pattern and "‹" not in pattern:
            return pattern
        pattern = _MACRO.sub(lambda match: macros[match[1]], _SPREAD.sub(spread, pattern))
    raise RecursionError
