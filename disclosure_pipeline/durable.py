"""Files and folders that are still there, and whole, after the power failed."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path


def file_digest(path: Path) -> str:
    """sha256 (hex) of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Force a folder's entries to disk; file systems that know no such thing are let off."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def move_folder(source: Path, target: Path) -> None:
    """Move a folder whole, to another file system too; what a crash left half done is done again.

    Args:
        source: the folder.
        target: where it shall lie; if it lies there already, only the source goes.
    """
    if not target.exists():
        unfinished = target.with_name(f".{target.name}.moving")
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            source.rename(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            shutil.copytree(source, unfinished)
            unfinished.rename(target)
        sync_folder(target.parent)
    if source.exists():
        shutil.rmtree(source)
    sync_folder(source.parent)
