"""After a restore no number is given twice, and the audit chain still proves itself."""

from __future__ import annotations

import json
from pathlib import Path

from disclosure_pipeline.pipeline import anchors, backup
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.used_numbers import raise_counters, used_numbers
from disclosure_pipeline.settings.workspace import Workspace
from disclosure_pipeline.store import audit
from disclosure_pipeline.store.database import next_serial


def fresh(folder: Path) -> Core:
    (folder / "config").mkdir(parents=True, exist_ok=True)
    unit = '[[unit]]\nindex_template = "{org}/{year}-{serial:05d}"\nindex_org = "MB1"\ndepartments = ["办公室"]\n'
    (folder / "config" / "disclosure.toml").write_text(unit, "utf-8")
    return Core.open(Workspace(folder / "config", folder / "var"))


def issue(core: Core, name: str, times: int) -> int:
    last = 0
    for _ in range(times):
        with core.database.write() as connection:
            last = next_serial(connection, name)
            audit.append(connection, audit.Record(action="numbered", actor="test", detail={"number": last}))
    return last


def test_numbers_issued_after_the_backup_are_not_issued_again(tmp_path: Path) -> None:
    core = fresh(tmp_path)
    assert issue(core, "case:2026", 3) == 3
    backup.backup(core, tmp_path / "backup")
    assert issue(core, "case:2026", 4) == 7
    backup.restore(core, tmp_path / "backup")
    assert issue(core, "case:2026", 1) == 8
    core.close()


def test_a_lost_machine_learns_the_numbers_from_what_is_out(tmp_path: Path) -> None:
    core = fresh(tmp_path)
    issue(core, "case:2026", 2)
    backup.backup(core, tmp_path / "backup")
    (core.workspace.site / "documents" / "2026" / "2026-000031").mkdir(parents=True)
    (core.workspace.archive / "default" / "2026" / "2026-000032-v1").mkdir(parents=True)
    (core.workspace.outbox / "办公室").mkdir(parents=True)
    (core.workspace.outbox / "办公室" / "2025-000007_收件回执.html").write_text("x")
    entries = [{"id": "2026-000031", "index_number": "MB1/2026-00012"}, {"index_number": "MB2/2026-00099"}]
    (core.workspace.site / "catalogue.json").write_text(json.dumps(entries), "utf-8")
    core.database.clear()
    core.database.migrate()
    assert used_numbers(core) == {"case:2026": 32, "case:2025": 7, "index:default:2026": 12}
    backup.restore(core, tmp_path / "backup")
    assert issue(core, "case:2026", 1) == 33
    assert issue(core, "index:default:2026", 1) == 13
    core.close()


def test_counters_are_only_ever_raised(tmp_path: Path) -> None:
    core = fresh(tmp_path)
    issue(core, "case:2026", 5)
    with core.database.write() as connection:
        assert raise_counters(connection, {"case:2026": 4, "case:2027": 2}) == 1
    assert (issue(core, "case:2026", 1), issue(core, "case:2027", 1)) == (6, 3)
    core.close()


def test_anchors_of_the_lost_rows_count_no_more_but_older_ones_do(tmp_path: Path) -> None:
    core = fresh(tmp_path)
    issue(core, "case:2026", 3)
    anchors.anchor_now(core)
    backup.backup(core, tmp_path / "backup")
    issue(core, "case:2026", 3)
    anchors.anchor_now(core)
    backup.restore(core, tmp_path / "backup")
    with core.database.read() as connection:
        assert audit.verify(connection, anchors.anchors(core))[1] == []
    lines = (core.workspace.log / anchors.NAME).read_text().splitlines()
    (core.workspace.log / anchors.NAME).write_text(lines[0].replace(lines[0].split()[2], "0" * 64) + "\n")
    with core.database.read() as connection:
        assert [problem.code for problem in audit.verify(connection, anchors.anchors(core))[1]] == ["anchor"]
    core.close()
