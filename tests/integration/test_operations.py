"""Operations: what waits, what failed and what is done about it; the quarter's reviews in pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest
from given_up import work_given_up
from sqlalchemy import ColumnElement, Table, func, insert, select
from support import ADMIN, BROKEN, CLERK, DEPARTMENT, FINAL, FIRST, OFFICE, SECOND, SECRECY, Office, refused
from waiting import wait_for

from disclosure_pipeline.errors import NotAllowed, NotFound
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import (
    alarms,
    backup,
    cancelling,
    deputies,
    exports,
    leases,
    mending,
    operations,
    review,
    review_views,
    trail,
)
from disclosure_pipeline.settings.models import UnitSettings
from disclosure_pipeline.store import people, publication_tables, tables
from disclosure_pipeline.store.deputies import Appointment
from disclosure_pipeline.store.people import Person

SITE, ARCHIVE = "builtin.site", "builtin.archive"


def who(office: Office, name: str = ADMIN) -> Person:
    with office.core.database.read() as connection:
        return people.get(connection, name)


def board(office: Office, name: str = ADMIN) -> operations.Board:
    return operations.board(office.core, who(office, name), "default")


def stuck(office: Office, channel: str) -> str:
    """A document that all channels have but one, which failed."""
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST, SECOND)
    office.decide(case, FINAL)
    office.work()
    office.sql("UPDATE document SET state = 'publishing' WHERE id = :d", d=case)
    office.sql(
        "UPDATE publication SET state = 'failed', attempt = 3, due_at = '2099-01-01T00:00:00.000000Z' "
        "WHERE document = :d AND channel = :c",
        d=case, c=channel,
    )  # fmt: skip
    return case


def test_an_office_without_work_is_calm(office: Office):
    leases.register_worker(office.core, host="h", pid=7)
    found = board(office)
    assert [(item.name, item.due, item.oldest, item.engine) for item in found.queues] == [
        ("intake", 0, 0.0, None), ("publish", 0, 0.0, None), ("rescreen", 0, 0.0, None),
    ]  # fmt: skip
    assert (found.attention, found.stuck, found.dead, found.channels) == ((), (), (), ())
    assert [(item.id, item.alive) for item in found.workers] == [("test-1#0001", True)]
    assert (found.held, found.last_backup, found.incidents, found.rescreen) == ("", "", 0, None)
    assert found.rules_version == office.core.rulebook.version
    assert 0 < found.disk_free <= found.disk_total
    assert {2025, 2026} <= set(found.years)


def test_what_waits_and_what_failed_is_listed_with_what_to_do(office: Office):
    waiting = office.hand_in()
    assert board(office).queues[0].due == 1
    broken = office.hand_in(raw=b"PK\x03\x04 no office wrote this", name="a.docx")
    office.work()
    assert (office.state(waiting.case), office.state(broken.case)) == (State.IN_REVIEW, State.ATTENTION)
    case = stuck(office, SITE)
    found = board(office, OFFICE)
    assert [item.document for item in found.attention] == [broken.case]
    assert found.attention[0].faults and all(advice for _, advice in found.attention[0].faults)
    assert [(item.document, item.channel, item.attempt) for item in found.stuck] == [(case, SITE, 3)]
    channel = next(item for item in found.channels if item.id == SITE)
    assert channel.waiting == {"failed": 1} and channel.last
    office.sql("UPDATE document SET unit = 'other'")
    assert (board(office).attention, board(office).stuck) == ((), ())


def test_every_failure_is_counted_and_none_of_another_unit_hides_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    case = stuck(office, SITE)
    broken = [office.hand_in(raw=BROKEN, name="a.docx", title=f"第{number}份").case for number in range(3)]
    office.work()
    monkeypatch.setattr(operations, "SHOWN", 2)
    found = board(office)
    assert ([item.document for item in found.attention], found.attention_number) == (broken[:2], 3)
    assert ([item.document for item in found.stuck], found.stuck_number) == ([case], 1)
    numbers = {item.code: item.number for item in alarms.alarms(found, date(2026, 6, 1))}
    assert (numbers["attention"], numbers["stuck"]) == (3, 1)
    others = [f"1999-{number:06}" for number in range(1500)]
    copy(office, tables.document, case, [{"id": name, "unit": "other", "claim": None} for name in others])
    older = {"due_at": "2026-01-01T00:00:00.000000Z"}
    rows = [{"document": name, **older} for name in others]
    publication = publication_tables.publication
    copy(office, publication, case, rows, publication.c.channel == SITE)
    found = board(office)
    assert ([item.document for item in found.stuck], found.stuck_number) == ([case], 1)


def copy(
    office: Office, table: Table, case: str, changes: list[dict[str, object]], *which: ColumnElement[bool]
) -> None:
    """Write a document's row of a table again, with changes."""
    key = table.c.get("document", table.c.get("id"))
    with office.core.database.write() as connection:
        row = connection.execute(select(table).where(key == case, *which)).mappings().one()
        connection.execute(insert(table), [{**row, **changed} for changed in changes])


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_the_failures_of_a_unit_are_found_by_their_state(office: Office):
    stuck(office, SITE)
    for conditions, index in (
        (operations._set_aside("default"), "ix_document_unit_state_id (unit=? AND state=?)"),
        (operations._unsent("default"), "ix_publication_state_due_at (state=?)"),
    ):
        query = select(func.count()).where(*conditions).compile(compile_kwargs={"literal_binds": True})
        steps = [row[-1] for row in office.query(f"EXPLAIN QUERY PLAN {query}") if "SCALAR" not in row[-1]]
        assert steps[0].endswith(index), steps
        assert all(step.startswith("SEARCH") for step in steps), steps


def test_a_deputys_mending_names_the_principal(office: Office):
    office.hire("代理人", Role.CLERK, DEPARTMENT)
    today = today_in_shanghai()
    wish = Appointment(OFFICE, "代理人", Role.OFFICE, "default", "", today, today)
    deputies.give(office.core, wish, by=ADMIN)
    person = who(office, "代理人")
    case = stuck(office, SITE)
    mending.retry_publication(office.core, person, case, SITE)
    office.sql("UPDATE publication SET state = 'failed' WHERE channel = :c", c=SITE)
    mending.retry_document(office.core, person, case)
    broken = office.hand_in(raw=BROKEN, name="a.docx").case
    office.work()
    mending.retry_document(office.core, person, broken)
    exports.note(office.core, person, "default", "trail", 3, roles=trail.READERS)
    exports.note(office.core, who(office, OFFICE), "default", "trail", 3, roles=trail.READERS)
    acts = office.query(
        "SELECT action, actor, document, detail FROM audit WHERE action IN ('channel.retried', 'retry', 'export') ORDER BY seq"
    )
    told = [(action, actor, at, json.loads(detail).get("deputy_for")) for action, actor, at, detail in acts]
    assert told == [
        ("channel.retried", "代理人", case, OFFICE), ("channel.retried", "代理人", case, OFFICE),
        ("retry", "代理人", broken, OFFICE), ("export", "代理人", "", OFFICE), ("export", OFFICE, "", None),
    ]  # fmt: skip


def test_only_admin_and_office_of_the_unit_look_and_act(office: Office):
    case = stuck(office, SITE)
    for name in (CLERK, FIRST, SECRECY):
        person = who(office, name)
        for act in (
            lambda person=person: operations.board(office.core, person, "default"),
            lambda person=person: operations.plugins(office.core, person, "default"),
            lambda person=person: mending.retry_publication(office.core, person, case, SITE),
            lambda person=person: mending.retry_document(office.core, person, case),
            lambda person=person: mending.drop(office.core, person, "default", "x"),
            lambda person=person: cancelling.cancel(office.core, case, SITE, by=person.name, reason="坏了"),
        ):
            assert refused(act) == "wrong_role"
    with pytest.raises(NotAllowed):
        operations.board(office.core, who(office), "other")
    with pytest.raises(NotAllowed):
        mending.revive(office.core, who(office, OFFICE), "default", "x")
    assert office.channels(case)["site"] == "failed"


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_plugins_with_their_state(office: Office):
    found = operations.plugins(office.core, who(office), "default")
    assert [(item.name, item.state) for item in found] == [("builtin", "loaded")]


def test_failed_work_is_tried_again(office: Office):
    case = stuck(office, SITE)
    assert mending.retry_publication(office.core, who(office), case, SITE) == 1
    office.work()
    assert (office.state(case), office.channels(case)["site"]) == (State.PUBLISHED, "done")
    assert "channel.retried" in office.steps(case)
    broken = office.hand_in(raw=b"PK\x03\x04 no office wrote this", name="a.docx").case
    office.work()
    assert mending.retry_document(office.core, who(office, OFFICE), broken) is State.RECEIVED


def test_a_channel_is_given_up_only_while_the_public_can_read_elsewhere(office: Office):
    case = stuck(office, SITE)
    for channel, code in (
        (SITE, "channel.last"),
        (ARCHIVE, "channel.not_stuck"),
        ("builtin.none", "not_found"),
    ):
        act = lambda channel=channel: cancelling.cancel(office.core, case, channel, by=ADMIN, reason="坏了")  # noqa: E731
        assert refused(act) == code
    assert (
        refused(lambda: cancelling.cancel(office.core, case, SITE, by=ADMIN, reason=" ")) == "reason_required"
    )
    office.sql("UPDATE publication SET state = 'failed' WHERE channel = :c", c=ARCHIVE)
    assert (
        refused(lambda: cancelling.cancel(office.core, case, ARCHIVE, by=ADMIN, reason="坏了"))
        == "channel.last"
    )
    assert "channel.cancelled" not in office.steps(case)


def test_a_backup_is_remembered(office: Office, tmp_path):
    manifest = backup.backup(office.core, tmp_path / "copy")
    assert board(office).last_backup == manifest["at"]


# ------------------------------------------------------------------------ the engine


@pytest.fixture
def engine_office(office: Office) -> Iterator[Office]:
    """An office whose queue is the real engine's."""
    with work_given_up(office):
        yield office


def test_dead_letters_are_seen_revived_and_dropped(engine_office: Office):
    office, person = engine_office, who(engine_office)
    found = board(office)
    assert sorted((item.key, item.queue, item.subject) for item in found.dead) == [
        ("dead-1", "intake", "2026-000001"), ("dead-2", "intake", "2026-000002"),
    ]  # fmt: skip
    mending.revive(office.core, person, "default", "dead-1")
    mending.drop(office.core, person, "default", "dead-2")
    wait_for(lambda: office.core.queue.backlog()["intake"] == 0)
    assert board(office).dead == ()
    with pytest.raises(NotFound):
        mending.drop(office.core, person, "default", "dead-1")
    acts = office.query("SELECT action, actor FROM audit WHERE action LIKE 'engine.%' ORDER BY seq")
    assert acts == [("engine.retried", ADMIN), ("engine.cancelled", ADMIN)]


def test_what_was_given_up_belongs_to_the_unit_of_its_document(engine_office: Office):
    office, mine = engine_office, who(engine_office)
    units = (*office.core.settings.unit, UnitSettings(code="below", name="下级", parent="default"))
    office.core.settings = office.core.settings.model_copy(update={"unit": units})
    office.hire("下级管员", Role.ADMIN, unit="below")
    below = who(office, "下级管员")
    office.hand_in(title="甲")
    case = office.hand_in(title="乙").case
    assert case == "2026-000002"
    office.sql("UPDATE document SET unit = 'below' WHERE id = :d", d=case)
    seen = {
        unit: [item.key for item in operations.board(office.core, person, unit).dead]
        for unit, person in (("default", mine), ("below", below))
    }
    assert seen == {"default": ["dead-1"], "below": ["dead-2"]}
    for act in (mending.revive, mending.drop):
        assert refused(lambda act=act: act(office.core, mine, "default", "dead-2")) == "not_found"
        assert refused(lambda act=act: act(office.core, below, "below", "dead-1")) == "not_found"
    mending.drop(office.core, below, "below", "dead-2")
    acts = office.query("SELECT actor, unit, document FROM audit WHERE action LIKE 'engine.%'")
    assert acts == [("下级管员", "below", case)]


def test_what_is_about_no_document_is_of_administrators_of_a_root_unit(engine_office: Office):
    office = engine_office
    units = (*office.core.settings.unit, UnitSettings(code="below", name="下级", parent="default"))
    office.core.settings = office.core.settings.model_copy(update={"unit": units})
    office.hire("下级管员", Role.ADMIN, unit="below")
    below = who(office, "下级管员")
    assert operations.board(office.core, below, "below").dead == ()
    assert refused(lambda: mending.drop(office.core, below, "below", "dead-1")) == "not_found"
    assert board(office, OFFICE).dead == ()
    assert len(board(office).dead) == 2
    mending.drop(office.core, who(office), "default", "dead-1")
    assert [item.key for item in board(office).dead] == ["dead-2"]


# ------------------------------------------------------------------------ attribute reviews


def test_a_quarter_is_worked_through_in_pages(office: Office):
    secret = "不能说的内部理由"
    cases = [office.published(attribute="不予公开", ground="R16a", reason=secret) for _ in range(3)]
    quarter = review.open_quarter(office.core)
    person = who(office, OFFICE)
    assert review_views.quarters(office.core, person, "default") == {quarter: False}
    first = review_views.tasks(office.core, person, "default", quarter, limit=2)
    assert ([task.document for task in first.rows], first.after) == (cases[:2], cases[1])
    task = first.rows[0]
    assert (task.ground.code, task.reason, task.age, task.ways) == (
        "R16a",
        secret,
        0,
        ("keep", "convert", "declassify"),
    )
    assert task.ground.article and task.attribute.value == "exempt"
    review.settle(office.core, cases[0], "keep", by=OFFICE, reason="理由仍在")
    rest = review_views.tasks(office.core, person, "default", quarter)
    assert ([task.document for task in rest.rows], rest.after) == (cases[1:], "")
    (done,) = review_views.tasks(office.core, person, "default", quarter, done=True).rows
    assert (done.outcome, done.by, done.why, done.ways) == ("keep", OFFICE, "理由仍在", ())
    progress = review_views.progress(office.core, person, "default", quarter)
    assert (progress.done, progress.open) == (1, 2)
    office.sql("UPDATE attribute_review SET quarter = '2025Q1' WHERE document = :d", d=cases[0])
    review.open_quarter(office.core)
    again = review_views.tasks(office.core, person, "default", quarter).rows[0]
    assert (again.document, again.reviewed) == (cases[0], ("2025Q1", "keep"))
    assert review_views.quarters(office.core, person, "default") == {quarter: False, "2025Q1": True}


def test_reviews_are_of_the_unit_and_tell_nothing_of_sealed_cases(office: Office):
    secret = "不能说的内部理由"
    case = office.published(attribute="不予公开", ground="R16a", reason=secret)
    quarter = review.open_quarter(office.core)
    for name in (CLERK, ADMIN, FIRST):
        with pytest.raises(NotAllowed):
            review_views.tasks(office.core, who(office, name), "default", quarter)
    office.hire("外办", Role.OFFICE, unit="other")
    assert review_views.tasks(office.core, who(office, "外办"), "other", quarter).rows == ()
    office.sql("UPDATE document SET state = 'quarantined' WHERE id = :d", d=case)
    (task,) = review_views.tasks(office.core, who(office, SECRECY), "default", quarter).rows
    assert (task.title, task.reason, task.why, task.ways) == (None, "", "", ())
