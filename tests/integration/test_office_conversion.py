"""LibreOffice as a part: what it converts, and what it must not do."""

from __future__ import annotations

import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from disclosure_pipeline.builtin.extractors.legacy.convert import ConversionFailed, convert, find_program
from disclosure_pipeline.builtin.extractors.legacy.reader import LegacyExtractor
from disclosure_pipeline.settings.models import ExtractionSettings
from tests.hiding.legacy_office import available, base, placeholder

SETTINGS = ExtractionSettings().model_dump()
PASSWORD = "青山-3917-乌骓"
needs_office = pytest.mark.skipif(not available(), reason="LibreOffice is not installed")


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder of a job, empty."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def children() -> set[str]:
    """Command lines of running processes that hold the program's name."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if "soffice" in line:
            found.add(line)
    return found


@needs_office
def test_a_conversion_leaves_nothing_behind(scratch: Path) -> None:
    package = convert(base("doc"), ".doc", "docx", SETTINGS)
    assert package.startswith(b"PK")
    assert list(scratch.iterdir()) == []
    assert not [line for line in children() if str(scratch) in line]


@needs_office
def test_what_the_page_shows_comes_from_the_conversion(scratch: Path) -> None:
    text = LegacyExtractor(SETTINGS).read(base("doc"), "通知.doc")
    assert text.doubts == ()
    assert [item.text for item in text.segments if item.place.kind == "unplaced"] == []
    title = next(item for item in text.segments if placeholder(12) in item.text)
    assert title.visible
    assert title.place.part == "WordDocument!word/document.xml"
    # Once, though both ways of reading have found it.
    assert sum(placeholder(12) in item.text for item in text.segments) == 1


@pytest.mark.parametrize("program", ["", "no-such-office"])
def test_without_a_program_there_is_none(program: str) -> None:
    assert find_program(program) is None
    with pytest.raises(ConversionFailed) as failed:
        convert(b"x", ".doc", "docx", {**SETTINGS, "office": program})
    assert failed.value.reason == "missing"


def hanging(folder: Path, script: str = "sleep 300 &\nsleep 300\n") -> str:
    """An office program that never answers, with a child that does not either."""
    launcher, program = folder / "soffice", folder / "soffice.bin"
    launcher.write_text("#!/bin/sh\n")
    program.write_text(f"#!/bin/sh\n{script}")
    for path in (launcher, program):
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(launcher)


def test_a_hanging_program_is_killed_with_its_children(tmp_path: Path, scratch: Path) -> None:
    folder = tmp_path / "office"
    folder.mkdir()
    began = time.monotonic()
    with pytest.raises(ConversionFailed) as failed:
        convert(b"x", ".doc", "docx", {**SETTINGS, "office": hanging(folder), "office_timeout": 1.5})
    assert failed.value.reason == "timeout"
    assert time.monotonic() - began < 20
    assert [path.name for path in scratch.iterdir()] == ["office"]


def test_the_program_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    program = hanging(tmp_path, f"echo $$ > {tmp_path}/id\nexec sleep 300\n")
    code = (
        "import sys; from disclosure_pipeline.builtin.extractors.legacy.convert import convert; "
        "convert(b'x', '.doc', 'docx', {'office': sys.argv[1], 'office_timeout': 300})"
    )
    reader = subprocess.Popen([sys.executable, "-c", code, program])
    deadline = time.monotonic() + 30
    while not (tmp_path / "id").exists() or not (tmp_path / "id").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    number = int((tmp_path / "id").read_text())
    reader.kill()
    reader.wait()
    while is_alive(number):
        assert time.monotonic() < deadline, "the program outlives the reader"
        time.sleep(0.05)


def is_alive(number: int) -> bool:
    """Whether a process runs; one that is dead and not yet buried does not."""
    try:
        return "(sleep) Z" not in Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return False
