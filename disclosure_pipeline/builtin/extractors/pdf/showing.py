"""Lines of content streams that do nothing but place and show words: thousands on a page, and all alike.

Programs write whole operators a line. Lines that set fonts, move and show letters neither hide a word nor hold one
that no operator shows; they are told by their form, once for a file, and who looks for anything else reads the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PARTS = {
    b"number": rb"[-+.\d]++",
    b"name": rb"/[^\s/<>()\[\]{}%]++",
    b"string": rb"(?:<[0-9A-Fa-f ]*+>|\((?:[^()\\\r\n]|\\[^\r\n])*+\))",
    b"several": rb"\[(?:[-+.\d ]|<[0-9A-Fa-f ]*+>|\((?:[^()\\\r\n]|\\[^\r\n])*+\))*+\]",
    b"end": rb"(?=[ /<(\[\r\n]|\Z)",
}
_SHOWS = (
    rb"(?:{number} +{number} +T[dD]|{name} +{number} +Tf|{string} *Tj|{several} *TJ|(?:{number} +){6}Tm"
    rb"|{number} +T[cwzLs]|T\*|EMC|{name} +BMC|{name} *(?:<<[^<>()%\r\n]*+>>|{name}) *BDC){end}"
)
_MARKS = rb"{name} *<<(?:[^<>()%\r\n]|{string})*+>> *BDC{end}"
_WHOLE = (
    rb"(?:(?:{number}(?=[ /<(\[])|{name}|{string}|{several}|<<(?:[^<>()%\r\n]|{string})*+>>) *+)*+"
    rb"[A-Za-z]++[01*]?{end}"
)


def _lines_of(statement: bytes) -> re.Pattern[bytes]:
    """Matches lines that hold nothing but such statements, each from its operands to its operator."""
    for name, part in _PARTS.items():
        statement = statement.replace(b"{%b}" % name, part)
    return re.compile(rb"^( *+(?:%b *+)*+\r?)$" % statement, re.MULTILINE)


_SHOWING = _lines_of(_SHOWS)
_MARKING = _lines_of(_MARKS)
_COMPLETE = _lines_of(_WHOLE)
_MOST_KNOWN = 50_000
_BEGIN, _END = b"BT", b"ET"


@dataclass(frozen=True, slots=True)
class Rest:
    """What a content stream says beside showing words.

    Args:
        lines: all of its lines.
        places: which of them do not only show or mark words.
        telling: those that do not only show words, equal ones once.
    """

    lines: list[bytes]
    places: list[int]
    telling: bytes

    @property
    def text(self) -> bytes:
        """The lines that do not only show or mark words."""
        return b"\n".join(self._others())

    def text_objects(self, wanted: Sequence[int]) -> list[bytes] | None:
        """What some text objects hold.

        Args:
            wanted: their numbers, counted from 0, in order.

        Returns:
            ``None`` when they hold more than lines that show or mark words, or share a line with something else.
        """
        others = self._others()
        if any(mark in line and mark != line for line in set(others) for mark in (_BEGIN, _END)):
            return None
        starts = [at for at, line in enumerate(others) if line == _BEGIN]
        found = []
        for at in (starts[number] for number in wanted):
            if others[at + 1 : at + 2] != [_END]:
                return None
            found.append(b"\n".join(self.lines[self.places[at] + 1 : self.places[at + 1]]))
        return found

    def _others(self) -> list[bytes]:
        return [self.lines[place] for place in self.places]


class ShowingLines:
    """Knows the lines of a file's content streams that only show words, or mark them with properties."""

    def __init__(self) -> None:
        self._showing: set[bytes] = set()
        self._marking: set[bytes] = set()
        self._others: set[bytes] = set()

    def rest_of(self, data: bytes) -> Rest | None:
        """What a stream says beside showing words.

        Args:
            data: a decoded content stream.

        Returns:
            ``None`` when it has pictures or comments in it, or when something begins in one line and ends in
            another: such a stream can only be read as a whole.
        """
        lines = data.split(b"\n")
        showing, marking = self._showing, self._marking
        places = [place for place, line in enumerate(lines) if line not in showing]
        once = dict.fromkeys(map(lines.__getitem__, places))
        if news := once.keys() - marking - self._others:
            if not self._learn(news):
                return None
            places = [place for place in places if lines[place] not in showing]
            once = dict.fromkeys(map(lines.__getitem__, places))
        return Rest(lines, [place for place in places if lines[place] not in marking], b"\n".join(once))

    def _learn(self, news: set[bytes]) -> bool:
        """Tell new lines apart; ``False`` when one of them is not complete, or when a picture may follow it."""
        if len(self._showing) + len(self._marking) + len(self._others) > _MOST_KNOWN:
            for known in (self._showing, self._marking, self._others):
                known.clear()
            return False
        joined = b"\n".join(news)
        showing = set(_SHOWING.findall(joined))
        marking = set(_MARKING.findall(joined)) - showing
        others = news - showing - marking
        joined = b"\n".join(others)
        if b"BI" in joined or (others and set(_COMPLETE.findall(joined)) != others):
            return False
        self._showing |= showing
        self._marking |= marking
        self._others |= others
        return True
