"""What readers of a pdf file's bare bytes share: the file twice, and the words that were met so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.collector import Collector


class RawFileReader:
    """Reads in the bytes of a file what nobody else read there.

    Args:
        data: the file. pdf: the same, open in ``pikepdf``. out: gets the segments.
        limits: the keys of ``[extraction]``. depth: how deep the file lies inside others.
    """

    def __init__(self, data: Any, pdf: Any, out: Collector, limits: Mapping[str, Any], depth: int):
        self._data = data
        self._pdf = pdf
        self._out = out
        self._limits = limits
        self._depth = depth
        self._known = out.texts()

    def _keep(self, words: str, kind: str, detail: str | None) -> None:
        """Add words, unless the file was known to hold them."""
        if words and words not in self._known:
            self._known.add(words)
            self._out.add(words, kind, "document", detail=detail, visible=False)
