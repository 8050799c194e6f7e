"""What a file says, character by character, without the lines in which an issued file (正式件) may differ.

A draft is written in an office program, an issued file often is a pdf: so white space, ends of lines and paragraphs do
not count, and characters are compared in their folded form (`model/folding.py`). Only whole lines are taken out, only
where a rule of ``config/rules/issuing.toml`` looks for them, and never when it is unclear which one is meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise

from disclosure_pipeline.builtin.extractors.pictures.scanned import SEAL
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.folding import bare, folded
from disclosure_pipeline.model.issuing import IssueRule, Where
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.reading import find_title
from disclosure_pipeline.model.text import Place

Origin = tuple[int, int]
"""Index of the segment, and offset in its text."""

_LINE = re.compile("[^\n\r\v\f\u2028\u2029]+")
_MARGINS = ("header", "footer")
_PIXELS = "ocr"
_TABLE = "table"


@dataclass(frozen=True, slots=True)
class Line:
    """One line that a reader sees.

    Args:
        words: its folded characters without white space; never empty.
        origins: where each of them stands.
        place: the place of its segment.
    """

    words: str
    origins: tuple[Origin, ...]
    place: Place

    @property
    def in_table(self) -> bool:
        """Whether it is a cell, or a line of one."""
        return self.place.kind == _TABLE or self.place.cell is not None


@dataclass(frozen=True, slots=True)
class Taken:
    """A line that may differ, or the piece of one.

    Args:
        rule: the rule that lets it.
        words: its folded characters.
        origin: where it begins.
    """

    rule: IssueRule
    words: str
    origin: Origin


@dataclass(frozen=True)
class Reduced:
    """A file as it is compared.

    Args:
        part: the file.
        text: its folded characters without white space and without what may differ.
        origins: where each of them stands.
        taken: what may differ, in the order of the file.
    """

    part: PartText
    text: str
    origins: tuple[Origin, ...]
    taken: tuple[Taken, ...]

    @cached_property
    def positions(self) -> Mapping[Origin, tuple[int, ...]]:
        """The positions in :attr:`text` of a character of the file; a ligature has several."""
        found: dict[Origin, tuple[int, ...]] = {}
        for position, origin in enumerate(self.origins):
            found[origin] = (*found.get(origin, ()), position)
        return found

    def characters(self, segment: int, start: int, end: int) -> list[Origin]:
        """The characters of a range that a comparison sees: neither white space nor invisible."""
        text = self.part.text.segments[segment].text
        return [(segment, at) for at in range(start, min(end, len(text))) if bare(text[at])]


class Reducer:
    """Takes out what may differ.

    Args:
        rulebook: the rules for issued files, and those that find a title.
        bodies: names of the bodies that issue the document, as far as its slip tells.
    """

    def __init__(self, rulebook: RuleBook, bodies: Iterable[str] = ()):
        self._rulebook = rulebook
        self._bodies = {bare(name) for name in bodies if name}
        self._rules = {where: [rule for rule in rulebook.issuing if rule.where is where] for where in Where}
        self._patterns = {
            rule.id: [re.compile(pattern) for pattern in rule.patterns]
            for rule in rulebook.issuing
            if rule.where is not Where.UNSEEN
        }

    def reduce(self, part: PartText) -> Reduced:
        """A file without what may differ; of an attachment only the numbers of pages are taken out.

        Args:
            part: the 正文 or an attachment.
        """
        lines = lines_of(part)
        typed = any(line.place.kind != _PIXELS for line in lines)
        pictures = {
            number for number, line in enumerate(lines)
            if line.place.kind == _PIXELS and (typed or line.place.detail == SEAL)
        }  # fmt: skip
        printed = [number for number in range(len(lines)) if number not in pictures]
        taken: dict[int, tuple[Taken, ...]] = self._page_numbers(lines, printed)
        if part.role is PartRole.MAIN:
            left = [number for number in printed if number not in taken]
            taken |= self._head(part, lines, left)
            tail, signature = self._tail(lines, left)
            taken |= tail
            if signature is not None:
                taken |= self._seals(lines, pictures, lines[signature])
        kept = [line for number, line in enumerate(lines) if number not in taken]
        return Reduced(
            part,
            "".join(line.words for line in kept),
            tuple(origin for line in kept for origin in line.origins),
            tuple(item for number in sorted(taken) for item in taken[number]),
        )

    # ------------------------------------------------------------------ where

    def _page_numbers(self, lines: Sequence[Line], printed: Sequence[int]) -> dict[int, tuple[Taken, ...]]:
        """Lines in the margins, and the first and the last line of each page, that say which page it is."""
        edges = {number: 0 for number in printed if lines[number].place.kind in _MARGINS}
        for page, group in groupby(printed, key=lambda number: lines[number].place.page):
            if page is not None:
                numbers = list(group)
                edges |= {numbers[0]: page, numbers[-1]: page}
        found: dict[int, tuple[Taken, ...]] = {}
        used: Counter[str] = Counter()
        for number, page in sorted(edges.items()):
            for rule in self._rules[Where.EDGE]:
                if used[rule.id] < rule.most and self._says_page(rule, lines[number], page):
                    used[rule.id] += 1
                    found[number] = (_taken(rule, lines[number]),)
                    break
        return found

    def _says_page(self, rule: IssueRule, line: Line, page: int) -> bool:
        """Whether a line is only the number of its page; in a margin of which the page is not known (0), any number."""
        matches = (pattern.fullmatch(line.words) for pattern in self._patterns[rule.id])
        return any(match and (not page or int(match[1]) == page) for match in matches)

    def _head(
        self, part: PartText, lines: Sequence[Line], left: Sequence[int]
    ) -> dict[int, tuple[Taken, ...]]:
        """Lines above the title that are nothing but what may differ there; a line may hold several such things.

        A number with a 签发人 beside it may be taken for the title: such a line is never one. Of a scan no title is known,
        so that only its first lines may be such.
        """
        title = find_title(part.text, self._rulebook)
        begins = (title.spot.segment, title.spot.start) if title is not None else (0, 0)
        found: dict[int, tuple[Taken, ...]] = {}
        used: Counter[str] = Counter()
        for number in left:
            line = lines[number]
            pieces = () if line.in_table else self._pieces(line)
            if not pieces and line.origins[0] >= begins:
                break
            more = Counter(item.rule.id for item in pieces)
            if pieces and all(used[item.rule.id] + more[item.rule.id] <= item.rule.most for item in pieces):
                used += more
                found[number] = pieces
        return found

    def _pieces(self, line: Line) -> tuple[Taken, ...]:
        """A line cut into things that may differ at the head; nothing when some of it is something else."""
        pieces: list[Taken] = []
        at = 0
        while at < len(line.words):
            for rule in self._rules[Where.HEAD]:
                ends = (
                    match.end()
                    for pattern in self._patterns[rule.id]
                    if (match := pattern.match(line.words, at))
                )
                if (end := max(ends, default=at)) > at:
                    pieces.append(Taken(rule, line.words[at:end], line.origins[at]))
                    at = end
                    break
            else:
                return ()
        return tuple(pieces)

    def _tail(
        self, lines: Sequence[Line], left: Sequence[int]
    ) -> tuple[dict[int, tuple[Taken, ...]], int | None]:
        """What may differ directly below the signature, and the signature's line.

        With several signatures that have a date or a note below them nobody can tell which is the document's own: then
        nothing is taken out.
        """
        signatures = [number for number in left if self._is_signature(lines[number])]
        begun = [one for one, other in pairwise(left) if one in signatures and self._below(lines[other])]
        if len(begun) != 1:
            return {}, signatures[-1] if signatures and not begun else None
        found: dict[int, tuple[Taken, ...]] = {}
        used: Counter[str] = Counter()
        for number in left[left.index(begun[0]) + 1 :]:
            rule = self._below(lines[number])
            if rule is None or used[rule.id] >= rule.most:
                break
            used[rule.id] += 1
            found[number] = (_taken(rule, lines[number]),)
        return found, begun[0]

    def _is_signature(self, line: Line) -> bool:
        if line.in_table:
            return False
        return line.words in self._bodies or any(
            self._is(rule, line.words) for rule in self._rules[Where.SIGNATURE]
        )

    def _below(self, line: Line) -> IssueRule | None:
        """The rule of the tail that a line is."""
        rules = () if line.in_table else self._rules[Where.TAIL]
        return next((rule for rule in rules if self._is(rule, line.words)), None)

    def _is(self, rule: IssueRule, words: str) -> bool:
        return any(pattern.fullmatch(words) for pattern in self._patterns[rule.id])

    def _seals(
        self, lines: Sequence[Line], pictures: Collection[int], signature: Line
    ) -> dict[int, tuple[Taken, ...]]:
        """Words in pictures beside or below the signature of which every character is one of the bodies' names."""
        letters = set(signature.words).union(*self._bodies)
        found: dict[int, tuple[Taken, ...]] = {}
        for rule in self._rules[Where.SEAL]:
            fitting = [
                number for number in sorted(pictures)
                if set(lines[number].words) <= letters and _is_behind(lines[number], signature)
            ]  # fmt: skip
            if len(fitting) <= rule.most:
                found |= {number: (_taken(rule, lines[number]),) for number in fitting}
        return found


def lines_of(part: PartText) -> list[Line]:
    """Every line of a file that a reader sees and that is not only white space, in reading order."""
    found = []
    for index, segment in enumerate(part.text.segments):
        if not segment.visible:
            continue
        for match in _LINE.finditer(segment.text):
            signs = [
                (sign, (index, at))
                for at, character in enumerate(match.group(), match.start())
                for sign in "".join(folded(character).split())
            ]
            if signs:
                words, origins = zip(*signs, strict=True)
                found.append(Line("".join(words), origins, segment.place))
    return found


def _taken(rule: IssueRule, line: Line) -> Taken:
    return Taken(rule, line.words, line.origins[0])


def _is_behind(line: Line, signature: Line) -> bool:
    """Whether a picture stands on the signature's page or a later one; without pages, behind it in the file."""
    if line.place.page is None or signature.place.page is None:
        return line.origins[0] > signature.origins[0]
    return line.place.page >= signature.place.page
