"""A workspace with one department, a desk and a watcher, for the tests of the watcher."""

from __future__ import annotations

from pathlib import Path

from watcher_desk import FolderDesk

from disclosure_pipeline.service.watcher import RootPlan, Watcher
from disclosure_pipeline.settings.models import DropRoot, IntakeSettings, Settings, UnitSettings
from disclosure_pipeline.settings.workspace import Workspace


class Place:
    """A workspace with one department, a desk and a watcher."""

    def __init__(self, base: Path, intake: IntakeSettings, *roots: DropRoot, **options: object):
        self.base = base
        self.now = 1000.0
        self.reports: list[tuple[str, str, str]] = []
        space = Workspace(base / "config", base / "var")
        space.make()
        unit = UnitSettings(departments=("办公室",), drop_roots=roots)
        self.plan = RootPlan(space, Settings(unit=(unit,), intake=intake))
        self.plan.make()
        self.desk = FolderDesk(space.spool)
        self.inbox = base / "var/inbox/办公室"
        self.returned = base / "var/outbox/办公室/退回"
        self.intake = intake
        self.options = options
        self.watcher = self.another_watcher()

    def another_watcher(self) -> Watcher:
        """A watcher as after a restart."""
        return Watcher(self.plan, self.intake, self.desk, self._report, **self.options)  # type: ignore[arg-type]

    def _report(self, code: str, root: str, detail: str) -> None:
        self.reports.append((code, root, detail))

    def drop(self, name: str, content: bytes = b"draft", folder: Path | None = None) -> Path:
        path = (folder or self.inbox) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def rounds(self, *waits: float) -> None:
        self.watcher.scan_once()
        for wait in waits:
            self.now += wait
            self.watcher.scan_once()

    def claims(self) -> list[Path]:
        folder = self.inbox / ".disclosure-claims"
        return sorted(folder.iterdir()) if folder.exists() else []
