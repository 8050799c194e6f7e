"""No file can hang, kill or leak: each hostile file through the real sandbox, and after it the next job.

The limits are scaled down so that the tests are fast; every file passes them by a factor.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from disclosure_pipeline.hooks.contracts import Reading, SourceFile
from disclosure_pipeline.hooks.sandbox import Sandbox
from disclosure_pipeline.hooks.sandbox_child import Bounds
from disclosure_pipeline.settings.models import Settings
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.workspace import Workspace
from tests.hostile import archives, legacy, mails, pdfs, pictures, sheets, texts, xml, zips
from tests.hostile.case import MARKER, READ, Hostile
from tests.hostile.good import GOOD, PLAIN, WORDLESS

CONFIG = Path(__file__).parents[2] / "config"
FAMILIES = (zips, xml, pdfs, sheets, texts, mails, pictures, archives, legacy)
CASES = tuple(case for family in FAMILIES for case in family.cases())
TIMEOUT = 20.0
SETTINGS = Settings.model_validate(
    {
        "extraction": {
            "timeout": TIMEOUT, "max_unpacked": 32 << 20, "max_pages": 300, "max_members": 2000,
            "max_cells": 20_000, "max_characters": 3_000_000, "max_pixels": 20_000_000, "max_depth": 3, "office": "",
        },
        "recognition": {"enabled": False},
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("hostile")
    with Sandbox(
        1,
        bounds=Bounds.of(SETTINGS),
        folder=folder / "spool",
        initializer="disclosure_pipeline.hooks.sandbox_entry:initialise",
        initargs=(SETTINGS, Workspace(CONFIG, folder / "var"), load_rulebook(CONFIG), ()),
    ) as sandbox:
        sandbox.warm()
        yield sandbox


def read(box: Sandbox, path: Path) -> Reading:
    """Read one file as the pipeline does."""
    reading: Reading = box.run(
        "disclosure_pipeline.hooks.sandbox_entry:read_files",
        (SourceFile(0, path, path.name),),
        frozenset(),
        timeout=TIMEOUT,
    )
    return reading


def endings(reading: Reading) -> set[str]:
    """How a reading ended: codes of faults and doubts, or that there were none."""
    codes = {fault.code for fault in reading.faults} | {doubt.code for doubt in reading.screening.doubts}
    return codes or {READ}


def words(reading: Reading) -> str:
    """Everything that was read."""
    return "".join(segment.text for part in reading.texts for segment in part.text.segments)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}{case.suffix}")
def test_ends_with_a_reason_and_the_next_file_is_read(case: Hostile, box: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / f"文件{case.suffix}"
    path.write_bytes(case.make())
    before = box.run("os:getpid", timeout=TIMEOUT)
    reading = read(box, path)
    ends = endings(reading)
    assert ends & set(case.ends), ends
    if case.warns:
        assert any(case.warns in warning for warning in reading.texts[0].text.warnings)
    if ends == {READ} and not reading.marked:
        assert MARKER in words(reading) or "hostile" in words(reading) or "words" in words(reading)
    assert box.run("os:getpid", timeout=TIMEOUT) == before, "its process did not survive it"
    path.with_name("next.txt").write_text(MARKER)
    assert MARKER in words(read(box, path.with_name("next.txt")))


@pytest.mark.parametrize("suffix", GOOD)
def test_a_file_cut_short_is_never_whole(suffix: str, box: Sandbox, tmp_path: Path) -> None:
    data, path = GOOD[suffix](), tmp_path / f"文件{suffix}"
    if suffix not in WORDLESS:
        path.write_bytes(data)
        assert endings(read(box, path)) == {READ}
    before = box.run("os:getpid", timeout=TIMEOUT)
    for tenth in range(1, 10):
        path.write_bytes(data[: len(data) * tenth // 10])
        ends = endings(read(box, path))
        assert not any(code.startswith(("sandbox.", "extractor.")) for code in ends), (tenth, ends)
        assert suffix in PLAIN or ends != {READ}, tenth
    assert box.run("os:getpid", timeout=TIMEOUT) == before


@pytest.mark.parametrize("suffix", GOOD)
def test_a_file_of_another_name_is_read_by_its_bytes_and_said_to_be(
    suffix: str, box: Sandbox, tmp_path: Path
) -> None:
    data = GOOD[suffix]()
    for other in GOOD:
        if other == suffix:
            continue
        path = tmp_path / f"文件{other}"
        path.write_bytes(data)
        reading = read(box, path)
        assert reading.texts, (other, endings(reading))
        assert (MARKER in words(reading)) == (suffix not in WORDLESS), other
        assert any("扩展名" in warning for warning in reading.texts[0].text.warnings), other


def test_nothing_is_written_beside_the_private_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fresh home and a fresh temporary folder stay as they are, for every format, good and cut short."""
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    for folder in (home, temporary):
        folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    start = (SETTINGS, Workspace(CONFIG, tmp_path / "var"), load_rulebook(CONFIG), ())
    source = tmp_path / "source"
    source.mkdir()
    with Sandbox(
        1,
        bounds=Bounds.of(SETTINGS),
        initializer="disclosure_pipeline.hooks.sandbox_entry:initialise",
        initargs=start,
    ) as sandbox:
        for suffix, make in GOOD.items():
            data = make()
            for part in (data, data[: len(data) // 2]):
                path = source / f"文件{suffix}"
                path.write_bytes(part)
                read(sandbox, path)
            (private,) = temporary.iterdir()
            left = [entry for entry in private.rglob("*") if entry.is_file()]
            assert left == [], suffix
        assert list(home.iterdir()) == []
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "var").exists()
