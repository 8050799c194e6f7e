"""Gathers what an extractor finds into one :class:`Text`, under the limits of ``[extraction]``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.shared.invisible import INVISIBLE, is_suspicious, spelled
from disclosure_pipeline.model.text import VISIBLE_KINDS, Doubt, Place, Segment, Text

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.budget import Budget

Source = Path | bytes
"""Where a file's bytes are: a path, or memory for what was found inside another file."""

# Lone surrogates cannot be encoded, NUL cannot be stored in PostgreSQL: neither is a character.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_UNUSUAL = re.compile(f"{_UNSTORABLE.pattern}|{INVISIBLE.pattern}")
_ATTACHED = "附件："
_INVISIBLE = "text.invisible"
_CLAIM = re.compile(r"\.(?!bin$)[a-z0-9]{1,8}$")
"""A suffix that claims a format; programs give ``.bin`` to objects that they embed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of ``[extraction]`` that apply inside the sandbox (`settings/models.py`)."""

    max_pages: int
    max_cells: int
    max_characters: int
    max_members: int
    max_ratio: int
    max_unpacked: int
    max_depth: int
    max_pixels: int
    max_page_side: int

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Limits:
        """Pick the limits out of the settings.

        Raises:
            KeyError: a limit is missing; there are no silent defaults.
        """
        return cls(**{field.name: int(settings[field.name]) for field in fields(cls)})


class Collector:
    """Segments, warnings and doubts of one file while it is read.

    Args:
        media_type: detected type. extractor: id of the extractor.
        limits: refuses the file when ``max_characters`` is passed.
    """

    def __init__(self, media_type: str, extractor: str, limits: Limits):
        self.media_type = media_type
        self.extractor = extractor
        self.limits = limits
        self.facts: dict[str, Any] = {}
        self.budget: Budget | None = None
        """What the archives embedded in this file may unpack together."""
        self._segments: list[Segment] = []
        self._order: dict[str, int] = {}
        self._warnings: dict[str, None] = {}
        self._doubts: dict[Doubt, None] = {}
        self._characters = 0
        self._revealed: set[str] = set()
        self._suspected: set[str] = set()

    def add(
        self,
        text: str,
        kind: str,
        part: str,
        *,
        page: int | None = None,
        paragraph: int | None = None,
        cell: str | None = None,
        bbox: tuple[float, float, float, float] | None = None,
        detail: str | None = None,
        visible: bool | None = None,
    ) -> None:
        """Keep a run of characters; runs of nothing but white space are dropped.

        Args:
            text: the original characters.
            kind: one of :data:`~disclosure_pipeline.model.text.KINDS`.
            part: name of the part inside the file.
            page: see :class:`Place`, as all that follow.
            paragraph: 1-based number in the part.
            cell: cell reference.
            bbox: box on the page.
            detail: who or what, never the text itself.
            visible: ``None`` means what the kind says.

        Raises:
            ExtractionFailed: ``file.too_large``.
        """
        if not text or text.isspace():
            return
        self._characters += len(text)
        if self._characters > self.limits.max_characters:
            raise failure("file.too_large", "It holds too many characters.")
        place = Place(part, kind, page, paragraph, cell, bbox, detail)
        shown = kind in VISIBLE_KINDS if visible is None else visible
        if part not in self._order:
            self._order[part] = len(self._order)
        if "\x00" in text or (not text.isascii() and _UNUSUAL.search(text)):
            self.reveal(text, place)
            text = _UNSTORABLE.sub("\ufffd", text)
        self._segments.append(Segment(text, place, shown))

    def reveal(self, text: str, place: Place) -> None:
        """Keep what invisible characters in a text spell, once, as ``hidden``; a row that spells nothing is a doubt.

        Args:
            text: as it stands in the file; :meth:`add` asks for whatever it is given.
            place: where.
        """
        if not INVISIBLE.search(text):
            return
        place, words = place._replace(kind="hidden", detail="invisible characters"), spelled(text)
        for word in words:
            if word not in self._revealed:
                self._revealed.add(word)
                self._order.setdefault(place.part, len(self._order))
                self._segments.append(Segment(word, place, visible=False))
        if not words and is_suspicious(text) and place.part not in self._suspected:
            self._suspected.add(place.part)
            message = "文本中有成串的不可见字符，其中可能藏有内容，请人工查看。"
            self.doubt(_INVISIBLE, message, place._replace(detail=None))

    def warn(self, message: str) -> None:
        """Note something a person may want to know (Chinese, no document text), once."""
        self._warnings[message] = None

    def doubt(self, code: str, message: str, place: Place | None = None) -> None:
        """Note a place that was not surely read (Chinese, no document text), once."""
        self._doubts[Doubt(code, message, place)] = None

    def adopt(self, inner: Text, part: str, *, shown: bool = False) -> None:
        """Take over everything of an embedded file, as kind ``attachment``.

        Args:
            inner: what was read in it.
            part: name of the embedded file in this one.
            shown: whether who opens this file sees the embedded one too (members of an archive, attachments
                of a mail); then what was visible in it stays visible.
        """
        self._revealed.update(segment.text for segment in inner.segments if not segment.visible)
        self._suspected.update(
            f"{part}!{doubt.place.part}" for doubt in inner.doubts if doubt.place and doubt.code == _INVISIBLE
        )
        for segment in inner.segments:
            place = segment.place
            self.add(
                segment.text, "attachment", f"{part}!{place.part}", page=place.page,
                paragraph=place.paragraph, cell=place.cell, bbox=place.bbox,
                detail=place.detail or place.kind, visible=shown and segment.visible,
            )  # fmt: skip
        for warning in inner.warnings:
            self.warn(_of_attachment(warning))
        for doubt in inner.doubts:
            if doubt.code == "text.empty" and inner.media_type.startswith("image/"):
                continue  # a picture in a document need not hold words
            at = doubt.place
            where = part if at is None else f"{part}!{at.part}"
            message = _of_attachment(doubt.message)
            self.doubt(doubt.code, message, Place(where, "attachment", at.page if at else None))

    def rename_cells(self, part: str, names: Mapping[str, str]) -> None:
        """Give cells that were kept other names, all at once: the columns of a table may be known only at its end.

        Args:
            part: of which part.
            names: the new name by the old one.
        """

        def renamed(place: Place) -> Place:
            name = names.get(place.cell or "") if place.part == part else None
            return place if name is None else place._replace(cell=name)

        if names:
            self._segments = [segment._replace(place=renamed(segment.place)) for segment in self._segments]
            self._doubts = {
                replace(doubt, place=renamed(doubt.place)) if doubt.place else doubt: None
                for doubt in self._doubts
            }

    def texts(self) -> set[str]:
        """Every text kept so far."""
        return {segment.text for segment in self._segments}

    def text(self) -> Text:
        """The result: visible places first in each part (and page), in the order they were found.

        A file without any visible text is in doubt, never clear: it may be a picture of one.
        """
        if not any(segment.visible for segment in self._segments):
            self.doubt("text.empty", "文件中没有读到任何可见文字，请人工查看原件。")
        return Text(
            self.media_type,
            self.extractor,
            tuple(sorted(self._segments, key=self._rank)),
            tuple(self._warnings),
            tuple(self._doubts),
            self.facts,
        )

    def _rank(self, segment: Segment) -> tuple[int, int, bool]:
        place = segment.place
        return self._order[place.part], place.page or 0, not segment.visible


def _of_attachment(message: str) -> str:
    """The message, so that nobody takes it for one about the file that was dropped."""
    return message if message.startswith(_ATTACHED) else _ATTACHED + message


def check_suffix(out: Collector, name: str, suffixes: tuple[str, ...], format_name: str) -> None:
    """Warn when a file's name claims another format than its bytes; one without a suffix claims none.

    Args:
        out: gets the warning.
        name: the file's name as dropped.
        suffixes: suffixes that fit, lower case with the dot.
        format_name: what the file really is, Chinese.
    """
    if _CLAIM.search(name.lower()) and not name.lower().endswith(suffixes):
        out.warn(f"文件扩展名与内容不符：内容实际是{format_name}。")
