"""What of a pdf's objects goes into a new one (ISO 32000-1): the keys that a program needs to draw, by kind of object.

A key that is not here is left behind, whatever it says.
"""

from __future__ import annotations

from collections.abc import Mapping


def _kind(plain: str, **others: str) -> Mapping[str, str]:
    """Keys with what their values are.

    Args:
        plain: keys whose values are numbers, names, strings and arrays of them.
        others: keys by the kind of their values.
    """
    kept = {f"/{key}": "plain" for key in plain.split()}
    return kept | {f"/{key}": kind for kind, keys in others.items() for key in keys.split()}


KEPT: Mapping[str, Mapping[str, str]] = {
    "resources": _kind("", fonts="Font", objects="XObject", states="ExtGState", plains="ColorSpace",
                       patterns="Pattern", shadings="Shading"),
    "font": _kind("Type Subtype BaseFont FirstChar LastChar Widths CIDSystemInfo DW W DW2 W2 FontBBox FontMatrix",
                  encoding="Encoding", descriptor="FontDescriptor", program="ToUnicode CIDToGIDMap",
                  fontlist="DescendantFonts", glyphs="CharProcs", resources="Resources"),
    "descriptor": _kind("Type FontName Flags FontBBox ItalicAngle Ascent Descent Leading CapHeight XHeight StemV StemH "
                        "AvgWidth MaxWidth MissingWidth FontStretch FontWeight",
                        program="FontFile FontFile2 FontFile3 CIDSet"),
    "encoding": _kind("Type BaseEncoding Differences"),
    "state": _kind("Type LW LC LJ ML D RI OP op OPM FL SM SA BM CA ca AIS TK", softmask="SMask", fontsize="Font"),
    "softmask": _kind("Type S BC", object="G"),
    "pattern": _kind("Type PatternType PaintType TilingType BBox XStep YStep Matrix", resources="Resources",
                     shading="Shading", state="ExtGState"),
    "shading": _kind("ShadingType ColorSpace Background BBox AntiAlias Coords Domain Function Extend Matrix "
                     "BitsPerCoordinate BitsPerComponent BitsPerFlag Decode VerticesPerRow"),
    "form": _kind("Type Subtype BBox Matrix", resources="Resources", group="Group"),
    "group": _kind("Type S CS I K"),
    "image": _kind("Type Subtype Width Height ColorSpace BitsPerComponent ImageMask Decode Interpolate Intent Matte",
                   mask="Mask", image="SMask"),
    "stream": _kind("Type Subtype Length1 Length2 Length3 CMapName CIDSystemInfo WMode UseCMap N Alternate Range "
                    "FunctionType Domain Size BitsPerSample Order Encode Decode ShadingType ColorSpace BitsPerCoordinate "
                    "BitsPerComponent BitsPerFlag VerticesPerRow Function Background BBox AntiAlias"),
}  # fmt: skip
"""Keys that are kept of each kind of dictionary, and the kinds of their values."""

EACH: Mapping[str, str] = {
    "fonts": "font", "objects": "object", "states": "state", "plains": "plain", "patterns": "pattern",
    "shadings": "shading", "glyphs": "content", "fontlist": "font",
}  # fmt: skip
"""Dictionaries by name and arrays, and what their entries are."""
