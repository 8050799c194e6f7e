"""Compares what the streams of a legacy document hold with what its converted form shows."""

from __future__ import annotations

import re

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.legacy.streams import OleReader
from disclosure_pipeline.builtin.extractors.ole.harvest import Words
from disclosure_pipeline.builtin.extractors.shared.byte_words import Known, squeeze
from disclosure_pipeline.model.text import Segment, Text

# LibreOffice writes names, properties and caches of its own; those of the original are in its streams.
_NOT_CONTENT = frozenset(("metadata", "unplaced", "name", "cache", "script"))
_BESIDE = frozenset(("link", "field", "form", "cache", "comment"))
"""Kinds that a page never shows as they are: a text known from the page may still be news there."""

_NUMBER = re.compile(r"-?[\d.]+(?:e[+-]?\d+)?")
_LINES = re.compile(r"[\n\t]+")


def keep(reader: OleReader, converted: Text | None, out: Collector) -> None:
    """Put everything that was read into the result.

    Args:
        reader: the streams.
        converted: what the converted document says; ``None`` without one.
        out: gets the segments.
    """
    shown = _Shown(converted)
    if converted is None:
        for words in reader.words:
            _add(out, words)
    else:
        _adopt(converted, reader, out)
        for words in reader.words:
            _keep_if_new(words, shown, out)
    reader.read_objects()
    # A run of bytes may go over what rules cut apart: the texts in their order are one text, too.
    in_order = "".join(words.text for words in reader.words)
    known = Known((*out.texts(), *(words.text for words in reader.words), *reader.names, in_order))
    for kind, part, text in reader.sweep(known):
        out.add(text, kind, part, detail="left over", visible=False)


class _Shown:
    """What the converted document holds: texts, and cells by their addresses."""

    def __init__(self, converted: Text | None):
        segments = converted.segments if converted else ()
        kept = [segment for segment in segments if segment.place.kind not in _NOT_CONTENT]
        self._texts = Known(segment.text for segment in kept)
        self._stream = squeeze("".join(segment.text for segment in kept))
        self.cells = {segment.place.cell for segment in kept if segment.place.cell}
        self.beside: set[str] = {squeeze(segment.text) for segment in kept if not segment.visible}

    def holds(self, text: str) -> bool:
        """Whether the text stands there, be it cut into segments at other places."""
        return self._texts.holds(text) or squeeze(text) in self._stream


def _adopt(converted: Text, reader: OleReader, out: Collector) -> None:
    """Take over the converted document; its parts are named after the stream they come from."""
    prefix = reader.place.part
    for segment in converted.segments:
        if segment.place.kind not in _NOT_CONTENT:
            _adopt_segment(segment, prefix, out)
    for warning in converted.warnings:
        out.warn(warning)
    for doubt in converted.doubts:
        if doubt.code != "text.empty":
            out.doubt(doubt.code, doubt.message, doubt.place)
    out.facts.update(converted.facts)


def _adopt_segment(segment: Segment, prefix: str, out: Collector) -> None:
    place = segment.place
    out.add(
        segment.text, place.kind, f"{prefix}!{place.part}", page=place.page, paragraph=place.paragraph,
        cell=place.cell, bbox=place.bbox, detail=place.detail, visible=segment.visible,
    )  # fmt: skip


def _keep_if_new(words: Words, shown: _Shown, out: Collector) -> None:
    if words.kind in ("metadata", "name"):
        _add(out, words)
    elif _is_shown(words, shown):
        return
    elif words.visible:
        # It stands in the text, but on no page: an unused header, a forgotten text, a fault of the conversion.
        kind = "hidden" if words.kind in ("body", "table") else words.kind
        out.add(
            words.text, kind, words.part, page=words.page, paragraph=words.paragraph, cell=words.cell,
            detail=words.detail or "not on the page", visible=False,
        )  # fmt: skip
    else:
        _add(out, words)


def _is_shown(words: Words, shown: _Shown) -> bool:
    if words.cell in shown.cells and _NUMBER.fullmatch(words.text):
        return True  # dates and amounts look different there
    if words.kind in _BESIDE and len(squeeze(words.text)) > 1:
        return squeeze(words.text) in shown.beside or (words.kind == "field" and shown.holds(words.text))
    return all(map(shown.holds, _LINES.split(words.text)))


def _add(out: Collector, words: Words) -> None:
    out.add(
        words.text, words.kind, words.part, page=words.page, paragraph=words.paragraph, cell=words.cell,
        detail=words.detail, visible=words.visible,
    )  # fmt: skip
