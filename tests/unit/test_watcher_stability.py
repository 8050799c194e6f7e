"""The stability tracker: exact behaviour, and properties over random drops and clocks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.service.watcher.stability import FileStabilityTracker, Look


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_growth_restarts_the_quiet_time() -> None:
    clock = Clock()
    tracker = FileStabilityTracker(clock)
    assert tracker.observe({"a": Look(1, 1.0)}) == []
    clock.now += 0.9
    assert tracker.observe({"a": Look(2, 1.0)}) == []
    clock.now += 0.9
    assert tracker.observe({"a": Look(2, 1.0)}) == []
    assert tracker.next_due() == clock.now + 0.1
    clock.now += 0.1
    assert tracker.observe({"a": Look(2, 1.0)}) == ["a"]
    clock.now += 99
    assert tracker.observe({"a": Look(2, 1.0)}) == []
    assert (tracker.next_due(), tracker.waiting) == (None, 0)


def test_a_hold_keeps_it_back_and_is_told_once() -> None:
    clock = Clock()
    tracker = FileStabilityTracker(clock)
    held = {"a": Look(1, 1.0, "drop.locked")}
    tracker.observe(held)
    assert tracker.next_due() is None
    clock.now += 10
    assert tracker.observe(held) == []
    assert tracker.overdue(11) == []
    clock.now += 1
    assert tracker.overdue(11) == [("a", "drop.locked")]
    assert tracker.overdue(11) == []
    free = {"a": Look(1, 1.0)}
    assert tracker.observe(free) == []
    clock.now += 1
    assert tracker.observe(free) == ["a"]


def test_again_doubles_the_wait_and_is_told_once() -> None:
    clock = Clock()
    tracker = FileStabilityTracker(clock)
    look = {"a": Look(1, 1.0)}
    tracker.observe(look)
    clock.now += 1
    waits, told = [], 0
    for _ in range(8):
        assert tracker.observe(look) == ["a"]
        tracker.again("a", "drop.busy")
        due = tracker.next_due()
        assert due is not None
        waits.append(due - clock.now)
        clock.now = due
        told += len(tracker.overdue(20))
    assert waits == [2, 4, 8, 16, 30, 30, 30, 30]
    assert told == 1


def test_an_absence_of_the_share_restarts_what_was_not_done() -> None:
    clock = Clock()
    tracker = FileStabilityTracker(clock)
    looks = {"done": Look(1, 1.0), "pending": Look(1, 5.0)}
    tracker.observe(looks)
    clock.now += 1
    assert tracker.observe(looks) == ["done"]
    tracker.interrupt()
    clock.now += 100
    assert tracker.observe(looks) == []
    clock.now += 5
    assert tracker.observe(looks) == ["pending"]


_STEPS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(["write", "remove", "lock", "unlock", "nothing"]),
        st.integers(0, 24).map(lambda eighths: eighths / 8),  # exact as floats
    ),
    max_size=40,
)


@given(_STEPS, st.sampled_from([0.5, 1.0, 2.5]))
def test_ready_only_after_quiet_never_twice_and_in_the_end(
    steps: list[tuple[str, str, float]], quiet: float
) -> None:
    clock = Clock()
    tracker = FileStabilityTracker(clock)
    content: dict[str, int] = {}
    locked: dict[str, bool] = {}
    changed: dict[str, float] = {}  # when the tracker could first have seen the present state
    taken: set[tuple[str, int, float]] = set()

    def look() -> None:
        looks = {k: Look(v, quiet, "drop.locked" if locked[k] else "") for k, v in content.items()}
        for key in tracker.observe(looks):
            assert not locked[key]
            assert clock.now - changed[key] >= quiet
            assert (key, content[key], changed[key]) not in taken
            taken.add((key, content[key], changed[key]))

    for number, (key, action, wait) in enumerate(steps):
        if action == "write":
            content[key], changed[key] = number, clock.now
            locked.setdefault(key, False)
        elif action == "remove" and key in content:
            del content[key], locked[key]
        elif action in ("lock", "unlock") and key in content and locked[key] != (action == "lock"):
            locked[key], changed[key] = action == "lock", clock.now
        look()
        clock.now += wait
        look()
    for key, is_locked in list(locked.items()):
        if is_locked:
            locked[key], changed[key] = False, clock.now
    look()
    clock.now += quiet
    look()
    assert {key for key, value, when in taken if content.get(key) == value} == set(content)
    assert tracker.waiting == 0
