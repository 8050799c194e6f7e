"""The public copy as an accessible page, as plain text, and its tables as CSV.

The page is written tag by tag from escaped text: nothing of the draft's own markup, fonts, links
or scripts can reach it.
"""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator, Sequence
from html import escape

from disclosure_pipeline.builtin.public.blocks import (
    Block,
    Grid,
    Heading,
    Picture,
    PublicCopy,
    Section,
)

BOM = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""First characters that make a spreadsheet calculate a cell of a CSV file; Chinese editions take the wide ones too."""

Row = Sequence[str]


def page(copy: PublicCopy) -> str:
    """The accessible HTML document; its text lies in ``<main>``.

    ``<main>`` and ``</main>`` each stand on a line of their own, so that a site can set the very
    same frozen text into its own frame.
    """
    title = escape(copy.title)
    lines = [
        "<!DOCTYPE html>",
        '<html lang="zh-CN">',
        "<head>",
        '<meta charset="utf-8">',
        f"<title>{title}</title>",
        "</head>",
        "<body>",
        "<main>",
        f"<h1>{title}</h1>",
    ]
    for section in copy.sections:
        lines += _section(section)
    lines += [f"<p>{escape(note)}</p>" for note in copy.notes]
    lines += ["</main>", "</body>", "</html>"]
    return "\n".join(lines) + "\n"


def _section(section: Section) -> Iterator[str]:
    above = 1
    if section.number:
        yield "<section>"
        yield f"<h2>{escape(section.heading)}</h2>"
        above = 2
    for block in section.blocks:
        yield from _element(block, above)
    if section.number:
        yield "</section>"


def _element(block: Block, above: int) -> Iterator[str]:
    """One block; headings go below level ``above``."""
    if isinstance(block, Heading):
        tag = f"h{above + block.level}"
        yield f"<{tag}>{escape(block.text)}</{tag}>"
    elif isinstance(block, Grid):
        yield from _table(block)
    elif isinstance(block, Picture):
        yield f"<p>{_image(block)}</p>"
    else:
        yield f"<p>{_lines(block.text)}</p>"


def _image(picture: Picture) -> str:
    """A picture in the page itself, so that whoever shows the page shows what was signed."""
    wide, high = picture.size
    data = base64.b64encode(picture.data).decode("ascii")
    return f'<img src="data:{picture.media_type};base64,{data}" alt="{picture.name}" width="{wide}" height="{high}">'


def _table(grid: Grid) -> Iterator[str]:
    yield "<table>"
    if grid.caption:
        yield f"<caption>{_lines(grid.caption)}</caption>"
    head, *body = grid.rows
    yield "<thead>"
    yield "<tr>" + "".join(_heading_cell(cell) for cell in head) + "</tr>"
    yield "</thead>"
    if body:
        yield "<tbody>"
        for row in body:
            yield "<tr>" + "".join(f"<td>{_lines(cell)}</td>" for cell in row) + "</tr>"
        yield "</tbody>"
    yield "</table>"


def _heading_cell(cell: str) -> str:
    return f'<th scope="col">{_lines(cell)}</th>' if cell else "<td></td>"


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def plain(copy: PublicCopy) -> str:
    """The whole copy as text: one paragraph a line, cells of a table separated by tabs."""
    pieces = [copy.title]
    for section in copy.sections:
        pieces.append(section_text(section))
    pieces += copy.notes
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


def section_text(section: Section) -> str:
    """One part as text, under its heading if it has one."""
    lines = [section.heading] if section.number else []
    for block in section.blocks:
        if not isinstance(block, Picture):
            lines += _rows(block) if isinstance(block, Grid) else [block.text]
    return "\n".join(lines)


def _rows(grid: Grid) -> list[str]:
    caption = [_single_line(grid.caption)] if grid.caption else []
    return caption + ["\t".join(_single_line(cell) for cell in row) for row in grid.rows]


def _single_line(text: str) -> str:
    return " ".join(text.split())


def table_csv(rows: Sequence[Row]) -> str:
    """A table as CSV that spreadsheet programs open as UTF-8 and never calculate."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerows([_inert(cell) for cell in row] for row in rows)
    return BOM + stream.getvalue()


def _inert(cell: str) -> str:
    if cell.startswith(FORMULA_STARTS) and not _is_number(cell):
        return "'" + cell
    return cell


def _is_number(cell: str) -> bool:
    return cell[1:].replace(".", "", 1).replace(",", "").isdecimal()
