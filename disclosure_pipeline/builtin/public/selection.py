"""What of the approved text is public, and how a redaction removes characters.

Only what a reader of the printed page sees of the 正文 and the 附件 becomes public. Headers,
footers and page numbers belong to the paper, not to the text; comments, deletions, hidden places
and metadata never leave the house. Of a page that is nothing but a picture (a scan), the recognised
words are the text, as the officers reviewed them; the lettering of a seal is not. Redacted characters are removed (条例 第三十七条 区分处理),
not covered: they are cut out before anything is built.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.text import Segment, Text

PUBLIC_KINDS = frozenset({"body", "table", "insertion", "footnote", "endnote", "textbox"})
"""Kinds of place whose visible text becomes public."""

RECOGNISED = "ocr"
"""Kind of place of words read from pixels."""

_SEAL = "seal"

MARK = "〔此处依法不予公开〕"
"""Stands where characters were removed."""


class Redaction(NamedTuple):
    """Characters that must not go out.

    Args:
        part: index of the part in the submission.
        segment: index of the segment in the part's text.
        start: offset of the first character in the segment's original text.
        end: offset behind the last one.
    """

    part: int
    segment: int
    start: int
    end: int


def public_parts(texts: Sequence[PartText]) -> list[PartText]:
    """The 正文 and the 附件, in order; slips and internal sheets (办理单, 花脸稿) never."""
    return sorted((part for part in texts if part.role.public), key=lambda part: part.position)


def public_segments(text: Text) -> Iterator[tuple[int, Segment]]:
    """Index and segment of everything in a part that becomes public."""
    written = {
        segment.place.page
        for segment in text.segments
        if segment.visible and segment.place.kind in PUBLIC_KINDS and segment.text.strip()
    }
    for index, segment in enumerate(text.segments):
        if segment.visible and (segment.place.kind in PUBLIC_KINDS or _is_scanned(segment, written)):
            yield index, segment


def is_recognised(text: Text) -> bool:
    """Whether words read from pixels become public."""
    return any(segment.place.kind == RECOGNISED for _, segment in public_segments(text))


def _is_scanned(segment: Segment, written: Set[int | None]) -> bool:
    """Whether a segment is the text of a page (or of a whole file) that has no other.

    Args:
        segment: it.
        written: pages of the file with other text; ``None`` stands for a format without pages.
    """
    place = segment.place
    if place.kind != RECOGNISED or place.detail == _SEAL:
        return False
    return not written or (place.page is not None and not written & {place.page, None})


def check_redactions(texts: Sequence[PartText], redactions: Sequence[Redaction]) -> None:
    """Refuse redactions that do not fit the text: a misplaced cut would leave the secret standing.

    Raises:
        Refused: unknown part or segment, or offsets outside the segment (``public.redaction``).
    """
    by_position = {part.position: part.text.segments for part in texts}
    for redaction in redactions:
        segments = by_position.get(redaction.part, ())
        fits = 0 <= redaction.segment < len(segments) and (
            0 <= redaction.start < redaction.end <= len(segments[redaction.segment].text)
        )
        if not fits:
            raise Refused(
                "A redaction does not fit the approved text.",
                code="public.redaction",
                advice="Return the draft; its text changed after the finding was settled.",
            )


class Cuts:
    """Redactions by where they stand, so that a list of thousands of them is sorted once.

    Args:
        redactions: in any order; they may overlap.
    """

    def __init__(self, redactions: Iterable[Redaction]):
        self._ranges: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for item in sorted(redactions):
            ranges = self._ranges.setdefault((item.part, item.segment), [])
            if ranges and item.start <= ranges[-1][1]:
                ranges[-1] = (ranges[-1][0], max(ranges[-1][1], item.end))
            else:
                ranges.append((item.start, item.end))

    def apply(self, text: str, part: int, segment: int, mark: str = MARK) -> str:
        """A segment's text with its redacted ranges replaced by ``mark`` (touching ranges by one)."""
        pieces: list[str] = []
        done = 0
        for start, end in self._ranges.get((part, segment), ()):
            pieces += [text[done:start], mark]
            done = end
        return "".join(pieces) + text[done:]


def clean(text: str) -> str:
    """Text without characters that no reader sees (control, format, lone surrogates).

    Zero-width and direction marks could carry or hide something; line breaks and tabs stay.
    """
    return "".join(_shown(character) for character in text.replace("\r\n", "\n").replace("\r", "\n"))


def _shown(character: str) -> str:
    if character in "\n\t":
        return character
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    return "" if category in ("Cc", "Cf") else character
