"""Charts: well-formed, told to screen readers, without script, and true to the figures."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.console.charts import HEIGHT, WIDTH, Chart, Series, bars, lines

SVG = "{http://www.w3.org/2000/svg}"
EVIL = "<script>alert(1)</script>&\"'"


def drawn(text: str) -> ET.Element:
    return ET.fromstring(text)


def chart(*values: float | None, name: str = "收到") -> Chart:
    return Chart(
        "c1", "每月收到", "各月收到的件数", [f"{n + 1}月" for n in range(len(values))], [Series(name, values)]
    )


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e7)), min_size=1, max_size=40))
def test_bars_are_as_high_as_the_figures_and_stay_inside(values: list[float | None]):
    found = drawn(bars(chart(*values)))
    boxes = [(float(box.attrib["y"]), float(box.attrib["height"])) for box in found.iter(f"{SVG}rect")]
    known = [value for value in values if value is not None]
    assert len(boxes) == len(known)
    assert all(y >= 0 and y + height <= HEIGHT for y, height in boxes)
    heights = [height for _, height in boxes]
    for first, one in enumerate(known):
        for second, other in enumerate(known):
            assert (one <= other) <= (heights[first] <= heights[second])


def test_a_gap_breaks_the_line_and_draws_no_dot():
    found = drawn(lines(chart(1, 2, None, 3, 4)))
    assert [len(item.attrib["points"].split()) for item in found.iter(f"{SVG}polyline")] == [2, 2]
    assert len(list(found.iter(f"{SVG}circle"))) == 4


def test_screen_readers_get_title_and_description_and_each_figure():
    found = drawn(bars(chart(3, 7)))
    named = {item.attrib["id"]: item.text for item in found if "id" in item.attrib}
    assert found.attrib["role"] == "img"
    assert [named[name] for name in found.attrib["aria-labelledby"].split()] == ["每月收到", "各月收到的件数"]
    assert [box.find(f"{SVG}title").text for box in found.iter(f"{SVG}rect")] == ["1月 收到 3", "2月 收到 7"]


def test_names_cannot_become_markup_and_nothing_is_styled_or_loaded():
    text = bars(Chart(EVIL, EVIL, EVIL, [EVIL], [Series(EVIL, [1])]))
    found = drawn(text)
    tags = {item.tag.removeprefix(SVG) for item in found.iter()}
    assert tags == {"svg", "title", "desc", "line", "text", "rect"}
    assert not {"style", "fill", "href", "onload"} & {key for item in found.iter() for key in item.attrib}
    assert found.find(f"{SVG}title").text == EVIL


def test_many_labels_are_thinned_and_nothing_at_all_is_a_chart_too():
    found = drawn(bars(chart(*range(40))))
    assert len([item for item in found.iter(f"{SVG}text") if item.attrib["class"] == "label"]) <= 12
    assert drawn(lines(Chart("x", "t", "d", [], []))).attrib["viewBox"] == f"0 0 {WIDTH} {HEIGHT}"
