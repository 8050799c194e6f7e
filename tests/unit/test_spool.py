"""The spool: private folders, manifests, into quarantine and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import Office

from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.model.document import Part, PartRole
from disclosure_pipeline.pipeline import spool

NAMES = ("正文.docx", "附件/附件1.xlsx")


def folder_with(office: Office, name: str = "claim") -> tuple[Path, spool.Manifest]:
    folder = office.core.workspace.spool / name
    folder.mkdir()
    files = []
    for number, relative in enumerate(NAMES):
        path = folder / f"{number}.bin"
        path.write_text(f"内容 {number}")
        files.append(
            spool.SpooledFile(
                path.name, relative.rpartition("/")[2], relative, file_digest(path), path.stat().st_size
            )
        )
    manifest = spool.Manifest("一件公文", True, tuple(files))
    spool.write_manifest(folder, manifest)
    return folder, manifest


@pytest.fixture
def room(open_office, tmp_path: Path) -> Office:
    return open_office(f"sqlite:///{tmp_path / 'store.sqlite'}")


def parts(manifest: spool.Manifest) -> tuple[Part, ...]:
    return spool.unchecked_parts(manifest)


def test_a_manifest_comes_back_as_it_was_written(room: Office):
    folder, manifest = folder_with(room)
    assert spool.read_manifest(folder) == manifest


def test_unchecked_parts_have_no_names_and_no_types(room: Office):
    _, manifest = folder_with(room)
    assert [(part.name, part.media_type, part.role) for part in parts(manifest)] == [
        (None, "", PartRole.MAIN), (None, "", PartRole.ATTACHMENT),
    ]  # fmt: skip


def test_promoting_keeps_the_spool_until_it_is_removed(room: Office):
    folder, manifest = folder_with(room)
    spool.promote(room.core, folder, parts(manifest))
    assert all(room.core.vault.holds(item.sha256) for item in manifest.files)
    assert folder.is_dir()
    spool.remove(room.core, "claim")
    spool.remove(room.core, "claim")
    assert not folder.exists()


def test_isolating_moves_the_whole_folder_and_can_be_repeated(room: Office):
    folder, manifest = folder_with(room)
    for _ in range(2):
        spool.isolate(room.core, "claim")
    target = room.core.workspace.quarantine / "claim"
    assert (folder.exists(), target.stat().st_mode & 0o777) == (False, 0o700)
    assert spool.folder_of(room.core, "claim") == target
    assert spool.read_manifest(target) == manifest


def test_bringing_back_is_the_way_back(room: Office):
    folder, manifest = folder_with(room)
    spool.isolate(room.core, "claim")
    spool.bring_back(room.core, "claim")
    assert spool.folder_of(room.core, "claim") == folder
    assert spool.read_manifest(folder) == manifest


def test_destroying_leaves_nothing_and_can_be_repeated(room: Office):
    _, manifest = folder_with(room)
    spool.promote(room.core, room.core.workspace.spool / "claim", parts(manifest))
    spool.isolate(room.core, "claim")
    earlier = [manifest.files[0].sha256]
    assert spool.empty_vault(room.core, "claim", earlier, [manifest.files[1].sha256]) == 2
    assert len(list((room.core.workspace.quarantine / "claim").glob("*"))) == 4
    for _ in range(2):
        spool.destroy(room.core, "claim")
        assert list(room.core.workspace.quarantine.rglob("*")) == []


def test_a_checked_submission_gets_a_folder_like_a_spooled_one(room: Office):
    folder, manifest = folder_with(room)
    checked = tuple(
        Part(number, item.relative, "text/plain", item.sha256, item.size, PartRole.MAIN)
        for number, item in enumerate(manifest.files)
    )
    spool.promote(room.core, folder, checked)
    spool.remove(room.core, "claim")
    for _ in range(2):
        spool.isolate_checked(room.core, "case-1", checked)
    target = room.core.workspace.quarantine / "case-1"
    assert [item.relative for item in spool.read_manifest(target).files] == list(NAMES)
    assert [(target / item.file).read_text() for item in spool.read_manifest(target).files] == [
        "内容 0",
        "内容 1",
    ]
