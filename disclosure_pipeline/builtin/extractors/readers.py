"""The built-in readers of file formats; each is imported when it reads its first file."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.claims import CLAIMS, Claim

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.collector import Source
    from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
    from disclosure_pipeline.hooks.contracts import SourceFile
    from disclosure_pipeline.model.text import Text


class LazyExtractor:
    """An :class:`~disclosure_pipeline.hooks.contracts.Extractor` whose reader is imported when it reads.

    To choose one asks each of them for its score, and a process reads few formats: all their modules would be
    a third of what a command loads.

    Args:
        claim: what it reads.
        limits: the keys of ``[extraction]``.
        depth: how deep the files it reads lie inside other files.
    """

    def __init__(self, claim: Claim, limits: Mapping[str, Any], depth: int = 0):
        self.id = claim.id
        self.version = claim.version
        self._claim = claim
        self._limits = limits
        self._depth = depth

    def score(self, head: bytes, name: str) -> int:
        """See :meth:`Extractor.score <disclosure_pipeline.hooks.contracts.Extractor.score>`."""
        return self._claim.score(head, name)

    def extract(self, file: SourceFile) -> Text:
        """See :meth:`.BuiltinExtractor.extract`."""
        return self.reader.extract(file)

    def read(self, source: Source, name: str) -> Text:
        """See :meth:`.BuiltinExtractor.read`."""
        return self.reader.read(source, name)

    @cached_property
    def reader(self) -> BuiltinExtractor:
        """The reader itself."""
        module, _, name = self._claim.reader.partition(":")
        kind: type[BuiltinExtractor] = getattr(importlib.import_module(f"{__package__}.{module}"), name)
        return kind(self._limits, self._depth)


def builtin_extractors(limits: Mapping[str, Any], depth: int = 0) -> tuple[LazyExtractor, ...]:
    """Every built-in reader.

    Args:
        limits: the keys of ``[extraction]``.
        depth: how deep the files they read lie inside other files.
    """
    return tuple(LazyExtractor(claim, limits, depth) for claim in CLAIMS)


def named_extractor(wanted: str, limits: Mapping[str, Any], depth: int = 0) -> LazyExtractor:
    """The built-in reader of this id; arguments as of :func:`builtin_extractors`."""
    return next(reader for reader in builtin_extractors(limits, depth) if reader.id == wanted)
