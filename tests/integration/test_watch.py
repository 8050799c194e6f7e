"""What channels really hold is looked at regularly; what deviates is an alarm until it does no more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.pipeline import alarms, operations, publication
from disclosure_pipeline.pipeline.publication_rows import HELD
from disclosure_pipeline.pipeline.verify import watch
from disclosure_pipeline.store import people
from disclosure_pipeline.store.database import set_meta
from tests.support import OFFICE, Office


def pages(office: Office, case: str) -> list[Path]:
    return [path for path in office.core.workspace.site.glob(f"documents/*/{case}/files/*") if path.is_file()]


def told(office: Office) -> list[tuple[str, str, str]]:
    """What the page of operations lists: document, channel, what is wrong."""
    with office.core.database.read() as connection:
        person = people.get(connection, OFFICE)
    board = operations.board(office.core, person, "default")
    found = {alarm.code: alarm for alarm in alarms.alarms(board, today_in_shanghai())}
    assert ("deviations" in found) == bool(board.deviations)
    if board.deviations:
        assert (found["deviations"].number, found["deviations"].grave) == (len(board.deviating), True)
    return [(item.document, item.channel, item.code) for item in board.deviating]


@pytest.mark.parametrize("way", ["changed", "missing"])
def test_a_changed_or_lost_page_is_an_alarm_until_it_is_mended(
    staffed: Callable[..., Office], way: str
) -> None:
    office = staffed()
    case, other = office.published(), office.published()
    assert (watch(office.core), told(office)) == ({"differences": 0, "new": 0}, [])

    if way == "changed":
        pages(office, case)[0].write_text("改动过的内容", "utf-8")
    else:
        (found,) = office.core.workspace.site.glob(f"documents/*/{case}/index.html")
        found.unlink()
    assert watch(office.core) == {"differences": 1, "new": 1}
    assert watch(office.core) == {"differences": 1, "new": 0}
    assert told(office) == [(case, "builtin.site", way)]
    assert office.steps(case).count("channel.deviates") == 1
    assert "channel.deviates" not in office.steps(other)

    publication.retry(office.core, case, "builtin.site")
    office.work()
    assert (watch(office.core), told(office)) == ({"differences": 0, "new": 0}, [])
    office.chain_holds()


def test_what_was_put_there_beside_is_found(staffed: Callable[..., Office]) -> None:
    office = staffed()
    case = office.published()
    (page,) = office.core.workspace.site.glob(f"documents/*/{case}/index.html")
    foreign = page.parent.parent / "2026-009999"
    foreign.mkdir()
    (foreign / "index.html").write_text("<p>有人放进来的页面</p>", "utf-8")
    assert watch(office.core)["differences"] == 1
    assert told(office) == [("2026-009999", "builtin.site", "extra")]


def test_after_a_restore_a_person_looks_first(staffed: Callable[..., Office]) -> None:
    office = staffed()
    case = office.published()
    with office.core.database.write() as connection:
        set_meta(connection, HELD, "2026-11-23T00:00:00.000000Z")
    pages(office, case)[0].unlink()
    assert watch(office.core) == {"differences": 0, "new": 0}
    assert told(office) == []
