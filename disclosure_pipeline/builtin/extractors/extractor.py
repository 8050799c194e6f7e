"""The frame of every built-in reader of a file format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from disclosure_pipeline.builtin.extractors.claims import Claim
from disclosure_pipeline.builtin.extractors.collector import Collector, Limits, Source
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text


class BuiltinExtractor(ABC):
    """Reads the files of one format; :class:`.LazyExtractor` stands for it until there is one.

    Args:
        limits: the keys of ``[extraction]``.
        depth: how deep the files it reads lie inside other files.
    """

    claim: ClassVar[Claim]
    """What it reads, and under which id."""

    def __init__(self, limits: Mapping[str, Any], depth: int = 0):
        self._settings = limits
        self._limits = Limits.of(limits)
        self._depth = depth

    def extract(self, file: SourceFile) -> Text:
        """Read a draft's file, and those inside it, with the passwords that came with it; raises as :meth:`read`."""
        passwords = dict.fromkeys((*file.passwords, *self._settings.get("passwords", ())))
        reader = type(self)({**self._settings, "passwords": tuple(passwords)}, self._depth)
        return reader.read(file.path, file.name)

    @abstractmethod
    def read(self, source: Source, name: str) -> Text:
        """Read a file from its path or from memory.

        Args:
            source: the path, or the bytes of what lies inside another file.
            name: the file's name.

        Raises:
            ExtractionFailed: with a code of :data:`~disclosure_pipeline.builtin.extractors.failures.REASONS`.
        """

    def _collector(self, media_type: str) -> Collector:
        """What gathers the words of one file of this type."""
        return Collector(media_type, f"builtin.{self.claim.id}", self._limits)
