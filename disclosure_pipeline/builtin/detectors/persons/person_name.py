"""姓名: names of persons, each with the rule for the kind of person who bears it.

Masked names (张某某, 张*) are no findings; officials who act in office, persons of public life and mere family
names are for information only.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from disclosure_pipeline.builtin.detectors.common import finding_at, refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.persons.recogniser import Asked, Name, NameRecogniser, Source
from disclosure_pipeline.builtin.detectors.persons.roles import Bearer, Ground, Roles
from disclosure_pipeline.builtin.detectors.persons.sentences import HAN
from disclosure_pipeline.builtin.detectors.persons.shapes import DOTS
from disclosure_pipeline.builtin.detectors.persons.spelling import Spelling
from disclosure_pipeline.builtin.detectors.tables import column_of, named_cells
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.view import View

_SOURCES: Mapping[Source, str] = {
    Source.MODEL: "词法模型和姓氏字形判断为姓名",
    Source.ASKED: "栏目要求填写姓名",
    Source.LISTED: "名单中的其他各项是姓名",
    Source.REPEATED: "本文件其他地方判断为姓名",
    Source.FIGURE: "公众人物名录",
}
_GROUNDS: Mapping[Ground, str] = {
    Ground.BESIDE: "",
    Ground.HEADING: "（按栏目名称）",
    Ground.LIST: "（同一名单）",
    Ground.DOCUMENT: "（本文件其他地方）",
    Ground.NEAR: "（同一句内）",
    Ground.NOTHING: "",
}


_LONGEST_LABEL = 16
_ANSWER = re.compile(f" ?: ?[\\n\\t]?(?P<name>[{HAN}](?: ?[{HAN}{DOTS}]){{1,11}})(?![{HAN}])")
"""What may be a name behind the colon of a label."""


_MANY = 5
"""Names of one column or list that are settled in one step."""


class PersonName:
    """Finds names (rules of the forms ``person_shape``, ``person_role`` and the ``person_…`` without words).

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: a rule is missing, empty or ambiguous.
    """

    id = "person_name"
    version = "1"
    kinds = ("privacy.person_name",)
    canaries = (
        Canary("经查，举报人李建国家住幸福村三组。", "privacy.person_name"),
        Canary("会议由副市长王志强主持，患者陈晓燕到会。", "privacy.person_name"),
    )

    def __init__(self, rulebook: RuleBook):
        shapes = rules_of(rulebook, "person_shape")
        figures = rules_of(rulebook, "person_figure")
        if len(shapes) != 1 or len(figures) != 1:
            raise ConfigError("More than one rule for the shape of names.", code="rule.ambiguous")
        rules_of(rulebook, "person_role")
        self._roles = Roles(rulebook)
        self._rules = (*shapes, *self._roles.rules)
        self._recogniser = NameRecogniser(
            Spelling.of(shapes[0]), figures[0].patterns, self._roles.introducers
        )

    @property
    def is_loaded(self) -> bool:
        """Whether a sentence has needed the model so far."""
        return self._recogniser.model.is_loaded

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired, or the model cannot be loaded.
        """
        refuse_expired(self._rules)
        view = part.views.plain
        asked = sorted(self._asked(part, view), key=lambda one: one[0].start)
        names = self._recogniser.names(view.text, [place for place, _ in asked])
        told = _told(names, asked)
        bearers = [self._in_place(part, view, one) for one in self._roles.of(view.text, names, told)]
        return [_finding(part, view, group) for group in _groups(part, view, bearers)]

    def _in_place(self, part: PartText, view: View, bearer: Bearer) -> Bearer:
        """A name in a file's properties, of whom nothing is said, is that of who wrote the file."""
        place = part.text.segments[view.segment(bearer.name.start)].place
        if place.kind != "metadata" or bearer.rule not in (self._roles.bare, self._roles.unsure):
            return bearer
        return replace(bearer, rule=self._roles.author)

    def _asked(self, part: PartText, view: View) -> Iterator[tuple[Asked, Rule]]:
        """Where a heading or a label asks for a name, and the role that it tells."""
        for named in named_cells(part):
            segment = named.cell.span.segment
            if part.text.segments[segment].place.cell is None:
                continue
            column = self._roles.heading((named.heading,))
            rule = column or self._roles.heading((named.label,))
            if rule is not None:
                last = segment + 1 == len(part.text.segments)
                end = len(view.text) if last else view.position(segment + 1)
                yield Asked(view.position(segment), end, strange=column is not None), rule
        for match in _ANSWER.finditer(view.text):
            before = view.text[max(0, match.start() - _LONGEST_LABEL) : match.start()].replace(" ", "")
            rule = self._roles.heading(before[at:] for at in range(len(before)))
            if rule is not None:
                yield Asked(*match.span("name")), rule


def _told(names: Sequence[Name], asked: Sequence[tuple[Asked, Rule]]) -> Mapping[int, Rule]:
    """The rules of the names that stand where one was asked for, by index of the name."""
    told: dict[int, Rule] = {}
    for index, name in enumerate(names):
        place = bisect_right(asked, name.start, key=lambda one: one[0].start) - 1
        if place >= 0 and name.end <= asked[place][0].end:
            told[index] = asked[place][1]
    return told


def _groups(part: PartText, view: View, bearers: Sequence[Bearer]) -> Iterator[Sequence[Bearer]]:
    """The names that are settled together: those of one column or of one list, if there are many."""
    columns: dict[Hashable, list[Bearer]] = {}
    run: Hashable = None
    for index, bearer in enumerate(bearers):
        column = column_of(part.text.segments[view.segment(bearer.name.start)].place)
        if column is None and bearer.ground is not Ground.LIST:
            run = index
        columns.setdefault((column or run, bearer.rule.id), []).append(bearer)
    for group in columns.values():
        if len(group) >= _MANY:
            yield group
        else:
            yield from ((bearer,) for bearer in group)


def _finding(part: PartText, view: View, group: Sequence[Bearer]) -> Finding:
    """One finding for one name, or for a list of them."""
    (name, rule, ground), others = (group[0].name, group[0].rule, group[0].ground), group[1:]
    sure = float(rule.options.get("confidence", 1.0)) * min(bearer.name.confidence for bearer in group)
    why = f"{_SOURCES[name.source]}；{rule.options.get('why', rule.source)}{_GROUNDS[ground]}"
    found = finding_at(part, view, rule, name.start, name.end, confidence=round(sure, 2), why=why)
    if not others:
        return found
    spans = [span for bearer in others for span in view.spans(bearer.name.start, bearer.name.end)]
    more = (*found.more, *((span.segment, span.start, span.end) for span in spans))
    return replace(found, more=more, count=len(group))
