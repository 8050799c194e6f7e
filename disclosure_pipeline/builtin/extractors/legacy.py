"""OLE compound files: encrypted Office packages and legacy formats, refused with good advice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Limits, Source
from disclosure_pipeline.builtin.extractors.package import OLE_MAGIC, refuse_ole
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text


class LegacyExtractor:
    """Recognises what Office wrote before 2007, or encrypts today, and says so."""

    id = "legacy"
    version = "1"

    def __init__(self, limits: Mapping[str, Any], depth: int = 0):
        self._settings = limits
        self._limits = Limits.of(limits)
        self._depth = depth

    def score(self, head: bytes, name: str) -> int:  # noqa: ARG002 - the name proves nothing
        """Certain for an OLE compound file."""
        return 100 if head.startswith(OLE_MAGIC) else 0

    def extract(self, file: SourceFile) -> Text:
        """Refuse.

        Raises:
            ExtractionFailed: ``file.encrypted`` or ``file.legacy``, always.
        """
        return self.read(file.path, file.name)

    def read(self, source: Source, name: str) -> Text:  # noqa: ARG002 - one shape for all readers
        """Refuse, see :meth:`extract`."""
        raise refuse_ole(source)
