"""What the settlements of a version mean for its public copy: which characters go, and what is shown of them.

Most of the public copy is made of characters. A box that an officer drew over a picture means nothing there, unless
characters of the same page could stand under it that the box does not hold; then nobody can tell whether they were
meant, and the copy must not be made. Where pages go out as pictures, the box is burnt in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from disclosure_pipeline.builtin.detectors.tables import NamedCell, Table, tables_of
from disclosure_pipeline.builtin.public.selection import MARK, RECOGNISED, Redaction, public_segments
from disclosure_pipeline.hooks.contracts import Case, PartText
from disclosure_pipeline.hooks.stages import Struck
from disclosure_pipeline.model.boxes import GRAZE, share
from disclosure_pipeline.model.finding import Finding, Settlement, Treatment
from disclosure_pipeline.model.masks import STAR, masked_pieces
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.model.view import Span


class Redactions:
    """The redactions of one version.

    Args:
        case: the version, its findings and how they were settled.
        rulebook: says how much of a masked hit may be shown.
    """

    def __init__(self, case: Case, rulebook: RuleBook):
        self._case = case
        self._rulebook = rulebook
        self._texts = {part.position: part for part in case.texts}

    @cached_property
    def redactions(self) -> tuple[Redaction, ...]:
        """The characters that the secrecy officer struck out or masked."""
        return tuple(one for item in self._struck if not _is_bare_box(item) for one in self._of(item))

    @cached_property
    def shown(self) -> Mapping[tuple[str, str], int]:
        """How binding the masked findings were, by kind and masked form without white space."""
        found: dict[tuple[str, str], int] = {}
        for item in self._struck:
            if self._treatment(item) is Treatment.MASK:
                forms = [one.shown for one in self._of(item) if one.masks]
                for form in forms if item.count > 1 else ["".join(forms)]:
                    key = (item.kind, "".join(form.split()))
                    found[key] = max(found.get(key, 0), item.severity.weight)
        return found

    def withheld(self, part: int) -> tuple[Finding, ...]:
        """The struck findings of a part by which readers lack something: public characters, or a place in a picture.

        Args:
            part: its position.
        """
        text = self._texts.get(part)
        shown = _shown(text.text) if text is not None else set()
        return tuple(
            item
            for item in self._struck
            if item.part == part
            and (_is_bare_box(item) or any(segment in shown for segment, _, _ in item.ranges))
        )

    def of_part(self, part: int) -> Struck:
        """Everything of a part that its pages must not show.

        Args:
            part: its position.
        """
        return Struck(
            tuple((item.segment, item.start, item.end) for item in self.redactions if item.part == part),
            tuple(
                (item.place.page, item.place.bbox)
                for item in self._struck
                if item.part == part and _is_bare_box(item)
            ),
        )

    @property
    def moved(self) -> int:
        """How many of them mean other characters than those that were judged."""
        return sum(not self._stands(item) for item in self._struck if item.text)

    @property
    def unsure_boxes(self) -> int:
        """How many boxes without characters lie where characters become public that they might mean."""
        return sum(self._is_unsure(item) for item in self._struck if _is_bare_box(item))

    @property
    def _struck(self) -> Iterator[Finding]:
        redacted = Settlement.REDACT.value
        return (item for item in self._case.findings if self._case.settled.get(item.id) == redacted)

    def _treatment(self, item: Finding) -> Treatment:
        return Treatment(self._case.treatments.get(item.id, Treatment.REMOVE.value))

    def _of(self, item: Finding) -> Iterator[Redaction]:
        treatment = self._treatment(item)
        forms = self._forms(item) if treatment is Treatment.MASK else ()
        for number, (segment, start, end) in enumerate(item.ranges):
            # A form without a star would show everything: what a rule cannot mask is removed.
            form = forms[number] if forms and STAR in forms[number] else MARK
            yield Redaction(item.part, segment, start, end, form)
        if treatment is Treatment.COLUMN:
            yield from self._columns(item)

    def _forms(self, item: Finding) -> tuple[str, ...]:
        """What is shown of each range; nothing where no rule says how."""
        mask, part = self._rulebook.mask(item.kind), self._texts.get(item.part)
        whole = item.count in (1, len(item.ranges))
        if mask is None or part is None or not whole or not _within(item, part):
            return ()
        pieces = [part.text.segments[segment].text[start:end] for segment, start, end in item.ranges]
        if item.count == 1:
            return masked_pieces(pieces, mask)
        return tuple(form for piece in pieces for form in masked_pieces((piece,), mask))

    def _columns(self, item: Finding) -> Iterator[Redaction]:
        """Every cell below the heading in the columns that a finding stands in."""
        part = self._texts.get(item.part)
        for table in tables_of(part) if part else ():
            columns = {cell.column for cell in table.cells if _is_hit(item, cell.span)}
            for named in _below(table, columns):
                span = named.cell.span
                yield Redaction(item.part, span.segment, span.start, span.end, "", named=False)

    def _stands(self, item: Finding) -> bool:
        part = self._texts.get(item.part)
        if part is None or not 0 <= item.segment < len(part.text.segments):
            return False
        return part.text.segments[item.segment].text[item.start : item.end] == item.text

    def _is_unsure(self, item: Finding) -> bool:
        box, part = item.place.bbox, self._texts.get(item.part)
        if box is None or part is None or not part.role.public:
            return part is None or part.role.public
        return any(
            segment.text.strip()
            and segment.place.page in (item.place.page, None)
            and (
                segment.place.bbox is None
                or max(share(box, segment.place.bbox), share(segment.place.bbox, box)) > GRAZE
            )
            for _, segment in public_segments(part.text)
        )


def _shown(text: Text) -> set[int]:
    """The segments that readers would see: public ones, and words in pictures."""
    return {index for index, _ in public_segments(text)} | {
        index
        for index, segment in enumerate(text.segments)
        if segment.visible and segment.place.kind == RECOGNISED
    }


def _is_bare_box(item: Finding) -> bool:
    """Whether somebody drew a box over something without characters."""
    return not item.text and item.start == item.end and item.place.bbox is not None


def _within(item: Finding, part: PartText) -> bool:
    return all(0 <= segment < len(part.text.segments) for segment, _, _ in item.ranges)


def _is_hit(item: Finding, span: Span) -> bool:
    return any(
        segment == span.segment and start < span.end and span.start < end
        for segment, start, end in item.ranges
    )


def _below(table: Table, columns: set[int]) -> Iterator[NamedCell]:
    if columns:
        yield from (cell for cell in table.named if not cell.is_heading and cell.cell.column in columns)
