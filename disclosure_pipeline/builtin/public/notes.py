"""What readers are told about a public copy: that something was withheld and on which ground, or that it lacks pictures.

The grounds are rules (``[[ground]]``); no article is named here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from disclosure_pipeline.builtin.public.redactions import Redactions
from disclosure_pipeline.builtin.public.selection import RECOGNISED, SEAL, public_parts, public_segments
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook

PICTURES = "原文中的图片未收入本文本。"


def notes(
    texts: Sequence[PartText],
    struck: Redactions,
    rulebook: RuleBook,
    pictures: Mapping[int, Collection[str]] = MappingProxyType({}),
) -> Mapping[int, tuple[str, ...]]:
    """The notes of each public part that has any, by its position.

    Args:
        texts: approved text per part.
        struck: what was withheld.
        rulebook: the grounds.
        pictures: names of the pictures of a part that the copy holds.
    """
    told: dict[int, tuple[str, ...]] = {}
    lacking = withheld(texts, struck, rulebook)
    for part in public_parts(texts):
        lines = lacking.get(part.position, ())
        if _pictured(part, pictures.get(part.position, ())):
            lines = (*lines, PICTURES)
        if lines:
            told[part.position] = lines
    return told


def withheld(
    texts: Sequence[PartText], struck: Redactions, rulebook: RuleBook
) -> Mapping[int, tuple[str, ...]]:
    """What is told of each public part of which something was withheld; see :func:`notes`."""
    found = ((part.position, struck.withheld(part.position)) for part in public_parts(texts))
    return {position: (_withheld(items, rulebook),) for position, items in found if items}


def _withheld(found: Iterable[Finding], rulebook: RuleBook) -> str:
    articles = "、".join(dict.fromkeys(article for item in found for article in _articles(item, rulebook)))
    return f"本文有部分内容依法不予公开{f'，依据：{articles}' if articles else ''}。"


def _articles(item: Finding, rulebook: RuleBook) -> Iterable[str]:
    """The articles of the grounds that the finding's rule names, or else that its kind falls under."""
    named = next((rule.ground for rule in rulebook.rules if rule.id == item.rule), "")
    return (
        ground.article
        for ground in rulebook.grounds
        if (ground.code == named if named else item.kind.startswith(ground.kinds))
    )


def _pictured(part: PartText, held: Collection[str]) -> bool:
    """Whether a part shows pictures with words that its copy holds neither as text nor as pictures."""
    public = {index for index, _ in public_segments(part.text)}
    return any(
        segment.visible
        and segment.place.kind == RECOGNISED
        and segment.place.detail != SEAL
        and index not in public
        and segment.place.part not in held
        for index, segment in enumerate(part.text.segments)
    )
