"""How sure the engine is of a line: by its least certain letter, digit or decimal point."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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


def test_its_libraries_leave_no_mark_and_report_nothing(tmp_path: Path) -> None:
    """In a process of its own, whose home is empty: onnxruntime counts its users as soon as it is imported."""
    code = (
        "from disclosure_pipeline.builtin.recognisers.rapid import RapidRecogniser\n"
        "from disclosure_pipeline.hooks.contracts import Raster\n"
        "assert RapidRecogniser().recognise(Raster(64, 64, 1, b'\\xff' * 4096, 72.0)) == []\n"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ORT_", "XDG_", "CI"))}
    subprocess.run([sys.executable, "-c", code], env={**kept, "HOME": str(tmp_path)}, check=True, timeout=120)
    assert list(tmp_path.rglob("*")) == []
