"""A second reading of pages whose text layer may not say what their glyphs show.

``ToUnicode`` tables that contradict the font are replaced by what the font itself knows, replacement texts
(``/ActualText``) are taken out, and the pages are read again: now in the order and meaning of the glyphs.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from disclosure_pipeline.builtin.extractors.pdf.content import LOST, Found, unshown
from disclosure_pipeline.builtin.extractors.pdf.fonts import (
    ObjectId,
    Verdict,
    fonts_of,
    is_form,
    judge,
    write_table,
)
from disclosure_pipeline.builtin.extractors.pdf.page import PageReader, PageText
from disclosure_pipeline.builtin.extractors.pdf.replacements import NAME, Replacements
from disclosure_pipeline.builtin.extractors.pdf.showing import Rest, ShowingLines
from disclosure_pipeline.builtin.extractors.pdf.specimen import is_unproven, liars
from disclosure_pipeline.builtin.extractors.pdf.state import UNKNOWN, State, state_of
from disclosure_pipeline.builtin.extractors.pdf.words import shape_of

_OTHER = b"/ActualNone"
_BROKEN = (ValueError, TypeError, RuntimeError, KeyError, IndexError, AttributeError)
"""What reading nonsense raises; ``pikepdf.PdfError`` is none of them, and is turned into ``ValueError`` below."""


class GlyphReading:
    """Knows which pages need a second reading, and reads them.

    Args:
        pdf: the open ``pikepdf.Pdf``.
    """

    def __init__(self, pdf: Any):
        self._pdf = pdf
        self._verdicts: dict[ObjectId, Verdict] = {}
        self._fonts: list[tuple[Any, Verdict]] = []
        self._by_page: dict[int, list[tuple[str, Verdict]]] = {}
        self._by_resources: dict[ObjectId | bytes, list[tuple[str, Verdict]]] = {}
        self._pages: dict[int, list[tuple[str, Verdict]]] = {}
        self._lines = ShowingLines()
        self._replacements = Replacements()
        self._properties: dict[bytes, tuple[Found, ...]] = {}
        self.lying: set[int] = set()
        """Numbers of pages with a font whose table contradicts it."""
        self.doubtful: set[int] = set()
        """Numbers of pages with a font of which nobody knows what it shows."""
        self.unproven = False
        """Whether a font has only its own table to speak for it, and nobody could look at its letters."""
        self.unshown: list[Found] = []
        """Words in the pages' content that no operator shows."""
        self.streams: set[ObjectId] = set()
        """Content streams that were looked at."""

    def survey(self, number: int, page: Any) -> State:
        """Look at a page's fonts and content.

        Args:
            number: 1-based.
            page: a ``pikepdf.Page``, which knows what it inherits.

        Returns:
            What its operators say; nothing, when the page's structure is broken.
        """
        try:
            return self._survey(number, page)
        except _BROKEN:
            return UNKNOWN

    def _survey(self, number: int, page: Any) -> State:
        resources = page.resources
        self._by_page[number] = verdicts = self._of(resources)
        if any(verdict.lies or verdict.silent for _, verdict in verdicts):
            self._pages[number] = verdicts
            if any(verdict.lies for _, verdict in verdicts):
                self.lying.add(number)
        if any(verdict.doubtful for _, verdict in verdicts):
            self.doubtful.add(number)
        streams = content_streams(page.obj)
        whole = [_decoded(stream) for stream in streams]
        agrees = self._agrees(whole, verdicts)
        rests = [self._lines.rest_of(data) for data in whole]
        for stream, data, rest in zip(streams, whole, rests, strict=True):
            if stream.objgen not in self.streams:
                self.streams.add(stream.objgen)
                words = self._unshown(data, rest)
                self.unshown.extend(found for found in words if not (agrees and found[1] == "ActualText"))
        if not agrees or _has_replacing_properties(resources):
            self._pages.setdefault(number, verdicts)
        sides = [float(side) for side in page.mediabox]
        size = (abs(sides[2] - sides[0]), abs(sides[3] - sides[1]))
        if min(size) <= 0:
            return UNKNOWN
        return state_of(b"\n".join(whole), resources, size, rests[0] if len(rests) == 1 else None)

    def _unshown(self, data: bytes, rest: Rest | None) -> Iterable[Found]:
        """Words that no operator shows; lost operands count as often as they are lost."""
        if rest is not None:
            words = tuple(unshown(rest.telling, self._properties))
            if not any(detail == LOST for _, detail, _ in words):
                return words
        return unshown(data, self._properties)

    def look_at_fonts(self) -> None:
        """Have the fonts recognised for which nothing but their own tables speaks."""
        fonts = [pair for pair in self._fonts if is_unproven(pair[1])]
        lying = liars(fonts)
        if lying is None:
            self.unproven = any(not verdict.truth for _, verdict in fonts)
            return
        wrong = [fonts[index][1] for index in lying]
        for number, verdicts in self._by_page.items() if wrong else ():
            if any(verdict is one for _, verdict in verdicts for one in wrong):
                self.doubtful.add(number)

    def read(self) -> Iterator[tuple[int, PageText]]:
        """(page, what its glyphs show) of every page that needs it."""
        if not self._pages:
            return
        import pikepdf
        import pypdfium2

        buffer = BytesIO()
        with pikepdf.new() as scratch:
            for number, verdicts in self._pages.items():
                page = self._pdf.pages[number - 1]
                page.obj["/Resources"], page.obj["/MediaBox"] = (
                    page.resources,
                    page.mediabox,
                )  # no more inherited
                scratch.pages.append(page)
                if "/Annots" in scratch.pages[-1]:
                    del scratch.pages[-1]["/Annots"]  # fields without their form, which nobody reads here
                _correct(scratch, scratch.pages[-1], verdicts)
            scratch.save(buffer)
        with contextlib.closing(pypdfium2.PdfDocument(buffer.getvalue())) as document:
            for index, number in enumerate(self._pages):
                page = document[index]
                try:
                    yield number, PageReader(page, number).read()
                finally:
                    page.close()

    def _agrees(self, whole: list[bytes], verdicts: list[tuple[str, Verdict]]) -> bool:
        """Whether every replacement text of a page says what its glyphs do."""
        if not any(NAME in data for data in whole):
            return True
        fonts = {name: (verdict.width, verdict.claims) for name, verdict in verdicts if name}
        return self._replacements.agree(b"\n".join(whole), fonts)

    def _of(self, resources: Any) -> list[tuple[str, Verdict]]:
        if shape_of(resources) != "dictionary":
            return []
        key = resources.objgen if resources.is_indirect else _only_fonts(resources)
        if key in self._by_resources:
            return self._by_resources[key]
        found = [(name, self._judged(font)) for name, font in fonts_of(resources)]
        if key is not None:
            self._by_resources[key] = found
        return found

    def _judged(self, font: Any) -> Verdict:
        key = font.objgen
        if key in self._verdicts:
            return self._verdicts[key]
        verdict = judge(font)
        self._fonts.append((font if font.is_indirect else self._pdf.make_indirect(font), verdict))
        if key != (0, 0):
            self._verdicts[key] = verdict
        return verdict


def _only_fonts(resources: Any) -> bytes | None:
    """The fonts of resources as they are written, equal for pages with the same ones; ``None`` with other things."""
    if "/XObject" in resources or shape_of(resources.get("/Font")) != "dictionary":
        return None
    return bytes(resources.Font.unparse())


def _correct(scratch: Any, page: Any, verdicts: list[tuple[str, Verdict]]) -> None:
    """Give the fonts of a copied page the tables that they should have, and take replacement texts out."""
    for (_, font), (_, verdict) in zip(fonts_of(page.get("/Resources")), verdicts, strict=False):
        if verdict.truth and (verdict.lies or verdict.silent):
            font["/ToUnicode"] = scratch.make_stream(write_table(verdict.truth, verdict.width))
    if content_streams(page.obj):
        page.contents_coalesce()
        page.Contents = scratch.make_stream(page.Contents.read_bytes().replace(NAME, _OTHER))
    _disable(page.get("/Resources"), set())


def merge(layer: PageText, glyphs: PageText) -> bool:
    """Put what the glyphs show in place of what the text layer says, which nobody sees where it differs.

    Returns:
        Whether they differ.
    """
    says = [line for line in (*layer.shown, *layer.hidden) if line.text.strip()]
    known = "".join(_bare(line.text) for line in (*glyphs.shown, *glyphs.hidden))
    other = [line for line in says if _bare(line.text) not in known]
    before = "".join(_bare(line.text) for line in says)
    if not other and all(_bare(line.text) in before for line in glyphs.shown):
        return False
    layer.shown = glyphs.shown
    layer.hidden = [*glyphs.hidden, *other]
    layer.garbled = glyphs.garbled
    return True


def _has_replacing_properties(resources: Any) -> bool:
    properties = resources.get("/Properties") if shape_of(resources) == "dictionary" else None
    if properties is None or shape_of(properties) != "dictionary":
        return False
    return any(shape_of(item) == "dictionary" and "/ActualText" in item for _, item in properties.items())


def _decoded(stream: Any) -> bytes:
    import pikepdf

    try:
        return bytes(stream.read_bytes())
    except pikepdf.PdfError as error:
        raise ValueError("a stream that cannot be unpacked") from error


def content_streams(page: Any) -> list[Any]:
    """The streams of a page's content; in broken files there may be other things among them."""
    contents = page.get("/Contents")
    items = list(contents) if shape_of(contents) == "array" else [contents]
    return [item for item in items if shape_of(item) == "stream"]


def _disable(resources: Any, seen: set[ObjectId]) -> None:
    """Take replacement texts out of named properties and forms."""
    if shape_of(resources) != "dictionary":
        return
    properties, forms = resources.get("/Properties"), resources.get("/XObject")
    for _, item in properties.items() if shape_of(properties) == "dictionary" else ():
        if shape_of(item) == "dictionary" and "/ActualText" in item:
            del item["/ActualText"]
    for _, item in forms.items() if shape_of(forms) == "dictionary" else ():
        if is_form(item) and item.objgen not in seen:
            seen.add(item.objgen)
            data = _decoded(item)
            if NAME in data:
                item.write(data.replace(NAME, _OTHER))
            _disable(item.get("/Resources"), seen)


def _bare(text: str) -> str:
    """Letters without white space; variants of one character count as one."""
    return "".join(unicodedata.normalize("NFKC", text).split())
