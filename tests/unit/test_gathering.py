"""A column of many numbers is one finding with every range in it; short columns and markings stay as they are."""

from __future__ import annotations

from functools import cache

from benchmarks import screening_scores
from disclosure_pipeline.hooks.contracts import Detector, PartText
from disclosure_pipeline.hooks.gathering import gathered
from disclosure_pipeline.hooks.reading import Reader
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import MARKING, Finding
from disclosure_pipeline.model.text import Place, Segment, Text

ROWS = 3000
LEAST = 10


def sheet(rows: int, *, columns: str = "B") -> PartText:
    """A sheet with a heading and numbers in some columns."""
    segments = [
        Segment(
            "联系方式" if row == 1 else f"138{row:04d}{ord(column):04d}",
            Place("xl/worksheets/sheet1.xml", "table", cell=f"人员名单!{column}{row}"),
        )
        for row in range(1, rows + 2)
        for column in columns
    ]
    return PartText(0, PartRole.MAIN, Text("text/plain", "test", tuple(segments)))


@cache
def working() -> dict[str, Detector]:
    wanted = ("secrecy_marking", "mobile")
    return {
        f"builtin.{item.id}": item
        for item in screening_scores.detectors(["secrecy", "personal_data"])
        if item.id in wanted
    }


def screened(part: PartText) -> tuple[Finding, ...]:
    reader = Reader({}, working(), (), "1", list_from=LEAST)
    screening, faults = reader.screen([part], frozenset(), {})
    assert not faults
    return screening.findings


def test_a_long_column_is_one_finding() -> None:
    part = sheet(ROWS)
    (finding,) = screened(part)
    assert finding.count == ROWS
    assert {part.text.segments[at].text[start:end] for at, start, end in finding.ranges} == {
        segment.text for segment in part.text.segments[1:]
    }
    assert finding.text == part.text.segments[1].text
    assert str(ROWS) in finding.why and "第2行" in finding.why
    assert "人员名单" not in finding.why and "138" not in finding.why


def test_its_id_stays_when_the_list_grows() -> None:
    (short,), (long,) = screened(sheet(20)), screened(sheet(ROWS))
    assert short.id == long.id


def test_each_column_is_a_list_of_its_own() -> None:
    assert [item.count for item in screened(sheet(50, columns="BD"))] == [50, 50]


def test_a_short_column_stays_as_it_is() -> None:
    assert [item.count for item in screened(sheet(LEAST - 1))] == [1] * (LEAST - 1)
    assert [item.count for item in screened(sheet(LEAST))] == [LEAST]


def test_markings_are_never_gathered() -> None:
    part = sheet(20)
    found = [
        Finding(
            MARKING, item.severity, "机密", 0, 2, index, part.text.segments[index].place, "D1", detector="d"
        )
        for index in range(1, 21)
        for item in screened(sheet(1))
    ]
    assert len(gathered(found, [part], LEAST)) == 20


def test_hidden_cells_are_a_list_of_their_own() -> None:
    part = sheet(40)
    segments = tuple(
        Segment(segment.text, segment.place, visible=index % 2 == 0)
        for index, segment in enumerate(part.text.segments)
    )
    hidden = PartText(0, PartRole.MAIN, Text("text/plain", "test", segments))
    assert [item.count for item in screened(hidden)] == [20, 20]
