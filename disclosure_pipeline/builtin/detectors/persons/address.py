"""住址: where somebody lives, beyond township or street (乡镇、街道).

Words say whose address it is: a label or a heading (家庭住址), or the persons and offices that the text before it
speaks of. An office's address is no finding.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from disclosure_pipeline.builtin.detectors.common import finding_at, finding_of, refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.grounds.reporting import cells
from disclosure_pipeline.builtin.detectors.lookup import codes_of
from disclosure_pipeline.builtin.detectors.patterns import PatternSet
from disclosure_pipeline.builtin.detectors.sieve import Finder, Sieve
from disclosure_pipeline.builtin.detectors.tables import Cell, NamedCell, tables_of
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.view import View

_LONGEST = 70
"""Characters of an address at most."""
_BEFORE = 60
"""Characters before an address in which a word may say whose it is."""
_NEAR = 16
"""Characters behind an address that may say so."""

_STOP = re.compile(r"[,;:。!?\t\"“”《》<>|]")
_NEXT_LINE = re.compile(r"\n(?:[0-9一二三四五六七八九十]{1,3}[.、)]|[^\n]{0,10}:|\()")
_BREAK = re.compile(r"[\n\t,;:。!?、\"“”《》()<>|]")

_OF = re.compile("(?<=.{4})的")
_UNMATCHED = re.compile(r"[^()]*(?:\([^()]*\)[^()]*)*\)")
"""Up to a closing bracket that was opened before the address."""

_EXPRESSIONS = (
    "label", "weak_label", "neutral_label", "beyond", "strict", "township", "person", "office", "person_after",
    "other_after", "lead", "place", "word", "loose", "trailer", "heading", "neutral_heading", "person_table", "office_table",
)  # fmt: skip

_SIEVED = ("place", "word", "label", "weak_label", "neutral_label")
"""What is looked for in the whole text, beside the details."""

_Range = tuple[int, int, str]


class _Village:
    """Tells cells that name no more than a village or a group of one, under a heading that asks for that.

    Args:
        rule: its patterns are such headings; options are expressions: ``house`` is what goes beyond a village group,
            ``unless`` meets the title and the headings of tables in which even the village is an address.
        compiler: compiles them.
    """

    def __init__(self, rule: Rule, compiler: PatternSet):
        self.rule = rule
        self._heading = compiler.compiled(rule, "|".join(f"(?:{pattern})" for pattern in rule.patterns))
        self._house = compiler.compiled(rule, str(rule.options.get("house", "")))
        self._unless = compiler.compiled(rule, str(rule.options.get("unless", "(?!)")))

    def asks(self, named: NamedCell) -> bool:
        """Whether a cell is asked for a village."""
        return self._heading.fullmatch(named.heading) is not None

    def is_all(self, named: NamedCell) -> bool:
        """Whether it names no more, and need not."""
        if self._house.search(named.cell.text):
            return False
        return self._unless.search(f"{named.title} {named.headings}") is None


class Address:
    """Finds residential addresses (the rule of the form ``address``).

    Its patterns are the details of an address (``村3组``, ``路5号``). Options are expressions: ``label`` names an
    address of a person before a colon, ``weak_label`` in a sentence, ``neutral_label`` anybody's; ``beyond`` is what
    an address holds that goes beyond the ``township``, ``strict`` the same in a sentence; ``person`` and ``office``
    are words that say whose address follows, of which the nearest counts; ``person_after`` and ``other_after``
    stand behind it; ``lead`` is what may stand before an address in its sentence, ``trailer`` what does behind it,
    ``loose`` a detail without what it belongs to; ``place`` and ``word`` are cheap expressions without which there is
    no detail and no label;
    ``heading``, ``neutral_heading``, ``person_table`` and ``office_table`` meet the headings of tables.

    A column that names no more than villages and groups of them (lists of subsidies) is mentioned once, by the rule of
    the form ``address_village``; without that rule its cells are addresses like others.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: the rule is missing, empty or ambiguous, lacks an option, or does not compile.
    """

    id = "address"
    version = "1"
    kinds = ("privacy.address",)
    canaries = (
        Canary("家庭住址：山东省济南市历城区东关镇幸福村３组", "privacy.address"),
        Canary("申请人，女，現住陽光小區3號樓2單\n元501室。", "privacy.address"),
        Canary("姓名\t家庭住址\n张某\t东关镇幸福村三组12号", "privacy.address"),
    )

    def __init__(self, rulebook: RuleBook):
        rules = rules_of(rulebook, "address")
        if len(rules) > 1:
            raise ConfigError("More than one rule of form address.", code="rule.ambiguous")
        self._rule = rule = rules[0]
        compiler = PatternSet(rulebook, ())
        self._detail = compiler.compiled(rule, "|".join(rule.patterns))
        self._is = compiler.options(rule, _EXPRESSIONS)
        self._sieve = Sieve([self._detail, *(self._is[name] for name in _SIEVED)])
        self._villages = tuple(_Village(one, compiler) for one in rulebook.of_form("address_village"))

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired((self._rule, *(village.rule for village in self._villages)))
        view = part.views.plain
        found, judged = self._in_tables(part)
        taken = 0
        for start, end, why in sorted(self._in_text(view), key=lambda item: (item[0], -item[1])):
            if start < taken:
                continue
            one = finding_at(part, view, self._rule, start, end, why=why)
            if not any(_within(place, judged.get(place[0], ())) for place in one.ranges):
                found.append(one)
                taken = end
        return found

    def _in_tables(self, part: PartText) -> tuple[list[Finding], dict[int, list[tuple[int, int]]]]:
        """What cells hold whose heading or label speaks of addresses, and the ranges of those cells by segment."""
        found: list[Finding] = []
        judged: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        why = self._reason("所在列或者左侧的栏目要求填写住址")
        for table in tables_of(part):
            columns: dict[tuple[str, int], tuple[Rule, list[Cell]]] = {}
            for named in table.named:
                span = named.cell.span
                village = next((one for one in self._villages if one.asks(named)), None)
                if named.is_heading or not (village or self._asks(named)):
                    continue
                judged[span.segment].append((span.start, span.end))
                if not self._is_somebodys(named) or not self._is_beyond(named.cell.text, "beyond"):
                    continue
                if village is not None and village.is_all(named):
                    key = (village.rule.id, named.cell.column)
                    columns.setdefault(key, (village.rule, []))[1].append(named.cell)
                else:
                    found.append(finding_of(part, span, self._rule, why=why))
            found += [cells(part, rule, several) for rule, several in columns.values()]
        return found, judged

    def _asks(self, named: NamedCell) -> bool:
        """Whether a cell is asked for an address, of whomever."""
        return self._is_private_cell(named) or self._is["neutral_heading"].search(named.heading) is not None

    def _is_private_cell(self, named: NamedCell) -> bool:
        heading = self._is["heading"]
        return bool(heading.search(named.heading) or heading.fullmatch(named.label))

    def _is_somebodys(self, named: NamedCell) -> bool:
        """Whether the address in a cell is a person's."""
        table = f"{named.title} {named.headings}"
        of_offices = self._is["office_table"].search(named.headings) is not None
        return self._is_private_cell(named) or (
            not of_offices and self._is["person_table"].search(table) is not None
        )

    def _in_text(self, view: View) -> Iterator[_Range]:
        text, sifted = view.text, self._sieve.sifted(view.text, codes_of(view))
        detail, *others = (sifted.finder(number) for number in range(len(_SIEVED) + 1))
        finders = dict(zip(_SIEVED, others, strict=True))
        yield from self._labelled(text, finders)
        for match in _matches(detail, _windows(finders["place"], _LONGEST // 2)):
            start = self._beginning(text, match.start())
            reason = self._whose(text, start, match.end())
            if reason:
                yield start, match.end(), self._reason(reason)

    def _labelled(self, text: str, finders: Mapping[str, Finder]) -> Iterator[_Range]:
        """Addresses behind a word that asks for them."""
        windows = _windows(finders["word"], _NEAR)
        for name, reason in (
            ("label", "前面有住址、户籍地一类字样"),
            ("weak_label", "前面说某人住在何处"),
            ("neutral_label", "前面有地址字样，并且说的是个人"),
        ):
            for match in _matches(finders[name], windows):
                start, end = self._value(text, match.end())
                check = "beyond" if match.group()[-1] in ":= \t\n" else "strict"
                if not self._is_beyond(text[start:end], check):
                    continue
                if name == "neutral_label" and not self._is_private(text, match.start(), end):
                    continue
                yield start, end, self._reason(reason)

    def _value(self, text: str, start: int) -> tuple[int, int]:
        """The range of what is written behind a label; a line end within an address does not end it."""
        stretch = text[start : start + _LONGEST]
        stop = _STOP.search(stretch)
        end = stop.start() if stop else len(stretch)
        line = stretch.find("\n", 1)
        if 0 < line < end:
            end = (
                line if _NEXT_LINE.match(stretch, line) or "\t" in stretch else self._over(stretch, line, end)
            )
        elif stop and stop.group() == ":":
            end = max(stretch.rfind(" ", 0, end), 0) or end
        last = max((match.end() for match in self._is["loose"].finditer(stretch, 0, end)), default=end)
        if self._is["trailer"].match(stretch, last):
            end = last
        if of := _OF.search(stretch, 0, end):
            end = of.start()
        if bracket := _UNMATCHED.match(stretch, 0, end):
            end = bracket.end() - 1
        value = stretch[:end]
        return start + len(value) - len(value.lstrip()), start + len(value.rstrip())

    def _over(self, stretch: str, line: int, end: int) -> int:
        """Where an address ends that may go on behind the end of its line."""
        details = [match.end() for match in self._is["loose"].finditer(stretch, 0, end)]
        if details and details[-1] > line:
            return details[-1]
        return line if self._is_beyond(stretch[:line], "beyond") else end

    def _is_beyond(self, value: str, check: str) -> bool:
        """Whether an address tells more than the township."""
        words = "".join(value.split())
        behind = max((match.end() for match in self._is["township"].finditer(words)), default=0)
        return self._is[check].search(words, behind) is not None

    def _beginning(self, text: str, detail: int) -> int:
        """Where the address begins in which a detail stands."""
        low = max(0, detail - _LONGEST // 2)
        for border in _BREAK.finditer(text, low, detail):
            low = border.end()
        for lead in self._is["lead"].finditer(text, low, detail):
            low = lead.end()
        while low < detail and text[low].isspace():
            low += 1
        return low

    def _whose(self, text: str, start: int, end: int) -> str:
        """Why the address is a person's; empty where it is not."""
        behind = text[end : end + _NEAR]
        if self._is["other_after"].match(behind):
            return ""
        if self._is["person_after"].match(behind):
            return "后面说的是居民"
        if self._is_private(text, start, end):
            return "前后说的是个人"
        return ""

    def _is_private(self, text: str, start: int, end: int) -> bool:
        """Whether the nearest word before speaks of a person rather than of an office; without any, the next one."""
        before = text[max(0, start - _BEFORE) : start]
        person, office = (
            max((match.end() for match in self._is[name].finditer(before)), default=-1)
            for name in ("person", "office")
        )
        if person < 0 and office < 0:
            behind = text[end : end + _NEAR]
            return self._is["person"].search(behind) is not None and self._is["office"].search(behind) is None
        return person > office

    def _reason(self, reason: str) -> str:
        return f"{self._rule.options.get('why', '')}；{reason}"


def _windows(sign: Finder, reach: int) -> list[tuple[int, int]]:
    """The stretches round a cheap sign."""
    windows: list[tuple[int, int]] = []
    for match in sign.finditer(0, len(sign.text)):
        start, end = max(0, match.start() - reach), match.end() + reach
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], end)
        else:
            windows.append((start, end))
    return windows


def _matches(finder: Finder, windows: Sequence[tuple[int, int]]) -> Iterator[re.Match[str]]:
    for start, end in windows:
        yield from finder.finditer(start, end)


def _within(place: tuple[int, int, int], ranges: Sequence[tuple[int, int]]) -> bool:
    return any(start < place[2] and place[1] < end for start, end in ranges)
