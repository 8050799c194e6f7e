"""Archive bags are safe against crashes at any point."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from bag_orders import archive_in, filled_vault, order, tree

from disclosure_pipeline.builtin.archives.package import check_bag
from disclosure_pipeline.model.publication import Action

_CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}


def die_at(step: int, work: object) -> bool:
    """Run ``work`` in a forked process that dies at its ``step``-th change of the disk.

    Returns:
        Whether it died; else the work was done with fewer changes.
    """
    child = os.fork()
    if child == 0:
        count = 0

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal count
            writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT
            if writes or event in _CHANGES:
                count += 1
                if count == step:
                    os._exit(9)

        sys.addaudithook(watch)
        ended = 1
        try:
            work()  # type: ignore[operator]
            ended = 0
        finally:
            os._exit(ended)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9)
    return code == 9


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    return filled_vault(tmp_path / "vault")


@pytest.mark.parametrize("package", ["bag", "bag+xml"])
def test_a_crash_at_any_step_leaves_one_whole_bag_after_the_next_call(
    tmp_path: Path, vault: Path, package: str
) -> None:
    reference = archive_in(tmp_path / "reference", package)
    receipt = reference.publish(order(vault))
    expected = tree(tmp_path / "reference")
    steps = 0
    while True:
        folder = tmp_path / f"crash{steps}"
        archive = archive_in(folder, package)
        died = die_at(steps + 1, lambda archive=archive: archive.publish(order(vault)))
        for bag in folder.glob("default/2026/*-v*"):
            assert check_bag(bag) == []  # never half a bag under a final name
        assert archive.publish(order(vault)) == receipt
        assert tree(folder) == expected
        if not died:
            break
        steps += 1
    assert steps > 15


@pytest.mark.parametrize("secret", [False, True])
def test_a_crash_at_any_step_of_a_withdrawal_is_finished_by_the_next_call(
    tmp_path: Path, vault: Path, *, secret: bool
) -> None:
    held = tmp_path / "held"
    recall = replace(order(vault, action=Action.WITHDRAW, generation=1), isolate=held if secret else None)
    reference = archive_in(tmp_path / "reference")
    reference.publish(order(vault))
    receipt = reference.withdraw(recall)
    expected = tree(tmp_path / "reference")
    isolated = tree(held)
    died, steps = True, 0
    while died:
        shutil.rmtree(held, ignore_errors=True)
        folder = tmp_path / f"crash{steps}"
        archive = archive_in(folder)
        archive.publish(order(vault))
        steps += 1
        died = die_at(steps, lambda archive=archive: archive.withdraw(recall))
        assert archive.withdraw(recall) == receipt
        assert (tree(folder), tree(held)) == (expected, isolated)
    assert steps > 4
    assert bool(isolated) is secret
