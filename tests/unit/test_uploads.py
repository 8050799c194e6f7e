"""Uploaded names are data: none leads elsewhere, and none is repeated in a refusal."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import Office, refused

from disclosure_pipeline.errors import DisclosureError, Refused
from disclosure_pipeline.pipeline.uploads import LONGEST_NAME, Upload, name_problem, staged


@pytest.fixture
def office(open_office: Callable[..., Office], tmp_path: Path) -> Office:
    return open_office(
        f"sqlite:///{tmp_path / 'store.sqlite'}", intake={"max_bytes": 3_000_000, "max_files": 3}
    )


def of(name: str, content: bytes = "甲号储备库".encode()) -> Upload:
    return Upload(name, io.BytesIO(content))


def lay_out(office: Office, *files: Upload) -> tuple[bool, dict[str, bytes]]:
    """Whether it is a folder, and the files as intake would see them."""
    with staged(office.core, files) as path:
        inside = path if path.is_dir() else path.parent
        return path.is_dir(), {item.name: item.read_bytes() for item in inside.iterdir()}


def left(office: Office) -> list[Path]:
    return list(office.core.workspace.spool.iterdir())


@pytest.mark.parametrize("name", ["通知.docx", "关于 2026 年.预算.xlsx", "a" * 251 + ".txt", "通" * 83 + ".pdf", "context.txt", "𠮷.txt"])  # fmt: skip
def test_ordinary_names_are_taken(name: str) -> None:
    assert name_problem(name) == ""


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "../通知.txt", "/etc/passwd", "..\\通知.txt", "C:\\稿件\\通知.txt", "通知.txt:zone", "a\x00b.txt", "a\nb.txt",
        "通知\u202etxt.exe", "\u200b通知.txt", "a\ud800.txt", "CON", "con.txt", "Nul.tar.gz", "COM1.docx", "lpt9", "com¹.txt",
        "CONIN$", "通知.", "通知 ", " 通知.txt", "a" * 252 + ".txt", "通" * 84 + ".txt", 'a"b.txt', "a|b", "a?b", "a*b", "<b>.txt",
    ],
)  # fmt: skip
def test_names_that_lead_elsewhere_or_that_no_system_holds_are_not(name: str) -> None:
    problem = name_problem(name)
    assert problem
    assert len(name) < 3 or name not in problem


@given(st.text(max_size=300))
def test_a_name_that_is_taken_is_one_step_down_and_fits(name: str) -> None:
    if name_problem(name) == "":
        assert Path("/spool", name).parent == Path("/spool")
        assert 0 < len(name.encode()) <= LONGEST_NAME
        assert name.isprintable() or any(ord(item) > 127 for item in name)


def test_a_single_file_is_laid_out_with_its_slip(office: Office) -> None:
    assert lay_out(office, of("通知.txt", b"1")) == (False, {"通知.txt": b"1"})
    files = of("通知.txt.slip.toml", b"s"), of("通知.txt", b"1")
    assert lay_out(office, *files) == (False, {"通知.txt": b"1", "通知.txt.slip.toml": b"s"})
    assert left(office) == []


def test_several_files_are_a_folder(office: Office) -> None:
    assert lay_out(office, of("正文.txt", b"1"), of("附件.txt", b"2")) == (
        True, {"正文.txt": b"1", "附件.txt": b"2"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([], "upload.empty"),
        (["../甲号储备库.txt"], "upload.name"),
        (["甲号储备库.txt", "甲号储备库.TXT"], "upload.name_twice"),
        (["甲号é.txt", "甲号e\u0301.txt"], "upload.name_twice"),
        (["~$甲号储备库.docx"], "upload.ignored"),
        (["甲号储备库.txt", "THUMBS.DB"], "upload.ignored"),
        (["a", "b", "c", "甲号储备库"], "drop.too_many_files"),
    ],
)
def test_a_refusal_keeps_nothing_and_repeats_no_name(office: Office, files: list[str], code: str) -> None:
    with pytest.raises(Refused) as error, staged(office.core, [of(name) for name in files]):
        raise AssertionError("not refused")
    assert error.value.code == code
    assert not any(word in str(error.value.as_json()) for word in ("甲号", "储备库", "THUMBS"))
    assert left(office) == []


class Endless(io.RawIOBase):
    """More bytes than anybody has; counts how many were asked for."""

    given = 0

    def read(self, size: int = -1) -> bytes:
        self.given += size
        return b"x" * size


def test_what_is_too_large_is_not_read_to_its_end(office: Office) -> None:
    endless = Endless()
    content: BinaryIO = endless  # type: ignore[assignment]
    assert refused(lambda: lay_out(office, of("a.txt"), Upload("b.txt", content))) == "drop.too_large"
    assert endless.given <= 4_000_000
    assert left(office) == []


def test_the_limit_itself_is_taken(office: Office) -> None:
    _, kept = lay_out(office, of("a.txt", b"x" * 3_000_000))
    assert len(kept["a.txt"]) == 3_000_000


def test_nothing_stays_when_intake_fails(office: Office) -> None:
    with pytest.raises(DisclosureError), staged(office.core, [of("a.txt")]):
        raise Refused("no")
    assert left(office) == []
