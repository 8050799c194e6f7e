"""A short chaos run on each database; `benchmarks/chaos.py` is the long one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support import DATABASES

CHAOS = Path(__file__).parents[2] / "benchmarks" / "chaos.py"


@pytest.mark.slow
@pytest.mark.parametrize("store", DATABASES)
def test_nothing_is_lost_doubled_or_leaked(store: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(CHAOS), "--rounds", "2", "--documents", "14", "--store", store, "--seed", "11",
         "--keep", str(tmp_path / "run"), "--json"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr.decode()
    report = json.loads(done.stdout)
    assert report["violations"] == []
    assert done.returncode == 0
    assert sum(report["kills"].values()) >= 2
    ends = report["ends"]
    assert sum(ends.values()) == 14 and set(ends) == {
        "published", "withdrawn", "quarantined", "withheld", "on_request", "returned", "duplicate",
    }  # fmt: skip
