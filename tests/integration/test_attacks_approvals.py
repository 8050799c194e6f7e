"""Attacks on approvals: can anything go out that differs from what was signed? (design 6)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support import (
    ADMIN,
    CLERK,
    DEPARTMENT,
    FINAL,
    FIRST,
    OTHER_DEPARTMENT,
    SECOND,
    SECRECY,
    SECRECY_2,
    Office,
    refused,
)

from disclosure_pipeline.builtin.stages import unsettled
from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.hooks.stages import Screened
from disclosure_pipeline.model.finding import Screening, Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.model.text import Doubt, Place
from disclosure_pipeline.pipeline import leases, publication, referrals, takeback
from disclosure_pipeline.pipeline.cases import load_case
from disclosure_pipeline.pipeline.decisions import Decision, decide
from disclosure_pipeline.pipeline.recording import record
from disclosure_pipeline.pipeline.run import carry_on
from disclosure_pipeline.pipeline.versions import frozen_digest
from disclosure_pipeline.store import documents, people


@pytest.fixture
def office(open_office: Callable[..., Office], tmp_path: Path) -> Office:
    made = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}")
    made.staff()
    return made


def signed(office: Office) -> str:
    """A document with its last signature, not given to any channel yet."""
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST, SECOND)
    office.decide(case, FINAL)
    assert office.state(case) is State.APPROVED
    return case


def dispatched(office: Office) -> str:
    """A document whose channels are about to be called."""
    case = signed(office)
    carry_on(office.core, case)
    assert office.state(case) is State.PUBLISHING
    return case


def site_files(office: Office) -> list[str]:
    site = office.core.workspace.site
    return sorted(path.name for path in site.rglob("*") if path.is_file() and path.name != ".lock")


FORGED = "这段话没有人签过。"


def forge_artefact(office: Office) -> None:
    """Put other bytes into the vault and let the row of the text copy name them."""
    forged = office.folder / "forged.txt"
    forged.write_text(FORGED, "utf-8")
    digest = file_digest(forged)
    office.core.vault.put(forged, digest)
    office.sql("UPDATE artefact SET sha256 = :digest, size = 24 WHERE role = 'text'", digest=digest)


CHANGES: dict[str, Callable[[Office], object]] = {
    "artefact row": forge_artefact,
    "artefact row and digest": lambda office: (
        forge_artefact(office),
        office.sql("UPDATE document SET frozen_digest = :d", d=_digest(office)),
    ),
    "title": lambda office: office.sql("UPDATE document SET title = :t", t=FORGED),
    "slip": lambda office: office.sql(
        "UPDATE document SET slip = :s", s=json.dumps({"title": "x", "responsible_body": FORGED})
    ),
    "text": lambda office: office.sql("UPDATE extract SET segments = replace(segments, '2026', '2027')"),
    "a signature removed": lambda office: office.sql(
        "UPDATE tier SET state = 'open', by = NULL WHERE position = 1"
    ),
    "a tier dropped": lambda office: office.sql("DELETE FROM tier WHERE position = 1"),
    "wider attribute": lambda office: office.sql("UPDATE document SET reviewed_as = 'on_request'"),
    "decision dropped": lambda office: office.sql("DELETE FROM decision WHERE tier = 'final'"),
    "formed": lambda office: office.sql("UPDATE document SET formed = '2020-01-01'"),
}


def _digest(office: Office) -> str:
    """The digest of the newest document's frozen files as their rows name them now."""
    rows = office.query(
        "SELECT name, sha256 FROM artefact WHERE document = (SELECT max(id) FROM document) ORDER BY ordinal"
    )
    return frozen_digest((name, sha) for name, sha in rows)


@pytest.mark.parametrize("prepare", [signed, dispatched])
def test_what_changed_after_the_last_signature_is_not_sent(
    office: Office, prepare: Callable[[Office], str]
) -> None:
    for what, change in CHANGES.items():
        case = prepare(office)
        change(office)
        carry_on(office.core, case)
        for channel in ("builtin.site", "builtin.search", "builtin.archive"):
            publication.carry_out(office.core, case, channel)
        assert "content_changed" in office.faults(case), what
        assert office.state(case) in (State.APPROVED, State.PUBLISHING), what
        assert set(office.channels(case).values()) <= {"failed"}, what
    assert site_files(office) == []
    assert list(office.core.workspace.archive.glob("*/*/*-v1")) == []


def test_bytes_changed_in_the_vault_are_not_sent(office: Office) -> None:
    case = dispatched(office)
    for (digest,) in office.query("SELECT sha256 FROM artefact"):
        path = office.core.vault.path(digest)
        path.chmod(0o600)
        path.write_text(FORGED, "utf-8")
    for channel in ("builtin.site", "builtin.search", "builtin.archive"):
        publication.carry_out(office.core, case, channel)
    assert office.channels(case) == {"archive": "failed", "search": "failed", "site": "failed"}
    assert FORGED not in "".join(
        p.read_text("utf-8", "replace") for p in office.core.workspace.site.rglob("*") if p.is_file()
    )


def test_original_changed_in_the_vault_is_not_read_as_the_original(office: Office) -> None:
    case = office.reviewed()
    office.sql("UPDATE document SET state = 'attention', work_at = NULL")
    ((digest,),) = office.query("SELECT sha256 FROM part WHERE position = 0")
    path = office.core.vault.path(digest)
    path.chmod(0o600)
    path.write_text(f"关于某事的通知\n\n{FORGED}\n", "utf-8")
    takeback.retry(office.core, case, ADMIN)
    office.work()
    assert office.state(case) is State.ATTENTION
    assert office.faults(case) == ["vault.damaged"]


def test_vault_keeps_good_bytes_where_bad_ones_lie(office: Office, tmp_path: Path) -> None:
    good = tmp_path / "good"
    good.write_text("原件", "utf-8")
    digest = file_digest(good)
    bad = office.core.vault.put(good, digest)
    bad.chmod(0o600)
    bad.write_text("坏了", "utf-8")
    assert office.core.vault.put(good, digest).read_text("utf-8") == "原件"


def test_doubt_about_the_public_copy_blocks_it(office: Office) -> None:
    """A detector that dies between screening and freezing leaves nothing proved."""
    case = office.reviewed()
    with office.core.database.read() as connection:
        view = load_case(office.core, connection, documents.fetch(connection, case))
    doubt = Doubt("detector.failed", "x", detector="builtin.mobile")
    assert unsettled(view, (doubt,)) == (doubt,)


def test_settled_doubt_of_an_earlier_reading_settles_no_other(office: Office) -> None:
    def screen(case: str, page: int) -> None:
        office.sql("UPDATE document SET state = 'extracted', work_at = NULL")
        doubt = Doubt("page.no_text", "请人工查看。", place=Place("page", "body", page=page))
        with leases.claimed(office.core, case) as lease:
            with office.core.database.read() as connection:
                view = load_case(office.core, connection, documents.fetch(connection, case))
            record(Screened(Screening((), (doubt,), "1")), office.core, lease, view)
        office.sql("UPDATE document SET state = 'in_review'")

    case = office.reviewed()
    screen(case, 3)
    office.clear(case, Settlement.ACCEPT)
    screen(case, 7)
    assert refused(lambda: office.decide(case, SECRECY)) == "findings_open"


def test_officer_who_drafted_settles_no_findings(office: Office) -> None:
    office.hire(SECRECY_2, Role.CLERK, DEPARTMENT)
    case = office.reviewed(body="联系电话：13912345678。", by=SECRECY_2)
    assert refused(lambda: office.clear(case, Settlement.DISMISS, by=SECRECY_2)) == "drafter"
    office.clear(case, Settlement.REDACT)


def test_decision_of_somebody_else_needs_an_administrator_and_a_scan(office: Office) -> None:
    case = office.reviewed()
    scan = office.folder / "scan.pdf"
    scan.write_bytes(b"%PDF scan")
    digest = file_digest(scan)

    def on_paper(by: str, scan: str) -> str:
        wish = Decision(Verb.APPROVE, 1, SECRECY, recorded_by=by, scan=scan)
        return refused(lambda: decide(office.core, case, wish))

    assert on_paper(CLERK, digest) == "wrong_role"
    assert on_paper(ADMIN, "") == "scan_required"
    assert on_paper(ADMIN, digest) == "scan_required"  # the vault holds no such scan
    office.core.vault.put(scan, digest)
    decide(office.core, case, Decision(Verb.APPROVE, 1, SECRECY, recorded_by=ADMIN, scan=digest))


def test_head_of_another_department_records_no_answer(office: Office) -> None:
    office.hire("别科长", Role.FIRST, OTHER_DEPARTMENT)
    case = office.reviewed()
    office.sign(case, SECRECY)
    office.decide(case, FIRST, Verb.REFER, reason="请示上级")
    reply = referrals.Answer("示复〔2026〕1号", "上级机关", "5" * 64, agree=True)
    assert refused(lambda: referrals.answer(office.core, case, 1, "别科长", reply)) == "wrong_role"
    assert referrals.answer(office.core, case, 1, FIRST, reply) is State.IN_REVIEW


def test_document_referred_before_its_copy_was_frozen_goes_on(office: Office) -> None:
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST)
    office.decide(case, SECOND)
    office.decide(case, FINAL, Verb.REFER, reason="请示上级")
    office.work()
    reply = referrals.Answer("示复〔2026〕1号", "上级机关", "5" * 64, agree=True)
    referrals.answer(office.core, case, 1, FINAL, reply)
    office.work()
    office.sign(case, FINAL)
    assert office.state(case) is State.PUBLISHED


def test_disabled_person_proves_nothing(office: Office) -> None:
    with office.core.database.write() as connection:
        token = people.new_token(connection, CLERK)
    office.sql("UPDATE person SET disabled_at = '2026-01-01T00:00:00.000000Z' WHERE name = :n", n=CLERK)
    with office.core.database.read() as connection:
        assert not people.proves(connection, CLERK, token, None)
        assert not people.proves(connection, SECRECY, "", "")


def test_broken_order_does_not_spin(office: Office) -> None:
    """What cannot be turned into an order is a fault with a pause, not an endless loop."""
    case = dispatched(office)
    office.sql("UPDATE document SET final = 'nonsense'")
    for channel in ("builtin.site", "builtin.search", "builtin.archive"):
        publication.carry_out(office.core, case, channel)
    with office.core.database.read() as connection:
        assert publication.due(connection, 10) == []
    assert set(office.channels(case).values()) == {"failed"}
