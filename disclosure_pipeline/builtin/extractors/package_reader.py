"""The frame that the readers of OOXML packages share: when a file is theirs, and how it is opened."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits, Source, check_suffix
from disclosure_pipeline.builtin.extractors.package import ZIP_MAGIC, Package, first_folder
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text


class PackageExtractor(ABC):
    """Reads zip packages whose text lies in one folder.

    A subclass says what is its own, and reads an opened package in :meth:`read_package`.

    Args:
        limits: the keys of ``[extraction]``.
        depth: how deep the file lies inside others.
    """

    id: ClassVar[str]
    version: ClassVar[str] = "1"
    folder: ClassVar[str]
    """Top folder of the package that only this format has."""
    suffixes: ClassVar[tuple[str, ...]]
    media_type: ClassVar[str]
    format_name: ClassVar[str]
    """What the format is called, Chinese."""

    def __init__(self, limits: Mapping[str, Any], depth: int = 0):
        self.settings = limits
        self.limits = Limits.of(limits)
        self.depth = depth

    def score(self, head: bytes, name: str) -> int:
        """Certain when the zip's first members say so; a guess by name when they say nothing."""
        if not head.startswith(ZIP_MAGIC):
            return 0
        found = first_folder(head)
        if found:
            return 95 if found == self.folder else 0
        return 20 if name.endswith(self.suffixes) else 0

    def extract(self, file: SourceFile) -> Text:
        """Read every part of the package.

        Raises:
            ExtractionFailed: ``file.encrypted``, ``file.broken``, ``file.bomb``, ``file.too_large``, ``file.unknown``.
        """
        return self.read(file.path, file.name)

    def read(self, source: Source, name: str) -> Text:
        """Read from a path or from memory; raises as :meth:`extract` does."""
        out = Collector(self.media_type, f"builtin.{self.id}", self.limits)
        check_suffix(out, name, self.suffixes, self.format_name)
        with Package(source, self.limits) as package:
            self.read_package(package, out)
        return out.text()

    @abstractmethod
    def read_package(self, package: Package, out: Collector) -> None:
        """Read everything in an opened package."""
