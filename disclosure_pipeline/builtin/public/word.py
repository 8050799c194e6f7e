"""A part of the public copy as a Word document, rebuilt from approved blocks.

It holds headings that a screen reader can walk, paragraphs, and tables whose first row is their heading. There are no
headers, fields, comments, pictures or properties.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from disclosure_pipeline.builtin.public.blocks import Block, Grid, Heading
from disclosure_pipeline.builtin.public.package import (
    PROLOGUE,
    content_types,
    packed,
    relationships,
    words,
)

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_MOST_LEVELS = 3
_TWIPS = 8844
"""Width of the text on A4 between the margins of a 公文 (GB/T 9704: 156 mm), twentieths of a point."""
_MOST_COLUMNS = 63
"""Columns that Word takes in a table."""

_PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" w:header="851" w:footer="992" w:gutter="0"/>'
    "</w:sectPr>"
)
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def fits(blocks: Iterable[Block]) -> bool:
    """Whether Word can hold every table."""
    return all(len(block.rows[0]) <= _MOST_COLUMNS for block in blocks if isinstance(block, Grid))


def document(title: str, blocks: Sequence[Block], notes: Sequence[str] = ()) -> bytes:
    """The document.

    Args:
        title: stands at its top; empty for none.
        blocks: its content.
        notes: paragraphs at its end that the office adds.
    """
    body = [_paragraph(title, "Title")] if title else []
    for block in blocks:
        body += _block(block)
    body += [_paragraph(note, "Note") for note in notes]
    return packed(
        {
            "[Content_Types].xml": content_types(
                {
                    "word/document.xml": f"{_WORD}document.main+xml",
                    "word/styles.xml": f"{_WORD}styles+xml",
                }
            ),
            "_rels/.rels": relationships({"word/document.xml": "officeDocument"}),
            "word/document.xml": (
                f"{PROLOGUE}<w:document {_SPACE}><w:body>{''.join(body)}{_PAGE}</w:body></w:document>"
            ),
            "word/_rels/document.xml.rels": relationships({"styles.xml": "styles"}),
            "word/styles.xml": _styles(),
        }
    )


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield _paragraph(block.text, f"Heading{min(block.level, _MOST_LEVELS)}")
    elif isinstance(block, Grid):
        if block.caption:
            yield _paragraph(block.caption, "Caption")
        yield _table(block)
        yield "<w:p/>"  # two tables without a paragraph between them would be one
    else:
        yield _paragraph(block.text)


def _paragraph(text: str, style: str = "") -> str:
    about = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{about}{_run(text)}</w:p>" if text else f"<w:p>{about}</w:p>"


def _run(text: str) -> str:
    pieces = "<w:br/>".join(
        "<w:tab/>".join(f'<w:t xml:space="preserve">{words(piece)}</w:t>' for piece in line.split("\t"))
        for line in text.split("\n")
    )
    return f"<w:r>{pieces}</w:r>"


def _table(grid: Grid) -> str:
    columns = len(grid.rows[0])
    width = _TWIPS // columns
    lines = "".join(_row(row, width, heading=number == 0) for number, row in enumerate(grid.rows))
    raster = f'<w:gridCol w:w="{width}"/>' * columns
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{width * columns}" w:type="dxa"/><w:tblBorders>{_BORDERS}</w:tblBorders>'
        '<w:tblLook w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f"</w:tblPr><w:tblGrid>{raster}</w:tblGrid>{lines}</w:tbl>"
    )


def _row(cells: Sequence[str], width: int, *, heading: bool) -> str:
    about = "<w:trPr><w:tblHeader/></w:trPr>" if heading else ""
    style = "TableHeading" if heading else "TableText"
    filled = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_paragraph(cell, style)}</w:tc>'
        for cell in cells
    )
    return f"<w:tr>{about}{filled}</w:tr>"


def _styles() -> str:
    defaults = (
        "<w:docDefaults><w:rPrDefault><w:rPr>"
        '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋" w:cs="Times New Roman"/>'
        '<w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/>'
        "</w:rPr></w:rPrDefault></w:docDefaults>"
    )
    headings = "".join(
        _style(
            f"Heading{level}", f"heading {level}",
            f'<w:keepNext/><w:spacing w:before="120" w:after="120"/><w:outlineLvl w:val="{level - 1}"/>',
            '<w:rFonts w:eastAsia="黑体"/>' if level == 1 else "<w:b/>",
        )
        for level in range(1, _MOST_LEVELS + 1)
    )  # fmt: skip
    return (
        f"{PROLOGUE}<w:styles {_SPACE}>{defaults}"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        + _style("Title", "Title", '<w:spacing w:after="360"/><w:jc w:val="center"/>',
                 '<w:rFonts w:eastAsia="宋体"/><w:b/><w:sz w:val="44"/><w:szCs w:val="44"/>')
        + headings
        + _style("Caption", "caption", '<w:keepNext/><w:jc w:val="center"/>', '<w:rFonts w:eastAsia="黑体"/>')
        + _style("TableHeading", "Table Heading", '<w:jc w:val="center"/>', '<w:b/><w:sz w:val="24"/>')
        + _style("TableText", "Table Text", "", '<w:sz w:val="24"/>')
        + _style("Note", "Body Text", '<w:spacing w:before="240"/>', '<w:sz w:val="24"/>')
        + "</w:styles>"
    )  # fmt: skip


def _style(name: str, shown: str, paragraph: str, letters: str) -> str:
    about = f"<w:pPr>{paragraph}</w:pPr>" if paragraph else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{shown}"/><w:basedOn w:val="Normal"/>'
        f"<w:qFormat/>{about}<w:rPr>{letters}</w:rPr></w:style>"
    )
