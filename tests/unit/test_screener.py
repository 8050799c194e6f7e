"""What is told of a sandbox process that crashed, by the real host in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests import plugin_hosts

WORDS = "现将取暖补贴的发放办法通知如下。"
PROGRAM = """
    import json, os, signal, sys
    from hashlib import sha256
    from pathlib import Path
    from disclosure_pipeline.hooks import stateless
    from disclosure_pipeline.hooks.contracts import SourceFile
    from disclosure_pipeline.settings.models import Settings
    from disclosure_pipeline.settings.policy import load_rulebook
    from disclosure_pipeline.settings.workspace import Workspace

    config, data, path, job = sys.argv[1:]
    space = Workspace(Path(config), Path(data))
    host = stateless.load(Settings(), space, load_rulebook(space.config))
    file = SourceFile(0, Path(path), "取暖.txt", sha256=sha256(Path(path).read_bytes()).hexdigest())
    texts = host.read([file]).texts
    os.kill(host._sandbox._child, signal.SIGKILL)
    if job == "read":
        reading = host.read([file])
        screening, faults = reading.screening, reading.faults
    else:
        screening, faults = host.screen(texts)
    retried = host.fault_counts()["", "sandbox.retried"]
    print(json.dumps([screening.verdict.value, [(fault.code, fault.stage) for fault in faults], retried]))
    host.close()
"""


def told(tmp_path: Path, job: str) -> Any:
    """What a job answers whose sandbox process was killed just before."""
    place, path = plugin_hosts.workspace(tmp_path), tmp_path / "取暖.txt"
    path.write_text(f"关于冬季取暖的通知\n{WORDS}\n2026年11月2日\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), str(place.config), str(place.data), str(path), job],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert WORDS not in done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(("job", "stage"), [("read", "extract"), ("screen", "screen")])
def test_a_job_that_is_done_again_is_told(tmp_path: Path, job: str, stage: str) -> None:
    assert told(tmp_path, job) == ["clear", [["sandbox.retried", stage]], 1]
