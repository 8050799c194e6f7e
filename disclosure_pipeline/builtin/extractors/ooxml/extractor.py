"""The frame of the readers of OOXML packages: when a file is theirs."""

from __future__ import annotations

from typing import ClassVar

from disclosure_pipeline.builtin.extractors.packages.extractor import PackageExtractor
from disclosure_pipeline.builtin.extractors.packages.package import first_folder, first_names

_MARKS = (b"[Content_Types].xml", b"_rels/.rels")


class OoxmlExtractor(PackageExtractor):
    """Reads zip packages whose text lies in one folder."""

    folder: ClassVar[str]
    """Top folder of the package that only this format has."""
    refused: ClassVar[tuple[str, ...]] = ()
    """Suffixes of related packages that it takes only to refuse them by their own reason."""

    def score(self, head: bytes, name: str) -> int:
        """Certain when the zip's first members say so: an archive, too, may have a folder of this name."""
        if first_folder(head) != self.folder:
            return 0
        known = any(member in _MARKS for member in first_names(head))
        return 95 if known or name.endswith((*self.suffixes, *self.refused)) else 0
