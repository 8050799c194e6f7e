"""The sandbox with real processes: limits, kills, silence, and that the next job runs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import spawn
from pathlib import Path

import pytest

from disclosure_pipeline.errors import DisclosureError, ExtractionFailed
from disclosure_pipeline.hooks.sandbox import Sandbox
from disclosure_pipeline.hooks.sandbox_child import Bounds
from disclosure_pipeline.hooks.sniff import choose
from tests.unit.sandbox_jobs import SECRET

JOBS = "tests.unit.sandbox_jobs"
TIMEOUT = 30.0
TESTS = Path(__file__).parents[1]
OWN = Bounds(readable=(TESTS,))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(
        1,
        bounds=OWN,
        folder=tmp_path_factory.mktemp("sandbox"),
        initializer=f"{JOBS}:remember",
        initargs=("甲",),
    ) as sandbox:
        yield sandbox


def fault(sandbox: Sandbox, job: str, *args: object, timeout: float = TIMEOUT) -> DisclosureError:
    with pytest.raises(DisclosureError) as caught:
        sandbox.run(job, *args, timeout=timeout)
    return caught.value


def works(sandbox: Sandbox) -> int:
    """Whether a job runs; the id of the process that ran it."""
    return int(sandbox.run("os:getpid", timeout=TIMEOUT))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def test_runs_a_job_in_another_process_with_the_initializers_state(shared: Sandbox) -> None:
    assert shared.run("operator:add", 2, 3, timeout=TIMEOUT) == 5
    assert shared.run(f"{JOBS}:remembered", timeout=TIMEOUT) == "甲"
    assert works(shared) != os.getpid()
    assert works(shared) == works(shared)


def test_a_process_is_confined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCLOSURE_TOKEN", SECRET)
    with Sandbox(1, bounds=Bounds(900 << 20, 3 << 30, readable=(TESTS,)), folder=tmp_path) as sandbox:
        seen = sandbox.run(f"{JOBS}:surroundings", timeout=TIMEOUT)
        assert seen["parent"] == os.getpid()
        assert seen["token"] is None
        assert seen["core"] == (0, 0)
        assert seen["memory"] == (900 << 20, 3 << 30)
        assert seen["streams"] == ["/dev/null"] * 3
        own = Path(seen["temporary"]).parent
        assert own.is_relative_to(tmp_path)
        assert own.stat().st_mode & 0o777 == 0o700
        assert own.parent.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_text_never_leaves_by_streams_or_errors(shared: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    shared.run(f"{JOBS}:shout", timeout=TIMEOUT)
    faults = [fault(shared, f"{JOBS}:{job}") for job in ("raise_with_text", "leave", "unpicklable")]
    assert [error.code for error in faults] == ["sandbox.crash"] * 3
    for error in faults:
        assert SECRET not in repr(error.as_json())
        assert SECRET not in repr(error.__cause__) + repr(error.__context__) + repr(vars(error))
    captured = capfd.readouterr()
    assert SECRET not in captured.out + captured.err
    assert works(shared)


def test_product_errors_pass_with_code_and_advice(shared: Sandbox) -> None:
    error = fault(shared, f"{JOBS}:raise_chained")
    assert (type(error), error.message, error.code, error.advice) == (
        ExtractionFailed,
        "broken",
        "file.broken",
        "再试",
    )
    assert error.__cause__ is None
    assert SECRET not in repr(error.__context__)
    own = fault(shared, f"{JOBS}:raise_own")
    assert (type(own), own.message, own.code, own.advice) == (
        DisclosureError,
        "own",
        "own.code",
        "own advice",
    )


def test_a_time_limit_kills_and_the_next_job_runs(shared: Sandbox) -> None:
    before = works(shared)
    start = time.monotonic()
    assert fault(shared, "time:sleep", 60, timeout=1.0).code == "sandbox.timeout"
    assert 1.0 <= time.monotonic() - start < 2.5
    assert wait_until_gone(before)
    assert works(shared) != before


def test_a_hang_in_c_code_is_killed_too(shared: Sandbox) -> None:
    """A C function that holds the interpreter runs no Python signal handler."""
    before = works(shared)
    assert fault(shared, "re:match", "(a*)*b", "a" * 40, timeout=0.5).code == "sandbox.timeout"
    assert wait_until_gone(before)
    assert works(shared)


@pytest.mark.parametrize(
    ("job", "args"), [("builtins:bytearray", (4 << 30,)), ("builtins:range", (1,)), ("os:abort", ())]
)
def test_memory_and_crashes_end_one_job_only(shared: Sandbox, job: str, args: tuple[object, ...]) -> None:
    if job == "builtins:range":
        assert list(shared.run(job, *args, timeout=TIMEOUT)) == [0]
        return
    expected = "sandbox.memory" if job == "builtins:bytearray" else "sandbox.crash"
    assert fault(shared, job, *args).code == expected
    assert works(shared)


def test_a_process_killed_from_outside_disturbs_nobody(shared: Sandbox) -> None:
    first = works(shared)
    os.kill(first, 9)
    assert wait_until_gone(first)
    assert works(shared) != first  # the job that met the dead process was tried again


def test_files_of_a_killed_process_are_removed_by_the_next(tmp_path: Path) -> None:
    with Sandbox(1, bounds=OWN, folder=tmp_path) as sandbox:
        assert fault(sandbox, f"{JOBS}:leave_file").code == "sandbox.crash"
        works(sandbox)
        assert not list(tmp_path.rglob("rest"))


def test_a_failing_initializer_is_every_jobs_error(tmp_path: Path) -> None:
    with Sandbox(1, bounds=OWN, folder=tmp_path, initializer=f"{JOBS}:fail_to_start") as sandbox:
        for _ in range(2):
            error = fault(sandbox, "os:getpid")
            assert (error.code, error.advice) == ("start.refused", "mend it")
        with pytest.raises(ExtractionFailed):
            sandbox.warm()


def test_a_process_that_dies_before_it_heard_what_it_is_made_of(
    shared: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than a pipe holds was once written to a dead process, and nothing was started any more."""
    much = "密" * 1_000_000
    works(shared)  # what multiprocessing itself needs runs from here on
    with Sandbox(1, bounds=OWN, folder=tmp_path, initializer=f"{JOBS}:remember", initargs=(much,)) as sandbox:
        with monkeypatch.context() as dying:
            dying.setattr(spawn, "_python_exe", b"/bin/false")
            thread = ThreadPoolExecutor(1)
            assert thread.submit(fault, sandbox, "os:getpid").result(TIMEOUT).code == "sandbox.crash"
        assert sandbox.run(f"{JOBS}:remembered", timeout=TIMEOUT) == much
        os.kill(works(sandbox), 9)
        assert sandbox.run(f"{JOBS}:remembered", timeout=TIMEOUT) == much


def test_processes_work_side_by_side_for_many_short_lived_threads(tmp_path: Path) -> None:
    """Callers' threads end; their processes must not (Linux ties the death signal to a thread)."""
    with Sandbox(2, bounds=OWN, folder=tmp_path) as sandbox:
        pids: set[int] = set()
        for _ in range(3):
            with ThreadPoolExecutor(4) as pool:
                pids.update(pool.map(lambda _: works(sandbox), range(8)))
            time.sleep(0.05)
        assert len(pids) <= 2
        start = time.monotonic()
        threads = [
            threading.Thread(target=sandbox.run, args=("time:sleep", 0.5), kwargs={"timeout": 5})
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - start < 1.5


def test_idle_processes_end_and_come_back(tmp_path: Path) -> None:
    with Sandbox(1, bounds=OWN, folder=tmp_path, idle=0.4) as sandbox:
        sandbox.warm()
        first = works(sandbox)
        assert wait_until_gone(first)
        assert works(sandbox) != first


def test_closing_ends_everything_at_once(tmp_path: Path) -> None:
    sandbox = Sandbox(1, bounds=OWN, folder=tmp_path)
    pid = works(sandbox)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(fault, sandbox, "time:sleep", 60)
        time.sleep(0.3)
        sandbox.close()
        assert running.result(timeout=10).code == "sandbox.closed"
    assert wait_until_gone(pid)
    assert fault(sandbox, "os:getpid").code == "sandbox.closed"
    sandbox.close()


def test_processes_die_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, threading\n"
        "from disclosure_pipeline.hooks.sandbox import Sandbox\n"
        "def main():\n"
        "    sandbox = Sandbox(1)\n"
        "    threading.Thread(target=sandbox.run, args=('time:sleep', 60), kwargs={'timeout': 60}, daemon=True).start()\n"
        "    import time; time.sleep(1)\n"
        "    import multiprocessing\n"
        "    print(multiprocessing.active_children()[0].pid, flush=True)\n"
        "    time.sleep(60)\n"
        "if __name__ == '__main__':\n"
        "    main()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
    assert wait_until_gone(child)


class _Scores:
    def __init__(self, score: int):
        self._score = score

    def score(self, head: bytes, name: str) -> int:
        assert len(head) <= 65536
        assert name == "a.docx"
        return self._score


def test_the_surest_extractor_is_chosen_and_none_when_nobody_is_sure() -> None:
    sure, equal, unsure, unfit = _Scores(90), _Scores(90), _Scores(10), _Scores(0)
    assert choose([unfit, unsure, sure, equal], b"x" * 100_000, "A.DOCX") is sure
    assert choose([unfit], b"x", "A.docx") is None
    assert choose([], b"x", "A.docx") is None


def test_who_asks_is_told_that_a_crashed_job_was_tried_once_more(shared: Sandbox) -> None:
    told: list[int] = []
    with pytest.raises(DisclosureError):
        shared.run("os:abort", timeout=TIMEOUT, on_retry=lambda: told.append(1))
    assert shared.run("builtins:len", "ab", timeout=TIMEOUT, on_retry=lambda: told.append(2)) == 2
    assert told == [1]


def test_a_folder_named_from_here_is_whole_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Sandbox(1, folder=Path("var/spool")) as sandbox:
        temporary = Path(sandbox.run("tempfile:gettempdir", timeout=30.0))
    assert temporary.is_relative_to(tmp_path / "var" / "spool")
