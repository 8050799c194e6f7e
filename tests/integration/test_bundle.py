"""The offline bundle installs without a network, and what it installed runs."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from disclosure_pipeline import __version__

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow]


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON"))}
    return subprocess.run(
        command, cwd=cwd, env=clean | environment, capture_output=True, text=True, check=False, timeout=300
    )


def without_network() -> list[str]:
    """A command prefix that takes the network away, where this system lets us."""
    prefix = ["unshare", "--map-root-user", "--net", "--"]
    try:
        allowed = subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        allowed = False
    return prefix if allowed else []


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked bundle."""
    folder = tmp_path_factory.mktemp("bundle")
    subprocess.run([sys.executable, ROOT / "scripts/bundle.py", "--out", folder], check=True)
    (archive,) = folder.glob("*.tar.gz")
    assert archive.name == f"disclosure-pipeline-{__version__}-bundle.tar.gz"
    subprocess.run(["tar", "--extract", "--gzip", "--file", archive], cwd=folder, check=True)
    return folder / archive.name.removesuffix(".tar.gz")


def test_it_is_complete_installs_offline_and_runs(bundle: Path, tmp_path: Path) -> None:
    for item in ("config", "samples", "plugins", "docs/operations.md", "disclosure.service", "LICENSE"):
        assert (bundle / item).exists(), item

    offline = without_network()
    installed = run(
        *offline, "./install.sh", tmp_path / "program", cwd=bundle, PYTHON=sys.executable, PIP_NO_INDEX="1"
    )
    assert installed.returncode == 0, installed.stdout + installed.stderr

    program = tmp_path / "program/venv/bin/disclosure"
    version = run(*offline, program, "--version", cwd=tmp_path)
    assert version.returncode == 0, version.stderr
    assert __version__ in version.stdout
    helped = run(*offline, program, "--help", cwd=tmp_path)
    assert helped.returncode == 0, helped.stderr
    assert "submit" in helped.stdout

    # A changed wheel is refused: by the checksums, and when these were changed as well, by pip.
    wheel = max((bundle / "wheels").glob("*.whl"))
    before = hashlib.sha256(wheel.read_bytes()).hexdigest()
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    after = hashlib.sha256(wheel.read_bytes()).hexdigest()
    sums = bundle / "SHA256SUMS"
    for checksums, complaint in (
        (sums.read_text(), "checksum did NOT match"),
        (sums.read_text().replace(before, after), "DO NOT MATCH THE HASHES"),
    ):
        sums.write_text(checksums)
        refused = run("./install.sh", tmp_path / "refused", cwd=bundle, PYTHON=sys.executable)
        assert refused.returncode != 0
        assert complaint in refused.stderr
        assert not (tmp_path / "refused/venv/bin/disclosure").exists()
