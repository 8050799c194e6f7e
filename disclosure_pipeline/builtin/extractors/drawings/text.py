"""Text of DrawingML: paragraphs with what a reader can see of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.drawings.colors import BLACK, Color, Theme, alike, is_transparent
from disclosure_pipeline.builtin.extractors.shared.digits import natural
from disclosure_pipeline.builtin.extractors.shared.markup import local

if TYPE_CHECKING:
    from lxml import etree

_UNREADABLE = 200  # hundredths of a point
_WRAPPERS = frozenset(("AlternateContent", "Choice", "Fallback"))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph.

    Args:
        text: all of it. shown: what can be read of it.
        fallback: text for programs that cannot show the paragraph as it is meant.
        computed: whether it holds nothing but a slide number or a date that the program fills in.
    """

    text: str
    shown: str
    fallback: str = ""
    computed: bool = False


class TextReader:
    """Reads the paragraphs of shapes.

    Args:
        theme: colours by name.
    """

    def __init__(self, theme: Theme):
        self._theme = theme

    def paragraphs(self, body: etree._Element, ground: Color | None) -> Iterator[Paragraph]:
        """Every paragraph below an element.

        Args:
            body: ``txBody``, ``rich``, ``t`` of a diagram …
            ground: colour behind the letters; ``None`` when it is not known.
        """
        base = body.find("{*}lstStyle/{*}lvl1pPr/{*}defRPr")
        lost = base is not None and self._is_lost(base, ground, inherited=False)
        for paragraph in body.iter("{*}p"):
            if local(paragraph.getparent()) == "p":  # type: ignore[arg-type]
                continue
            yield self._paragraph(paragraph, ground, lost=bool(lost))

    def _paragraph(self, paragraph: etree._Element, ground: Color | None, *, lost: bool) -> Paragraph:
        everything, shown, fallback = [], [], []
        computed = words = False
        for kind, text, properties in _runs(paragraph):
            if kind == "Fallback":
                fallback.append(text)
                continue
            everything.append(text)
            words = words or (kind not in ("fld", "br") and bool(text.strip()))
            computed = computed or kind == "fld"
            if properties is None or not self._is_lost(properties, ground, inherited=lost):
                shown.append(text if properties is not None or not lost else "")
        return Paragraph("".join(everything), "".join(shown), "".join(fallback), computed and not words)

    def _is_lost(self, properties: etree._Element, ground: Color | None, *, inherited: bool) -> bool:
        """Whether letters of these properties cannot be read."""
        if 0 <= natural(properties.get("sz")) <= _UNREADABLE:
            return True
        outlined = properties.find("{*}ln/{*}solidFill") is not None
        if properties.find("{*}noFill") is not None:
            return not outlined
        fill = properties.find("{*}solidFill")
        if fill is None:
            other = any(local(item) in ("gradFill", "blipFill", "pattFill") for item in properties)
            return inherited and not other
        if outlined:
            return False
        if is_transparent(fill):
            return True
        color = self._theme.solid(fill)
        marked = properties.find("{*}highlight")
        behind = self._theme.solid(marked) if marked is not None else ground
        return color is not None and behind is not None and alike(color, behind)


def _runs(holder: etree._Element) -> Iterator[tuple[str, str, etree._Element | None]]:
    """(kind, text, properties) of each run; kind ``Fallback`` for what a newer form replaces."""
    for item in holder:
        name = local(item)
        if name in ("r", "fld"):
            text = "".join(part.text or "" for part in item.iter("{*}t"))
            properties = item.find("{*}rPr")
            yield name, text, properties
        elif name == "br":
            yield "br", "\n", None
        elif name == "Fallback":
            inner = "".join(part.text or "" for part in item.iter("{*}t"))
            yield "Fallback", inner, None
        elif name in _WRAPPERS:
            yield from _runs(item)
        elif name not in ("pPr", "endParaRPr", ""):
            text = "".join(part.text or "" for part in item.iter("{*}t"))
            if text:
                yield name, text, None


def plain(body: etree._Element) -> Iterator[str]:
    """The paragraphs below an element, whatever they look like."""
    return (paragraph.text for paragraph in TextReader(Theme()).paragraphs(body, BLACK))
