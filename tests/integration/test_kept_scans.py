"""Scans of signed papers: taken by what they are, kept by their hash, never by their name."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from support import ADMIN, Office, refused

from disclosure_pipeline.pipeline.scans import keep_scan, kind_of


@pytest.fixture
def office(open_office: Callable[..., Office], sqlite_template: Path, tmp_path: Path) -> Office:
    store = tmp_path / "store.sqlite"
    store.write_bytes(sqlite_template.read_bytes())
    made = open_office(f"sqlite:///{store}", intake={"max_scan_bytes": 5000})
    made.staff()
    return made


def picture(kind: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8)).save(made, kind)
    return made.getvalue()


def package(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return made.getvalue()


SCANS = {
    "pdf": b"%PDF-1.7\n%%EOF", "jpeg": picture("JPEG"), "png": picture("PNG"), "ofd": package("OFD.xml", "Doc_0/Document.xml"),
}  # fmt: skip
OTHERS = {
    "page": b"<script>alert(1)</script>", "program": b"MZ\x90\x00", "docx": package("[Content_Types].xml", "word/document.xml"),
    "a word": "同意".encode(), "gif": picture("GIF"), "half a package": package("OFD.xml")[:40],
    "a package inside": b"PK\x03\x04" + b"\xff" * 60, "a script before": b"#!/bin/sh\n%PDF-1.7",
    "one name in another": package("x/OFD.xml"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SCANS)
def test_a_scan_is_kept_as_it_is(office: Office, kind: str):
    content = SCANS[kind]
    digest = keep_scan(office.core, content, ADMIN)
    assert (kind_of(content), digest) == (kind, hashlib.sha256(content).hexdigest())
    assert office.core.vault.path(digest).read_bytes() == content
    assert not office.core.vault.path(digest).stat().st_mode & 0o111, "nothing that could be run"
    assert list(office.core.workspace.spool.iterdir()) == []
    ((actor, detail),) = office.query("SELECT actor, detail FROM audit WHERE action = 'scan.kept'")
    assert actor == ADMIN and digest in detail and f'"kind": "{kind}"' in detail
    office.chain_holds()


def test_a_file_and_its_bytes_are_the_same_scan(office: Office, tmp_path: Path):
    path = tmp_path / "签批单.exe"
    path.write_bytes(SCANS["pdf"])
    assert keep_scan(office.core, path, ADMIN) == keep_scan(office.core, SCANS["pdf"], ADMIN)


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_scan_is_refused_whatever_it_is_called(office: Office, name: str, tmp_path: Path):
    path = tmp_path / "签批单.pdf"
    path.write_bytes(OTHERS[name])
    for source in (OTHERS[name], path):
        assert refused(lambda given=source: keep_scan(office.core, given, ADMIN)) == "scan.kind"
    assert list(office.core.vault.folder.glob("??/*")) == []
    digest = keep_scan(office.core, path, ADMIN, any_kind=True)
    assert office.core.vault.path(digest).read_bytes() == OTHERS[name]


def test_empty_missing_too_large_and_nobodys(office: Office, tmp_path: Path):
    large = SCANS["pdf"] + b" " * 5000
    (tmp_path / "large.pdf").write_bytes(large)
    for source, code in (
        (b"", "not_found"), (tmp_path / "none.pdf", "not_found"), (tmp_path, "not_found"), (large, "scan.large"),
        (tmp_path / "large.pdf", "scan.large"),
    ):  # fmt: skip
        assert refused(lambda given=source: keep_scan(office.core, given, ADMIN, any_kind=True)) == code
    assert refused(lambda: keep_scan(office.core, SCANS["pdf"], "无名氏")) == "not_found"
    assert list(office.core.vault.folder.glob("??/*")) == []
