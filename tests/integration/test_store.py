"""The store itself: schema, transactions, counters, versions of rows; on both databases."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select
from support import PHONE, SECRET, Office, at_once
from traces import dump

from disclosure_pipeline.errors import StoreFault
from disclosure_pipeline.model.finding import Fault, Settlement
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import letters
from disclosure_pipeline.store import database as store
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.database import Database, get_meta, next_serial, set_meta
from disclosure_pipeline.store.schema import is_ours, metadata
from disclosure_pipeline.store.tables import document, letter, part, person


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    made = Database(store_url)
    made.migrate()
    yield made
    made.close()


def test_a_migrated_store_is_what_the_tables_say(empty_url: str):
    database = Database(empty_url)
    database.migrate()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "target_metadata": metadata, "include_object": is_ours}
        )
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(database: Database):
    before = dump(database)
    Database(database.url).migrate()
    assert dump(database) == before
    assert {row[0] for row in before["meta"]} == {"digest_key", "store_id"}


def test_several_processes_may_migrate_at_once(empty_url: str):
    code = (
        "import sys; from disclosure_pipeline.store.database import Database; Database(sys.argv[1]).migrate()"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, empty_url]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    made = Database(empty_url)
    with made.read() as connection:
        assert get_meta(connection, "store_id")
    made.close()


def test_a_migration_that_breaks_off_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch):
    made = Database(empty_url)

    def no_id() -> object:
        raise ZeroDivisionError

    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr("disclosure_pipeline.store.database.uuid.uuid4", no_id)
        made.migrate()
    assert dump(made) == {}
    made.migrate()
    assert len(dump(made)["meta"]) == 2
    made.close()


def test_a_newer_store_is_refused_and_left_as_it_is(database: Database):
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = dump(database)
    with pytest.raises(StoreFault, match="newer version") as refusal:
        Database(database.url).migrate()
    assert refusal.value.code == "store.newer"
    assert dump(database) == before


def test_a_writing_transaction_is_all_or_nothing(database: Database):
    before = dump(database)
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        set_meta(connection, "a", "1")
        next_serial(connection, "case:2026")
        raise ZeroDivisionError
    assert dump(database) == before


def test_a_reading_transaction_is_one_view(database: Database):
    with database.write() as connection:
        set_meta(connection, "a", "1")
    with database.read() as reading:
        assert get_meta(reading, "a") == "1"
        with database.write() as writing:
            set_meta(writing, "a", "2")
        assert get_meta(reading, "a") == "1"
    with database.read() as reading:
        assert get_meta(reading, "a") == "2"


def test_nothing_is_written_while_reading(database: Database):
    try:
        with database.read() as connection:
            set_meta(connection, "a", "1")
    except StoreFault:
        pass
    with database.read() as connection:
        assert get_meta(connection, "a") is None


def test_numbers_are_without_gaps_and_without_doubles(database: Database):
    def draw() -> list[int]:
        found = []
        for _ in range(20):
            with database.write() as connection:
                found.append(next_serial(connection, "case:2026"))
        return found

    numbers = [number for answer in at_once(*[draw] * 4) for number in answer]
    assert sorted(numbers) == list(range(1, 81))
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        assert next_serial(connection, "case:2026") == 81
        raise ZeroDivisionError
    with database.write() as connection:
        assert next_serial(connection, "case:2026") == 81
        assert next_serial(connection, "case:2027") == 1


def test_one_letter_per_key_whoever_is_first(database: Database):
    gate = threading.Barrier(4)

    def owe() -> None:
        gate.wait()
        with database.write() as connection:
            letters.owe(connection, "", 0, "refused", {"reason": "x"}, key="refused:1")

    assert at_once(*[owe] * 4) == [None] * 4
    with database.read() as connection:
        assert len(connection.execute(select(letter)).all()) == 1


def test_errors_name_no_values(database: Database):
    with database.write() as connection:
        connection.execute(insert(person).values(name=SECRET, created_at=utc_now()))
    with pytest.raises(StoreFault) as refusal, database.write() as connection:
        connection.execute(insert(person).values(name=SECRET, created_at=utc_now()))
    told = [refusal.value, refusal.value.__cause__, refusal.value.as_json()]
    assert SECRET not in str(told)
    assert refusal.value.__suppress_context__


def test_a_locked_database_is_a_fault_with_a_name(store_url: str):
    if not store_url.startswith("sqlite"):
        pytest.skip("PostgreSQL locks rows, not the database")
    one, two = Database(store_url), Database(store_url, busy_timeout=0.1)
    one.migrate()
    with one.write() as connection, pytest.raises(StoreFault) as refusal:
        set_meta(connection, "a", "1")
        with two.write():
            pass
    assert refusal.value.code == "store.locked"


def test_clearing_removes_everything_and_migrating_makes_it_anew(office: Office):
    office.published()
    office.core.database.clear()
    assert set(dump(office.core.database)) - {"sqlite_sequence"} == set()
    office.core.database.migrate()
    office.staff()
    assert office.reviewed() == "2026-000001"


def test_a_new_version_takes_parts_texts_and_findings_along(office: Office):
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    office.clear(case, Settlement.ACCEPT)
    with office.core.database.write() as connection:
        documents.copy_version(connection, case, 1, 2)
    with office.core.database.read() as connection:
        for read in (documents.parts_of, documents.texts_of, documents.findings_of):
            assert read(connection, case, 2) == read(connection, case, 1) != []


def test_text_of_any_characters_comes_back_as_it_was(office: Office):
    """Both databases keep what a hostile draft can hold; a NUL would be refused by one of them."""
    odd = "全角　ＡＢＣ 𠮷 \u200b\u202e '\";--% _ \\u4e2d \\x00 {}"
    case = office.reviewed("关于古怪字符的通知", f"{odd}\n联系电话：{PHONE}。")
    with office.core.database.read() as connection:
        texts = documents.texts_of(connection, case, 1)
    assert any(
        odd.strip() in segment.text or "𠮷" in segment.text
        for text in texts.values()
        for segment in text.segments
    )
    assert office.findings(case)[0].finding.text == PHONE


@pytest.mark.parametrize("odd", ["\x00", "\ufffe", "\x1b[2J"])
def test_a_draft_with_control_characters_ends_in_a_state_that_a_person_sees(office: Office, odd: str):
    case = office.hand_in("关于控制字符的通知", f"第一行{odd}第二行，联系电话：{PHONE}。").case
    office.work()
    assert office.state(case) in ("in_review", "attention", "returned")
    assert office.row(case).work_at is None


def test_faults_are_open_until_they_are_resolved(office: Office):
    case = office.reviewed()
    with office.core.database.write() as connection:
        documents.add_faults(connection, case, [Fault("a", "one", "m", "d"), Fault("b", "two", "m", "d")])
        documents.resolve_faults(connection, case, "one")
    assert office.faults(case) == ["b"]
    with office.core.database.write() as connection:
        documents.resolve_faults(connection, case)
    assert office.faults(case) == []


def test_rows_cannot_name_a_document_that_is_not_there(database: Database):
    values = {
        "document": "2026-000001",
        "version": 1,
        "position": 0,
        "media_type": "",
        "sha256": "0" * 64,
        "size": 1,
    }
    with pytest.raises(StoreFault), database.write() as connection:
        connection.execute(insert(part).values(role="main", **values))
    assert dump(database)["part"] == []


def test_waiting_writers_wait_for_each_other(database: Database):
    """Read and write in one transaction, side by side: no update is lost, none is refused."""
    with database.write() as connection:
        set_meta(connection, "sum", "0")

    def add() -> None:
        for _ in range(10):
            with database.write() as connection:
                store.next_serial(connection, "lock")
                value = int(get_meta(connection, "sum") or 0)
                set_meta(connection, "sum", str(value + 1))

    assert at_once(*[add] * 4) == [None] * 4
    with database.read() as connection:
        assert get_meta(connection, "sum") == "40"


def test_counting_by_state(open_office: Callable[..., Office], store_url: str):
    office = open_office(store_url)
    office.staff()
    office.reviewed()
    office.published()
    office.hand_in()
    with office.core.database.read() as connection:
        assert documents.count_by_state(connection) == {"in_review": 1, "published": 1, "received": 1}
        assert len(connection.execute(select(document.c.id)).all()) == 3
