"""Everyday 公文 of ten pages, written as Word and as WPS write them: for speed, and for what must stay quiet."""

from __future__ import annotations

from collections.abc import Sequence

from tests.hiding.opc import PREFIX
from tests.hiding.wordfile import Draft, part

_SENTENCE = "各镇人民政府，县政府各部门：现将《示范县人民政府2026年工作要点》印发给你们，请结合工作实际，认真遵照执行。"
_PARAGRAPHS_A_PAGE = 9
_DEFAULT = ' w:default="1"'
_LATENT = (
    "Normal", "heading 1", "heading 2", "heading 3", "toc 1", "toc 2", "footer", "header", "annotation text", "caption",
    "Table Grid", "List Paragraph", "Body Text Indent 2", "Light Shading Accent 1", "Grid Table 4 Accent 6",
)  # fmt: skip
_THEME_FONTS = "".join(
    f'<a:font script="{script}" typeface="{name}"/>'
    for script, name in (
        ("Jpan", "ＭＳ 明朝"),
        ("Hang", "맑은 고딕"),
        ("Hans", "宋体"),
        ("Hant", "新細明體"),
        ("Arab", "Times New Roman"),
    )
)


def _fonts(name: str) -> str:
    return f'<w:rFonts w:ascii="{name}" w:eastAsia="{name}" w:hAnsi="{name}" w:cs="Times New Roman" w:hint="eastAsia"/>'


def _paragraph(
    number: int, text: str, *, font: str = "仿宋_GB2312", wps: bool = False, style: str = ""
) -> str:
    """A paragraph as the programs write it: spacing, indent, a run or two with their fonts."""
    about = f'<w:pStyle w:val="{style}"/>' if style else ""
    size = '<w:sz w:val="32"/><w:szCs w:val="32"/>'
    properties = (
        f'<w:pPr>{about}<w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLineChars="200" w:firstLine="640"/>'
        f'<w:jc w:val="both"/><w:rPr>{_fonts(font)}{size}</w:rPr></w:pPr>'
    )
    color = '<w:color w:val="000000"/><w:kern w:val="0"/>' if wps else ""
    lang = '<w:highlight w:val="none"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/>' if wps else ""
    look = f"<w:rPr>{_fonts(font)}{color}{size}{lang}</w:rPr>"
    half = len(text) // 2
    runs = f"<w:r>{look}<w:t>{text[:half]}</w:t></w:r><w:r>{look}<w:t>{text[half:]}</w:t></w:r>"
    mark = (
        f'<w:bookmarkStart w:id="{number}" w:name="_GoBack{number}"/><w:bookmarkEnd w:id="{number}"/>'
        if number % 40 == 7
        else ""
    )
    return f'<w:p w14:paraId="{0x10000000 + number:08X}" w:rsidR="00A77B3E" w:rsidRDefault="00A77B3E">{properties}{mark}{runs}</w:p>'


def _table(wps: bool, rows: Sequence[Sequence[object]]) -> str:
    def cell(text: str) -> str:
        about = '<w:tcPr><w:tcW w:w="2130" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        return f"<w:tc>{about}{_paragraph(1, text, wps=wps)}</w:tc>"

    lines = "".join(f"<w:tr>{''.join(cell(str(text)) for text in row)}</w:tr>" for row in rows)
    grid = '<w:gridCol w:w="2130"/>' * len(rows[0])
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right")
    )
    return f'<w:tbl><w:tblPr><w:tblStyle w:val="a5"/><w:tblW w:w="0" w:type="auto"/><w:tblBorders>{borders}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>'


def _body(wps: bool, given: Sequence[str | Sequence[Sequence[object]]]) -> str:
    if given:
        return "".join(
            _paragraph(at, block, wps=wps) if isinstance(block, str) else _table(wps, block)
            for at, block in enumerate(given, 1)
        )
    table = [(row, f"任务事项{row}", "县发展改革局", "2026年12月底前") for row in range(1, 13)]
    blocks: list[str] = []
    for page in range(1, 11):
        blocks.append(_paragraph(page * 40, f"第{page}部分　主要任务", font="黑体", wps=wps, style="1"))
        blocks += [_paragraph(page * 40 + at, _SENTENCE, wps=wps) for at in range(1, _PARAGRAPHS_A_PAGE)]
    return "".join(blocks[:60]) + _table(wps, table) + "".join(blocks[60:])


def _styles(wps: bool) -> str:
    latent = "".join(
        f'<w:lsdException w:name="{name}" w:semiHidden="1" w:uiPriority="{at}" w:unhideWhenUsed="1" w:qFormat="1"/>'
        for at, name in enumerate(_LATENT * 25)
    )
    names = (
        ("a", "Normal", True),
        ("1", "heading 1", False),
        ("a3", "header", False),
        ("a4", "footer", False),
    )
    more = (
        (("a6", "批注文字 Char", False), ("15", "_Style 14", False)) if wps else (("a6", "页眉 字符", False),)
    )
    inside = "".join(
        f'<w:style w:type="paragraph"{_DEFAULT if default else ""} w:styleId="{key}"><w:name w:val="{name}"/><w:basedOn w:val="a"/><w:qFormat/>'
        f'<w:pPr><w:widowControl w:val="0"/><w:jc w:val="both"/></w:pPr><w:rPr>{_fonts("仿宋")}<w:kern w:val="2"/><w:sz w:val="21"/></w:rPr></w:style>'
        for key, name, default in (*names, *more)
    )
    grid = '<w:style w:type="table" w:styleId="a5"><w:name w:val="Table Grid"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>'
    return part(
        "styles",
        f'<w:docDefaults><w:rPrDefault><w:rPr>{_fonts("宋体")}</w:rPr></w:rPrDefault></w:docDefaults><w:latentStyles w:count="376">{latent}</w:latentStyles>{inside}{grid}',
    )


def _settings() -> str:
    rsids = "".join(f'<w:rsid w:val="{0x00172A27 + at:08X}"/>' for at in range(60))
    signs = '<w:noLineBreaksAfter w:lang="zh-CN" w:val="$([{£¥·‘“〈《「『【〔〖〝﹙﹛﹝＄（．［｛￡￥"/>'
    return part(
        "settings",
        f'<w:zoom w:percent="100"/><w:bordersDoNotSurroundHeader/>{signs}<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat><w:rsids>{rsids}</w:rsids><w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/>',
    )


def _footer() -> str:
    def mark(kind: str) -> str:
        return (
            f'<w:r><w:rPr>{_fonts("宋体")}<w:sz w:val="28"/></w:rPr><w:fldChar w:fldCharType="{kind}"/></w:r>'
        )

    code = "<w:r><w:instrText>PAGE   \\* MERGEFORMAT</w:instrText></w:r>"
    return part(
        "ftr",
        f'<w:p><w:pPr><w:pStyle w:val="a4"/><w:jc w:val="center"/></w:pPr><w:r><w:t>— </w:t></w:r>{mark("begin")}{code}{mark("separate")}<w:r><w:t>1</w:t></w:r>{mark("end")}<w:r><w:t> —</w:t></w:r></w:p>',
    )


def _theme() -> str:
    fonts = "".join(
        f'<a:{kind}Font><a:latin typeface="Cambria"/><a:ea typeface=""/><a:cs typeface=""/>{_THEME_FONTS * 6}</a:{kind}Font>'
        for kind in ("major", "minor")
    )
    colors = "".join(
        f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>'
        for name, value in (
            ("dk2", "1F497D"),
            ("lt2", "EEECE1"),
            ("accent1", "4F81BD"),
            ("accent2", "C0504D"),
        )
    )
    system = '<a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1><a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1>'
    return f'{PREFIX}<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Office 主题"><a:themeElements><a:clrScheme name="Office">{system}{colors}</a:clrScheme><a:fontScheme name="Office">{fonts}</a:fontScheme><a:fmtScheme name="Office"/></a:themeElements></a:theme>'


def _font_table() -> str:
    names = ("Times New Roman", "宋体", "仿宋_GB2312", "黑体", "Cambria", "楷体_GB2312", "Wingdings")
    return part(
        "fonts",
        "".join(
            f'<w:font w:name="{name}"><w:altName w:val="SimSun"/><w:panose1 w:val="02010600030101010101"/><w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/><w:sig w:usb0="00000003" w:usb1="288F0000" w:usb2="00000016" w:usb3="00000000" w:csb0="00040001" w:csb1="00000000"/></w:font>'
            for name in names
        ),
    )


def _app(program: str) -> str:
    return f'{PREFIX}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Template>Normal.dotm</Template><TotalTime>3</TotalTime><Pages>10</Pages><Words>5013</Words><Application>{program}</Application><AppVersion>14.0000</AppVersion></Properties>'


def paper(*, wps: bool = False, blocks: Sequence[str | Sequence[Sequence[object]]] = ()) -> bytes:
    """Ten pages of about five hundred characters, with headings, a table, a header, a footer and page numbers.

    Args:
        wps: written as by WPS, else as by Word.
        blocks: other paragraphs, and tables as rows of cells.
    """
    parts: dict[str, str | bytes] = {
        "word/header1.xml": part("hdr", '<w:p><w:pPr><w:pStyle w:val="a3"/></w:pPr></w:p>'),
        "word/footer1.xml": _footer(),
        "word/styles.xml": _styles(wps),
        "word/settings.xml": _settings(),
        "word/fontTable.xml": _font_table(),
        "word/webSettings.xml": part("webSettings", "<w:optimizeForBrowser/><w:allowPNG/>"),
        "word/theme/theme1.xml": _theme(),
        "docProps/app.xml": _app("WPS Office_11.1.0.12132_F1E327BC" if wps else "Microsoft Office Word"),
        "customXml/item1.xml": f'{PREFIX}<b:Sources SelectedStyle="\\APA.XSL" StyleName="APA" xmlns:b="http://schemas.openxmlformats.org/officeDocument/2006/bibliography" xmlns="http://schemas.openxmlformats.org/officeDocument/2006/bibliography"></b:Sources>',
    }  # fmt: skip
    if wps:
        parts["docProps/custom.xml"] = (
            f'{PREFIX}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="KSOProductBuildVer"><vt:lpwstr>2052-11.1.0.12132</vt:lpwstr></property></Properties>'
        )
        parts["customXml/item1.xml"] = (
            f'{PREFIX}<s:customData xmlns="http://www.wps.cn/officeDocument/2013/wpsCustomData" xmlns:s="http://www.wps.cn/officeDocument/2013/wpsCustomData"><customSectProps><customSectPr/></customSectProps></s:customData>'
        )
    section = (
        '<w:headerReference w:type="default" r:id="rId2"/><w:footerReference w:type="default" r:id="rId3"/>'
    )
    return Draft(
        _body(wps, blocks),
        parts,
        section=section,
        after='<w:cols w:space="425"/><w:docGrid w:type="lines" w:linePitch="312"/>',
    ).data()
