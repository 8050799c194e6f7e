"""Charts as SVG: bars and lines from a small series, for beside the table that says the same.

No script, no outside font, no colour of its own: the page's style sheet colours the classes, in the dark too. Each
chart has a title and a description for screen readers; every figure is in the table beside it besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 8, 12, 40
_STEPS = 4
"""Lines of the grid above the base."""

_LABELS = 12
"""Most labels below the chart; of more, every second, third … is written."""


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures.

    Args:
        name: what they are, as the legend of the page calls it.
        values: one for each label; ``None`` leaves a gap.
    """

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn.

    Args:
        id: unique in the page; ASCII.
        title: short title. description: what can be seen, in a sentence.
        labels: names of the places on the base line.
        series: one or more; the n-th has class ``series-n``.
    """

    id: str
    title: str
    description: str
    labels: Sequence[str]
    series: Sequence[Series]


def bars(chart: Chart) -> str:
    """Bars, those of several series side by side."""
    top, slot = _ceiling(chart), _slot(chart)
    width = slot * 0.8 / max(len(chart.series), 1)
    marks = []
    for number, series in enumerate(chart.series, start=1):
        for place, value in enumerate(series.values):
            if value is None:
                continue
            y = _y(value, top)
            x = _LEFT + slot * (place + 0.1) + width * (number - 1)
            name = _named(chart, series, place, value)
            marks.append(
                f'<rect class="bar series-{number}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
                f'height="{_y(0, top) - y:.1f}"><title>{name}</title></rect>'
            )
    return _drawn(chart, top, marks)


def lines(chart: Chart) -> str:
    """Lines with a dot at each figure; a gap breaks the line."""
    top, slot = _ceiling(chart), _slot(chart)
    marks = []
    for number, series in enumerate(chart.series, start=1):
        runs: list[list[str]] = [[]]
        dots = []
        for place, value in enumerate(series.values):
            if value is None:
                runs.append([])
                continue
            x, y = _LEFT + slot * (place + 0.5), _y(value, top)
            runs[-1].append(f"{x:.1f},{y:.1f}")
            name = _named(chart, series, place, value)
            dots.append(
                f'<circle class="dot series-{number}" cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{name}</title></circle>'
            )
        marks += [
            f'<polyline class="line series-{number}" points="{" ".join(run)}"/>'
            for run in runs
            if len(run) > 1
        ]
        marks += dots
    return _drawn(chart, top, marks)


def _drawn(chart: Chart, top: float, marks: Sequence[str]) -> str:
    name = escape(chart.id, quote=True)
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{name}-title">{escape(chart.title)}</title>'
        f'<desc id="{name}-desc">{escape(chart.description)}</desc>'
        f"{''.join(_grid(top))}{''.join(_labels(chart))}{''.join(marks)}</svg>"
    )


def _grid(top: float) -> Sequence[str]:
    drawn = []
    for step in range(_STEPS + 1):
        value = top * step / _STEPS
        y = _y(value, top)
        drawn.append(
            f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{WIDTH - _RIGHT}" y2="{y:.1f}"/>'
            f'<text class="scale" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
        )
    return drawn


def _labels(chart: Chart) -> Sequence[str]:
    slot, every = _slot(chart), max(1, -(-len(chart.labels) // _LABELS))
    return [
        f'<text class="label" x="{_LEFT + slot * (place + 0.5):.1f}" y="{HEIGHT - _BOTTOM + 18}" '
        f'text-anchor="middle">{escape(label)}</text>'
        for place, label in enumerate(chart.labels)
        if place % every == 0
    ]


def _named(chart: Chart, series: Series, place: int, value: float) -> str:
    return escape(f"{chart.labels[place]} {series.name} {value:g}")


def _slot(chart: Chart) -> float:
    return (WIDTH - _LEFT - _RIGHT) / max(len(chart.labels), 1)


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * max(value, 0.0) / top


def _ceiling(chart: Chart) -> float:
    """A round number that is not below any figure, and can be cut into whole steps."""
    highest = max((value for item in chart.series for value in item.values if value is not None), default=0.0)
    size = float(_STEPS)
    while size < highest:
        for factor in (2.0, 2.5, 2.0):
            size *= factor
            if size >= highest:
                break
    return size
