"""Damaged files for property tests; what is broken follows from a seed alone, so that it can be made again."""

from __future__ import annotations

import random

_TORN = (b"", b"-1", b"1e999", b"nan", b'"', b"<", b"\xff", b" ", b"9" * 30)


def damaged(data: bytes, seed: int, count: int) -> bytes:
    """The file with some bytes changed, and its end cut off in half of all cases."""
    chance = random.Random(seed)
    broken = bytearray(data)
    for _ in range(count):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    return bytes(broken[: chance.randrange(1, len(broken) * 2)])


def torn(markup: bytes, chance: random.Random) -> bytes:
    """Markup in which some places hold what breaks syntax, numbers or letters."""
    broken = bytearray(markup)
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(len(broken))
        broken[at : at + chance.randrange(3)] = chance.choice(_TORN)
    return bytes(broken)
