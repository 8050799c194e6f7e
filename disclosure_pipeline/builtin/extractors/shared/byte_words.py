"""The generic sweep: characters in bytes of which nobody knows the structure.

Bytes that are no text often look like some: any two letters of ASCII are a Chinese character in UTF-16. A
run is therefore weighed: common characters (GB 2312, level 1) and full-width punctuation speak for it,
rare ones against it. Numbers of eleven digits and more, addresses, code words and plain sentences count as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from disclosure_pipeline.builtin.extractors.shared.code_words import CODE_WORD

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_WIDE_RUN = re.compile(f"[{_HAN}★☆※\u3000-\u301f\uff01-\uff5e\u2014-\u2026\u00b7\\x20-\\x7e]{{3,}}")
_GB_RUN = re.compile(rb"(?:[\xb0-\xf7][\xa1-\xfe]|[\xa1\xa3][\xa1-\xfe]|[\x20-\x7e]){4,}")
_GB_CORE = re.compile(rb"(?:[\xb0-\xd7][\xa1-\xfe]){2}(?:[\xb0-\xd7][\xa1-\xfe]|\xa1\xef)")
_UTF8_RUN = re.compile(
    rb"(?:[\xe4-\xe9][\x80-\xbf]{2}|\xe2[\x80-\x9b][\x80-\xbf]|\xe3\x80[\x80-\x9f]|\xef[\xbc\xbd][\x80-\xbf]|[\x20-\x7e]){4,}"
)
_UTF8_CORE = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){2}(?:[\xe4-\xe9][\x80-\xbf]{2}|\xe2\x98\x85)")
_NARROW_RUN = re.compile(rb"[\x20-\x7e]{6,}")
_WIDE_NARROW_RUN = re.compile(rb"(?:[\x20-\x7e]\x00){6,}")
_NUMBER = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){10,20}(?![\w.-])")
_ADDRESS = re.compile(
    r"(?<![\w.+-])[\w.+-]{2,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.(?:cn|com|net|org|gov|edu)\b", re.ASCII
)
_SENTENCE = re.compile(r"(?:[A-Za-z][a-z']{1,14}[,;:]? ){5,}[A-Za-z][a-z']+")
_LETTERS = re.compile(r"[A-Za-z]{3}|\d{6}")
_PIECES = re.compile(f"[{_HAN}]+|\\d{{11,}}|[A-Za-z]{{4,}}")
_SQUEEZED = re.compile("[\\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028\u2029\ufeff\ufffd\ufffc]+")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

_WIDE_SCORE, _GB_SCORE = 8.0, 12.5
_LOW_WIDE_SCORE, _LOW_GB_SCORE = 4.5, 8.0
"""Scores that are enough where no program writes: three characters."""

_PACKED_WIDE_SCORE, _PACKED_GB_SCORE = 16.0, 45.0
"""Scores that packed bytes do not reach: ten common characters in a row, sixteen in GB 18030."""

_COMMON, _RARE, _POINT, _DIGIT, _STAR = 1.66, -2.8, 3.0, 0.5, 5.0
_GB_COMMON = 2.8
_MOST_DIGITS = 4
_DISTINCT_DIGITS = 4
_DISTINCT_LETTERS = 5
_STRAY = 3
_DISTINCT_PAIRS, _MOSTLY = 3, 0.85
_STARS = frozenset("★☆")
"""The sign of a secrecy marking (密级★期限) speaks for words louder than a comma does."""
_POINTS = frozenset("，。、；：（）《》“”—…！？")


def squeeze(text: str) -> str:
    """The text without white space, control and zero-width characters, full-width forms narrowed."""
    return _SQUEEZED.sub("", text).translate(_FULL_WIDTH)


class Known:
    """Texts that were read by a rule: what the sweep finds again is no news.

    Args:
        texts: of any length.
    """

    def __init__(self, texts: Iterable[str] = ()):
        self._texts = set(map(squeeze, texts))
        self._joined: str | None = None

    def add(self, text: str) -> None:
        """One more."""
        self._texts.add(squeeze(text))
        self._joined = None

    def holds(self, text: str) -> bool:
        """Whether the text stands in a known one."""
        squeezed = squeeze(text)
        return squeezed in self._texts or squeezed in self._all

    def explains(self, run: str) -> bool:
        """Whether every word of a swept run stands in a known text; stray characters at its ends may not."""
        if self.holds(run):
            return True
        words = [piece for piece in _PIECES.findall(squeeze(run)) if len(piece) > 1]
        return bool(words) and all(map(self._explains_word, words))

    def _explains_word(self, word: str) -> bool:
        if word in self._all:
            return True
        return len(word) > _STRAY and (word[1:] in self._all or word[:-1] in self._all)

    @property
    def _all(self) -> str:
        if self._joined is None:
            self._joined = "\x00".join(self._texts)
        return self._joined


def sweep(data: bytes, *, everything: bool = False, packed: bool = False) -> Iterator[str]:
    """Every run of characters that is surely text.

    Args:
        data: bytes of unknown structure.
        everything: keep any run of six printable ASCII characters with a letter in it too; for
            streams that no program writes.
        packed: the bytes may look like any characters by chance: only longer runs count.
    """
    if not data.strip(b"\x00\xff"):
        return
    wide, narrow = (_LOW_WIDE_SCORE, _LOW_GB_SCORE) if everything else (_WIDE_SCORE, _GB_SCORE)
    if packed:
        wide, narrow = _PACKED_WIDE_SCORE, _PACKED_GB_SCORE
    for shift in (0, 1):
        for match in _WIDE_RUN.finditer(data[shift:].decode("utf-16-le", "replace")):
            run = match[0].strip()
            if _is_wide_text(run, wide):
                yield run
    for found in _GB_RUN.finditer(data):
        if _GB_CORE.search(found[0]) and _is_gb_text(found[0], narrow):
            yield found[0].decode("gb18030", "replace").strip()
    for found in _UTF8_RUN.finditer(data):
        if _UTF8_CORE.search(found[0]):
            run = found[0].decode("utf-8", "replace").strip()
            if _is_wide_text(run, wide):
                yield run
    for found in _NARROW_RUN.finditer(data):
        yield from _narrow(found[0].decode("ascii"), everything=everything)
    for found in _WIDE_NARROW_RUN.finditer(data):
        yield from _narrow(found[0].decode("utf-16-le"), everything=everything)


def _narrow(run: str, *, everything: bool) -> Iterator[str]:
    if everything:
        if _LETTERS.search(run) and len(set(run)) >= _DISTINCT_LETTERS:
            yield run.strip()
        return
    for pattern in (_NUMBER, _ADDRESS, _SENTENCE, CODE_WORD):
        for match in pattern.finditer(run):
            if pattern is not _NUMBER or len(set(match[0])) >= _DISTINCT_DIGITS:
                yield match[0]


def _is_wide_text(run: str, enough: float) -> bool:
    common, letters = _common(), set(run)
    digits = sum(letter <= "\x7e" and letter.isalnum() for letter in run)
    wide = {letter for letter in letters if letter > "\x7e"}
    known = len(wide & common)
    points = len(wide & _POINTS)
    stars = len(wide & _STARS)
    rare = len(wide) - known - points - stars
    score = _COMMON * known + _POINT * points + _RARE * rare + _DIGIT * min(digits, _MOST_DIGITS)
    score += _STAR * stars
    if known < 2 or score < enough:
        return False
    # Letters of ASCII, two by two: text of eight bits that was cut at the wrong places.
    return not all(letter > "\x7e" and _is_two_ascii(letter) for letter in run)


def _is_two_ascii(letter: str) -> bool:
    """Whether the two bytes of a character are printable ASCII themselves."""
    high, low = divmod(ord(letter), 256)
    return 0x20 <= high <= 0x7E and 0x20 <= low <= 0x7E


def _is_gb_text(run: bytes, enough: float) -> bool:
    pairs = [run[at : at + 2] for at in _pair_places(run)]
    words = [pair for pair in pairs if pair[0] >= 0xB0]
    distinct = len(set(words))
    if pairs == sorted(pairs) or distinct < max(_DISTINCT_PAIRS, len(words) // 3):
        return False  # a table of character codes, a pattern of pixels
    common = sum(pair[0] <= 0xD7 for pair in words)
    if common < _MOSTLY * len(words):
        return False
    digits = sum(0x30 <= byte <= 0x39 for byte in run)
    starred = _STAR * (b"\xa1\xef" in pairs)
    return _GB_COMMON * min(common, distinct) + _DIGIT * min(digits, _MOST_DIGITS) + starred >= enough


def _pair_places(run: bytes) -> Iterator[int]:
    """Where the characters of two bytes begin."""
    at = 0
    while at < len(run):
        if run[at] >= 0x80:
            yield at
            at += 1
        at += 1


@cache
def _common() -> frozenset[str]:
    """The 3,755 characters of GB 2312, level 1."""
    rows = (bytes((lead, trail)) for lead in range(0xB0, 0xD8) for trail in range(0xA1, 0xFF))
    return frozenset("".join(row.decode("gb2312", "ignore") for row in rows))
