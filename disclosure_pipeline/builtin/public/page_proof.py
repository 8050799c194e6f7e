"""The proof of pages and pictures: of a text layer to the letter, of pixels as far as recognition reads them.

A page shows more than becomes the public text: its number, words in its pictures, the lettering of a seal. They were
read and screened with the draft, so they may be there; everything else may not.
"""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from difflib import SequenceMatcher

from disclosure_pipeline.builtin.extractors.pictures.scanned import is_words
from disclosure_pipeline.builtin.public.comparison import (
    CUT,
    Problem,
    bare,
    missing_pieces,
    redacted_values,
)
from disclosure_pipeline.builtin.public.selection import RECOGNISED, Cuts, Redaction
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.text import Text

_AGREES = 0.75
"""Share of a recognised line that must be approved text: a wrong letter here and there is recognition's."""
_SHOWS = 0.5
"""Share of a page's approved text that must be recognised on it."""
_LEAST = 4
"""Recognised letters that say something; fewer are a stroke, a rule or the edge of a box."""
_TELLING = 0.6
"""From this share on a piece of what was redacted tells it."""


def compare_pages(
    text: Text,
    approved: Sequence[PartText],
    redactions: Sequence[Redaction],
    *,
    drawn: bool,
    notes: Sequence[str] = (),
) -> list[Problem]:
    """Compare the pages of a part, read again, with what was approved of it.

    Args:
        text: the pages.
        approved: the part.
        redactions: characters that must be gone.
        drawn: whether the pages are pictures.
        notes: what the last one of such pages says beside it.
    """
    cuts = Cuts(redactions)
    seen = [segment for segment in text.segments if segment.visible]
    whole = "".join(bare(segment.text) for segment in seen)
    shown = [page for part in approved for page in _shown(part, cuts).items()]
    allowed = CUT.join(words for _, words in shown)
    texts = {
        (part.position, index): segment.text
        for part in approved
        for index, segment in enumerate(part.text.segments)
    }
    values = redacted_values(texts, redactions)
    if not drawn:
        lines = (line for segment in seen for line in segment.text.split("\n"))
        counts = {
            "public.foreign_text": sum(bare(line) not in allowed for line in lines),
            "public.redacted_remains": sum(value in whole for value in values),
            "public.missing_text": missing_pieces(approved, cuts, whole),
        }
    else:
        read: dict[int, list[str]] = defaultdict(list)
        for segment in seen:
            read[segment.place.page or 1].append(_letters(segment.text))
        pages: dict[int, str] = defaultdict(str)
        for page, words in shown:
            pages[page] += _letters(words)
        told, last = "".join(map(_letters, notes)), max(read, default=0)
        untold = bool(told) and _share(told, "".join(read[last])) < _AGREES
        allowed_on = {page: pages[page] + told * (page == last) for page in read}
        counts = {
            "public.foreign_text": sum(
                _share(line, allowed_on[page]) < _AGREES
                for page, lines in read.items()
                for line in lines
                if len(line) >= _LEAST
            ),
            "public.redacted_remains": sum(
                _remains(_letters(value), "".join(map("".join, read.values())), "".join(pages.values()))
                for value in values
            ),
            "public.missing_text": untold
            + sum(_share(words, "".join(read[page])) < _SHOWS for page, words in pages.items()),
        }
    return [Problem(code, count) for code, count in counts.items() if count]


def compare_pictures(
    text: Text, approved: Sequence[PartText], redactions: Sequence[Redaction], names: Mapping[int, Set[str]]
) -> list[Problem]:
    """Compare the words in the pictures of a rebuilt document, read again, with those that were read in the draft's.

    Args:
        text: the document.
        approved: the parts it was made from.
        redactions: characters that must be gone.
        names: of the draft's pictures that it holds, by the position of their part.
    """
    lines = [_letters(segment.text) for segment in text.segments if segment.place.kind == RECOGNISED]
    known = [
        segment.text
        for part in approved
        for segment in part.text.segments
        if segment.visible
        and segment.place.kind == RECOGNISED
        and segment.place.part in names.get(part.position, ())
    ]
    seen = "".join(map(_letters, known))
    # A stray letter that was read in a photograph need not be read again.
    words = "".join(_letters(line) for line in known if is_words(line))
    texts = {
        (part.position, index): segment.text
        for part in approved
        for index, segment in enumerate(part.text.segments)
    }
    read = "".join(lines)
    counts = {
        "public.foreign_text": sum(len(line) >= _LEAST and _share(line, seen) < _AGREES for line in lines),
        "public.redacted_remains": sum(
            _remains(_letters(value), read, seen) for value in redacted_values(texts, redactions)
        ),
        "public.missing_text": int(_share(words, read) < _SHOWS),
    }
    return [Problem(code, count) for code, count in counts.items() if count]


def _shown(part: PartText, cuts: Cuts) -> dict[int, str]:
    """What the pages of a part show, what was removed left out, by page."""
    pages: dict[int, str] = defaultdict(str)
    for index, segment in enumerate(part.text.segments):
        if segment.visible:
            kept = cuts.apply(segment.text.replace(CUT, "\ufffd"), part.position, index, CUT)
            pages[segment.place.page or 1] += bare(kept)
    return pages


def _remains(value: str, read: str, approved: str) -> bool:
    """Whether enough of what was redacted was recognised to tell it, and does not stand in the approved text anyway."""
    length = max(1, math.ceil(_TELLING * len(value)))
    pieces = {value[start : start + length] for start in range(len(value) - length + 1)}
    return any(piece in read and piece not in approved for piece in pieces)


def _letters(text: str) -> str:
    """Letters and digits in their usual forms: recognition is free in marks and widths."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def _share(wanted: str, near: str) -> float:
    """How much of some words is found, in order, among others: 0 … 1."""
    if not wanted or wanted in near:
        return 1.0
    blocks: Iterable[tuple[int, int, int]] = SequenceMatcher(
        None, wanted, near, autojunk=False
    ).get_matching_blocks()
    return sum(size for _, _, size in blocks) / len(wanted)
