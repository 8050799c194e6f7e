"""What is approved outside its unit's release window waits; what is 特急 does not, nor does a withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from disclosure_pipeline.model.clock import SHANGHAI
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.times import as_text, parse
from disclosure_pipeline.pipeline import recall
from tests.support import DEPARTMENT, OFFICE, SIGNERS, Office

DAY = timedelta(days=1)


def closed_now() -> dict[str, object]:
    """A window that is closed for the next hours whatever the time is, and opens once a day."""
    now = datetime.now(SHANGHAI)
    early = now.hour < 12
    return {"opens": "20:00" if early else "04:00", "closes": "21:00" if early else "05:00", "holidays": True}


def opened(staffed: Callable[..., Office]) -> Office:
    return staffed(unit=[{"departments": [DEPARTMENT], "release": closed_now()}])


def test_it_waits_for_the_window_and_then_goes_out(staffed: Callable[..., Office]) -> None:
    office = opened(staffed)
    case = office.published()
    assert office.state(case) is State.APPROVED
    opens = parse(office.row(case).work_at)
    assert datetime.now(UTC) < opens <= datetime.now(UTC) + DAY
    assert office.steps(case)[-2:] == ["approve", "release.waits"]
    office.work()
    assert office.state(case) is State.APPROVED

    unit = office.core.settings.unit[0]
    office.core.settings = office.core.settings.model_copy(
        update={"unit": (unit.model_copy(update={"release": None}),)}
    )
    office.sql("UPDATE document SET work_at = :now WHERE id = :id", now=as_text(datetime.now(UTC)), id=case)
    office.work()
    assert office.state(case) is State.PUBLISHED


def test_what_is_most_urgent_goes_out_at_once(staffed: Callable[..., Office]) -> None:
    office = opened(staffed)
    case = office.reviewed()
    office.sql("UPDATE document SET urgency = 0 WHERE id = :id", id=case)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED


def test_what_waits_can_be_withdrawn(staffed: Callable[..., Office]) -> None:
    office = opened(staffed)
    case = office.published()
    recall.withdraw(office.core, case, OFFICE, "内容有误")
    office.work()
    assert office.state(case) is State.WITHDRAWN
    assert office.channels(case) == {}
