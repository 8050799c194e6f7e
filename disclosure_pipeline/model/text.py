"""Extracted text: segments with their places.

One :class:`Text` is what an extractor says about one part (file) of a submission. Everything in a
file that holds characters is a segment, also what a printed page does not show; ``Place.kind``
names where it stood, ``visible`` says whether a reader of the printed page would see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

KINDS = (
    "body", "table", "header", "footer", "footnote", "endnote", "textbox", "comment", "insertion",
    "deletion", "hidden", "metadata", "attachment", "annotation", "field", "formula", "link", "name",
    "note", "form", "script", "alt", "cache", "signature", "ocr", "unplaced",
)  # fmt: skip
"""Names of the kinds of place a segment may come from, one name per family of hiding places.

``field`` is a field code, ``formula`` what computes a cell or a defined name, ``name`` what an author
called a thing (sheet, layer, bookmark, style), ``note`` a speaker's or a bookmark's note, ``cache`` a copy
of values kept for charts, pivots and linked files, ``signature`` a seal or a signature, ``ocr`` words read
from pixels, ``unplaced`` what the sweep over all bytes found and no rule names.
"""

VISIBLE_KINDS = frozenset(
    {"body", "table", "header", "footer", "footnote", "endnote", "textbox", "insertion", "ocr"}
)
"""Kinds that a reader of the printed page normally sees."""


class Place(NamedTuple):
    """Where a segment stands in its part. A tuple, as :class:`Segment`: a large file has a hundred thousand.

    Args:
        part: name of the part inside the file (``word/document.xml``, ``page``, sheet file …).
        kind: one of :data:`KINDS`.
        page: 1-based page, where the format has pages.
        paragraph: 1-based paragraph (or line of a text file) inside ``part``.
        cell: ``Sheet!B3`` for a spreadsheet, ``table 2 B3`` for a table in a document.
        bbox: (left, top, right, bottom) in points from the page's top left corner.
        detail: author of a comment, property name … (never the text itself).
    """

    part: str
    kind: str
    page: int | None = None
    paragraph: int | None = None
    cell: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    detail: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The ``place`` object of the command line's JSON; absent keys do not apply."""
        values: dict[str, Any] = {"part": self.part, "kind": self.kind}
        for key in ("page", "paragraph", "cell", "detail"):
            value = getattr(self, key)
            if value is not None:
                values[key] = value
        if self.bbox is not None:
            values["bbox"] = [round(number, 2) for number in self.bbox]
        return values

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Place:
        """Rebuild a place from :meth:`as_json`."""
        box = data.get("bbox")
        return cls(
            part=data["part"], kind=data["kind"], page=data.get("page"),
            paragraph=data.get("paragraph"), cell=data.get("cell"),
            bbox=(box[0], box[1], box[2], box[3]) if box else None, detail=data.get("detail"),
        )  # fmt: skip


class Segment(NamedTuple):
    """A run of characters from one place.

    Args:
        text: the original characters, unchanged.
        place: where it stands.
        visible: whether a reader of the printed page would see it.
    """

    text: str
    place: Place
    visible: bool = True

    def as_json(self) -> dict[str, Any]:
        """The segment as `disclosure extract --json` prints it."""
        return {"text": self.text, "place": self.place.as_json(), "visible": self.visible}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place that was not read, or not surely; it makes a screening *undetermined*.

    Args:
        code: stable code, e.g. ``page.no_text``, ``detector.timeout``.
        message: what is not known and what a person should look at, without document text.
        place: where, if known.
        detector: id of the detector that could not answer, if that is the reason.
        position: index of the part it concerns.
    """

    code: str
    message: str
    place: Place | None = None
    detector: str | None = None
    position: int = 0

    def as_json(self) -> dict[str, Any]:
        """The doubt as an entry of ``undetermined`` in `disclosure screen --json`."""
        values: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.place is not None:
            values["place"] = self.place.as_json()
        if self.detector is not None:
            values["detector"] = self.detector
        if self.position:
            values["part"] = self.position
        return values

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Doubt:
        """Rebuild a doubt from :meth:`as_json`."""
        place = Place.from_json(data["place"]) if data.get("place") else None
        return cls(data["code"], data["message"], place, data.get("detector"), data.get("part", 0))


@dataclass(frozen=True, slots=True)
class Text:
    """Everything an extractor read in one file.

    Args:
        media_type: detected from the bytes, never from the name alone.
        extractor: id of the extractor (``builtin.docx``).
        segments: in reading order; hidden places after the visible ones of their part.
        warnings: things a person may want to know, without document text.
        doubts: places that were not surely read.
        facts: properties of the file that stages use (page count …), JSON values only.
    """

    media_type: str
    extractor: str
    segments: tuple[Segment, ...]
    warnings: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __reduce__(self) -> tuple[type[Text], tuple[object, ...], tuple[object, ...]]:
        """As plain columns: texts cross between processes, and this takes a third of the time."""
        texts, places, seen = zip(*self.segments, strict=True) if self.segments else ((), (), ())
        columns = (texts, tuple(zip(*places, strict=True)), seen)
        return Text, (self.media_type, self.extractor, (), self.warnings, self.doubts, self.facts), columns

    def __setstate__(self, columns: tuple[Any, ...]) -> None:
        texts, places, seen = columns
        made = map(Place._make, zip(*places, strict=True))
        segments = tuple(map(Segment._make, zip(texts, made, seen, strict=True)))
        object.__setattr__(self, "segments", segments)

    @property
    def length(self) -> int:
        """Characters over all segments."""
        return sum(len(segment.text) for segment in self.segments)

    def as_json(self) -> dict[str, Any]:
        """The object `disclosure extract --json` prints."""
        return {
            "media_type": self.media_type,
            "extractor": self.extractor,
            "segments": [segment.as_json() for segment in self.segments],
            "warnings": list(dict.fromkeys((*self.warnings, *(doubt.message for doubt in self.doubts)))),
        }
