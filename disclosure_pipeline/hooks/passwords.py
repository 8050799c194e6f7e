"""The password that a department writes into its ``slip.toml``: used in the sandbox, kept nowhere.

The slip is a file of the submission like any other: its text is screened and stored. The statement with
the password is therefore taken out before the slip is read; the other files get the password to try.
A slip from which it cannot be taken out surely is not read at all, so that a person looks at it.
"""

from __future__ import annotations

import re
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from disclosure_pipeline.hooks.contracts import SourceFile

KEY = "password"
"""The key in ``slip.toml``: one password, or several."""

_SLIP = "slip.toml"
_MOST_BYTES = 1 << 20
_MEANT = (KEY, "passwd", "pwd", "密码", "口令")
"""What somebody may write for the key: the slip goes back for it, but what stands behind it is no less secret."""

_STATEMENT = re.compile(
    rf"""^[ \t]*\#?[ \t]*["']?(?:{"|".join(_MEANT)})["']?[ \t]*[=:＝：][ \t]*"""
    r"""(?:\"{3}.*?\"{3,5}|'{3}.*?'{3,5}|\[[^\]]*\]|)[^\n]*""",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)


@contextmanager
def handed_out(files: Sequence[SourceFile]) -> Iterator[tuple[SourceFile, ...]]:
    """The files of a submission with the passwords of its slips, and the slips without them.

    Args:
        files: as they were dropped.

    Yields:
        The same files in the same order; a slip that names a password is a copy without it, gone at the end,
        and one whose letters are not known is empty.
    """
    slips = {file.position: _read(file) for file in files if is_slip(file.name)}
    if not any(text is None or _names_one(text) for text in slips.values()):
        yield tuple(files)
        return
    passwords = tuple(dict.fromkeys(word for text in slips.values() for word in _passwords(text or "")))
    with tempfile.TemporaryDirectory(prefix="slip-") as folder:
        yield tuple(_handed(file, slips, passwords, Path(folder)) for file in files)


def is_slip(name: str) -> bool:
    """Whether a file of this name is a slip, which may hold a password: no archive or public copy gets it."""
    base = PurePosixPath(name).name
    return base == _SLIP or base.endswith(f".{_SLIP}")


def _read(file: SourceFile) -> str | None:
    """The slip's characters, ``None`` when they are not known: it is no slip then, but may hold a password.

    One that cannot be opened has none; its reader will say so.
    """
    try:
        with file.path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError:
        return ""
    if len(data) > _MOST_BYTES:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _handed(
    file: SourceFile, slips: Mapping[int, str | None], passwords: tuple[str, ...], folder: Path
) -> SourceFile:
    if file.position not in slips:
        return replace(file, passwords=passwords)
    slip = slips[file.position]
    if slip is not None and not _names_one(slip):
        return file
    copy = folder / str(file.position)
    copy.write_text("" if slip is None else _without(slip), encoding="utf-8")
    return replace(file, path=copy)


def _is_meant(name: str) -> bool:
    return name.casefold() in _MEANT


def _names_one(slip: str) -> bool:
    # The key may be written with escapes.
    return any(name in slip.casefold() for name in _MEANT) or any(map(_is_meant, _values(slip)))


def _passwords(slip: str) -> tuple[str, ...]:
    value = _values(slip).get(KEY)
    words = value if isinstance(value, list) else [value]
    return tuple(word for word in words if isinstance(word, str) and word)


def _without(slip: str) -> str:
    """The slip without its password; empty when something of it would stay."""
    rest = _STATEMENT.sub("", slip)
    values = _values(slip)
    others = {key: value for key, value in values.items() if not _is_meant(key)}
    return rest if not values or _values(rest) == others else ""


def _values(slip: str) -> dict[str, Any]:
    try:
        return tomllib.loads(slip)
    except tomllib.TOMLDecodeError:
        return {}
