"""Proves the built artefacts against the approved text, after they were read again.

The proof does not trust the builder. What the artefacts say is compared with the approved segments (`comparison.py`,
`page_proof.py`), and what they hold beside what they say must be nothing.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from disclosure_pipeline.builtin.public import word
from disclosure_pipeline.builtin.public.blocks import Picture, PublicCopy, public_copy
from disclosure_pipeline.builtin.public.build import NOTHING, PDF, Beside, PlannedFile, plan
from disclosure_pipeline.builtin.public.comparison import Problem, bare, compare
from disclosure_pipeline.builtin.public.page_proof import compare_pages, compare_pictures
from disclosure_pipeline.builtin.public.picture_proof import compare_held, released, unexpected
from disclosure_pipeline.builtin.public.render import BOM, FORMULA_STARTS
from disclosure_pipeline.builtin.public.selection import RECOGNISED, Redaction, is_recognised, public_parts
from disclosure_pipeline.builtin.public.workbook import SHEET_NAME
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import Part
from disclosure_pipeline.model.publication import Artefact
from disclosure_pipeline.model.text import Segment, Text

_LOST = ("page.no_text", "page.garbled", "text.empty")
"""Doubts of an extractor that mean: a page is not in the text, however an officer settled it."""

_LOST_IN_PIXELS = ("picture.unread", "picture.no_words", "ocr.unsure")
"""The same where the public text was read from pixels: nobody else would see that a digit is wrong."""

_PLAIN = ("text/plain", "text/csv")
_PICTURED = ("text/html", word.MEDIA_TYPE)
"""Types of files that hold pictures."""


def prove(
    files: Sequence[tuple[Artefact, Text]],
    title: str,
    texts: Sequence[PartText],
    parts: Sequence[Part],
    redactions: Sequence[Redaction] = (),
    *,
    beside: Beside = NOTHING,
) -> list[Problem]:
    """Prove all artefacts of a version, read again by the extractors.

    Args:
        files: each artefact that `build` made with its re-extracted text, in that order.
        title: approved title.
        texts: approved text per part.
        parts: files of the version.
        redactions: as given to `build`.
        beside: as given to `build`.
    """
    copy = public_copy(title, texts, parts, redactions, notes=beside.notes, pictures=beside.pictures)
    planned = {file.name: file for file in plan(copy, beside.papers)}
    boilerplate = [copy.title, *(section.heading for section in copy.sections if section.number), *copy.notes]
    lost = sum(_lost(part.text) for part in public_parts(texts))
    problems = [Problem("public.source_unread", lost)] if lost else []
    for index, (artefact, text) in enumerate(files):
        file = planned.pop(artefact.name, None)
        if file is None:
            problems.append(Problem("public.unexpected_file", 1, index))
            continue
        section = file.section
        sources = [part for part in texts if section is None or part.position == section.position]
        shown = _pictures(copy, file)
        ruled = released(sources, beside.pictures, beside.released) if shown else 0
        doubts = unexpected(text.doubts, ruled)
        if doubts or not text.segments:
            problems.append(Problem("public.unread", max(len(doubts), 1), index))
        if artefact.media_type == PDF:
            notes = beside.papers[section.position].notes if section is not None else ()
            found = compare_pages(text, sources, redactions, drawn=file.drawn, notes=notes)
        else:
            # One of several tables of a part holds only its share of the approved text.
            complete = artefact.media_type != "text/csv"
            said = _without_pictures(text, shown) if shown else text
            found = compare(_pieces(artefact, said), sources, redactions, boilerplate, complete=complete)
            if shown:
                found += compare_pictures(text, sources, redactions, _drafts(beside))
                found += _held(artefact, file, public_parts(sources), beside)
        found += leftovers(text, copy.title, shown)
        problems += [replace(problem, artefact=index) for problem in found]
    if planned:
        problems.append(Problem("public.missing_text", len(planned)))
    return problems


def _held(
    artefact: Artefact, file: PlannedFile, sources: Sequence[PartText], beside: Beside
) -> list[Problem]:
    """Compare the pictures in a file with those that were chosen for it; of other bytes nothing is known."""
    if hashlib.sha256(file.content).hexdigest() != artefact.sha256:
        return [Problem("public.foreign_picture", 1)]
    return compare_held(file.content, file.media_type, sources, beside.pictures, beside.released)


def _pictures(copy: PublicCopy, file: PlannedFile) -> tuple[str, ...]:
    """Names of the pictures that a file holds."""
    if file.media_type not in _PICTURED:
        return ()
    sections = copy.sections if file.section is None else (file.section,)
    return tuple(block.name for section in sections for block in section.blocks if isinstance(block, Picture))


def _drafts(beside: Beside) -> dict[int, frozenset[str]]:
    """Names that the pictures have in their drafts, by the position of the part."""
    return {
        position: frozenset(picture.part for pictures in placed.values() for picture in pictures)
        for position, placed in beside.pictures.items()
    }


def _without_pictures(text: Text, names: Sequence[str]) -> Text:
    """What a document says beside its pictures."""
    said = (
        segment
        for segment in text.segments
        if segment.place.kind != RECOGNISED and not _is_name(segment, names)
    )
    return replace(text, segments=tuple(said))


def leftovers(text: Text, title: str, pictures: Sequence[str] = ()) -> list[Problem]:
    """What an artefact holds that its page does not show; of properties only the approved title may be there.

    What stands for a picture where it is not seen is its number. Plain text has no such places: what its reader decodes of the characters that are seen is compared as text.
    """
    if text.media_type in _PLAIN:
        return []
    left = [
        segment
        for segment in text.segments
        if not _is_expected(segment, title) and not _is_name(segment, pictures)
    ]
    metadata = sum(segment.place.kind == "metadata" for segment in left)
    counts = {"public.hidden": len(left) - metadata, "public.metadata": metadata}
    return [Problem(code, count) for code, count in counts.items() if count]


def _is_expected(segment: Segment, title: str) -> bool:
    if segment.visible or not segment.text.strip() or _is_sheet_name(segment):
        return True
    return segment.place.kind == "metadata" and bare(segment.text) == bare(title)


def _is_name(segment: Segment, pictures: Sequence[str]) -> bool:
    """Whether a segment is what stands for a picture that is not seen."""
    return segment.place.kind == "alt" and segment.text in pictures


def _is_sheet_name(segment: Segment) -> bool:
    return segment.place.kind == "name" and SHEET_NAME.fullmatch(segment.text) is not None


def _lost(text: Text) -> int:
    """Doubts about pages that the public copy would lack, or hold as nobody surely read them."""
    codes = (*_LOST, *_LOST_IN_PIXELS) if is_recognised(text) else _LOST
    return sum(doubt.code in codes for doubt in text.doubts)


def _pieces(artefact: Artefact, text: Text) -> list[str]:
    """The re-extracted text in the pieces it was written in: cells of a table, else lines."""
    if artefact.media_type != "text/csv":
        said = (segment.text for segment in text.segments if not _is_sheet_name(segment))
        return [piece for words in said for piece in re.split(r"[\t\n]", words)]
    lines = "\n".join(segment.text for segment in text.segments).removeprefix(BOM)
    cells = [cell for row in csv.reader(lines.splitlines(keepends=True)) for cell in row]
    return [
        cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell for cell in cells
    ]
