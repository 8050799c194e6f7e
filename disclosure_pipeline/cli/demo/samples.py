"""The samples as data: what is dropped, what must come of it, and who signs (`samples/README.md`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from disclosure_pipeline.errors import NotFound
from disclosure_pipeline.model.route import Role

SIDECAR = ".slip.toml"
"""What the name of a slip beside a single file ends in."""


@dataclass(frozen=True, slots=True)
class PublicCopy:
    """What the public sees of a sample.

    Args:
        files: names of the public copy's files.
        present: texts that the document's page or its files hold.
        absent: texts that they must not hold; of an unpublished document: that the site must not hold.
    """

    files: tuple[str, ...]
    present: tuple[str, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One draft with its expectation file.

    Args:
        name: stem of the expectation file, ``03-relief-list``.
        source: the file or folder below ``drafts/``.
        draft: its path below ``drafts/``. department: whose drop folder it goes into.
        title: title as the product reads it; empty where it must stay unknown.
        state: state after the officers acted.
        proposed: attribute of the department. attribute: attribute in force. ground: 不予公开理由.
        verdict: of the first screening; empty when there is none.
        tiers: names of the tiers in signing order.
        findings: exact number of findings by kind. findings_at_least: least number by kind.
        settle: how ``secrecy`` settles findings of a kind: ``as``, ``reason``.
        decisions: in order; see the README.
        public: what the public sees.
        after: samples that must have been received before this one is dropped.
    """

    name: str
    source: Path
    draft: str
    department: str
    title: str
    state: str
    proposed: str
    attribute: str
    ground: str
    verdict: str
    tiers: tuple[str, ...]
    findings: Mapping[str, int]
    public: PublicCopy
    findings_at_least: Mapping[str, int] = field(default_factory=dict)
    settle: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decisions: tuple[Mapping[str, str], ...] = ()
    after: tuple[str, ...] = ()

    @property
    def files(self) -> list[Path]:
        """Every file that is dropped: the draft's own, and the slip beside a single file."""
        if self.source.is_dir():
            return sorted(path for path in self.source.rglob("*") if path.is_file())
        slip = self.source.with_name(self.source.name + SIDECAR)
        return [self.source, *([slip] if slip.is_file() else [])]


def load_samples(folder: Path) -> tuple[Sample, ...]:
    """The samples below a folder, in the order of their names."""
    return tuple(_load(folder, path) for path in sorted((folder / "expected").glob("*.toml")))


def _load(folder: Path, path: Path) -> Sample:
    data: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    public = {key: tuple(value) for key, value in data.pop("public").items()}
    data |= {key: tuple(data[key]) for key in ("tiers", "decisions", "after") if key in data}
    return Sample(path.stem, folder / "drafts" / data["draft"], public=PublicCopy(**public), **data)


@dataclass(frozen=True, slots=True)
class Officer:
    """A person of the demo.

    Args:
        name: what the page prints.
        roles: what they may do.
        department: department of a department's head, else empty.
    """

    name: str
    roles: tuple[Role, ...]
    department: str = ""


def load_officers(folder: Path) -> tuple[Officer, ...]:
    """The officers of ``officers.toml``."""
    data = tomllib.loads((folder / "officers.toml").read_text("utf-8"))
    return tuple(
        Officer(item["name"], tuple(map(Role, item["roles"])), item.get("department", ""))
        for item in data["officer"]
    )


def officer_for(officers: Sequence[Officer], role: str, department: str) -> str:
    """The name of the officer who acts in a role on a department's draft.

    Raises:
        NotFound: nobody holds the role.
    """
    for officer in officers:
        if Role(role) in officer.roles and officer.department in ("", department):
            return officer.name
    raise NotFound(f"Nobody holds the role '{role}'.", advice="Look at samples/officers.toml.")
