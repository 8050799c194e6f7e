"""Choosing a reader: every claim names its reader and wins its own files; no reader is imported to choose."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from disclosure_pipeline.builtin.extractors.claims import CLAIMS, Claim
from disclosure_pipeline.builtin.extractors.readers import builtin_extractors, named_extractor
from disclosure_pipeline.hooks.contracts import Extractor
from disclosure_pipeline.hooks.sniff import HEAD_BYTES, choose
from disclosure_pipeline.settings.models import ExtractionSettings
from tests.hiding import msg_file
from tests.hostile.good import GOOD
from tests.unit.hostile import packed

ROOT = Path(__file__).parents[2]
LIMITS = ExtractionSettings(office="").model_dump()
LINE = "关于做好春耕备耕工作的通知\n"
READERS = {claim.reader.partition(":")[0]: claim.id for claim in CLAIMS}
FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "docx": (".docx", GOOD[".docx"]),
    "xlsx": (".xlsx", GOOD[".xlsx"]),
    "pptx": (".pptx", GOOD[".pptx"]),
    "pdf": (".pdf", GOOD[".pdf"]),
    "ofd": (".ofd", GOOD[".ofd"]),
    "odf": (".odt", GOOD[".odt"]),
    "html": (".html", GOOD[".html"]),
    "image": (".png", GOOD[".png"]),
    "rtf": (".rtf", GOOD[".rtf"]),
    "msg": (".msg", lambda: msg_file.compound_file(msg_file.message())),
    "legacy": (".doc", lambda: msg_file.compound_file({"WordDocument": LINE.encode("utf-16-le")})),
    "mail": (".eml", GOOD[".eml"]),
    "archive": (".zip", GOOD[".zip"]),
    "xml": (".xml", f'<?xml version="1.0"?><通知>{LINE}</通知>'.encode),
    "delimited": (".csv", f"序号,标题\n1,{LINE}".encode),
    "txt": (".txt", LINE.encode),
}

# What a fresh interpreter has loaded once it chose among all readers, and once it read.
SCRIPT = """
import json, sys
from disclosure_pipeline.builtin.extractors.readers import builtin_extractors
from disclosure_pipeline.hooks.sniff import choose

name, limits = sys.argv[1], json.loads(sys.argv[2])
data = sys.stdin.buffer.read()
chosen = choose(builtin_extractors(limits), data, name)
loaded = [list(sys.modules)]
if len(sys.argv) > 3:
    chosen.read(data, name)
    loaded.append(list(sys.modules))
print(json.dumps([chosen.id, *loaded]))
"""


def fresh(data: bytes, name: str, *more: str, libraries: bool = False) -> tuple[str, list[list[str]]]:
    """Choose in a new interpreter; without ``libraries`` it has nothing but the standard library.

    Returns:
        The chosen id; the modules loaded then and, with ``read``, those loaded after reading.
    """
    call = [sys.executable, *([] if libraries else ["-S"]), "-c", SCRIPT, name, json.dumps(LIMITS), *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(call, input=data, capture_output=True, env=environment, cwd=ROOT, check=True)
    chosen, *loaded = json.loads(done.stdout)
    return chosen, loaded


def readers_in(modules: list[str]) -> set[str]:
    """The ids of the readers among loaded modules."""
    package = "disclosure_pipeline.builtin.extractors."
    return {READERS[name.removeprefix(package)] for name in modules if name.removeprefix(package) in READERS}


def test_every_reader_has_a_file_here() -> None:
    assert list(FILES) == [claim.id for claim in CLAIMS]


@pytest.mark.parametrize("wanted", FILES)
def test_choosing_needs_no_reader_and_no_library(wanted: str) -> None:
    suffix, make = FILES[wanted]
    chosen, loaded = fresh(make()[:HEAD_BYTES], f"文件{suffix}")
    assert chosen == wanted
    assert [readers_in(modules) for modules in loaded] == [set()]


def test_reading_imports_the_reader_that_won_and_no_other() -> None:
    _, (before, after) = fresh(LINE.encode(), "通知.txt", "read")
    assert (readers_in(before), readers_in(after)) == (set(), {"txt"})
    _, (_, after) = fresh(FILES["docx"][1](), "通知.docx", "read", libraries=True)
    assert readers_in(after) == {"docx"}
    assert "lxml.etree" in after  # the list of modules tells what was loaded
    assert {"pypdfium2", "pikepdf", "openpyxl", "PIL", "numpy"}.isdisjoint(after)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_and_its_reader_name_each_other(claim: Claim) -> None:
    extractor = named_extractor(claim.id, LIMITS)
    assert isinstance(extractor, Extractor)
    assert extractor.reader.claim is claim
    assert (extractor.id, extractor.version) == (claim.id, claim.version)


@pytest.mark.parametrize("wanted", FILES)
def test_each_reader_wins_its_own_files_and_reads_them(wanted: str, tmp_path: Path) -> None:
    suffix, make = FILES[wanted]
    data = make()
    chosen = choose(builtin_extractors(LIMITS), data[:HEAD_BYTES], f"文件{suffix}")
    assert chosen is not None
    assert chosen.id == wanted
    path = tmp_path / f"文件{suffix}"
    path.write_bytes(data)
    assert chosen.read(path, path.name).extractor == f"builtin.{wanted}"


def test_nobody_claims_a_visio_drawing() -> None:
    parts = {"[Content_Types].xml": b"<Types/>", "visio/document.xml": LINE.encode()}
    assert choose(builtin_extractors(LIMITS), packed(parts), "机房图.vsdx") is None
    del parts["[Content_Types].xml"]  # an archive with a folder of that name
    chosen = choose(builtin_extractors(LIMITS), packed(parts), "图纸.zip")
    assert chosen is not None
    assert chosen.id == "archive"
