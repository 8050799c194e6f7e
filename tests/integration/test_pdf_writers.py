"""Everyday pdf files as office programs and browsers write them: all words visible, no doubt, nothing hidden."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import docx
import pytest
from recognition_desk import desk, submission  # noqa: F401 -- fixtures

from disclosure_pipeline.builtin.extractors.readers import builtin_extractors
from disclosure_pipeline.hooks.sniff import choose
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.settings.models import ExtractionSettings

ROWS = (("姓名", "身份证号"), ("张三", "110101199003074514"))
WORDS = "各镇人民政府，县政府各部门：现将工作要点印发给你们，请认真组织实施，老人用水用金用文目录从长计议。"


def read(path: Path) -> Text:
    data = path.read_bytes()
    reader = choose(builtin_extractors(ExtractionSettings().model_dump()), data, path.name)
    assert reader is not None
    return reader.read(data, path.name)


def check(text: Text) -> None:
    assert text.doubts == ()
    assert {segment.place.kind for segment in text.segments if not segment.visible} <= {"metadata"}
    shown = "".join(
        "".join(segment.text.split()) for segment in text.segments if segment.place.kind == "body"
    )
    assert WORDS in shown
    cells = {segment.place.cell: segment.text.strip() for segment in text.segments if segment.place.cell}
    assert cells == {f"table 1 {'AB'[x]}{y + 1}": ROWS[y][x] for x in (0, 1) for y in (0, 1)}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_document_exported_by_libreoffice(tmp_path: Path) -> None:
    paper = docx.Document()
    paper.add_paragraph(WORDS)
    table = paper.add_table(2, 2)
    table.style = "Table Grid"
    for y, row in enumerate(ROWS):
        for x, words in enumerate(row):
            table.cell(y, x).text = words
    paper.save(str(tmp_path / "a.docx"))
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(tmp_path / "a.docx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    check(read(tmp_path / "a.pdf"))


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed")
def test_a_page_printed_by_chromium(tmp_path: Path) -> None:
    rows = "".join(f"<tr><td>{name}</td><td>{number}</td></tr>" for name, number in ROWS)
    page = (
        f"<!DOCTYPE html><meta charset=utf-8><p>{WORDS}</p>"
        f"<table border=1 style='border-collapse:collapse'>{rows}</table>"
    )
    (tmp_path / "a.html").write_text(page, "utf-8")
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile",
         f"--print-to-pdf={tmp_path}/a.pdf", str(tmp_path / "a.html")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    check(read(tmp_path / "a.pdf"))
