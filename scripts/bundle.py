"""Make the offline bundle: one archive with everything an office without internet needs.

    python scripts/bundle.py [--out dist]

The bundle holds a wheel of every run-time requirement (for the Python and the machine it is made with), our
own wheel, requirements with the hash of each of these wheels, an installer, the default configuration, samples,
plugins, documents and the systemd unit. `install.sh` in it uses no network and no setting of the machine's pip.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from disclosure_pipeline import __version__

ROOT = Path(__file__).resolve().parent.parent
NAME = f"disclosure-pipeline-{__version__}-bundle"

ENCLOSED = (
    "config",
    "samples",
    "plugins",
    "docs",
    "README.md",
    "README.zh-CN.md",
    "CHANGELOG.md",
    "LICENSE",
    "deploy/install.sh",
    "deploy/disclosure.service",
)
"""What is copied as it is; the files of `deploy/` go to the top of the bundle."""


def main() -> None:
    """Parse the command line, make the bundle, print its path and size."""
    parser = argparse.ArgumentParser(description="Make the offline bundle.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder of the archive")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    archive = make_bundle(out)
    sys.stdout.write(f"{archive} ({archive.stat().st_size / 1e6:.0f} MB)\n")


def make_bundle(out: Path) -> Path:
    """Collect and pack the bundle.

    Args:
        out: existing folder for the archive.

    Returns:
        The archive's path.
    """
    with tempfile.TemporaryDirectory() as scratch:
        bundle = Path(scratch) / NAME
        bundle.mkdir()
        collect_wheels(bundle / "wheels")
        write_requirements(bundle / "wheels", bundle / "requirements.txt")
        enclose(bundle)
        (bundle / "made-for").write_text(
            f"{sys.version_info.major}.{sys.version_info.minor} {platform.machine()}\n", "utf-8"
        )
        write_checksums(bundle)
        archive = out / f"{NAME}.tar.gz"
        # The wheels, nearly all of it, are packed already: more effort costs minutes and saves nothing.
        with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
            tar.add(bundle, NAME, filter=_without_owner)
    return archive


def collect_wheels(folder: Path) -> None:
    """Wheels of the run-time requirements, checked by hash, and our own."""
    _pip_wheel(folder, "--require-hashes", "-r", "requirements/base.txt")
    _pip_wheel(folder, "--no-deps", ".")


def _pip_wheel(folder: Path, *what: str) -> None:
    subprocess.run(  # noqa: S603 - this interpreter, files of this repository
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check",
         "--no-build-isolation", "--wheel-dir", str(folder), *what],
        cwd=ROOT, check=True,
    )  # fmt: skip


def write_requirements(wheels: Path, target: Path) -> None:
    """Pin each wheel by version and hash.

    The hashes are of these very files: a wheel built here from source has none in `requirements/base.txt`.
    """
    lines = []
    for wheel in sorted(wheels.glob("*.whl")):
        name, version, *_ = wheel.name.split("-")
        lines.append(f"{name}=={version} --hash=sha256:{_sha256(wheel)}\n")
    target.write_text("".join(lines), "utf-8")


def enclose(bundle: Path) -> None:
    """Copy the files and folders of `ENCLOSED`."""
    for item in ENCLOSED:
        source = ROOT / item
        target = bundle / item.removeprefix("deploy/")
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)


def write_checksums(bundle: Path) -> None:
    """`SHA256SUMS` over every file, as `sha256sum --check` reads it."""
    lines = [f"{_sha256(path)}  {path.relative_to(bundle).as_posix()}\n" for path in _files(bundle)]
    (bundle / "SHA256SUMS").write_text("".join(lines), "utf-8")


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


if __name__ == "__main__":
    main()
