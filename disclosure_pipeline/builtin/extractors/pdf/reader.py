"""Pdf files: text with boxes page by page, then every other object, stream and byte that holds words."""

from __future__ import annotations

import contextlib
import mmap
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

from disclosure_pipeline.builtin.extractors.claims import PDF
from disclosure_pipeline.builtin.extractors.collector import Collector, Source, check_suffix
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.pdf.file_bytes import FileSweep
from disclosure_pipeline.builtin.extractors.pdf.glyphs import GlyphReading, merge
from disclosure_pipeline.builtin.extractors.pdf.loose import LooseContent
from disclosure_pipeline.builtin.extractors.pdf.nesting import Nesting
from disclosure_pipeline.builtin.extractors.pdf.objects import ObjectSweep
from disclosure_pipeline.builtin.extractors.pdf.page import PART, PageReader
from disclosure_pipeline.builtin.extractors.pdf.recognition import look, needs_look
from disclosure_pipeline.builtin.extractors.pdf.undrawn import UndrawnPictures
from disclosure_pipeline.builtin.extractors.pdf.unpacking import check_streams
from disclosure_pipeline.model.text import Text

_LINEARIZED_WITHIN = 1024
_END = b"%%EOF"
_MOST_REVISIONS = 8
_UNPROVEN = (
    "文件所嵌字体只有自身的编码表可查，字形未能核对（文字识别未启用、已达上限或未能完成），请人工查看。"
)


class PdfExtractor(BuiltinExtractor):
    """Reads pdf."""

    claim = PDF

    def read(self, source: Source, name: str, passwords: Sequence[str] = ()) -> Text:
        """Read every page and every object.

        Raises:
            ExtractionFailed: ``file.encrypted``, ``file.broken``, ``file.too_large``, ``file.empty``, ``file.bomb``.
        """
        out = self._collector("application/pdf")
        check_suffix(out, name, (".pdf",), "PDF 文件")
        with contextlib.ExitStack() as stack:
            data = stack.enter_context(_bytes_of(source))
            check_streams(data, self._limits)
            tried = ("", *passwords, *self._settings["passwords"])
            structure, password = _structure(source, tried)
            with structure:
                if structure.is_encrypted:
                    out.warn(
                        "文件设有权限密码（可以打开，但限制编辑或复制）。"
                        if not password
                        else "文件设有打开密码。"
                    )
                try:
                    Nesting(structure).check()
                    self._read_all(source, data, structure, password, out)
                except _broken() as error:
                    raise failure(
                        "file.broken", f"Its objects contradict one another ({type(error).__name__})."
                    ) from None
        return out.text()

    def _read_all(self, source: Source, data: Any, structure: Any, password: str, out: Collector) -> None:
        with _opened(source, password) as document:
            self._check_pages(document, structure, out)
            glyphs = GlyphReading(structure)
            states = [glyphs.survey(number, page) for number, page in enumerate(structure.pages, start=1)]
            glyphs.look_at_fonts()
            if glyphs.unproven:
                out.doubt("font.unproven", _UNPROVEN)
            second = dict(glyphs.read())
            layered = _has_layers(structure)
            for number, page in _pages(document):
                text = PageReader(page, number, layered=layered, state=states[number - 1]).read()
                differs = number in second and merge(text, second[number])
                lies = number in glyphs.doubtful or (number in glyphs.lying and differs)
                if needs_look(text, lies=lies):
                    look(page, text, out, lies=lies)
                text.add_to(out)
        seen = _seen(out.texts())
        sweep = ObjectSweep(structure, out, self._settings, self._depth, seen=seen, done=glyphs.streams)
        streams = sweep.run()
        streams.keep(glyphs.unshown)
        LooseContent(structure, out, seen).run(streams, sweep.pages)
        UndrawnPictures(structure, out, seen).run(streams.pictures)
        ends = _revision_ends(data)
        self._read_revisions(data, ends, password, out)
        FileSweep(data, structure, out, self._settings, self._depth).run()

    def _check_pages(self, document: Any, structure: Any, out: Collector) -> None:
        count = len(document)
        if count == 0:
            raise failure("file.broken", "It has no page.")
        if count > self._limits.max_pages:
            raise failure("file.too_large", "It has too many pages.")
        try:
            units = {float(page.obj.get("/UserUnit", 1)) for page in structure.pages}
        except MemoryError:
            raise  # it ends the process
        except Exception:  # noqa: BLE001 - a page tree that runs in circles, or is no tree
            raise failure("file.broken", "Its tree of pages cannot be walked.") from None
        for index in range(count):
            size = document.get_page_size(index)
            if max(size) * max(units, default=1.0) > self._limits.max_page_side:
                raise failure("file.too_large", f"Its page {index + 1} is too large.")
        out.facts["pages"] = count

    def _read_revisions(self, data: Any, ends: list[int], password: str, out: Collector) -> None:
        """Text of earlier states that an incremental save left in the file."""
        if not ends:
            return
        if len(ends) > _MOST_REVISIONS:
            out.doubt("revision.unread", "文件保存有过多的历史版本，未全部读取，请人工查看。")
            ends = ends[-_MOST_REVISIONS:]
        known = {_bare(line) for text in out.texts() for line in text.split("\n")}
        for number, end in enumerate(ends, start=1):
            try:
                with _opened(bytes(data[:end]), password) as document:
                    for page_number, page in _pages(document):
                        for line in PageReader(page, page_number).lines():
                            if _bare(line.text) not in known:
                                known.add(_bare(line.text))
                                out.add(line.text, "deletion", PART, page=page_number, bbox=line.box,
                                        detail=f"revision {number}")  # fmt: skip
            except MemoryError:
                raise  # it ends the process
            except Exception as error:  # noqa: BLE001 - an old state may be beyond repair
                out.doubt(
                    "revision.unread", f"文件的历史版本未能读出（{type(error).__name__}），请人工查看。"
                )


def _broken() -> tuple[type[Exception], ...]:
    """What the libraries raise at files that are broken or made to break them."""
    import pikepdf
    import pypdfium2

    nonsense = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RuntimeError)
    return pikepdf.PdfError, pypdfium2.PdfiumError, *nonsense


@contextlib.contextmanager
def _bytes_of(source: Source) -> Iterator[Any]:
    """The bytes of a file, without loading it into memory."""
    if isinstance(source, bytes):
        if not source:
            raise failure("file.empty")
        yield source
        return
    if source.stat().st_size == 0:
        raise failure("file.empty")
    with source.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def _structure(source: Source, passwords: Iterable[str]) -> tuple[Any, str]:
    """The open ``pikepdf.Pdf`` and the password that opened it."""
    import pikepdf

    for password in passwords:
        stream = BytesIO(source) if isinstance(source, bytes) else source
        try:
            return pikepdf.open(stream, password=password, suppress_warnings=True), password
        except pikepdf.PasswordError:
            continue
        except (pikepdf.PdfError, ValueError, RuntimeError) as error:
            raise failure("file.broken", f"Its objects cannot be read ({type(error).__name__}).") from None
    raise failure("file.encrypted")


@contextlib.contextmanager
def _opened(source: Source, password: str) -> Iterator[Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source, password=password or None)
        len(document)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY):
            raise failure("file.encrypted", "Its security scheme is not supported.") from None
        raise failure("file.broken", "It cannot be opened as a pdf.") from None
    try:
        yield document
    finally:
        document.close()


def _pages(document: Any) -> Iterator[tuple[int, Any]]:
    """(number, page) of each page, closed after use."""
    import pypdfium2

    for index in range(len(document)):
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            raise failure("file.broken", f"Its page {index + 1} cannot be loaded.") from None
        try:
            yield index + 1, page
        finally:
            page.close()


def _has_layers(structure: Any) -> bool:
    layers = structure.Root.get("/OCProperties")
    return layers is not None and bool(len(layers.get("/OCGs") or ()))


def _revision_ends(data: Any) -> list[int]:
    """Where earlier states of the file end. The first mark of a linearized file ends none."""
    ends = []
    at = data.find(_END)
    while at != -1:
        ends.append(at + len(_END))
        at = data.find(_END, at + 1)
    first = 1 if b"/Linearized" in data[:_LINEARIZED_WITHIN] else 0
    return ends[first:-1]


def _seen(texts: Iterable[str]) -> str:
    """Words without white space."""
    return "\n".join(_bare(text) for text in texts)


def _bare(line: str) -> str:
    return "".join(line.split())
