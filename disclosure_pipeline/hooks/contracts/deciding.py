"""Contracts of what follows from a case: rules about its attribute, and the planner of its route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from disclosure_pipeline.hooks.contracts.reading import PartText
from disclosure_pipeline.model.document import Attribute, Part, Slip
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.pictures import PictureKey, Ruling
from disclosure_pipeline.model.route import Route


@dataclass(frozen=True, slots=True)
class Approved:
    """The approved version of which a case is the issued file (正式件).

    Args:
        version: its number.
        slip: what was decided of it.
        parts: its files; ``paths`` gives where each one's bytes are, by position. texts: what was read in them.
        findings: its findings. settled: how they were settled, by finding id. treatments: as of :class:`Case`.
    """

    version: int
    slip: Slip
    parts: tuple[Part, ...]
    paths: Mapping[int, Path]
    texts: tuple[PartText, ...]
    findings: tuple[Finding, ...]
    settled: Mapping[str, str]
    treatments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """Immutable view of one version of a document, as stages and rules see it.

    Args:
        document: case number.
        unit: unit code. department: department name.
        state: present state. version: present version.
        title: title, ``None`` until known.
        slip: what the department said.
        folder_attribute: attribute named by the subfolder it was dropped in, or empty.
        parts: files in order; ``paths`` gives where each part's bytes are, by position.
        texts: extracted text per part; empty before extraction.
        findings: findings so far.
        attribute: the attribute in force (office's, else proposed), ``None`` before tagging.
        ground: reason code, or empty.
        formed: 成文日期 ISO, or empty.
        settled: how findings were settled, by finding id (``accept``, ``dismiss``, ``redact``).
        treatments: how those to be redacted are left out if not removed, by finding id (``mask``, ``column``).
        approved: the approved version, when an issued file is about to be compared with it; else ``None``.
        rulings: what the secrecy officer ruled of pictures without words.
    """

    document: str
    unit: str
    department: str
    state: State
    version: int
    title: str | None
    slip: Slip
    parts: tuple[Part, ...]
    paths: Mapping[int, Path]
    folder_attribute: str = ""
    texts: tuple[PartText, ...] = ()
    findings: tuple[Finding, ...] = ()
    attribute: Attribute | None = None
    ground: str = ""
    formed: str = ""
    settled: Mapping[str, str] = field(default_factory=dict)
    treatments: Mapping[str, str] = field(default_factory=dict)
    approved: Approved | None = None
    rulings: Mapping[PictureKey, Ruling] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an attribute rule thinks.

    Args:
        rule: id of the rule.
        attribute: suggested attribute, or ``None``.
        findings: contradictions and advice (kind ``attribute.contradiction`` …).
        returns: reasons to send the draft back to the department, Chinese, without document text.
    """

    rule: str
    attribute: Attribute | None = None
    findings: tuple[Finding, ...] = ()
    returns: tuple[str, ...] = ()


@runtime_checkable
class AttributeRule(Protocol):
    """Judges the attribute that the department proposed."""

    id: str
    version: str

    def judge(self, case: Case) -> Opinion:
        """Look at a screened case."""
        ...


@runtime_checkable
class RoutePlanner(Protocol):
    """Adds to an approval route; it can never drop a tier."""

    id: str
    version: str

    def plan(self, case: Case, base: Route) -> Route:
        """Return ``base`` or a longer route. A route that lost a tier of ``base`` is a fault."""
        ...
