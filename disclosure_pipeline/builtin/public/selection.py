"""What of the approved text is public, and how a redaction removes characters.

Only what a reader of the printed page sees of the 正文 and the 附件 becomes public. Headers,
footers and page numbers belong to the paper, not to the text; comments, deletions, hidden places
and metadata never leave the house. Of a page that is nothing but a picture (a scan), the recognised
words are the text, as the officers reviewed them; the lettering of a seal is not. Redacted characters are removed (条例 第三十七条 区分处理),
not covered: they are cut out before anything is built.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.masks import STAR, is_form_of
from disclosure_pipeline.model.text import Segment, Text

PUBLIC_KINDS = frozenset({"body", "table", "insertion", "footnote", "endnote", "textbox"})
"""Kinds of place whose visible text becomes public."""

RECOGNISED = "ocr"
"""Kind of place of words read from pixels."""

SEAL = "seal"
"""``Place.detail`` of words in a seal, which are not part of the text."""

_SELECTORS = re.compile("[\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef]")

MARK = "〔此处依法不予公开〕"
"""Stands where characters were removed."""


class Redaction(NamedTuple):
    """Characters that must not go out.

    Args:
        part: index of the part in the submission.
        segment: index of the segment in the part's text.
        start: offset of the first character in the segment's original text.
        end: offset behind the last one.
        shown: what stands in their place: :data:`MARK`, nothing at all (a cell of a column), or their masked form.
        named: whether these very characters are meant, so that they may stand nowhere else either.
    """

    part: int
    segment: int
    start: int
    end: int
    shown: str = MARK
    named: bool = True

    @property
    def masks(self) -> bool:
        """Whether some of the characters stay readable."""
        return self.shown not in ("", MARK)

    def joined(self, other: Redaction) -> Redaction:
        """One redaction for two that overlap or touch in one segment; it shows no more than either.

        Args:
            other: it does not begin before this one.
        """
        start, end = self.start, max(self.end, other.end)
        same = (other.start, other.end, other.shown) == (self.start, self.end, self.shown)
        whole = (item for item in (self, other) if (item.start, item.end) == (start, end) and not item.masks)
        shown = self.shown if same else next((item.shown for item in whole), MARK)
        return self._replace(end=end, shown=shown)


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


def is_in_picture(place: str, picture: str) -> bool:
    """Whether a part of a draft is a picture, or lies in it (what is kept behind its end, say).

    Args:
        place: name of the part, as the extractor names it.
        picture: name of the picture.
    """
    return place == picture or place.startswith(f"{picture}!")


def _is_scanned(segment: Segment, written: Set[int | None]) -> bool:
    """Whether a segment is the text of a page (or of a whole file) that has no other.

    Args:
        segment: it.
        written: pages of the file with other text; ``None`` stands for a format without pages.
    """
    place = segment.place
    if place.kind != RECOGNISED or place.detail == SEAL:
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
        if not (
            0 <= redaction.segment < len(segments) and _fits(redaction, segments[redaction.segment].text)
        ):
            raise Refused(
                "A redaction does not fit the approved text.",
                code="public.redaction",
                advice="Return the draft; its text changed after the finding was settled.",
            )


def _fits(redaction: Redaction, text: str) -> bool:
    """Whether the characters are there, and a masked form shows these and hides some."""
    if not 0 <= redaction.start < redaction.end <= len(text):
        return False
    form = redaction.shown
    return not redaction.masks or (STAR in form and is_form_of(form, text[redaction.start : redaction.end]))


class Cuts:
    """Redactions by where they stand, so that a list of thousands of them is sorted once.

    Args:
        redactions: in any order; they may overlap.
    """

    def __init__(self, redactions: Iterable[Redaction]):
        self._cuts: dict[tuple[int, int], list[Redaction]] = {}
        for item in sorted(redactions):
            cuts = self._cuts.setdefault((item.part, item.segment), [])
            if cuts and (
                item.start < cuts[-1].end or (item.start == cuts[-1].end and _both_marked(cuts[-1], item))
            ):
                cuts[-1] = cuts[-1].joined(item)
            else:
                cuts.append(item)

    def apply(self, text: str, part: int, segment: int, mark: str | None = None) -> str:
        """A segment's text with what is shown in place of its redacted ranges (touching marks are one).

        Args:
            text: the segment's text.
            part: index of its part.
            segment: its index.
            mark: stands for whatever is removed instead; masked forms stay.
        """
        pieces: list[str] = []
        done = 0
        for item in self._cuts.get((part, segment), ()):
            pieces += [text[done : item.start], item.shown if item.masks or mark is None else mark]
            done = item.end
        return "".join(pieces) + text[done:]


def _both_marked(first: Redaction, second: Redaction) -> bool:
    return first.shown == second.shown == MARK


def clean(text: str) -> str:
    """Text without characters that no reader sees (control, format, lone surrogates, choices between glyphs).

    Zero-width and direction marks and selectors of glyphs could carry or hide something; line breaks and tabs stay.
    """
    return "".join(_shown(character) for character in text.replace("\r\n", "\n").replace("\r", "\n"))


def _shown(character: str) -> str:
    if character in "\n\t":
        return character
    category = unicodedata.category(character)
    if category == "Cs" or character == "\ufffe":
        return "\ufffd"
    return "" if category in ("Cc", "Cf") or _SELECTORS.match(character) else character
