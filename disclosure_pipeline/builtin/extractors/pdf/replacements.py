"""Replacement texts (``/ActualText``) in content streams against the glyphs they replace.

Browsers write one for every glyph that stands for several characters or for a radical that looks like a
character; those agree with the font's table, and hide nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from disclosure_pipeline.builtin.extractors.pdf.content import STRING, literal
from disclosure_pipeline.builtin.extractors.pdf.fonts import Meaning
from disclosure_pipeline.builtin.extractors.pdf.words import decoded

_RADICALS = ("\u2e80", "\u2fdf")
_HAN = ("\u4e00", "\u9fff")

NAME = b"/ActualText"
_EVENTS = re.compile(
    rb"/([^\s/<>()\[\]]+)\s+[-+.\d]+\s+Tf\b"
    rb"|/ActualText\s*(%s|<[0-9A-Fa-f\s]*>)[^<>()]*>>\s*BDC(.*?)\bEMC\b" % STRING, re.DOTALL
)  # fmt: skip
_OPENS = re.compile(rb"\s*(%s|<[0-9A-Fa-f\s]*>)[^<>()]*>>\s*BDC" % STRING, re.DOTALL)
_SPAN = re.compile(_OPENS.pattern + rb"(.*?)\bEMC(?:\W|\Z)", re.DOTALL)
_FONT = re.compile(rb"/([^\s/<>()\[\]]+)\s+[-+.\d]+\s+Tf\b")
_OWN_FONT = re.compile(rb"[^<(]*?" + _FONT.pattern)
_CLOSE = b"EMC"
_CLOSE_WITH_NEXT = len(_CLOSE) + 1
_SHOWN = re.compile(rb"%s|<(?!<)[0-9A-Fa-f\s]*>|/([^\s/<>()\[\]]+)\s+[-+.\d]+\s+Tf\b" % STRING, re.DOTALL)


Fonts = Mapping[str, tuple[int, Meaning]]
"""Name of a font resource → (bytes of a code, what its table says)."""


class Replacements:
    """Compares the replacement texts of a file's pages; equal ones once, as long as the fonts keep their names."""

    def __init__(self) -> None:
        self._fonts: dict[str, Meaning] = {}
        self._agreeing: dict[tuple[bytes, bytes], frozenset[str]] = {}
        """(font before, span) of those that agree → the fonts that they are shown with."""

    def agree(self, data: bytes, fonts: Fonts) -> bool:
        """Whether every replacement text of a content stream says what its glyphs do.

        Args:
            data: the decoded stream.
            fonts: of the page.
        """
        if any(self._fonts.setdefault(name, meaning) is not meaning for name, (_, meaning) in fonts.items()):
            self._fonts = {name: meaning for name, (_, meaning) in fonts.items()}
            self._agreeing.clear()
        pieces = data.split(NAME)
        spans = [piece[: piece.find(_CLOSE) + _CLOSE_WITH_NEXT] for piece in pieces]
        bare = {span for span in set(spans[1:]) if not self._agrees(b"", span, fonts)}
        return all(self._agrees(*pair, fonts) for pair in _with_fonts(pieces, spans, bare)) or agree(
            data, fonts
        )

    def _agrees(self, font: bytes, span: bytes, fonts: Fonts) -> bool:
        """Whether a span surely agrees: as a whole, with a font of its own or with the one before it."""
        needed = self._agreeing.get((font, span))
        if needed is not None:
            return needed <= fonts.keys()
        match = _SPAN.fullmatch(span)
        if match is None or not (font or _OWN_FONT.match(match[2])):
            return False
        shown, last = _shown(match[2], font, fonts)
        if shown is None or not _same(shown, decoded(literal(match[1]))):
            return False
        names = {name.decode("latin-1") for name in (font, last, *_FONT.findall(match[2])) if name}
        self._agreeing[font, span] = frozenset(names)
        return True


def _with_fonts(pieces: list[bytes], spans: list[bytes], bare: set[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """(font before it, span) of some spans; the font is empty where it is not sure."""
    sure = next((at for at, piece in enumerate(pieces) if b"(" in piece), len(pieces)) if bare else 0
    for at in range(1, len(pieces)) if bare else ():
        if spans[at] in bare:
            yield _font_before(pieces, at) if at <= sure else b"", spans[at]


def _font_before(pieces: list[bytes], at: int) -> bytes:
    """The font that was set last before a span, other than in the properties of one."""
    for before in range(at - 1, -1, -1):
        opens = _OPENS.match(pieces[before]) if before else None
        if before and opens is None:
            break
        if found := _FONT.findall(pieces[before], opens.end() if opens is not None else 0):
            return bytes(found[-1])
    return b""


def agree(data: bytes, fonts: Fonts) -> bool:
    """Whether every replacement text of a content stream says what its glyphs do; read as a whole.

    Args:
        data: the decoded stream.
        fonts: of the page.
    """
    font = b""
    spans = 0
    known: dict[tuple[bytes, bytes, bytes], bytes] = {}
    for name, says, body in _EVENTS.findall(data):
        if name:
            font = name
            continue
        spans += 1
        span = says, body, font
        if span not in known:
            shown, known[span] = _shown(body, font, fonts)
            if shown is None or not _same(shown, decoded(literal(says))):
                return False
        font = known[span]
    return spans == data.count(NAME)


def _shown(body: bytes, font: bytes, fonts: Fonts) -> tuple[str | None, bytes]:
    """What the glyphs of a span mean by their fonts' tables, and the font at its end.

    The meaning is ``None`` when a table does not say.
    """
    words = []
    for match in _SHOWN.finditer(body):
        if match[1] is not None:
            font = match[1]
            continue
        width, meaning = fonts.get(font.decode("latin-1"), (0, {}))
        if not width:
            return None, font
        codes = literal(match[0])
        for at in range(0, len(codes), width):
            code = int.from_bytes(codes[at : at + width], "big")
            if code not in meaning:
                return None, font
            words.append(meaning[code])
    return "".join(words), font


def _same(shown: str, says: str) -> bool:
    """Whether two texts have the same letters; a radical stands for the character that looks like it."""
    one, other = (_letters(text) for text in (shown, says))
    return len(one) == len(other) and all(
        first == second or (_RADICALS[0] <= first <= _RADICALS[1] and _HAN[0] <= second <= _HAN[1])
        for first, second in zip(one, other, strict=True)
    )


def _letters(text: str) -> str:
    """Letters in one form; radicals stay, because their compatibility form is the traditional character."""
    return "".join(
        letter
        for sign in text
        for letter in (sign if _RADICALS[0] <= sign <= _RADICALS[1] else unicodedata.normalize("NFKC", sign))
        if letter.isalnum() or _RADICALS[0] <= letter <= _RADICALS[1]
    )
