"""LibreOffice as a part: what it converts, what it must not do, and a password on its whole way."""

from __future__ import annotations

import stat
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import msoffcrypto
import pytest
from docx import Document
from support import CLERK, DEPARTMENT, Office, files_with, holds

from disclosure_pipeline.builtin.extractors.legacy.convert import ConversionFailed, convert, find_program
from disclosure_pipeline.builtin.extractors.legacy.reader import LegacyExtractor
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.passwords import handed_out
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline import letters
from disclosure_pipeline.service.desk import submit
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


# --------------------------------------------------------------- the password


def encrypted() -> bytes:
    plain, out = BytesIO(), BytesIO()
    document = Document()
    for line in ("关于开展冬季清洁取暖的通知", "为做好取暖工作，现通知如下。", "2026年11月2日"):
        document.add_paragraph(line)
    document.save(plain)
    plain.seek(0)
    msoffcrypto.OfficeFile(plain).encrypt(PASSWORD, out)
    return out.getvalue()


def slip(line: str) -> bytes:
    return (
        f'title = "通知"\nattribute = "主动公开"\ndate = "2026-11-02"\n{line}\nmain = "正文.docx"\n'.encode()
    )


SLIPS = [
    f'password = "{PASSWORD}"',
    f'"password" = ["别的", "{PASSWORD}"]  # 密码',
    f"password = '''{PASSWORD}'''",
    f'# password = "{PASSWORD}"\npassword = "{PASSWORD}"',
]


@pytest.mark.parametrize("line", SLIPS)
def test_the_slip_is_read_without_its_password(tmp_path: Path, line: str) -> None:
    paths = (tmp_path / "正文.docx", tmp_path / "slip.toml")
    paths[0].write_bytes(b"x")
    paths[1].write_bytes(slip(line))
    files = tuple(SourceFile(number, path, path.name) for number, path in enumerate(paths))
    with handed_out(files) as given:
        assert PASSWORD in given[0].passwords
        copy = given[1].path
        assert PASSWORD not in copy.read_text()
        assert "主动公开" in copy.read_text()
        assert given[1].passwords == ()
    assert not copy.exists()


def test_a_slip_that_cannot_be_cleaned_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "slip.toml"
    path.write_text(f'"pass\\u0077ord" = "{PASSWORD}"\n')
    with handed_out((SourceFile(0, path, path.name),)) as (given,):
        assert given.path.read_bytes() == b""


@pytest.fixture
def office(open_office: Callable[..., Office], tmp_path: Path) -> Office:
    made = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}")
    made.staff()
    return made


def test_a_password_opens_the_draft_and_is_kept_nowhere(
    office: Office, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = office.folder / "desk" / "加密送审"
    folder.mkdir(parents=True)
    (folder / "正文.docx").write_bytes(encrypted())
    (folder / "slip.toml").write_bytes(slip(f'password = "{PASSWORD}"'))
    (answer,) = submit(office.core, [folder], department=DEPARTMENT, submitter=CLERK)
    office.work()
    letters.deliver(office.core)
    assert office.state(answer.case) is State.IN_REVIEW, office.faults(answer.case)
    rows = office.dump()
    assert holds(rows, "清洁取暖")
    assert not holds(rows, PASSWORD)
    assert PASSWORD not in str(office.row(answer.case))
    kept = files_with(office.core.workspace.data, PASSWORD)
    # The original slip, as it was dropped, lies in the vault and nowhere else.
    assert all(name.startswith("vault/") for name in kept), kept
    assert PASSWORD not in "".join(capfd.readouterr())
