"""How fast the built-in detectors read: MB/s each, and against a plain `re` search for the same thing.

Run: ``python benchmarks/screening.py [--megabytes 2]``. The prose is generated, the same in every run. The plain
search knows one form only (half-width, unbroken), has no guards and no way back to the original; the
ratio says what normalising, guards and offsets cost.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections.abc import Callable
from pathlib import Path

from disclosure_pipeline.builtin.detectors.hidden_content import HiddenContent
from disclosure_pipeline.builtin.detectors.numbers.bank_card import BankCard
from disclosure_pipeline.builtin.detectors.numbers.email import Email
from disclosure_pipeline.builtin.detectors.numbers.mobile import Mobile
from disclosure_pipeline.builtin.detectors.numbers.resident_id import ResidentId
from disclosure_pipeline.builtin.detectors.secrecy.internal import InternalNotice
from disclosure_pipeline.builtin.detectors.secrecy.marking import SecrecyMarking
from disclosure_pipeline.builtin.detectors.wording.lexicon import Lexicon
from disclosure_pipeline.hooks.contracts import Detector, PartText
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.folding import SEPARATORS
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.model.view import View
from disclosure_pipeline.settings.policy import load_rulebook

SUBJECTS = [
    "各镇人民政府、街道办事处",
    "县政府各部门",
    "县直有关单位",
    "各相关企业",
    "政务公开办公室",
    "牵头部门",
]
VERBS = [
    "应当按照职责分工落实",
    "要认真组织实施",
    "负责统筹推进",
    "每季度报送",
    "依法主动公开",
    "及时更新并解读",
]
OBJECTS = [
    "本年度重点工作任务", "政府信息公开目录", "农村人居环境整治项目", "优化营商环境的若干措施", "财政预算决算信息", "惠民惠农补贴资金",
    "义务教育招生政策", "安全生产专项检查结果", "城镇老旧小区改造计划", "保密审查登记情况", "机关内部管理制度", "国家秘密保护要求",
]  # fmt: skip
TAILS = [
    "，确保按期完成。",
    "；涉及资金1280.5万元，2026年12月底前拨付到位。",
    "，联系电话：0531-88886666。",
    "（见附件2）。",
    "，并向社会公布。",
]

PLAIN = {
    "secrecy_marking": r"(?:绝密|机密|秘密)[★☆*](?:\d+年|长期)",
    "secrecy_internal": r"内部(?:资料|文件|使用)|注意保[存管密]|不得外传|阅后清退",
    "resident_id": r"(?<!\d)[1-9]\d{16}[\dXx](?!\d)",
    "mobile": r"(?<!\d)1[3-9]\d{9}(?!\d)",
    "bank_card": r"(?<!\d)[3-9]\d{15,18}(?!\d)",
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
}


def prose(characters: int) -> PartText:
    """A part of policy-like paragraphs with about this many characters."""
    chooser = random.Random(20261122)
    segments: list[Segment] = []
    length = 0
    while length < characters:
        sentences = "".join(
            chooser.choice(SUBJECTS) + chooser.choice(VERBS) + chooser.choice(OBJECTS) + chooser.choice(TAILS)
            for _ in range(chooser.randint(2, 6))
        )
        segments.append(Segment("　　" + sentences, Place("body", "body", paragraph=len(segments) + 1)))
        length += len(sentences) + 2
    return PartText(0, PartRole.MAIN, Text("text/plain", "benchmark", tuple(segments)))


def seconds(call: Callable[[], object], rounds: int = 3) -> float:
    """The best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - began)
    return best


def main() -> None:
    """Print one JSON value with the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--megabytes", type=float, default=2.0)
    size = arguments.parse_args().megabytes

    began = time.perf_counter()
    rules = load_rulebook(Path(__file__).parents[1] / "config")
    lexicon = Lexicon(rules)
    detectors: list[Detector] = [
        SecrecyMarking(rules), InternalNotice(rules), ResidentId(rules), Mobile(rules), BankCard(rules),
        Email(rules), lexicon, HiddenContent(rules),
    ]  # fmt: skip
    loading = time.perf_counter() - began

    part = prose(int(size * 1_000_000 / 2.8))
    text = "\n".join(segment.text for segment in part.text.segments)
    megabytes = len(text.encode()) / 1e6
    findings = {detector.id: len(detector.detect(part)) for detector in detectors}
    figures = {}
    for detector in detectors:
        taken = seconds(lambda detector=detector: detector.detect(part))  # type: ignore[misc]
        figures[detector.id] = {
            "MB/s": round(megabytes / taken, 1), "findings": findings[detector.id]
        }  # fmt: skip
        if detector.id in PLAIN:
            plain = re.compile(PLAIN[detector.id])
            ratio = taken / seconds(lambda plain=plain: plain.findall(text))  # type: ignore[misc]
            figures[detector.id]["times_plain_re"] = round(ratio, 1)
    together = seconds(lambda: [detector.detect(part) for detector in detectors])
    ten_pages = prose(10_000)
    document = seconds(lambda: [detector.detect(ten_pages) for detector in detectors], rounds=10)
    print(
        json.dumps(
            {
                "megabytes": round(megabytes, 2),
                "load_rules_and_detectors_s": round(loading, 3),
                "view_MB/s": round(megabytes / seconds(lambda: View.of(part.text)), 1),
                "compact_view_MB/s": round(megabytes / seconds(lambda: View.of(part.text, SEPARATORS)), 1),
                "detectors": figures,
                "together_MB/s": round(megabytes / together, 1),
                "ten_pages_ms": round(document * 1000, 1),
                "segmenter_loaded": lexicon.segmenter_loaded,
            },
            ensure_ascii=False,
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
