"""The requirement files: pinned, hashed, bound to no machine and no index, and equal to what is declared."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "requirements"
NAMES = ("base", "build", "dev")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def declared(name: str) -> set[str]:
    """The requirement lines of an ``.in`` file."""
    lines = (FOLDER / f"{name}.in").read_text("utf-8").splitlines()
    return {line for line in lines if line and not line.startswith(("#", "-c "))}


def pins(name: str) -> dict[str, str]:
    """Package → version of a compiled file; fails on an entry that is not pinned and hashed."""
    text = (FOLDER / f"{name}.txt").read_text("utf-8")
    found = {}
    for entry in re.sub(r" \\\n\s+", " ", text).splitlines():
        if not entry.strip() or entry.lstrip().startswith("#"):
            continue
        match = re.fullmatch(r"([a-z0-9-]+)==(\S+)( --hash=sha256:[0-9a-f]{64})+", entry)
        assert match, entry
        found[match[1]] = match[2]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_requirement_is_compiled_pinned_and_hashed(name: str) -> None:
    wanted = {canonicalize_name(Requirement(line).name) for line in declared(name)}
    assert wanted - pins(name).keys() == set()


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_no_address_no_option_and_no_path_of_a_machine(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"://|^--.*|@ |(?<![\w.])/\w+.*", text, re.MULTILINE) == []


def test_base_is_what_the_package_declares() -> None:
    assert declared("base") == set(PROJECT["project"]["dependencies"])


def test_build_covers_the_build_system() -> None:
    assert set(PROJECT["build-system"]["requires"]) <= declared("build")


def test_the_three_files_agree() -> None:
    base, build, dev = map(pins, NAMES)
    for one, other in ((base, build), (base, dev), (build, dev)):
        assert {name: one[name] for name in one.keys() & other.keys()} == {
            name: other[name] for name in one.keys() & other.keys()
        }


def test_these_tests_run_on_the_pinned_run_time() -> None:
    assert {name: metadata.version(name) for name in pins("base")} == pins("base")


def test_no_run_time_dependency_is_under_the_affero_licence() -> None:
    for name in pins("base"):
        told = metadata.metadata(name)
        fields = ("License-Expression", "License", "Classifier")
        licence = " ".join(value for field in fields for value in told.get_all(field, []))
        assert not re.search("AGPL|Affero", licence), name
