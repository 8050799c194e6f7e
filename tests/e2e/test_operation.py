"""The daemon as operators meet it: signals, the lock, dying workers, health and metrics."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from bureau import CHAIN, Bureau, draft, run_process, wait_for

GRACE = 20.0
"""Seconds that running work gets at SIGTERM, as shipped."""


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """Made under the umask that Debian gives people, where new folders are writable for their group."""
    before = os.umask(0o002)
    try:
        made = Bureau(tmp_path_factory.mktemp("operation"))
        report = made.workspace.config / "site/reports/2025.md"
        report.parent.mkdir(parents=True)
        report.write_text(
            '+++\ntitle = "2025年度报告"\nversion = 2026-01-31\n+++\n全年公开文件十二件。\n', "utf-8"
        )
        made.daemon.start()
    finally:
        os.umask(before)
    yield made
    made.daemon.stop()


def fetch(bureau: Bureau, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(bureau.daemon.address + path, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def log_since(bureau: Bureau, begin: int) -> str:
    with bureau.daemon.log.open("rb") as stream:
        stream.seek(begin)
        return stream.read().decode()


def log_size(bureau: Bureau) -> int:
    return bureau.daemon.log.stat().st_size


def test_health_readiness_metrics_and_site(bureau: Bureau) -> None:
    assert fetch(bureau, "/healthz") == (200, '{"status":"ok"}')
    wait_for(lambda: json.loads(fetch(bureau, "/readyz")[1])["status"] == "ready", "a worker is there")
    status, text = fetch(bureau, "/readyz")
    ready = json.loads(text)
    assert (status, ready["watching"], ready["trouble"]) == (200, True, [])
    # The office's own pages are out before the first document is, without an order.
    wait_for(lambda: fetch(bureau, "/site/reports/2025/")[0] == 200, "the site begins with the office's page")
    assert "全年公开文件十二件" in fetch(bureau, "/site/reports/2025/")[1]
    shown = bureau.published("指标.txt", draft("关于运行指标的通知", "甘草蜜饯。"))
    address = next(item["address"] for item in shown["publications"] if item["channel"] == "builtin.site")
    status, text = fetch(bureau, "/metrics")
    assert status == 200
    assert 'disclosure_documents{state="published"} 1.0' in text
    assert 'disclosure_publications{channel="builtin.site",state="done"} 1.0' in text
    assert "disclosure_workers 1.0" in text
    assert "甘草蜜饯" not in text
    assert "甘草蜜饯" in fetch(bureau, f"/site/{address}")[1]
    assert fetch(bureau, "/site/../disclosure.sqlite")[0] == 404
    assert fetch(bureau, "/site/%2e%2e/vault/")[0] == 404


def test_a_second_daemon_on_one_data_folder_is_refused(bureau: Bureau) -> None:
    status, answer = run_process(["run", "--port", "0", "--json", *bureau.office.folders], None)
    assert status != 0
    assert json.loads(answer.splitlines()[-1])["error"]["code"] == "locked"
    assert fetch(bureau, "/healthz")[0] == 200


def test_a_bad_configuration_is_refused_and_a_good_one_taken(bureau: Bureau) -> None:
    path = bureau.workspace.config / "disclosure.toml"
    good = path.read_text("utf-8")
    path.write_text(good + "\n[intakee]\nstable_after = 2.0\n", "utf-8")
    begin = log_size(bureau)
    os.kill(bureau.daemon.pid, signal.SIGHUP)
    wait_for(lambda: "config_refused" in log_since(bureau, begin), "the bad one is refused")
    assert "intakee" in log_since(bureau, begin)
    assert "config_changed" not in log_since(bureau, begin)
    (bureau.inbox() / "坏配置之后.txt").write_bytes(draft("关于坏配置之后的通知", "照常收件。"))
    wait_for(lambda: "outcome=accepted" in log_since(bureau, begin), "drops are taken as before")
    assert bureau.refused("list") == "config"

    path.write_text(good.replace('name = "示范县人民政府"', 'name = "新示范县人民政府"'), "utf-8")
    begin = log_size(bureau)
    os.kill(bureau.daemon.pid, signal.SIGHUP)
    wait_for(lambda: "config_read" in log_since(bureau, begin), "the good one is read")
    assert "key=site.name" in log_since(bureau, begin)
    wait_for(lambda: "worker_started" in log_since(bureau, begin), "the workers read it too")
    shown = bureau.published("好配置之后.txt", draft("关于好配置之后的通知", "照常办理。"))
    address = next(item["address"] for item in shown["publications"] if item["channel"] == "builtin.site")
    page = (bureau.workspace.site / address).read_text("utf-8")
    assert '<meta name="SiteName" content="新示范县人民政府">' in page


def test_a_killed_worker_is_replaced_and_nothing_is_lost(bureau: Bureau) -> None:
    contents = [draft(f"关于第{number}件的通知", "内容。" * 200) for number in range(6)]
    folder = bureau.inbox()
    begin = log_size(bureau)
    for number, content in enumerate(contents):
        (folder / f"中断{number}.txt").write_bytes(content)
    (worker,) = bureau.workers()
    wait_for(lambda: log_since(bureau, begin).count("claim_handed_over") >= 2, "work has begun")
    os.kill(worker, signal.SIGKILL)
    cases = [bureau.received([content]) for content in contents]
    for case in cases:
        shown = bureau.wait(case, "in_review")
        assert shown["version"] == 1
        actions = [row["action"] for row in bureau.quick("history", case)]
        assert [actions.count(step) for step in ("receive", "extract", "screen", "tag", "route")] == [1] * 5
    assert bureau.workers() != [worker]
    bureau.sign(cases[0], *CHAIN)
    bureau.wait(cases[0], "published")


def test_sigterm_ends_in_order_and_the_rest_is_done_next_time(bureau: Bureau) -> None:
    contents = [draft(f"关于第{number}件收尾的通知", "内容。" * 200) for number in range(5)]
    begin = log_size(bureau)
    for number, content in enumerate(contents):
        (bureau.inbox() / f"收尾{number}.txt").write_bytes(content)
    wait_for(lambda: "claim_handed_over" in log_since(bureau, begin), "work has begun")
    started = time.monotonic()
    workers = bureau.workers()
    assert bureau.daemon.stop() == 0
    assert time.monotonic() - started < GRACE + 30
    assert "daemon_ended" in log_since(bureau, begin)
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
    assert "unfinished=0" in log_since(bureau, begin)

    bureau.daemon.start()
    for case in [bureau.received([content]) for content in contents]:
        bureau.wait(case, "in_review")
    assert bureau.cli("audit", "verify")["intact"] is True


def test_a_signal_that_meets_another_thread_is_heeded(bureau: Bureau) -> None:
    """The system may give a process's signal to any of its threads; only the main one runs handlers."""
    main = bureau.daemon.pid
    others = [int(thread) for thread in os.listdir(f"/proc/{main}/task") if int(thread) != main]  # noqa: PTH208
    os.kill(others[-1], signal.SIGTERM)
    wait_for(lambda: not bureau.daemon.running, "the daemon ends")
    assert bureau.daemon.stop() == 0
    bureau.daemon.start()


def test_decisions_need_no_daemon(bureau: Bureau) -> None:
    case = bureau.reviewable("停机.txt", draft("关于停机期间的通知", "内容。"))
    assert bureau.daemon.stop() == 0
    words = ("decide", case, "approve", "--version", "1", "--as", "保密甲")
    assert bureau.cli(*words)["state"] == "in_review"
    bureau.daemon.start()
    bureau.sign(case, *CHAIN[1:])
    bureau.wait(case, "published")


def test_errors_are_one_json_value_with_an_honest_status(bureau: Bureau) -> None:
    status, answer = run_process(["show", "2026-999999", "--json", *bureau.office.folders], None)
    assert (status, json.loads(answer)["error"]["code"]) == (4, "not_found")
    status, answer = run_process(["decide", "--json"], None)
    assert (status, json.loads(answer)["error"]["code"]) == (2, "usage")
