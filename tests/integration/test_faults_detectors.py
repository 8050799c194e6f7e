"""Detectors that raise, hang, answer nothing or cannot be imported: a doubt for a person each, never clear."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bureau import CHAIN, Bureau, draft, wait_for

PLUGINS = Path(__file__).parents[1] / "fault_plugins"
FAULTY = {
    "detector_raises.raises": "detector.raised",
    "detector_hangs.hangs": "detector.timeout",
    "detector_none.silent": "detector.nonsense",
}
MISSING = "not_importable.any"
SECRET = "the password is"


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    names = ("detector_raises", "detector_hangs", "detector_none", "not_importable")
    required = json.dumps([*FAULTY, MISSING])
    made = Bureau(
        tmp_path_factory.mktemp("faulty"),
        plugins=names,
        settings={"required_detectors": f"{required}\ndetector_timeout = 1.0"},
    )
    for name in names:
        shutil.copy(PLUGINS / f"{name}.py", made.office.folder / "plugins")
    made.daemon.start()
    yield made
    assert made.daemon.stop() == 0


def readiness(bureau: Bureau) -> Any:
    with urllib.request.urlopen(f"{bureau.daemon.address}/readyz", timeout=5.0) as answer:
        return json.loads(answer.read())


def test_every_silent_detector_is_a_doubt_that_only_a_person_settles(faulty: Bureau) -> None:
    case = faulty.reviewable("疑点.txt", draft("关于检测器失灵的通知", "本件没有任何敏感内容。"))

    shown = faulty.cli("show", case)
    doubts = {
        item["detector"]: item["kind"] for item in shown["findings"] if item["kind"] == "check.undetermined"
    }
    assert set(doubts) == {*FAULTY, MISSING}
    codes = {(item["plugin"], item["code"]) for item in shown["faults"]}
    assert set(FAULTY.items()) <= codes
    version = str(shown["version"])
    approve = ("decide", case, "approve", "--version", version, "--as", CHAIN[0])
    assert faulty.refused(*approve) == "findings_open"

    faulty.quick("clear", case, "all", "dismiss", "--as", CHAIN[0], "--reason", "人工核对，无问题")
    faulty.sign(case, *CHAIN)
    faulty.wait(case, "published")


def test_a_missing_required_detector_is_told(faulty: Bureau) -> None:
    wait_for(lambda: readiness(faulty)["status"] == "degraded", "readyz is degraded")
    assert readiness(faulty)["trouble"] == [f"detector:{MISSING}"]
    plugins = {item["name"]: item for item in faulty.cli("plugins")}
    assert plugins["not_importable"]["state"] == "failed"
    assert plugins["not_importable"]["faults"][0]["code"] == "plugin.import"
    assert SECRET not in json.dumps(plugins, ensure_ascii=False) + faulty.daemon.log.read_text("utf-8")


def test_what_a_detector_raised_holds_no_text(faulty: Bureau) -> None:
    words = "不得写入日志的内容"
    case = faulty.reviewable("日志.txt", draft("关于日志的通知", words))
    assert words not in json.dumps(faulty.cli("show", case)["faults"], ensure_ascii=False)
    assert words not in faulty.daemon.log.read_text("utf-8")
