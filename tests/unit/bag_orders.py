"""Orders for the archive's tests: a page, a draft with a number that could leak, a vault that holds both."""

from __future__ import annotations

import hashlib
from pathlib import Path

from disclosure_pipeline.builtin.archives.bag import BagArchive
from disclosure_pipeline.hooks.contracts import PluginContext
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.publication import (
    Action,
    Artefact,
    Deposit,
    EffectKey,
    Entry,
    Order,
)

DOCUMENT = "2026-000001"
AT = "2026-11-22T17:30:00.000000Z"  # already the 23rd in China
PAGE = "<!DOCTYPE html><html lang='zh-CN'><main>取暖通知</main></html>".encode()
DRAFT = b"PK draft bytes with resident id 110101190001010015"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def filled_vault(folder: Path) -> Path:
    """A vault with the page and the draft."""
    folder.mkdir()
    for data in (PAGE, DRAFT):
        (folder / digest(data)).write_bytes(data)
    return folder


def archive_in(folder: Path, package: str = "bag") -> BagArchive:
    """The archive in a folder."""
    folder.mkdir(exist_ok=True)
    return BagArchive(PluginContext(None, RuleBook(()), {"archive": folder}, archive={"package": package}))


def order(
    vault: Path,
    version: int = 1,
    action: Action = Action.PUBLISH,
    generation: int = 0,
    *,
    public: bool = True,
) -> Order:
    """An order of the archive for one document."""
    artefact = Artefact("取暖通知.html", "text/html", digest(PAGE), len(PAGE), "page", "取暖通知")
    record = {
        "decisions": [{"verb": "approve", "by": "王审", "at": AT, "content": "c0ffee", "frozen": "f00d"}],
        "findings": [{"id": "f1", "kind": "privacy.resident_id", "rule": "D9.id", "text": "1101…"}],
    }
    entry = Entry(
        DOCUMENT, version, "关于取暖的通知", "MB0000000/2026-00001", "proactive", "default",
        "示范县人民政府办公室", "办公室", "示范县人民政府办公室", document_number="示政办〔2026〕1号",
        genre="通知", formed="2026-11-20", joint_bodies=("示范县财政局",),
    )  # fmt: skip
    originals = (("通知 100%~.docx", digest(DRAFT), vault / digest(DRAFT)),)
    withdrawal = action is Action.WITHDRAW
    return Order(
        EffectKey(DOCUMENT, version, "builtin.archive", action, generation), entry, AT,
        ((artefact, vault / digest(PAGE)),) if public and not withdrawal else (),
        None if withdrawal else Deposit(originals, record, "0042"),
        "发现个人信息" if withdrawal else "",
    )  # fmt: skip


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path, lock files apart."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }
