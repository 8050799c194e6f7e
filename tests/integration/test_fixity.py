"""The archive is read a share at a time: damage is found within one round, told until it is mended, and by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support import OFFICE, Office, refused

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.pipeline import alarms, fixity, operations, recall
from disclosure_pipeline.pipeline.publication_rows import HELD
from disclosure_pipeline.pipeline.verify import verify_channels, watch
from disclosure_pipeline.store import people
from disclosure_pipeline.store.database import set_meta

ARCHIVE = "builtin.archive"
DAILY = {"archive": {"fixity_days": 4, "fixity_least": 1}}
NOTHING = {"looked_at": 1, "differences": 0}


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    """An office whose archive is read in four days: with four documents, one at each hourly look."""
    return staffed(**DAILY)


def bag(office: Office, case: str) -> Path:
    return office.core.workspace.archive / "default" / case.split("-", maxsplit=1)[0] / f"{case}-v1"


def flip(path: Path) -> Callable[[], None]:
    """Change one bit of a file; gives back what mends it."""
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes((data[-1] ^ 1,)))
    return lambda: path.write_bytes(data) and None


def told(office: Office) -> list[tuple[str, str, str]]:
    """What the page of operations lists."""
    with office.core.database.read() as connection:
        person = people.get(connection, OFFICE)
    board = operations.board(office.core, person, "default")
    grave = [alarm.code for alarm in alarms.alarms(board, today_in_shanghai()) if alarm.grave]
    assert ("deviations" in grave) == bool(board.deviating)
    return [(item.document, item.channel, item.code) for item in board.deviating]


def test_one_flipped_bit_is_found_within_a_round_and_told_until_it_is_mended(office: Office) -> None:
    cases = [office.published() for _ in range(4)]
    assert [fixity.sample(office.core) for _ in range(8)] == [NOTHING] * 8
    (original,) = (bag(office, cases[2]) / "data/originals").iterdir()
    mend = flip(original)

    assert [fixity.sample(office.core)["differences"] for _ in range(4)].count(1) >= 1
    assert told(office) == [(cases[2], ARCHIVE, "changed")]
    assert office.steps(cases[2]).count("channel.deviates") == 1
    # Wherever the round stands, what deviated is looked at each time; the other channels' watch leaves it alone.
    assert [fixity.sample(office.core)["differences"] for _ in range(3)] == [1, 1, 1]
    assert watch(office.core) == {"differences": 0, "new": 0}
    assert told(office) == [(cases[2], ARCHIVE, "changed")]
    assert office.steps(cases[2]).count("channel.deviates") == 1

    mend()
    assert fixity.sample(office.core)["differences"] == 0
    assert told(office) == []
    office.chain_holds()


def test_a_round_reads_everything_and_begins_again(office: Office) -> None:
    for _ in range(3):
        office.published()
    looked = [fixity.check(office.core, [])["archives"][0] for _ in range(4)]
    assert [item["looked_at"] for item in looked] == [1, 1, 1, 1]
    assert [bool(item["whole"]) for item in looked] == [False, False, False, True]
    fresh = fixity.check(office.core, whole=True)["archives"][0]
    assert (fresh["documents"], fresh["looked_at"]) == (3, 3)


def test_the_bags_of_what_was_withdrawn_are_read_too(office: Office) -> None:
    case, other = office.published(), office.published(attribute="依申请公开")
    recall.withdraw(office.core, case, OFFICE, "内容有误")
    office.work()
    assert fixity.check(office.core, whole=True)["differences"] == []
    mend = flip(bag(office, case) / "data/record.json")
    flip(bag(office, other) / "data/审查单.html")
    found = fixity.check(office.core, [case, other])["differences"]
    assert [(item["document"], item["code"]) for item in found] == [(case, "changed"), (other, "changed")]
    mend()
    assert [item["document"] for item in fixity.check(office.core, [case])["differences"]] == []
    assert told(office) == [(other, ARCHIVE, "changed")]
    bag(office, case).rename(office.folder / "aside")
    assert {item["document"] for item in verify_channels(office.core)["differences"]} == {case, other}


def test_what_nobody_knows_of_is_found_by_a_look_at_everything(office: Office) -> None:
    case = office.published()
    bag(office, case).with_name("2026-009999-v1").mkdir()
    assert fixity.check(office.core, [case])["differences"] == []
    (found,) = fixity.check(office.core, whole=True)["differences"]
    assert (found["document"], found["code"]) == ("2026-009999", "extra")
    assert told(office) == [("2026-009999", ARCHIVE, "extra")]


def test_what_the_archive_was_never_given_is_refused(office: Office) -> None:
    case = office.reviewed()
    assert refused(lambda: fixity.check(office.core, [case])) == "not_found"
    assert fixity.sample(office.core) == {"looked_at": 0, "differences": 0}


def unreadable(office: Office, case: str) -> Callable[[], None]:
    """Let the archive fail at a document, as a disk does that gives no answer; gives back what mends it."""
    record = bag(office, case).with_name(f"{case}.state.json")
    aside = record.rename(office.folder / "aside.json")
    record.symlink_to(record.name)
    return lambda: aside.replace(record) and None


def test_an_archive_that_cannot_be_asked_is_told_and_nothing_of_it_counts_as_looked_at(
    office: Office,
) -> None:
    cases = [office.published() for _ in range(3)]
    flip(bag(office, cases[0]) / "data/record.json")
    assert fixity.sample(office.core) == {"looked_at": 1, "differences": 1}
    mend = unreadable(office, cases[1])

    unasked = {"looked_at": 0, "differences": 1}
    assert [fixity.sample(office.core) for _ in range(3)] == [unasked] * 3
    assert told(office) == [(cases[0], ARCHIVE, "changed"), ("", ARCHIVE, "unverified")]
    for ways in ({"documents": [cases[1]]}, {"documents": cases}, {"whole": True}, {}):
        found = fixity.check(office.core, **ways)  # type: ignore[arg-type]
        assert found["archives"][0]["looked_at"] == 0, ways
        assert found["differences"] == [{"document": "", "channel": ARCHIVE, "code": "unverified"}], ways
        assert not found["archives"][0]["whole"], ways
    assert told(office) == [(cases[0], ARCHIVE, "changed"), ("", ARCHIVE, "unverified")]
    assert office.query("SELECT count(*) FROM audit WHERE action = 'channel.deviates' AND document = ''") == [
        (1,)
    ], "once, however often it is tried"

    mend()
    assert fixity.sample(office.core)["looked_at"] > 0
    assert told(office) == [(cases[0], ARCHIVE, "changed")]
    assert [fixity.sample(office.core)["differences"] for _ in range(4)] == [1] * 4
    assert fixity.check(office.core, whole=True)["archives"][0]["whole"]
    office.chain_holds()


def test_a_damaged_record_is_no_whole_archive(office: Office) -> None:
    case = office.published()
    bag(office, case).with_name(f"{case}.state.json").write_text("no json", "utf-8")
    assert fixity.sample(office.core) == {"looked_at": 1, "differences": 1}
    assert told(office) == [(case, ARCHIVE, "changed")]


def test_after_a_restore_a_person_looks_first(office: Office) -> None:
    case = office.published()
    flip(bag(office, case) / "data/record.json")
    with office.core.database.write() as connection:
        set_meta(connection, HELD, "2026-11-23T00:00:00.000000Z")
    assert fixity.sample(office.core) == {"looked_at": 0, "differences": 0}
    assert told(office) == []
