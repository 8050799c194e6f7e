"""Which kind of place a string of a pdf stands in, by its key and by the dictionary that holds it."""

from __future__ import annotations

from typing import Any

_BY_KEY = {
    "/URI": "link", "/URL": "link", "/JS": "script", "/OverlayText": "annotation", "/Dest": "name", "/Dests": "name",
    "/TU": "form", "/TM": "form", "/DV": "form", "/RV": "form", "/Opt": "form", "/Alt": "alt", "/ActualText": "alt",
    "/E": "alt", "/Lang": "metadata", "/Desc": "attachment", "/UF": "attachment", "/XN": "name",
    "/PageLabels": "name", "/OutputIntents": "metadata", "/Collection": "metadata", "/PieceInfo": "metadata",
    "/SpiderInfo": "link", "/Threads": "metadata", "/CI": "attachment", "/MK": "form", "/Limits": "name", "/Creator": "metadata", "/Producer": "metadata",
    "/PTEX.FileName": "metadata", "/ITXT": "metadata", "/JTM": "metadata", "/Inks": "metadata", "/WKT": "metadata",
    "/AU": "metadata", "/Fields": "form",
}  # fmt: skip
"""For the value of a key, and for everything in a dictionary or array under it that has no rule of its own."""

_BY_TYPE = {
    "/Sig": "signature", "/DocTimeStamp": "signature", "/OCG": "name", "/OCMD": "name", "/StructElem": "alt",
    "/Thread": "metadata", "/Bead": "metadata", "/Filespec": "attachment", "/F": "attachment", "/EmbeddedFile": "attachment",
    "/OutputIntent": "metadata", "/Viewport": "name", "/3DView": "name", "/CollectionItem": "attachment",
    "/CollectionField": "metadata", "/CollectionSchema": "metadata", "/Metadata": "metadata", "/Annot": "annotation",
    "/StructTreeRoot": "alt", "/PageLabel": "name", "/SigRef": "signature",
}  # fmt: skip
_ACTIONS = frozenset(
    ("/URI", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Hide", "/Named", "/Thread", "/Movie",
     "/Sound", "/Rendition")
)  # fmt: skip
_LABEL_STYLES = frozenset(("/D", "/R", "/r", "/A", "/a"))


def holder_kind(holder: Any, inherited: str) -> str:  # noqa: PLR0911 - a table of cases
    """The kind that strings of a dictionary have unless their key says otherwise.

    Args:
        holder: the dictionary.
        inherited: kind of the dictionary it lies in, or ``unplaced``.
    """
    type_name, subtype, action = (str(holder.get(key, "")) for key in ("/Type", "/Subtype", "/S"))
    if "/FT" in holder or subtype == "/Widget" or ("/T" in holder and "/Kids" in holder):
        return "signature" if type_name in ("/Sig", "/DocTimeStamp") else "form"
    if action == "/JavaScript":
        return "script"
    if action in _ACTIONS:
        return "link"
    if type_name in _BY_TYPE:
        return _BY_TYPE[type_name]
    if "/ByteRange" in holder:
        return "signature"
    if "/EF" in holder:
        return "attachment"
    if "/Rect" in holder and subtype:
        return "annotation"
    if "/Producer" in holder or "/CreationDate" in holder or "/ICV" in holder:  # WPS numbers its documents
        return "metadata"
    if action in _LABEL_STYLES and "/P" in holder:
        return "name"
    return inherited


def string_kind(key: str, holder: Any, kind: str) -> str:
    """The kind of a string under a key.

    Args:
        key: with the slash.
        holder: its dictionary.
        kind: see :func:`holder_kind`.
    """
    if key == "/Title" and "/Parent" in holder:
        return "note"
    if key in ("/UF", "/F", "/Desc") and kind in ("link", "script"):
        return "link"
    if key in ("/D", "/P", "/Names") and kind == "unplaced":
        return "name"
    return _BY_KEY.get(key, kind)


def inner_kind(key: str, kind: str) -> str:
    """The kind that a direct dictionary or array under a key passes on."""
    return _BY_KEY.get(key, kind)
