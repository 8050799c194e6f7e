"""Proves the built artefacts against the approved text, after they were read again.

The proof does not trust the builder: it takes the approved segments and the re-extracted text and
asks three things. Does every character come from the approved visible text? Is everything that was
redacted gone? Is everything that was approved there? White space and characters that no reader
sees do not count. Answers are codes and counts, never text.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from disclosure_pipeline.builtin.public.blocks import public_copy
from disclosure_pipeline.builtin.public.build import plan
from disclosure_pipeline.builtin.public.render import BOM, FORMULA_STARTS
from disclosure_pipeline.builtin.public.selection import (
    MARK,
    RECOGNISED,
    Cuts,
    Redaction,
    clean,
    is_recognised,
    public_parts,
    public_segments,
)
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import Part
from disclosure_pipeline.model.printed import is_page_number
from disclosure_pipeline.model.publication import Artefact
from disclosure_pipeline.model.text import Text

_CUT = "\uffff"
"""Stands for removed characters inside the proof; no file can hold this noncharacter in its text."""
_LOST = ("page.no_text", "page.garbled", "text.empty")
"""Doubts of an extractor that mean: a page is not in the text, however an officer settled it."""

_LOST_IN_PIXELS = ("picture.unread", "picture.no_words", "ocr.unsure")
"""The same where the public text was read from pixels: nobody else would see that a digit is wrong."""

_SHORTEST_CJK = 2
_SHORTEST_ASCII = 4


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an artefact must not be frozen.

    Args:
        code: ``public.empty`` a part without public text; ``public.foreign_text`` text that was not
            approved; ``public.redacted_remains`` redacted characters still readable;
            ``public.missing_text`` approved text that is not there; ``public.source_unread`` pages of
            the draft that were not read, or not surely (a scan), which the copy would lack;
            ``public.unread`` the artefact could not be read again; ``public.unexpected_file`` a file
            that the approved content does not give.
        count: how often.
        artefact: position of the artefact in the list that was proved, -1 for all together.
    """

    code: str
    count: int
    artefact: int = -1


def compare(
    built: Sequence[str],
    approved: Sequence[PartText],
    redactions: Sequence[Redaction],
    boilerplate: Sequence[str] = (),
    *,
    complete: bool = True,
) -> list[Problem]:
    """Compare the re-extracted text of one artefact with the approved text it was made from.

    Args:
        built: re-extracted pieces in reading order (a paragraph, a cell), from every place of the
            artefact, also its metadata.
        approved: the approved text of the parts it was made from.
        redactions: characters that must be gone.
        boilerplate: fixed texts that may stand beside the approved ones (title, headings).
        complete: whether all of the approved text must be there.

    Returns:
        Problems by code, empty when the artefact is proved.
    """
    cuts = Cuts(redactions)
    public = ["".join(_approved(part, cuts)) for part in public_parts(approved)]
    allowed = _CUT.join([*public, *(_bare(text) for text in (*boilerplate, MARK))])
    whole = "".join(_bare(piece) for piece in built)
    counts = {
        "public.empty": sum(not text.strip(_CUT) for text in public) if public else 1,
        "public.foreign_text": sum(_foreign(piece, allowed) for piece in built),
        "public.redacted_remains": sum(value in whole for value in _redacted(approved, redactions)),
        "public.missing_text": _missing(approved, cuts, whole) if complete else 0,
    }
    return [Problem(code, count) for code, count in counts.items() if count]


def prove(
    files: Sequence[tuple[Artefact, Text]],
    title: str,
    texts: Sequence[PartText],
    parts: Sequence[Part],
    redactions: Sequence[Redaction] = (),
) -> list[Problem]:
    """Prove all artefacts of a version, read again by the extractors.

    Args:
        files: each artefact that `build` made with its re-extracted text, in that order.
        title: approved title.
        texts: approved text per part.
        parts: files of the version.
        redactions: as given to `build`.
    """
    copy = public_copy(title, texts, parts, redactions)
    planned = {file.name: file for file in plan(copy)}
    boilerplate = [copy.title, *(section.heading for section in copy.sections if section.number)]
    lost = sum(_lost(part.text) for part in public_parts(texts))
    problems = [Problem("public.source_unread", lost)] if lost else []
    for index, (artefact, text) in enumerate(files):
        file = planned.pop(artefact.name, None)
        if file is None:
            problems.append(Problem("public.unexpected_file", 1, index))
            continue
        if text.doubts or not text.segments:
            problems.append(Problem("public.unread", max(len(text.doubts), 1), index))
        section = file.section
        sources = [part for part in texts if section is None or part.position == section.position]
        # One of several tables of a part holds only its share of the approved text.
        complete = section is None or artefact.media_type == "text/plain"
        found = compare(_pieces(artefact, text), sources, redactions, boilerplate, complete=complete)
        problems += [replace(problem, artefact=index) for problem in found]
    if planned:
        problems.append(Problem("public.missing_text", len(planned)))
    return problems


def _lost(text: Text) -> int:
    """Doubts about pages that the public copy would lack, or hold as nobody surely read them."""
    codes = (*_LOST, *_LOST_IN_PIXELS) if is_recognised(text) else _LOST
    return sum(doubt.code in codes for doubt in text.doubts)


def _pieces(artefact: Artefact, text: Text) -> list[str]:
    """The re-extracted text in the pieces it was written in: cells of a table, else lines."""
    if artefact.media_type != "text/csv":
        return [piece for segment in text.segments for piece in re.split(r"[\t\n]", segment.text)]
    lines = "\n".join(segment.text for segment in text.segments).removeprefix(BOM)
    cells = [cell for row in csv.reader(lines.splitlines(keepends=True)) for cell in row]
    return [
        cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell for cell in cells
    ]


def _bare(text: str) -> str:
    return "".join(clean(text).split())


def _approved(part: PartText, cuts: Cuts) -> Iterator[str]:
    """The public segments of a part, removed characters replaced by the sentinel, masked ones by their form."""
    for index, segment in public_segments(part.text):
        yield _bare(cuts.apply(segment.text.replace(_CUT, "\ufffd"), part.position, index, _CUT))


def _foreign(piece: str, allowed: str) -> bool:
    bare = _bare(piece)
    return any(run not in allowed for run in bare.split(_bare(MARK)) if run)


def _redacted(approved: Sequence[PartText], redactions: Sequence[Redaction]) -> set[str]:
    """The removed and masked characters of public segments, where they are long enough to mean something."""
    public = {
        (part.position, index): segment.text
        for part in public_parts(approved)
        for index, segment in public_segments(part.text)
    }
    values = set()
    for item in redactions:
        if not item.named:
            continue
        value = _bare(public.get((item.part, item.segment), "")[item.start : item.end])
        if len(value) >= (_SHORTEST_ASCII if value.isascii() else _SHORTEST_CJK):
            values.add(value)
    return values


def _missing(approved: Sequence[PartText], cuts: Cuts, whole: str) -> int:
    """Count the approved pieces that the artefact does not hold."""
    missing = 0
    for part in public_parts(approved):
        for index, segment in public_segments(part.text):
            for line in cuts.apply(segment.text, part.position, index, "\n").split("\n"):
                bare = _bare(line)
                printed = segment.place.page is not None or segment.place.kind == RECOGNISED
                page_number = printed and is_page_number(line, segment.place.page or 0)
                missing += bool(bare) and not page_number and bare not in whole
    return missing
