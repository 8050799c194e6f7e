"""Some characters of a text and the one before them looked up in tables, at every place of it at once.

What is looked for is given as openings (`openings.py`); an entry of a table is a row of bits, one for each opening. The
``and`` of the entries says what may begin at a place: at most places nothing. A text is read so in a fraction of the
time of one regular expression, however many there are to be tried in the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakKeyDictionary

from disclosure_pipeline.builtin.detectors.openings import ASTRAL, DEPTH, EVERYTHING, OUTSIDE, Opening
from disclosure_pipeline.model.view import View

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Codes: TypeAlias = NDArray[np.uint16]
    """The characters of a text by their codes, with one before and some behind for what is outside."""

BITS = 64
"""Openings that a table can tell apart."""

_SHIFTS = (1, 2, 0, *range(3, DEPTH + 1))
"""The order in which the tables are asked, by which character of an opening each is about."""
_EVERYWHERE = 2
"""So many are asked at every place, the others where something is left."""
_BLOCK = 1 << 15
"""Characters looked up at once: what is found in between stays near the processor."""

_KNOWN: WeakKeyDictionary[View, Codes] = WeakKeyDictionary()


def codes(text: str) -> Codes:
    """The characters of a text by their codes in the tables of sieves."""
    import numpy as np

    found = np.full(len(text) + DEPTH, OUTSIDE, np.uint16)
    inner = found[1 : len(text) + 1]
    written = text.encode("utf-16-le", "surrogatepass")
    if len(written) == 2 * len(text):
        inner[:] = np.frombuffer(written, np.uint16)
    else:
        wide = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        inner[:] = np.minimum(wide, ASTRAL)
    inner[inner == OUTSIDE] = ASTRAL
    return _order().take(found)


@cache
def _order() -> Codes:
    """For each character code its place in the tables: those of common characters lie close together.

    A text has some thousand different characters; spread over the whole table they would drive everything else out of
    the processor's cache. Common are the characters of GB 2312 in its order, the frequent ones of it first.
    """
    import numpy as np

    rows = ((0xA1, 0xAA), (0xB0, 0xD8), (0xD8, 0xF8))
    common = "".join(
        bytes((high, low)).decode("gb2312", "ignore")
        for first, behind in rows
        for high in range(first, behind)
        for low in range(0xA1, 0xFF)
    )
    latin = map(chr, range(0x100))
    all_codes = dict.fromkeys((OUTSIDE, ASTRAL, *map(ord, (*latin, *common)), *range(0x10000)))
    order = np.empty(0x10000, np.uint16)
    order[list(all_codes)] = np.arange(0x10000)
    return order


def codes_of(view: View) -> Codes:
    """The codes of a view's text, made once for whoever asks."""
    known = _KNOWN.get(view)
    if known is None:
        known = _KNOWN[view] = codes(view.text)
    return known


class Lookup:
    """Tables of openings.

    Args:
        ways: the openings of each thing that is looked for, together no more than :data:`BITS`; without any it is
            not looked for.
    """

    def __init__(self, ways: Sequence[Sequence[Opening]]):
        import numpy as np

        used = (1 << sum(map(len, ways))) - 1
        tables = np.zeros((DEPTH + 1, 0x10000), np.min_scalar_type(used))
        self.masks: list[int] = []
        """The bits of each thing."""
        bit = 1
        for several in ways:
            self.masks.append(0)
            for opening in several:
                _enter(tables, opening, bit)
                self.masks[-1] |= bit
                bit <<= 1
        self._tables = [(shift, tables[shift]) for shift in _SHIFTS if not (tables[shift] == used).all()]

    def left(self, known: Codes) -> tuple[NDArray[np.intp], NDArray[Any]]:
        """The places of a text at which something may begin, in order, and the bits of each.

        Args:
            known: the text's codes.
        """
        import numpy as np

        if not self._tables:
            return np.empty(0, np.intp), np.empty(0, np.uint8)
        length = len(known) - DEPTH
        if length <= _BLOCK:
            return self._block(known, 0, length)
        blocks = (self._block(known, low, min(length, low + _BLOCK)) for low in range(0, length, _BLOCK))
        places, bits = zip(*blocks, strict=True)
        return np.concatenate(places), np.concatenate(bits)

    def _block(self, known: Codes, low: int, high: int) -> tuple[NDArray[np.intp], NDArray[Any]]:
        (first, table), *others = self._tables
        fits = table.take(known[low + first : high + first], mode="clip")
        for shift, other in others[: _EVERYWHERE - 1]:
            fits &= other.take(known[low + shift : high + shift], mode="clip")
        places = (fits != 0).nonzero()[0]
        bits = fits[places]
        places += low
        for shift, other in others[_EVERYWHERE - 1 :]:
            if not len(places):
                break
            bits &= other.take(known.take(places + shift, mode="clip"), mode="clip")
            still = bits != 0
            places, bits = places[still], bits[still]
        return places, bits


def _enter(tables: NDArray[Any], opening: Opening, bit: int) -> None:

    for table, characters in zip(tables, opening.sets, strict=True):
        own = slice(None) if characters == EVERYTHING else _places(characters)
        table[own] |= table.dtype.type(bit)


def _places(characters: int) -> Codes:
    """Where in the tables some characters stand."""
    import numpy as np

    written = np.frombuffer(characters.to_bytes(0x10000 // 8, "little"), np.uint8)
    places: Codes = _order()[np.unpackbits(written, bitorder="little").astype(bool)]
    return places
