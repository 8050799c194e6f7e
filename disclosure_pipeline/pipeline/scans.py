"""Scans of signed papers and of outside answers, kept in the vault as evidence (代录, 答复).

A scan is looked at only as far as its first bytes (of an OFD file: its list of names) and never opened by a
program here. Its hash stands in the decision, so the bytes that were shown are the bytes that are kept.
"""

from __future__ import annotations

import hashlib
import io
import struct
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from disclosure_pipeline.errors import NotFound, Refused, StoreFault
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import audit, people

_OFD_ROOT = "OFD.xml"


def keep_scan(core: Core, source: Path | bytes, by: str, *, any_kind: bool = False) -> str:
    """Keep a scan in the vault.

    Args:
        core: the process's parts.
        source: the file, or its bytes.
        by: who brings it.
        any_kind: whether anything but pdf, JPEG, PNG and OFD is kept too: on the command line people
            answer for what lies on their own disk; an upload is always looked at.

    Returns:
        The sha256 of its bytes, for `Decision.scan` and `Answer.scan`.

    Raises:
        NotFound: there is no such file or person, or the scan is empty.
        Refused: too large (``scan.large``), or no scan (``scan.kind``).
        StoreFault: it cannot be read or kept.
    """
    content = _content(source, core.settings.intake.max_scan_bytes)
    kind = kind_of(content)
    if kind is None and not any_kind:
        raise Refused(
            "The file is no scan that can be kept.", code="scan.kind",
            advice="Scan the paper as pdf, JPEG or PNG, or save it as OFD.",
        )  # fmt: skip
    digest = hashlib.sha256(content).hexdigest()
    with core.database.read() as connection:
        people.get(connection, by)
    # The spool is private (0700); the reconciler removes folders that killed processes leave in it.
    with tempfile.TemporaryDirectory(dir=core.workspace.spool, prefix="scan-") as folder:
        copy = Path(folder) / digest
        copy.write_bytes(content)
        core.vault.put(copy, digest)
    with core.database.write() as connection:
        detail = {"scan": digest, "size": len(content), "kind": kind or ""}
        audit.append(connection, audit.Record(action="scan.kept", actor=by, detail=detail))
    return digest


def kind_of(content: bytes) -> str | None:
    """``pdf``, ``jpeg``, ``png`` or ``ofd`` by its bytes; ``None`` for anything else."""
    return next((kind for kind, fits in _KINDS.items() if fits(content)), None)


def _is_ofd(content: bytes) -> bool:
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return _OFD_ROOT in package.namelist()
    except (
        zipfile.BadZipFile,
        struct.error,
        ValueError,
        OSError,
        NotImplementedError,
        EOFError,
        OverflowError,
    ):
        return False


_KINDS: Mapping[str, Callable[[bytes], bool]] = {
    "pdf": lambda content: content.startswith(b"%PDF-"),
    "jpeg": lambda content: content.startswith(b"\xff\xd8\xff"),
    "png": lambda content: content.startswith(b"\x89PNG\r\n\x1a\n"),
    "ofd": _is_ofd,
}


def _content(source: Path | bytes, most: int) -> bytes:
    content = source if isinstance(source, bytes) else _read(source, most)
    if not content:
        raise NotFound("The scan is missing or empty.", advice="Check the path given to --scan.")
    if len(content) > most:
        raise Refused(
            f"The scan is larger than {most} bytes.", code="scan.large",
            advice="Scan with fewer dots per inch, or raise [intake] max_scan_bytes.",
        )  # fmt: skip
    return content


def _read(path: Path, most: int) -> bytes:
    """The file's bytes, at most one more than allowed."""
    if not path.is_file():
        return b""
    try:
        with path.open("rb") as handle:
            return handle.read(most + 1)
    except OSError as error:
        raise StoreFault(
            f"The scan cannot be read ({type(error).__name__}).",
            code="scan.unreadable",
            advice="Check the permissions of the file given to --scan.",
        ) from None
