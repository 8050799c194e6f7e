"""Receipts follow beside the bag, without a word of the document, and none is ever lost there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import OFFICE, Office, refused

from disclosure_pipeline.builtin.archives.package import check_bag
from disclosure_pipeline.pipeline import kept_receipts, recall

TITLE = "关于发放取暖补贴的通知"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    return staffed()


def beside(office: Office, case: str, version: int = 1) -> Path:
    year = case.split("-", maxsplit=1)[0]
    return office.core.workspace.archive / "default" / year / f"{case}-v{version}{kept_receipts.SUFFIX}"


def kept(office: Office, case: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(beside(office, case).read_text("utf-8"))
    return told


def channels(told: dict[str, Any]) -> list[str]:
    return [item["key"].split("/", 2)[2] for item in told["receipts"]]


def test_every_channel_is_told_and_no_name(office: Office) -> None:
    case, other = office.published(TITLE), office.published(attribute="依申请公开")
    assert not beside(office, case).exists()
    assert kept_receipts.catch_up(office.core) == 2
    told = kept(office, case)
    assert (told["document"], told["version"], told["errands"]) == (case, 1, [])
    assert sorted(channels(told)) == [
        "builtin.archive/publish/g0",
        "builtin.search/publish/g0",
        "builtin.site/publish/g0",
    ]
    site = next(item for item in told["receipts"] if item["channel"] == "builtin.site")
    assert site["address"] and site["files"] and all(len(digest) == 64 for digest in site["files"])
    assert TITLE not in beside(office, case).read_text("utf-8")
    assert channels(kept(office, other)) == ["builtin.archive/publish/g0", "builtin.register/publish/g0"]
    assert check_bag(beside(office, case).with_name(f"{case}-v1")) == []
    assert kept_receipts.catch_up(office.core) == 0


def test_a_withdrawal_is_added_and_what_rows_have_lost_stays(office: Office) -> None:
    case = office.published()
    kept_receipts.catch_up(office.core)
    recall.withdraw(office.core, case, OFFICE, "内容有误")
    office.work()
    assert kept_receipts.catch_up(office.core) == 1
    told = channels(kept(office, case))
    assert [key for key in told if "withdraw" in key and "site" in key] == ["builtin.site/withdraw/g1"]
    assert len(told) == 6
    # As after the restore of an older backup: the rows know less, the file keeps what it knew.
    office.sql("DELETE FROM receipt WHERE key LIKE '%builtin.site/withdraw%'")
    assert kept_receipts.keep(office.core, [case]) == 0
    assert channels(kept(office, case)) == told


def test_a_disk_that_gives_no_answer_loses_no_receipt(office: Office) -> None:
    case = office.published()
    kept_receipts.catch_up(office.core)
    office.sql("DELETE FROM receipt WHERE key LIKE '%builtin.site%'")
    path = beside(office, case)
    aside = path.rename(office.folder / "aside.json")
    path.symlink_to(path.name)
    assert refused(lambda: kept_receipts.keep(office.core, [case])) == "store.fault"
    aside.replace(path)
    assert kept_receipts.keep(office.core, [case]) == 0
    assert any("builtin.site" in key for key in channels(kept(office, case)))


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b'{"receipts": [1]}'])
def test_a_file_that_cannot_be_read_is_written_anew(office: Office, left: bytes) -> None:
    case = office.published()
    beside(office, case).write_bytes(left)
    assert kept_receipts.catch_up(office.core) == 1
    assert len(channels(kept(office, case))) == 3
