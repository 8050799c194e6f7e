"""The public copy as blocks: headings, paragraphs and tables rebuilt from approved segments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from types import MappingProxyType

from disclosure_pipeline.builtin.public.selection import (
    Cuts,
    Redaction,
    check_redactions,
    clean,
    is_recognised,
    public_parts,
    public_segments,
)
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.hooks.stages import ShownPicture
from disclosure_pipeline.model.document import Part, PartRole
from disclosure_pipeline.model.printed import Printed, cell_name, heading_level, running_text
from disclosure_pipeline.model.text import Place


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` 1 is right under the section's own heading."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; it may hold line breaks."""

    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the first row holds the column headings; every row has the same number of cells."""

    caption: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was made anew.

    Args:
        media_type: ``image/png`` or ``image/jpeg``.
        data: its bytes.
        size: width and height, pixels.
        number: counted over the whole copy, from 1 on.
    """

    media_type: str
    data: bytes = field(repr=False)
    size: tuple[int, int]
    number: int = 0

    @property
    def name(self) -> str:
        """What stands for it where it is not seen; what its draft says of it is no text that anybody sees."""
        return f"图{self.number}"


Block = Heading | Paragraph | Grid | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """The public text of one part.

    Args:
        position: index of the part in the submission.
        number: 0 for the 正文, else the number of the 附件.
        name: the attachment's name as readers see it; empty for the 正文.
        blocks: its content.
        notes: what the office tells readers about it (:mod:`~disclosure_pipeline.builtin.public.notes`).
        tabular: whether it was a spreadsheet.
    """

    position: int
    number: int
    name: str
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()
    tabular: bool = False

    @property
    def heading(self) -> str:
        """``附件1　名称``; empty for the 正文."""
        if not self.number:
            return ""
        return f"附件{self.number}" + (f"　{self.name}" if self.name else "")

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Its tables when it is nothing but tables, else none."""
        grids = tuple(block for block in self.blocks if isinstance(block, Grid))
        return grids if len(grids) == len(self.blocks) else ()


@dataclass(frozen=True, slots=True)
class PublicCopy:
    """Everything the public reads: the title and one section per public part, 正文 first."""

    title: str
    sections: tuple[Section, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of all parts, each once."""
        return tuple(dict.fromkeys(note for section in self.sections for note in section.notes))


def public_copy(
    title: str,
    texts: Sequence[PartText],
    parts: Sequence[Part],
    redactions: Sequence[Redaction] = (),
    *,
    notes: Mapping[int, tuple[str, ...]] = MappingProxyType({}),
    pictures: Mapping[int, Mapping[int, tuple[ShownPicture, ...]]] = MappingProxyType({}),
) -> PublicCopy:
    """Select, redact and arrange the approved content.

    Args:
        title: approved title.
        texts: extracted text per part.
        parts: files of the version, for the names of attachments.
        redactions: characters that must not go out.
        notes: what readers are told about a part, by its position.
        pictures: those of a part, by its position and by the segment behind which they stand; -1 is the beginning.

    Raises:
        Refused: a redaction does not fit the text.
    """
    check_redactions(texts, redactions)
    cuts = Cuts(redactions)
    names = {part.position: part.name or "" for part in parts}
    public = public_parts(texts)
    main = [part for part in public if part.role is PartRole.MAIN]
    attachments = [part for part in public if part.role is PartRole.ATTACHMENT]
    sections = [
        Section(part.position, 0, "",
                _without_title(_blocks(part, cuts, pictures.get(part.position, {})), clean(title)),
                notes.get(part.position, ()), _is_spreadsheet(part))
        for part in main
    ]  # fmt: skip
    numbers = _numbers([names.get(part.position, "") for part in attachments])
    numbered = sorted(zip(numbers, attachments, strict=True), key=lambda pair: pair[0])
    for number, part in numbered:
        name = shown_name(names.get(part.position, ""))
        told, tabular = notes.get(part.position, ()), _is_spreadsheet(part)
        blocks = _blocks(part, cuts, pictures.get(part.position, {}))
        sections.append(Section(part.position, number, name, blocks, told, tabular))
    return PublicCopy(clean(title).strip(), tuple(_counted(sections)))


def _counted(sections: Sequence[Section]) -> Iterator[Section]:
    """The sections with their pictures numbered."""
    number = 0
    for section in sections:
        blocks: list[Block] = []
        for block in section.blocks:
            if isinstance(block, Picture):
                number += 1
                blocks.append(replace(block, number=number))
            else:
                blocks.append(block)
        yield replace(section, blocks=tuple(blocks))


# --------------------------------------------------------------- attachment names

_CASE_NUMBER = re.compile(r"(?<!\d)\d{4}-\d{6}(?!\d)")
_ATTACHMENT = re.compile(
    r"附件\s*(?:(?P<digits>\d{1,3})[\s:：、.．_—-]*|(?P<numeral>[一二三四五六七八九十])?(?:[\s:：、.．_—-]+|$))"
)


def shown_name(file_name: str) -> str:
    """A file name as readers see it: without case number, suffix and the word 附件 in front."""
    stem = PurePath(file_name.replace("\\", "/")).stem
    stem = _CASE_NUMBER.sub("", stem).strip(" _-—.　")
    match = _ATTACHMENT.match(stem)
    return clean(stem[match.end() :] if match else stem).strip()


def _numbers(names: Sequence[str]) -> list[int]:
    """Numbers of the attachments: those in their names when all have one, else by order."""
    named = [_named_number(name) for name in names]
    if all(named) and len(set(named)) == len(named):
        return named
    return list(range(1, len(names) + 1))


def _named_number(name: str) -> int:
    match = _ATTACHMENT.match(_CASE_NUMBER.sub("", name).strip(" _-—.　"))
    if match is None:
        return 0
    return int(match["digits"] or 0) or "一二三四五六七八九十".find(match["numeral"] or "零") + 1


# ------------------------------------------------------------------------- blocks

_PAGED = ("application/pdf", "application/ofd")
"""Formats that know printed lines only."""

_SHOWN_ON_SLIDES = (
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.ms-powerpoint",
)
_LONGEST_TITLE = 40
_SENTENCE = tuple("。；，：,;")

_TableKey = tuple[str, str]


def _blocks(
    part: PartText, cuts: Cuts, pictures: Mapping[int, tuple[ShownPicture, ...]]
) -> tuple[Block, ...]:
    """The blocks of one part; a table stands where its first cell stood."""
    scanned = is_recognised(part.text)
    paged = scanned or part.text.media_type in _PAGED
    slides = part.text.media_type in _SHOWN_ON_SLIDES
    tables: dict[_TableKey, dict[tuple[int, int], list[str]]] = {}
    order: list[_TableKey | list[tuple[Place, str]] | Picture] = [*_pictures(pictures, -1)]
    for index, segment in public_segments(part.text):
        text = clean(cuts.apply(segment.text, part.position, index))
        cell = cell_name(segment.place.cell)
        if cell is not None and cell.table:
            key = (segment.place.part, cell.table)
            if key not in tables:
                tables[key] = {}
                order.append(key)
            at = (cell.row, cell.order)
            tables[key].setdefault(at, []).append(text.strip())
        elif order and isinstance(order[-1], list) and (not slides or _same_slide(order[-1], segment.place)):
            order[-1].append((segment.place, text))
        else:
            order.append([(segment.place, text)])
        order += _pictures(pictures, index)
    blocks: list[Block] = []
    seen: set[int | None] = set()
    for item in order:
        if isinstance(item, Picture):
            blocks.append(item)
        elif isinstance(item, list):
            texts = _paged(item, lines=scanned) if paged else _running(item)
            blocks += _with_headings(texts, titled=slides and _opens_slide(item, seen))
        elif any(any(texts) for texts in tables[item].values()):
            blocks.append(_grid(tables[item]))
    return tuple(blocks)


def _pictures(pictures: Mapping[int, tuple[ShownPicture, ...]], behind: int) -> list[Picture]:
    return [Picture(shown.media_type, shown.data, shown.size) for shown in pictures.get(behind, ())]


def _is_spreadsheet(part: PartText) -> bool:
    """Whether all that becomes public of a part stands in cells of sheets."""
    cells = [
        cell_name(segment.place.cell) for _, segment in public_segments(part.text) if segment.text.strip()
    ]
    return bool(cells) and all(cell is not None and cell.table and cell.sheet for cell in cells)


def _paged(items: Sequence[tuple[Place, str]], *, lines: bool) -> list[str]:
    """Paragraphs of a format that only knows pages, or only lines."""
    return running_text((Printed(text, place.page or 0) for place, text in items), lines=lines)


def _running(items: Sequence[tuple[Place, str]]) -> list[str]:
    """Paragraphs of a format that knows them; an insertion joins the paragraph it stands in."""
    texts: list[str] = []
    before: Place | None = None
    for place, text in items:
        if before is not None and _same_paragraph(before, place):
            texts[-1] += text
        else:
            texts.append(text)
        before = place
    return [text.strip() for text in texts if text.strip()]


def _same_paragraph(first: Place, second: Place) -> bool:
    if first.paragraph is None or (first.part, first.paragraph) != (second.part, second.paragraph):
        return False
    return "insertion" in (first.kind, second.kind)


def _same_slide(run: Sequence[tuple[Place, str]], place: Place) -> bool:
    return run[-1][0].page == place.page


def _opens_slide(run: Sequence[tuple[Place, str]], seen: set[int | None]) -> bool:
    """Whether a run of words is the first of its slide, which ``seen`` then holds."""
    page = run[0][0].page
    new = page is not None and page not in seen
    seen.add(page)
    return new


def _is_title(text: str) -> bool:
    """Whether the first words of a slide are its title, and not a sentence."""
    return "\n" not in text and len(text) <= _LONGEST_TITLE and not text.endswith(_SENTENCE)


def _with_headings(texts: Sequence[str], *, titled: bool = False) -> list[Block]:
    """Numbered short lines (一、 … （一） …) are headings; levels never skip one (WCAG 1.3.1).

    Args:
        texts: paragraphs.
        titled: whether the first may be a title that the others stand below.
    """
    blocks: list[Block] = []
    above = int(titled and bool(texts) and _is_title(texts[0].strip()))
    if above:
        blocks.append(Heading(1, texts[0].strip()))
    last = above
    for text in texts[above:]:
        level = heading_level(text.strip())
        level = level and level + above
        if level:
            last = min(level, last + 1)
            blocks.append(Heading(last, text.strip()))
        else:
            blocks.append(Paragraph(text))
    return blocks


def _grid(cells: dict[tuple[int, int], list[str]]) -> Grid:
    """A table from its cells; rows and columns that hold nothing are left out."""
    filled = {at: "\n".join(texts) for at, texts in cells.items() if any(texts)}
    rows = sorted({row for row, _ in filled})
    columns = sorted({column for _, column in filled})
    table = [tuple(filled.get((row, column), "") for column in columns) for row in rows]
    caption = ""
    if len(columns) > 1 and len(table) > 1 and sum(bool(cell) for cell in table[0]) == 1:
        caption = next(cell for cell in table.pop(0) if cell)
    return Grid(caption, tuple(table))


_TITLE_WITHIN = 8
_TITLE_LINES = 3


def _without_title(blocks: tuple[Block, ...], title: str) -> tuple[Block, ...]:
    """The blocks without the paragraphs (one to three) that only print the title, shown as heading."""
    wanted = "".join(title.split())
    for start in range(min(_TITLE_WITHIN, len(blocks))):
        for end in range(start + 1, min(start + _TITLE_LINES, len(blocks)) + 1):
            run = blocks[start:end]
            if any(isinstance(block, Grid | Picture) for block in run):
                break
            text = "".join(block.text for block in run if not isinstance(block, Grid | Picture))
            if "".join(text.split()) == wanted:
                return blocks[:start] + blocks[end:]
    return blocks
