"""Replays a proposed rule change on the stored archive: which findings would appear, which would vanish.

Every stored document is screened twice, by the rules in force and by the rules with the change, with those
detectors that can find the kinds the change is about. Samples are ids and places; no character of any text
leaves this module, because what appears may be a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.model.amendment import Action
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import rules, stored
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import rule_changes

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.host import PluginHost

SAMPLES = 20
"""Most samples of each sort that are kept."""

_PAGE = 100
_WORDS = frozenset({"literal", "regex"})
"""Forms of rules whose hits compete with one another."""

_OUT = (State.APPROVED, State.AWAITING_ISSUE, State.PUBLISHING, State.PUBLISHED)

Progress = Callable[[int], None]
"""Told how many documents have been looked at."""


def silent(_count: int) -> None:
    """Tell nobody about the progress."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change would do to one document.

    Args:
        stored: the document's text.
        appear: findings that only the changed rules have.
        vanish: findings that only the rules in force have.
        undetermined: whether it could not be looked at completely.
    """

    stored: stored.StoredText
    appear: tuple[Finding, ...]
    vanish: tuple[Finding, ...]
    undetermined: bool


def replay(core: Core, change: str, by: str, progress: Progress = silent) -> dict[str, Any]:
    """Replay a change and keep the result beside it; only then it can be approved.

    Args:
        core: the process's parts.
        change: id of a proposed change.
        by: who asks for it, for the audit log.
        progress: told about the progress.

    Returns:
        ``change``, ``under`` and ``after`` (rules versions), ``at``, ``documents``, ``undetermined``, ``appear``,
        ``vanish``, ``documents_hit``, ``published_hit`` and ``samples``.

    Raises:
        Refused: the change is not open, or a required detector does not work with it (``lexicon.breaks``).
    """
    result: dict[str, Any] = dict.fromkeys(_COUNTS, 0)
    samples: dict[str, list[dict[str, Any]]] = {"appear": [], "vanish": []}
    with core.database.read() as connection:
        row = rule_changes.fetch(connection, change)
        rules.require_open(row)
        book = rules.after_change(core, connection, row)
    for difference in differences(core, change):
        result["documents"] += 1
        result["undetermined"] += difference.undetermined
        hit = bool(difference.appear or difference.vanish)
        result["documents_hit"] += hit
        result["published_hit"] += bool(difference.appear) and difference.stored.state in _OUT
        for name, found in (("appear", difference.appear), ("vanish", difference.vanish)):
            result[name] += len(found)
            samples[name] += [
                _sample(difference.stored, item) for item in found[: SAMPLES - len(samples[name])]
            ]
        progress(result["documents"])
    result |= {"under": core.rulebook.version, "after": book.version, "at": utc_now(), "samples": samples}
    rules.keep_replay(core, change, result, by)
    return {"change": change, **result}


_COUNTS = ("documents", "undetermined", "documents_hit", "published_hit", "appear", "vanish")


def differences(core: Core, change: str) -> Iterator[Difference]:
    """What a proposed change would do, document by document.

    Raises:
        Refused: a required detector does not work with it (``lexicon.breaks``).
    """
    with core.database.read() as connection:
        row = rule_changes.fetch(connection, change)
        book = rules.after_change(core, connection, row)
        if row.action == Action.REVOKE.value:
            row = rule_changes.fetch(connection, row.rule)
        subject = rule_changes.amendment_of(row).touched
    kinds = _kinds(core.rulebook, book, subject)
    with core.host_by(book) as changed:
        missing = changed.missing_detectors()
        if missing:
            raise Refused(
                f"With this change required detectors do not work: {', '.join(missing)}.", code="lexicon.breaks",
                advice="Reject the change; see `disclosure plugins` if they do not work without it either.",
            )  # fmt: skip
        for item in _archive(core):
            yield _difference(item, core.host, changed, kinds, subject=subject)


def _kinds(present: RuleBook, changed: RuleBook, subject: str) -> tuple[str, ...]:
    """Kinds that a change of a rule can touch.

    Of words that overlap only the strongest are a finding, so a term can uncover or cover those of other rules.
    """
    rules_of_both = (*present.rules, *changed.rules)
    forms = {rule.form for rule in rules_of_both if rule.id == subject} & _WORDS
    if forms:
        return tuple(sorted({rule.kind for rule in rules_of_both if rule.form in _WORDS}))
    return tuple(sorted({rule.kind for rule in rules_of_both if rule.id == subject}))


def _archive(core: Core) -> Iterator[stored.StoredText]:
    last = ""
    while True:
        with core.database.read() as connection:
            cases = stored.page(connection, last, _PAGE)
        if not cases:
            return
        for case in cases:
            with core.database.read() as connection:
                item = stored.read(connection, case)
            if item.state in stored.STORED:
                yield item
        last = cases[-1]


def _difference(
    item: stored.StoredText, present: PluginHost, changed: PluginHost, kinds: Sequence[str], *, subject: str
) -> Difference:
    before, _ = present.look_for(item.texts, kinds)
    after, _ = changed.look_for(item.texts, kinds)
    old = {found.id: found for found in item.counts(before.findings)}
    new = {found.id: found for found in item.counts(after.findings)}
    return Difference(
        item,
        tuple(found for name, found in new.items() if name not in old),
        # Re-screening takes away open findings of the changed rule only (`pipeline/rescreening.py`).
        tuple(found for name, found in old.items() if name not in new and found.rule == subject),
        bool(before.doubts or after.doubts or item.doubts),
    )


def _sample(item: stored.StoredText, found: Finding) -> dict[str, Any]:
    """Where a finding is: ids and positions, nothing that an author has named."""
    place = found.place
    where = {"kind": place.kind, "page": place.page, "paragraph": place.paragraph}
    return {
        "document": item.document, "version": item.version, "state": item.state.value, "finding": found.id,
        "kind": found.kind, "rule": found.rule, "part": found.part, "segment": found.segment,
        "place": {key: value for key, value in where.items() if value is not None},
    }  # fmt: skip
