"""Which folders are drop roots, whose they are, and whether they can be looked at now.

Layout: ``var/inbox/<department>/`` for the root unit (the first without a parent),
``var/inbox/<unit code>/<department>/`` for every other unit; configured ``drop_roots`` anywhere
(a relative path counts from the folder that holds the config folder; a link is resolved once, at start).
A folder made under an inbox is a department at once where the unit's ``open_inbox`` allows it.

Threats and behaviour: a drop root that overlaps the vault, the spool, the site, an outbox or another
root would feed the product its own output, or feed one draft twice: the start is refused. A share
that is not mounted looks like an empty folder: a root declared as a mount point, or seen as one
before, is *unavailable* while it is none. Links are never roots. Accepted risks: one root may be
watched by one daemon only; with two daemons on one share each takes over the other's claims. A
share that goes away where only a parent folder is the mount point is seen as missing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from disclosure_pipeline.errors import ConfigError, NotFound
from disclosure_pipeline.service.watcher.desk import DropRootInfo
from disclosure_pipeline.service.watcher.names import IgnoredNames, is_department
from disclosure_pipeline.settings.models import DropRoot, Settings, UnitSettings
from disclosure_pipeline.settings.workspace import Workspace


class RootPlan:
    """The drop roots that the configuration names and those that clerks made.

    Args:
        workspace: folders of the daemon.
        settings: the whole configuration.

    Raises:
        ConfigError: overlapping folders, no root unit, an impossible department name.
    """

    def __init__(self, workspace: Workspace, settings: Settings):
        self.workspace = workspace
        self.settings = settings
        self.inbox = workspace.inbox.resolve()
        self.outbox = workspace.outbox.resolve()
        self._ignored = IgnoredNames(settings.intake.ignore)
        self._root_unit = next((unit for unit in settings.unit if not unit.parent), None)
        if self._root_unit is None:
            raise ConfigError("No unit without a parent: one unit must be the root of the tree.")
        self.elsewhere = tuple(self._configured_roots())
        self._check_names()
        self._check_folders()

    # ---------------------------------------------------------------- roots

    def roots(self) -> tuple[DropRootInfo, ...]:
        """Every root that is known now; folders made under an inbox included."""
        return (*self.local_roots(), *self.elsewhere)

    def local_roots(self) -> tuple[DropRootInfo, ...]:
        """The roots under ``var/inbox/``, read from the disk."""
        return tuple(
            self._inbox_root(unit, department)
            for unit in self.settings.unit
            for department in self._departments(unit)
        )

    def find(self, department: str, unit: str = "") -> DropRootInfo:
        """The root of a department (its inbox first), for ``disclosure submit``.

        Args:
            department: department name.
            unit: unit code; empty means any, the root unit first.

        Raises:
            NotFound: no such department.
        """
        for root in self.roots():
            if root.department == department and unit in ("", root.unit):
                return root
        raise NotFound(f"There is no department {department}.", advice="Make its folder under the inbox.")

    def strays(self) -> int:
        """Number of things in an inbox that belong to no department (files, refused folders)."""
        return sum(
            1
            for unit in self.settings.unit
            for item in _members(self.inbox_of(unit))
            if not self._is_known(unit, item) and item.name not in self._ignored
        )

    def inbox_of(self, unit: UnitSettings) -> Path:
        """Folder that holds the unit's department folders."""
        return self.inbox if unit is self._root_unit else self.inbox / unit.code

    def outbox_of(self, unit: UnitSettings, department: str) -> Path:
        """Default folder for receipts and notes of a department."""
        base = self.outbox if unit is self._root_unit else self.outbox / unit.code
        return base / department

    def make(self) -> None:
        """Create the inboxes and the folders of configured departments; never anything on a share.

        Raises:
            OSError: the data folder cannot be written.
        """
        for unit in self.settings.unit:
            self.inbox_of(unit).mkdir(parents=True, exist_ok=True)
            for department in unit.departments:
                root = self._inbox_root(unit, department)
                root.drop.mkdir(parents=True, exist_ok=True)
                root.outbox.mkdir(parents=True, exist_ok=True)

    def _departments(self, unit: UnitSettings) -> list[str]:
        """Configured departments, then those whose folder somebody made, by name."""
        made = set()
        if unit.open_inbox:
            made = {item.name for item in _members(self.inbox_of(unit)) if self._may_open(unit, item)}
        return [*unit.departments, *sorted(made - set(unit.departments))]

    def _may_open(self, unit: UnitSettings, item: os.DirEntry[str]) -> bool:
        return (
            item.is_dir(follow_symlinks=False)
            and is_department(item.name)
            and item.name not in self._ignored
            and not self._is_unit_folder(unit, item.name)
        )

    def _is_known(self, unit: UnitSettings, item: os.DirEntry[str]) -> bool:
        if not item.is_dir(follow_symlinks=False):
            return False
        if item.name in unit.departments or self._is_unit_folder(unit, item.name):
            return True
        return unit.open_inbox and self._may_open(unit, item)

    def _is_unit_folder(self, unit: UnitSettings, name: str) -> bool:
        return unit is self._root_unit and any(
            name == other.code for other in self.settings.unit if other is not unit
        )

    def _inbox_root(self, unit: UnitSettings, department: str) -> DropRootInfo:
        path = self.inbox_of(unit) / department
        return self._root(unit, department, path, self.outbox_of(unit, department))

    def _configured_roots(self) -> Iterator[DropRootInfo]:
        for unit in self.settings.unit:
            for number, configured in enumerate(unit.drop_roots, 1):
                yield self._configured_root(unit, configured, number)

    def _configured_root(self, unit: UnitSettings, configured: DropRoot, number: int) -> DropRootInfo:
        base = self.workspace.config.parent
        outbox = (
            (base / configured.outbox).resolve()
            if configured.outbox
            else self.outbox_of(unit, configured.department)
        )
        return self._root(
            unit, configured.department, (base / configured.path).resolve(), outbox,
            number=number, polling=configured.polling, mount=configured.mount,
        )  # fmt: skip

    def _root(
        self,
        unit: UnitSettings,
        department: str,
        path: Path,
        outbox: Path,
        *,
        number: int = 0,
        polling: bool = False,
        mount: bool = False,
    ) -> DropRootInfo:
        folders = self.settings.intake.folders
        return DropRootInfo(
            id=f"{unit.code}/{department}" + (f"#{number}" if number else ""),
            unit=unit.code,
            department=department,
            path=path,
            drop=path / folders.inbox if folders.inbox else path,
            outbox=outbox,
            returned=outbox / folders.returned,
            polling=polling,
            mount=mount,
        )

    # --------------------------------------------------------------- checks

    def _check_names(self) -> None:
        for unit in self.settings.unit:
            for department in (*unit.departments, *(root.department for root in unit.drop_roots)):
                if not is_department(department) or department in self._ignored:
                    raise ConfigError(f"Unit {unit.code}: “{department}” cannot be a department's name.")
                if self._is_unit_folder(unit, department):
                    raise ConfigError(f"Department {department} has the code of a unit as its name.")
        folders = self.settings.intake.folders
        for name in (folders.inbox, folders.returned, folders.published):
            if name and (name.startswith(".") or "/" in name):
                raise ConfigError(f"[intake.folders]: “{name}” cannot be a folder's name.")

    def _check_folders(self) -> None:
        space = self.workspace
        private = {
            "vault": space.vault, "spool": space.spool, "quarantine": space.quarantine, "site": space.site,
            "search": space.search, "archive": space.archive, "register": space.register, "log": space.log,
            "config": space.config, "plugins": space.plugin_folder(self.settings),
        }  # fmt: skip
        for root in self.elsewhere:
            for label, folder in (*private.items(), ("inbox", self.inbox), ("outbox", self.outbox)):
                if _overlap(root.path, folder):
                    raise ConfigError(f"Drop root {root.id} overlaps the {label} folder.")
            for label, folder in private.items():
                if _overlap(root.outbox, folder):
                    raise ConfigError(f"The outbox of drop root {root.id} overlaps the {label} folder.")
        self._check_roots_apart()

    def _check_roots_apart(self) -> None:
        for position, root in enumerate(self.elsewhere):
            for other in self.elsewhere[position + 1 :]:
                if _overlap(root.path, other.path):
                    raise ConfigError(f"Drop roots {root.id} and {other.id} overlap.")
            for other in self.elsewhere:
                if _is_above(root.drop, other.outbox):
                    raise ConfigError(f"The outbox of {other.id} lies in the drop folder of {root.id}.")
            if _overlap(root.outbox, self.inbox):
                raise ConfigError(f"The outbox of {root.id} overlaps the inbox.")


def availability(root: DropRootInfo, *, was_mount: bool = False) -> str:
    """Why a root cannot be looked at now, as a code; empty when it can.

    Args:
        root: the root.
        was_mount: whether it was a mount point when it was seen before.

    Returns:
        ``""``, ``root.missing``, ``root.not_a_folder``, ``root.not_mounted`` or ``root.unreadable``.
    """
    try:
        if not stat.S_ISDIR(root.path.lstat().st_mode):
            return "root.not_a_folder"
        if (root.mount or was_mount) and not root.path.is_mount():
            return "root.not_mounted"
        if root.drop != root.path:
            root.drop.mkdir(exist_ok=True)
            if root.drop.is_symlink():
                return "root.not_a_folder"
    except FileNotFoundError:
        return "root.missing"
    except OSError:
        return "root.unreadable"
    return ""


def _members(folder: Path) -> Sequence[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as items:
            return list(items)
    except OSError:
        return ()


def _is_above(upper: Path, lower: Path) -> bool:
    upper, lower = upper.resolve(), lower.resolve()
    return upper == lower or upper in lower.parents


def _overlap(one: Path, other: Path) -> bool:
    return _is_above(one, other) or _is_above(other, one)
