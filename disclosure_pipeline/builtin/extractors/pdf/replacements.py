"""Replacement texts (``/ActualText``) in content streams against the glyphs they replace.

Browsers write one for every glyph that stands for several characters or for a radical that looks like a
character; those agree with the font's table, and hide nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

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
_SHOWN = re.compile(rb"%s|<(?!<)[0-9A-Fa-f\s]*>|/([^\s/<>()\[\]]+)\s+[-+.\d]+\s+Tf\b" % STRING, re.DOTALL)


def agree(data: bytes, fonts: Mapping[str, tuple[int, Meaning]]) -> bool:
    """Whether every replacement text of a content stream says what its glyphs do.

    Args:
        data: the decoded stream.
        fonts: name of a font resource → (bytes of a code, what its table says).
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


def _shown(body: bytes, font: bytes, fonts: Mapping[str, tuple[int, Meaning]]) -> tuple[str | None, bytes]:
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
