"""出生日期: the day, or the month, on which a person was born."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from disclosure_pipeline.builtin.detectors.common import finding_at, finding_of, refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.lookup import codes_of
from disclosure_pipeline.builtin.detectors.patterns import Hit, PatternSet, without_overlaps
from disclosure_pipeline.builtin.detectors.tables import named_cells
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.view import Span

_EXPRESSIONS = ("heading", "value", "public")


class BirthDate:
    """Finds dates of birth (the rules of the forms ``birth_date`` and ``birth_date_public``).

    The patterns of ``birth_date`` find a date with the word that makes it one; their group ``found`` is the date.
    Options are expressions: ``heading`` meets the headings and labels of tables, ``value`` a date in such a column,
    ``public`` the beginning of papers in which the law wants the month of birth shown (任前公示): there the rule
    ``birth_date_public`` mentions it.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: a rule is missing, empty or ambiguous, lacks an option, or does not compile.
    """

    id = "birth_date"
    version = "1"
    kinds = ("privacy.birth_date",)
    canaries = (
        Canary("出生日期：１９８０年３月\n１５日", "privacy.birth_date"),
        Canary("张某，男，1980年3月15日出生", "privacy.birth_date"),
        Canary("姓名\t出生年月\n张某\t1980.03", "privacy.birth_date"),
    )

    def __init__(self, rulebook: RuleBook):
        rules = rules_of(rulebook, "birth_date")
        public = rulebook.of_form("birth_date_public")
        if len(rules) != 1 or len(public) != 1:
            raise ConfigError("Not one rule each for dates of birth.", code="rule.ambiguous")
        self._rule, self._public = rules[0], public[0]
        self._patterns = PatternSet(rulebook, rules)
        self._is = self._patterns.options(self._rule, _EXPRESSIONS)

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired((self._rule, self._public))
        text = part.views.plain.text
        if "生" not in text:
            return []
        cells, hits = list(self._in_tables(part)), self._in_text(part)
        if not cells and not hits:
            return []
        rule = self._public if self._is["public"].search(text) else self._rule
        why = _reason(rule, "所在列或者左侧的栏目要求填写")
        found = [finding_of(part, cell, rule, why=why) for cell in cells]
        seen = {(item.segment, item.start) for item in found}
        why = _reason(rule, "日期前后有出生字样")
        others = (finding_at(part, part.views.plain, rule, hit.start, hit.end, why=why) for hit in hits)
        return found + [one for one in others if (one.segment, one.start) not in seen]

    def _in_tables(self, part: PartText) -> Iterator[Span]:
        for named in named_cells(part):
            is_headed = self._is["heading"].search(named.heading) or self._is["heading"].search(named.label)
            if is_headed and not named.is_heading and self._is["value"].fullmatch(named.cell.text):
                yield named.cell.span

    def _in_text(self, part: PartText) -> Sequence[Hit]:
        view = part.views.plain
        return without_overlaps(self._patterns.hits(view.text, codes_of(view)))


def _reason(rule: Rule, reason: str) -> str:
    return f"{rule.options.get('why', '')}；{reason}"
