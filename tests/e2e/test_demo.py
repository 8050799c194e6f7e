"""`disclosure demo` as a whole: every sample ends as its expectation says, and the public sees no more."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bureau import holding

from disclosure_pipeline.builtin.archives.package import check_bag
from disclosure_pipeline.builtin.channels.site.tags import missing_tags
from disclosure_pipeline.cli.demo.office import MARKER, Office, fresh_folder
from disclosure_pipeline.cli.demo.samples import load_officers, load_samples
from disclosure_pipeline.cli.demo.walk import Demo
from disclosure_pipeline.errors import Locked, Refused
from disclosure_pipeline.service.lock import DataLock

SAMPLES = Path(__file__).parents[2] / "samples"
HIDDEN = {
    "11-exempt": ("机关考勤管理规定", "外出须登记"),
    "12-on-request": ("敬老院消防改造", "福利彩票公益金"),
    "08-scan": ("书法爱好者协会",),
    "04-marked-secret": ("示例仓库", "示例物资三百箱"),
    "10-wrong-attribute": ("第四季度干部培训安排", "示范县党校"),
    "14-corrupted": ("爱国卫生活动",),
    "17-no-attribute": ("闲置资产",),
    "23-scan-differs": ("职业技能培训补贴",),
}
"""Words of title or text of what must not come out."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "disclosure_pipeline", "demo", "--dir", str(folder / "show"), "--json"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout.decode()
    yield json.loads(done.stdout)


def cases_in(told: dict[str, Any], state: str) -> list[dict[str, Any]]:
    return [case for case in told["cases"] if case["state"] == state]


def test_every_expectation_held(told: dict[str, Any]) -> None:
    assert told["ok"] is True
    assert {case["sample"]: case["problems"] for case in told["cases"] if case["problems"]} == {}
    expected = {sample.name: sample.state for sample in load_samples(SAMPLES)}
    assert {case["sample"]: case["state"] for case in told["cases"]} == expected


def test_the_site_lists_each_published_document_once(told: dict[str, Any]) -> None:
    site = Path(told["site"])
    published = sorted(case["id"] for case in cases_in(told, "published"))
    entries = json.loads((site / "catalogue.json").read_text("utf-8"))
    assert sorted(entry["id"] for entry in entries) == published
    assert len({entry["index_number"] for entry in entries}) == len(published)
    feed = ET.parse(site / "feed.xml").getroot()
    links = [
        link.get("href")
        for link in feed.findall("{*}entry/{*}link")
        if link.get("rel") in (None, "alternate")
    ]
    assert len(links) == len(published)
    assert all(any(case in (link or "") for link in links) for case in published)
    board = json.loads(Path(told["notice_board"]).read_text("utf-8"))
    shown = json.dumps(board, ensure_ascii=False)
    assert all(shown.count(f'"{case}"') == 1 for case in published)


def test_every_page_of_the_site_carries_its_tags(told: dict[str, Any]) -> None:
    site = Path(told["site"])
    pages = sorted(path for path in site.rglob("*.html") if "files" not in path.parts)
    assert len(pages) > 20
    for page in pages:
        content = "documents" in page.relative_to(site).parts
        assert missing_tags(page.read_text("utf-8"), content=content) == [], page


def test_addresses_lead_to_pages(told: dict[str, Any]) -> None:
    for case in cases_in(told, "published"):
        assert (Path(told["site"]) / case["address"]).is_file()


def test_the_archive_holds_a_valid_bag_for_each_settled_document(told: dict[str, Any]) -> None:
    settled = [
        case["id"] for state in ("published", "withheld", "on_request") for case in cases_in(told, state)
    ]
    bags = sorted(path.parent for path in Path(told["archive"]).rglob("bagit.txt"))
    assert sorted(bag.name for bag in bags) == sorted(f"{case}-v1" for case in settled)
    for bag in bags:
        assert check_bag(bag) == []


def test_the_register_holds_what_the_site_must_not(told: dict[str, Any]) -> None:
    register = json.loads((Path(told["register"]) / "register.json").read_text("utf-8"))
    hidden = [case["id"] for state in ("withheld", "on_request") for case in cases_in(told, state)]
    assert sorted(entry["id"] for entry in register) == sorted(hidden)
    site, board = Path(told["site"]), Path(told["notice_board"]).parent
    for sample, words in HIDDEN.items():
        assert holding(site, words) == [], sample
        assert holding(board, words) == [], sample


def test_the_words_that_must_not_come_out_are_in_the_drafts(told: dict[str, Any]) -> None:
    """Without this the test above could not fail: the words are real, and some are on file."""
    data = Path(told["site"]).parent
    for sample in ("11-exempt", "12-on-request", "10-wrong-attribute", "17-no-attribute"):
        assert holding(data, HIDDEN[sample]) != [], sample
    (secret,) = (item for item in load_samples(SAMPLES) if item.name == "04-marked-secret")
    assert "示例仓库" in secret.draft


def test_everyone_gets_a_letter(told: dict[str, Any]) -> None:
    outbox = Path(told["outbox"])
    for case in told["cases"]:
        letters = [path.name for path in outbox.rglob(f"{case['id']}_*.html")]
        first = "收件回执"
        assert f"{case['id']}_{first}.html" in letters
        last = {"returned": "退回说明", "quarantined": "移送说明"}.get(case["state"])
        last = "办理结果" if case["state"] in ("published", "withheld", "on_request") else last
        assert last is None or f"{case['id']}_{last}.html" in letters


def test_the_audit_chain_of_the_demo_is_whole(told: dict[str, Any]) -> None:
    office = Office(Path(told["folder"]))
    assert office.call("audit", "verify")["intact"] is True
    history = office.call("history", next(case["id"] for case in cases_in(told, "published")))
    assert [row["action"] for row in history][:5] == ["receive", "extract", "screen", "tag", "route"]


def test_a_second_demo_replaces_the_first_but_nothing_else(told: dict[str, Any], tmp_path: Path) -> None:
    other = tmp_path / "mine"
    other.mkdir()
    (other / "letter.txt").write_text("mine")
    with pytest.raises(Refused, match="not made by the demo"):
        fresh_folder(other)
    assert (other / "letter.txt").read_text() == "mine"
    old = tmp_path / "old"
    (old / "var").mkdir(parents=True)
    (old / MARKER).write_text("")
    lock = DataLock(old / "var")
    lock.take()
    with pytest.raises(Locked):
        fresh_folder(old)
    lock.release()
    fresh_folder(old)
    assert [path.name for path in old.iterdir()] == [MARKER]


def test_a_wrong_expectation_is_told(told: dict[str, Any], tmp_path: Path) -> None:
    """The checks can fail: the same demo against falsified expectations."""
    from dataclasses import replace

    from disclosure_pipeline.cli.demo.checks import outcome

    office = Office(Path(told["folder"]))
    demo = Demo(office, load_officers(SAMPLES), load_samples(SAMPLES), scans=SAMPLES, tell=lambda _: None)
    cases = {case["sample"]: case["id"] for case in told["cases"]}
    for walk in demo.walks:
        walk.case = cases[walk.sample.name]
        public = replace(walk.sample.public, present=("没有这句话",), absent=("政府信息公开",))
        walk.sample = replace(
            walk.sample, state="withdrawn", title="另一标题", tiers=("final",), public=public,
            findings={"privacy.email": 7}, findings_at_least={"secrecy.term": 5}, verdict="none",
        )  # fmt: skip
        problems = " ".join(outcome(office, walk)["problems"])
        for wrong in (
            "state:",
            "title:",
            "tiers:",
            "verdict:",
            "privacy.email",
            "secrecy.term",
            "is missing",
        ):
            assert wrong in problems, (walk.sample.name, wrong)
        assert "is public" in problems, walk.sample.name
