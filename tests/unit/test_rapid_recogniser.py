"""How sure the engine is of a line: by its least certain letter, digit or decimal point."""

from __future__ import annotations

import pytest

from disclosure_pipeline.builtin.recognisers.rapid import _least


@pytest.mark.parametrize(
    ("text", "confidences", "least"),
    [
        ("1.5万元", (1, 0.4, 1, 1, 1), 0.4),
        ("1. 强化", (1, 0.4, 0.5, 1, 0.9), 0.9),
        ("（一）强", (0.4, 1, 0.5, 1), 1.0),
        ("2026年", (1, 1, 0.3, 1, 1), 0.3),
        ("——", (0.2, 0.3), 0.2),
        ("", (), 0.0),
    ],
)
def test_a_line_is_as_sure_as_its_least_certain_character(
    text: str, confidences: tuple[float, ...], least: float
) -> None:
    assert _least(text, confidences) == least
