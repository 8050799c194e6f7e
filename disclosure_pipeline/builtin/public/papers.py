"""Which parts go out with their pages, and how: with their text layer, as pictures, or at last without.

A part whose pages are not proved is made in the next simpler way and proved again; without pages it goes out as a
rebuilt document. So a page never goes out because nothing else would do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

from disclosure_pipeline.builtin.public.build import PDF, Paper
from disclosure_pipeline.builtin.public.redactions import Redactions
from disclosure_pipeline.builtin.public.selection import clean, is_recognised, public_parts
from disclosure_pipeline.hooks.contracts import Case, PartText, SourceFile
from disclosure_pipeline.hooks.stages import Toolbox, Wording

_SCANS = ("image/png", "image/jpeg", "image/tiff", "image/bmp", "image/gif", "image/webp")
_PAGED = (PDF, *_SCANS)
_UNREAD = ("page.", "picture.", "ocr.", "font.", "text.")
"""Beginnings of doubts that mean: somebody would see more on the pages than was surely read and screened."""

_LAYERED, _DRAWN = False, True


class Papers:
    """The pages of one version's public parts.

    Args:
        case: the version.
        struck: what must not go out.
        tools: makes pages.
        notes: what readers are told on pages that are pictures, by the position of the part.
    """

    def __init__(self, case: Case, struck: Redactions, tools: Toolbox, notes: Mapping[int, tuple[str, ...]]):
        self._case, self._struck, self._tools, self._notes = case, struck, tools, notes
        self._parts = {part.position: part for part in public_parts(case.texts)}
        self._ways = {position: self._ways_of(part) for position, part in self._parts.items()}
        self._made: dict[int, Paper] = {}

    def chosen(self) -> dict[int, Paper]:
        """The pages of each part that has any, made now if they are not made yet."""
        for position, ways in self._ways.items():
            while ways and position not in self._made:
                paper = self._make(self._parts[position], drawn=ways[0])
                if paper is None:
                    ways.pop(0)
                else:
                    self._made[position] = paper
        return dict(self._made)

    def give_up(self, blamed: Collection[str]) -> bool:
        """Go on to the next way with every part whose pages were not proved.

        Args:
            blamed: hashes of artefacts.

        Returns:
            Whether there was any.
        """
        failed = [
            position
            for position, paper in self._made.items()
            if hashlib.sha256(paper.data).hexdigest() in blamed
        ]
        for position in failed:
            self._ways[position].pop(0)
            del self._made[position]
        return bool(failed)

    def _ways_of(self, part: PartText) -> list[bool]:
        """How its pages can be made, the best way first."""
        if part.text.media_type not in _PAGED or any(
            doubt.code.startswith(_UNREAD) for doubt in part.text.doubts
        ):
            return []
        plain = part.text.media_type == PDF and not self._struck.of_part(part.position)
        return [_LAYERED, _DRAWN] if plain and not is_recognised(part.text) else [_DRAWN]

    def _make(self, part: PartText, *, drawn: bool) -> Paper | None:
        file = next(item for item in self._case.parts if item.position == part.position)
        source = SourceFile(
            part.position, self._case.paths[part.position], file.name or "", part.role, file.sha256
        )
        notes = self._notes.get(part.position, ()) if drawn else ()
        data = self._tools.reprint(
            source, part.text, self._struck.of_part(part.position), drawn=drawn,
            wording=Wording(clean(self._case.title or "").strip(), notes),
        )  # fmt: skip
        return Paper(data, drawn, notes) if data is not None else None
