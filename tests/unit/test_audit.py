"""The audit chain: every change of it is seen, and several writers make one chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support import SECRECY, Office, at_once

from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.pipeline import anchors, views
from disclosure_pipeline.store import audit
from disclosure_pipeline.store.audit import GENESIS, Problem, Record
from disclosure_pipeline.store.tables import audit as table

FORGED = "f" * 64
CHANGES: dict[str, object] = {
    "at": "2020-01-01T00:00:00.000000Z",
    "unit": "other",
    "actor": "somebody",
    "action": "approve",
    "document": "2026-999999",
    "version": 9,
    "before": "received",
    "after": "approved",
    "detail": '{"n": 99}',
    "previous": FORGED,
    "hash": FORGED,
}


def write(office: Office, number: int, **more: Any) -> None:
    with office.core.database.write() as connection:
        for index in range(number):
            audit.append(connection, Record("test", "管员", detail={"n": index}, **more))


def problems(office: Office, anchored: list[tuple[int, str]] | None = None) -> list[Problem]:
    with office.core.database.read() as connection:
        return audit.verify(connection, anchored or [])[1]


def head(office: Office) -> tuple[int, str]:
    with office.core.database.read() as connection:
        return audit.head(connection)


def test_an_empty_chain_holds(office: Office):
    assert head(office) == (0, GENESIS)
    assert problems(office) == []


def test_a_chain_holds_and_is_counted(office: Office):
    write(office, 5)
    with office.core.database.read() as connection:
        assert audit.verify(connection) == (5, [])
    assert [row[0] for row in office.query("SELECT seq FROM audit ORDER BY seq")] == [1, 2, 3, 4, 5]


def test_every_column_is_among_the_changes_tried_here():
    assert set(CHANGES) | {"seq"} == {column.name for column in table.c}


def test_a_changed_column_is_named_in_every_row(office: Office):
    write(office, 4, document="2026-000001", unit="default", version=1, before="tagged", after="in_review")
    for column, new in CHANGES.items():
        for seq in (1, 2, 4):
            ((old,),) = office.query(f'SELECT "{column}" FROM audit WHERE seq = :seq', seq=seq)
            office.sql(f'UPDATE audit SET "{column}" = :new WHERE seq = :seq', new=new, seq=seq)
            assert Problem(seq, "changed") in problems(office), column
            office.sql(f'UPDATE audit SET "{column}" = :old WHERE seq = :seq', old=old, seq=seq)
    assert problems(office) == []


def test_a_renumbered_row_is_named(office: Office):
    write(office, 3)
    office.sql("UPDATE audit SET seq = 9 WHERE seq = 3")
    assert problems(office) == [Problem(3, "missing"), Problem(9, "changed")]


def test_a_row_with_a_hash_of_its_own_is_unlinked_from_the_next(office: Office):
    """Somebody who computes hashes can change a row, but not the ones after it."""
    write(office, 3)
    with office.core.database.read() as connection:
        second = list(audit.rows(connection))[1]
    forged = {**second, "actor": "somebody"}
    office.sql("UPDATE audit SET actor = 'somebody', hash = :hash WHERE seq = 2", hash=audit.row_hash(forged))
    assert problems(office) == [Problem(3, "unlinked")]


def test_a_removed_row_is_named(office: Office):
    write(office, 4)
    office.sql("DELETE FROM audit WHERE seq = 2")
    assert problems(office) == [Problem(2, "missing"), Problem(3, "unlinked")]


def test_removed_first_rows_are_named(office: Office):
    write(office, 4)
    office.sql("DELETE FROM audit WHERE seq <= 2")
    assert problems(office) == [Problem(1, "missing"), Problem(3, "unlinked")]


def test_exchanged_rows_are_named(office: Office):
    write(office, 4)
    office.sql("UPDATE audit SET seq = 99 WHERE seq = 2")
    office.sql("UPDATE audit SET seq = 2 WHERE seq = 3")
    office.sql("UPDATE audit SET seq = 3 WHERE seq = 99")
    assert {problem.seq for problem in problems(office)} == {2, 3, 4}


def test_a_cut_off_end_shows_only_against_an_anchor(office: Office):
    write(office, 4)
    anchored = [head(office)]
    office.sql("DELETE FROM audit WHERE seq > 2")
    assert problems(office) == []
    assert problems(office, anchored) == [Problem(4, "anchor")]
    write(office, 3)  # the chain grows again behind the cut
    assert problems(office, anchored) == [Problem(4, "anchor")]


def test_every_anchor_of_a_row_counts_whichever_was_written_last(office: Office):
    """After cutting and growing again, an anchor of the new row must not hide the old one."""
    write(office, 1)
    good = head(office)
    for forged in (GENESIS, FORGED):
        assert problems(office, [good, (1, forged)]) == [Problem(1, "anchor")]
        assert problems(office, [(1, forged), good]) == [Problem(1, "anchor")]
    assert problems(office, [good, good]) == []


def test_anchor_files_are_written_twice_and_damage_is_a_problem(office: Office):
    write(office, 2)
    assert anchors.anchor_now(office.core) == 2
    assert anchors.anchors(office.core) == [head(office)]
    one, two = anchors.anchor_files(office.core)
    assert one.read_text().split()[1:] == two.read_text().split()[1:]
    one.write_text("2026-11-22T00:00:00.000000Z two " + FORGED)
    with office.core.database.read() as connection:
        _, found = audit.verify(connection, anchors.anchors(office.core))
    assert found == [Problem(0, "anchor")]


def test_many_writers_make_one_chain(office: Office):
    def writer() -> None:
        for _ in range(50):
            write(office, 1)

    assert at_once(*[writer] * 8) == [None] * 8
    with office.core.database.read() as connection:
        assert audit.verify(connection) == (400, [])


def test_reasons_are_in_the_chain_only_as_digests(office: Office):
    reason = "正文第三段需核实敏感数字"
    case = office.reviewed()
    office.decide(case, SECRECY, Verb.RETURN, reason=reason)
    rows = office.dump()
    assert any(reason in str(row) for row in rows["decision"])
    assert reason not in str(rows["audit"])
    assert audit.digest_of(reason) in str(rows["audit"])
    assert audit.digest_of("") == ""


def test_views_are_chained_in_batches_and_a_changed_view_shows(office: Office):
    for number in range(3):
        views.note_view(office.core, "李密", f"2026-00000{number}", "show")
    assert anchors.chain_views(office.core) == 3
    assert anchors.chain_views(office.core) == 0
    views.note_view(office.core, "李密", "2026-000009", "show")
    assert anchors.views_hold(office.core) == []
    assert anchors.chain_views(office.core) == 1
    office.sql("UPDATE access SET actor = 'somebody' WHERE document = '2026-000001'")
    assert anchors.views_hold(office.core) == [1]
    office.chain_holds()


@pytest.mark.parametrize("change", ["DELETE FROM access WHERE seq = 2", "UPDATE access SET batch = NULL"])
def test_a_removed_view_shows(office: Office, change: str):
    for _ in range(3):
        views.note_view(office.core, "李密", "2026-000001", "show")
    anchors.chain_views(office.core)
    office.sql(change)
    assert anchors.views_hold(office.core) == [1]


def test_a_view_whose_number_is_older_than_the_batch_waits_for_the_next(
    open_office: Callable[..., Office], store_url: str
):
    """On PostgreSQL a number can be drawn before, and committed after, a batch that runs past it."""
    office = open_office(store_url)
    for seq in (1, 3):
        office.sql(
            "INSERT INTO access (seq, at, actor, document, what) VALUES (:seq, 'now', '李密', '2026-000001', 'show')",
            seq=seq,
        )
    anchors.chain_views(office.core)
    office.sql(
        "INSERT INTO access (seq, at, actor, document, what) VALUES (2, 'now', '李密', '2026-000001', 'show')"
    )
    assert anchors.views_hold(office.core) == []
    assert anchors.chain_views(office.core) == 1
    assert anchors.views_hold(office.core) == []
