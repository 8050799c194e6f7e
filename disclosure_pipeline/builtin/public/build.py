"""Builds the artefacts that the public gets, from approved content only.

The draft file itself is never opened here: what was not extracted, reviewed and visible cannot
come out (measured: redacting a docx in place left 47 of 61 hiding places, rebuilding left none).
The pages of a paper (pdf, scan) are made elsewhere (`builtin/public/pages`) and only placed here.
The same approved content always gives the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from disclosure_pipeline.builtin.public import word, workbook
from disclosure_pipeline.builtin.public.blocks import Grid, PublicCopy, Section, public_copy
from disclosure_pipeline.builtin.public.render import page, plain, section_text, table_csv
from disclosure_pipeline.builtin.public.selection import Redaction
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.hooks.stages import ShownPicture
from disclosure_pipeline.model.document import Part
from disclosure_pipeline.model.pictures import PictureKey
from disclosure_pipeline.model.publication import Artefact

PAGE_NAME = "page.html"
PDF = "application/pdf"
_NAME_BYTES = 180
_UNNAMED = "正文"


@dataclass(frozen=True, slots=True)
class Paper:
    """The pages of a part as a new pdf.

    Args:
        data: its bytes.
        drawn: whether its pages are pictures.
        notes: what its last page says.
    """

    data: bytes = field(repr=False)
    drawn: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """What goes into a public copy beside the approved text, by the position of the part.

    Args:
        notes: what readers are told.
        papers: pages; a part without is rebuilt as a document or workbook.
        pictures: those that stand in its text, by the segment behind which they do; -1 is the beginning.
        released: pictures without words that an officer ruled to be public.
    """

    notes: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    papers: Mapping[int, Paper] = field(default_factory=dict)
    pictures: Mapping[int, Mapping[int, tuple[ShownPicture, ...]]] = field(default_factory=dict)
    released: frozenset[PictureKey] = frozenset()


NOTHING = Beside()


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A public file before it is written.

    Args:
        name: file name.
        media_type: its type.
        role: ``page``, ``text``, ``copy`` (the rebuilt document of the 正文), ``attachment`` or ``data`` (a table
            for machines).
        title: heading for readers.
        content: its bytes.
        section: the part it was made from; ``None`` for files that hold the whole copy.
        drawn: whether its text is pixels.
    """

    name: str
    media_type: str
    role: str
    title: str
    content: bytes = field(repr=False)
    section: Section | None = None
    drawn: bool = False


def build(
    title: str,
    texts: Sequence[PartText],
    parts: Sequence[Part],
    folder: Path,
    redactions: Sequence[Redaction] = (),
    *,
    beside: Beside = NOTHING,
) -> list[tuple[Artefact, Path]]:
    """Write the public files of a version into ``folder``.

    Args:
        title: approved title.
        texts: extracted text per part, as approved.
        parts: files of the version (for the names of attachments).
        folder: an existing empty folder.
        redactions: characters to leave out; each becomes the mark 〔此处依法不予公开〕, or what it says is shown.
        beside: notes, and the pages of papers.

    Returns:
        The page, the text copy, then the rebuilt documents, attachments and tables.

    Raises:
        Refused: a redaction does not fit the text.
    """
    built = []
    copy = public_copy(title, texts, parts, redactions, notes=beside.notes, pictures=beside.pictures)
    for file in plan(copy, beside.papers):
        path = folder / file.name
        path.write_bytes(file.content)
        digest = hashlib.sha256(file.content).hexdigest()
        made = Artefact(file.name, file.media_type, digest, len(file.content), file.role, file.title)
        built.append((made, path))
    return built


def plan(copy: PublicCopy, papers: Mapping[int, Paper] = MappingProxyType({})) -> list[PlannedFile]:
    """The files of a public copy, in the order they are shown."""
    stem = file_stem(copy.title)
    files = [
        PlannedFile(PAGE_NAME, "text/html", "page", copy.title, page(copy).encode()),
        PlannedFile(f"{stem}.txt", "text/plain", "text", copy.title, plain(copy).encode()),
    ]
    for index, section in enumerate(copy.sections):
        again = "" if section.number or not index else f"-{index + 1}"  # a 正文 of several files
        files += _section_files(section, copy.title, f"{stem}{again}", papers.get(section.position))
    return _distinct(files)


def _section_files(section: Section, title: str, stem: str, paper: Paper | None) -> Iterator[PlannedFile]:
    """The rebuilt document of a part, and its tables for machines when it is nothing but tables."""
    role, shown = ("attachment", section.heading) if section.number else ("copy", title)
    stem = f"附件{section.number}" if section.number else stem
    media_type, content = (PDF, paper.data) if paper is not None else _rebuilt(section, shown)
    drawn = paper is not None and paper.drawn
    yield PlannedFile(f"{stem}{_SUFFIXES[media_type]}", media_type, role, shown, content, section, drawn)
    grids = section.grids
    name = stem if section.number else "数据表"
    heading = section.heading or "数据表"
    for number, grid in enumerate(grids, 1):
        suffix = f"-{number}" if len(grids) > 1 else ""
        yield PlannedFile(f"{name}{suffix}.csv", "text/csv", "data", heading + suffix, _csv(grid), section)


_SUFFIXES = {PDF: ".pdf", word.MEDIA_TYPE: ".docx", workbook.MEDIA_TYPE: ".xlsx", "text/plain": ".txt"}


def _rebuilt(section: Section, title: str) -> tuple[str, bytes]:
    """Media type and bytes of a part made anew; plain text when no office program could hold its tables."""
    if section.tabular and section.grids and workbook.fits(section.grids):
        return workbook.MEDIA_TYPE, workbook.workbook(section.grids, section.notes)
    if word.fits(section.blocks):
        return word.MEDIA_TYPE, word.document(title, section.blocks, section.notes)
    return "text/plain", "\n".join([section_text(section), *section.notes, ""]).encode()


def _csv(grid: Grid) -> bytes:
    caption = [(grid.caption,)] if grid.caption else []
    return table_csv([*caption, *grid.rows]).encode()


def _distinct(files: Sequence[PlannedFile]) -> list[PlannedFile]:
    """The files under names of which no two are the same, however a file system compares them."""
    taken: set[str] = set()
    named = []
    for file in files:
        path = Path(file.name)
        name, number = file.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{path.stem}（{number}）{path.suffix}"
        taken.add(name.casefold())
        named.append(replace(file, name=name))
    return named


_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*%]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def file_stem(title: str) -> str:
    """A title as the stem of a file name that every file system takes; 正文 when nothing is left."""
    stem = " ".join(_UNSAFE.sub("_", title).split()).strip(" .")
    while len(stem.encode("utf-8")) > _NAME_BYTES:
        stem = stem[:-1]
    stem = stem.strip(" .")
    return _UNNAMED if not stem.strip("_") or _RESERVED.fullmatch(stem) else stem
