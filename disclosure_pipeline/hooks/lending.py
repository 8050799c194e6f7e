"""Copies of a job's files, in the one folder where its sandbox process may read them.

A sandbox process may open no file of the workspace: a parser that has been taken over, or that follows a link in
a document, must not reach other people's drafts. So each file is copied for the time of the job. (A hard link
would be cheaper, but changes the original's times and link count, which the watcher of a drop folder looks at.)
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.contracts import SourceFile


@contextlib.contextmanager
def lent(arguments: tuple[Any, ...], folder: Path) -> Iterator[tuple[Any, ...]]:
    """The arguments of a job, with every :class:`SourceFile` in them pointing to a copy.

    Args:
        arguments: files stand alone or in a tuple.
        folder: where the copies are while the context lasts; their names say nothing.

    Raises:
        ExtractionFailed: ``extract.open`` when a file cannot be copied.
    """
    copies: list[Path] = []

    def lend(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(lend, value))
        if not isinstance(value, SourceFile):
            return value
        copies.append(folder / str(len(copies)))
        _copy(value.path, copies[-1])
        return replace(value, path=copies[-1])

    try:
        yield tuple(map(lend, arguments))
    finally:
        for copy in copies:
            copy.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(source, target)
    except OSError as error:
        raise ExtractionFailed(
            f"The file could not be opened ({type(error).__name__}).", code="extract.open"
        ) from None
