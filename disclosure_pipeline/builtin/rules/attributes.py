"""Rules that judge the proposed attribute (公开属性): given, agreed on, plausible.

The attribute of a case is what the office fixed, else what the slip says, else what the drop folder
says, else what the 附注 of the document says. It is never inferred from the content.
"""

from __future__ import annotations

from collections.abc import Iterator

from disclosure_pipeline.builtin.forms import has_unclear_tick, is_form, read_form
from disclosure_pipeline.builtin.rules.evidence import (
    Evidence,
    main_part,
    title_hits,
    title_of,
    title_place,
)
from disclosure_pipeline.builtin.slips import read_ground, read_notes
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Case, Opinion, PartText
from disclosure_pipeline.model.document import Attribute, PartRole
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.reading import Note, find_notes, fold


def stated_words(case: Case, rulebook: RuleBook) -> str:
    """The attribute as the department wrote it, from the strongest source; empty when nowhere."""
    if words := case.slip.attribute or case.folder_attribute:
        return words
    main = main_part(case)
    return (read_notes(main.text, rulebook).attribute or "") if main else ""


def attribute_of(case: Case, rulebook: RuleBook) -> Attribute | None:
    """The attribute in force, else the stated one; ``None`` when none is stated readably."""
    return case.attribute or Attribute.parse(stated_words(case, rulebook))


def _rules(rulebook: RuleBook, form: str) -> tuple[Rule, ...]:
    """The rules of a form; without them a check would silently find nothing.

    Raises:
        ConfigError: the rule book has no such rule.
    """
    rules = rulebook.of_form(form)
    if not rules:
        raise ConfigError(f"rules: there is no [[rule]] with form '{form}'")
    return rules


class AttributeGiven:
    """A draft without a readable attribute, or 不予公开 without a ground, goes back (000 第十条)."""

    id = "attribute_given"
    version = "1"

    def __init__(self, rulebook: RuleBook):
        self._rulebook = rulebook

    def judge(self, case: Case) -> Opinion:
        """Ask for what is missing; the reasons are Chinese and name no text of the draft."""
        article = _rules(self._rulebook, "given")[0].article
        stated = stated_words(case, self._rulebook)
        attribute = Attribute.parse(stated)
        reasons: list[str] = []
        if any(has_unclear_tick(part.text) for part in _forms(case)):
            reasons.append("拟稿单的公开属性勾选不明确：请只勾选一项，勾选符号写在该项之前。")
        elif not stated:
            reasons.append(f"未注明公开属性。请在拟稿单注明{_choices()}之一（{article}）。")
        elif attribute is None:
            reasons.append(f"所写的公开属性无法识别。请写{_choices()}之一（{article}）。")
        elif attribute is Attribute.EXEMPT:
            reasons += self._ground_reasons(case, article)
        return Opinion(self.id, attribute, returns=tuple(reasons))

    def _ground_reasons(self, case: Case, article: str) -> Iterator[str]:
        if not (case.slip.ground or case.slip.reason):
            yield f"属于不予公开的，未注明理由（{article}）。{self._known()}"
            return
        stated = read_ground(case.slip, self._rulebook)
        if stated.ground is None:
            yield f"所写的不予公开理由不在清单之内。{self._known()}"
        elif stated.ground.needs_reason and not stated.reason:
            yield f"以“{stated.ground.title}”为由不予公开的，还须写明具体理由（{stated.ground.article}）。"

    def _known(self) -> str:
        names = "；".join(f"{ground.code} {ground.title}" for ground in self._rulebook.grounds)
        return f"可用的理由：{names}。"


class NoteContradiction:
    """The slip, the drop folder and the 附注 of every part must say the same (A1.7, A1.9)."""

    id = "note_contradiction"
    version = "1"

    def __init__(self, rulebook: RuleBook):
        self._rulebook = rulebook

    def judge(self, case: Case) -> Opinion:
        """A finding at each note that says otherwise, and one when the department's own claims differ.

        What the office fixed may differ from what the department proposed: that is its decision, and
        no contradiction; but then the 附注 in the file is one.
        """
        notes = _rules(self._rulebook, "note")
        claims = _rules(self._rulebook, "claims")[0]
        attribute = attribute_of(case, self._rulebook)
        findings = [
            Evidence(part, note.spot).finding(note.rule)
            for part in case.texts
            if part.role.public
            for note in find_notes(part.text, notes)
            if _contradicts(note, attribute) and not _is_stricter(part, note, attribute)
        ]
        if self._claims_agree(case):
            return Opinion(self.id, findings=tuple(findings))
        place = title_place(case, self._rulebook)
        if place is None:
            return Opinion(self.id, findings=tuple(findings), returns=(f"{claims.suggestion}。",))
        return Opinion(self.id, findings=(place.finding(claims), *findings))

    def _claims_agree(self, case: Case) -> bool:
        """Whether the slip, its form and the folder say the same, as far as they are readable."""
        forms = [form for part in _forms(case) if (form := read_form(part.text)) is not None]
        words = [case.slip.attribute, case.folder_attribute, *(form.attribute for form in forms)]
        claims = {Attribute.parse(word) for word in words if word} - {None}
        # A reason for not publishing beside 主动公开 is a claim of its own.
        reasoned = bool(case.slip.ground) and Attribute.PROACTIVE in claims
        return len(claims) <= 1 and not reasoned


def _contradicts(note: Note, attribute: Attribute | None) -> bool:
    said = Attribute.parse(note.rule.attribute)
    if said is None:
        # A note that limits circulation (此件发至…) names no attribute, but is at odds with 主动公开.
        return attribute is Attribute.PROACTIVE
    return said is not attribute


def _is_stricter(part: PartText, note: Note, attribute: Attribute | None) -> bool:
    """Whether a note keeps an attachment narrower than the document: then it is 夹带 (`attachments.py`)."""
    said = Attribute.parse(note.rule.attribute)
    return (
        part.role is PartRole.ATTACHMENT
        and attribute is not None
        and (said is None or said.breadth < attribute.breadth)
    )


class GenreAdvice:
    """Genres that are usually not proactive (请示, 上行报告, 征求意见); advice, never final (A1.8)."""

    id = "genre_advice"
    version = "1"

    def __init__(self, rulebook: RuleBook):
        self._rulebook = rulebook

    def judge(self, case: Case) -> Opinion:
        """A finding for each genre rule whose advice is narrower than the attribute of the case."""
        attribute = attribute_of(case, self._rulebook)
        title = title_of(case, self._rulebook)
        advised: Attribute | None = None
        findings: list[Finding] = []
        for rule in self._rulebook.of_form("genre"):
            words = next(title_hits(rule, title), None)
            if words is None and fold(case.slip.genre or "") not in rule.options.get("genres", ()):
                continue
            suggested = Attribute.parse(rule.attribute)
            if suggested is None or (attribute is not None and attribute.breadth <= suggested.breadth):
                continue
            advised = suggested if advised is None else min(advised, suggested, key=_breadth)
            if place := title_place(case, self._rulebook, words or ""):
                findings.append(place.finding(rule))
        return Opinion(self.id, advised, tuple(findings))


class ForwardedSource:
    """转发, 批转: the attribute follows the forwarded document's, which a person looks up (A1.6)."""

    id = "forwarded_source"
    version = "1"

    def __init__(self, rulebook: RuleBook):
        self._rulebook = rulebook

    def judge(self, case: Case) -> Opinion:
        """A finding at the word in the title, unless the document is not disclosed anyway."""
        if attribute_of(case, self._rulebook) is Attribute.EXEMPT:
            return Opinion(self.id)
        title = title_of(case, self._rulebook)
        findings = tuple(
            place.finding(rule)
            for rule in self._rulebook.of_form("forward")
            for words in [*title_hits(rule, title)][:1]
            if (place := title_place(case, self._rulebook, words)) is not None
        )
        return Opinion(self.id, findings=findings)


def _breadth(attribute: Attribute) -> int:
    return attribute.breadth


def _choices() -> str:
    return "、".join(attribute.chinese for attribute in Attribute)


def _forms(case: Case) -> Iterator[PartText]:
    """The 拟稿单 forms that came with the draft."""
    return (part for part in case.texts if part.role is PartRole.SLIP and is_form(part.text))
