"""How the findings of an issued file are settled as those of the approved version were.

Both say the same characters in the same order (`comparing.py`), so every character of the one is known in the other,
and a finding is matched by the very characters that it names. What cannot be matched, or could not be left out of the
public copy in the same way, makes the issued file one that is reviewed in full.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from disclosure_pipeline.builtin.issued.lines import Origin, Reduced
from disclosure_pipeline.hooks.contracts import Approved, PartText
from disclosure_pipeline.hooks.stages import Carried
from disclosure_pipeline.model.document import Part
from disclosure_pipeline.model.finding import (
    PERSON,
    UNDETERMINED,
    Finding,
    Settlement,
    Severity,
    Treatment,
)
from disclosure_pipeline.model.folding import bare
from disclosure_pipeline.model.policy import RuleBook

Range = tuple[int, int, int]


class NotCarried(Exception):
    """A settlement that cannot be carried over.

    Args:
        finding: the finding of the issued file that nobody has judged, or ``None`` when it is one of the approved version
            that has no counterpart.
    """

    def __init__(self, finding: Finding | None = None):
        super().__init__()
        self.finding = finding


@dataclass(frozen=True)
class Side:
    """One of the two versions.

    Args:
        parts: its files. texts: what was read in them.
        papers: its public files as they are compared, in the same order on both sides.
    """

    parts: Mapping[int, Part]
    texts: Mapping[int, PartText]
    papers: Sequence[Reduced]

    @classmethod
    def of(cls, parts: Sequence[Part], texts: Sequence[PartText], papers: Sequence[Reduced]) -> Side:
        """The side with these files."""
        return cls({item.position: item for item in parts}, {item.position: item for item in texts}, papers)

    def number(self, position: int) -> int | None:
        """Which of the compared files a part is; ``None`` for a slip or an internal sheet."""
        numbers = (number for number, paper in enumerate(self.papers) if paper.part.position == position)
        return next(numbers, None)


def carry(
    findings: Sequence[Finding], approved: Approved, old: Side, new: Side, rulebook: RuleBook
) -> Carried:
    """What an issued file that says what was approved takes over.

    Args:
        findings: of the issued file.
        approved: the approved version.
        old: its files as they are compared.
        new: those of the issued file.
        rulebook: says what can be masked.

    Raises:
        NotCarried: something of it was not judged, or cannot be handled in the same way.
    """
    return _Carrier(approved, old, new, rulebook).carried(findings)


class _Carrier:
    def __init__(self, approved: Approved, old: Side, new: Side, rulebook: RuleBook):
        self._approved, self._old, self._new, self._rulebook = approved, old, new, rulebook
        self._left: dict[Hashable, list[Finding]] = {}
        for item in approved.findings:
            self._left.setdefault(_key(item, old), []).append(item)

    def carried(self, findings: Sequence[Finding]) -> Carried:
        settled = []
        for item in findings:
            known = self._counterpart(item)
            if known is not None and known.id in self._approved.settled:
                self._check(item, known)
                settled.append((item.id, known.id))
            elif item.severity is not Severity.INFO:
                raise NotCarried(item)
        return Carried(self._approved.version, tuple(settled), tuple(self._marked()))

    def _counterpart(self, item: Finding) -> Finding | None:
        """The finding of the approved version that names the same characters, and binds no less."""
        known = self._left.get(_key(item, self._new))
        if not known or known[0].severity.weight < item.severity.weight:
            return None
        return known.pop(0)

    def _marked(self) -> Iterator[tuple[Finding, str]]:
        """What was marked by hand, at its place in the issued file; whatever was struck out must have been found again."""
        for item in (one for rest in self._left.values() for one in rest):
            if item.detector == PERSON:
                moved = self._moved(item)
                if moved is None or item.id not in self._approved.settled:
                    raise NotCarried
                self._check(moved, item)
                yield moved, item.id
            elif self._is_struck(item) and self._is_seen(item):
                raise NotCarried

    def _check(self, item: Finding, known: Finding) -> None:
        """Prove that the characters can be left out as they were (the rules of `pipeline/settling.py`).

        Raises:
            NotCarried: they cannot.
        """
        if not self._is_struck(known):
            return
        treatment = self._approved.treatments.get(known.id)
        fits = bool(item.text) or item.place.bbox is not None
        if treatment == Treatment.MASK:
            whole = item.count in (1, len(item.ranges))
            fits = fits and whole and self._rulebook.mask(item.kind) is not None
        elif treatment == Treatment.COLUMN:
            fits = fits and item.place.cell is not None and item.place.cell == known.place.cell
        if not fits:
            raise NotCarried(item)

    def _is_struck(self, known: Finding) -> bool:
        return self._approved.settled.get(known.id) == Settlement.REDACT.value

    def _is_seen(self, known: Finding) -> bool:
        """Whether a finding names something that could become public; what cannot be told counts as such."""
        part = self._old.texts.get(known.part)
        if part is None or not part.role.public:
            return part is None
        segments = part.text.segments
        return any(not 0 <= index < len(segments) or segments[index].visible for index, _, _ in known.ranges)

    # ---------------------------------------------------------------- by hand

    def _moved(self, item: Finding) -> Finding | None:
        """What was marked by hand in the approved version, at its place in the issued file."""
        number = self._old.number(item.part)
        if number is None:
            return None
        old, new = self._old.papers[number], self._new.papers[number]
        if not item.text:
            same = self._old.parts[item.part].sha256 == self._new.parts[new.part.position].sha256
            return replace(item, part=new.part.position) if same else None
        found: list[Range] = []
        for one in item.ranges:
            moved = _moved_range(one, old, new)
            if moved is None:
                return None
            found += moved
        (segment, start, end), *more = found
        there = new.part.text.segments[segment]
        return replace(
            item, part=new.part.position, segment=segment, start=start, end=end, more=tuple(more),
            text=there.text[start:end], place=there.place,
        )  # fmt: skip


def _moved_range(one: Range, old: Reduced, new: Reduced) -> list[Range] | None:
    """Where the characters of a range stand in the other file; ``None`` unless it is all of them and no other."""
    characters = old.characters(*one)
    if not characters or any(origin not in old.positions for origin in characters):
        return None
    wanted = [position for origin in characters for position in old.positions[origin]]
    found = []
    for segment, group in groupby(
        (new.origins[position] for position in wanted), key=lambda origin: origin[0]
    ):
        offsets = [at for _, at in group]
        found.append((segment, min(offsets), max(offsets) + 1))
    there = [origin for piece in found for origin in new.characters(*piece)]
    if [position for origin in there for position in new.positions.get(origin, (-1,))] != wanted:
        return None
    return found


# ---------------------------------------------------------------------- what is the same finding


def _key(item: Finding, side: Side) -> Hashable:
    """What a finding shares with its counterpart in the other version: kind, rule, and the very characters.

    Characters that are not compared (hidden ones, lines that may differ) are known by their words. What could not be
    looked at is the same only in the same bytes.
    """
    number = side.number(item.part)
    file = side.parts.get(item.part)
    part: Hashable = number if number is not None else file.role.value if file else "none"
    about = (part, item.kind, item.rule, item.detector, item.count)
    if item.kind == UNDETERMINED or (item.detector == PERSON and not item.text):
        digest = file.sha256 if file else item.id
        return (*about, digest, item.suggestion, str(item.place.as_json()))
    positions: list[int] = []
    words: list[tuple[str, str]] = []
    for one in item.ranges:
        seen = _positions(one, side.papers[number]) if number is not None else None
        if seen:
            positions += seen
        else:
            words.append(_words(one, side.texts.get(item.part)))
    return (*about, frozenset(positions), tuple(words))


def _positions(one: Range, paper: Reduced) -> list[int] | None:
    """The positions of a range's characters; ``None`` unless each of them is compared."""
    if not 0 <= one[0] < len(paper.part.text.segments):
        return None
    characters: list[Origin] = paper.characters(*one)
    if any(origin not in paper.positions for origin in characters):
        return None
    return [position for origin in characters for position in paper.positions[origin]]


def _words(one: Range, part: PartText | None) -> tuple[str, str]:
    """The kind of place and the words of a range that is not compared."""
    index, start, end = one
    if part is None or not 0 <= index < len(part.text.segments):
        return "", ""
    segment = part.text.segments[index]
    return segment.place.kind, bare(segment.text[start:end])
