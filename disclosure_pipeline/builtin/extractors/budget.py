"""What all archives inside one file may unpack together: members, bytes, and bytes per packed byte.

Threat model: archives in archives, each within its own limits, that unpack to far more than any machine
holds. One budget goes down the whole tree with the limits; every level takes from it before it unpacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.failures import failure

_KEY = "budget"
_RATIO_MATTERS_FROM = 4 << 20
"""Unpacked bytes below which the ratio says nothing: text of small files packs very well."""


class Budget:
    """What is left of the limits of one dropped file.

    Args:
        limits: members, unpacked bytes and ratio.
        packed: bytes of the outermost archive.
    """

    def __init__(self, limits: Limits, packed: int):
        self._limits = limits
        self._packed = max(packed, 1)
        self._members = 0
        self._unpacked = 0

    @classmethod
    def shared(cls, settings: Mapping[str, Any], packed: int) -> tuple[Budget, dict[str, Any]]:
        """The budget that came down with the limits, or a new one; and the limits to hand further down.

        Args:
            settings: the keys of ``[extraction]``, from an outer archive with its budget.
            packed: bytes of this archive, for a new budget.
        """
        found = settings.get(_KEY)
        budget = found if isinstance(found, cls) else cls(Limits.of(settings), packed)
        return budget, {**settings, _KEY: budget}

    @classmethod
    def among(cls, out: Collector, settings: Mapping[str, Any], packed: int) -> Mapping[str, Any]:
        """The limits for a file embedded in another, with the budget that all files in the outer one share.

        Args:
            out: of the outer file.
            settings: the keys of ``[extraction]``, with the budget of an archive further out if there is one.
            packed: bytes of the embedded file.
        """
        if _KEY in settings:
            return settings
        if out.budget is None:
            out.budget = cls(Limits.of(settings), packed)
        else:
            out.budget._packed += packed
        return {**settings, _KEY: out.budget}

    @property
    def left(self) -> int:
        """Bytes that may still be unpacked."""
        most = self._limits.max_unpacked
        by_ratio = max(_RATIO_MATTERS_FROM, self._limits.max_ratio * self._packed)
        return max(min(most, by_ratio) - self._unpacked, 0)

    def member(self) -> None:
        """Take one member.

        Raises:
            ExtractionFailed: ``file.bomb``.
        """
        self._members += 1
        if self._members > self._limits.max_members:
            raise failure("file.bomb", "It has too many members.")

    def take(self, size: int) -> None:
        """Take bytes, before or while they are unpacked.

        Raises:
            ExtractionFailed: ``file.bomb``.
        """
        if size > self.left:
            raise failure("file.bomb", "It unpacks to too many bytes.")
        self._unpacked += size
