"""The proof of pictures: a file holds those that were chosen and no others, and without words only what was released.

What recognition reads in them is compared elsewhere (`page_proof.py`). A picture without words says nothing that could
be compared, so its very bytes must be the ones that the secrecy officer ruled on.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from disclosure_pipeline.builtin.extractors.pictures.scanned import NOTHING, is_words
from disclosure_pipeline.builtin.public import word
from disclosure_pipeline.builtin.public.comparison import Problem
from disclosure_pipeline.builtin.public.selection import RECOGNISED, is_in_picture
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.hooks.pictures import key_of
from disclosure_pipeline.hooks.stages import ShownPicture
from disclosure_pipeline.model.pictures import PictureKey
from disclosure_pipeline.model.text import Doubt

Pictures = Mapping[int, Mapping[int, tuple[ShownPicture, ...]]]
"""Chosen pictures by part, and by the segment behind which they stand."""

_EMBEDDED = re.compile(rb"<img\b[^>]*?\bsrc=\"data:[^\",]*;base64,([^\"]*)\"")
_MEDIA = "word/media/"


def released(approved: Sequence[PartText], pictures: Pictures, allowed: frozenset[PictureKey]) -> int:
    """How many of the chosen pictures of some parts are without words, and were released.

    Args:
        approved: the parts.
        pictures: those chosen of all parts.
        allowed: what was released.
    """
    return sum(key in allowed for key in _wordless(approved, _of(approved, pictures)))


def unexpected(doubts: Sequence[Doubt], pictures: int) -> tuple[Doubt, ...]:
    """The doubts about a file beside those that its pictures without words raise again.

    Args:
        doubts: as it was read again.
        pictures: how many of them it holds that were released: somebody looked at each, and saw no words.
    """
    more = sum(map(_is_wordless, doubts)) > pictures
    return tuple(doubt for doubt in doubts if more or not _is_wordless(doubt))


def compare_held(
    content: bytes,
    media_type: str,
    approved: Sequence[PartText],
    pictures: Pictures,
    allowed: frozenset[PictureKey],
) -> list[Problem]:
    """Compare the pictures that a file holds with those chosen for it.

    Args:
        content: the file, as it was built.
        media_type: its type.
        approved: the parts it was made from.
        pictures: those chosen of all parts.
        allowed: pictures without words that were released.
    """
    mine = _of(approved, pictures)
    chosen = {key_of(position, shown).pixels for position, shown in _each(mine)}
    unreleased = sum(key not in allowed for key in _wordless(approved, mine))
    foreign = sum(digest not in chosen for digest in _held(content, media_type))
    counts = {"public.unreleased_picture": unreleased, "public.foreign_picture": foreign}
    return [Problem(code, count) for code, count in counts.items() if count]


def _is_wordless(doubt: Doubt) -> bool:
    return doubt.code == NOTHING and doubt.place is not None


def _of(approved: Sequence[PartText], pictures: Pictures) -> Pictures:
    return {part.position: pictures[part.position] for part in approved if part.position in pictures}


def _wordless(approved: Sequence[PartText], pictures: Pictures) -> Iterator[PictureKey]:
    """The chosen pictures in which nothing was read that a reader sees."""
    seen = [
        (part.position, segment.place.part)
        for part in approved
        for segment in part.text.segments
        if segment.visible and segment.place.kind == RECOGNISED and is_words(segment.text)
    ]
    for position, shown in _each(pictures):
        if not any(at == position and is_in_picture(place, shown.part) for at, place in seen):
            yield key_of(position, shown)


def _each(pictures: Pictures) -> Iterator[tuple[int, ShownPicture]]:
    for position, placed in pictures.items():
        for shown in placed.values():
            yield from ((position, picture) for picture in shown)


def _held(content: bytes, media_type: str) -> Iterator[str]:
    """Hashes of the pictures that lie in a file of ours."""
    if media_type == word.MEDIA_TYPE:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for name in package.namelist():
                if name.startswith(_MEDIA):
                    yield hashlib.sha256(package.read(name)).hexdigest()
        return
    for found in _EMBEDDED.finditer(content):
        yield hashlib.sha256(base64.b64decode(found[1])).hexdigest()
