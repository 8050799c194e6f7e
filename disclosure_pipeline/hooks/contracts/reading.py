"""Contracts of what reads drafts: extractors, and recognisers of what pictures say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Fault, Screening
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.model.view import Views


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read.

    Args:
        position: index of the part in the submission.
        path: where the bytes are; read-only for extractors.
        name: the file's name as dropped (for its suffix; do not trust it).
        role: see :class:`PartRole`.
        sha256: hash of the bytes; released markings are bound to it.
        passwords: what to try if it is encrypted, before ``[extraction] passwords``; never kept or logged.
    """

    position: int
    path: Path
    name: str
    role: PartRole = PartRole.MAIN
    sha256: str = ""
    passwords: tuple[str, ...] = field(default=(), repr=False)


@runtime_checkable
class Extractor(Protocol):
    """Reads one family of file formats. Runs only inside a sandbox process."""

    id: str
    version: str

    def score(self, head: bytes, name: str) -> int:
        """How sure the extractor is that it can read a file: 0 no … 100 certain.

        Args:
            head: the first 64 KiB of the file.
            name: the file's name, lower case.
        """
        ...

    def extract(self, file: SourceFile) -> Text:
        """Read everything in the file.

        Raises:
            ExtractionFailed: encrypted, broken, too large …, with a code and advice for the clerk.
        """
        ...


@dataclass(frozen=True, slots=True)
class PartText:
    """One part's text as detectors see it.

    Args:
        position: index of the part in the submission.
        role: what the part is.
        text: what was read in it.
        views: the normalised views of the text (`model/view.py`), shared by all detectors.
    """

    position: int
    role: PartRole
    text: Text
    views: Views = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "views", Views(self.text))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sandbox process says about a submission.

    Args:
        texts: the text of each part in order; empty when a secrecy marking was found.
        screening: findings and doubts over all parts; after a marking only the markings, without text.
        faults: plugins that failed, parts that could not be read.
        marked: whether a secrecy marking was found; then nothing of the text has left the sandbox.
    """

    texts: tuple[PartText, ...]
    screening: Screening
    faults: tuple[Fault, ...] = ()
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture's pixels, row by row without padding.

    Args:
        width: pixels. height: pixels.
        channels: 1 (grey) or 3 (red, green, blue).
        pixels: ``width * height * channels`` bytes.
        dpi: pixels per inch where it is known (rendered pages), else 0.
    """

    width: int
    height: int
    channels: int
    pixels: bytes = field(repr=False)
    dpi: int = 0


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """A line of words in a picture.

    Args:
        text: its characters.
        box: (left, top, right, bottom) in pixels from the top left corner.
        confidence: 0 … 1, the engine's own.
        red: whether it was read in red ink, apart from the rest (a seal, a letterhead).
    """

    text: str
    box: tuple[float, float, float, float]
    confidence: float
    red: bool = False


@runtime_checkable
class Recogniser(Protocol):
    """Reads words in pictures (OCR). Runs only inside a recognition process, loaded when first needed."""

    id: str
    version: str

    def recognise(self, raster: Raster) -> Sequence[RecognisedLine]:
        """Every line of words, in reading order; an empty list when the picture holds none.

        ``None``, an exception or a line that is no line makes the next engine try, and after the last
        one the picture is undetermined.
        """
        ...
