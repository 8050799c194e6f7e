"""Reads a generated file as the product does, and says where its marker was found."""

from __future__ import annotations

from disclosure_pipeline.builtin.extractors.readers import builtin_extractors
from disclosure_pipeline.hooks.sniff import HEAD_BYTES, choose
from disclosure_pipeline.model.text import Segment, Text
from disclosure_pipeline.settings.models import ExtractionSettings
from tests.hiding.place import Hiding


def read(data: bytes, name: str) -> Text:
    """Choose the reader by the bytes, and read."""
    reader = choose(builtin_extractors(ExtractionSettings().model_dump()), data[:HEAD_BYTES], name)
    assert reader is not None, f"no reader for {name}"
    return reader.read(data, name)


def found(place: Hiding) -> list[Segment]:
    """The segments that hold the place's marker, white space aside."""
    return _holding(place, read(place.data, f"文件{place.suffix}"))


def _holding(place: Hiding, text: Text) -> list[Segment]:
    return [segment for segment in text.segments if place.marker in "".join(segment.text.split())]


def check(place: Hiding) -> Text:
    """The marker is there, named by its kind, and shown or not as a reader of the page would see it.

    Returns:
        What was read.
    """
    text = read(place.data, f"文件{place.suffix}")
    check_in(text, place)
    return text


def check_in(text: Text, place: Hiding) -> None:
    """The same of a file that was read, and may hold other markers, too."""
    segments = _holding(place, text)
    assert segments, f"{place.suffix} {place.name}: not found"
    best = next((segment for segment in segments if segment.place.kind in place.kinds), None)
    assert best is not None, f"{place.name}: {[segment.place.kind for segment in segments]}"
    assert best.visible == place.visible, f"{place.name}: visible is {best.visible}"
