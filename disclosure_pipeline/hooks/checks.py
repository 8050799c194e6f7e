"""Checks of what plugin objects answer: each turns a raw answer into a trusted value or refuses it.

A detector's word is not taken for where it found something: the characters it reports must be the
characters that stand there, and the place is the segment's own.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from disclosure_pipeline.hooks.contracts import Comparison, Opinion, PartText, Raster, RecognisedLine
from disclosure_pipeline.hooks.guard import Nonsense, instance
from disclosure_pipeline.model.finding import FINDING_KINDS, Finding, Severity
from disclosure_pipeline.model.publication import Answer, Errand, Order, Receipt, Standing
from disclosure_pipeline.model.route import Route, Tier
from disclosure_pipeline.model.text import KINDS, Doubt, Place, Segment, Text

RECOGNITION_CODES = "ocr."
"""Beginning of the codes of doubts about words that were recognised, but not surely."""

STANDINGS = ("published", "withdrawn", "absent")

WANTS = frozenset({"address", "scan", "receipt"})
"""What an errand can ask a person to give when it is done."""

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def known_kind(kind: str) -> bool:
    """Whether ``kind`` belongs to the namespace of findings (`format.*` is open)."""
    return kind in FINDING_KINDS or kind.startswith("format.")


def text_of(extractor: str) -> Callable[[object], Text]:
    """The check of an extractor's answer; fills in its full id."""

    def check(answer: object) -> Text:
        text = instance(Text)(answer)
        if not isinstance(text.segments, tuple) or not all(_is_segment(item) for item in text.segments):
            raise Nonsense("its segments are not segments")
        if not all(isinstance(doubt, Doubt) for doubt in text.doubts):
            raise Nonsense("its doubts are not doubts")
        if not isinstance(text.media_type, str) or not text.media_type:
            raise Nonsense("it names no media type")
        return replace(text, extractor=extractor)

    return check


def _is_segment(item: object) -> bool:
    return (
        isinstance(item, Segment)
        and isinstance(item.text, str)
        and isinstance(item.place, Place)
        and item.place.kind in KINDS
    )


def listed(answer: object) -> Sequence[object]:
    """A list or tuple; an iterator, a string or ``None`` is no answer."""
    if not isinstance(answer, list | tuple):
        raise Nonsense(f"expected a list, got {type(answer).__name__}")
    return answer


def finding(item: object, part: PartText, detector: str, kinds: Iterable[str]) -> Finding:
    """One finding of a detector over ``part``, with detector, part and place filled in.

    Raises:
        Nonsense: not a finding, an undeclared kind, offsets outside, or other characters.
    """
    found = instance(Finding)(item)
    if found.kind not in kinds:
        raise Nonsense("a finding has a kind that the detector does not declare")
    _check_fields(found)
    segment = _segment(found.segment, part)
    inside = isinstance(found.start, int) and isinstance(found.end, int)
    if not inside or not 0 <= found.start <= found.end <= len(segment.text):
        raise Nonsense("a finding's offsets lie outside its segment")
    if found.text != segment.text[found.start : found.end]:
        raise Nonsense("a finding's text is not what stands at its offsets")
    for index, start, end in found.more:
        if not 0 <= start <= end <= len(_segment(index, part).text):
            raise Nonsense("a finding's further offsets lie outside their segment")
    return replace(found, detector=detector, part=part.position, place=segment.place)


def _segment(index: object, part: PartText) -> Segment:
    if not isinstance(index, int) or not 0 <= index < len(part.text.segments):
        raise Nonsense("a finding names a segment that does not exist")
    return part.text.segments[index]


def _check_fields(found: Finding) -> None:
    if not isinstance(found.severity, Severity):
        raise Nonsense("a finding has no known severity")
    if not all(isinstance(value, str) for value in (found.rule, found.article, found.suggestion)):
        raise Nonsense("a finding's rule, article or suggestion is not text")
    if not found.rule:
        raise Nonsense("a finding names no rule")
    if not isinstance(found.confidence, int | float) or not math.isfinite(found.confidence):
        raise Nonsense("a finding's confidence is not a number")


def recognised(raster: Raster) -> Callable[[object], tuple[RecognisedLine, ...]]:
    """The check of an engine's answer: lines with boxes inside the picture."""

    def line(item: object) -> RecognisedLine:
        found = instance(RecognisedLine)(item)
        if not isinstance(found.text, str) or not _is_share(found.confidence):
            raise Nonsense("a line has no text or no confidence")
        if not isinstance(found.box, tuple) or len(found.box) != 4 or not all(map(_is_number, found.box)):
            raise Nonsense("a line has no box")
        left, top, right, bottom = (float(edge) for edge in found.box)
        wide, high = float(raster.width), float(raster.height)
        inside = (
            min(max(left, 0), wide),
            min(max(top, 0), high),
            min(max(right, 0), wide),
            min(max(bottom, 0), high),
        )
        return RecognisedLine(found.text, inside, float(found.confidence), bool(found.red))

    return lambda answer: tuple(line(item) for item in listed(answer))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= 1


def comparison(
    parts: Sequence[PartText], collator: str, kinds: Iterable[str], doubts: Sequence[Doubt]
) -> Callable[[object], Comparison]:
    """The check of a comparison: its findings stand in these parts, and it settles known doubts only.

    Args:
        parts: what was compared.
        collator: full id, filled in as detector.
        kinds: finding kinds that it declares.
        doubts: the doubts there are.
    """
    by_position = {part.position: part for part in parts}

    def checked(item: object) -> Finding:
        found = instance(Finding)(item)
        if found.part not in by_position:
            raise Nonsense("a finding names a part that was not given")
        return finding(found, by_position[found.part], collator, kinds)

    def check(answer: object) -> Comparison:
        made = instance(Comparison)(answer)
        for doubt in listed(made.settled):
            if doubt not in doubts or not instance(Doubt)(doubt).code.startswith(RECOGNITION_CODES):
                raise Nonsense("it settles a doubt that is none about recognition")
        return Comparison(tuple(checked(item) for item in listed(made.findings)), made.settled)

    return check


def opinion_of(rule: str, parts: Sequence[PartText]) -> Callable[[object], Opinion]:
    """The check of an attribute rule's answer; findings without text need no place in the text."""
    by_position = {part.position: part for part in parts}

    def checked(item: object) -> Finding:
        found = instance(Finding)(item)
        if not known_kind(found.kind) or not isinstance(found.place, Place):
            raise Nonsense("a finding has no known kind or place")
        if found.text and found.part in by_position:
            return finding(found, by_position[found.part], rule, (found.kind,))
        _check_fields(found)
        if found.text:
            raise Nonsense("a finding quotes a part that was not given")
        return replace(found, detector=rule)

    def check(answer: object) -> Opinion:
        opinion = instance(Opinion)(answer)
        if not all(isinstance(reason, str) and reason for reason in listed(opinion.returns)):
            raise Nonsense("a reason to send back is not text")
        return replace(opinion, findings=tuple(checked(item) for item in listed(opinion.findings)))

    return check


def route_over(base: Route) -> Callable[[object], Route]:
    """The check of a planner's answer: every tier of ``base`` must still stand, in its order."""

    def check(answer: object) -> Route:
        route = instance(Route)(answer)
        if not all(isinstance(tier, Tier) for tier in route.tiers):
            raise Nonsense("its tiers are not tiers")
        if route.problems():
            raise Nonsense(route.problems()[0])
        rest = iter(route.tiers)
        if not all(any(_keeps(tier, other) for other in rest) for tier in base.tiers):
            raise Nonsense("it drops, weakens or reorders a tier")
        if not set(base.referrals) <= set(route.referrals):
            raise Nonsense("it drops a referral")
        return route

    return check


def _keeps(tier: Tier, other: Tier) -> bool:
    same = (tier.name, tier.role, tier.department) == (other.name, other.role, other.department)
    return same and other.meeting >= tier.meeting and other.risk >= tier.risk


def answer_to(channel: str, order: Order) -> Callable[[object], Answer]:
    """The check of a channel's answer: a receipt or an errand for exactly this order."""

    def check(answer: object) -> Answer:
        given: Answer = _errand(answer) if isinstance(answer, Errand) else _receipt(answer)
        if given.key != str(order.key):
            raise Nonsense("the answer is for another order")
        if not _texts(given.hashes):
            raise Nonsense("the answer's hashes are not text")
        try:
            json.dumps(dict(given.detail))
        except (TypeError, ValueError):
            raise Nonsense("the answer's detail is not JSON") from None
        return replace(given, channel=channel)

    return check


def _receipt(answer: object) -> Receipt:
    receipt = instance(Receipt)(answer)
    if not isinstance(receipt.address, str):
        raise Nonsense("the receipt's address is not text")
    return receipt


def _errand(errand: Errand) -> Errand:
    if not isinstance(errand.kind, str) or not _CODE.fullmatch(errand.kind):
        raise Nonsense("the errand's kind is no code")
    if (
        not isinstance(errand.folder, str)
        or errand.folder.startswith("/")
        or ".." in errand.folder.split("/")
    ):
        raise Nonsense("the errand's folder is not one of the channel's own")
    if not isinstance(errand.wants, frozenset) or not errand.wants <= WANTS:
        raise Nonsense("the errand wants what nobody can give")
    return errand


def standings(answer: object) -> tuple[Standing, ...]:
    """The check of what a channel says it holds."""
    found = tuple(instance(Standing)(item) for item in listed(answer))
    for standing in found:
        if standing.state not in STANDINGS or not _texts(standing.hashes):
            raise Nonsense("a standing has no known state or its hashes are not text")
        if not isinstance(standing.generation, int) or not isinstance(standing.version, int):
            raise Nonsense("a standing's generation or version is not a number")
    return found


def counts(answer: object) -> Mapping[str, int]:
    """The check of a job's answer."""
    if not isinstance(answer, Mapping):
        raise Nonsense(f"expected counts, got {type(answer).__name__}")
    if not all(isinstance(key, str) and isinstance(value, int) for key, value in answer.items()):
        raise Nonsense("its counts are not numbers by name")
    return dict(answer)


def _texts(values: object) -> bool:
    return isinstance(values, Mapping) and all(
        isinstance(key, str) and isinstance(value, str) for key, value in values.items()
    )
