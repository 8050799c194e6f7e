"""`disclosure clean` and `disclosure annotate` as a clerk calls them; the copies opened by other programs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from docx.shared import RGBColor

ROOT = Path(__file__).parents[2]
DISCLOSURE = Path(sys.executable).with_name("disclosure")
SECRET = "底价八百万元"
OFFICE = shutil.which("soffice")


def call(*words: str | Path) -> tuple[int, Any]:
    """Run the command; its status and its JSON."""
    command = [str(DISCLOSURE), *map(str, words), "--json", "--config", str(ROOT / "config")]
    done = subprocess.run(command, capture_output=True, check=False, timeout=300)
    return done.returncode, json.loads(done.stdout)


def draft(path: Path, *, marking: str = "") -> Path:
    """A notice with hidden, deleted and white text, a comment, a table and an author."""
    document = docx.Document()
    if marking:
        document.add_paragraph(marking)
    document.add_paragraph("关于开展节前检查的通知")
    document.add_paragraph("联系电话13812345678。")
    hidden = document.add_paragraph("检查安排。").add_run(SECRET)
    hidden.font.hidden = True
    document.add_paragraph("附件另发。").add_run(f"{SECRET}（白）").font.color.rgb = RGBColor(255, 255, 255)
    remarked = document.add_paragraph("请各单位配合。")
    document.add_comment(remarked.runs, text=f"{SECRET}（批注）", author="张三")
    document.add_table(2, 2).cell(1, 1).text = "格中文字"
    document.core_properties.author = "王小明"
    document.save(str(path))
    return path


def members(path: Path) -> str:
    """Everything in a package, as text."""
    with zipfile.ZipFile(path) as package:
        return "\n".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


def paragraphs(path: Path) -> Sequence[str]:
    document = docx.Document(str(path))
    return [*(item.text for item in document.paragraphs), *(cell.text for row in document.tables[0].rows for cell in row.cells)]  # fmt: skip


def test_a_clean_copy_holds_what_the_page_shows_and_nothing_else(tmp_path: Path) -> None:
    source, copy = draft(tmp_path / "通知.docx"), tmp_path / "清洁.docx"
    status, answer = call("clean", source, "-o", copy)
    assert status == 0, answer
    assert answer["path"] == str(copy)
    assert answer["size"] == copy.stat().st_size
    assert answer["removed"]["hidden"] == 2
    assert answer["removed"]["comment"] == 1
    assert SECRET in members(source)
    assert not re.search(f"{SECRET}|王小明|张三", members(copy))
    expected = [text.replace(SECRET, "").replace("（白）", "") for text in paragraphs(source)]
    assert paragraphs(copy) == expected
    segments = call("extract", copy)[1]["segments"]
    assert segments
    assert all(segment["visible"] for segment in segments)


def test_a_clean_workbook_keeps_the_shown_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["项目", "金额"])
    book.worksheets[0].append(["道路", 120.5])
    book.create_sheet("底表").append([SECRET])
    book.worksheets[1].sheet_state = "hidden"
    source, copy = tmp_path / "表.xlsx", tmp_path / "清洁.xlsx"
    book.save(source)
    status, answer = call("clean", source, "-o", copy)
    assert status == 0, answer
    assert [[cell.value for cell in row] for row in openpyxl.load_workbook(copy).worksheets[0]] == [
        ["项目", "金额"], ["道路", 120.5],
    ]  # fmt: skip
    assert SECRET not in members(copy)


@pytest.mark.parametrize("command", ["clean", "annotate"])
def test_no_copy_is_made_of_a_marked_draft(tmp_path: Path, command: str) -> None:
    source, copy = draft(tmp_path / "通知.docx", marking="机密★10年"), tmp_path / "副本.docx"
    status, answer = call(command, source, "-o", copy)
    assert (status, answer["error"]["code"]) == (5, "file.marked")
    assert not copy.exists()
    assert SECRET not in json.dumps(answer, ensure_ascii=False)


def test_nothing_is_overwritten_and_nothing_half_done_stays(tmp_path: Path) -> None:
    source, taken = draft(tmp_path / "通知.docx"), tmp_path / "已有.docx"
    taken.write_bytes(b"mine")
    assert call("clean", source, "-o", taken)[0] == 2
    assert taken.read_bytes() == b"mine"
    assert call("clean", source, "-o", tmp_path / "无" / "副本.docx")[0] == 2
    text = tmp_path / "通知.txt"
    text.write_text("通知", "utf-8")
    assert call("clean", text, "-o", tmp_path / "副本.txt")[1]["error"]["code"] == "clean.unsupported"
    assert (
        call("annotate", draft_workbook(tmp_path), "-o", tmp_path / "副本.xlsx")[1]["error"]["code"]
        == "annotate.unsupported"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "已有.docx",
        "表.xlsx",
        "通知.docx",
        "通知.txt",
    ]


def draft_workbook(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["联系电话", "13812345678"])
    book.save(folder / "表.xlsx")
    return folder / "表.xlsx"


def test_remarks_stand_at_their_places(tmp_path: Path) -> None:
    source, copy = draft(tmp_path / "通知.docx"), tmp_path / "批注.docx"
    status, answer = call("annotate", source, "-o", copy)
    assert status == 0, answer
    assert answer["remarks"] == {"body": 1, "hidden": 2, "comment": 1}
    remarks = [item for item in docx.Document(str(copy)).comments if item.author == "信息公开审查"]
    assert len(remarks) == 4
    assert any("手机号码" in item.text for item in remarks)
    assert SECRET not in "".join(item.text for item in remarks)
    phone = next(item for item in docx.Document(str(copy)).paragraphs if "13812345678" in item.text)
    assert "commentReference" in phone._p.xml
    assert paragraphs(copy) == paragraphs(source)


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_shows_the_remarks(tmp_path: Path) -> None:
    source, copy = draft(tmp_path / "通知.docx"), tmp_path / "批注.docx"
    assert call("annotate", source, "-o", copy)[0] == 0
    subprocess.run(
        [str(OFFICE), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "fodt",
         "--outdir", str(tmp_path), str(copy)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    shown = (tmp_path / "批注.fodt").read_text("utf-8")
    assert shown.count("<office:annotation ") == 5
    assert shown.count("信息公开审查") == 4
