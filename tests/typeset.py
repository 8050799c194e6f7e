"""公文 set in type (GB/T 9704), paragraph by paragraph: to compare what was written with what is read again.

A paper is a list of written paragraphs; each writer breaks them into lines and pages: reportlab and OFD here,
LibreOffice from a flat OpenDocument text.
"""

from __future__ import annotations

import io
import random
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from disclosure_pipeline.model.text import Segment
from tests.hiding import ofd_file

SIZE, BIG = 16.0, 22.0
PITCH = 29.0
WIDTH, HEIGHT = 595.3, 841.9
LEFT, RIGHT, TOP, BOTTOM = 79.4, 521.6, 105.0, 742.0
PHONE, RESIDENT = "13800138000", "110101199003074514"
_POINT = 25.4 / 72
_FONT = "STSong-Light"
_FOLIO = re.compile("—[0-9]+—")
_NEVER_FIRST = "，。；：、！？）》”%"
_SENTENCES = (
    "各镇人民政府、街道办事处要落实属地责任，明确分管负责人和经办人员，建立工作台账",
    "县直有关部门按照职责分工组织实施，加强协作配合，对发现的问题立行立改",
    "严格执行资金管理制度，专款专用，按照进度拨付，自觉接受审计监督和社会监督",
    "2026年9月底前完成改造1250户，12月底前累计完成3600户，完成率不低于98.5%",
    "优化办事流程，压减申请材料，推行“一窗受理、集成服务”，让群众少跑腿",
    f"申报材料由经办人（身份证号{RESIDENT}）统一收取",
    f"咨询请拨打服务电话{PHONE}",
    "依托政府门户网站及时发布政策文件、办理流程和服务指南，并做好政策解读",
)
_HEADINGS = ("总体要求", "主要任务", "工作步骤", "保障措施", "资金安排", "监督检查", "组织领导", "有关要求")
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Written:
    """A paragraph as its author wrote it.

    Args:
        text: its words.
        align: ``justify``, ``center`` or ``right``.
        size: of its letters, points.
        indent: of its first line, letters.
        inset: of a right-aligned line from the right, letters.
        above: room above it, points.
        new_page: whether it starts a page.
    """

    text: str
    align: str = "justify"
    size: float = SIZE
    indent: float = 2.0
    inset: float = 0.0
    above: float = 0.0
    new_page: bool = False


@dataclass(frozen=True)
class Drawn:
    """A printed line: its place from the top left corner of its page, points."""

    text: str
    page: int
    left: float
    baseline: float
    size: float
    step: float
    """Room added after each letter, points."""


def _center(text: str, size: float = SIZE, above: float = 0.0, *, new_page: bool = False) -> Written:
    return Written(text, "center", size, 0.0, above=above, new_page=new_page)


def paper(seed: int, sections: int = 8) -> list[Written]:
    """A 公文 of about ten pages, drawn by lot."""
    lot = random.Random(seed)
    title = lot.choice((
        "示范县人民政府关于印发示范县农村人居环境整治提升行动实施方案的通知",
        "关于做好清洁取暖工作的通知",
        "关于进一步加强城乡居民基本医疗保险参保工作的意见",
        "示范县人民政府办公室关于公布县级政府信息公开事项清单的公告",
    ))  # fmt: skip
    addressed = lot.choice((
        "各县（市、区）人民政府：",
        "各镇人民政府、街道办事处，县政府各部门、各直属机构，经济开发区管理委员会，各有关单位：",
        "各镇人民政府，县政府各部门：",
    ))  # fmt: skip
    room = lot.choice((0.0, PITCH))
    written = [
        _center("示范县人民政府文件", 40.0),
        _center("示政发〔2026〕16号", above=room),
        _center(title, BIG, room),
        Written(addressed, indent=0.0, above=room),
        Written(_prose(lot, 2)),
    ]
    for number, heading in enumerate(_HEADINGS[:sections]):
        written.append(Written(f"{_NUMERALS[number]}、{heading}"))
        for part in range(lot.randint(1, 3)):
            written.append(Written(f"（{_NUMERALS[part]}）{lot.choice(_HEADINGS)}工作"))
            written += [Written(_prose(lot, lot.randint(1, 6))) for _ in range(lot.randint(1, 3))]
            written += [
                Written(f"{at}.{_prose(lot, lot.randint(1, 2))}") for at in range(1, lot.randint(1, 4))
            ]
    written += [
        Written("附件：示范县年度任务分解表", above=room),
        Written("示范县人民政府", "right", inset=4.0, above=2 * room),
        Written("2026年11月20日", "right", inset=4.0),
        Written("（此件公开发布）"),
        Written("附件", indent=0.0, new_page=True),
        _center("示范县年度任务分解表", BIG, room),
        Written(_prose(lot, 5), above=room),
        *(Written(_prose(lot, lot.randint(1, 6))) for _ in range(12)),
    ]
    return written


def _prose(lot: random.Random, count: int) -> str:
    return "，".join(lot.sample(_SENTENCES, min(count, len(_SENTENCES)))) + "。"


def breadth(text: str, size: float) -> float:
    """How wide a text is, points."""
    return sum(_breadth(character) for character in text) * size


def _breadth(character: str) -> float:
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5


def broken(written: Written) -> list[str]:
    """A paragraph's printed lines: no closing mark begins one, and numbers are broken anywhere."""
    width = RIGHT - LEFT
    if written.align == "center" and breadth(written.text, written.size) > width:
        parts = -(-breadth(written.text, written.size) // (0.9 * width))
        width = breadth(written.text, written.size) / parts + written.size
    lines = [""]
    for character in written.text:
        room = width - (written.indent * written.size if len(lines) == 1 else 0.0)
        if breadth(lines[-1] + character, written.size) > room + 0.01 and character not in _NEVER_FIRST:
            lines.append("")
        lines[-1] += character
    return lines


def set_in_type(written: Sequence[Written], pitch: float = PITCH, *, numbered: bool = True) -> list[Drawn]:
    """All lines with their places; full lines reach the right margin, as justified ones do.

    Args:
        written: the paragraphs.
        pitch: from line to line, points.
        numbered: whether pages have numbers.
    """
    drawn: list[Drawn] = []
    page, at = 1, TOP
    for paragraph in written:
        if paragraph.new_page:
            page, at = page + 1, TOP
        at += paragraph.above if at > TOP else 0.0
        lines = broken(paragraph)
        for number, line in enumerate(lines):
            high = max(pitch, 1.3 * paragraph.size)
            if at + high > BOTTOM:
                page, at = page + 1, TOP
            at += high
            left = LEFT + (paragraph.indent * paragraph.size if number == 0 else 0.0)
            wide = breadth(line, paragraph.size)
            step = 0.0
            if paragraph.align == "center":
                left = (LEFT + RIGHT - wide) / 2
            elif paragraph.align == "right":
                left = RIGHT - paragraph.inset * paragraph.size - wide
            elif number < len(lines) - 1:
                step = (RIGHT - left - wide) / max(len(line) - 1, 1)
            drawn.append(Drawn(line, page, left, at, paragraph.size, step))
    if numbered:
        drawn += [
            Drawn(f"— {number} —", number, 280.0, 790.0, 14.0, 0.0) for number in range(1, page + 1)
        ]  # fmt: skip
    return sorted(drawn, key=lambda line: line.page)


def reportlab_pdf(lines: Sequence[Drawn]) -> bytes:
    """The lines as a pdf of reportlab."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT))
    page = 1
    for line in lines:
        if line.page != page:
            canvas.showPage()
            page = line.page
        canvas.setFont(_FONT, line.size)
        canvas.drawString(line.left, HEIGHT - line.baseline, line.text, charSpace=line.step)
    canvas.save()
    return buffer.getvalue()


def ofd(lines: Sequence[Drawn]) -> bytes:
    """The lines as an OFD, one text object each, as ofdrw and WPS write them."""
    pages: dict[int, list[str]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(_text_object(line))
    contents = [
        ofd_file.root("Page", ofd_file.element("Content", ofd_file.element("Layer", "".join(texts), ID="80")))
        for texts in pages.values()
    ]
    names = [f"Pages/Page_{number}/Content.xml" for number in range(1, len(contents))]
    listed = "".join(
        ofd_file.element("Page", ID=str(200 + at), BaseLoc=name) for at, name in enumerate(names)
    )
    more = {f"Doc_0/{name}": content for name, content in zip(names, contents[1:], strict=True)}
    return ofd_file.pack(ofd_file.members(content=contents[0], pages=listed, more=more))


def _text_object(line: Drawn) -> str:
    size = line.size * _POINT
    steps = " ".join(f"{_breadth(one) * size + line.step * _POINT:.4f}" for one in line.text[:-1])
    code = ofd_file.element("TextCode", escape(line.text), X="0", Y=f"{size:.4f}", DeltaX=steps)
    box = (line.left, line.baseline - line.size, RIGHT - LEFT, 1.3 * line.size)
    return ofd_file.element(
        "TextObject", code, ID="90", Font="3", Size=f"{size:.4f}",
        Boundary=" ".join(f"{side * _POINT:.4f}" for side in box),
    )  # fmt: skip


_SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
)


def flat_text(written: Sequence[Written]) -> bytes:
    """The paragraphs as a flat OpenDocument text, for LibreOffice to break into lines and pages."""
    styles = "".join(_styles(written))
    texts = "".join(
        f'<text:p text:style-name="P{at}">{escape(item.text)}</text:p>' for at, item in enumerate(written)
    )
    page = (
        f'<style:page-layout style:name="L"><style:page-layout-properties fo:page-width="{WIDTH}pt" '
        f'fo:page-height="{HEIGHT}pt" fo:margin-top="{TOP}pt" fo:margin-bottom="60pt" '
        f'fo:margin-left="{LEFT}pt" fo:margin-right="{WIDTH - RIGHT}pt"/>'
        '<style:footer-style/></style:page-layout>'
    )  # fmt: skip
    footer = '<style:footer><text:p text:style-name="F">— <text:page-number/> —</text:p></style:footer>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {_SPACES} office:version="1.2" '
        'office:mimetype="application/vnd.oasis.opendocument.text">'
        f"<office:automatic-styles>{page}{styles}</office:automatic-styles><office:master-styles>"
        f'<style:master-page style:name="Standard" style:page-layout-name="L">{footer}</style:master-page>'
        f"</office:master-styles><office:body><office:text>{texts}</office:text></office:body></office:document>"
    ).encode()


def _styles(written: Sequence[Written]) -> Iterator[str]:
    yield (
        '<style:style style:name="F" style:family="paragraph"><style:paragraph-properties '
        'fo:text-align="center"/></style:style>'
    )
    for at, item in enumerate(written):
        right = item.inset * item.size
        new_page = ' fo:break-before="page"' if item.new_page else ""
        yield (
            f'<style:style style:name="P{at}" style:family="paragraph"><style:paragraph-properties '
            f'fo:text-align="{"end" if item.align == "right" else item.align}" '
            f'fo:line-height="{max(PITCH, 1.3 * item.size)}pt" fo:text-indent="{item.indent * item.size}pt" '
            f'fo:margin-left="0pt" fo:margin-right="{right}pt" fo:margin-top="{item.above}pt"{new_page} '
            'fo:orphans="0" fo:widows="0"/>'
            f'<style:text-properties style:font-name-asian="Noto Serif CJK SC" fo:font-size="{item.size}pt" '
            f'style:font-size-asian="{item.size}pt"/></style:style>'
        )


def equal(written: Sequence[Written], found: Sequence[Segment]) -> list[Written]:
    """The paragraphs that were read as they were written: whole, or one piece a page where a page ends.

    Args:
        written: what the author wrote.
        found: visible segments in reading order.
    """
    pieces = [
        (_bare(item.text), item.place.page or 0) for item in found if not _FOLIO.fullmatch(_bare(item.text))
    ]
    starts: dict[str, list[int]] = {}
    for at, (text, _) in enumerate(pieces):
        starts.setdefault(text[:1], []).append(at)
    taken: set[int] = set()
    same: list[Written] = []
    for paragraph in written:
        wanted = _bare(paragraph.text)
        for at in starts.get(wanted[:1], []):
            run = _run(pieces, at, len(wanted))
            if at not in taken and "".join(pieces[index][0] for index in run) == wanted:
                taken.update(run)
                same.append(paragraph)
                break
    return same


def _run(pieces: Sequence[tuple[str, int]], start: int, length: int) -> range:
    """Pieces from a start on that are on pages that follow each other, until they are long enough."""
    end, have = start + 1, len(pieces[start][0])
    while have < length and end < len(pieces) and pieces[end][1] == pieces[end - 1][1] + 1:
        have += len(pieces[end][0])
        end += 1
    return range(start, end)


def _bare(text: str) -> str:
    return "".join(text.split())
