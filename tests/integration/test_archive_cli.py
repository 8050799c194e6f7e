"""`disclosure archive`: what it prints, how it ends, and what it keeps from whom."""

from __future__ import annotations

from pathlib import Path

from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.model.clock import today_in_shanghai
from tests.cli_calls import TITLE, Office

pytest_plugins = ["tests.cli_fixtures"]

OFFICE = "孙示办"


def test_a_check_tells_damage_by_its_status(cli_office: Office, cli_published: str) -> None:
    whole = cli_office("archive", "check", "--all")
    assert (whole.status, whole.json["differences"]) == (0, [])
    (told,) = whole.json["archives"]
    assert set(told) == {"channel", "documents", "looked_at", "began", "whole"}
    (record,) = (cli_office.workspace.archive).rglob(f"{cli_published}-v1/data/record.json")
    kept = record.read_bytes()
    record.write_bytes(b"{}")
    found = cli_office("archive", "check", cli_published)
    record.write_bytes(kept)
    assert found.status == 1
    assert found.json["differences"] == [
        {"document": cli_published, "channel": "builtin.archive", "code": "changed"}
    ]
    assert cli_office("archive", "check", cli_published).status == 0
    assert cli_office("archive", "check", "2026-999999").code == "not_found"
    assert cli_office("archive", "check", "--all", cli_published).code == "usage"


def test_a_list_is_made_signed_and_listed(cli_office: Office, cli_published: str, tmp_path: Path) -> None:
    year, path, scan = str(today_in_shanghai().year), tmp_path / "list.csv", tmp_path / "signed.pdf"
    scan.write_bytes(b"%PDF-1.7\n%%EOF")
    words = (
        "archive",
        "hand-over",
        "--year",
        year,
        "--for",
        "library",
        "--to",
        "示范县图书馆",
        "-o",
        str(path),
    )
    assert cli_office.as_("李示密", *words).code == "wrong_role"
    assert cli_office(*words, "--as", OFFICE).code == "bad_token"
    assert not path.exists()
    made = cli_office.as_(OFFICE, *words).json
    assert set(made) == {
        "list", "target", "unit", "year", "documents", "changed", "overdue", "left_out", "path", "sha256",
    }  # fmt: skip
    assert (made["target"], made["documents"], made["sha256"]) == ("library", 1, file_digest(path))
    assert TITLE in path.read_text("utf-8-sig")
    assert cli_office.as_(OFFICE, *words).code == "usage"

    ended = cli_office.as_(OFFICE, "archive", "handed-over", "--list", str(path), "--receipt", str(scan))
    assert (ended.json["list"], ended.json["documents"]) == (made["list"], 1)
    again = cli_office.as_(OFFICE, "archive", "handed-over", "--list", made["list"], "--receipt", str(scan))
    assert (again.status, again.code) == (5, "hand_over.received")
    assert cli_office.as_(OFFICE, "archive", "lists").json == [ended.json]
    told = cli_office("incident", cli_published).json["errands"]
    assert [(item["channel"], item["outcome"]) for item in told] == [("hand_over.library", "done")]
    assert cli_office("audit", "verify").json["intact"] is True
