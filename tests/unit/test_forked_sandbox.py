"""The sandbox of short commands, each test in a process of its own: a test runner has threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from typing import Any

import pytest

from tests.unit.sandbox_jobs import SECRET

JOBS = "tests.unit.sandbox_jobs"


def run(body: str, **environment: str) -> Any:
    """Run code that has ``box`` and prints JSON."""
    code = (
        "import json, os, time\nfrom pathlib import Path\n"
        "from disclosure_pipeline.errors import DisclosureError\n"
        "from disclosure_pipeline.hooks.forked import ForkedSandbox\n"
        "from disclosure_pipeline.hooks.sandbox_child import Bounds\n"
        f"from tests.unit.sandbox_jobs import *\nimport {JOBS}\nbox = ForkedSandbox(Bounds())\n"
        "def fails(job, *args, timeout=10.0):\n"
        "    try: return box.run(job, *args, timeout=timeout)\n"
        "    except DisclosureError as error: return [error.code, error.message, error.advice]\n"
        "def told(value): print(json.dumps(value))\n"
        f"{textwrap.dedent(body)}\nbox.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr.decode()
    assert SECRET.encode() not in done.stderr
    return json.loads(done.stdout)


def test_a_job_runs_confined() -> None:
    seen = run(
        f'seen = box.run("{JOBS}:surroundings", timeout=10)\ntold({{**seen, "me": os.getpid()}})',
        DISCLOSURE_TOKEN=SECRET,
    )
    assert seen["pid"] != seen["me"] == seen["parent"]
    assert seen["token"] is None
    assert (seen["core"], seen["memory"]) == ([0, 0], [1 << 30, 1 << 30])
    assert seen["streams"] == ["/dev/null"] * 3
    assert "disclosure-" in seen["temporary"]


def test_jobs_share_one_process_and_what_was_loaded_before() -> None:
    assert run(
        f'''
        {JOBS}.remember("before")
        first = box.run("{JOBS}:surroundings", timeout=10)["pid"]
        told([box.run("{JOBS}:remembered", timeout=10), first == box.run("{JOBS}:surroundings", timeout=10)["pid"]])
        '''
    ) == ["before", True]


@pytest.mark.parametrize(
    ("job", "code"),
    [
        ("raise_with_text", "sandbox.crash"),
        ("raise_chained", "file.broken"),
        ("raise_own", "own.code"),
        ("leave", "sandbox.crash"),
        ("unpicklable", "sandbox.crash"),
        ("leave_file", "sandbox.crash"),
    ],
)
def test_failures_are_codes_without_text_and_the_next_job_runs(job: str, code: str) -> None:
    failure, after = run(
        f'told([fails("{JOBS}:{job}"), box.run("{JOBS}:surroundings", timeout=10)["token"]])'
    )
    assert failure[0] == code
    assert SECRET not in "".join(failure)
    assert after is None


def test_a_job_over_its_time_is_killed_and_another_process_takes_the_next() -> None:
    failure, seconds, gone = run(
        f'''
        pid = box.run("{JOBS}:surroundings", timeout=10)["pid"]
        start = time.monotonic()
        failure = fails("time:sleep", 30, timeout=0.3)
        seconds = time.monotonic() - start
        other = box.run("{JOBS}:surroundings", timeout=10)["pid"]
        told([failure, seconds, pid != other and not Path("/proc", str(pid)).exists()])
        '''
    )
    assert failure[0] == "sandbox.timeout"
    assert seconds < 5
    assert gone


def test_too_much_memory_ends_the_job_and_not_the_command() -> None:
    assert run('told(fails("builtins:bytearray", 2 << 30))')[0] == "sandbox.memory"


def test_nothing_is_left_behind() -> None:
    left = run(
        f'''
        fails("{JOBS}:leave_file")
        folder = box._folder
        box.close()
        told(folder.exists())
        '''
    )
    assert left is False


def test_it_refuses_to_fork_beside_threads() -> None:
    assert (
        run(
            f'''
        import threading
        waiting = threading.Event()
        thread = threading.Thread(target=waiting.wait)
        thread.start()
        try:
            box.run("{JOBS}:surroundings", timeout=10)
        except RuntimeError:
            told("refused")
        waiting.set()
        '''
        )
        == "refused"
    )
