"""Where words can hide in the names of XML: addresses of namespaces, prefixes, elements, attributes; in any package."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator

from tests.hiding.place import Hiding

_KINDS = ("unplaced", "name", "metadata")
_SVG = "http://www.w3.org/2000/svg"
_ROOT_WORDS = (
    ("namespace", ' xmlns:q="http://www.w3.org/@"', True),
    ("namespace of a known kind", ' xmlns:q="http://schemas.openxmlformats.org/drawingml/2006/@"', True),
    ("prefix", f' xmlns:@="{_SVG}"', False),
    ("prefix in ASCII", f' xmlns:@="{_SVG}"', True),
    ("name of an attribute", f' xmlns:q="{_SVG}" q:@="1"', False),
)
"""Name of the place, what is added to a start tag, and whether the place takes ASCII only."""

_INSIDE_WORDS = (
    ("name of an element", f'<q:@ xmlns:q="{_SVG}"/>', False),
    ("name of an element in ASCII", f'<q:@ xmlns:q="{_SVG}"/>', True),
    ("prefix of an element", f'<@:g xmlns:@="{_SVG}"/>', False),
)
"""Likewise, what stands before an end tag."""


def vocabulary(
    suffix: str, file: Callable[[], bytes], spots: dict[str, tuple[str, str]], *, where: str
) -> Iterator[Hiding]:
    """The hiding places of one format.

    Args:
        suffix: of its files.
        file: writes a file without anything hidden.
        spots: start of a start tag and an end tag by the part that has both, for each part in which words hide.
        where: the part in which every kind of name is tried; in others only the first of their kinds.
    """
    for part, (start, end) in spots.items():
        least = None if part == where else 1
        beside = "" if part == where else f" of {part.rpartition('/')[2]}"
        for name, words, narrow in _ROOT_WORDS[1:2] if least else _ROOT_WORDS:
            yield Hiding(
                f"{name}{beside}", suffix, _KINDS, _written(file, part, start, start + words), narrow=narrow
            )
        for name, words, narrow in _INSIDE_WORDS[:1] if least and end else _INSIDE_WORDS if end else ():
            yield Hiding(
                f"{name}{beside}", suffix, _KINDS, _written(file, part, end, words + end), narrow=narrow
            )


def _written(file: Callable[[], bytes], part: str, old: str, new: str) -> Callable[[str], bytes]:
    """Writes the file with its part changed around a marker."""

    def make(marker: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(file())) as package, zipfile.ZipFile(out, "w") as copy:
            for member in package.infolist():
                data = package.read(member)
                if member.filename == part:
                    text = data.decode()
                    assert old in text, f"{part} has no {old}"
                    data = text.replace(old, new.replace("@", marker), 1).encode()
                copy.writestr(member, data)
        return out.getvalue()

    return make
