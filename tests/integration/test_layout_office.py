"""Paragraphs of a 公文 that LibreOffice prints equal those that were written."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests import typeset
from tests.hiding.reading import read

LEAST = 0.99
"""Share of the paragraphs that must equal what was written; LibreOffice leaves out a mark that hangs over a margin."""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("seed", [1, 2])
def test_paragraphs_equal_those_written(tmp_path: Path, seed: int) -> None:
    written = typeset.paper(seed)
    (tmp_path / "a.fodt").write_bytes(typeset.flat_text(written))
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(tmp_path / "a.fodt")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    text = read((tmp_path / "a.pdf").read_bytes(), "a.pdf")
    found = [segment for segment in text.segments if segment.visible and segment.place.kind == "body"]
    assert text.facts["pages"] >= 8
    assert len(typeset.equal(written, found)) / len(written) >= LEAST
