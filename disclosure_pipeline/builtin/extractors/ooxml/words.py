"""Which attributes of OOXML hold an author's words, and which values Office, WPS and libraries write by themselves."""

from __future__ import annotations

import re

from disclosure_pipeline.builtin.extractors.shared.code_words import has_code_word

_KINDS = {
    "descr": "alt", "title": "alt", "alt": "alt", "tooltip": "link", "href": "link", "screenTip": "link",
    "author": "metadata", "initials": "metadata", "userId": "metadata", "displayName": "metadata",
    "lastGuid": "metadata", "userName": "metadata", "connection": "metadata", "command": "metadata",
    "instr": "field", "formatCode": "field", "prompt": "form", "promptTitle": "form", "error": "form",
    "errorTitle": "form", "displayText": "form", "macro": "script", "textlink": "formula",
    "suggestedsigner": "signature", "suggestedsigner2": "signature", "suggestedsigneremail": "signature",
    "signinginstructions": "signature", "screentip": "form", "supertip": "form",
}  # fmt: skip
"""Attributes that are words wherever they stand, with the kind of place."""

_ELEMENT_KINDS = {
    ("name", "val"): "name", ("aliases", "val"): "name", ("bookmarkStart", "name"): "name",
    ("docPr", "name"): "name", ("cNvPr", "name"): "name", ("theme", "name"): "name",
    ("clrScheme", "name"): "name", ("fontScheme", "name"): "name", ("fmtScheme", "name"): "name",
    ("control", "name"): "name", ("caption", "name"): "name", ("shape", "id"): "name",
    ("alias", "val"): "form", ("tag", "val"): "form", ("listItem", "value"): "form",
    ("default", "val"): "form", ("helpText", "val"): "form", ("statusText", "val"): "form",
    ("listEntry", "val"): "form", ("ocxPr", "value"): "form", ("ocxPr", "name"): "form",
    ("dataBinding", "xpath"): "form", ("description", "val"): "name",
    ("entryMacro", "val"): "script", ("exitMacro", "val"): "script", ("mcd", "macroName"): "script",
    ("mcd", "name"): "script", ("docVar", "name"): "metadata", ("docVar", "val"): "metadata",
    ("query", "val"): "metadata", ("connectString", "val"): "metadata", ("udl", "val"): "metadata",
    ("mailSubject", "val"): "metadata", ("addressFieldName", "val"): "metadata", ("attr", "val"): "metadata",
    ("attr", "name"): "metadata", ("permStart", "ed"): "metadata", ("property", "name"): "metadata",
    ("property", "value"): "metadata", ("tblCaption", "val"): "alt", ("tblDescription", "val"): "alt",
    ("hyperlink", "anchor"): "link", ("hyperlink", "docLocation"): "link",
    ("numberingChange", "original"): "deletion", ("placeholder", "val"): "form", ("textpath", "string"): "textbox",
    ("SetTitle", "title"): "comment", ("tab", "label"): "form", ("group", "label"): "form", ("button", "label"): "form",
}  # fmt: skip
"""Attributes that are words on one element only."""

NAMED_ELEMENTS = tuple(dict.fromkeys(element for element, _ in _ELEMENT_KINDS))
"""Elements that have such attributes."""

_FONT_NAMES = frozenset(
    ("eastAsia", "ascii", "hAnsi", "cs", "typeface", "font", "panose", "altName", "script")
)
_FONT_ELEMENTS = frozenset(("font", "altName", "latin", "ea", "cs", "sym", "buFont"))
_PARAGRAPH_SIGNS = frozenset(
    ("panose1", "sig", "noLineBreaksAfter", "noLineBreaksBefore", "decimalSymbol", "listSeparator")
)
# Names that Office, WPS and libraries give to objects, styles and bookmarks by themselves.
_DEFAULT_NAME = re.compile(
    r"(?:图片|图表|文本框|矩形|直线|椭圆|组合|对象|形状|任意多边形|自选图形|直接连接符|连接符|表格|标题|正文|页眉|页脚|默认|普通|网格|"
    r"批注|列出段落|列表段落|无间隔|脚注|尾注|目录|索引|超链接|已访问的|访问过的|字符|文字|文本|框|引用|明显|强调|列表|项目符号|编号|书签|主题|样式|"
    r"要点|日期|称呼|结束语|签名|电子邮件|段落|字体|首行缩进|缩进|块|副|题注|纯|页码|文档结构图|修订|占位符|内容|幻灯片|背景|图示|箭头|圆角|"
    r"墨迹|画布|流程图|右|左|上|下|大括号|中括号|艺术字|水印|型|浅色|深色|底纹|中等|彩色|着色|简明型|古典型|立体型|竖列型|流行型|典雅型|专业型|"
    r"精巧型|无|普通表格|表|单元格|超级|不|要|宏|收信人|寄信人|地址|信封|返回|续|注释|标题栏|信息|缩略|主|要点|明|显|变|量|代码|键盘|打字机|示例|定义|预设|格式|"
    r"Office|WPS|主题|自定义|设计|方案|\u200b|"
    r"(?:heading|toc|index|normal|indent|footnote|endnote|text|annotation|header|footer|caption|table|tables|the|figures?|"
    r"envelope|address|return|reference|line|number|numbers|page|authorities|macro|list|bullet|title|closing|signature|default|"
    r"paragraph|font|body|continue|message|subtitle|salutation|date|first|block|hyperlink|followed|followedhyperlink|strong|"
    r"emphasis|document|map|plain|e-?mail|html|acronym|cite|code|definition|keyboard|preformatted|sample|typewriter|variable|"
    r"outline|simple|classic|colou?rful|columns?|grid|3d|effects?|contemporary|elegant|professional|subtle|web|balloon|theme|"
    r"placeholder|light|shading|medium|dark|revision|intense|quote|accent|book|bibliography|mention|smart|hashtag|unresolved|"
    r"link|char|style|styles|bottom|top|form|picture|box|rectangle|rounded|oval|group|straight|connector|arrow|autoshape|shape|image|"
    r"object|chart|diagram|freeform|canvas|slide|content|subject|comment|powerpluswatermarkobject|sheet|figure|frame|and|"
    r"msonormal|spacing|visited|internet|heading\d|contents|standard|textbody|textkörper|graphics?|ink|control|ole|"
    r"cover|blank|vertical|horizontal|office|msft|wps|background|inset|textbox|watermark|numbering|symbols|bullets|user|"
    r"[a-z]{1,2}|font\d+|fontstyle\d+|xl\d+|style\d+|image\d*|_style|colors?|cambria|calibri|times|roman|new|design|custom|"
    r"default|standard|larissa|thème|temat|tema|powerpoint|template|png|jpe?g|gif|emf|wmf|bmp|tiff?|wdp|svg|img|sdt|unknown|first|second|data|values?|scheme)(?![a-z])|"
    r"[\d\s()（）\-.,/_:;&+#])++"
    r"|_(?:Toc|Ref|Hlk|Hlt|GoBack|MON_|top)\w*|OLE_LINK\d+|_[a-z0-9]{10,13}|DefaultPlaceholder_-?\d+|General|(?:Check|Text|Dropdown)\d+|(?=\d*[A-F])[0-9A-F]{32}|_x0000_\w+",
    re.IGNORECASE,
)  # fmt: skip
_CUSTOM_DEFAULT = re.compile(
    r"KSO\w*|ICV|GrammarlyDocumentId|ContentTypeId|MSIP_Label_\S*|_dlc_\w*|MediaServiceImageTags|Mendeley\S*|ZOTERO\S*|"
    r"Created|Creator|LastSaved|Office\.AutoShowTaskpane\S*|commondata",
)  # fmt: skip
_PLAIN_VALUE = re.compile(r"\s*|[\d.%\-+]{1,10}|[Tt]rue|[Ff]alse")
_PLAIN_PATH = re.compile(r"(?:/+@?(?:\w+:)?[A-Za-z]\w*(?:\[\d+\])?)+", re.ASCII)
_KEY = re.compile(
    r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?|R?(?=\d*[A-Fa-f])[0-9A-Fa-f]{16,64}"
)
_LONG_NUMBER = re.compile(r"\d{11}")
_SHORT = 8
"""Shorter than any long number and any code word."""
_SIGNS = bytes(
    0x30 if 0x30 <= sign <= 0x39 else 0x41 if 0x41 <= sign <= 0x5A else 0x20 for sign in range(256)
)
"""Every digit a nought, every capital an A, the rest blank."""
_DIGITS, _CAPITALS = b"0" * 11, b"A" * 4
_LETTER = re.compile(r"[^\W_]{2}|[^\x00-\x7f]")
_LIST_LABEL = re.compile(
    r"(?:%\d|[\W_]|[第章节条款项部分篇编附件表图目注一二三四五六七八九十o●n§üØ\ue000-\uf8ff])*|[A-Za-z]{1,2}"
)
_FONTS = frozenset(
    [
        "宋体",
        "新宋体",
        "仿宋",
        "仿宋_GB2312",
        "楷体",
        "楷体_GB2312",
        "黑体",
        "微软雅黑",
        "等线",
        "等线&#x20;Light",
        "隶书",
        "幼圆",
        "方正小标宋简体",
        "方正小标宋_GBK",
        "方正仿宋_GBK",
        "方正仿宋简体",
        "方正楷体_GBK",
        "方正楷体简体",
        "方正黑体_GBK",
        "方正黑体简体",
        "华文仿宋",
        "华文中宋",
        "华文宋体",
        "华文楷体",
        "华文细黑",
        "华文新魏",
        "华文行楷",
        "华文隶书",
        "小标宋",
        "文星标宋",
        "思源宋体",
        "思源黑体",
        "苹方-简",
        "文鼎小标宋简",
        "新細明體",
        "細明體",
        "標楷體",
        "돋움",
        "굴림",
        "바탕",
    ]
) | {
    "等线 Light",
    "맑은 고딕",
    "游ゴシック Light",
    "游明朝",
    "游ゴシック",
    "ＭＳ ゴシック",
    "ＭＳ 明朝",
    "ＭＳ Ｐゴシック",
    "ＭＳ Ｐ明朝",
}


def is_plain(value: str) -> bool:
    """Whether a value is empty, a short number or a truth value."""
    return _PLAIN_VALUE.fullmatch(value) is not None


def is_default_name(value: str) -> bool:
    """Whether programs give this name by themselves."""
    return _DEFAULT_NAME.fullmatch(value) is not None


def is_list_label(value: str) -> bool:
    """Whether the text of a list's level is only a number or a sign (``第%1章``, ``%1.``, a bullet)."""
    return _LIST_LABEL.fullmatch(value) is not None


def may_hold_signs(value: bytes) -> bool:
    """Whether plain ASCII may hold a long number or a code word: eleven digits or four capitals in a row."""
    if len(value) <= _SHORT:
        return False
    signs = value.translate(_SIGNS)
    return _DIGITS in signs or _CAPITALS in signs


def may_tell(value: str) -> bool:
    """Whether a value may hold words, whatever attribute it has: not ASCII, a long number, or a code word."""
    if value in _FONTS:
        return False
    if value.isascii():
        if not may_hold_signs(value.encode()):
            return False
        long_number = _LONG_NUMBER.search(value) is not None and not _KEY.fullmatch(value)
        return long_number or has_code_word(value)
    return any(letter.isalnum() for letter in value if letter > "\x7f")


def kind_of(element: str, key: str, value: str, *, foreign: bool = False) -> str | None:
    """The kind of place an attribute is, or ``None`` when it holds no words.

    Args:
        element: local name of the element.
        key: local name of the attribute.
        value: its value.
        foreign: element or attribute belong to a namespace that no office program has.
    """
    if element == "lvlText":
        return None  # its own reader knows whether it is printed
    kind = _ELEMENT_KINDS.get((element, key)) or _KINDS.get(key)
    if kind is not None:
        return None if _says_nothing(kind, element, key, value) else kind
    if foreign:
        return "unplaced" if _LETTER.search(value) and not is_plain(value) else None
    if (
        key in _FONT_NAMES
        or (element in _FONT_ELEMENTS and key in ("name", "val"))
        or element in _PARAGRAPH_SIGNS
    ):
        # No font is called so.
        return "name" if "★" in value or "☆" in value or has_code_word(value) else None
    if not may_tell(value) or (element == "lsdException" and key == "name"):
        return None
    return (
        None
        if key in ("name", "val", "id")
        and element in ("shapetype", "rect", "group", "line", "oval")
        and is_default_name(value)
        else "unplaced"
    )


def _says_nothing(kind: str, element: str, key: str, value: str) -> bool:
    """Whether a telling attribute has a value that tells nothing."""
    if is_plain(value):
        return True
    if kind == "name" or (element, key) == ("hyperlink", "anchor"):
        return is_default_name(value) or (key == "id" and value.isascii())
    if (element, key) == ("dataBinding", "xpath"):
        return _PLAIN_PATH.fullmatch(value) is not None
    if (element, key) == ("property", "name"):
        return _CUSTOM_DEFAULT.fullmatch(value) is not None or _KEY.fullmatch(value) is not None
    return (element, key) == ("property", "value") and _KEY.fullmatch(value) is not None
