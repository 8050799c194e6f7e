"""The vault: originals and frozen artefacts by the hash of their bytes (design 5).

Files are named by their sha256, written once, read-only, and never changed. Which of them are
still needed is derived from the rows (parts and artefacts), so that there is no second count that
could drift.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from disclosure_pipeline.durable import file_digest, sync_folder
from disclosure_pipeline.errors import StoreFault

UNFINISHED = ".new"
"""Folder of the vault in which a file is written before it gets its name."""

_CHUNK = 1 << 20
_UNFINISHED_AFTER = 20.0
"""Seconds after which a file that nobody writes on is the remains of a killed process."""
_READ_ONLY = 0o400


class Vault:
    """A content-addressed folder.

    Args:
        folder: where the files lie (mode 0700).
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash lie (or would lie)."""
        return self.folder / sha256[:2] / sha256

    def holds(self, sha256: str) -> bool:
        """Whether the vault has these bytes."""
        return self.path(sha256).is_file()

    def put(self, source: Path, sha256: str) -> Path:
        """Keep a file under its hash; the source stays.

        Args:
            source: a file on any file system.
            sha256: the hash it must have.

        Raises:
            StoreFault: the bytes do not have this hash, or the vault cannot be written.
        """
        target = self.path(sha256)
        if target.is_file() and file_digest(target) == sha256:
            return target
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._write(source, sha256, target)
            sync_folder(target.parent)
        except OSError as error:
            raise vault_fault(error) from None
        return target

    def _write(self, source: Path, sha256: str, target: Path) -> None:
        staging = self.folder / UNFINISHED
        staging.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(dir=staging)
        temporary = Path(name)
        try:
            # The lock says that the writer lives; it lasts until the file has its name.
            with os.fdopen(handle, "wb") as out, source.open("rb") as bytes_in:
                fcntl.flock(out, fcntl.LOCK_EX)
                shutil.copyfileobj(bytes_in, out, _CHUNK)
                out.flush()
                os.fsync(out.fileno())
                if file_digest(temporary) != sha256:
                    raise StoreFault(
                        "A file changed while it was copied into the vault.", code="vault.changed"
                    )
                temporary.chmod(_READ_ONLY)
                temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def remove_unfinished(self) -> int:
        """Remove what killed processes left half written; returns how many files went."""
        staging = self.folder / UNFINISHED
        gone = 0
        for path in staging.iterdir() if staging.is_dir() else ():
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _UNFINISHED_AFTER and not _locked(path):
                    path.unlink()
                    gone += 1
        return gone

    def check(self, sha256: str) -> None:
        """Read a file back and prove its hash.

        Raises:
            StoreFault: missing or damaged.
        """
        target = self.path(sha256)
        if not target.is_file() or file_digest(target) != sha256:
            raise StoreFault(
                "A file of the vault is missing or damaged.",
                code="vault.damaged",
                advice="Restore the vault from the backup; nothing is published from a damaged file.",
            )

    def drop(self, sha256: str) -> None:
        """Remove a file that no row names any more."""
        self.path(sha256).unlink(missing_ok=True)

    def sweep(self, needed: Iterable[str]) -> int:
        """Remove everything that no row names; returns how many files went."""
        keep = set(needed)
        gone = 0
        for folder in self.folder.glob("??"):
            for item in folder.iterdir() if folder.is_dir() else ():
                if item.name not in keep:
                    item.unlink(missing_ok=True)
                    gone += 1
        return gone


def _locked(path: Path) -> bool:
    with path.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def vault_fault(error: OSError) -> StoreFault:
    """An operating-system error as a fault an operator can act on."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFault(
            "The disk is full.", code="disk.full", advice="Free disk space; work goes on by itself."
        )
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StoreFault(
            "The vault cannot be written.",
            code="vault.readonly",
            advice="Check mount and permissions of the data folder; work goes on by itself.",
        )
    return StoreFault(
        f"The vault failed ({errno.errorcode.get(error.errno or 0, 'OSError')}).", code="vault.fault"
    )
