"""What a sandbox process cannot do, tried in real ones; and the filter for machines that are not at hand."""

from __future__ import annotations

import errno
import os
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks import confinement, landlock, syscall_filter
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.leftovers import MARK
from disclosure_pipeline.hooks.sandbox import Sandbox, SandboxFault
from disclosure_pipeline.hooks.sandbox_child import Bounds
from tests.unit.sandbox_jobs import SECRET

JOBS = "tests.unit.sandbox_jobs"
TESTS = Path(__file__).parents[1]
TIMEOUT = 30.0

needs_landlock = pytest.mark.skipif(not confinement.available().files, reason="this kernel has no Landlock")
needs_filter = pytest.mark.skipif(
    not confinement.available().network, reason="this kernel cannot filter calls"
)


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    bounds = Bounds(file_size=1 << 20, granted=60.0, readable=(TESTS,))
    with Sandbox(1, bounds=bounds, folder=tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def draft() -> Iterator[Path]:
    """A file of somebody else, not below ``/tmp`` where LibreOffice's socket needs more than others."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        path = Path(folder) / "draft.txt"
        path.write_text(SECRET)
        yield path


@needs_landlock
@needs_filter
def test_no_network_no_files_of_others_no_signals(box: Sandbox, draft: Path) -> None:
    seen = box.run(f"{JOBS}:attempts", str(draft), timeout=TIMEOUT)
    assert seen == {
        **dict.fromkeys(("internet", "internet 6", "kernel socket", "system log"), "EPERM"),
        "desktop bus": "ECONNREFUSED",
        **dict.fromkeys(("io_uring", "user namespace"), "EPERM"),
        **dict.fromkeys(("read a draft", "change a draft", "remove a draft", "list drafts"), "EACCES"),
        "link a draft": seen["link a draft"],
        **dict.fromkeys(("read accounts", "parent's environment"), "EACCES"),
        "signal the parent": "EPERM" if landlock.version() >= 6 else "done",
        **dict.fromkeys(("write into the system", "write into the temporary folder"), "EACCES"),
        "run a written program": "EACCES",
        **dict.fromkeys(("own file", "thread", "program", "own sockets"), "done"),
    }
    assert seen["link a draft"] in ("EACCES", "EXDEV", "EPERM")
    assert draft.read_text() == SECRET


def test_a_job_reads_a_copy_of_its_file_which_goes_with_it(box: Sandbox, draft: Path) -> None:
    where, content = box.run(f"{JOBS}:lent_path", SourceFile(0, draft, "草稿.txt"), timeout=TIMEOUT)
    assert content == SECRET
    assert "草稿" not in where
    assert Path(where) != draft
    assert not Path(where).exists()
    with pytest.raises(ExtractionFailed) as caught:
        box.run(f"{JOBS}:lent_path", SourceFile(0, draft.parent / "gone", "草稿.txt"), timeout=TIMEOUT)
    assert caught.value.code == "extract.open"
    assert "gone" not in caught.value.message


def test_what_a_job_wrote_is_gone_when_it_ends(box: Sandbox) -> None:
    paths = box.run(f"{JOBS}:litter", timeout=TIMEOUT)
    assert len(paths) == 3
    assert not any(Path(path).exists() for path in paths)


def test_a_file_cannot_grow_without_end(box: Sandbox) -> None:
    box.run(f"{JOBS}:write_much", 1 << 19, timeout=TIMEOUT)
    with pytest.raises(Exception, match="OSError"):
        box.run(f"{JOBS}:write_much", 1 << 21, timeout=TIMEOUT)


def test_programs_of_a_killed_process_are_killed_too(box: Sandbox) -> None:
    with pytest.raises(SandboxFault) as caught:
        box.run(f"{JOBS}:start_programs", timeout=1.0)
    assert caught.value.code == "sandbox.timeout"
    box.run("os:getpid", timeout=TIMEOUT)  # the keeper has ended the old process before it started this one
    assert _running("sleep\0311\0") == _running("sleep\0312\0") == []


def test_granted_work_may_take_longer_and_a_hang_may_not(box: Sandbox) -> None:
    assert box.run(f"{JOBS}:granted", 20.0, timeout=0.6) == "done"
    start = time.monotonic()
    with pytest.raises(SandboxFault) as caught:
        box.run("time:sleep", 30, timeout=0.6)
    assert caught.value.code == "sandbox.timeout"
    assert time.monotonic() - start < 5.0  # far less than the 60 s that could have been granted


def test_taking_the_alarm_off_does_not_help(tmp_path: Path) -> None:
    with Sandbox(1, bounds=Bounds(readable=(TESTS,)), folder=tmp_path) as sandbox:
        sandbox.warm()
        start = time.monotonic()
        with pytest.raises(SandboxFault) as caught:
            sandbox.run(f"{JOBS}:without_alarm", timeout=0.5)
        assert caught.value.code == "sandbox.timeout"
        assert time.monotonic() - start < 6.0


def test_a_job_whose_process_dies_is_tried_once_more(box: Sandbox) -> None:
    first = box.run("os:getpid", timeout=TIMEOUT)
    killer = threading.Timer(0.4, os.kill, (first, 9))
    killer.start()
    assert box.run(f"{JOBS}:slow", 0.8, timeout=TIMEOUT) != first
    with pytest.raises(SandboxFault) as caught:  # and only once
        box.run("os:abort", timeout=TIMEOUT)
    assert caught.value.code == "sandbox.crash"


def test_where_the_kernel_cannot_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 0)
    monkeypatch.setattr(syscall_filter, "MACHINES", {})
    assert confinement.available() == confinement.Confinement(network=False, files=False)
    assert landlock.restrict(landlock.Paths()) is False
    assert syscall_filter.apply() is False


def test_a_process_with_threads_is_not_said_to_be_confined() -> None:
    """Only the calling thread would be: the others could do its work."""
    waiting = threading.Event()
    thread = threading.Thread(target=waiting.wait)
    thread.start()
    assert landlock.restrict(landlock.Paths()) is False
    waiting.set()
    thread.join()


ALLOWED, REFUSED, UNKNOWN, NOBODY = (
    0x7FFF0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 0x50000 | errno.ECONNREFUSED,
)  # fmt: skip


@pytest.mark.parametrize("name", syscall_filter.MACHINES)
def test_the_filter_of_each_machine(name: str) -> None:
    machine = syscall_filter.MACHINES[name]

    def decide(number: int, first: int = 0, second: int = 0, audit: int = machine.audit) -> int:
        return _interpret(
            syscall_filter.program(machine), struct.pack("<IIQQQ", number, audit, 0, first, second)
        )

    close_on_exec = 0o2000000
    for call in (machine.socket, machine.socketpair):
        assert decide(call, 1, 1 | close_on_exec) == decide(call, 1, 5) == ALLOWED
        assert decide(call, 1, 2 | close_on_exec) == REFUSED
        assert {decide(call, family, kind) for family in (2, 10, 16, 17, 40) for kind in (1, 2, 3)} == {
            REFUSED
        }
    assert decide(machine.connect) == NOBODY
    assert decide(435) == UNKNOWN
    assert decide(machine.clone, 0x3D0F00) == ALLOWED
    assert decide(machine.clone, 0x10000000 | 17) == REFUSED
    assert {decide(number) for number in machine.refused} == {REFUSED}
    assert decide(0x40000000 + machine.socket, 2, 1) == REFUSED
    assert decide(machine.socket, 1, 1, audit=0x40000003) == REFUSED
    assert {decide(number) for number in (0, 1, 3, 12, 60, 61)} - {ALLOWED} == set()


def _interpret(program: bytes, data: bytes) -> int:
    """Run a filter as the kernel would; enough of its language for ours."""
    steps = list(struct.iter_unpack("<HBBI", program))
    at = value = 0
    while True:
        code, yes, no, operand = steps[at]
        at += 1
        match code:
            case 0x20:
                value = int(struct.unpack_from("<I", data, operand)[0])
            case 0x54:
                value &= operand
            case 0x06:
                return int(operand)
            case 0x15:
                at += yes if value == operand else no
            case 0x35:
                at += yes if value >= operand else no
            case 0x45:
                at += yes if value & operand else no
            case _:
                raise AssertionError(code)


def _running(command: str) -> list[str]:
    """Programs with this command line that a sandbox process has started."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cmdline").read_text() == command:
                found += [entry.name] * (MARK.encode() in (entry / "environ").read_bytes())
        except OSError:
            continue
    return found
