"""What a re-read artefact may hold, and must hold: the approved text, and of what was redacted nothing.

It takes the approved segments and the re-extracted text and asks three things. Does every character come from the
approved visible text? Is everything that was redacted gone? Is everything that was approved there? White space and
characters that no reader sees do not count. Answers are codes and counts, never text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from disclosure_pipeline.builtin.public.selection import (
    MARK,
    RECOGNISED,
    Cuts,
    Redaction,
    clean,
    public_parts,
    public_segments,
)
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.printed import is_page_number
from disclosure_pipeline.model.text import Segment

CUT = "\uffff"
"""Stands for removed characters inside the proof; no file can hold this noncharacter in its text."""

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
            that the approved content does not give; ``public.hidden`` and ``public.metadata`` something
            that its page does not show, or properties of it (`proof.py`).
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
    running = ["".join(_approved(part, cuts, folios=False)) for part in public_parts(approved)]
    allowed = CUT.join([*public, *running, *(bare(text) for text in (*boilerplate, MARK))])
    whole = "".join(bare(piece) for piece in built)
    texts = {
        (part.position, index): segment.text
        for part in public_parts(approved)
        for index, segment in public_segments(part.text)
    }
    counts = {
        "public.empty": sum(not text.strip(CUT) for text in public) if public else 1,
        "public.foreign_text": sum(_foreign(piece, allowed) for piece in built),
        "public.redacted_remains": sum(value in whole for value in redacted_values(texts, redactions)),
        "public.missing_text": missing_pieces(approved, cuts, whole) if complete else 0,
    }
    return [Problem(code, count) for code, count in counts.items() if count]


def bare(text: str) -> str:
    """Text as it is compared: without white space and characters that nobody sees."""
    return "".join(clean(text).split())


def _approved(part: PartText, cuts: Cuts, *, folios: bool = True) -> Iterator[str]:
    """The public segments of a part, removed characters replaced by the sentinel, masked ones by their form.

    Args:
        part: it.
        cuts: what was removed.
        folios: with page numbers; they part what a rebuilt paragraph joins.
    """
    for index, segment in public_segments(part.text):
        if folios or not _is_folio(segment.text, segment):
            yield bare(cuts.apply(segment.text.replace(CUT, "\ufffd"), part.position, index, CUT))


def _is_folio(line: str, segment: Segment) -> bool:
    """Whether a line of a segment may be the number of its page."""
    printed = segment.place.page is not None or segment.place.kind == RECOGNISED
    return printed and is_page_number(line, segment.place.page or 0)


def _foreign(piece: str, allowed: str) -> bool:
    return any(run not in allowed for run in bare(piece).split(bare(MARK)) if run)


def redacted_values(texts: Mapping[tuple[int, int], str], redactions: Sequence[Redaction]) -> set[str]:
    """The removed and masked characters, where they are long enough to mean something.

    Args:
        texts: what could be read in the draft, by part and segment.
        redactions: what was removed.
    """
    values = set()
    for item in redactions:
        value = bare(texts.get((item.part, item.segment), "")[item.start : item.end]) if item.named else ""
        if len(value) >= (_SHORTEST_ASCII if value.isascii() else _SHORTEST_CJK):
            values.add(value)
    return values


def missing_pieces(approved: Sequence[PartText], cuts: Cuts, whole: str) -> int:
    """Count the approved pieces that the artefact does not hold.

    Args:
        approved: the approved text.
        cuts: what was removed of it.
        whole: the artefact's text, as :func:`bare` gives it.
    """
    missing = 0
    for part in public_parts(approved):
        for index, segment in public_segments(part.text):
            for line in cuts.apply(segment.text, part.position, index, "\n").split("\n"):
                wanted = bare(line)
                missing += bool(wanted) and not _is_folio(line, segment) and wanted not in whole
    return missing
