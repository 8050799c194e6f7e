"""One look at a drop folder: what lies there, as submissions, from metadata alone.

One ``scandir`` per folder and one ``lstat`` per file; no file is opened or hashed. A claim folder
mirrors the place its drop came from, so that the same look serves before and after a claim.

Threats and behaviour: symbolic links, hard links, pipes, sockets and devices are seen by ``lstat``
only, never followed, and make the whole drop a *problem* (refused, left where it is); trees that are
too deep, too long, too many or too large as well, found without walking them to their end. An empty
folder is not a drop yet: somebody has just made it. Accepted risk: a folder on the way that is
swapped for a link during the walk can make it read metadata elsewhere; nothing is opened here, and
:mod:`.files` opens without following.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from disclosure_pipeline.service.watcher import names
from disclosure_pipeline.service.watcher.desk import CLAIMS_FOLDER, Identity
from disclosure_pipeline.service.watcher.files import identity_of
from disclosure_pipeline.service.watcher.stability import Look
from disclosure_pipeline.settings.models import IntakeSettings
from disclosure_pipeline.settings.workspace import SLIP_TEMPLATE

DEEPEST = 32
# Explorer and Word make an empty file first and fill it later.
EMPTY_QUIET_FACTOR = 10
# Folders and ignored files count too, so that a tree of nothing cannot hold up the scan.
VISITED_PER_FILE = 20


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file of a drop: path relative to the scanned folder (as the file system has it), identity."""

    relative: str
    identity: Identity


@dataclass(frozen=True, slots=True)
class Entry:
    """A drop as it looks now.

    Args:
        key: path of the file or folder relative to the scanned folder.
        attribute: attribute subfolder it lies in, or empty.
        name: its name as the file system has it.
        is_folder: whether it is a folder.
        files: what would be taken, the draft before its slip.
        look: what the stability tracker needs.
        problem: reason code why it must be refused, or empty.
    """

    key: str
    attribute: str
    name: str
    is_folder: bool
    files: tuple[SeenFile, ...]
    look: Look
    problem: str = ""

    @property
    def display(self) -> str:
        """The name for people."""
        return names.display_name(os.fsencode(self.name))


class ScanRules:
    """The part of the settings that a look needs, prepared.

    Args:
        settings: ``[intake]``.
        hard_links: whether files with several names are taken (the command line copies, so it may).
    """

    def __init__(self, settings: IntakeSettings, *, hard_links: bool = False):
        self.settings = settings
        self.ignored = names.IgnoredNames((*settings.ignore, CLAIMS_FOLDER, names.READY_MARK))
        self.hard_links = hard_links


def scan(folder: Path, rules: ScanRules) -> dict[str, Entry]:
    """Every drop in a folder and in its attribute subfolders, by key.

    Raises:
        OSError: the folder itself cannot be listed.
    """
    entries: dict[str, Entry] = {}
    listing = _list(folder)
    for item in listing.values():
        if _is_attribute_folder(item):
            entries.update(_attribute_entries(item, rules))
    entries.update(_entries(listing, "", rules))
    return entries


def examine(folder: Path, name: str, rules: ScanRules) -> Entry | None:
    """One drop by its name; ``None`` when there is none (missing, empty folder, ignored)."""
    listing = _list(folder)
    found = _entries({name: listing[name]}, "", rules, listing) if name in listing else {}
    return found.get(name)


def _is_attribute_folder(item: os.DirEntry[str]) -> bool:
    return item.name in names.ATTRIBUTE_FOLDERS and item.is_dir(follow_symlinks=False)


def _attribute_entries(item: os.DirEntry[str], rules: ScanRules) -> dict[str, Entry]:
    """The drops of one attribute subfolder; an unreadable one must not hide the rest of the root."""
    try:
        return _entries(_list(Path(item.path)), item.name, rules)
    except FileNotFoundError:
        return {}
    except OSError:
        look = Look(("drop.unreadable", item.inode()), rules.settings.folder_stable_after)
        return {item.name: Entry(item.name, "", item.name, True, (), look, "drop.unreadable")}


def _list(folder: Path) -> dict[str, os.DirEntry[str]]:
    with os.scandir(folder) as items:
        return {item.name: item for item in items}


def _entries(
    listing: dict[str, os.DirEntry[str]],
    attribute: str,
    rules: ScanRules,
    siblings: Collection[str] | None = None,
) -> dict[str, Entry]:
    siblings = listing if siblings is None else siblings
    entries = {}
    for name, item in listing.items():
        if name in rules.ignored or name == SLIP_TEMPLATE or (not attribute and _is_attribute_folder(item)):
            continue
        try:
            entry = _entry(item, attribute, siblings, rules)
        except FileNotFoundError:
            continue  # vanished since the listing
        if entry is not None:
            entries[entry.key] = entry
    return entries


def _entry(
    item: os.DirEntry[str], attribute: str, siblings: Collection[str], rules: ScanRules
) -> Entry | None:
    if names.is_slip(item.name) and _belongs_to_draft(item.name, siblings):
        return None
    gathered = _Gathered(rules)
    if item.is_dir(follow_symlinks=False):
        gathered.add_tree(item)
        if not gathered.files and not gathered.problem:
            return None
    else:
        gathered.add_draft(item, siblings)
    return gathered.entry(item, attribute)


def _belongs_to_draft(name: str, siblings: Collection[str]) -> bool:
    return len(name) > len(names.SLIP_SUFFIX) and name[: -len(names.SLIP_SUFFIX)] in siblings


@dataclass
class _Gathered:
    """Collects the files of one drop; paths are relative to the folder the drop lies in."""

    rules: ScanRules
    files: list[SeenFile] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    others: list[SeenFile] = field(default_factory=list)
    size: int = 0
    hold: str = ""
    problem: str = ""
    ready_mark: bool = False
    visited: int = 0

    def add_draft(self, item: os.DirEntry[str], siblings: Collection[str]) -> None:
        """A single file and the slip beside it."""
        self._add(item.name, item.stat(follow_symlinks=False))
        slip = names.slip_of(item.name, siblings)
        if slip is not None:
            self._add(slip, os.lstat(os.path.join(os.path.dirname(item.path), slip)))  # noqa: PTH118, PTH120 - surrogates
        if names.is_locked(item.name, siblings) or (slip and names.is_locked(slip, siblings)):
            self.hold = "drop.locked"
        elif names.is_slip(item.name):
            self.hold = "drop.slip_alone"

    def add_tree(self, top: os.DirEntry[str]) -> None:
        """A folder with everything below it, without following links; stops at the first problem."""
        waiting = [(top.path, top.name, 1)]
        self.folders.append(f"{top.name}:{top.inode()}")
        while waiting and not self.problem:
            path, relative, depth = waiting.pop()
            try:
                inner = self._add_members(path, relative)
            except FileNotFoundError:
                continue  # vanished since its parent was listed: the fingerprint has changed
            except OSError as error:
                self.problem = "drop.too_deep" if error.errno == errno.ENAMETOOLONG else "drop.unreadable"
                return
            if inner and depth >= DEEPEST:
                self.problem = "drop.too_deep"
            waiting.extend((item.path, place, depth + 1) for item, place in inner)

    def _add_members(self, path: str, relative: str) -> list[tuple[os.DirEntry[str], str]]:
        """Add the files of one folder of a tree.

        Returns:
            Its subfolders with their places; ignored ones are noted, not entered.
        """
        inner = []
        listing = _list(Path(path))
        for name, item in sorted(listing.items()):
            place = f"{relative}/{name}"
            self.visited += 1
            if item.is_dir(follow_symlinks=False) and name not in self.rules.ignored:
                self.folders.append(place)
                inner.append((item, place))
            else:
                self._add_member(item, place, listing)
            if self.visited > VISITED_PER_FILE * self.rules.settings.max_files:
                self.problem = self.problem or "drop.too_many_files"
            if self.problem:
                return []
        return inner

    def _add_member(self, item: os.DirEntry[str], place: str, siblings: Collection[str]) -> None:
        status = item.stat(follow_symlinks=False)
        if item.name not in self.rules.ignored:
            self._add(place, status)
            if names.is_locked(item.name, siblings):
                self.hold = "drop.locked"
            return
        self.ready_mark = self.ready_mark or item.name == names.READY_MARK
        if names.is_unfinished(item.name):
            self.hold = self.hold or "drop.unfinished"
        if stat.S_ISLNK(status.st_mode):
            self.problem = "drop.link"
        self.others.append(SeenFile(place, identity_of(status)))

    def _add(self, place: str, status: os.stat_result) -> None:
        self.files.append(SeenFile(place, identity_of(status)))
        self.size += status.st_size
        self.problem = self.problem or self._problem(status)

    def _problem(self, status: os.stat_result) -> str:
        if stat.S_ISLNK(status.st_mode):
            return "drop.link"
        if not stat.S_ISREG(status.st_mode):
            return "drop.special"
        if status.st_nlink > 1 and not self.rules.hard_links:
            return "drop.hard_link"
        if self.size > self.rules.settings.max_bytes:
            return "drop.too_large"
        if len(self.files) > self.rules.settings.max_files:
            return "drop.too_many_files"
        return ""

    def entry(self, item: os.DirEntry[str], attribute: str) -> Entry:
        """The finished entry."""
        is_folder = item.is_dir(follow_symlinks=False)
        prefix = f"{attribute}/" if attribute else ""
        seen = sorted(self.files, key=lambda file: file.relative) if is_folder else self.files
        fingerprint = (
            tuple(seen), tuple(sorted(self.folders)), tuple(sorted(self.others, key=lambda f: f.relative)),
            self.problem,
        )  # fmt: skip
        return Entry(
            key=prefix + item.name,
            attribute=attribute,
            name=item.name,
            is_folder=is_folder,
            files=tuple(SeenFile(prefix + file.relative, file.identity) for file in seen),
            look=Look(fingerprint, self._quiet(is_folder), "" if self.problem else self.hold),
            problem=self.problem,
        )

    def _quiet(self, is_folder: bool) -> float:
        settings = self.rules.settings
        if is_folder:
            return settings.stable_after if self.ready_mark else settings.folder_stable_after
        return settings.stable_after * (1 if self.size else EMPTY_QUIET_FACTOR)
