"""Disclosure profiles: names that the law wants shown are lowered to information, each with the law that wants it.

Looked at last, after lists were gathered and guards were heard. A profile fits only by the title of the main document
(and for an attachment by that one's own title), and shows only the names that stand where it says (`hooks/listed.py`).
Everything that is not certain stays as it was: a submission with a doubt, hidden and inserted text, text read from pixels, a
list of which one name is not covered, a name that some other rule protects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile

from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.hooks.listed import Listed, names_of
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.folding import fold as folded
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.profile import SHOWABLE, Profile
from disclosure_pipeline.model.reading import find_title, fold, lines
from disclosure_pipeline.model.text import Doubt, Text


@dataclass(frozen=True, slots=True)
class _Head:
    """The title of a part, folded (empty without one), and the lines above it."""

    title: str
    above: tuple[str, ...]

    def fits(self, profile: Profile, patterns: Iterable[str]) -> bool:
        """Whether the whole title is one of these, and nothing in it or above it excludes the profile."""
        return any(re.fullmatch(pattern, self.title) for pattern in patterns) and not any(
            re.search(pattern, line) for pattern in profile.excluded for line in (self.title, *self.above)
        )


class Profiles:
    """The profiles of a rule book.

    Args:
        rulebook: all rules in force; its rules of the form ``person_role`` say which words tell whose a name is.
    """

    def __init__(self, rulebook: RuleBook):
        self._rulebook = rulebook

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(
            folded(word)
            for rule in self._rulebook.of_form("person_role")
            for word in (*rule.patterns, *rule.options.get("headings", ()))
        )

    def applied(
        self, findings: Sequence[Finding], doubts: Sequence[Doubt], texts: Sequence[PartText]
    ) -> tuple[list[Finding], list[Doubt]]:
        """The findings, those that a profile shows lowered; and doubts about profiles that have expired.

        Args:
            findings: all findings over the parts.
            doubts: all doubts; no profile is used where there is one.
            texts: the parts.
        """
        shown, expired = list(findings), list[Doubt]()
        mains = [part for part in texts if part.role is PartRole.MAIN]
        meant = [
            item for item in self._rulebook.profiles if any(_is_meant(item, found) for found in findings)
        ]
        if doubts or len(mains) != 1 or not meant:
            return shown, expired
        public = [part for part in texts if part.role.public]
        heads = {part.position: self._head(part.text) for part in public}
        main = mains[0].position
        for profile in meant:
            if not heads[main].fits(profile, profile.titles) or _is_barred(profile, shown, public):
                continue
            if profile.expires is not None and profile.expires < today_in_shanghai():
                expired.append(_expired(profile, main))
                continue
            own = (*profile.titles, *profile.lists)
            fitting = [part for part in public if heads[part.position].fits(profile, own)]
            shown = self._lowered(profile, {part.position: part for part in fitting}, shown, texts)
        return shown, expired

    def _head(self, text: Text) -> _Head:
        title = find_title(text, self._rulebook)
        if title is None:
            return _Head("", ())
        begin = (title.spot.segment, title.spot.start)
        above = takewhile(lambda line: (line.spot.segment, line.spot.start) < begin, lines(text))
        return _Head(fold(title.words), tuple(line.folded for line in above))

    def _lowered(
        self,
        profile: Profile,
        parts: Mapping[int, PartText],
        findings: Sequence[Finding],
        texts: Sequence[PartText],
    ) -> list[Finding]:
        """The findings, those whose every name is covered in these parts lowered."""
        names = {
            item.id: names_of(item, parts[item.part])
            for item in findings
            if item.part in parts and _is_meant(profile, item)
        }
        every = [name for several in names.values() for name in several]
        pages = [Listed(profile, part, self._words) for part in parts.values()]
        covered = {name for page in pages for name in page.covered(every)}
        if profile.repeats:
            covered |= {name for page in pages for name in page.repeated(every, covered)}
        protected = _protected(profile, findings, {part.position: part for part in texts})
        covered = {name for name in covered if name.written not in protected}
        chosen = {identity for identity, several in names.items() if several and covered.issuperset(several)}
        return [_shown(item, profile) if item.id in chosen else item for item in findings]


def _is_barred(profile: Profile, findings: Iterable[Finding], public: Iterable[PartText]) -> bool:
    """Whether something in the document keeps the profile away."""
    return any(
        item.kind in profile.unless and item.severity is not Severity.INFO for item in findings
    ) or any(re.search(pattern, part.views.compact.text) for part in public for pattern in profile.absent)


def _is_meant(profile: Profile, found: Finding) -> bool:
    """Whether a finding is of those that the profile can show."""
    return (
        found.rule in profile.rules and found.kind in SHOWABLE
        and found.severity is Severity.REVIEW and found.segment >= 0
    )  # fmt: skip


def _protected(
    profile: Profile, findings: Iterable[Finding], parts: Mapping[int, PartText]
) -> frozenset[str]:
    """Names that stand somewhere else as those of other people: complainants, patients, minors."""
    return frozenset(
        name.written
        for item in findings
        if item.kind in SHOWABLE and item.part in parts
        and item.rule not in profile.rules and item.severity is not Severity.INFO
        for name in names_of(item, parts[item.part])
    )  # fmt: skip


def _shown(found: Finding, profile: Profile) -> Finding:
    """The finding as the profile shows it: it bears the profile as its rule, so that it is another one without it."""
    why = f"{found.why}；按公示口径“{profile.title}”（{profile.id}，{profile.article}）可以显示，由 {found.rule} 降为提示"
    return replace(
        found, severity=Severity.INFO, rule=profile.id, rule_version=profile.version, article=profile.article,
        suggestion=profile.suggestion, why=why,
    )  # fmt: skip


def _expired(profile: Profile, position: int) -> Doubt:
    message = f"公示口径 {profile.id} 已过有效期，未予适用。请人工核查名单，并请管理员更新规则。"
    return Doubt("profile.expired", message, position=position)
