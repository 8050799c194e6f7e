"""The audit log's outside anchor: its newest hash, kept in the archive (design 8)."""

from __future__ import annotations

import os
from pathlib import Path

from disclosure_pipeline.builtin.files import folder_lock, storage_faults, sync_folder

ANCHOR_FILE = "audit-anchor.txt"


def anchor(archive: Path, line: str) -> None:
    """Append one line to the anchor file, durably; a chain cut off later no longer reaches it.

    Args:
        archive: the archive's folder.
        line: number, hash and time of the newest audit row; one ASCII line without document text.

    Raises:
        ValueError: the text is more than one line.
        ChannelFault: the archive cannot be written.
    """
    if "\n" in line or not line.isascii():
        raise ValueError("an anchor is one ASCII line")
    with storage_faults("the archive"), folder_lock(archive / ".staging" / "anchor"):
        with (archive / ANCHOR_FILE).open("a", encoding="ascii") as stream:
            stream.write(line + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        sync_folder(archive)
