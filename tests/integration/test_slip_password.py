"""The password that a department writes into its slip opens the draft, and is told to nobody and kept nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import msoffcrypto
import pytest
from docx import Document
from support import CLERK, DEPARTMENT, SIGNERS, Office
from traces import files_with, holds

from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.passwords import handed_out
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline import letters
from disclosure_pipeline.service.desk import submit

PASSWORD = "青山-3917-乌骓"


def plain() -> bytes:
    document, out = Document(), BytesIO()
    for line in ("关于开展冬季清洁取暖的通知", "为做好取暖工作，现通知如下。", "2026年11月2日"):
        document.add_paragraph(line)
    document.save(out)
    return out.getvalue()


def encrypted() -> bytes:
    out = BytesIO()
    msoffcrypto.OfficeFile(BytesIO(plain())).encrypt(PASSWORD, out)
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


def hand_in(office: Office, *files: tuple[str, bytes]) -> str:
    """Drop a folder of these files and do all work on it."""
    folder = office.folder / "desk" / "加密送审"
    folder.mkdir(parents=True)
    for name, data in files:
        (folder / name).write_bytes(data)
    (answer,) = submit(office.core, [folder], department=DEPARTMENT, submitter=CLERK)
    office.work()
    letters.deliver(office.core)
    return answer.case


def traces(office: Office, capfd: pytest.CaptureFixture[str]) -> list[str]:
    """Where the password stands: tables, files of the workspace, what was logged."""
    found = [f"rows:{name}" for name in holds(office.dump(), PASSWORD)]
    found += files_with(office.core.workspace.data, PASSWORD)
    return found + (["log"] if PASSWORD in "".join(capfd.readouterr()) else [])


def the_vault_only(found: list[str]) -> bool:
    """The original slip, as it was dropped, lies in the vault and nowhere else."""
    return [name.split("/")[0] for name in found] == ["vault"]


SLIP = slip(f'password = "{PASSWORD}"')


@pytest.mark.parametrize("attribute", ["主动公开", "依申请公开"])
def test_a_password_opens_the_draft_and_is_kept_nowhere(
    office: Office, capfd: pytest.CaptureFixture[str], attribute: str
) -> None:
    said = SLIP.replace("主动公开".encode(), attribute.encode())
    case = hand_in(office, ("正文.docx", encrypted()), ("slip.toml", said))
    assert office.state(case) is State.IN_REVIEW, office.faults(case)
    assert holds(office.dump(), "清洁取暖")
    assert PASSWORD not in str(office.row(case))
    assert the_vault_only(traces(office, capfd))
    office.sign(case, *SIGNERS)
    letters.deliver(office.core)
    assert office.state(case) in (State.PUBLISHED, State.ON_REQUEST)
    assert the_vault_only(traces(office, capfd))
    archived = {path.suffix for path in office.core.workspace.archive.rglob("data/original*/*")}
    assert ".docx" in archived, "the draft is in no bag"
    assert ".toml" not in archived


def test_a_slip_beside_a_single_file_is_as_careful(office: Office, capfd: pytest.CaptureFixture[str]) -> None:
    said = SLIP.replace('main = "正文.docx"\n'.encode(), b"")
    folder = office.folder / "desk" / "单件"
    folder.mkdir(parents=True)
    (folder / "正文.docx").write_bytes(encrypted())
    (folder / "正文.docx.slip.toml").write_bytes(said)
    (answer,) = submit(office.core, [folder / "正文.docx"], department=DEPARTMENT, submitter=CLERK)
    office.work()
    assert office.state(answer.case) is State.IN_REVIEW, office.faults(answer.case)
    office.sign(answer.case, *SIGNERS)
    assert office.state(answer.case) is State.PUBLISHED
    assert the_vault_only(traces(office, capfd))


BAD = {
    "that opens nothing": SLIP.replace(b'"' + PASSWORD.encode(), b'"x' + PASSWORD.encode()),
    "in a slip with an unknown key": SLIP + b'colour = "red"\n',
    "in a slip that is no TOML": SLIP + b"= =\n",
    "under a key of another case": SLIP.replace(b"password", b"Password"),
    "under a Chinese key": SLIP.replace(b"password", '"密码"'.encode()),
    "in a Chinese line": SLIP.replace(b"password =", "密码：".encode()),
    "in a slip of 16-bit letters": SLIP.decode().encode("utf-16"),
    "in a slip of letters that are none": SLIP + b"\xff\xff\n",
}


@pytest.mark.parametrize("locked", [True, False], ids=["draft locked", "draft open"])
@pytest.mark.parametrize("said", BAD.values(), ids=BAD.keys())
def test_a_password_that_cannot_be_used(
    office: Office, capfd: pytest.CaptureFixture[str], said: bytes, locked: bool
) -> None:
    """What is kept and told holds no password; a folder of the department gets its own slip back."""
    case = hand_in(office, ("正文.docx", encrypted() if locked else plain()), ("slip.toml", said))
    not_needed = not locked and b'"x' in said
    assert (office.state(case) is State.IN_REVIEW) == not_needed, office.faults(case)
    found = traces(office, capfd)
    given_back = [name for name in found if name.startswith(f"outbox/{DEPARTMENT}/退回/")]
    assert {name.split("/")[0] for name in found if name not in given_back} <= {"vault", "spool"}, found
