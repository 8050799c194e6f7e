"""What stands inside paragraphs of WordprocessingML: runs, changes, fields, signs, and stray words among them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.drawings.colors import WHITE, Color
from disclosure_pipeline.builtin.extractors.ooxml.words import is_default_name
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, first, local
from disclosure_pipeline.builtin.extractors.word.runs import (
    DELETED,
    FIELD,
    HIDDEN,
    SIGNS,
    TECHNICAL,
    TEXT,
    VISIBLE,
    FieldStack,
    RunLooks,
    Runs,
    field_words,
    symbol,
)
from disclosure_pipeline.builtin.extractors.word.shapes import Page, shown_area
from disclosure_pipeline.builtin.extractors.word.sheet import StyleSheet
from disclosure_pipeline.builtin.extractors.word.style import Look, hides, is_off

if TYPE_CHECKING:
    from lxml import etree

PROPERTIES = frozenset(("pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "tblPrEx", "sdtEndPr"))
"""Elements that say how something looks; they have no text of their own."""

_MEASURE = re.compile(r"\s*(?:-?\d{1,15}|[A-Za-z]{1,16}|)\s*")


@dataclass(slots=True)
class Story:
    """What the parts of one document share.

    Args:
        sheet: the document's styles and colours. page: its first page. ground: colour of its pages.
    """

    sheet: StyleSheet = field(default_factory=StyleSheet)
    page: Page = field(default_factory=Page)
    ground: Color = WHITE
    insertions: int = 0
    deletions: int = 0
    large_pictures: set[tuple[str, str]] = field(default_factory=set)
    """(part, relationship id) of pictures shown on half a page or more."""
    notes: set[tuple[str, str]] = field(default_factory=set)
    """(``footnote`` or ``endnote``, id) of the notes that the text refers to."""


class InlineWalker:
    """Reads the runs of paragraphs of one part.

    Args:
        out: gets what is out of place. part: the part's name. story: what the parts share.
    """

    def __init__(self, out: Collector, part: str, story: Story):
        self._out = out
        self._part = part
        self._story = story
        self._looks_matter = True
        self._fields = FieldStack(trusted=True)

    def _looks(self, paragraph: etree._Element | None, ground: Color | None) -> RunLooks:
        """The look of a paragraph's runs before their own, the ground behind them, whether they are unseen."""
        if not self._looks_matter:
            return RunLooks({}, ground)
        styles = self._story.sheet.styles
        properties = None if paragraph is None else first(paragraph, "pPr")
        named = None if properties is None else first(properties, "pStyle")
        style = styles.default if named is None else attribute(named, "val")
        look: Look = {**styles.base, **styles.runs.get(style, {})}
        about = dict(styles.paragraphs.get(style, {}))
        if properties is not None:
            about.update(self._story.sheet.palette.paragraph(properties, self._story.page.width))
        return RunLooks(look, about.get("ground") or ground, is_off(about))

    def _inline(  # noqa: PLR0912 - one case an element
        self, parent: etree._Element, mode: str, runs: Runs, author: str | None = None
    ) -> None:
        if parent.text and not parent.text.isspace():
            self._out.add(parent.text, "unplaced", self._part, detail=local(parent))
        for child in parent:
            name = local(child)
            if name == "r":
                self._inline(child, self._run_mode(child, mode, runs.looks), runs, author)
            elif name in TEXT:
                own = mode or TEXT[name] or (FIELD if self._fields.in_code else VISIBLE)
                runs.add(own, child.text or "", author)
                if len(child):
                    self._inside_text(child, own, runs, author)
            elif name in PROPERTIES:
                self._properties(child)
            elif name in SIGNS:
                runs.add(mode or (FIELD if self._fields.in_code else VISIBLE), SIGNS[name], author)
                self._inline(child, mode, runs, author)
            elif name in ("ins", "moveTo"):
                runs.insert(attribute(child, "author"))
                self._story.insertions += 1
                self._inline(child, mode, runs, author)
            elif name in ("del", "moveFrom"):
                self._story.deletions += 1
                self._inline(child, DELETED, runs, attribute(child, "author") or None)
            elif name in ("txbxContent", "p", "tbl", "AlternateContent"):
                runs.inner.append(child)
            elif name == "sym":
                runs.add(mode or (FIELD if self._fields.in_code else VISIBLE), symbol(child), author)
                self._inline(child, mode, runs, author)
            elif name == "fldChar":
                self._fields.see(attribute(child, "fldCharType"))
                self._inline(child, mode, runs, author)
            else:
                self._other(child, mode, runs, author)
            if child.tail and not child.tail.isspace():
                self._out.add(child.tail, "unplaced", self._part, detail=name)

    def _inside_text(self, element: etree._Element, mode: str, runs: Runs, author: str | None) -> None:
        """What stands inside an element of text, where only text should be."""
        for child in element:
            if local(child):
                runs.add(mode, "".join(map(str, child.itertext())), author)
            else:
                self._out.add(child.text or "", "unplaced", self._part, detail="xml comment")
            runs.add(mode, child.tail or "", author)

    def _other(self, element: etree._Element, mode: str, runs: Runs, author: str | None) -> None:
        """Elements inside a paragraph that are no text by themselves."""
        name = local(element)
        if name in ("blip", "imagedata"):
            self._picture(element)
        elif name in ("footnoteReference", "endnoteReference"):
            self._story.notes.add((name.removesuffix("Reference"), attribute(element, "id")))
        elif name in ("fldData", "binData"):
            for words in field_words(element.text or ""):
                if not is_default_name(words):
                    self._out.add(words, FIELD, self._part, detail=name)
            return
        elif name == "":
            self._out.add(element.text or "", "unplaced", self._part, detail="xml comment")
            return
        elif name in TECHNICAL and _MEASURE.fullmatch(element.text or ""):
            return
        elif name == "FieldCodes":
            runs.add(mode or FIELD, element.text or "", author)
            return
        self._inline(element, mode, runs, author)

    def _run_mode(self, run: etree._Element, mode: str, looks: RunLooks) -> str:
        if mode or not self._looks_matter:
            return mode
        if looks.off:
            return HIDDEN
        look = looks.base
        properties = first(run, "rPr")
        if properties is not None:
            named = first(properties, "rStyle")
            style = {} if named is None else self._story.sheet.styles.runs.get(attribute(named, "val"), {})
            look = {**look, **style, **self._story.sheet.palette.run(properties)}
        return HIDDEN if look and hides(look, looks.ground) else mode

    def _picture(self, element: etree._Element) -> None:
        relation = attribute(element, "embed") or attribute(element, "id")
        if relation and shown_area(element) >= self._story.page.area / 2:
            self._story.large_pictures.add((self._part, relation))

    def _properties(self, element: etree._Element, cell: str | None = None) -> None:
        """Properties have no text; if they do, somebody put it there."""
        for node in element.iter():
            self._stray(node.text, cell)
            if node is not element:
                self._stray(node.tail, cell)

    def _stray(self, text: str | None, cell: str | None = None) -> None:
        if text and not text.isspace():
            self._out.add(text, "unplaced", self._part, cell=cell)
