"""Rich Text Format: columns of tables whose rows have wider cells."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.rtf.reader import RtfExtractor
from disclosure_pipeline.builtin.extractors.rtf.table import Table, Tables
from disclosure_pipeline.builtin.extractors.shared.markup import column_number
from disclosure_pipeline.model.text import Place
from disclosure_pipeline.settings.models import ExtractionSettings
from tests.hiding.rtf import document, words

SETTINGS = ExtractionSettings().model_dump()
READER = RtfExtractor(SETTINGS)


def names(body: str) -> dict[str, str | None]:
    """Name of the cell of each text."""
    segments = READER.read(document(body), "通知.rtf").segments
    assert len({segment.text for segment in segments}) == len(segments)
    return {segment.text: segment.place.cell for segment in segments}


def columns(body: str) -> dict[str, str]:
    """Letter and row of each text in the first table."""
    return {text: name.removeprefix("table 1 ") for text, name in names(body).items() if name}


def definition(edges: list[int], left: int | None = None) -> str:
    return (
        r"\trowd" + ("" if left is None else rf"\trleft{left}") + "".join(rf"\cellx{edge}" for edge in edges)
    )


def row(edges: list[int], *cells: str, left: int | None = None) -> str:
    """A row as most programs write it: the definition in front of the cells."""
    return (
        definition(edges, left)
        + r"\pard\intbl "
        + "".join(words(cell) + r"\cell " for cell in cells)
        + r"\row "
    )


END = r"\pard\par "
HEADING = row([2000, 6000, 8000], "姓名", "身份证号", "金额")


def test_a_total_stands_under_its_heading() -> None:
    body = HEADING + row([2000, 6000, 8000], "甲", "1", "100") + row([6000, 8000], "合计", "600") + END
    assert columns(body) == {
        "姓名": "A1", "身份证号": "B1", "金额": "C1", "甲": "A2", "1": "B2", "100": "C2", "合计": "A3", "600": "C3",
    }  # fmt: skip


def test_the_heading_may_be_the_row_with_the_wide_cell() -> None:
    body = row([6000, 8000], "单位", "金额") + row([2000, 6000, 8000], "甲", "1", "100") + END
    assert columns(body) == {"单位": "A1", "金额": "C1", "甲": "A2", "1": "B2", "100": "C2"}


def test_a_row_may_be_defined_behind_its_cells() -> None:
    cells = r"\pard\intbl " + words("合计") + r"\cell 600\cell "
    for total in (
        definition([6000, 8000]) + cells + "{" + definition([6000, 8000]) + r"\row}",
        cells + definition([6000, 8000]) + r"\row ",
        "{" + definition([1, 2]) + "}" + cells + "{" + definition([6000, 8000]) + r"\row}",
    ):
        assert columns(HEADING + total + END)["600"] == "C2"


def test_a_definition_holds_until_the_next() -> None:
    again = r"\pard\intbl " + words("小计") + r"\cell 700\cell\row "
    body = HEADING + row([6000, 8000], "合计", "600") + again + END
    assert columns(body)["600"] == "C2"
    assert columns(body)["700"] == "C3"


@pytest.mark.parametrize("shift", [-30, -7, 7, 30])
def test_edges_that_nearly_meet_are_one(shift: int) -> None:
    narrow = row([100, 2000, 4000], "序", "姓名", "金额")
    assert columns(narrow + row([2000 + shift, 4000], "合计", "6") + END)["6"] == "C2"
    body = narrow + row([100, 2000 + shift, 4000], "1", "甲", "6") + END
    assert [columns(body)[text] for text in ("1", "甲", "6")] == ["A2", "B2", "C2"]


def test_an_edge_that_somebody_dragged_a_little_makes_no_column() -> None:
    body = HEADING + row([2200, 6100, 8000], "甲", "1", "100") + row([6000, 8000], "合计", "600") + END
    assert {text: columns(body)[text] for text in ("甲", "1", "100", "600")} == {
        "甲": "A2", "1": "B2", "100": "C2", "600": "C3",
    }  # fmt: skip


def test_a_row_that_begins_farther_right() -> None:
    body = (
        row([2000, 6000, 8000], "姓名", "身份证号", "金额", left=-108)
        + row([6000, 8000], "1", "600", left=1990)
        + END
    )
    assert columns(body)["1"] == "B2"
    assert columns(body)["600"] == "C2"


def test_cells_merged_by_their_words_keep_their_columns() -> None:
    merged = (
        r"\trowd\clmgf\cellx2000\clmrg\cellx6000\cellx8000\pard\intbl "
        + words("合计")
        + r"\cell\cell 600\cell\row "
    )
    first = (
        r"\trowd\clvmgf\cellx2000\cellx6000\cellx8000\pard\intbl "
        + words("乙")
        + r"\cell 2\cell 200\cell\row "
    )
    below = r"\trowd\clvmrg\cellx2000\cellx6000\cellx8000\pard\intbl \cell 3\cell 300\cell\row "
    assert columns(HEADING + merged + first + below + END) == {
        "姓名": "A1", "身份证号": "B1", "金额": "C1", "合计": "A2", "600": "C2",
        "乙": "A3", "2": "B3", "200": "C3", "3": "B4", "300": "C4",
    }  # fmt: skip


@pytest.mark.parametrize("edges", [[], [8000]], ids=["none", "fewer"])
def test_a_row_with_too_few_edges_is_named_by_position(edges: list[int]) -> None:
    body = HEADING + row(edges, "甲", "乙") + row([6000, 8000], "合计", "600") + END
    assert [columns(body)[text] for text in ("甲", "乙", "合计", "600")] == ["A2", "B2", "A3", "C3"]


@pytest.mark.parametrize("edges", [[4000, 3000], [4000, 4000], [4000, 4010], [-2000, -5000]], ids=str)
def test_edges_that_make_no_grid_rename_nothing(edges: list[int]) -> None:
    body = HEADING + row(edges, "甲", "乙") + row([6000, 8000], "合计", "600") + END
    assert [columns(body)[text] for text in ("甲", "乙", "合计", "600")] == ["A2", "B2", "A3", "B3"]


def test_each_table_has_columns_of_its_own() -> None:
    body = HEADING + row([6000, 8000], "合计", "600") + END + row([6000, 8000], "甲", "乙") + END
    assert names(body)["600"] == "table 1 C2"
    assert names(body)["乙"] == "table 2 B1"


def test_every_paragraph_of_a_cell_stands_in_it() -> None:
    first = definition([2000, 4000, 6000]) + "\\pard\\intbl A\\cell B\\cell C\\cell\\row "
    last = (
        definition([4000, 6000])
        + "\\pard\\intbl one\\par two\\par\\cell total\\par\\cell\\row\\pard after\\par"
    )
    assert names(first + last) == {
        "A": "table 1 A1", "B": "table 1 B1", "C": "table 1 C1",
        "one": "table 1 A2", "two": "table 1 A2", "total": "table 1 C2", "after": None,
    }  # fmt: skip


@pytest.mark.parametrize("word", ["clmrg", "clvmrg"])
def test_words_in_a_cell_that_was_merged_away_are_hidden(word: str) -> None:
    body = rf"\trowd\cellx2000\{word}\cellx4000\cellx6000\pard\intbl A\cell lost\par\cell C\cell\row\pard "
    found = {segment.text: segment for segment in READER.read(document(body), "通知.rtf").segments}
    assert (found["lost"].place.kind, found["lost"].place.cell, found["lost"].visible) == (
        "hidden", "table 1 B1", False,
    )  # fmt: skip
    assert found["A"].visible
    assert found["C"].visible


def test_a_table_of_a_header_is_none_of_the_body() -> None:
    header = r"{\header " + row([1000, 5000, 8000], "文", "号", "页") + r"\pard\par}"
    found = names(header + row([6000, 8000], "甲", "乙") + END)
    assert found["页"] == "table 1 C1"
    assert found["乙"] == "table 2 B1"


def test_a_table_in_a_note_does_not_end_the_one_around() -> None:
    note = r"{\footnote\pard " + words("注") + r"\par " + row([3000, 8000], "丙", "丁") + r"\pard\par}"
    body = HEADING + row([2000, 6000, 8000], "甲", "一" + "@", "100") + row([6000, 8000], "合计", "600") + END
    found = names(body.replace("@", note))
    assert [found[text] for text in ("丁", "100", "600")] == ["table 2 B1", "table 1 C2", "table 1 C3"]


def nested_row(level: int, edges: list[int], *cells: str) -> str:
    """A row of a table inside a cell, as Word and LibreOffice write it."""
    text = rf"\pard\intbl\itap{level} " + "".join(words(cell) + r"\nestcell " for cell in cells)
    return text + r"{\*\nesttableprops" + definition(edges) + r"\nestrow}{\nonesttables\par}"


@pytest.mark.parametrize("again", ["", definition([2000, 6000, 8000]) + " "], ids=["Word", "LibreOffice"])
def test_a_table_inside_a_cell_is_a_table_of_its_own(again: str) -> None:
    inner = (
        nested_row(2, [500, 1000, 1900], "内甲", "内乙", "内丙")
        + nested_row(2, [1000, 1900], "内合计", "内数")
        + r"\pard\intbl "
    )
    outer = definition([2000, 6000, 8000]) + r"\pard\intbl " + words("甲") + r"\cell " + inner
    outer += words("后文") + r"\cell " + again + r"100\cell\row "
    assert names(HEADING + outer + row([6000, 8000], "合计", "600") + END) == {
        "姓名": "table 1 A1", "身份证号": "table 1 B1", "金额": "table 1 C1", "甲": "table 1 A2",
        "内甲": "table 2 A1", "内乙": "table 2 B1", "内丙": "table 2 C1", "内合计": "table 2 A2", "内数": "table 2 C2",
        "后文": "table 1 B2", "100": "table 1 C2", "合计": "table 1 A3", "600": "table 1 C3",
    }  # fmt: skip


def test_two_tables_inside_one_cell_and_one_still_deeper() -> None:
    deepest = nested_row(3, [300, 600], "深甲", "深乙")
    second = r"\pard\intbl\itap2 " + words("乙一") + r"\nestcell " + deepest + r"\pard\intbl\itap2 \nestcell "
    second += words("乙三") + r"\nestcell{\*\nesttableprops" + definition([500, 1000, 1900]) + r"\nestrow}"
    body = (
        definition([2000])
        + nested_row(2, [900, 1900], "甲一", "甲二")
        + r"\pard\intbl "
        + words("之间")
        + r"\par "
        + second
        + r"\pard\intbl "
        + words("末")
        + r"\cell\row "
        + END
    )
    found = names(body)
    assert [found[text] for text in ("甲一", "甲二", "乙一", "深甲", "深乙", "乙三", "末")] == [
        "table 2 A1", "table 2 B1", "table 3 A1", "table 4 A1", "table 4 B1", "table 3 C1", "table 1 A1",
    ]  # fmt: skip


def test_a_file_cut_short_keeps_what_is_known_of_its_columns() -> None:
    data = document(HEADING + row([6000, 8000], "合计", "600") + "@").partition(b"@")[0]
    text = READER.read(data, "通知.rtf")
    assert [doubt.code for doubt in text.doubts] == ["rtf.truncated"]
    assert text.segments[-1].place.cell == "table 1 C2"


def test_only_cells_of_the_named_part_are_renamed_and_doubts_with_them() -> None:
    out = Collector("application/rtf", "builtin.rtf", Limits.of(SETTINGS))
    for part in ("document", "objdata 1!document"):
        out.add("甲", "table", part, cell="table 1 B1")
        out.add("乙", "table", part, cell="table 1 A1")
        out.doubt("text.invisible", "请人工查看。", Place(part, "table", cell="table 1 B1"))
    out.rename_cells("document", {"table 1 A1": "table 1 B1", "table 1 B1": "table 1 C1"})
    text = out.text()
    assert [segment.place.cell for segment in text.segments] == [
        "table 1 C1", "table 1 B1", "table 1 B1", "table 1 A1",
    ]  # fmt: skip
    assert [doubt.place.cell for doubt in text.doubts if doubt.place] == ["table 1 C1", "table 1 B1"]


def test_the_total_is_under_its_heading_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "补助发放表.rtf"
    file.write_bytes(document(HEADING + row([6000, 8000], "合计", "600") + END))
    done = subprocess.run(
        [sys.executable, "-m", "disclosure_pipeline", "extract", str(file), "--json"],
        cwd=tmp_path, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    cells = {item["text"]: item["place"]["cell"] for item in json.loads(done.stdout)["segments"]}
    assert cells["金额"] == "table 1 C1"
    assert cells["600"] == "table 1 C2"


# ------------------------------------------------------------------ for any table


@st.composite
def partitions(draw: st.DrawFn) -> tuple[list[int], list[list[int]]]:
    """Right edges of the columns of a grid, and rows: in how many columns each of their cells stands."""
    widths = draw(st.lists(st.integers(200, 3000), min_size=1, max_size=7))
    rows = [[1] * len(widths)]
    for _ in range(draw(st.integers(0, 4))):
        cuts = draw(st.lists(st.booleans(), min_size=len(widths) - 1, max_size=len(widths) - 1))
        ends = [number for number, cut in enumerate([*cuts, True], 1) if cut]
        rows.append([end - start for start, end in zip([0, *ends], ends, strict=False)])
    order = draw(st.permutations(rows))
    return list(accumulate(widths)), list(order)


@settings(max_examples=80, deadline=None)
@given(partitions(), st.data())
def test_every_cell_is_named_after_the_first_column_it_covers(
    table: tuple[list[int], list[list[int]]], data: st.DataObject
) -> None:
    edges, rows = table
    body = ""
    expected: dict[str, tuple[int, int]] = {}
    for number, spans in enumerate(rows, 1):
        ends = list(accumulate(spans))
        begins = [0, *ends[:-1]]
        cells = [f"{number}-{begin}" for begin in begins]
        expected |= {cell: (begin + 1, number) for cell, begin in zip(cells, begins, strict=True)}
        body += row([edges[end - 1] + data.draw(st.integers(-15, 15)) for end in ends], *cells)
    assert {text: place(name) for text, name in columns(body + END).items()} == expected


def place(name: str) -> tuple[int, int]:
    """Column and row of a name."""
    letters = name.rstrip("0123456789")
    return column_number(letters), int(name.removeprefix(letters))


ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-4000, 4000), st.lists(st.integers(-500, 9000), max_size=6), st.integers(0, 7)
    ),
    max_size=6,
)


@settings(max_examples=120, deadline=None)
@given(ROWS, st.booleans())
def test_whatever_the_edges_say_names_ascend_and_no_text_is_lost(
    rows: list[tuple[int | None, list[int], int]], ordered: bool
) -> None:
    body, texts = "", []
    for number, (left, edges, count) in enumerate(rows, 1):
        cells = [f"{number}-{position}" for position in range(count)]
        texts += cells
        body += row(sorted(edges) if ordered else edges, *cells, left=left)
    found = columns(body + END)
    assert list(found) == texts
    places = [place(name) for name in found.values()]
    assert [row for _, row in places] == [int(text.split("-")[0]) for text in texts]
    by_row = sorted(places, key=lambda at: at[1])
    assert by_row == sorted(set(places), key=lambda at: (at[1], at[0]))


WORDS = st.sampled_from(
    [r"\trowd", r"\cellx900", r"\cellx1800", r"\cellx-5", r"\trleft700", r"\cell ", r"\nestcell ", r"\row ", r"\nestrow ",
     r"\pard", r"\intbl", r"\itap2", r"\itap3", r"\itap0", r"\itap99999", r"\par ", "{", "}", r"{\*\nesttableprops\trowd",
     r"{\header ", r"{\upr{", r"{\*\ud{", r"{\footnote ", r"\clmgf", r"\clmrg", r"\clvmrg", "@", "@", "@", "@"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=40))
def test_words_of_tables_in_any_order_lose_nothing(parts: list[str]) -> None:
    parts = [part.replace("@", f" t{number}x") for number, part in enumerate(parts)]
    depth, body = 0, ""
    for part in parts:
        change = part.count("{") - part.count("}")
        if depth + change >= 0:
            depth += change
            body += part
    text = READER.read(document(body + "}" * depth), "通知.rtf")
    found = "".join(segment.text for segment in text.segments)
    for part in parts:
        assert part[1:] in found or not part.startswith(" t")


def test_the_state_of_a_story_is_empty_when_its_tables_have_ended() -> None:
    tables = Tables()
    story: list[Table] = []
    tables.end_cell(story, 3, filled=True)
    assert [table.level for table in story] == [1, 3]
    tables.leave(story, 0)
    assert story == []
    assert tables.names == {}
