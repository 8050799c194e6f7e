"""Places where text can hide: one file per place, one unique marker in each.

The modules beside this one write the files of a format; tests look for the markers, and
``benchmarks/extraction.py`` prints who of ours and the peers finds them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

WIDE = "暗藏标记"
NARROW = "HIDDENMARK"


@dataclass(frozen=True)
class Hiding:
    """One hiding place.

    Args:
        name: what it is, unique within its format: ``comment``, ``white text`` …
        suffix: of the file, with the dot.
        kinds: kinds of segment that name it rightly; the first is the best.
        make: writes the file's bytes around a marker.
        visible: whether a reader of the printed page would see the marker.
        narrow: the place takes ASCII only.
    """

    name: str
    suffix: str
    kinds: tuple[str, ...]
    make: Callable[[str], bytes]
    visible: bool = False
    narrow: bool = False

    @property
    def marker(self) -> str:
        """The words that stand in this place and nowhere else."""
        number = sum(ord(letter) * (at + 7) for at, letter in enumerate(self.suffix + self.name)) % 100_000
        return f"{NARROW if self.narrow else WIDE}{number:05d}"

    @property
    def data(self) -> bytes:
        """The file."""
        return self.make(self.marker)
