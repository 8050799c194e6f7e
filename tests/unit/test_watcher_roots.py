"""Drop roots: layout, refused overlaps, availability."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from disclosure_pipeline.errors import ConfigError, NotFound
from disclosure_pipeline.service.watcher.roots import RootPlan, availability
from disclosure_pipeline.settings.models import DropRoot, FolderNames, IntakeSettings, Settings, UnitSettings
from disclosure_pipeline.settings.workspace import Workspace


def workspace(tmp_path: Path) -> Workspace:
    space = Workspace(tmp_path / "config", tmp_path / "var")
    space.make()
    return space


def plan(tmp_path: Path, *units: UnitSettings, intake: IntakeSettings | None = None) -> RootPlan:
    settings = Settings(unit=units or (UnitSettings(),), intake=intake or IntakeSettings())
    return RootPlan(workspace(tmp_path), settings)


def test_folders_of_units_and_departments(tmp_path: Path) -> None:
    roots = plan(
        tmp_path,
        UnitSettings(code="county", departments=("办公室",)),
        UnitSettings(code="water", parent="county", departments=("水资源科",)),
    )
    roots.make()
    (tmp_path / "var/inbox/财政科").mkdir()
    (tmp_path / "var/inbox/water/人事科").mkdir()
    assert [(root.id, str(root.drop.relative_to(tmp_path)), str(root.outbox.relative_to(tmp_path)))
            for root in roots.roots()] == [
        ("county/办公室", "var/inbox/办公室", "var/outbox/办公室"),
        ("county/财政科", "var/inbox/财政科", "var/outbox/财政科"),
        ("water/水资源科", "var/inbox/water/水资源科", "var/outbox/water/水资源科"),
        ("water/人事科", "var/inbox/water/人事科", "var/outbox/water/人事科"),
    ]  # fmt: skip
    assert roots.find("人事科").unit == "water"
    with pytest.raises(NotFound):
        roots.find("人事科", "county")


def test_what_is_no_department(tmp_path: Path) -> None:
    roots = plan(tmp_path, UnitSettings(departments=("办公室",)))
    roots.make()
    inbox = tmp_path / "var/inbox"
    for name in (".hidden", "主动公开", os.fsdecode("科".encode("gbk")), "x\ny"):
        (inbox / name).mkdir()
    (inbox / "财政科").symlink_to(tmp_path)
    (inbox / "误放.docx").write_bytes(b"1")
    assert [root.department for root in roots.roots()] == ["办公室"]
    assert roots.strays() == 5  # all but the hidden one
    closed = plan(tmp_path, UnitSettings(departments=("办公室",), open_inbox=False))
    (inbox / "法规科").mkdir()
    assert [root.department for root in closed.roots()] == ["办公室"]
    assert closed.strays() == 6
    assert [root.department for root in roots.roots()] == ["办公室", "法规科"]


def test_a_configured_root_with_its_own_folders(tmp_path: Path) -> None:
    share = tmp_path / "共享" / "办公室"
    share.mkdir(parents=True)
    configured = DropRoot(department="办公室", path=str(share), outbox=str(share / "已收"), polling=True)
    folders = FolderNames(inbox="待审", returned="退回")
    roots = plan(tmp_path, UnitSettings(drop_roots=(configured,)), intake=IntakeSettings(folders=folders))
    (root,) = roots.roots()
    assert (root.id, root.drop, root.returned, root.claims, root.polling) == (
        "default/办公室#1", share / "待审", share / "已收" / "退回", share / ".disclosure-claims", True,
    )  # fmt: skip
    assert availability(root) == ""
    assert (share / "待审").is_dir()


@pytest.mark.parametrize(
    ("path", "outbox"),
    [("var", ""), ("var/vault", ""), ("var/spool/x", ""), ("var/site", ""), ("var/quarantine", ""),
     ("var/outbox/办公室", ""), ("var/inbox", ""), ("var/inbox/办公室", ""), ("config", ""), (".", ""),
     ("plugins/x", ""), ("share", "share"), ("share", "share/outbox"), ("share", "other/x"),
     ("share", "var/inbox/办公室"), ("share", "var/site/out"), ("share", "var/vault"), ("share", "var"),
     ("other", ""), ("other/deeper", ""), ("link", "")],
)  # fmt: skip
def test_overlapping_folders_refuse_the_start(tmp_path: Path, path: str, outbox: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "var")
    first = DropRoot(department="甲", path=str(tmp_path / "other"))
    second = DropRoot(
        department="乙", path=str(tmp_path / path), outbox=str(tmp_path / outbox) if outbox else ""
    )
    with pytest.raises(ConfigError):
        plan(tmp_path, UnitSettings(drop_roots=(first, second)))


def test_folders_apart_are_fine(tmp_path: Path) -> None:
    configured = DropRoot(department="乙", path="share/in", outbox="share/out")
    (root,) = plan(tmp_path, UnitSettings(drop_roots=(configured,))).roots()
    assert (root.path, root.outbox) == (tmp_path / "share/in", tmp_path / "share/out")


@pytest.mark.parametrize(
    "units",
    [
        (UnitSettings(code="a", parent="b"), UnitSettings(code="b", parent="a")),
        (UnitSettings(departments=("主动公开",)),),
        (UnitSettings(departments=("..",)),),
        (UnitSettings(departments=("a/b",)),),
        (UnitSettings(departments=("water",)), UnitSettings(code="water", parent="default")),
    ],
)
def test_impossible_names_refuse_the_start(tmp_path: Path, units: tuple[UnitSettings, ...]) -> None:
    with pytest.raises(ConfigError):
        plan(tmp_path, *units)


def test_a_share_that_is_not_there_is_unavailable_never_empty(tmp_path: Path) -> None:
    share = tmp_path / "share"
    roots = plan(tmp_path, UnitSettings(drop_roots=(DropRoot(department="甲", path=str(share), mount=True),)))
    (root,) = roots.roots()
    assert availability(root) == "root.missing"
    roots.make()
    assert not share.exists()  # nothing is ever made on a share
    share.mkdir()
    assert availability(root) == "root.not_mounted"
    share.rmdir()
    share.symlink_to(tmp_path)
    assert availability(root) == "root.not_a_folder"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_root_that_was_a_mount_once_stays_one(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    (root,) = plan(tmp_path, UnitSettings(drop_roots=(DropRoot(department="甲", path=str(share)),))).roots()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", share], check=True)
    try:
        assert availability(root, was_mount=True) == ""
    finally:
        subprocess.run(["umount", share], check=True)
    assert availability(root, was_mount=True) == "root.not_mounted"
    assert availability(root) == ""
