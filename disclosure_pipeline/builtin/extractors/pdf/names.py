"""Names in a pdf: which were given by a person, and which any program makes up."""

from __future__ import annotations

import re

_GIVEN = re.compile(r"(?=(?:[^A-Za-z]*[A-Za-z]){6})[A-Za-z0-9_][A-Za-z0-9_.:\-]{5,79}")
"""One word of at least six letters."""

_INDEX = re.compile(r"\[\d+\]|^#")
"""How XFA counts fields: ``Page1[0]``."""

_MADE_UP = (
    # destinations of LaTeX, Word, LibreOffice, browsers and converters
    r"[a-z@]{2,20}\*?(?:\.[a-z]+)*\.[\dA-Z]{1,4}(?:\.\d+)*",
    r"(?:Doc-Start|Item|H?footnote|AMS|ALG@line|appendix|Index)(?:[.\dA-Z]*)",
    r"cite\..+",
    r"_+(?:Toc|Ref|Hlk|GoBack|RefHeading|RefNumPara|OLE_LINK|PictureBullets)\w*",
    r"(?i:page|sheet|slide|section|chapter|figure|table|bookmark|outline|heading|image|anchor|toc|node|ref|rfn)"
    r"[ _.-]?\d*",
    r"(?:OLE_LINK|Print_?Area|Print_?Titles)[\d_]*",
    # fields and buttons
    r"(?i:check|list|combo|text|drop|date|image|radio|push|signature|number|group|form|button|toggle|fill|field"
    r"|untitled|undefined|subform|topmostSubform|page|dhFormfield)"
    r"[ _-]?(?i:box|fields?|buttons?|down|list|choices?|area)?[ _.-]?\d*(?:_\d+)?(?:_af_\w+)?",
    r"(?:preamble|postamble|config|template|localeSet|xmpmeta|datasets|PDFSecurity|xdp:xdp|connectionSet|sourceSet"
    r"|stylesheet|signature|xfdf)",
    # identifiers
    r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?",
    r"(?=.*\d)[0-9A-Fa-f-]{6,}",
    r"(?:uuid|urn|xmp\.[did]id|D)[:.].*",
    r"(?=.*[A-Z])(?=.*[a-z])(?=.*\d.*\d)(?!.*[A-Za-z]{6})[A-Za-z0-9+/_-]{10,}={0,2}",
    r"(?i:pdfjs_internal\w*|annotation|annot|pdfannot|stamp|note|highlight|popup|mark)[-_.]?\d*",
    # ReportLab's remark in a trailer
    r"opensource",
    # languages, fonts, encodings, colours
    r"[a-z]{2,3}(?:-[A-Za-z]{4})?(?:-[A-Z]{2})?",
    r"[A-Z]{6}\+.+",
    r"Identity(?:-[HV])?|(?:Uni)?(?:GB|CNS|JIS|KS)[\w-]*-[HV]|(?:Japan|Korea|GB|CNS)\d",
    r"\w*Encoding|(?:Helvetica|Times|Courier|Symbol|ZapfDingbats|Arial|SimSun|SimHei|FangSong|KaiTi)[\w-]*",
    r"sRGB.*|CGATS.*|FOGRA\d*|ISOcoated\w*|DeviceGray|DeviceRGB|DeviceCMYK",
)
"""What programs make up. Case matters only where it tells."""

_MADE = re.compile("|".join(f"(?:{pattern})" for pattern in _MADE_UP))

_NEVER = frozenset(("/DA", "/DS", "/CharSet", "/Registry", "/Ordering", "/FontFamily", "/StemV"))
"""Keys of fonts and how they look."""


def is_given(words: str, key: str = "") -> bool:
    """Whether a technical value is a name that somebody gave.

    Args:
        words: the value.
        key: its key with the slash; empty for an operand.
    """
    if key in _NEVER:
        return False
    parts = [part for part in _INDEX.sub("", words).split(".") if part] if "[" in words else [words]
    return any(_GIVEN.fullmatch(part) and not _MADE.fullmatch(part) for part in parts)
