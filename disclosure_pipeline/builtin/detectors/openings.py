"""With which characters the matches of an expression can begin: what a cheap pass over a text asks first.

An expression of the standard library is tried at every character of a text, or at each of a class of characters. Most
expressions of rules begin with characters out of small sets; where these do not fit, there is no match. The sets are read from the expression itself, so they hold for rules of other people too.
Whatever is not understood counts as "any character": a set is too large at worst, never too small.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache, reduce
from importlib import import_module
from itertools import pairwise
from operator import or_
from typing import Any, NamedTuple

OUTSIDE, ASTRAL = 0xFFFE, 0xFFFF
"""Codes for what is no character of the text, and for every character that has no code of its own.

Both are no characters of Unicode; where a text holds them nevertheless, they count as :data:`ASTRAL`.
"""

EVERYTHING = (1 << 0x10000) - 1
CHARACTERS = EVERYTHING & ~(1 << OUTSIDE)
"""Sets are integers, a bit for each code: every code, every code of a character."""

_OWN = (1 << OUTSIDE) - 1
DEPTH = 5
"""Characters of a match that an opening tells."""

_READ = 3
_MOST = 96
_CLASSES = 512
_NARROW = 2048


class Opening(NamedTuple):
    """A way in which matches can begin.

    Args:
        before: the characters behind which they can.
        following: their first characters, set by set; the last ones may stand behind a short match.
    """

    before: int
    following: tuple[int, ...]

    @classmethod
    def of(cls, before: int, following: Iterable[int]) -> Opening:
        """One of fewer characters: whatever follows these."""
        return cls(before, (*following, *[EVERYTHING] * DEPTH)[:DEPTH])

    @property
    def sets(self) -> tuple[int, ...]:
        """All its sets, by the distance of the character from the one before the match."""
        return self.before, *self.following

    @property
    def is_narrow(self) -> bool:
        """Whether it fits in few places of a text."""
        return min(map(int.bit_count, self.sets)) <= _NARROW


ANYWHERE = Opening.of(EVERYTHING, ())


class _State(NamedTuple):
    """An opening of which so many characters are read."""

    before: int
    sets: tuple[int, ...]

    @property
    def is_complete(self) -> bool:
        return len(self.sets) == _READ

    def then(self, characters: int) -> _State:
        return self._replace(sets=(*self.sets, characters))

    def united(self, other: _State) -> _State:
        """What fits wherever one of both does; they have read as much."""
        return _State(self.before | other.before, tuple(map(or_, self.sets, other.sets)))

    def completed(self) -> _State:
        """The same, whatever follows."""
        return self._replace(sets=(*self.sets, *[EVERYTHING] * _READ)[:_READ])


_Node = tuple[Any, Any]


def openings(expression: re.Pattern[str], most: int) -> tuple[Opening, ...]:
    """The ways in which matches of an expression can begin.

    A match that is found in a part of the text begins so too; what follows a short one may stand behind that part.

    Args:
        expression: the expression.
        most: how many of them; more are united.

    Returns:
        Nothing where no text ever matches, :data:`ANYWHERE` where a match may be empty.
    """
    nodes = import_module("re._parser").parse(expression.pattern, expression.flags)
    if nodes.getwidth()[0] == 0:
        return (ANYWHERE,)
    states = (state.completed() for state in _behind(nodes, expression.flags, [_State(EVERYTHING, ())]))
    return tuple(Opening.of(*state) for state in _few(states, most))


def characters(some: Iterable[str]) -> int:
    """Some characters as a set."""
    bits = bytearray(0x10000 // 8)
    for character in some:
        byte, bit = divmod(_code(ord(character)), 8)
        bits[byte] |= 1 << bit
    return int.from_bytes(bits, "little")


def _code(character: int) -> int:
    return character if character < OUTSIDE else ASTRAL


def _few(found: Iterable[_State], most: int) -> Sequence[_State]:
    """The same, united with those that begin alike, so that they stay narrow."""
    kept = list(found)
    for number in range(_READ + 1):
        kept = _alike(kept, number)
    if len(kept) <= most:
        return kept
    kept.sort(key=lambda one: one.sets)
    borders = [len(kept) * number // most for number in range(most + 1)]
    return [reduce(_State.united, kept[low:high]) for low, high in pairwise(borders)]


def _alike(found: Iterable[_State], number: int) -> list[_State]:
    """Those that differ in one set only, the one of this number, made one."""
    groups: dict[tuple[int, ...], _State] = {}
    for one in found:
        sets = one.before, *one.sets
        others = (*sets[:number], *sets[number + 1 :])
        groups[others] = groups[others].united(one) if others in groups else one
    return list(groups.values())


def _behind(nodes: Sequence[_Node], flags: int, states: list[_State]) -> list[_State]:
    """What is known behind a sequence of nodes."""
    for operation, value in nodes:
        done = [state for state in states if state.is_complete]
        reading = [state for state in states if not state.is_complete]
        if not reading:
            break
        states = _bounded([*done, *_step(str(operation), value, flags, reading)])
    return states


def _bounded(states: Sequence[_State]) -> list[_State]:
    """The same states; of too many, those that have read as much are united."""
    # By the identity of their sets, which are the same objects for the same class: hashing them takes the longest.
    kept = list({(id(state.before), *map(id, state.sets)): state for state in states}.values())
    for told in (1, 0) if len(kept) > _MOST else ():
        groups: dict[tuple[int, ...], _State] = {}
        for state in kept:
            key = (len(state.sets), *map(id, state.sets[:told]))
            groups[key] = groups[key].united(state) if key in groups else state
        kept = list(groups.values())
        if len(kept) <= _MOST:
            break
    return kept


def _step(operation: str, value: Any, flags: int, states: list[_State]) -> list[_State]:
    """What is known behind one node."""
    if operation in _SINGLES:
        single = _class(operation, tuple(value) if operation == "IN" else value, flags)
        return [state.then(single) for state in states]
    if operation in _REPEATS:
        return _repeated(value, flags, states)
    known = _STEPS.get(operation)
    return [state.completed() for state in states] if known is None else known(value, flags, states)


def _group(value: Any, flags: int, states: list[_State]) -> list[_State]:
    _, more, less, nodes = value
    return _behind(nodes, (flags | more) & ~less, states)


def _branch(value: Any, flags: int, states: list[_State]) -> list[_State]:
    return [state for nodes in value[1] for state in _behind(nodes, flags, states)]


def _repeated(value: Any, flags: int, states: list[_State]) -> list[_State]:
    """Behind a repetition: rounds that bring a character fill what is read, others bring nothing new."""
    least, most, nodes = value
    rounds = min(int(most), _READ)
    found = list(states) if least == 0 else []
    for turn in range(1, rounds + 1):
        states = _behind(nodes, flags, states)
        if turn >= min(least, rounds):
            found += states
    return found


def _at(value: Any, flags: int, states: list[_State]) -> list[_State]:
    """Behind a border: only that of a line or of the text at the very beginning says something."""
    place = str(value)
    if place not in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
        return states
    begins = 1 << OUTSIDE
    if place == "AT_BEGINNING" and flags & re.MULTILINE:
        begins |= characters("\n")
    return _narrowed(states, begins)


def _asked(value: Any, flags: int, states: list[_State]) -> list[_State]:
    """Behind a look-ahead or a look-behind.

    What the one asks for is what follows, unless it asks for nothing. What the other asks for ends with the character
    read last, or with the one before the match.
    """
    direction, nodes = value
    if direction < 0:
        last = _last(nodes, flags)
        return states if last is None else _narrowed(states, last)
    found: list[_State] = []
    for state in states:
        asked = _behind(nodes, flags, [state])
        found += [state] if state in asked else (one.completed() for one in asked)
    return found


def _refused(value: Any, flags: int, states: list[_State]) -> list[_State]:
    """Behind a negative one: that it asks for a single character just read, or before the match, says something."""
    direction, nodes = value
    last = _last(nodes, flags) if direction < 0 and len(nodes) == 1 and not flags & re.IGNORECASE else None
    return states if last is None else _narrowed(states, _without(EVERYTHING, last))


_SINGLES = ("LITERAL", "NOT_LITERAL", "IN", "ANY")
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_STEPS: Mapping[str, Callable[[Any, int, list[_State]], list[_State]]] = {
    "AT": _at,
    "SUBPATTERN": _group,
    "ATOMIC_GROUP": _behind,
    "BRANCH": _branch,
    "ASSERT": _asked,
    "ASSERT_NOT": _refused,
    "FAILURE": lambda _value, _flags, _states: [],
}
"""What is known behind the nodes of the parser; behind others anything may follow."""


def _narrowed(states: Iterable[_State], allowed: int) -> list[_State]:
    """The states whose last character, or the one before the match, is one of some."""
    found = []
    for state in states:
        if state.sets:
            narrowed = state._replace(sets=(*state.sets[:-1], state.sets[-1] & allowed))
            fits = narrowed.sets[-1]
        else:
            narrowed = state._replace(before=state.before & allowed)
            fits = narrowed.before
        if fits:
            found.append(narrowed)
    return found


def _last(nodes: Sequence[_Node], flags: int) -> int | None:
    """The characters with which what a look-behind asks for ends; ``None`` where they are not known."""
    if not len(nodes):
        return None
    operation, value = nodes[-1]
    name = str(operation)
    return _single(name, value, flags) if name in _SINGLES else None


@lru_cache(_CLASSES)
def _class(operation: str, value: Any, flags: int) -> int:
    """The characters that a node of one character takes, the same object for the same node."""
    return _single(operation, value, flags)


def _single(operation: str, value: Any, flags: int) -> int:
    """The characters that a node of one character takes."""
    if flags & re.IGNORECASE:
        return CHARACTERS
    if operation == "ANY":
        return CHARACTERS if flags & re.DOTALL else _without(CHARACTERS, characters("\n"))
    if operation == "LITERAL":
        return characters(chr(value))
    if operation == "NOT_LITERAL":
        return _without(CHARACTERS, characters(chr(value)))
    several = [(str(name), one) for name, one in value]
    taken = reduce(or_, (_item(name, one, flags) for name, one in several if name != "NEGATE"), 0)
    return _without(CHARACTERS, taken) if several[0][0] == "NEGATE" else taken


def _item(operation: str, value: Any, flags: int) -> int:
    """The characters that an item of a class takes: exactly those that have a code of their own."""
    if operation == "LITERAL":
        return characters(chr(value))
    if operation == "RANGE":
        first, last = map(int, value)
        own = ((1 << min(last + 1, OUTSIDE)) - 1) & ~((1 << min(first, OUTSIDE)) - 1)
        return own | (1 << ASTRAL if last >= OUTSIDE else 0)
    return _category(str(value), bool(flags & re.ASCII))


@cache
def _category(name: str, ascii_only: bool) -> int:
    r"""The characters of ``\w``, ``\d``, ``\s`` and their opposites."""
    written = {"WORD": r"\w", "DIGIT": r"\d", "SPACE": r"\s"}[name.rpartition("_")[2]]
    expression = re.compile(written.upper() if "_NOT_" in name else written, re.ASCII if ascii_only else 0)
    return characters(expression.findall("".join(map(chr, range(OUTSIDE))))) | 1 << ASTRAL


def _without(all_of: int, some: int) -> int:
    """Codes that are not among some; whether those without a code of their own are is never known."""
    return all_of & ~(some & _OWN)
