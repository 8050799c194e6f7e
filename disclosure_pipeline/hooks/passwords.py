"""The password that a department writes into its ``slip.toml``: used in the sandbox, kept nowhere.

The slip is a file of the submission like any other: its text is screened and stored. The statement with
the password is therefore taken out before the slip is read; the other files get the password to try.
A slip from which it cannot be taken out surely is not read at all, so that a person looks at it.
"""

from __future__ import annotations

import re
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from disclosure_pipeline.hooks.contracts import SourceFile

KEY = "password"
"""The key in ``slip.toml``: one password, or several."""

_SLIP = "slip.toml"
_MOST_BYTES = 1 << 20
_STATEMENT = re.compile(
    rf"""^[ \t]*\#?[ \t]*["']?{KEY}["']?[ \t]*=[ \t]*(?:\"{{3}}.*?\"{{3,5}}|'{{3}}.*?'{{3,5}}|\[[^\]]*\]|)[^\n]*""",
    re.MULTILINE | re.DOTALL,
)


@contextmanager
def handed_out(files: Sequence[SourceFile]) -> Iterator[tuple[SourceFile, ...]]:
    """The files of a submission with the passwords of its slips, and the slips without them.

    Args:
        files: as they were dropped.

    Yields:
        The same files in the same order; a slip that names a password is a copy without it, gone at the end.
    """
    slips = {file.position: _read(file) for file in files if is_slip(file.name)}
    if not any(map(_names_one, slips.values())):
        yield tuple(files)
        return
    passwords = tuple(dict.fromkeys(word for text in slips.values() for word in _passwords(text)))
    with tempfile.TemporaryDirectory(prefix="slip-") as folder:
        yield tuple(_handed(file, slips.get(file.position), passwords, Path(folder)) for file in files)


def is_slip(name: str) -> bool:
    """Whether a file of this name is a slip, which may hold a password: no archive or public copy gets it."""
    base = PurePosixPath(name).name
    return base == _SLIP or base.endswith(f".{_SLIP}")


def _read(file: SourceFile) -> str:
    """The slip's characters; nothing when it is none."""
    try:
        with file.path.open("rb") as stream:
            data = stream.read(_MOST_BYTES)
    except OSError:
        return ""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def _handed(file: SourceFile, slip: str | None, passwords: tuple[str, ...], folder: Path) -> SourceFile:
    if slip is None:
        return replace(file, passwords=passwords)
    if not _names_one(slip):
        return file
    copy = folder / str(file.position)
    copy.write_text(_without(slip), encoding="utf-8")
    return replace(file, path=copy)


def _names_one(slip: str) -> bool:
    return KEY in slip or KEY in _values(slip)  # the key may be written with escapes


def _passwords(slip: str) -> tuple[str, ...]:
    value = _values(slip).get(KEY)
    words = value if isinstance(value, list) else [value]
    return tuple(word for word in words if isinstance(word, str) and word)


def _without(slip: str) -> str:
    """The slip without its password; empty when something of it would stay."""
    rest = _STATEMENT.sub("", slip)
    values = _values(slip)
    others = {key: value for key, value in values.items() if key != KEY}
    return rest if not values or _values(rest) == others else ""


def _values(slip: str) -> dict[str, Any]:
    try:
        return tomllib.loads(slip)
    except tomllib.TOMLDecodeError:
        return {}
