"""The vault: by hash, once, read back, never changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.errors import StoreFault
from disclosure_pipeline.store.vault import Vault, vault_fault


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    folder = tmp_path / "vault"
    folder.mkdir(mode=0o700)
    return Vault(folder)


def source(tmp_path: Path, content: bytes = b"original") -> tuple[Path, str]:
    path = tmp_path / "draft.bin"
    path.write_bytes(content)
    return path, file_digest(path)


def named(vault: Vault) -> list[str]:
    return sorted(path.name for path in vault.folder.glob("??/*"))


def test_a_file_is_kept_under_its_hash_and_read_only(vault: Vault, tmp_path: Path):
    path, digest = source(tmp_path)
    kept = vault.put(path, digest)
    assert (kept.read_bytes(), kept.name, kept.stat().st_mode & 0o777) == (b"original", digest, 0o400)
    assert path.exists() and vault.holds(digest)
    vault.check(digest)


def test_the_same_file_again_is_not_written_again(vault: Vault, tmp_path: Path):
    path, digest = source(tmp_path)
    before = vault.put(path, digest).stat()
    assert vault.put(path, digest).stat().st_mtime_ns == before.st_mtime_ns
    assert named(vault) == [digest]


def test_bytes_of_another_hash_are_refused_and_leave_nothing(vault: Vault, tmp_path: Path):
    path, _ = source(tmp_path)
    with pytest.raises(StoreFault) as refusal:
        vault.put(path, "0" * 64)
    assert refusal.value.code == "vault.changed"
    assert [item for item in vault.folder.rglob("*") if item.is_file()] == []


def test_a_missing_or_damaged_file_is_named(vault: Vault, tmp_path: Path):
    path, digest = source(tmp_path)
    with pytest.raises(StoreFault, match="missing or damaged"):
        vault.check(digest)
    kept = vault.put(path, digest)
    kept.chmod(0o600)
    kept.write_bytes(b"orig1nal")
    with pytest.raises(StoreFault) as refusal:
        vault.check(digest)
    assert refusal.value.code == "vault.damaged"


def test_a_damaged_file_is_replaced_by_whole_bytes(vault: Vault, tmp_path: Path):
    """The spool lets go of its copy when the vault has the file: it must be the file."""
    path, digest = source(tmp_path)
    kept = vault.put(path, digest)
    kept.chmod(0o600)
    kept.write_bytes(b"orig1nal")
    vault.put(path, digest)
    vault.check(digest)


def test_sweeping_removes_what_no_row_names(vault: Vault, tmp_path: Path):
    digests = []
    for content in (b"a", b"b", b"c"):
        path, digest = source(tmp_path, content)
        vault.put(path, digest)
        digests.append(digest)
    assert vault.sweep(digests[:1]) == 2
    assert named(vault) == digests[:1]
    vault.drop(digests[0])
    vault.drop(digests[0])
    assert named(vault) == []


def test_a_folder_that_cannot_be_written_is_a_fault_that_passes(tmp_path: Path):
    path, digest = source(tmp_path)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreFault) as refusal:
        Vault(tmp_path / "file").put(path, digest)
    assert refusal.value.code.startswith("vault.")


@pytest.mark.parametrize(
    "number, code",
    [("ENOSPC", "disk.full"), ("EDQUOT", "disk.full"), ("EROFS", "vault.readonly"), ("EIO", "vault.fault")],
)
def test_errors_of_the_system_have_codes_and_no_paths(number: str, code: str):
    import errno

    fault = vault_fault(
        OSError(getattr(errno, number), os.strerror(getattr(errno, number)), "/secret/name.docx")
    )
    assert fault.code == code
    assert "name.docx" not in str(fault.as_json())
