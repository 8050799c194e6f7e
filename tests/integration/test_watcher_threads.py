"""The whole watcher on real folders with its threads."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from waiting import wait_for
from watched_place import Place

from disclosure_pipeline.service.watcher.listen import Until
from disclosure_pipeline.settings.models import DropRoot, IntakeSettings

QUICK = IntakeSettings(stable_after=0.3, folder_stable_after=0.6, rescan_every=1.0, poll_every=0.2)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Callable[..., Place]]:
    """Starts watchers with their threads; stops them at the end."""
    started: list[Place] = []

    def start(*roots: DropRoot, intake: IntakeSettings = QUICK, **options: object) -> Place:
        place = Place(tmp_path, intake, *roots, **options)
        started.append(place)
        place.watcher.start()
        assert place.watcher.ready.wait(10)
        return place

    yield start
    for place in started:
        assert place.watcher.stop(10)


def test_files_before_the_start_and_after_it(running: Callable[..., Place], tmp_path: Path) -> None:
    (tmp_path / "var/inbox/办公室").mkdir(parents=True)
    (tmp_path / "var/inbox/办公室/早.docx").write_bytes(b"1")
    place = running()
    wait_for(lambda: place.desk.names() == ["早.docx"])
    start = time.monotonic()
    place.drop("晚.docx")
    wait_for(lambda: len(place.desk.taken) == 2)
    assert time.monotonic() - start < 5
    assert {(item.mode, item.state, item.waiting) for item in place.watcher.status()} == {
        ("events", "available", 0)
    }


def test_five_hundred_files_at_once_each_exactly_once(running: Callable[..., Place]) -> None:
    place = running()
    for number in range(500):
        place.drop(f"{number}.txt", str(number).encode())
    wait_for(lambda: len(place.desk.taken) == 500, 60)
    assert sorted(next(iter(copies.values())) for copies in place.desk.contents()) == sorted(
        str(number).encode() for number in range(500)
    )
    time.sleep(1.2)
    assert place.desk.calls == 500
    assert place.claims() == []


def test_a_gbk_name_does_not_end_the_listening(running: Callable[..., Place]) -> None:
    place = running(intake=QUICK.model_copy(update={"rescan_every": 600.0}))
    raw = os.fsencode(place.inbox) + b"/" + "通知.docx".encode("gbk")
    Path(os.fsdecode(raw)).write_bytes(b"gbk")
    wait_for(lambda: place.desk.names() == ["通知.docx"])
    time.sleep(0.5)
    place.drop("后来.docx")
    wait_for(lambda: place.desk.names() == ["后来.docx", "通知.docx"])
    assert {item.mode for item in place.watcher.status()} == {"events"}


def _deaf(folders: tuple[Path, ...], until: Until) -> Iterable[set[str]]:
    while not until.is_set():
        time.sleep(0.02)
    return ()


def _broken(folders: tuple[Path, ...], until: Until) -> Iterable[set[str]]:
    raise OSError(28, "inotify watch limit reached")


def test_events_that_never_come_are_made_up_for_by_the_rescan(running: Callable[..., Place]) -> None:
    place = running(source=_deaf)
    place.drop("a.docx")
    wait_for(lambda: place.desk.names() == ["a.docx"], 5)


def test_where_events_are_not_to_be_had_it_polls_and_says_so(running: Callable[..., Place]) -> None:
    place = running(source=_broken, intake=QUICK.model_copy(update={"rescan_every": 600.0}))
    place.drop("a.docx")
    wait_for(lambda: place.desk.names() == ["a.docx"], 5)
    assert {item.mode for item in place.watcher.status()} == {"degraded"}
    assert place.reports == [("watch.degraded", "local", "OSError ENOSPC")]


def test_a_polled_root_and_new_departments(running: Callable[..., Place], tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    place = running(
        DropRoot(department="财政科", path=str(share), polling=True),
        DropRoot(department="法规科", path=str(tmp_path / "later")),
        intake=QUICK.model_copy(update={"rescan_every": 600.0}),
    )
    place.drop("a.docx", folder=share)
    place.drop("b.docx", folder=tmp_path / "var/inbox/新科室")
    place.drop("c.docx", folder=tmp_path / "later")
    wait_for(lambda: place.desk.names() == ["a.docx", "b.docx", "c.docx"])
    assert {item.root.department: item.mode for item in place.watcher.status()} == {
        "办公室": "events", "新科室": "events", "法规科": "events", "财政科": "polling",
    }  # fmt: skip
    assert ("root.missing", "default/法规科#2", "") in place.reports


def test_a_slow_copy_of_a_large_file_is_taken_once_and_whole(running: Callable[..., Place]) -> None:
    place = running()
    path = place.inbox / "大.pdf"
    block = b"0123456789abcdef" * 65536  # 1 MiB

    def copy() -> None:
        with path.open("wb", buffering=0) as file:
            for number in range(40):
                file.write(block * 5)
                time.sleep(0.5 if number == 20 else 0.05)  # one pause longer than the quiet time

    writer = threading.Thread(target=copy)
    writer.start()
    place.drop("小.docx")
    wait_for(lambda: place.desk.names() == ["小.docx"])
    writer.join()
    wait_for(lambda: len(place.desk.taken) == 2, 60)
    assert [file.size for submission, _ in place.desk.taken for file in submission.files] == [5, 200 * 2**20]
    assert place.desk.calls == 2


def test_the_same_name_again_while_the_first_is_in_work(running: Callable[..., Place]) -> None:
    place = running()
    entered, go = threading.Event(), threading.Event()

    def slow(name: str) -> None:
        entered.set()
        assert go.wait(10)

    place.desk.fault = slow
    place.drop("a.docx", b"first")
    assert entered.wait(10)
    place.drop("a.docx", b"second")
    wait_for(lambda: len(place.claims()) == 2)
    go.set()
    wait_for(lambda: place.desk.contents() == [{"a.docx": b"first"}, {"a.docx": b"second"}])


def test_stop_finishes_what_is_handed_over(running: Callable[..., Place]) -> None:
    place = running()
    entered = threading.Event()

    def slow(name: str) -> None:
        entered.set()
        time.sleep(0.5)

    place.desk.fault = slow
    place.drop("a.docx")
    assert entered.wait(10)
    assert place.watcher.stop(10)
    assert place.desk.names() == ["a.docx"]
    assert place.claims() == []


def test_a_department_folder_removed_and_made_again(running: Callable[..., Place]) -> None:
    place = running(intake=QUICK.model_copy(update={"rescan_every": 600.0}))
    place.drop("a.docx")
    wait_for(lambda: place.desk.names() == ["a.docx"])
    wait_for(lambda: place.claims() == [])
    (place.inbox / ".disclosure-claims").rmdir()
    place.inbox.rmdir()
    wait_for(lambda: ("root.missing", "default/办公室", "") in place.reports)
    place.drop("b.docx")
    wait_for(lambda: place.desk.names() == ["a.docx", "b.docx"])
