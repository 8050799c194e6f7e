"""Rich Text Format: who reads it, and as what."""

from __future__ import annotations

from disclosure_pipeline.builtin.extractors.claims import RTF
from disclosure_pipeline.builtin.extractors.collector import Source, check_suffix
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.rtf.data import RtfData
from disclosure_pipeline.builtin.extractors.rtf.document import RtfDocument
from disclosure_pipeline.model.text import Text

_SUFFIXES = (".rtf", ".doc", ".wps")


class RtfExtractor(BuiltinExtractor):
    """Reads Rich Text Format."""

    claim = RTF

    def read(self, source: Source, name: str) -> Text:
        """Read every group.

        Raises:
            ExtractionFailed: ``file.too_large``, ``file.bomb``, ``file.broken``.
        """
        data = source if isinstance(source, bytes) else source.read_bytes()
        out = self._collector("application/rtf")
        check_suffix(out, name, _SUFFIXES, " RTF 文档")
        RtfDocument(data, out, RtfData(out, self._settings, self._depth)).read()
        return out.text()
