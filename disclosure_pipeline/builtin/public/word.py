"""A part of the public copy as a Word document, rebuilt from approved blocks.

It holds headings that a screen reader can walk, paragraphs, and tables whose first row is their heading. There are no
headers, fields, comments or properties; pictures are those that were made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from disclosure_pipeline.builtin.public.blocks import Block, Grid, Heading, Paragraph, Picture
from disclosure_pipeline.builtin.public.package import (
    OFFICE,
    PROLOGUE,
    content_types,
    packed,
    relationships,
    words,
)

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpeg"}
_EMU_OF_PIXEL, _EMU_OF_TWIP = 9525, 635
_MOST_LEVELS = 3
_TWIPS = 8844
"""Width of the text on A4 between the margins of a 公文 (GB/T 9704: 156 mm), twentieths of a point."""
_TWIPS_HIGH = 12_000
"""Height of the highest picture."""
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
    media: dict[str, Picture] = {}
    for block in blocks:
        if isinstance(block, Picture):
            name = f"media/image{len(media) + 1}{_SUFFIXES[block.media_type]}"
            media[name] = block
            body.append(_drawn(block, relation=len(media) + 1))
        else:
            body += _block(block)
    body += [_paragraph(note, "Note") for note in notes]
    return packed(
        {
            "[Content_Types].xml": content_types(
                {
                    "word/document.xml": f"{_WORD}document.main+xml",
                    "word/styles.xml": f"{_WORD}styles+xml",
                    **{f"word/{name}": picture.media_type for name, picture in media.items()},
                }
            ),
            "_rels/.rels": relationships({"word/document.xml": "officeDocument"}),
            "word/document.xml": (
                f"{PROLOGUE}<w:document {_SPACE}><w:body>{''.join(body)}{_PAGE}</w:body></w:document>"
            ),
            "word/_rels/document.xml.rels": relationships(
                {"styles.xml": "styles", **dict.fromkeys(media, "image")}
            ),
            "word/styles.xml": _styles(),
            **{f"word/{name}": picture.data for name, picture in media.items()},
        }
    )


def _drawn(picture: Picture, relation: int) -> str:
    """A paragraph with a picture, not larger than the text's width and most of a page's height."""
    wide, high = picture.size
    fit = min(
        1.0,
        _TWIPS * _EMU_OF_TWIP / (wide * _EMU_OF_PIXEL),
        _TWIPS_HIGH * _EMU_OF_TWIP / (high * _EMU_OF_PIXEL),
    )
    across, down = (round(side * _EMU_OF_PIXEL * fit) for side in (wide, high))
    about = f'id="{picture.number}" name="Picture {picture.number}" descr="{picture.name}"'
    return (
        '<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:drawing>'
        f'<wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{across}" cy="{down}"/><wp:docPr {about}/>'
        f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">'
        f'<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr><pic:cNvPr {about}/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip xmlns:r="{OFFICE}" r:embed="rId{relation}"/><a:stretch><a:fillRect/></a:stretch>'
        f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{across}" cy="{down}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r></w:p>"
    )


def _block(block: Heading | Paragraph | Grid) -> Iterator[str]:
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
