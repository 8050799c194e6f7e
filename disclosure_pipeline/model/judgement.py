"""What a decision says beside its verb: a risk assessment, and the passages that an officer means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class RiskLevel(StrEnum):
    """How much could go wrong when the document is public (风险评估; 004 第十四条、第十六条)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def chinese(self) -> str:
        """低, 中 or 高."""
        return {"low": "低", "medium": "中", "high": "高"}[self.value]


@dataclass(frozen=True, slots=True)
class Risk:
    """A written risk assessment.

    Args:
        level: how high the risk is.
        text: why, and what is done about it; the officer's own words.
    """

    level: RiskLevel
    text: str

    def as_json(self) -> dict[str, str]:
        """The assessment as stored with its decision."""
        return {"level": self.level.value, "text": self.text}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Risk:
        """Rebuild an assessment from :meth:`as_json`."""
        return cls(RiskLevel(data["level"]), data["text"])


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage that an officer means when a draft goes back: a finding, or characters of a segment.

    Only offsets are kept; the characters are read from the stored text when somebody is shown them.

    Args:
        finding: id of a finding of the version; empty for a passage of the officer's own choice.
        part: index of the file. segment: index of the segment in its text.
        start: offset of the first character. end: offset behind the last one.
        remark: what is wrong there; the officer's own words.
    """

    finding: str = ""
    part: int = 0
    segment: int = 0
    start: int = 0
    end: int = 0
    remark: str = ""

    def as_json(self) -> dict[str, Any]:
        """The quote as stored with its decision."""
        values: dict[str, Any] = {"finding": self.finding} if self.finding else {}
        values |= {"part": self.part, "segment": self.segment, "start": self.start, "end": self.end}
        return {**values, "remark": self.remark} if self.remark else values

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Quote:
        """Rebuild a quote from :meth:`as_json`."""
        return cls(**data)
