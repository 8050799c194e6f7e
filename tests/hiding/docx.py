"""Every hiding place of Word documents: in the text, and in all that a package holds beside it."""

from __future__ import annotations

from tests.hiding.docx_parts import PART_PLACES
from tests.hiding.docx_text import TEXT_PLACES, body, graphic, place
from tests.hiding.place import Hiding
from tests.hiding.vocabulary import vocabulary
from tests.hiding.wordfile import Draft

_NAMES = vocabulary(
    ".docx", lambda: Draft().data(), where="word/document.xml",
    spots={"word/document.xml": ("<w:document", "</w:body>"), "word/styles.xml": ("<w:styles", "</w:styles>"),
           "_rels/.rels": ("<Relationships", "</Relationships>"), "[Content_Types].xml": ("<Types", "</Types>")},
)  # fmt: skip

PLACES: tuple[Hiding, ...] = (
    *TEXT_PLACES, *PART_PLACES, *_NAMES,
    place("kind of a drawing", body(graphic("", "http://schemas.openxmlformats.org/drawingml/2006/@")), "unplaced", narrow=True),
)  # fmt: skip
