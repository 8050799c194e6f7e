"""What the archive really holds: which bags lie where, and whether they are whole, by their bytes."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from disclosure_pipeline.builtin.archives.package import check_bag
from disclosure_pipeline.builtin.archives.standing import PUBLISHED, WITHDRAWN, Record, read_record
from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.model.publication import Standing

BAG = re.compile(r"(?P<document>[A-Za-z0-9][A-Za-z0-9_-]*)-v(?P<version>\d+)")
"""Name of a bag's folder."""

STATE = ".state.json"
"""What the name of a document's record ends with."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document lies.

    Args:
        folder: the folder of its bags.
        versions: those whose bags are there.
    """

    folder: Path
    versions: set[int] = field(default_factory=set)


def find(root: Path, documents: Sequence[str]) -> dict[str, Place]:
    """Where every document lies that the archive knows, by its record or by a bag.

    Args:
        root: the archive's folder.
        documents: case numbers; folders of other years than theirs are not read. None for everything.
    """
    years = {document.split("-", maxsplit=1)[0] for document in documents}
    places: dict[str, Place] = {}
    for folder in sorted(root.glob("[!.]*/*")):
        if (years and folder.name not in years) or not folder.is_dir():
            continue
        with os.scandir(folder) as entries:
            for entry in entries:
                bag = BAG.fullmatch(entry.name) if entry.is_dir() else None
                name = bag["document"] if bag else entry.name.removesuffix(STATE)
                if bag is None and name == entry.name:
                    continue
                if name not in places or places[name].folder != folder:
                    places[name] = Place(folder)
                if bag:
                    places[name].versions.add(int(bag["version"]))
    return places


def standing(document: str, place: Place | None) -> Standing:
    """What the archive holds of a document; its record may be lost, its bags tell by themselves.

    Args:
        document: case number.
        place: where it lies; ``None`` when it is nowhere.

    Returns:
        Its ``hashes`` also hold ``bag`` or ``record`` when that is damaged, so that they are none that a receipt tells.
    """
    if place is None:
        return Standing(document, "absent")
    damaged: dict[str, str] = {}
    try:
        record = read_record(place.folder / f"{document}{STATE}", document)
    except ChannelFault:
        # Its bags tell by themselves what is held, but nothing fences late orders off any more.
        record, damaged = Record(document), {"record": "damaged"}
    versions = sorted({*place.versions, *record.versions})
    bags = [place.folder / f"{document}-v{version}" for version in versions]
    state = WITHDRAWN if record.state == WITHDRAWN else PUBLISHED
    return Standing(document, state, record.generation, max(versions, default=0), _hashes(bags) | damaged)


def _hashes(bags: Sequence[Path]) -> dict[str, str]:
    """sha256 of the public files as they lie in the last bag now; ``bag`` is added when anything in any is damaged."""
    folder = bags[-1] / "data" / "public" if bags else None
    files = sorted(folder.iterdir()) if folder is not None and folder.is_dir() else []
    hashes = {path.name: file_digest(path) for path in files if path.is_file()}
    if problems := sum(len(check_bag(bag)) for bag in bags):
        hashes["bag"] = f"damaged:{problems}"
    return hashes
