"""Disclosure profiles (公示口径): documents in which the law wants the names of certain persons shown.

A profile never drops a finding. It lowers names of the persons meant to ``info``, with the law that wants them shown
(`hooks/profiles.py`). What else stands in the document keeps its severity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from disclosure_pipeline.model.finding import FINDING_KINDS, Severity

if TYPE_CHECKING:
    from disclosure_pipeline.model.policy import Rule

SHOWABLE = frozenset({"privacy.person_name"})
"""The only kinds that a profile can show: numbers, addresses, health and minors never become harmless by a title."""

NAME = "{name}"
"""Stands for the name in a profile's ``places``."""

MARK = "\0"
"""Stands for the name in the text in which ``places`` are searched; no folded text holds it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Where a law wants names shown, and whose.

    Args:
        id: stable id, e.g. ``P.recruitment``; the findings that it shows bear it as their rule.
        title: what it is called on the page.
        article: the law that wants the names shown.
        source: where the profile comes from, and what it leaves out.
        suggestion: what the officer still has to look at.
        titles: regular expressions; one must match the whole title of the main document.
        rules: screening rules whose findings it shows; only rules for names that do not block.
        version: raised when the profile changes.
        lists: regular expressions; one of these or of ``titles`` must match the whole title of an attachment.
        excluded: regular expressions; a title, or a line above it, in which one is found has no profile.
        headings: regular expressions on headings of columns that hold names to be shown.
        places: regular expressions on the text around a name outside of such columns; ``{name}`` is the name.
        repeats: whether the same names are shown elsewhere in running text, too.
        unless: finding kinds; a document that holds one of them, for information aside, has no profile.
        absent: regular expressions; a document in which one is found has no profile.
        expires: last day on which it may be used; a document that it would fit is undetermined afterwards.
    """

    id: str
    title: str
    article: str
    source: str
    suggestion: str
    titles: tuple[str, ...]
    rules: tuple[str, ...]
    version: int = 1
    lists: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    repeats: bool = False
    unless: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    expires: date | None = None

    def problems(self) -> Iterator[str]:
        """What makes it unusable by itself; nothing when it holds."""
        written = (self.id, self.title, self.article, self.source, self.suggestion)
        if not all(text.strip() for text in written):
            yield "id, title, article, source and suggestion must not be empty"
        if not (self.titles and self.rules and (self.headings or self.places)):
            yield "it needs titles, rules, and headings or places"
        for key in ("titles", "lists", "excluded", "headings", "places", "absent"):
            yield from _broken(key, getattr(self, key))
        if any(place.count(NAME) != 1 for place in self.places):
            yield f"each of places names {NAME} once"
        for kind in self.unless:
            if kind not in FINDING_KINDS:
                yield f"unknown kind '{kind}'"

    def misfits(self, rules: Iterable[Rule]) -> Iterator[str]:
        """What it names and must not; nothing when it fits the rules."""
        known: Mapping[str, Rule] = {rule.id: rule for rule in rules}
        for name in self.rules:
            rule = known.get(name)
            if rule is None:
                yield f"unknown rule '{name}'"
            elif rule.kind not in SHOWABLE or rule.severity is Severity.BLOCK:
                yield f"rule '{name}' is never lowered: its findings are not names, or they block"


def _broken(key: str, patterns: Iterable[str]) -> Iterator[str]:
    for position, pattern in enumerate(patterns, start=1):
        try:
            empty = re.compile(pattern.replace(NAME, MARK)).search("") is not None
        except (re.error, RecursionError) as error:
            yield f"{key} {position} is no regular expression: {error}"
        else:
            if empty:
                yield f"{key} {position} matches everything"
