"""What the listings were made from, and which boots of machines have compared them with the records.

Listings of a publication are not forced to disk (:mod:`.writing`). The file ``.state`` names the boots after which they
were made anew; a boot that it does not name may have lost some of them, and so may a change of settings, words or
templates have left old shells. Either way the next work makes all of them again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from disclosure_pipeline.builtin.channels.site.layout import STATE
from disclosure_pipeline.builtin.files import write_if_changed

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_BOOTS = 16
"""Boots that are remembered: more than the hosts of one installation."""


def boot() -> str:
    """This boot of this machine; its name as text, empty where the kernel tells none."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return ""


def is_current(root: Path, shell: str) -> bool:
    """Whether the listings were made from this shell and compared since this boot.

    Args:
        root: the site's folder.
        shell: digest of all that the pages' shells come from.
    """
    known_shell, boots = _read(root)
    return known_shell == shell and boot() in boots


def made_anew(root: Path, shell: str) -> None:
    """Remember that the listings were made anew, after this boot and from this shell."""
    known_shell, boots = _read(root)
    kept = [name for name in boots if name != boot()] if known_shell == shell else []
    values = {"shell": shell, "boots": [*kept, boot()][-_BOOTS:]}
    write_if_changed(root / STATE, f"{json.dumps(values)}\n".encode())


def _read(root: Path) -> tuple[str, Sequence[str]]:
    try:
        values = json.loads((root / STATE).read_bytes())
        return str(values["shell"]), [str(name) for name in values["boots"]]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return "", []
