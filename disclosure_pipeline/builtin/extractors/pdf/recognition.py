"""Pages that are looked at: what recognition reads in the rendered page, against the text layer."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.pdf.page import PART, PageText
from disclosure_pipeline.builtin.extractors.pdf.sight import render
from disclosure_pipeline.builtin.extractors.shared.layout import Line, touch
from disclosure_pipeline.model.text import Place

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.collector import Collector
    from disclosure_pipeline.hooks.contracts import RecognisedLine

_AGREES = 0.75
_CONTRADICTS = 0.5


def needs_look(text: PageText, *, lies: bool) -> bool:
    """Whether what a page shows cannot be known from its text layer.

    Args:
        text: what was read.
        lies: whether a font of the page says other letters than it shows.
    """
    if not any(line.text.strip() for line in text.shown) and text.drawing.objects:
        return True
    return lies or text.is_garbled or text.drawing.needs_look(text.size[0] * text.size[1])


def look(page: Any, text: PageText, out: Collector, *, lies: bool) -> None:
    """Recognise a page's words; those that the text layer lacks are kept, and what it says wrongly is hidden.

    Args:
        page: a ``pypdfium2.PdfPage``.
        text: what was read; lines that show after all, or do not, change sides.
        out: gets recognised lines and doubts.
        lies: see :func:`needs_look`.
    """
    from disclosure_pipeline.builtin.extractors.pictures.scanned import raster_of, read_raster
    from disclosure_pipeline.hooks import recognition

    place = Place(PART, "ocr", text.number)
    dpi = recognition.settings().dpi
    layer = [_Known(line) for line in (*text.shown, *text.hidden)]
    lines = None
    weightier = text.is_garbled or lies or not text.characters
    if text.size[0] * text.size[1] * (dpi / 72) ** 2 <= out.limits.max_pixels:
        try:
            raster = raster_of(render(page, dpi / 72), dpi)
        except (ValueError, RuntimeError):
            out.doubt("picture.unread", f"第{text.number}页无法显示，其中的文字未能读出，请人工查看。", place)
            return
        if not weightier or recognition.recognise(raster) is not None:
            lines = read_raster(
                out, raster, part=PART, page=text.number, size_in_points=text.size,
                keep=lambda line: not _agrees(line, layer),
            )  # fmt: skip
    else:
        out.doubt("picture.unread", f"第{text.number}页面积过大，图中的文字未能读出，请人工查看。", place)
    if lines is not None:
        _sort_out(text, lines, strict=lies or text.is_garbled)
    elif text.is_garbled:
        out.doubt("page.garbled", f"第{text.number}页的文字编码异常，读出的是乱码，请人工查看。", place)
    elif lies:
        out.doubt("page.text_layer", f"第{text.number}页看到的文字可能与文字层不同，请人工查看。", place)
    elif not text.characters:
        out.doubt(
            "page.no_text", f"第{text.number}页没有文字层（可能是扫描件），文字未能读出，请人工查看。", place
        )


class _Known:
    """A line of the text layer, ready to be compared."""

    def __init__(self, line: Line):
        self.line = line
        self.box = line.box
        self.bare = _bare(line.text)


def _agrees(line: RecognisedLine, layer: Sequence[_Known]) -> bool:
    """Whether the text layer holds a recognised line at its place, errors of recognition aside."""
    bare = _bare(line.text)
    near = "".join(known.bare for known in layer if known.box is not None and touch(known.box, line.box))
    return not bare or _share(bare, near) >= _AGREES


def _sort_out(text: PageText, lines: Iterable[RecognisedLine], *, strict: bool) -> None:
    """Move unseen lines that were recognised to the seen ones (a scan's own text layer), and back."""
    recognised = [(line.box, _bare(line.text)) for line in lines]

    def share(line: Line) -> float:
        box = line.box
        near = "".join(bare for area, bare in recognised if box is not None and touch(area, box))
        return _share(_bare(line.text), near)

    seen = [line for line in text.hidden if share(line) >= _AGREES]
    wrong = [line for line in text.shown if strict and share(line) < _CONTRADICTS]
    text.hidden = [*(line for line in text.hidden if line not in seen), *wrong]
    text.shown = [*(line for line in text.shown if line not in wrong), *seen]


def _share(wanted: str, near: str) -> float:
    """How much of some words is found, in order, among others: 0 … 1."""
    if not wanted or wanted in near:
        return 1.0
    blocks = SequenceMatcher(None, wanted, near, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(wanted)


def _bare(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())
