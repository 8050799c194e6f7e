"""Whether a content stream leaves its words in plain sight: a look at its operators, without walking its objects.

Ordinary pages set dark colours, clip to the page and nothing else. Where the operators say so, the letters need
not be asked one by one; where anything is unusual, they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from disclosure_pipeline.builtin.extractors.pdf.content import STRING
from disclosure_pipeline.builtin.extractors.pdf.showing import Rest
from disclosure_pipeline.builtin.extractors.pdf.words import shape_of
from disclosure_pipeline.builtin.extractors.shared.layout import IDENTITY, Box, Matrix, moved, product

_STRINGS = re.compile(STRING, re.DOTALL)
_DELIMITERS = bytes.maketrans(b"()<>[]{}", b" " * 8)
_COLORS = {b"g": 1, b"G": 1, b"rg": 3, b"RG": 3, b"k": 4, b"K": 4}
_UNUSUAL = frozenset((b"cs", b"CS", b"sc", b"SC", b"scn", b"SCN", b"BI"))
_PAINTS = frozenset((b"f", b"f*", b"F", b"B", b"B*", b"b", b"b*", b"S", b"s", b"sh", b"Do", b"BI"))
_MOVES = frozenset((b"Tm", b"Td", b"TD", b"T*"))
_FOLLOWED = frozenset((*_COLORS, b"q", b"Q", b"cm", b"W", b"W*", b"BT", b"gs", b"Tr"))
_CHANGES = frozenset((b"q", b"Q", b"cm", b"W", b"W*"))
_DARK = 0.75
_OPAQUE = 0.95
_LEAST_CLIP = 0.5
_EVERYTHING: Box = (-1e9, -1e9, 1e9, 1e9)


@dataclass(frozen=True, slots=True)
class State:
    """What the operators of a page's own content say.

    Args:
        plain: its words show, unless something is drawn over or under them, or they leave ``clip``.
        paints: it draws more than words.
        clip: the area that no large clip takes away, in pdf space.
        narrow: small clips under which words start.
    """

    plain: bool
    paints: bool
    clip: Box = _EVERYTHING
    narrow: tuple[Box, ...] = ()


UNKNOWN = State(plain=False, paints=True)


def state_of(data: bytes, resources: Any, size: tuple[float, float], rest: Rest | None = None) -> State:
    """Look at a decoded content stream.

    Args:
        data: all streams of a page's content.
        resources: the page's.
        size: of the page, points.
        rest: what the content says beside showing words, if that is known.
    """
    bare = _without_strings(data if rest is None else rest.text)
    tokens = _tokens(bare)
    used = set(tokens)
    paints = not used.isdisjoint(_PAINTS)
    if b"%" in bare or not used.isdisjoint(_UNUSUAL):
        return State(plain=False, paints=paints)
    reader = _Reader(tokens, size)
    try:
        plain = reader.are_plain() and _opaque_states(reader.states, resources)
        if plain and reader.narrow_texts:
            plain = _stay_inside(reader.narrow_texts, data, rest)
    except (ValueError, IndexError):  # operands that are no numbers, or too few
        plain = False
    return State(plain, paints, reader.common, tuple(reader.narrow))


def _stay_inside(texts: Sequence[_NarrowText], data: bytes, rest: Rest | None) -> bool:
    """Whether the words of text objects under small clips start inside these."""
    found = rest.text_objects([text.number for text in texts]) if rest is not None else None
    if found is not None:
        words = [_tokens(_without_strings(text)) for text in found]
    else:
        tokens = _tokens(_without_strings(data))
        starts = [at for at, token in enumerate(tokens) if token == b"BT"]
        words = [tokens[at + 1 : tokens.index(b"ET", at)] for at in (starts[text.number] for text in texts)]
    return all(map(_stays_inside, words, texts))


def _stays_inside(words: list[bytes], text: _NarrowText) -> bool:
    if not _CHANGES.isdisjoint(words):
        return False
    left, bottom, right, top = text.inside
    line = IDENTITY
    for at in [at for at, word in enumerate(words) if word in _MOVES]:
        if words[at] == b"T*":
            return False
        if words[at] == b"Tm":
            line = _matrix_before(words, at)
        else:
            line = *line[:4], *moved(line, float(words[at - 2]), float(words[at - 1]))
        x, y = moved(text.matrix, line[4], line[5])
        if not (left - 1 <= x <= right + 1 and bottom - 1 <= y <= top + 1):
            return False
    return True


def _without_strings(data: bytes) -> bytes:
    return _STRINGS.sub(b" ", data) if b"(" in data else data


def _tokens(bare: bytes) -> list[bytes]:
    return bare.replace(b"/", b" /").translate(_DELIMITERS).split()


@dataclass(frozen=True, slots=True)
class _NarrowText:
    """A text object under a small clip: its number from 0, what moves it, the clip."""

    number: int
    matrix: Matrix
    inside: Box


class _Reader:
    """Follows colours and clips through a content stream, as far as they are plain.

    Words under a clip to most of the page share the area that no such clip takes away; words under a small one
    (the header and footer of a browser's print) must start inside it.

    Args:
        tokens: of the stream, strings taken out. size: of the page.
    """

    def __init__(self, tokens: list[bytes], size: tuple[float, float]):
        self._tokens = tokens
        self._size = size
        self._matrix: Matrix = IDENTITY
        self._inside: Box = _EVERYTHING
        self._texts = -1
        self._met: Box | None = None
        self._is_narrow = False
        self._colors: set[tuple[bytes, ...]] = set()
        self.states: set[bytes] = set()
        self.common: Box = _EVERYTHING
        self.narrow: set[Box] = set()
        self.narrow_texts: list[_NarrowText] = []

    def are_plain(self) -> bool:
        """Follow them; ``False`` when one is unusual."""
        tokens = self._tokens
        stack: list[tuple[Matrix, Box]] = []
        for at in [index for index, token in enumerate(tokens) if token in _FOLLOWED]:
            operator = tokens[at]
            if operator == b"BT":
                self._texts += 1
                if self._is_narrow or self._inside is not self._met:
                    self._begin_words()
            elif operator == b"q":
                stack.append((self._matrix, self._inside))
            elif operator == b"Q":
                if stack:
                    self._matrix, self._inside = stack.pop()
            elif operator in _COLORS:
                self._colors.add(tuple(tokens[at - _COLORS[operator] : at]))
            elif operator == b"gs":
                self.states.add(tokens[at - 1])
            elif not self._follow(operator, at):
                return False
        return all(_is_dark([float(number) for number in color]) for color in self._colors)

    def _follow(self, operator: bytes, at: int) -> bool:
        if operator == b"Tr":
            return self._tokens[at - 1] == b"0"
        if operator == b"cm":
            matrix = _matrix_before(self._tokens, at)
            if matrix[1] or matrix[2]:
                return False
            self._matrix = product(matrix, self._matrix)
        else:  # W
            if self._tokens[at - 1] != b"re" or self._tokens[at + 1] != b"n":
                return False
            x, y, wide, high = (float(number) for number in self._tokens[at - 5 : at - 1])
            corners = moved(self._matrix, x, y), moved(self._matrix, x + wide, y + high)
            (left, right), (bottom, top) = (sorted(sides) for sides in zip(*corners, strict=True))
            self._inside = _overlap(self._inside, (left, bottom, right, top))
        return True

    def _begin_words(self) -> None:
        inside = self._inside
        if inside is not self._met:  # most words stand under the same clip as those before
            self._met = inside
            wide, high = inside[2] - inside[0], inside[3] - inside[1]
            self._is_narrow = wide < _LEAST_CLIP * self._size[0] or high < _LEAST_CLIP * self._size[1]
            if self._is_narrow:
                self.narrow.add(inside)
            else:
                self.common = _overlap(self.common, inside)
        if self._is_narrow:
            self.narrow_texts.append(_NarrowText(self._texts, self._matrix, inside))


def _matrix_before(tokens: list[bytes], at: int) -> Matrix:
    a, b, c, d, e, f = (float(number) for number in tokens[at - 6 : at])
    return a, b, c, d, e, f


def _is_dark(parts: Sequence[float]) -> bool:
    if len(parts) == 4:
        cyan, magenta, yellow, black = parts
        parts = [(1 - ink) * (1 - black) for ink in (cyan, magenta, yellow)]
    return bool(parts) and min(parts) <= _DARK


def _overlap(one: Box, other: Box) -> Box:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _opaque_states(used: set[bytes], resources: Any) -> bool:
    """Whether the graphics states that a content stream sets hide nothing."""
    if not used:
        return True
    states = resources.get("/ExtGState") if shape_of(resources) == "dictionary" else None
    if states is None or shape_of(states) != "dictionary":
        return False
    for name in used:
        state = states.get(name.decode("latin-1"))
        if shape_of(state) != "dictionary":
            return False
        mask, mode = str(state.get("/SMask", "/None")), str(state.get("/BM", "/Normal"))
        if mask != "/None" or mode not in ("/Normal", "/Compatible") or "/Font" in state:
            return False
        if min(float(state.get("/ca", 1)), float(state.get("/CA", 1))) < _OPAQUE:
            return False
    return True
