"""Attacks on safekeeping: killed between any two writes, is anything lost, doubled or left behind?"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from invariants import violations
from killing import killed_before_each_write
from support import (
    BODY,
    BROKEN,
    CLERK,
    DEPARTMENT,
    FIRST,
    OFFICE,
    OTHER_DEPARTMENT,
    SECOND,
    SECRECY,
    SECRECY_2,
    SIGNERS,
    Office,
)

from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.pipeline import leases, letters, quarantine, reconcile
from disclosure_pipeline.pipeline.recording import record
from disclosure_pipeline.pipeline.run import conclude, next_case
from disclosure_pipeline.pipeline.spool import Manifest, SpooledFile, write_manifest
from disclosure_pipeline.pipeline.toolbox import CaseTools
from disclosure_pipeline.service.desk import submit, take_in
from disclosure_pipeline.service.watcher.bundle import submit_paths
from disclosure_pipeline.service.watcher.desk import Submission
from disclosure_pipeline.service.watcher.roots import RootPlan
from disclosure_pipeline.service.watcher.spool import spool as copy_to_spool

MARKED = "机密★10年"


@pytest.fixture
def office(open_office: Callable[..., Office], tmp_path: Path) -> Office:
    made = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}")
    made.staff()
    return made


def recover(office: Office) -> None:
    """What the next life does: the reconciler, long enough afterwards, then all work."""
    old = time.time() - 7200
    for folder in office.core.workspace.spool.iterdir():
        if not folder.name.startswith("sandbox-"):
            os.utime(folder, (old, old))
    for path in office.core.workspace.vault.rglob("*"):
        os.utime(path, (old, old))
    office.core.vault.remove_unfinished()
    reconcile.reconcile(office.core)
    office.retry_now()
    office.work()
    letters.deliver(office.core)


def whole(office: Office) -> None:
    assert violations(office.core, idle=True) == []
    office.chain_holds()


def draft(office: Office, number: int, text: str = BODY) -> Path:
    folder = office.folder / "desk" / f"kill{number}"
    folder.mkdir(parents=True)
    (folder / "稿件.txt").write_text(f"关于第{number}号事项的通知\n\n{text}\n（此件公开发布）\n", "utf-8")
    return folder / "稿件.txt"


def test_intake_killed_before_each_write_takes_the_draft_once(office: Office) -> None:
    plan = RootPlan(office.core.workspace, office.core.settings)
    taken: list[object] = []

    def step() -> Callable[[], object]:
        path = draft(office, len(taken))
        (submission,) = submit_paths([path], plan.find(DEPARTMENT), office.core.settings.intake)
        taken.append(submission)
        return lambda: take_in(office.core, submission, submitter=CLERK)

    def after(_: int) -> None:
        # The claim was not let go: it is handed over again.
        answer = take_in(office.core, taken[-1], submitter=CLERK)  # type: ignore[arg-type]
        recover(office)
        assert office.state(answer.case) is State.IN_REVIEW
        assert office.query("SELECT count(*) FROM document") == [(len(taken),)]

    assert killed_before_each_write(office.core.database, step, after) > 5
    whole(office)


def concluded(office: Office, case: str) -> Callable[[], object]:
    """What a worker has concluded about a case and is about to write."""
    with leases.claimed(office.core, case) as lease:
        assert lease is not None
        view = next_case(office.core, lease)
        assert view is not None
        tools = CaseTools(office.core, case)
        outcome = conclude(office.core, view, tools)
        office.sql(
            "UPDATE document SET lease_owner = :owner, fence = :fence WHERE id = :case",
            owner=lease.owner, fence=lease.fence, case=case,
        )  # fmt: skip

        def write() -> None:
            record(outcome, office.core, lease, view)
            tools.close()

    office.sql("UPDATE document SET lease_owner = :owner WHERE id = :case", owner=lease.owner, case=case)
    return write


@pytest.mark.parametrize(
    ("text", "state"), [(BODY, State.IN_REVIEW), (f"{MARKED}\n{BODY}", State.QUARANTINED)]
)
def test_what_was_read_is_written_once_whatever_kills_the_worker(
    office: Office, text: str, state: State
) -> None:
    cases: list[str] = []

    def step() -> Callable[[], object]:
        (answer,) = submit(office.core, [draft(office, len(cases), text)], department=DEPARTMENT)
        cases.append(answer.case)
        return concluded(office, answer.case)

    def after(_: int) -> None:
        recover(office)
        assert office.state(cases[-1]) is state, office.faults(cases[-1])

    assert killed_before_each_write(office.core.database, step, after) > 10
    whole(office)


def test_public_copy_is_frozen_once_whatever_kills_the_worker(office: Office) -> None:
    cases: list[str] = []

    def step() -> Callable[[], object]:
        case = office.reviewed()
        cases.append(case)
        office.sign(case, SECRECY, FIRST)
        office.decide(case, SECOND)
        return concluded(office, case)

    def after(_: int) -> None:
        recover(office)
        assert office.state(cases[-1]) is State.IN_REVIEW, office.faults(cases[-1])
        assert office.row(cases[-1]).frozen_digest

    assert killed_before_each_write(office.core.database, step, after) > 10
    whole(office)


@pytest.mark.parametrize("end", ["release", "confirm"])
def test_end_of_a_quarantine_holds_whatever_kills_the_command(office: Office, end: str) -> None:
    cases: list[str] = []

    def step() -> Callable[[], object]:
        (answer,) = submit(
            office.core, [draft(office, len(cases), f"{MARKED}\n{BODY}")], department=DEPARTMENT
        )
        cases.append(answer.case)
        office.work()
        if end == "confirm":
            return lambda: quarantine.confirm(office.core, answer.case, SECRECY, "属实")
        quarantine.release(office.core, answer.case, SECRECY, "示例")
        return lambda: quarantine.release(office.core, answer.case, SECRECY_2, "示例")

    def after(_: int) -> None:
        reconcile.reconcile(office.core)
        assert violations(office.core) == []
        if office.state(cases[-1]) is State.QUARANTINED:
            if end == "confirm":
                quarantine.confirm(office.core, cases[-1], SECRECY, "属实")
            else:
                quarantine.release(office.core, cases[-1], SECRECY_2, "示例")
        recover(office)
        assert office.state(cases[-1]) is (State.DESTROYED if end == "confirm" else State.IN_REVIEW)

    assert killed_before_each_write(office.core.database, step, after) > 3
    whole(office)


def test_draft_of_one_department_is_not_lost_in_the_returned_case_of_another(office: Office) -> None:
    first = office.reviewed(name="共同.txt")
    office.decide(first, SECRECY, Verb.RETURN, reason="请补充")
    path = office.folder / "desk" / "1" / "共同.txt"
    (answer,) = submit(office.core, [path], department=OTHER_DEPARTMENT)
    assert answer.outcome == "accepted"
    office.work()
    assert office.state(answer.case) in (State.IN_REVIEW, State.RETURNED)
    letters.deliver(office.core)
    whole(office)


def test_unread_draft_survives_until_it_is_back(office: Office) -> None:
    """The same claim comes again after the officers have returned the case: the clerk must get the file."""
    plan = RootPlan(office.core.workspace, office.core.settings)
    path = draft(office, 1)
    path.write_bytes(BROKEN)
    (submission,) = submit_paths(
        [path.rename(path.with_suffix(".docx"))], plan.find(DEPARTMENT), office.core.settings.intake
    )
    case = take_in(office.core, submission, submitter=CLERK).case
    office.work()
    office.decide(case, OFFICE, Verb.RETURN, reason="不能打开")
    take_in(office.core, submission, submitter=CLERK)
    letters.deliver(office.core)
    assert [path.read_bytes() for path in (office.core.workspace.outbox / DEPARTMENT / "退回").iterdir()] == [
        BROKEN
    ]
    whole(office)


def test_every_ordinary_end_leaves_nothing_behind(office: Office) -> None:
    office.published()
    held = office.hand_in("关于某事的通知", f"{MARKED}\n{BODY}").case
    office.hand_in(attribute=None)
    office.hand_in(raw=BROKEN, name="坏.docx")
    secret = office.hand_in("关于某事的通知", f"绝密★长期\n{BODY}").case
    on_request = office.reviewed(attribute="依申请公开")
    office.sign(on_request, *SIGNERS)
    office.work()
    quarantine.confirm(office.core, secret, SECRECY, "属实")
    letters.deliver(office.core)
    assert office.state(held) is State.QUARANTINED
    whole(office)


def test_draft_that_waited_for_long_is_no_stray_while_it_is_taken_in(office: Office) -> None:
    plan = RootPlan(office.core.workspace, office.core.settings)
    (submission,) = submit_paths([draft(office, 1)], plan.find(DEPARTMENT), office.core.settings.intake)
    copy_to_spool(submission, office.core.workspace.spool, submission.claim_id)
    folder = office.core.workspace.spool / submission.claim_id
    write_manifest(folder, Manifest(submission.name, is_folder=False, files=_spooled(submission)))
    os.utime(folder, (0, 0))
    store = sqlite3.connect(str(office.core.database.engine.url.database), isolation_level=None)
    store.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as pool:
        taken = pool.submit(take_in, office.core, submission, submitter=CLERK)
        time.sleep(0.5)
        assert reconcile.remove_strays(office.core) == 0
        store.rollback()
        case = taken.result().case
    office.work()
    assert office.state(case) is State.IN_REVIEW
    whole(office)


def _spooled(submission: Submission) -> tuple[SpooledFile, ...]:
    (file,) = submission.files
    return (SpooledFile("0000", file.name, file.relative, file.sha256, file.size),)


def test_document_whose_title_is_the_name_of_an_attachment_is_published(office: Office) -> None:
    folder = office.folder / "desk" / "送审"
    folder.mkdir(parents=True)
    (folder / "正文.txt").write_text(f"附件1\n\n{BODY}\n（此件公开发布）\n", "utf-8")
    (folder / "附件1 名单.txt").write_text("甲村、乙村。\n", "utf-8")
    (folder / "slip.toml").write_text('attribute = "主动公开"\ntitle = "附件1"\n', "utf-8")
    (answer,) = submit(office.core, [folder], department=DEPARTMENT, submitter=CLERK)
    office.work()
    office.sign(answer.case, *SIGNERS)
    assert office.state(answer.case) is State.PUBLISHED, office.faults(answer.case)
    whole(office)
