"""Suspected state secrets: no character of them stays in the store; released by two, or destroyed."""

from __future__ import annotations

import json
from typing import Any

from support import (
    DEPARTMENT,
    FINAL,
    FIRST,
    OFFICE,
    PHONE,
    SECOND,
    SECRECY,
    SECRECY_2,
    SIGNERS,
    Office,
    refused,
)
from traces import files_with, holds

from disclosure_pipeline.model.finding import Finding, Settlement, Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.model.text import Place
from disclosure_pipeline.pipeline import isolation, letters, quarantine, reconcile, review, spool, views
from disclosure_pipeline.pipeline.takeback import retry

TITLE = "关于甲号储备库安全检查情况的报告"
SECRET = "甲号储备库存放示例物资三百箱"
NAME = "储备库检查.txt"
MARKED = f"机密★10年\n\n{SECRET}。联系人电话{PHONE}。"
WORDS = ("甲号储备库", "示例物资", PHONE, "储备库检查")


def drop_secret(office: Office, **options: Any) -> str:
    case = office.hand_in(TITLE, MARKED, **{"name": NAME, **options}).case
    office.work()
    assert office.state(case) is State.QUARANTINED
    return case


def traces(office: Office) -> list[str]:
    """Tables and files outside quarantine that hold any of the words."""
    rows = office.dump()
    data = office.core.workspace.data
    found = [name for word in WORDS for name in holds(rows, word)]
    for word in WORDS:
        found += [name for name in files_with(data, word) if not name.startswith("quarantine")]
        found += [
            path.name
            for path in data.parent.parent.glob("store.sqlite*")
            if word.encode() in path.read_bytes()
        ]
    return found


def test_the_words_tried_here_would_be_found(office: Office):
    """The same draft without its marking leaves every one of the words in store and vault."""
    office.hand_in(TITLE, f"{SECRET}。联系人电话{PHONE}。", name=NAME)
    office.work()
    rows, data = office.dump(), office.core.workspace.data
    assert [word for word in WORDS if not holds(rows, word)] == []
    assert [word for word in WORDS[:3] if not files_with(data / "vault", word)] == []


def test_no_text_stays_but_in_quarantine(office: Office):
    case = drop_secret(office)
    assert traces(office) == []
    folder = office.core.workspace.quarantine / office.row(case).spool
    assert folder.stat().st_mode & 0o777 == 0o700
    assert files_with(folder, SECRET) != []
    shown = views.show(office.core, case)
    assert (shown["title"], {part["name"] for part in shown["parts"]}, shown["findings"]) == (
        None,
        {None},
        [],
    )
    (listed,) = quarantine.listing(office.core)
    assert (listed["id"], listed["department"], len(listed["marks"])) == (case, DEPARTMENT, 1)
    assert office.letters() == [f"{case}_移送说明.html"]
    assert office.query("SELECT count(*) FROM finding WHERE text IS NOT NULL") == [(0,)]
    office.chain_holds()


def test_earlier_versions_are_purged_too(office: Office):
    """Version 1 went all the way to a frozen copy and was returned; version 2 bears a marking."""
    case = office.reviewed(TITLE, f"{SECRET}。联系人电话{PHONE}。", name=NAME)
    office.clear(case, Settlement.ACCEPT, reason=f"{SECRET}可以公开")
    office.sign(case, SECRECY, FIRST, SECOND)
    assert office.row(case).frozen_digest is not None
    office.decide(case, FINAL, Verb.RETURN, reason=f"{SECRET}须核对")
    frozen = {row[0] for row in office.query("SELECT sha256 FROM artefact")}
    assert frozen and all(office.core.vault.holds(digest) for digest in frozen)
    drop_secret(office, name=f"{case} 储备库检查.txt")
    # What the clerk got back with the note lies in the department's own folder.
    assert [place for place in traces(office) if not place.startswith("outbox")] == []
    assert not any(office.core.vault.holds(digest) for digest in frozen)


def test_one_officer_does_not_release_alone(office: Office):
    case = drop_secret(office)
    assert quarantine.release(office.core, case, SECRECY, "不是密件") is State.QUARANTINED
    assert refused(lambda: quarantine.release(office.core, case, SECRECY, "不是密件")) == "same_person"
    for who in (FIRST, OFFICE, "管员"):
        assert refused(lambda by=who: quarantine.release(office.core, case, by, "不是密件")) == "not_allowed"
        assert refused(lambda by=who: quarantine.confirm(office.core, case, by, "是密件")) == "not_allowed"
    office.work()
    assert office.state(case) is State.QUARANTINED


def test_two_officers_release_and_the_document_goes_its_way(office: Office):
    case = drop_secret(office)
    quarantine.release(office.core, case, SECRECY, "示例文字")
    assert quarantine.release(office.core, case, SECRECY_2, "示例文字") is State.RECEIVED
    office.work()
    assert office.state(case) is State.IN_REVIEW
    row = office.row(case)
    assert (row.title, row.spool) == (TITLE, None)
    assert list(office.core.workspace.quarantine.glob("*")) == []
    office.clear(case, Settlement.REDACT, *(item.id for item in office.findings(case) if item.finding.text))
    office.chain_holds()


def released(office: Office, case: str) -> None:
    quarantine.release(office.core, case, SECRECY, "示例文字")
    quarantine.release(office.core, case, SECRECY_2, "示例文字")


def test_a_release_holds_for_these_rules_only(office: Office):
    case = drop_secret(office)
    released(office, case)
    office.sql("UPDATE exemption SET rules_version = 'older rules'")
    office.work()
    assert office.state(case) is State.QUARANTINED
    assert traces(office) == []


def test_a_release_holds_for_these_bytes_only(office: Office):
    case = drop_secret(office)
    released(office, case)
    office.work()
    office.decide(case, SECRECY, Verb.RETURN, reason="请改")
    office.hand_in(TITLE, MARKED + "又一句。", name=f"{case} 储备库检查.txt")
    office.work()
    assert office.state(case) is State.QUARANTINED
    assert [place for place in traces(office) if not place.startswith("outbox")] == []


def test_a_release_holds_for_this_document_only(office: Office):
    released(office, drop_secret(office))
    office.work()
    other = office.hand_in(TITLE, MARKED, name="另.txt", department="财政局").case
    office.work()
    assert office.state(other) in (State.QUARANTINED, State.DUPLICATE)


def test_another_marking_in_the_same_file_is_not_released_with_the_first(office: Office):
    case = drop_secret(office)
    released(office, case)
    office.sql("DELETE FROM exemption")
    office.work()
    assert office.state(case) is State.QUARANTINED


def test_a_confirmation_destroys_the_bytes_and_leaves_a_record(office: Office):
    case = drop_secret(office)
    folder = office.core.workspace.quarantine / office.row(case).spool
    note = quarantine.confirm(office.core, case, SECRECY, "确为密件")
    assert office.state(case) is State.DESTROYED
    assert not folder.exists()
    assert files_with(office.core.workspace.data, "甲号储备库") == []
    assert (note["case"], note["files"], note["confirmed_by"]) == (case, 2, SECRECY)
    assert len(note["copies_may_lie_in"]) >= 5
    record = office.core.workspace.quarantine / "records" / f"{case}.json"
    assert json.loads(record.read_text()) == note
    assert refused(lambda: quarantine.release(office.core, case, SECRECY, "x")) == "refused"
    assert refused(lambda: quarantine.confirm(office.core, case, SECRECY, "x")) == "refused"
    assert office.query("SELECT ended FROM quarantine") == [("destroyed",)]
    office.chain_holds()


def test_a_confirmation_finds_the_bytes_also_when_a_release_was_begun(office: Office):
    case = drop_secret(office)
    quarantine.release(office.core, case, SECRECY, "不是密件")
    spool.bring_back(office.core, office.row(case).spool)  # the second officer's release ended here
    assert quarantine.confirm(office.core, case, SECRECY, "确为密件")["files"] == 2
    assert files_with(office.core.workspace.data, "甲号储备库") == []


def test_the_same_bytes_again_are_a_duplicate_without_text(office: Office):
    case = drop_secret(office)
    again = office.hand_in(TITLE, MARKED, name=NAME)
    office.work()
    assert (again.outcome, again.first) == ("duplicate", case)
    letters.deliver(office.core)
    assert traces(office) == []


def test_a_checked_document_is_quarantined_from_the_vault_and_comes_back(office: Office):
    """After `retry` newer rules read a file whose original is in the vault already."""
    case = drop_secret(office)
    released(office, case)
    office.work()
    assert office.row(case).spool is None
    office.sql("UPDATE document SET state = 'attention', work_at = NULL")
    office.sql("DELETE FROM exemption")
    retry(office.core, case, "管员")
    office.work()
    assert office.state(case) is State.QUARANTINED
    assert traces(office) == []
    released(office, case)
    office.work()
    assert (office.state(case), office.row(case).title) == (State.IN_REVIEW, TITLE)


def test_originals_of_earlier_versions_come_back_with_a_release(office: Office):
    case = office.reviewed(TITLE, f"{SECRET}。", name=NAME)
    (first,) = office.query("SELECT sha256 FROM part WHERE version = 1 AND role = 'main'")
    office.decide(case, SECRECY, Verb.RETURN, reason="请改")
    drop_secret(office, name=f"{case} 储备库检查.txt")
    assert not office.core.vault.holds(first[0])
    released(office, case)
    assert office.core.vault.holds(first[0])
    office.work()
    office.core.vault.check(first[0])
    assert office.state(case) is State.IN_REVIEW


def test_bytes_that_another_case_holds_too_stay_for_that_one(office: Office):
    case = drop_secret(office)
    released(office, case)
    office.work()
    (digest,) = office.query("SELECT sha256 FROM part WHERE role = 'main'")
    office.sql(
        "INSERT INTO document (id, unit, department, state, version, revision, slip, folder_attribute, proposed_ground,"
        " ground, ground_reason, formed, content_digest, taken_back, generation, referral_needed, rules_version,"
        " attempts, fence, takeovers, created_at, entered_at) SELECT '2026-000099', unit, department, state, version,"
        " revision, slip, folder_attribute, proposed_ground, ground, ground_reason, formed, content_digest, taken_back,"
        " generation, referral_needed, rules_version, attempts, fence, takeovers, created_at, entered_at FROM document"
    )
    office.sql(
        "INSERT INTO part SELECT '2026-000099', version, position, name, media_type, sha256, size, role FROM part"
    )
    office.sql("UPDATE document SET state = 'attention' WHERE id = :case", case=case)
    office.sql("DELETE FROM exemption")
    retry(office.core, case, "管员")
    office.work()
    assert office.state(case) is State.QUARANTINED
    office.core.vault.check(digest[0])


def test_what_a_crash_left_in_the_vault_is_removed_by_the_reconciler(office: Office):
    case = drop_secret(office)
    folder = office.core.workspace.quarantine / office.row(case).spool
    (digest,) = office.query("SELECT sha256 FROM part WHERE position = 0")
    (original,) = (path for path in folder.iterdir() if SECRET.encode() in path.read_bytes())
    office.core.vault.put(original, digest[0])
    assert traces(office) != []
    reconcile.finish_quarantines(office.core)
    assert traces(office) == []


def test_what_a_crash_left_in_the_spool_is_moved_by_the_reconciler(office: Office):
    case = drop_secret(office)
    name = office.row(case).spool
    (office.core.workspace.quarantine / name).rename(office.core.workspace.spool / name)
    assert reconcile.finish_quarantines(office.core) == 1
    assert traces(office) == []
    assert reconcile.finish_quarantines(office.core) == 0


def test_reasons_of_an_attribute_review_are_purged(office: Office):
    case = office.hand_in(TITLE, f"{SECRET}。", name=NAME, attribute="依申请公开").case
    office.work()
    office.sign(case, *SIGNERS)
    review.open_due(office.core)
    review.settle(office.core, case, "convert", by=SECRECY, reason=f"{SECRET}已可公开")
    mark = Finding("secrecy.marking", Severity.BLOCK, None, 0, 2, 0, Place("", "body"), "own.mark")
    assert "attribute_review" in holds(office.dump(), SECRET)
    isolation.isolate(office.core, case, [mark], "newer")
    assert holds(office.dump(), SECRET) == []
