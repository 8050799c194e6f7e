"""The site after a process died between any two operations: the next call leaves no trace of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from site_orders import (
    LATER,
    PAGE,
    SENTENCE,
    TITLE,
    catalogue,
    context,
    entry,
    first,
    folders,
    frozen,
    order,
    recall,
    run_killed,
    second,
    tree,
)

from disclosure_pipeline.builtin.channels.site.channel import SiteChannel
from disclosure_pipeline.errors import Fenced
from disclosure_pipeline.model.publication import Action


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk: these tests kill processes, not the machine."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def _scenarios() -> list[tuple[str, list[str]]]:
    return [
        ("publish", []),
        ("update", ["publish"]),
        ("withdraw", ["publish"]),
        ("withdraw", []),
        ("publish_again", ["publish", "withdraw"]),
    ]


@pytest.mark.parametrize(("last", "before"), _scenarios(), ids=str)
def test_killed_between_any_two_operations(
    tmp_path: Path, vault: Path, quick_disk: None, last: str, before: list[str]
) -> None:
    """A process that dies anywhere, and a second call: the same bytes, the same receipt, once."""
    calls: dict[str, Callable[[SiteChannel], object]] = {
        "publish": lambda site: site.publish(first(vault)),
        "update": lambda site: site.update(second(vault)),
        "withdraw": lambda site: site.withdraw(recall()),
        "publish_again": lambda site: site.publish(
            order(Action.PUBLISH, entry(version=2), frozen(vault), generation=2, at=LATER)
        ),
    }

    prepared = SiteChannel(context(site=tmp_path / "prepared"))
    prepared.publish(order(Action.PUBLISH, entry(7, title="别的文件"), frozen(vault, "别的文字", "别的文件")))
    for step in before:
        calls[step](prepared)

    def fresh(name: str) -> tuple[SiteChannel, Path]:
        root = shutil.copytree(tmp_path / "prepared", tmp_path / name)
        return SiteChannel(context(site=root)), root

    undisturbed, expected_root = fresh("undisturbed")
    receipt = calls[last](undisturbed)
    expected, expected_folders = tree(expected_root), folders(expected_root)
    operations = 0
    while True:
        site, root = fresh(f"killed-{operations}")
        ended = run_killed(lambda site=site: calls[last](site), operations)
        assert calls[last](site) == receipt
        assert tree(root) == expected, operations
        assert folders(root) == expected_folders, operations
        if ended:
            break
        operations += 1
    assert operations > (20 if before or last == "publish" else 8)


def test_killed_publish_then_withdrawal_leaves_no_text(tmp_path: Path, vault: Path, quick_disk: None) -> None:
    """Whatever a dead publish had written, a withdrawal (not a second publish) takes it all away."""
    SiteChannel(context(site=tmp_path / "prepared")).publish(
        order(Action.PUBLISH, entry(7, title="别的文件"), frozen(vault, "别的文字", "别的文件"))
    )
    operations, ended = 0, False
    while not ended:
        root = shutil.copytree(tmp_path / "prepared", tmp_path / str(operations))
        site = SiteChannel(context(site=root))
        ended = run_killed(lambda site=site: site.publish(first(vault)), operations)
        site.withdraw(recall())
        for name, data in tree(root).items():
            assert TITLE.encode() not in data, (operations, name)
            assert SENTENCE.encode() not in data, (operations, name)
            assert ".tmp-" not in name
        assert site.verify(["2026-000001"])[0].state == "withdrawn"
        with pytest.raises(Fenced):
            site.publish(first(vault))
        operations += 1


def test_killed_update_then_other_update_leaves_no_trace_of_it(
    tmp_path: Path, vault: Path, quick_disk: None
) -> None:
    third = order(
        Action.UPDATE,
        entry(version=3, title="第三版", department="民政局", published="2026-12-01 10:00"),
        frozen(vault, "第三版文字", "第三版"),
        at=LATER,
    )
    SiteChannel(context(site=tmp_path / "prepared")).publish(first(vault))
    ended, operations = False, 0
    while not ended:
        root = shutil.copytree(tmp_path / "prepared", tmp_path / str(operations))
        site = SiteChannel(context(site=root))
        ended = run_killed(lambda site=site: site.update(second(vault)), operations)
        site.update(third)
        for name, data in tree(root).items():
            assert "更正后的通知".encode() not in data, (operations, name)
            assert "教育局.html" not in name
        assert [row["title"] for row in catalogue(root)] == ["第三版"]
        operations += 1


def test_a_killed_rebuild_is_ended_by_the_next_look_and_stops_no_order(
    tmp_path: Path, vault: Path, quick_disk: None
) -> None:
    """New templates, and a process that dies anywhere while all pages are made anew: each page is the old or the new one."""
    site = SiteChannel(context(site=tmp_path / "prepared"))
    for number in (7, 8):
        site.publish(
            order(Action.PUBLISH, entry(number, title="别的文件"), frozen(vault, "别的文字", "别的文件"))
        )
    site.publish(first(vault))
    site.withdraw(recall(number=8))

    def renamed(root: Path) -> SiteChannel:
        given = context(site=root)
        return SiteChannel(replace(given, site={**given.site, "name": "改名县人民政府"}))

    undisturbed = shutil.copytree(tmp_path / "prepared", tmp_path / "undisturbed")
    assert renamed(undisturbed).mend(whole=False) is True
    before, expected = tree(tmp_path / "prepared"), tree(undisturbed)
    assert renamed(undisturbed).mend(whole=False) is False
    recalled = shutil.copytree(undisturbed, tmp_path / "recalled")
    renamed(recalled).withdraw(recall())
    after_recall = tree(recalled)
    operations, ended = 0, False
    while not ended:
        root = shutil.copytree(tmp_path / "prepared", tmp_path / str(operations))
        ended = run_killed(lambda root=root: renamed(root).mend(whole=False), operations)
        for name, data in tree(root).items():
            if name.startswith("documents/") and name.endswith(".html"):
                assert data in (before[name], expected[name]), (operations, name)
        taken = shutil.copytree(root, tmp_path / f"taken-{operations}")
        renamed(root).mend(whole=False)
        assert tree(root) == expected, operations
        if operations % 6 == 0:
            renamed(taken).withdraw(recall())
            assert all(SENTENCE.encode() not in data for data in tree(taken).values())
            renamed(taken).mend(whole=False)
            assert tree(taken) == after_recall, operations
        operations += 3  # most of a rebuild is the same few operations on one file after the other
    assert operations > 20


def test_a_withdrawal_drops_the_title_before_anything_else(
    tmp_path: Path, vault: Path, quick_disk: None
) -> None:
    """From its first write on, the record of a killed withdrawal tells nothing of the text."""
    SiteChannel(context(site=tmp_path / "prepared")).publish(first(vault))
    begun, operations, ended = 0, 0, False
    while not ended:
        root = shutil.copytree(tmp_path / "prepared", tmp_path / str(operations))
        site = SiteChannel(context(site=root))
        ended = run_killed(lambda site=site: site.withdraw(recall()), operations)
        record = (root / PAGE).with_name("record.json").read_text("utf-8")
        if json.loads(record)["coming"] is not None:
            begun += 1
            assert TITLE not in record
            assert site.verify(["2026-000001"])[0].generation == 1
        operations += 1
    assert begun > 10
