"""How a Word document looks: styles, numbering and theme, rebuilt without names that an author chose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.editors import word_rules as rules
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, local

if TYPE_CHECKING:
    from lxml import etree

    from disclosure_pipeline.builtin.extractors.packages.package import Package

W = f"{{{rules.W}}}"
_STYLE_REFERENCES = frozenset(("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link"))
_FONT_SIDES = {"ascii": "asciiTheme", "hAnsi": "hAnsiTheme", "eastAsia": "eastAsiaTheme", "cs": "cstheme"}
_COLOURS_OF_DRAWINGS = {"tx1": "text1", "bg1": "background1", "tx2": "text2", "bg2": "background2", "dk1": "text1",
                        "lt1": "background1", "dk2": "text2", "lt2": "background2"}  # fmt: skip
_BUILT_IN_STYLES = frozenset(
    ("Normal", "Default Paragraph Font", "Normal Table", "No List", "Table Grid", "Title", "Subtitle", "Body Text",
     "Date", "header", "footer", "Strong", "Emphasis", "Hyperlink", "List Paragraph", "footnote text",
     "footnote reference", "endnote text", "endnote reference", "page number", "Plain Text", "Normal (Web)",
     *(f"heading {level}" for level in range(1, 10)), *(f"toc {level}" for level in range(1, 10)))
)  # fmt: skip
"""Names by which programs know their own styles; others are replaced by numbers."""


class Looks:
    """Styles, numbering and theme of one document.

    Args:
        styles: root of ``styles.xml``, if there is one. numbering: of ``numbering.xml``. theme: of the theme.
    """

    def __init__(
        self, styles: etree._Element | None, numbering: etree._Element | None, theme: etree._Element | None
    ):
        self._lists: set[tuple[str, str]] = set()
        self._styles = styles
        self._numbering = numbering
        self._fonts = dict(_theme_fonts(theme)) if theme is not None else {}
        self._colours = dict(_theme_colours(theme)) if theme is not None else {}
        names = (
            []
            if styles is None
            else [attribute(style, "styleId") for style in styles.iterchildren("{*}style")]
        )
        self._names = {name: f"S{number}" for number, name in enumerate(names, start=1)}

    @classmethod
    def of(cls, package: Package) -> Looks:
        """Read them from a package."""
        themes = sorted(name for name in package.names if name.startswith("word/theme/theme"))
        roots = [
            package.xml(name) if name in package.names else None
            for name in ("word/styles.xml", "word/numbering.xml", themes[0] if themes else "")
        ]
        return cls(*roots)

    def renamed(self, element: str, name: str, value: str) -> str:
        """An attribute's value in the copy: references to styles get the styles' new names."""
        if element in _STYLE_REFERENCES and name == "val":
            return self._names.get(value, "S0")
        return value

    def resolve(self, element: etree._Element, new: etree._Element) -> None:
        """Replace what a property takes from the theme by what that is."""
        if local(element) == "rFonts":
            for side, theme_side in _FONT_SIDES.items():
                font = self._fonts.get(attribute(element, theme_side))
                if font:
                    new.set(W + side, font)
        theme_colour = self._colours.get(attribute(element, "themeColor"))
        if theme_colour and attribute(element, "val") in ("", "auto"):
            new.set(f"{W}val", theme_colour)

    def colour(self, name: str) -> str:
        """The colour that a drawing calls ``accent1``, ``tx1`` …; empty when the theme has none."""
        return self._colours.get(_COLOURS_OF_DRAWINGS.get(name, name), "")

    # ------------------------------------------------------------------- parts

    def styles(self) -> etree._Element | None:
        """The clean ``styles.xml``."""
        if self._styles is None:
            return None
        root = self._styles.makeelement(f"{W}styles", nsmap={"w": rules.W})
        for child in self._styles:
            if local(child) == "docDefaults":
                root.append(self._kept(child, frozenset(("rPrDefault", "pPrDefault", "rPr", "pPr"))))
            elif local(child) == "style":
                root.append(self._style(child))
        return root

    def _style(self, style: etree._Element) -> etree._Element:
        new = style.makeelement(f"{W}style")
        name = self._names[attribute(style, "styleId")]
        for key in ("type", "default"):
            if value := attribute(style, key):
                new.set(W + key, value)
        new.set(f"{W}styleId", name)
        own = style.find("{*}name")
        known = own is not None and attribute(own, "val") in _BUILT_IN_STYLES
        label = style.makeelement(f"{W}name")
        label.set(f"{W}val", attribute(own, "val") if own is not None and known else f"样式 {name}")
        new.append(label)
        for child in style:
            if local(child) in rules.STYLE_PROPERTIES:
                new.append(self._kept(child, rules.STYLE_PROPERTIES))
        return new

    def use_list(self, properties: etree._Element) -> None:
        """Note that a paragraph (or a style) is numbered: only lists and levels that are used keep their text."""
        number, level = properties.find("{*}numId"), properties.find("{*}ilvl")
        if number is not None:
            self._lists.add((attribute(number, "val"), "0" if level is None else attribute(level, "val")))

    def numbering(self) -> etree._Element | None:
        """The clean ``numbering.xml``; to be asked for once every part is rebuilt."""
        if self._numbering is None:
            return None
        for properties in () if self._styles is None else self._styles.iter("{*}numPr"):
            self.use_list(properties)
        root = self._numbering.makeelement(f"{W}numbering", nsmap={"w": rules.W})
        used = self._used_levels()
        for child in self._numbering:
            if local(child) in ("abstractNum", "num"):
                root.append(self._numbered(child, used))
        return root

    def _used_levels(self) -> set[tuple[str, str]]:
        """Used (list, level) and (list's definition, level)."""
        definitions = {}
        for item in () if self._numbering is None else self._numbering.iterchildren("{*}num"):
            definition = item.find("{*}abstractNumId")
            definitions[attribute(item, "numId")] = "" if definition is None else attribute(definition, "val")
        return {(f"abstract {definitions.get(number, '')}", level) for number, level in self._lists} | {
            (f"num {number}", level) for number, level in self._lists
        }

    def _numbered(
        self, element: etree._Element, used: set[tuple[str, str]], owner: str = ""
    ) -> etree._Element:
        name = local(element)
        if name not in rules.NUMBERING:
            return self._kept(element, frozenset())
        new = element.makeelement(W + name)
        for key in ("abstractNumId", "numId", "ilvl"):
            if value := attribute(element, key):
                new.set(W + key, value)
        if name in ("abstractNum", "num"):
            owner = f"{name.removesuffix('Num')} {attribute(element, f'{name}Id')}"
        for child in element:
            if local(child) in rules.NUMBERING[name]:
                kept = self._numbered(child, used, owner)
                shown = local(child) != "lvlText" or (owner, attribute(element, "ilvl")) in used
                if not shown:
                    kept.set(f"{W}val", "")
                new.append(kept)
        return new

    def _kept(self, element: etree._Element, extra: frozenset[str]) -> etree._Element:
        name = local(element)
        new = element.makeelement(W + name)
        for key, value in element.attrib.items():
            attribute_name = str(key).rpartition("}")[2]
            if attribute_name not in rules.DROPPED_ATTRIBUTES:
                new.set(W + attribute_name, self.renamed(name, attribute_name, str(value)))
        self.resolve(element, new)
        for child in element:
            if local(child) in rules.PROPERTIES.get(name, extra):
                new.append(self._kept(child, extra))
        return new


def _theme_fonts(theme: etree._Element) -> Iterator[tuple[str, str]]:
    """Names such as ``minorEastAsia`` with the fonts they stand for."""
    for level in ("major", "minor"):
        scheme = next(theme.iter(f"{{*}}{level}Font"), None)
        if scheme is None:
            continue
        faces = {
            local(face): face.get("typeface", "") for face in scheme if local(face) in ("latin", "ea", "cs")
        }
        han = next((face.get("typeface", "") for face in scheme if face.get("script") == "Hans"), "")
        yield f"{level}HAnsi", faces.get("latin", "")
        yield f"{level}Ascii", faces.get("latin", "")
        yield f"{level}EastAsia", faces.get("ea", "") or han
        yield f"{level}Bidi", faces.get("cs", "")


def _theme_colours(theme: etree._Element) -> Iterator[tuple[str, str]]:
    """Names such as ``accent1`` with their colours."""
    scheme = next(theme.iter("{*}clrScheme"), None)
    names = {"dk1": "text1", "lt1": "background1", "dk2": "text2", "lt2": "background2"}
    for slot in () if scheme is None else scheme:
        colour = next(iter(slot), None)
        if colour is not None:
            name = local(slot)
            yield names.get(name, name), colour.get("lastClr", "") or colour.get("val", "")
