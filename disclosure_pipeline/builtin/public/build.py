"""Builds the artefacts that the public gets, from approved content only.

The draft file itself is never opened here: what was not extracted, reviewed and visible cannot
come out (measured: redacting a docx in place left 47 of 61 hiding places, rebuilding left none).
The same approved content always gives the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from disclosure_pipeline.builtin.public.blocks import Grid, PublicCopy, Section, public_copy
from disclosure_pipeline.builtin.public.render import page, plain, section_text, table_csv
from disclosure_pipeline.builtin.public.selection import Redaction
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import Part
from disclosure_pipeline.model.publication import Artefact

PAGE_NAME = "page.html"
_NAME_BYTES = 180
_UNNAMED = "正文"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A public file before it is written.

    Args:
        name: file name.
        media_type: its type.
        role: ``page``, ``text`` or ``attachment``.
        title: heading for readers.
        content: its text.
        section: the part it was made from; ``None`` for files that hold the whole copy.
    """

    name: str
    media_type: str
    role: str
    title: str
    content: str
    section: Section | None = None


def build(
    title: str,
    texts: Sequence[PartText],
    parts: Sequence[Part],
    folder: Path,
    redactions: Sequence[Redaction] = (),
) -> list[tuple[Artefact, Path]]:
    """Write the public files of a version into ``folder``.

    Args:
        title: approved title.
        texts: extracted text per part, as approved.
        parts: files of the version (for the names of attachments).
        folder: an existing empty folder.
        redactions: characters to leave out; each becomes the mark 〔此处依法不予公开〕, or what it says is shown.

    Returns:
        The page, the text copy, then the clean copies of attachments and tables.

    Raises:
        Refused: a redaction does not fit the text.
    """
    built = []
    for file in plan(public_copy(title, texts, parts, redactions)):
        path = folder / file.name
        data = file.content.encode("utf-8")
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        built.append((Artefact(file.name, file.media_type, digest, len(data), file.role, file.title), path))
    return built


def plan(copy: PublicCopy) -> list[PlannedFile]:
    """The files of a public copy, in the order they are shown."""
    files = [
        PlannedFile(PAGE_NAME, "text/html", "page", copy.title, page(copy)),
        PlannedFile(f"{file_stem(copy.title)}.txt", "text/plain", "text", copy.title, plain(copy)),
    ]
    for section in copy.sections:
        files += _section_files(section)
    if files[1].name in {file.name for file in files[2:]}:
        files[1] = replace(files[1], name=f"{_UNNAMED}.txt")
    return files


def _section_files(section: Section) -> list[PlannedFile]:
    """The clean copy of an attachment, or the tables of a 正文 that is nothing but tables."""
    grids = [block for block in section.blocks if isinstance(block, Grid)]
    only_tables = bool(grids) and len(grids) == len(section.blocks)
    stem = f"附件{section.number}" if section.number else "数据表"
    heading = section.heading or "数据表"
    if only_tables:
        suffixes = [f"-{index}" for index in range(1, len(grids) + 1)] if len(grids) > 1 else [""]
        return [
            PlannedFile(
                f"{stem}{suffix}.csv", "text/csv", "attachment", heading + suffix, _csv(grid), section
            )
            for suffix, grid in zip(suffixes, grids, strict=True)
        ]
    if not section.number:
        return []
    text = section_text(section) + "\n"
    return [PlannedFile(f"{stem}.txt", "text/plain", "attachment", heading, text, section)]


def _csv(grid: Grid) -> str:
    caption = [(grid.caption,)] if grid.caption else []
    return table_csv([*caption, *grid.rows])


_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*%]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def file_stem(title: str) -> str:
    """A title as the stem of a file name that every file system takes; 正文 when nothing is left."""
    stem = " ".join(_UNSAFE.sub("_", title).split()).strip(" .")
    while len(stem.encode("utf-8")) > _NAME_BYTES:
        stem = stem[:-1]
    stem = stem.strip(" .")
    return _UNNAMED if not stem.strip("_") or _RESERVED.fullmatch(stem) else stem
