"""What the site was made from, and which boots of machines have compared its listings with the records.

Listings of a publication are not forced to disk (:mod:`.writing`). The file ``.state`` names the boots after which they
were made anew; a boot that it does not name may have lost some of them, and so may a change of settings, words or
templates have left old shells. Either way the next work makes all of them again. It also says from which shell every
document's page was made, and which pages of the office are out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.channels.site.layout import STATE
from disclosure_pipeline.builtin.files import write_if_changed

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_BOOTS = 16
"""Boots that are remembered: more than the hosts of one installation."""


@dataclass(frozen=True, slots=True)
class Made:
    """What the site was made from.

    Args:
        shell: digest of all that the listings' shells come from.
        boots: boots of machines after which the listings were made anew, the newest last.
        office: digest of the office's own pages.
        documents: digest of all that the shells of every document's page come from; empty while some may be older.
    """

    shell: str = ""
    boots: tuple[str, ...] = ()
    office: str = ""
    documents: str = ""


def boot() -> str:
    """This boot of this machine; its name as text, empty where the kernel tells none."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return ""


def read(root: Path) -> Made:
    """What the site in a folder was made from; of nothing, when that cannot be read."""
    try:
        values = json.loads((root / STATE).read_bytes())
        return Made(**{**_texts(values), "boots": tuple(map(str, values["boots"]))})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return Made()


def is_current(root: Path, shell: str) -> bool:
    """Whether the listings were made from this shell and compared since this boot.

    Args:
        root: the site's folder.
        shell: digest of all that the pages' shells come from.
    """
    made = read(root)
    return made.shell == shell and boot() in made.boots


def made_anew(root: Path, shell: str, office: str) -> None:
    """Remember that the listings were made anew, after this boot, from this shell and these pages of the office."""
    made = read(root)
    kept = [name for name in made.boots if name != boot()] if made.shell == shell else []
    _write(root, replace(made, shell=shell, boots=(*kept, boot())[-_BOOTS:], office=office))


def documents_made(root: Path, shell: str) -> None:
    """Remember that every document's page was made from this shell."""
    _write(root, replace(read(root), documents=shell))


def _write(root: Path, made: Made) -> None:
    write_if_changed(root / STATE, f"{json.dumps(asdict(made))}\n".encode())


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) for name, value in values.items() if name != "boots"}
