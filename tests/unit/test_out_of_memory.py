"""Memory that runs out while a file is read: the job ends with that reason; the file is never called broken or done."""

from __future__ import annotations

import ast
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from lxml import etree
from PIL import Image

import disclosure_pipeline.builtin.extractors
from disclosure_pipeline.builtin.extractors.failures import check_memory
from disclosure_pipeline.builtin.extractors.ofd import resources
from disclosure_pipeline.builtin.extractors.pdf import undrawn
from disclosure_pipeline.builtin.extractors.pdf.nesting import Nesting
from disclosure_pipeline.builtin.extractors.pdf.page import PageReader
from disclosure_pipeline.builtin.extractors.pdf.reader import PdfExtractor
from disclosure_pipeline.hooks.sandbox import Sandbox, SandboxFault
from disclosure_pipeline.hooks.sandbox_child import Bounds
from tests.hiding.pdf_paper import form, paper, saved, text, updated
from tests.hiding.pdf_undrawn import written
from tests.unit.hostile import docx, limits, packed

EXTRACTORS = Path(disclosure_pipeline.builtin.extractors.__file__).parent
SECRET = "暗藏标记"
LINES = [f"{SECRET}{number}" for number in range(100_000)]
"""Words whose tree, or whose bytes, take more than what is left."""


def page(lines: list[str]) -> bytes:
    return "".join(["<!DOCTYPE html><title>甲</title>", *(f"<p>{line}</p>" for line in lines)]).encode()


def letter(lines: list[str]) -> bytes:
    return docx("".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines))


def archive(lines: list[str]) -> bytes:
    return packed({"甲.txt": "\n".join(lines * 4)})


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    readable = (Path(__file__).parents[1],)
    with Sandbox(1, bounds=Bounds(readable=readable), folder=tmp_path_factory.mktemp("sandbox")) as made:
        yield made


@pytest.mark.parametrize(("name", "make"), [("甲.html", page), ("甲.docx", letter), ("甲.zip", archive)])
def test_a_file_that_takes_more_memory_than_there_is(
    sandbox: Sandbox, name: str, make: Callable[[list[str]], bytes]
) -> None:
    with pytest.raises(SandboxFault) as caught:
        sandbox.run(
            "tests.unit.sandbox_jobs:read_with_little_memory", make(LINES[:1]), make(LINES), name, timeout=60
        )
    assert caught.value.code == "sandbox.memory"


def test_memory_is_told_from_damage() -> None:
    for damaged in (b"<a>", b"\x00"):
        with pytest.raises(etree.XMLSyntaxError) as broken:
            etree.fromstring(damaged)
        check_memory(broken.value)
    with pytest.raises(zlib.error) as damage:
        zlib.decompressobj().decompress(b"no stream")
    check_memory(damage.value)
    with pytest.raises(MemoryError):
        check_memory(zlib.error("Error -4 while decompressing data"))


def run_out(*_: object, **__: object) -> None:
    raise MemoryError


def spare_picture() -> bytes:
    document = paper()
    document.pages[0].Resources.XObject.X9 = written(document, SECRET)
    return saved(document)


def older_state() -> bytes:
    return updated(saved(paper(text(SECRET))), {20: b"null"})


@pytest.mark.parametrize(
    ("make", "owner", "part"),
    [(spare_picture, undrawn, "_rendered"), (older_state, PageReader, "lines")],
)  # fmt: skip
def test_a_part_of_a_pdf_is_not_merely_unread(
    make: Callable[[], bytes], owner: object, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, part, run_out)
    with pytest.raises(MemoryError):
        PdfExtractor(limits()).read(make(), "甲.pdf")


def test_a_form_that_could_not_be_unpacked_counts_for_something(monkeypatch: pytest.MonkeyPatch) -> None:
    document = paper()
    inner = form(document, b"")
    outer = form(document, b"/F1 Do")
    outer.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F1=inner))
    document.pages[0].Resources.XObject.F2 = outer
    monkeypatch.setattr(pikepdf.Object, "read_bytes", run_out)
    with pytest.raises(MemoryError):
        Nesting(document).check()


def test_a_picture_of_an_ofd_that_cannot_be_opened_is_not_merely_transparent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Image, "open", run_out)
    with pytest.raises(MemoryError):
        resources._is_opaque(b"\x89PNG")


# ------------------------------------------------- every handler of the extractors

SHARED = {"XMLSyntaxError", "XPathError", "zlib.error", "ZIP_ERRORS"}
"""Errors that lxml and zlib raise for damage and for want of memory alike."""

MODULES = sorted(EXTRACTORS.rglob("*.py"))


def tries(module: Path) -> Iterator[ast.Try]:
    return (node for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.Try))


def caught(handler: ast.ExceptHandler, module: Path) -> str:
    """What a handler takes, as it is written; a name of the module's or the function's own by what it stands for."""
    words = "BaseException" if handler.type is None else ast.unparse(handler.type)
    if isinstance(handler.type, ast.Name):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == words:
                return ast.unparse(node.value)
    return words


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(EXTRACTORS)))
def test_no_handler_takes_it_for_damage(module: Path) -> None:
    for node in tries(module):
        passes = False
        for handler in node.handlers:
            words = caught(handler, module)
            where = f"line {handler.lineno}"
            if "MemoryError" in words:
                passes = isinstance(handler.body[0], ast.Raise) and handler.body[0].exc is None
                assert passes, where
            if {"Exception", "BaseException"} & set(words.strip("()").split(", ")):
                assert passes, where
            if any(name in words for name in SHARED):
                assert ast.unparse(handler.body[0]) == f"check_memory({handler.name})", where
