"""The frame of the readers of zip packages: how a package is opened and its words are gathered."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from disclosure_pipeline.builtin.extractors.collector import Collector, Source, check_suffix
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.packages.package import Package
from disclosure_pipeline.model.text import Text


class PackageExtractor(BuiltinExtractor):
    """Reads zip packages of one format: a subclass says what is its own, and reads an opened package."""

    media_type: ClassVar[str]
    format_name: ClassVar[str]
    """What the format is called, Chinese."""

    def read(self, source: Source, name: str) -> Text:
        """Read every member of the package.

        Raises:
            ExtractionFailed: ``file.encrypted``, ``file.broken``, ``file.bomb``, ``file.too_large``, ``file.unknown``.
        """
        out = self._collector(self.media_type)
        check_suffix(out, name, self.claim.suffixes, self.format_name)
        with Package(source, self._limits) as package:
            self._read_package(package, out)
        return out.text()

    @abstractmethod
    def _read_package(self, package: Package, out: Collector) -> None:
        """Read everything in an opened package."""
