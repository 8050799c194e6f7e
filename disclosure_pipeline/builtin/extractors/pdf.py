"""Pdf files: text with boxes page by page, then every other object that holds words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits, Source, check_suffix
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.pdf_objects import ObjectSweep
from disclosure_pipeline.builtin.extractors.pdf_page import PART, PageReader
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text

_MAGIC = b"%PDF-"
_MAGIC_WITHIN = 1024
_END = b"%%EOF"
_MOST_REVISIONS = 8


class PdfExtractor:
    """Reads pdf.

    Args:
        limits: the keys of ``[extraction]``.
        depth: how deep the file lies inside others.
    """

    id = "pdf"
    version = "1"

    def __init__(self, limits: Mapping[str, Any], depth: int = 0):
        self._settings = limits
        self._limits = Limits.of(limits)
        self._depth = depth

    def score(self, head: bytes, name: str) -> int:  # noqa: ARG002 - the name proves nothing
        """Certain at the first byte; readers also accept a header within the first KiB."""
        if head.startswith(_MAGIC):
            return 100
        return 60 if _MAGIC in head[:_MAGIC_WITHIN] else 0

    def extract(self, file: SourceFile) -> Text:
        """Read every page and every object.

        Raises:
            ExtractionFailed: ``file.encrypted``, ``file.broken``, ``file.too_large``, ``file.empty``.
        """
        return self.read(file.path, file.name)

    def read(self, source: Source, name: str) -> Text:
        """Read from a path or from memory."""
        out = Collector("application/pdf", f"builtin.{self.id}", self._limits)
        check_suffix(out, name, (".pdf",), "PDF 文件")
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if size == 0:
            raise failure("file.empty")
        with _opened(source) as document:
            self._read_pages(document, out)
        ObjectSweep(source, out, self._settings, self._depth).run()
        self._read_revisions(source, out)
        return out.text()

    def _read_pages(self, document: Any, out: Collector) -> None:
        count = len(document)
        if count == 0:
            raise failure("file.broken", "It has no page.")
        if count > self._limits.max_pages:
            raise failure("file.too_large", "It has too many pages.")
        out.facts["pages"] = count
        for reader in _pages(document):
            reader.read(out)

    def _read_revisions(self, source: Source, out: Collector) -> None:
        """Text of earlier states that an incremental save left in the file."""
        data = source if isinstance(source, bytes) else source.read_bytes()
        if data.count(_END) < 2:
            return
        ends = _revision_ends(data)
        if len(ends) > _MOST_REVISIONS:
            out.doubt("revision.unread", "文件保存有过多的历史版本，未全部读取，请人工查看。")
            ends = ends[-_MOST_REVISIONS:]
        known = {_bare(line) for text in out.texts() for line in text.split("\n")}
        for number, end in enumerate(ends, start=1):
            try:
                with _opened(data[:end]) as document:
                    for page, reader in enumerate(_pages(document), start=1):
                        for line in reader.lines():
                            if _bare(line) not in known:
                                known.add(_bare(line))
                                out.add(line, "deletion", PART, page=page, detail=f"revision {number}")
            except Exception as error:  # noqa: BLE001 - an old state may be beyond repair
                out.doubt(
                    "revision.unread", f"文件的历史版本未能读出（{type(error).__name__}），请人工查看。"
                )


@contextlib.contextmanager
def _opened(source: Source) -> Iterator[Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source)
        len(document)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise failure("file.encrypted") from None
        if error.err_code == pypdfium2.raw.FPDF_ERR_SECURITY:
            raise failure("file.encrypted", "Its security scheme is not supported.") from None
        raise failure("file.broken", "It cannot be opened as a pdf.") from None
    try:
        yield document
    finally:
        document.close()


def _pages(document: Any) -> Iterator[PageReader]:
    import pypdfium2

    for index in range(len(document)):
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            raise failure("file.broken", f"Its page {index + 1} cannot be loaded.") from None
        try:
            yield PageReader(page, index + 1)
        finally:
            page.close()


def _revision_ends(data: bytes) -> list[int]:
    """Where earlier states of the file end. The first mark of a linearized file ends none."""
    ends = []
    at = data.find(_END)
    while at != -1:
        ends.append(at + len(_END))
        at = data.find(_END, at + 1)
    first = 1 if b"/Linearized" in data[:_MAGIC_WITHIN] else 0
    return ends[first:-1]


def _bare(line: str) -> str:
    return "".join(line.split())
