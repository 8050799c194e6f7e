"""Pictures of a draft's text: what became of each, and what an officer ruled of those without words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from disclosure_pipeline.model.text import Text

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PAGE = "text/html"
ILLUSTRATED = (WORD, SLIDES, PAGE)
"""Formats whose pictures go out; of all others the text does."""


def may_have_pictures(text: Text) -> bool:
    """Whether a file may show pictures that go out: its reader counted some, or it is a page, where it counts none."""
    return text.media_type in ILLUSTRATED and (bool(text.facts.get("pictures")) or text.media_type == PAGE)


class PictureKey(NamedTuple):
    """One picture as somebody saw it; a ruling is good for exactly these pixels, and for no others.

    Args:
        part: position of its file in the submission.
        name: sha256 (hex) of its name in that file: a name may tell what the picture shows.
        pixels: sha256 (hex) of the picture made anew, which is what would go out.
    """

    part: int
    name: str
    pixels: str


class Ruling(StrEnum):
    """What the secrecy officer says of a picture without words; stored as these exact words."""

    PUBLIC = "public"
    """It may go out."""
    KEPT = "kept"
    """It stays in, as it would without a ruling."""
    OPEN = "open"
    """What was ruled is taken back."""


class Outlook(StrEnum):
    """Whether a picture that a draft surely shows goes out with the text, or why it does not."""

    WORDS = "words"
    """It does: its words were read, and reviewed with the text."""
    RELEASED = "released"
    """It does: it has no words, and an officer ruled that it is public."""
    KEPT = "kept"
    """It has no words, and an officer ruled that it stays in."""
    UNRULED = "unruled"
    """It has no words, and nobody has ruled yet."""
    STRUCK = "struck"
    """Something in it was struck out, or it shows words that were struck out elsewhere."""
    BOXED = "boxed"
    """Somebody drew a box in its file."""
    DOUBTFUL = "doubtful"
    """Recognition was not sure of it, or of another picture nobody knows where."""
    HIDING = "hiding"
    """Its pixels hide words that no reader sees."""
    TEXT = "text"
    """Its file is a scan: its words go out as the text itself."""

    @property
    def goes_out(self) -> bool:
        """Whether it goes out with the text, if the copy is proved."""
        return self in (Outlook.WORDS, Outlook.RELEASED)

    @property
    def is_for_people(self) -> bool:
        """Whether a person's ruling decides about it."""
        return self in (Outlook.RELEASED, Outlook.KEPT, Outlook.UNRULED)


@dataclass(frozen=True, slots=True)
class PictureRuling:
    """A ruling with who gave it.

    Args:
        ruling: what was ruled.
        by: the secrecy officer.
        at: when, UTC.
        reason: in their own words, or empty.
    """

    ruling: Ruling
    by: str
    at: str
    reason: str = ""
