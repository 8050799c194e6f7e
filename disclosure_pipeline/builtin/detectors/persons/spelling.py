"""What names are made of and what stands around them: the words of the rule ``person_shape``, and kinds of look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.policy import Rule


class Shape(StrEnum):
    """Kinds of name by their look; each has its worth in the rule file."""

    FAMILY_ONLY = "family_only"
    """A family name with a title: 王 in 王先生, 老王."""
    SHORT = "short"
    """Family name and one character."""
    FULL = "full"
    """Family name and two characters."""
    LONG = "long"
    """Family name and three characters."""
    COMPOUND_SHORT = "compound_short"
    """Family name of two characters and one more."""
    COMPOUND_FULL = "compound_full"
    """Family name of two characters and two more."""
    COMPOUND_ONLY = "compound_only"
    """Family name of two characters alone."""
    FOREIGN_SHORT = "foreign_short"
    """Two characters with which foreign names are written."""
    FOREIGN = "foreign"
    """Three or more of them."""
    DOTTED = "dotted"
    """Parts joined by dots."""
    OTHER_SHORT = "other_short"
    """Two characters, no family name."""
    OTHER = "other"
    """Three characters, no family name."""
    OTHER_LONG = "other_long"
    """More of them."""

    @property
    def is_native(self) -> bool:
        """A family name and one to three characters: names that stand in rows."""
        return self in _NATIVE

    @property
    def is_foreign(self) -> bool:
        """Written with the characters of foreign names, without dots."""
        return self in _FOREIGN


_FOREIGN = frozenset({Shape.FOREIGN_SHORT, Shape.FOREIGN})
_NATIVE = frozenset({Shape.SHORT, Shape.FULL, Shape.COMPOUND_SHORT, Shape.COMPOUND_FULL})

TRAITS: Mapping[str, str] = {
    "word": "it is a common word or begins one",
    "word_end": "it ends with a common word",
    "phrase": "it begins in a set phrase",
    "office": "its last character is that of a unit's name",
    "suffix": "the end of a place's or an organisation's name follows",
    "before_title": "a title follows",
    "after_title": "a title stands before it",
    "introduced": "another word that introduces names stands before it",
    "listed": "an enumeration comma stands beside it",
    "row": "another name stands directly before it",
    "row_short": "the same, for a name of two characters",
    "follower": "its last character more often follows names",
    "ambiguous": "its first character is more often another word",
    "foreign_each": "each character of a foreign name beyond three",
    "foreign_open": "each neighbour that could go on with the foreign name",
    "foreign_place": "a word that introduces places stands before the foreign name",
    "against_place": "each point by which the model sees a place rather than the foreign name",
}
"""What adds to the worth of a range beside its shape, and when."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """What names are made of and what stands around them, folded.

    Args:
        families: family names of one character (单姓).
        compound: family names of two (复姓), and Japanese ones.
        foreign: characters that transliterated names are written with.
        diminutives: characters before a family name that stand for the given one (老王).
        masks: characters that stand for a name left out (某, *).
        followers: characters that often follow a name (说, 称, 在).
        ambiguous: family names that are more often other words (和, 任, 于).
        offices: last characters of units' names (科, 局).
        titles: words that follow a name (先生, 局长); they end it.
        barriers: words that are never part of a name (表示, 会见).
        suffixes: words behind a name of a place or an organisation (村, 基金会).
        not_names: what has the look of a name and is none.
        places: places and brands that are written with the characters of foreign names.
        introducers: words that often stand directly before a name (选手, 作家).
        place_introducers: words that often stand directly before the name of a place (首都, 抵达).
        worth: points added to the model's score, by shape.
    """

    families: frozenset[str]
    compound: frozenset[str]
    foreign: frozenset[str]
    diminutives: frozenset[str]
    masks: frozenset[str]
    followers: frozenset[str]
    ambiguous: frozenset[str]
    offices: frozenset[str]
    titles: frozenset[str]
    barriers: frozenset[str]
    suffixes: frozenset[str]
    not_names: frozenset[str]
    places: frozenset[str]
    introducers: frozenset[str]
    place_introducers: frozenset[str]
    worth: Mapping[str, float]

    @classmethod
    def of(cls, rule: Rule) -> Spelling:
        """What a rule says; its patterns are rows of family names of one character.

        Raises:
            ConfigError: a list is missing or a shape has no worth (``rule.empty``).
        """
        options = rule.options

        def words(name: str) -> frozenset[str]:
            listed = frozenset(fold(word) for word in options.get(name, ()) if word)
            if not listed:
                raise ConfigError(f"Rule {rule.id} has no {name}.", code="rule.empty")
            return listed

        def letters(name: str) -> frozenset[str]:
            return frozenset("".join(words(name)))

        worth = options.get("worth", {})
        if missing := [name for name in (*Shape, *TRAITS) if name not in worth]:
            raise ConfigError(f"Rule {rule.id} has no worth for {', '.join(missing)}.", code="rule.empty")
        return cls(
            families=frozenset(fold("".join(rule.patterns))),
            compound=words("compound"),
            foreign=letters("foreign"),
            diminutives=letters("diminutives"),
            masks=letters("masks"),
            followers=letters("followers"),
            ambiguous=letters("ambiguous"),
            offices=letters("offices"),
            titles=words("titles"),
            barriers=words("barriers"),
            suffixes=words("suffixes"),
            not_names=words("not_names"),
            places=words("places"),
            introducers=words("introducers"),
            place_introducers=words("place_introducers"),
            worth={name: float(value) for name, value in worth.items()},
        )
