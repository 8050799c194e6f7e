"""Public copies of drafts of one file, made and read again; and every byte of them."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from disclosure_pipeline.builtin.public import Problem, Redaction, build, prove
from disclosure_pipeline.builtin.public.selection import public_segments
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import Part, PartRole
from disclosure_pipeline.model.publication import Artefact
from disclosure_pipeline.model.text import Text
from tests.hiding.place import Hiding
from tests.hiding.reading import read

TITLE = "关于发放补贴的通知"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")

Built = list[tuple[Artefact, Path]]


@cache
def read_again(data: bytes, name: str) -> Text:
    """What hides in a draft leaves no trace in its copy, so that most copies are the same bytes: read once."""
    return read(data, name)


def made(text: Text, folder: Path, cuts: Sequence[Redaction] = ()) -> tuple[Built, list[Problem]]:
    """The public copy of a draft of one file, and what is wrong with it when it is read again."""
    texts, parts = (
        [PartText(0, PartRole.MAIN, text)],
        [Part(0, "草稿", text.media_type, "0" * 64, 1, PartRole.MAIN)],
    )
    files = build(TITLE, texts, parts, folder, cuts)
    again = [(artefact, read_again(path.read_bytes(), path.name)) for artefact, path in files]
    return files, prove(again, TITLE, texts, parts, cuts)


def everything(files: Built) -> bytes:
    """Every byte of the files, packed and unpacked, and their names."""
    data = []
    for artefact, path in files:
        data += [artefact.name.encode(), artefact.title.encode(), path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                data += [package.comment, *(name.encode() for name in package.namelist())]
                data += [package.read(name) for name in package.namelist()]
    return b"\n".join(data)


def holds(data: bytes, words: str) -> bool:
    """Whether some bytes hold some words in any usual encoding."""
    return any(words.encode(encoding) in data for encoding in ENCODINGS)


def is_public(place: Hiding, text: Text) -> bool:
    """Whether what a place holds is text that readers of the draft see, and becomes public."""
    return any(place.marker in "".join(item.text.split()) for _, item in public_segments(text))


def leaks(place: Hiding, text: Text, files: Built) -> bool:
    """Whether the public copy holds what hid in a place of the draft."""
    return not is_public(place, text) and holds(everything(files), place.marker)
