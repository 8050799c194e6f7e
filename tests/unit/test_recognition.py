"""The recognition process: what engines may do to it, what comes back, and what is left of it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from disclosure_pipeline.hooks import recognition
from disclosure_pipeline.hooks.contracts import Raster
from tests.recognition_desk import opened

PLUGIN = Path(__file__).parents[1] / "fault_plugins" / "recogniser_faults.py"
ENGINE = "recogniser_faults"
WORDS = "机密事项不得外传"


def raster(shade: int = 255, side: int = 40) -> Raster:
    return Raster(side, side, 1, bytes([shade]) * side * side)


def engines(*names: str) -> tuple[str, ...]:
    return tuple(f"{ENGINE}.{name}" for name in names)


def codes() -> list[str]:
    return [fault.code for fault in recognition.faults()]


def process() -> int:
    """The process id that answers now."""
    answer = recognition.recognise(raster(int(time.monotonic() * 1000) % 251))
    assert answer is not None
    return int(answer.lines[0].text)


def gone(pid: int, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_an_engine_of_a_plugin_reads(tmp_path: Path) -> None:
    with opened(tmp_path, PLUGIN, engines=engines("good")):
        answer = recognition.recognise(raster())
    assert answer is not None
    assert (answer.engine, [line.text for line in answer.lines]) == ("recogniser_faults.good", ["读出的一行"])


def test_no_words_are_an_answer(tmp_path: Path) -> None:
    with opened(tmp_path, PLUGIN, engines=engines("blank", "good")):
        answer = recognition.recognise(raster())
    assert answer is not None
    assert answer.lines == ()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("none", "recogniser.nonsense"),
        ("text", "recogniser.nonsense"),
        ("boundless", "recogniser.nonsense"),
        ("sure", "recogniser.nonsense"),
        ("raises", "recogniser.raised"),
        ("connects", "recogniser.raised"),
    ],
)
def test_a_bad_answer_makes_the_next_engine_try(tmp_path: Path, name: str, code: str) -> None:
    with opened(tmp_path, PLUGIN, engines=engines(name, "good")):
        answer = recognition.recognise(raster())
        faults = recognition.faults()
    assert answer is not None
    assert answer.engine == "recogniser_faults.good"
    assert [(fault.code, fault.plugin) for fault in faults] == [(code, f"recogniser_faults.{name}")]
    assert WORDS not in repr(faults)


@pytest.mark.parametrize("name", ["none", "text", "raises"])
def test_after_the_last_engine_nobody_could_look(tmp_path: Path, name: str) -> None:
    with opened(tmp_path, PLUGIN, engines=engines(name)):
        assert recognition.recognise(raster()) is None


def test_an_engine_that_hangs_is_killed_and_the_next_picture_is_read_again(tmp_path: Path) -> None:
    with opened(tmp_path, PLUGIN, engines=engines("hangs"), page_timeout=0.5):
        began = time.monotonic()
        assert recognition.recognise(raster(1)) is None
        assert time.monotonic() - began < 20
        assert codes() == ["recogniser.timeout"]
        assert recognition.recognise(raster(2)) is None  # a new process, which hangs again
        assert recognition.recognise(raster(3)) is None
        third = time.monotonic()
        assert recognition.recognise(raster(4)) is None  # not tried any more
        assert time.monotonic() - third < 0.4


@pytest.mark.parametrize("name", ["dies", "greedy"])
def test_a_process_that_dies_is_undetermined(tmp_path: Path, name: str) -> None:
    with opened(tmp_path, PLUGIN, engines=engines(name, "good")):
        answer = recognition.recognise(raster())
        assert codes()[0] in ("recogniser.crashed", "recogniser.raised")
    assert answer is None or name == "greedy"


def test_a_missing_engine_is_named(tmp_path: Path) -> None:
    with opened(tmp_path, PLUGIN, engines=("recogniser_faults.nobody", "recogniser_faults.good")):
        assert recognition.recognise(raster()) is not None
        assert codes() == ["recogniser.missing"]


def test_a_plugin_that_cannot_be_loaded_leaves_nobody(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit")
    with opened(tmp_path, broken, engines=("broken.engine",)):
        assert recognition.recognise(raster()) is None


def test_switched_off_nobody_looks(tmp_path: Path) -> None:
    with opened(tmp_path, PLUGIN, engines=engines("good"), enabled=False):
        assert recognition.recognise(raster()) is None


def test_over_the_budget_nobody_looks_but_the_same_picture_is_known(tmp_path: Path) -> None:
    with opened(tmp_path, PLUGIN, engines=engines("good"), max_pages=2):
        assert [recognition.recognise(raster(shade)) is None for shade in (1, 1, 2, 3, 2)] == [
            False, False, False, True, False,
        ]  # fmt: skip
        recognition.begin()
        assert recognition.recognise(raster(3)) is not None


def test_it_ends_when_idle_and_starts_again(tmp_path: Path) -> None:
    with opened(tmp_path, PLUGIN, engines=engines("counts"), idle=0.3):
        first = process()
        assert gone(first)
        assert process() != first


def test_it_ends_with_the_desk_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private = tmp_path / "tmp"
    private.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(private))
    monkeypatch.chdir(tmp_path)
    with opened(tmp_path, PLUGIN, engines=engines("writes", "counts")):
        pid = process()
        assert list(private.iterdir()) != []
    assert gone(pid)
    assert list(private.iterdir()) == []
    assert not (tmp_path / "recognised-words.txt").exists() or not confined()


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with opened(tmp_path, PLUGIN, engines=engines("counts")):
                os.write(writer, str(process()).encode())
                os.kill(os.getpid(), 9)
        finally:
            os._exit(1)
    os.close(writer)
    pid = int(os.read(reader, 20))
    os.waitpid(child, 0)
    os.close(reader)
    assert gone(pid)


def confined() -> bool:
    from disclosure_pipeline.hooks import confinement

    return confinement.available().files


def test_tokens_do_not_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCLOSURE_TOKEN", "geheim")
    with opened(tmp_path, PLUGIN, engines=engines("counts")):
        pid = process()
        environment: Callable[[], bytes] = Path(f"/proc/{pid}/environ").read_bytes
        assert b"geheim" not in environment()
