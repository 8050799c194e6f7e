"""Office documents of before 2007 (doc, xls, ppt; WPS, ET and DPS alike), encrypted packages, other OLE files.

A document is read twice. Our own readers follow the structure of its streams and sweep what is left of
the file; LibreOffice converts it, and the result is read like any docx, xlsx or pptx. The converted document
says what a page shows; what only the streams hold is hidden, deleted or ``unplaced``. Without
LibreOffice the streams alone are read, and the file is in doubt: nobody has seen its pages.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from disclosure_pipeline.builtin.extractors.claims import LEGACY
from disclosure_pipeline.builtin.extractors.collector import Collector, Source, check_suffix
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.legacy import doc_binary, ppt_binary, xls_binary
from disclosure_pipeline.builtin.extractors.legacy.compare import keep
from disclosure_pipeline.builtin.extractors.legacy.convert import ConversionFailed, convert
from disclosure_pipeline.builtin.extractors.legacy.decrypt import decrypted
from disclosure_pipeline.builtin.extractors.legacy.streams import FAMILIES, Family, OleReader
from disclosure_pipeline.builtin.extractors.ole.compound import CompoundFile
from disclosure_pipeline.builtin.extractors.readers import builtin_extractors, named_extractor
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.sniff import HEAD_BYTES, choose
from disclosure_pipeline.model.text import Text

_MEDIA_TYPE = "application/x-ole-storage"
_RIGHTS = "\x09DRMContent"
_MESSAGE = "__properties_version1.0"

_EMBEDDED_FOLDERS = ("/embeddings/", "/activex/", "objectpool/")


class LegacyExtractor(BuiltinExtractor):
    """Reads OLE compound files."""

    claim = LEGACY

    def read(self, source: Source, name: str) -> Text:
        """Read every stream.

        Raises:
            ExtractionFailed: ``file.encrypted``, ``file.broken``, ``file.bomb``, ``file.too_large``.
        """
        compound = CompoundFile(source, self._limits)
        tries = self._settings["passwords"]
        if compound.find("EncryptedPackage") is not None:
            return self._read_other(decrypted(compound.data, tries), name)
        if compound.find(_MESSAGE) is not None:
            return self._read_other(compound.data, "message.msg")
        if compound.find(_RIGHTS) is not None:
            raise failure("file.encrypted", "It is protected by rights management.")
        family = _family(compound)
        if family is not None and _is_encrypted(compound, family):
            compound = CompoundFile(decrypted(compound.data, tries), self._limits)
        return self._read_compound(compound, name, family)

    def _read_other(self, data: bytes, name: str) -> Text:
        """Hand the bytes to the reader that knows them."""
        readers = builtin_extractors(self._settings, self._depth)
        others = [reader for reader in readers if reader.id != self.claim.id]
        reader = choose(others, data[:HEAD_BYTES], name.lower())
        if reader is None:
            raise failure("file.unknown")
        return reader.read(data, name)

    def _read_compound(self, compound: CompoundFile, name: str, family: Family | None) -> Text:
        media_type = family.media_type if family else _MEDIA_TYPE
        out = self._collector(media_type)
        if family is not None and self._depth == 0:
            check_suffix(out, name, family.suffixes, family.title)
        reader = OleReader(compound, out, self._settings, self._depth, family)
        converted = self._converted(compound.data, name, family, out, reader)
        keep(reader, converted, out)
        text = out.text()
        if self._depth and family is None:
            # An equation or a control has no words of its own; the page shows its picture.
            return replace(text, doubts=tuple(doubt for doubt in text.doubts if doubt.code != "text.empty"))
        return text

    def _converted(
        self, data: bytes, name: str, family: Family | None, out: Collector, reader: OleReader
    ) -> Text | None:
        """What the converted document says; ``None`` without one."""
        if family is None or not self._is_worth_converting(name, family):
            if family is not None and not reader.complete:
                out.doubt(
                    "ole.incomplete", "文件中嵌有的旧版 Office 对象未能完整读出，请人工查看。", reader.place
                )
            return None
        try:
            package = convert(data, family.suffix, family.target, self._settings)
            modern = named_extractor(family.target, self._settings, self._depth)
            text = modern.read(package, f"document.{family.target}")
        except (ConversionFailed, ExtractionFailed) as error:
            reason = error.reason if isinstance(error, ConversionFailed) else "failed"
            out.doubt("office.unavailable", _UNAVAILABLE[reason], reader.place)
            return None
        reader.note_package(package)
        return text

    def _is_worth_converting(self, name: str, family: Family) -> bool:
        """Whether a person would open it as a document: an object inside a page is shown by the page."""
        if self._depth == 0:
            return True
        lower = name.lower()
        inside = any(folder in lower for folder in _EMBEDDED_FOLDERS)
        return not inside and PurePosixPath(lower).suffix in family.suffixes


_UNAVAILABLE = {
    "missing": "没有可用的 LibreOffice，旧版 Office 文件的版面未能核对，只读出了文件流中的文字，请人工查看原件。",
    "timeout": "LibreOffice 转换旧版 Office 文件超时，版面未能核对，只读出了文件流中的文字，请人工查看原件。",
    "failed": "LibreOffice 未能转换该旧版 Office 文件，版面未能核对，只读出了文件流中的文字，请人工查看原件。",
}


def _family(compound: CompoundFile) -> Family | None:
    """Which program's document it is, by its main stream."""
    return next(
        (family for family in FAMILIES for stream in family.streams if compound.find(stream) is not None),
        None,
    )


def _is_encrypted(compound: CompoundFile, family: Family) -> bool:
    entry = next(entry for entry in map(compound.find, family.streams) if entry is not None)
    stream = compound.read(entry)
    if family.target == "docx":
        return doc_binary.is_encrypted(stream)
    if family.target == "xlsx":
        return xls_binary.is_encrypted(stream)
    user = compound.find("Current User")
    return ppt_binary.is_encrypted(compound.read(user) if user else b"", stream)
