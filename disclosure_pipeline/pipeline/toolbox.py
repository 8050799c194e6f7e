"""What the core lends a stage while it works on one case."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.errors import DisclosureError, StoreFault
from disclosure_pipeline.hooks.contracts import Case, Opinion, PartText, Reading, SourceFile
from disclosure_pipeline.hooks.stages import CatalogueEntry, ShownPicture, Struck, Told, Wording
from disclosure_pipeline.model.finding import Fault, Screening
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.route import Route
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.model.times import later, utc_now
from disclosure_pipeline.pipeline import exemptions, reprinting, spool
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.settings.workspace import PRIVATE
from disclosure_pipeline.store import documents, lookups

_DAY = 86_400.0


class CaseTools:
    """The toolbox (`hooks.contracts.Toolbox`) of one run over one document.

    Args:
        core: the process's parts.
        document: case number.
    """

    def __init__(self, core: Core, document: str):
        self._core = core
        self._document = document
        self._reading: Reading | None = None
        self._scratch: list[Path] = []

    @property
    def rulebook(self) -> RuleBook:
        """All rules in force."""
        return self._core.rulebook

    def read(self, files: Sequence[SourceFile]) -> Reading:
        """Extract and screen files in a sandbox process.

        Raises:
            StoreFault: a file's bytes are not the ones that its hash names.
        """
        _check_bytes(files)
        released = self._released()
        reading = self._core.host.read(files, released=released)
        if reading.marked and released and all(self._lent(file.path) for file in files):
            more = exemptions.of_copies(self._core, self._document, files, reading, released)
            if more:
                reading = self._core.host.read(files, released=released | more)
        self._reading = reading
        return reading

    def screen(self, texts: Sequence[PartText]) -> tuple[Screening, Sequence[Fault]]:
        """Screen text; what :meth:`read` screened in this run is not screened twice, nor its faults told twice."""
        if self._reading is not None and _words(texts) == _words(self._reading.texts):
            return self._reading.screening, ()
        return self._core.host.screen(texts, released=self._released(), digests=self._digests())

    def opinions(self, case: Case) -> tuple[Sequence[Opinion], Sequence[Fault]]:
        """Ask every attribute rule, through the guard."""
        return self._core.host.opinions(case)

    def plan_route(self, case: Case) -> tuple[Route, Sequence[Fault]]:
        """The unit's chain, lengthened by the route planners."""
        return self._core.host.plan_route(case, self._core.chain_of(case.unit).route())

    def listed(self, keys: Sequence[str]) -> Mapping[str, Sequence[CatalogueEntry]]:
        """The documents of the catalogue, this one left out, by the keys that they bear.

        Raises:
            StoreFault: the catalogue cannot be asked.
        """
        with self._core.database.read() as connection:
            unit = documents.fetch(connection, self._document).unit
            rows = lookups.listed(connection, keys, but=self._document)
        return {key: [_listed(row, unit) for row in found] for key, found in rows.items()}

    def told(self, keys: Sequence[str], days: int) -> Mapping[str, Sequence[Told]]:
        """What documents published in the last ``days`` days tell of subjects, by key; this one is left out.

        Raises:
            StoreFault: the index cannot be asked.
        """
        since = later(utc_now(), -days * _DAY)
        with self._core.database.read() as connection:
            rows = lookups.told(connection, keys, but=self._document, since=since)
        return {
            key: [Told(row.document, frozenset(row.facts.split())) for row in found]
            for key, found in rows.items()
        }

    def released(self) -> int:
        """How many markings of these files two secrecy officers have released."""
        return len(self._released())

    def reprint(
        self,
        file: SourceFile,
        text: Text,
        struck: Struck,
        *,
        drawn: bool,
        wording: Wording,
    ) -> bytes | None:
        """The pages of a pdf or scan as a new pdf; ``None`` when it cannot be done surely.

        Raises:
            StoreFault: the file's bytes are not the ones that its hash names.
        """
        _check_bytes([file])
        host = self._core.host
        try:
            boxes = reprinting.boxes_of(
                text, struck, lambda pages: host.letters(file, text.media_type, tuple(pages))
            )
            if boxes is None:
                return None
            return host.reprint(file, text.media_type, boxes, drawn=drawn, wording=wording)
        except DisclosureError:
            return None

    def pictures(self, file: SourceFile, media_type: str) -> Sequence[ShownPicture]:
        """The pictures that a draft surely shows, made anew; none when that fails.

        Raises:
            StoreFault: the file's bytes are not the ones that its hash names.
        """
        _check_bytes([file])
        try:
            return self._core.host.pictures(file, media_type)
        except DisclosureError:
            return ()

    def scratch(self) -> Path:
        """A private empty folder, removed by :meth:`close`."""
        parent = self._core.workspace.spool
        folder = Path(tempfile.mkdtemp(prefix=spool.scratch_prefix(self._core.worker), dir=parent))
        folder.chmod(PRIVATE)
        self._scratch.append(folder)
        return folder

    def close(self) -> None:
        """Remove what was lent."""
        for folder in self._scratch:
            shutil.rmtree(folder, ignore_errors=True)
        self._scratch.clear()

    def _lent(self, path: Path) -> bool:
        return any(path.is_relative_to(folder) for folder in self._scratch)

    def _digests(self) -> dict[int, str]:
        with self._core.database.read() as connection:
            row = documents.fetch(connection, self._document)
            parts = documents.parts_of(connection, self._document, row.version)
            return {part.position: part.sha256 for part in parts}

    def _released(self) -> frozenset[str]:
        return exemptions.released(self._core, self._document)


def _listed(row: Row[Any], unit: str) -> CatalogueEntry:
    """A row of the catalogue; what another unit has not published keeps its case number to itself."""
    state = State(row.state)
    shown = row.unit == unit or state is State.PUBLISHED
    return CatalogueEntry(row.id if shown else "", state, documents.attribute_in_force(row))


def _check_bytes(files: Sequence[SourceFile]) -> None:
    for file in files:
        if file.sha256 and file.path.is_file() and file_digest(file.path) != file.sha256:
            raise StoreFault(
                "A kept file no longer has the bytes that were taken in.",
                code="vault.damaged",
                advice="Restore the vault from the backup, or ask the department to hand the file in again.",
            )


def _words(texts: Sequence[PartText]) -> list[tuple[int, tuple[str, ...]]]:
    return [(part.position, tuple(segment.text for segment in part.text.segments)) for part in texts]
