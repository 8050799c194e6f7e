"""转发、批转: which document is forwarded, and whether the catalogue says that it may go out (A1.6).

A forwarded document's attribute binds whoever forwards it. What is cited is looked up by number and by title;
a source that the catalogue does not know, or that nothing names, stays with a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from disclosure_pipeline.builtin.rules.evidence import main_part, title_hits, titles_of
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Case
from disclosure_pipeline.hooks.stages import CatalogueEntry, Toolbox
from disclosure_pipeline.model.citations import number_keys, title_keys
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.reading import lines

_TITLE = re.compile(r"《(?P<title>[^》]{2,200})》(?P<rest>[^《]*)")


class Openness(StrEnum):
    """What the catalogue says of a source, the most binding first."""

    NARROWER = "narrower"
    """It is disclosed less widely than the document that forwards it."""
    WITHDRAWN = "withdrawn"
    """It was out and has been called back."""
    UNKNOWN = "unknown"
    """The catalogue does not know it."""
    PENDING = "pending"
    """It is on its way, or was sent back."""
    PUBLIC = "public"
    """It is disclosed at least as widely."""


_WITHDRAWN = frozenset({State.WITHDRAWING, State.WITHDRAWN, State.SUPERSEDED})
_FILED = frozenset({State.ON_REQUEST, State.WITHHELD})
_GONE = frozenset({State.QUARANTINED, State.DESTROYED})


@dataclass(frozen=True, slots=True)
class Source:
    """A document that is forwarded.

    Args:
        numbers: keys that its number may have; several, because nothing parts the number from words before it.
        titles: keys that its title may have.
    """

    numbers: tuple[str, ...]
    titles: tuple[str, ...]


def catalogue_keys(case: Case, rulebook: RuleBook) -> tuple[str, ...]:
    """What others may cite a document by: its number and its titles, normalised."""
    titles = (key for title in titles_of(case, rulebook) for key in title_keys(title))
    number = _number_keys(case.slip.document_number or "", rulebook)[:1]
    return tuple(dict.fromkeys((*number, *titles)))


def cited(case: Case, rulebook: RuleBook) -> tuple[Source, ...]:
    """The documents that a 转发 forwards: those that its first sentence names, else the one in its title."""
    main = main_part(case)
    text = "".join(line.folded for line in lines(main.text)) if main else ""
    named = [
        source
        for rule in _rules(rulebook, "citation")
        for pattern in rule.patterns
        for match in re.finditer(pattern, text)
        for source in _sources(match["source"], rulebook)
    ]
    if not named:
        named = [source for title in titles_of(case, rulebook) for source in _in_title(title, rulebook)]
    return tuple(dict.fromkeys(named))


def looked_up(
    findings: Sequence[Finding], case: Case, attribute: Attribute, tools: Toolbox
) -> Iterator[Finding]:
    """The findings, with those about a 转发 saying what the catalogue knows of the source.

    Args:
        findings: what the attribute rules found.
        case: the case.
        attribute: the attribute under which the document would go out.
        tools: asks the catalogue.

    Raises:
        ConfigError: a rule is missing.
        StoreFault: the catalogue cannot be asked.
    """
    rulebook = tools.rulebook
    forwards = {rule.id for rule in rulebook.of_form("forward")}
    about = [item for item in findings if item.rule in forwards]
    rule, documents = _answer(case, attribute, tools) if about else (None, ())
    for item in findings:
        if item not in about or rule is None:
            yield item
            continue
        shown = f"（原文收件号：{'、'.join(documents)}）" if documents else ""
        yield replace(
            item, rule=rule.id, severity=rule.severity, article=rule.article, kind=rule.kind,
            suggestion=rule.suggestion + shown, rule_version=rule.version, why=str(rule.options.get("why", "")),
        )  # fmt: skip


def _answer(case: Case, attribute: Attribute, tools: Toolbox) -> tuple[Rule | None, tuple[str, ...]]:
    """The rule that tells of the least open source, and the documents found; none while a source is unknown."""
    by_openness = {rule.options["openness"]: rule for rule in _rules(tools.rulebook, "forward_source")}
    if missing := {item.value for item in Openness} - {Openness.UNKNOWN.value} - by_openness.keys():
        raise ConfigError(f"rules: there is no rule of form 'forward_source' for '{min(missing)}'")
    sources = cited(case, tools.rulebook)
    if not sources:
        return None, ()
    found = tools.listed([key for source in sources for key in (*source.numbers, *source.titles)])
    answers = [_openness(source, found, attribute) for source in sources]
    worst = min((openness for openness, _ in answers), key=[*Openness].index)
    named = dict.fromkeys(item.document for _, known in answers for item in known if item.document)
    return by_openness.get(worst.value), tuple(named)


def _openness(
    source: Source, found: Mapping[str, Sequence[CatalogueEntry]], attribute: Attribute
) -> tuple[Openness, Sequence[CatalogueEntry]]:
    numbered = _known(source.numbers, found)
    known = numbered or _known(source.titles, found)
    worst = min((_of(item, attribute) for item in known), key=_RANK.index, default=Openness.UNKNOWN)
    if source.numbers and not numbered and worst is Openness.PUBLIC:
        # The number names another document than the one with the same title.
        return Openness.UNKNOWN, ()
    return worst, known


_RANK = (Openness.NARROWER, Openness.WITHDRAWN, Openness.PUBLIC, Openness.PENDING, Openness.UNKNOWN)
"""Among documents with one number: a draft that was sent back says nothing against its published successor."""


def _known(keys: Sequence[str], found: Mapping[str, Sequence[CatalogueEntry]]) -> list[CatalogueEntry]:
    return [
        *dict.fromkeys(
            item for key in keys for item in found.get(key, ()) if item.state is not State.DUPLICATE
        )
    ]


def _of(item: CatalogueEntry, attribute: Attribute) -> Openness:
    if item.state in _GONE:
        return Openness.NARROWER
    if item.state in _WITHDRAWN:
        return Openness.WITHDRAWN
    if item.state is State.PUBLISHED:
        return Openness.PUBLIC
    if item.attribute is not None and item.attribute.breadth < attribute.breadth:
        return Openness.NARROWER
    return Openness.PUBLIC if item.state in _FILED else Openness.PENDING


# --------------------------------------------------------------------- what is cited


def _sources(words: str, rulebook: RuleBook) -> Iterator[Source]:
    """The documents that a passage names: each title with the number behind it, else a bare title or number."""
    found = [*_TITLE.finditer(words)]
    for match in found:
        yield Source(_number_keys(match["rest"], rulebook), title_keys(match["title"]))
    if not found:
        numbers = _number_keys(words, rulebook)
        head = re.split(r"[(〔\[]", words, maxsplit=1)[0]
        titles = title_keys(head) if "关于" in head else ()
        if numbers or titles:
            yield Source(numbers, titles)


def _in_title(title: str, rulebook: RuleBook) -> Iterator[Source]:
    """The document that the title of a 转发 names, with and without the 文种 of the forwarding one."""
    for rule in rulebook.of_form("forward"):
        for words in [*title_hits(rule, title)][:1]:
            rest = title[title.find(words) + len(words) :]
            quoted = [*_sources(rest, rulebook)] if "《" in rest else []
            yield from quoted
            if not quoted and rest:
                bare = re.sub(r"的(?:通知|函|意见|决定)$", "", rest)
                yield Source((), tuple(dict.fromkeys((*title_keys(rest), *title_keys(bare)))))


def _number_keys(words: str, rulebook: RuleBook) -> tuple[str, ...]:
    return number_keys(words, rulebook.patterns_of("document_number"))


def _rules(rulebook: RuleBook, form: str) -> tuple[Rule, ...]:
    rules = rulebook.of_form(form)
    if not rules:
        raise ConfigError(f"rules: there is no [[rule]] with form '{form}'")
    return rules
