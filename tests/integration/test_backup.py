"""Backup and restore, from and into each database; a withdrawal outlives the backup that does not know it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from postgres import PostgresServer
from support import DEPARTMENT, FINAL, OFFICE, PHONE, SECRECY, SIGNERS, Office, refused
from traces import files_with

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline import recall, views
from disclosure_pipeline.pipeline.backup import backup, check, restore
from disclosure_pipeline.pipeline.run import carry_on
from disclosure_pipeline.pipeline.verify import verify_channels

CHANGED_BY_A_RESTORE = {"audit.jsonl", "meta.jsonl", "document.jsonl", "publication.jsonl"}


def rows_of(folder: Path) -> dict[str, list[str]]:
    return {path.name: path.read_text("utf-8").splitlines() for path in sorted((folder / "rows").iterdir())}


def busy(office: Office) -> tuple[str, str, str]:
    """One published, one registered, one in review with a finding settled."""
    published, hidden = office.published(), office.published(attribute="依申请公开")
    waiting = office.reviewed(body=f"联系电话：{PHONE}。")
    office.clear(waiting, Settlement.ACCEPT)
    views.note_view(office.core, SECRECY, waiting, "show")
    return published, hidden, waiting


def test_a_backup_holds_rows_and_vault_and_neither_spool_nor_quarantine(office: Office, tmp_path: Path):
    busy(office)
    office.hand_in("尚未读", "尚未读的内容")
    office.hand_in(body="机密★10年\n甲号储备库")
    case = office.query("SELECT max(id) FROM document")[0][0]
    carry_on(office.core, case)
    assert office.state(case) is State.QUARANTINED
    made = backup(office.core, tmp_path / "backup")
    assert check(tmp_path / "backup") == made
    assert files_with(tmp_path / "backup", "甲号储备库") == []
    assert files_with(tmp_path / "backup", "尚未读的内容") == []
    assert sorted(made["vault"]) == sorted(path.name for path in office.core.vault.folder.glob("??/*"))
    assert made["rows"]["document"] == 5
    assert "worker" not in made["rows"]
    with pytest.raises(DisclosureError, match="exists already"):
        backup(office.core, tmp_path / "backup")


def test_a_restore_brings_everything_back_and_holds(office: Office, tmp_path: Path):
    published, _, waiting = busy(office)
    backup(office.core, tmp_path / "backup")
    before = rows_of(tmp_path / "backup")
    lost = office.published()
    office.sign(waiting, *SIGNERS)
    restore(office.core, tmp_path / "backup")
    assert (office.state(published), office.state(waiting)) == (State.PUBLISHED, State.IN_REVIEW)
    assert refused(lambda: office.row(lost)) == "not_found"
    backup(office.core, tmp_path / "again")
    after = rows_of(tmp_path / "again")
    unchanged = set(before) - CHANGED_BY_A_RESTORE - {"counter.jsonl"}
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}
    assert after["audit.jsonl"][: len(before["audit.jsonl"])] == before["audit.jsonl"]
    office.sign(waiting, *SIGNERS)
    assert office.state(waiting) is State.APPROVED


@pytest.mark.postgres
@pytest.mark.parametrize("way", ["sqlite to postgres", "postgres to sqlite"])
def test_a_backup_can_be_restored_into_the_other_database(
    way: str, open_office: Callable[..., Office], postgres_server: PostgresServer, tmp_path: Path
):
    server = postgres_server.fresh_database()
    file = f"sqlite:///{tmp_path / 'a.sqlite'}"
    source, target = (file, server) if way == "sqlite to postgres" else (server, file)
    one = open_office(source, "one")
    one.staff()
    published, hidden, waiting = busy(one)
    backup(one.core, tmp_path / "backup")
    two = open_office(target, "two")
    restore(two.core, tmp_path / "backup")
    assert two.core.database.sqlite is not one.core.database.sqlite
    shown = [views.show(office.core, case) for office in (one, two) for case in (published, hidden, waiting)]
    assert shown[:3] == shown[3:]
    # Serial numbers go on behind the restored rows: people can decide, and new cases come in.
    two.sign(waiting, *SIGNERS)
    two.reviewed("关于另一事项的通知")
    views.note_view(two.core, SECRECY, waiting, "show")
    two.chain_holds()
    backup(two.core, tmp_path / "again")
    old, new = rows_of(tmp_path / "backup"), rows_of(tmp_path / "again")
    for name in ("person.jsonl", "receipt.jsonl", "person_role.jsonl"):
        assert new[name] == old[name]
    two.close()
    postgres_server.drop_database(server)


@pytest.mark.parametrize("damage", ["manifest", "rows", "vault", "missing table", "format", "other tables"])
def test_a_damaged_backup_is_refused_before_anything_changes(office: Office, tmp_path: Path, damage: str):
    busy(office)
    folder = tmp_path / "backup"
    made = backup(office.core, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    match damage:
        case "manifest":
            (folder / "manifest.json").write_text("{")
        case "rows":
            with (folder / "rows" / "tier.jsonl").open("a") as rows:
                rows.write("\n")
        case "vault":
            name = made["vault"][0]
            (folder / "vault" / name[:2] / name).write_bytes(b"other bytes")
        case "missing table":
            (folder / "rows" / "finding.jsonl").unlink()
        case "format":
            (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
        case "other tables":
            manifest["tables"].pop("clock")
            (folder / "manifest.json").write_text(json.dumps(manifest))
    before = office.dump()
    assert refused(lambda: restore(office.core, folder)) == "backup.damaged"
    assert office.dump() == before


def test_a_withdrawal_outlives_the_restore_of_an_older_backup(office: Office, tmp_path: Path):
    case, kept = office.published(), office.published()
    backup(office.core, tmp_path / "backup")
    recall.withdraw(office.core, case, OFFICE, "内容有误")
    office.work()
    restore(office.core, tmp_path / "backup")
    assert office.state(case) is State.PUBLISHED
    office.work()
    answer = verify_channels(office.core, by=OFFICE)
    assert answer["hold_ended"] is True
    assert {(item["document"], item["code"]) for item in answer["differences"]} == {(case, "withdrawn")}
    office.work()
    assert (office.state(case), office.state(kept)) == (State.WITHDRAWN, State.PUBLISHED)
    assert set(office.channels(case).values()) == {"withdrawn"}
    assert verify_channels(office.core)["differences"] == []


def test_what_was_withdrawn_after_the_backup_cannot_be_published_from_it(office: Office, tmp_path: Path):
    """The backup is from before the last signature; meanwhile it was published and withdrawn."""
    case = office.reviewed()
    office.sign(case, *SIGNERS[:-1])
    backup(office.core, tmp_path / "backup")
    office.sign(case, FINAL)
    recall.withdraw(office.core, case, OFFICE, "内容有误")
    office.work()
    restore(office.core, tmp_path / "backup")
    verify_channels(office.core)
    office.sign(case, FINAL)
    assert office.state(case) is State.PUBLISHING
    assert files_with(office.core.workspace.site, "养老服务补贴发放时间") == []
    verify_channels(office.core)
    office.retry_now()
    office.work()
    assert office.state(case) is State.WITHDRAWN


def test_a_draft_that_was_only_in_the_spool_is_named_in_the_audit_log(office: Office, tmp_path: Path):
    case = office.hand_in().case
    backup(office.core, tmp_path / "backup")
    restore(office.core, tmp_path / "backup")
    ((detail,),) = office.query("SELECT detail FROM audit WHERE action = 'restored'")
    assert json.loads(detail) == {"only_in_spool": [case]}


def test_a_restored_lease_is_nobody_s(office: Office, tmp_path: Path):
    case = office.reviewed()
    office.sql("UPDATE document SET lease_owner = 'other#1', fence = 7")
    backup(office.core, tmp_path / "backup")
    restore(office.core, tmp_path / "backup")
    assert (office.row(case).lease_owner, office.row(case).fence) == (None, 8)


def test_drop_folders_and_site_are_left_as_they_are(office: Office, tmp_path: Path):
    backup(office.core, tmp_path / "backup")
    case = office.published()
    letters = office.letters()
    restore(office.core, tmp_path / "backup")
    assert office.letters(DEPARTMENT) == letters
    assert files_with(office.core.workspace.site, case) != []
    answer = verify_channels(office.core)
    assert {(item["document"], item["code"]) for item in answer["differences"]} == {(case, "extra")}
