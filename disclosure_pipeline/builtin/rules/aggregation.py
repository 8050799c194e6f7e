"""汇聚: what a document says of somebody together with what is out already (保守国家秘密法 第三十六条; A2.15).

Advice for an officer, once for each subject: publishing the document would put together, for anybody who reads both,
facts that no document has told together so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from disclosure_pipeline.builtin.rules.subjects import BODY, PERSON, Mention, mentions
from disclosure_pipeline.hooks.contracts import Case
from disclosure_pipeline.hooks.stages import Subject, Told, Toolbox
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook

DETECTOR = "builtin.aggregation"
_SHOWN = 10
"""Case numbers that a finding lists."""


@dataclass(frozen=True, slots=True)
class _Hit:
    mention: Mention
    documents: tuple[str, ...]


def subjects(case: Case, rulebook: RuleBook) -> tuple[Subject, ...]:
    """Of whom the public copy of a case tells what, for the index of what is published."""
    return tuple(mention.subject for mention in mentions(case, rulebook))


def advice(case: Case, attribute: Attribute, tools: Toolbox) -> Iterator[Finding]:
    """A finding for each subject of whom the document and the published ones say more together.

    Args:
        case: a screened case.
        attribute: the attribute under which it would go out; only what everybody can read adds up.
        tools: asks the index of published documents, once for each rule.

    Raises:
        ConfigError: a rule is missing.
        StoreFault: the index cannot be asked.
    """
    if attribute is not Attribute.PROACTIVE:
        return
    found = mentions(case, tools.rulebook)
    for form in (PERSON, BODY):
        of_form = [mention for mention in found if mention.rule.form == form]
        if of_form:
            rule = of_form[0].rule
            keys = [key for mention in of_form for key in mention.subject.keys]
            told = tools.told(keys, rule.options["days"])
            hits = [hit for mention in of_form if (hit := _hit(mention, told)) is not None]
            yield from _findings(rule, hits)


def _hit(mention: Mention, told: Mapping[str, Sequence[Told]]) -> _Hit | None:
    """Whether the document adds to what is out, and what is out adds to the document."""
    rule, own = mention.rule, mention.subject.facts
    others = [*dict.fromkeys(item for key in mention.subject.keys for item in told.get(key, ()))]
    out = frozenset[str]().union(*(item.facts for item in others))
    documents = tuple(sorted({item.document for item in others}))
    together = own | out
    enough = (
        len(together) >= rule.options["least_facts"] and len(documents) + 1 >= rule.options["least_documents"]
    )
    return _Hit(mention, documents) if enough and together not in (own, out) else None


def _findings(rule: Rule, hits: Sequence[_Hit]) -> Iterator[Finding]:
    """One for each subject, or one for all when a list holds many."""
    if len(hits) >= rule.options["list"]:
        first, *others = (hit.mention.place for hit in hits)
        # What is settled in one step lies in one part.
        more = tuple((at.spot.segment, at.spot.start, at.spot.end) for at in others if at.part is first.part)
        documents = (document for hit in hits for document in hit.documents)
        yield _finding(rule, hits[0].mention, documents, more, len(hits))
        return
    for hit in hits:
        yield _finding(rule, hit.mention, hit.documents)


def _finding(
    rule: Rule, mention: Mention, documents: Iterable[str], more: tuple[tuple[int, int, int], ...] = (),
    count: int = 1,
) -> Finding:  # fmt: skip
    named = sorted(set(documents))
    rest = f"等{len(named)}件" if len(named) > _SHOWN else ""
    spot = mention.place.spot
    return Finding(
        kind=rule.kind, severity=rule.severity, text=None, start=spot.start, end=spot.end, segment=spot.segment,
        place=mention.place.part.text.segments[spot.segment].place, rule=rule.id, article=rule.article,
        suggestion=f"{rule.suggestion}（已公开：{'、'.join(named[:_SHOWN])}{rest}）", detector=DETECTOR,
        part=mention.place.part.position, more=more, why=str(rule.options.get("why", "")),
        rule_version=rule.version, count=count,
    )  # fmt: skip
