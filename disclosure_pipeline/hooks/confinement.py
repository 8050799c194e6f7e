"""What a sandbox process cannot do whatever runs in it: use the network, or files that are not its business.

Put on before any file is read, by the process itself, and inherited by all that it starts (LibreOffice,
recognition). It may read the system's programs and libraries, Python and its packages, fonts, and what the
caller names; it may write in its own folder only. (LibreOffice needs more: a socket in the system's
temporary folder, in which files of this account could therefore be removed.) What a kernel cannot do is left out and reported, so that
``disclosure doctor`` can tell.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from disclosure_pipeline.hooks import landlock, syscall_filter
from disclosure_pipeline.hooks.leftovers import SOCKETS

_PROGRAMS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt", "/snap", "/nix/store", "/gnu/store")
_SYSTEM = (
    "/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
    "/etc/libreoffice", "/etc/locale.alias", "/etc/localtime", "/etc/timezone", "/etc/mime.types",
    "/etc/nsswitch.conf", "/etc/passwd", "/etc/group", "/etc/papersize", "/etc/paperspecs", "/etc/ssl/openssl.cnf",
    "/var/cache/fontconfig", "/var/lib/libreoffice", "/var/spool/libreoffice",
    "/var/lib/fonts", "/dev/urandom", "/dev/random", "/dev/zero",
    "/sys/devices/system", "/sys/fs/cgroup", "/proc/self", "/proc/sys", "/proc/cpuinfo", "/proc/meminfo",
    "/proc/stat", "/proc/version", "/proc/filesystems",
)  # fmt: skip
# Of /proc only what tells about this process: environment and memory of others hold their secrets.
_WRITABLE = ("/dev/null",)


@dataclass(frozen=True, slots=True)
class Confinement:
    """What holds, or could hold, in a sandbox process.

    Args:
        network: no network and no look into other processes.
        files: only named files.
    """

    network: bool
    files: bool


def available() -> Confinement:
    """What this machine's kernel can do; nothing is changed."""
    return Confinement(syscall_filter.available(), landlock.version() > 0)


def confine(own: Path, readable: Iterable[Path] = (), programs: Iterable[str] = ()) -> Confinement:
    """Confine this process for good.

    Args:
        own: its private folder, the only one in which it may write.
        readable: further files and folders that it may read.
        programs: programs outside the usual places that it may start, with the folders they lie in.
    """
    roots = tuple(dict.fromkeys(map(Path, (sys.prefix, sys.base_prefix, sys.exec_prefix))))
    importable, listed = _importable(roots)
    paths = landlock.Paths(
        readable=(*map(Path, _SYSTEM), *importable, *readable),
        runnable=(*map(Path, _PROGRAMS), *roots, *_installations(programs)),
        listed=listed,
        writable=(own, *map(Path, _WRITABLE)),
        sockets=(SOCKETS,),
    )
    files = landlock.restrict(paths)
    return Confinement(syscall_filter.apply(), files)


def _importable(roots: tuple[Path, ...]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Packages and modules on the import path outside of Python's own folders, and the folders they lie in.

    A folder on the path may be a workspace that also holds data: only what can be imported is named.
    """
    found: list[Path] = []
    folders: list[Path] = []
    for entry in dict.fromkeys(map(Path, filter(None, sys.path))):
        if any(entry.is_relative_to(root) for root in roots):
            continue
        if not entry.is_dir() or entry.name in ("site-packages", "dist-packages"):
            found.append(entry)
        else:
            folders.append(entry)
            found += filter(_is_module, entry.iterdir())
    return tuple(found), tuple(folders)


def _is_module(path: Path) -> bool:
    return path.suffix in (".py", ".so", ".pth") or (path / "__init__.py").is_file()


def _installations(programs: Iterable[str]) -> Iterator[Path]:
    """The folder in which each program is really installed (``…/program/soffice`` is part of a larger tree)."""
    for program in programs:
        found = shutil.which(program) if program else None
        if found:
            path = Path(found).resolve()
            yield from (path.parent.parent if path.parent.name in ("program", "bin") else path.parent,)
