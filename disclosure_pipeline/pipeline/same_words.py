"""Findings that stand for the same words: what is decided about one may be decided about all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.folding import bare
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.store.documents import Settled


def with_same(
    chosen: Sequence[Settled], known: Sequence[Settled], texts: Mapping[int, Text]
) -> list[Settled]:
    """The chosen findings, then the open ones of the same kind, no more severe, and with no other words.

    A list is the same as another finding only if each of its items is.

    Args:
        chosen: some findings of a version.
        known: all of them.
        texts: the version's text by part, for findings that stand in several places.
    """
    words = {item.id: words_of(item.finding, texts) for item in known}
    added = {item.id: item for item in chosen}
    for one in chosen:
        for other in known:
            if (
                other.settled is None
                and other.finding.kind == one.finding.kind
                and other.finding.severity.weight <= one.finding.severity.weight
                and words[other.id]
                and words[other.id] <= words[one.id]
            ):
                added.setdefault(other.id, other)
    return list(added.values())


def numbers(known: Sequence[Settled], texts: Mapping[int, Text]) -> dict[str, int]:
    """How many other findings :func:`with_same` would add to each one; only those to which it adds any.

    Args:
        known: all findings of a version.
        texts: the version's text by part.
    """
    words = {item.id: words_of(item.finding, texts) for item in known}
    alike: dict[str, dict[frozenset[str], list[Settled]]] = {}
    for item in known:
        if item.settled is None and words[item.id]:
            alike.setdefault(item.finding.kind, {}).setdefault(words[item.id], []).append(item)
    found = {}
    for one in known:
        mine, of_kind = words[one.id], alike.get(one.finding.kind, {})
        keys = (mine,) if len(mine) == 1 else [key for key in of_kind if key <= mine]
        number = sum(
            other.id != one.id and other.finding.severity.weight <= one.finding.severity.weight
            for key in keys
            for other in of_kind.get(key, ())
        )
        if number:
            found[one.id] = number
    return found


def words_of(item: Finding, texts: Mapping[int, Text]) -> frozenset[str]:
    """The folded words of a finding: of a list each item's, else all of it; none where it has no characters.

    Args:
        item: the finding.
        texts: the version's text by part.
    """
    if not item.text:
        return frozenset()
    if not item.more:
        pieces = [item.text]
    else:
        segments = texts[item.part].segments if item.part in texts else ()
        if any(not 0 <= segment < len(segments) for segment, _, _ in item.ranges):
            return frozenset()
        pieces = [segments[segment].text[start:end] for segment, start, end in item.ranges]
    words = pieces if item.count > 1 else ["".join(pieces)]
    return frozenset(filter(None, map(bare, words)))
