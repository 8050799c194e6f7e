"""Which elements and attributes of WordprocessingML a clean copy keeps.

A list of what is kept, not of what is removed: what nobody thought of does not come along.
"""

from __future__ import annotations

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_BORDERS = _set("top left bottom right start end between bar insideH insideV tl2br tr2bl")

PROPERTIES: dict[str, frozenset[str]] = {
    "pPr": _set(
        "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr "
        "shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN "
        "bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents jc textDirection "
        "textAlignment outlineLvl rPr sectPr"
    ),
    "rPr": _set(
        "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof "
        "snapToGrid color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign "
        "rtl cs em lang eastAsianLayout"
    ),
    "numPr": _set("ilvl numId"),
    "tabs": _set("tab"),
    "pBdr": _BORDERS, "tblBorders": _BORDERS, "tcBorders": _BORDERS, "tblCellMar": _BORDERS, "tcMar": _BORDERS,
    "pgBorders": _BORDERS,
    "tblPr": _set(
        "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc "
        "tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook"
    ),
    "tblPrEx": _set("tblW jc tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook"),
    "tblGrid": _set("gridCol"),
    "trPr": _set("gridBefore gridAfter wBefore wAfter cantSplit trHeight tblHeader tblCellSpacing jc"),
    "tcPr": _set("tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign"),
    "sectPr": _set(
        "headerReference footerReference footnotePr endnotePr type pgSz pgMar pgBorders lnNumType "
        "pgNumType cols vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid"
    ),
    "footnotePr": _set("pos numFmt numStart numRestart"),
    "endnotePr": _set("pos numFmt numStart numRestart"),
    "cols": _set("col"),
    "rubyPr": _set("rubyAlign hps hpsRaise hpsBaseText lid"),
}  # fmt: skip
"""Property elements and the children they keep; all others are leaves."""

STYLE_PROPERTIES = _set(
    "basedOn next link uiPriority semiHidden unhideWhenUsed qFormat pPr rPr tblPr trPr tcPr tblStylePr"
)
"""Children of a style, apart from its name."""

NUMBERING = {
    "abstractNum": _set("multiLevelType lvl"),
    "lvl": _set("start numFmt lvlRestart pStyle isLgl suff lvlText lvlJc pPr rPr"),
    "num": _set("abstractNumId lvlOverride"),
    "lvlOverride": _set("startOverride lvl"),
}

DROPPED_ATTRIBUTES = _set(
    "rsidR rsidRPr rsidRDefault rsidP rsidDel rsidSect rsidTr author date initials paraId textId cnfStyle "
    "id name durableId alias tag asciiTheme hAnsiTheme eastAsiaTheme cstheme themeColor themeTint "
    "themeShade themeFill themeFillTint themeFillShade"
)
"""Attributes of these names never come along; theme fonts and colours are replaced by what they stand for."""

SETTINGS = _set("evenAndOddHeaders defaultTabStop characterSpacingControl mirrorMargins compat")
"""Settings that change the layout."""

SETTING_VALUES = _set(
    "true false on off doNotCompress compressPunctuation compressPunctuationAndJapaneseKana "
    "http://schemas.microsoft.com/office/word compatibilityMode overrideTableStyleFontSizeAndJustification "
    "enableOpenTypeFeatures doNotFlipMirrorIndents differentiateMultirowTableHeaders "
    "useWord2013TrackBottomHyphenation allowHyphenationAtTrackBottom"
)
"""Values of settings that are kept, beside numbers."""

UNWRAPPED = _set("ins moveTo hyperlink smartTag customXml sdt sdtContent fldSimple dir bdo")
"""Wrappers of which only the content is kept: an accepted insertion, the text of a link or a control."""

REMOVED = _set("del moveFrom")
"""What a reader of the page does not see: tracked deletions."""

SIGNS = _set(
    "tab ptab br cr noBreakHyphen softHyphen pgNum footnoteRef endnoteRef separator continuationSeparator"
)
"""Empty elements of a run that are kept."""

DRAWING: dict[str, frozenset[str]] = {
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": _set(
        "inline anchor simplePos positionH positionV posOffset align extent effectExtent wrapNone "
        "wrapSquare wrapTight wrapThrough wrapTopAndBottom wrapPolygon start lineTo docPr "
        "cNvGraphicFramePr"
    ),
    "http://schemas.openxmlformats.org/drawingml/2006/main": _set(
        "graphic graphicData graphicFrameLocks blip stretch fillRect srcRect xfrm off ext chOff chExt "
        "prstGeom custGeom avLst gd gdLst pathLst path moveTo lnTo arcTo cubicBezTo quadBezTo close pt rect "
        "noFill solidFill gradFill gsLst gs lin pattFill fgClr bgClr srgbClr sysClr prstClr schemeClr lumMod "
        "lumOff satMod satOff hueMod hueOff tint shade alpha ln prstDash round alphaModFix lum grayscl "
        "miter bevel headEnd tailEnd picLocks spLocks spAutoFit noAutofit normAutofit prstTxWarp "
        "lnRef fillRef effectRef fontRef"
    ),
    "http://schemas.openxmlformats.org/drawingml/2006/picture": _set(
        "pic nvPicPr cNvPr cNvPicPr blipFill spPr"
    ),
    "http://schemas.microsoft.com/office/word/2010/wordprocessingShape": _set(
        "wsp cNvPr cNvSpPr cNvCnPr spPr style bodyPr txbx"
    ),
    "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup": _set(
        "wgp grpSp cNvGrpSpPr cNvPr grpSpPr"
    ),
}
"""Drawings: pictures, shapes, text boxes and groups of them, by namespace."""

DRAWING_ATTRIBUTES_DROPPED = _set("name descr title macro textlink tooltip anchorId editId")
