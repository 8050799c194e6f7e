"""What the groups of Rich Text Format hold: destinations and the kind of place each is."""

from __future__ import annotations

import re

KINDS: dict[str, str] = {
    "header": "header", "headerl": "header", "headerr": "header", "headerf": "header",
    "footer": "footer", "footerl": "footer", "footerr": "footer", "footerf": "footer",
    "footnote": "footnote", "ftnsep": "footnote", "ftnsepc": "footnote", "ftncn": "footnote", "aftnsep": "endnote",
    "aftnsepc": "endnote", "aftncn": "endnote",
    "annotation": "comment", "atnid": "metadata", "atnauthor": "metadata",
    "title": "metadata", "subject": "metadata", "author": "metadata", "manager": "metadata", "company": "metadata",
    "operator": "metadata", "category": "metadata", "keywords": "metadata", "comment": "metadata",
    "doccomm": "metadata", "hlinkbase": "metadata", "generator": "metadata", "revtbl": "metadata",
    "protusertbl": "metadata", "docvar": "metadata", "userprops": "metadata", "propname": "metadata",
    "staticval": "metadata", "linkval": "metadata", "info": "metadata", "xmlns": "metadata", "xmlnstbl": "metadata",
    "xmlopen": "metadata", "xmlname": "metadata", "xmlattrvalue": "metadata", "xmlattrname": "metadata",
    "factoidname": "metadata", "objname": "metadata", "objclass": "metadata", "svb": "metadata",
    "fldinst": "field", "fldtitle": "field", "fldtype": "", "datafield": "field", "tc": "field", "tcn": "field", "xe": "field", "rxe": "field", "txe": "field",
    "formfield": "form", "ffname": "form", "ffdeftext": "form", "ffl": "form", "ffformat": "form", "ffhelptext": "form",
    "ffstattext": "form", "ffentrymcr": "form", "ffexitmcr": "form", "htmltag": "field", "mhtmltag": "field",
    "bkmkstart": "name", "bkmkend": "name", "atrfstart": "", "atrfend": "", "stylesheet": "name",
    "template": "link", "nextfile": "link", "filetbl": "link", "file": "link",
    "shptxt": "textbox", "dptxbxtext": "textbox", "shprslt": "hidden", "listtext": "hidden", "pntext": "hidden",
    "pntxta": "hidden", "pntxtb": "hidden", "sv": "alt", "sn": "", "listname": "name", "liststylename": "name",
    "leveltext": "", "levelnumbers": "", "atndate": "", "atnref": "", "atnparent": "", "atntime": "", "atnicn": "",
    "colortbl": "", "creatim": "", "revtim": "", "printim": "", "buptim": "", "latentstyles": "", "lsdlockedexcept": "",
    "panose": "", "falt": "", "rsidtbl": "", "pgptbl": "", "wgrffmtfilter": "", "passwordhash": "", "writereservhash": "",
    "fname": "", "fchars": "", "lchars": "", "blipuid": "", "bliptag": "", "colorschememapping": "", "keycode": "", "fontemb": "", "fontfile": "",
    "pgdsctbl": "", "pgdsc": "name", "mmathPr": "", "oldcprops": "", "oldpprops": "", "oldtprops": "", "oldsprops": "", "listtable": "",
    "listoverridetable": "", "list": "", "listlevel": "", "listoverride": "", "objalias": "", "objsect": "", "objtime": "",
    "picprop": "", "pnseclvl": "", "defchp": "", "defpap": "", "themedata": "",
}  # fmt: skip
"""Kind of place by destination; an empty one holds numbers and names that Word itself writes."""

TRANSPARENT = frozenset(
    ("rtf", "field", "fldrslt", "object", "result", "shp", "shpinst", "shpgrp", "sp", "shppict", "background", "do", "upr", "ud",
     "nonesttables", "nesttableprops", "moMath", "moMathPara", "mmath", "pn", "xmlclose")
)  # fmt: skip
"""Groups whose text belongs to the place they stand in."""

STYLE_WORDS = frozenset(("cs", "ds", "ts", "s", "tsrowd"))
"""Words that begin a starred entry of the style sheet."""

MATH = re.compile(r"m(?!m)[a-z]\w*")
"""Words of formulas; their text shows."""

PICTURES = {
    "pngblip": ".png", "jpegblip": ".jpg", "emfblip": ".emf", "wmetafile": ".wmf", "dibitmap": ".dib", "wbitmap": ".bmp",
    "macpict": ".pict", "pmmetafile": ".met",
}  # fmt: skip

CHARACTERS = {
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "tab": "\t", "emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005", "line": "\n", "lbr": "\n", "softline": "\n",
    "zwj": "\u200d", "zwnj": "\u200c",
}  # fmt: skip

_NUMBERING = re.compile(
    r"[\s\d.,:;()（）\[\]【】、．：〔〕一二三四五六七八九十百千零〇甲乙丙丁戊己庚辛壬癸第条章节款项部分编"
    r"A-Za-z①-⓿\u2000-\u2bff\uf000-\uf0ff\ufffd·•\-—–*]{0,14}"
)
_DEFAULT_NAME = re.compile(
    r"[\x00-\x7f]*|[\w\s();,（）-]*(?:标题|正文|页眉|页脚|批注|脚注|尾注|目录|超链接|字符|文本|引用|列表|段落|普通|网格|表格|"
    r"默认|样式|题注|强调|要点|无间隔|索引|签名|称呼|结束语|日期|信息|收件人|寄信人|注释|副标题|书目|占位符|标签|宏|框|缩进|书名|链接)[\w\s();,（）-]*"
)
_TOLD_PROPERTIES = {"wzDescription": "alt", "wzName": "name", "pihlShape": "link", "gtextUNICODE": "textbox",
                    "wzTooltip": "alt"}  # fmt: skip
_LONG_NUMBER = re.compile(r"\d{11}")


def is_numbering(text: str) -> bool:
    """Whether a list label is only a number or a bullet."""
    letters = sum(letter.isascii() and letter.isalpha() for letter in text)
    return _NUMBERING.fullmatch(text) is not None and letters <= 8 and not _LONG_NUMBER.search(text)


def is_default_name(text: str) -> bool:
    """Whether a style's, list's or shape's name is one that Word or WPS gives."""
    return _DEFAULT_NAME.fullmatch(text) is not None and not _LONG_NUMBER.search(text)


def property_kind(name: str, value: str) -> str:
    """Kind of a shape's property; empty when it is only about looks."""
    if name in _TOLD_PROPERTIES:
        kind = _TOLD_PROPERTIES[name]
        return "" if kind == "name" and is_default_name(value) else kind
    return "" if value.isascii() and not _LONG_NUMBER.search(value) else "unplaced"
