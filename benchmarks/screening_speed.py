"""How fast the detectors read: processor time of this process, the least of some rounds, and one document whole."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.screening_scores import CONFIG
from disclosure_pipeline.hooks import sandbox_entry
from disclosure_pipeline.hooks.contracts import Detector, PartText, Reading, SourceFile
from disclosure_pipeline.hooks.sandbox import Sandbox
from disclosure_pipeline.hooks.sandbox_child import Bounds, collect_seldom
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.settings.models import Settings
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.workspace import Workspace
from tests.hiding import word_papers
from tests.labelled import names

NAMES = "person_name"
"""The detector whose speed is counted alone."""

_GENERATED = 350_000
_PAGES, _PAGE = 10, 616
"""Pages of the document, characters of a full page (22 lines of 28)."""

_SUBJECTS = (
    "各镇人民政府、街道办事处",
    "县政府各部门",
    "县直有关单位",
    "各相关企业",
    "政务公开办公室",
    "牵头部门",
)
_VERBS = (
    "应当按照职责分工落实",
    "要认真组织实施",
    "负责统筹推进",
    "每季度报送",
    "依法主动公开",
    "及时更新并解读",
)
_OBJECTS = (
    "本年度重点工作任务", "政府信息公开目录", "农村人居环境整治项目", "优化营商环境的若干措施", "财政预算决算信息", "惠民惠农补贴资金",
    "义务教育招生政策", "安全生产专项检查结果", "城镇老旧小区改造计划", "保密审查登记情况", "机关内部管理制度", "国家秘密保护要求",
)  # fmt: skip
_TAILS = (
    "，确保按期完成。",
    "；涉及资金1280.5万元，2026年12月底前拨付到位。",
    "（见附件2）。",
    "，并向社会公布。",
    "。",
)
_RARE = "，联系电话：0531-88886666。"
_RARELY = 0.02


def paragraphs(characters: int) -> list[str]:
    """Policy-like paragraphs with about this many characters, the same in every run; a telephone in two pages."""
    chance = random.Random(20261122)
    made: list[str] = []
    length = 0
    while length < characters:
        sentences = "".join(
            chance.choice(_SUBJECTS)
            + chance.choice(_VERBS)
            + chance.choice(_OBJECTS)
            + (_RARE if chance.random() < _RARELY else chance.choice(_TAILS))
            for _ in range(chance.randint(2, 6))
        )
        made.append("　　" + sentences)
        length += len(made[-1])
    return made


def texts_of(folder: Path | None) -> list[list[str]]:
    """The lines of each text file of a folder; generated prose without one."""
    if folder is None:
        return [paragraphs(_GENERATED)]
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise SystemExit(f"No text files in {folder}.")
    return [[line for line in file.read_text("utf-8").splitlines() if line.strip()] for file in files]


def part_of(lines: Sequence[str]) -> PartText:
    """A part of a submission, one segment a line."""
    segments = tuple(
        Segment(line, Place("text", "body", paragraph=number)) for number, line in enumerate(lines, start=1)
    )
    return PartText(0, PartRole.MAIN, Text("text/plain", "benchmark", segments))


def best(action: Callable[[], object], rounds: int) -> float:
    """Seconds of processor time, the least of some rounds: a busy machine changes it little."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        action()
        times.append(time.process_time() - began)
    return min(times)


def speeds(working: Sequence[Detector], texts: Sequence[Sequence[str]], rounds: int = 60) -> dict[str, float]:
    """MB/s of all detectors but names with the views they share, and characters/s of names.

    Every round reads fresh parts, as a submission does; loading is not counted.
    """
    collect_seldom()  # as a worker does
    parts = [part_of(lines).text for lines in texts]
    characters = sum(len(segment.text) + 1 for text in parts for segment in text.segments)
    size = sum(len(segment.text.encode()) + 1 for text in parts for segment in text.segments)
    others = [detector for detector in working if detector.id != NAMES]
    alone = [detector for detector in working if detector.id == NAMES]

    def read(chosen: Sequence[Detector]) -> None:
        for text in parts:
            part = PartText(0, PartRole.MAIN, text)
            for detector in chosen:
                detector.detect(part)

    read(working)
    return {
        "megabytes": size / 1e6,
        "all but names, MB/s": size / 1e6 / best(lambda: read(others), rounds),
        "names, characters/s": characters / best(lambda: read(alone), 5),
    }


def costs(working: Sequence[Detector], texts: Sequence[Sequence[str]], rounds: int = 15) -> dict[str, float]:
    """Milliseconds of each detector on these texts, the dearest first; the views are there already."""
    found = {"views": best(lambda: [_viewed(lines) for lines in texts], rounds) * 1000}
    parts = [_viewed(lines) for lines in texts]
    for detector in working:
        if detector.id != NAMES:
            found[detector.id] = best(lambda: [detector.detect(part) for part in parts], rounds) * 1000  # noqa: B023
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _viewed(lines: Sequence[str]) -> PartText:
    part = part_of(lines)
    _ = part.views.plain, part.views.compact
    return part


def document() -> bytes:
    """Ten full pages as Word writes them: prose with a table, and a name in every tenth paragraph."""
    told = [sample.plain for sample in names.samples("test") if sample.form == "plain"]
    blocks: list[str] = []
    while sum(map(len, blocks)) < _PAGES * _PAGE:
        for number, paragraph in enumerate(paragraphs(_PAGES * _PAGE // 2)):
            blocks.append(paragraph)
            if number % 10 == 9:
                blocks += told[number % len(told)].split("\n")
    return word_papers.paper(blocks=blocks)


def whole(rounds: int = 15) -> Mapping[str, float]:
    """Seconds from the bytes of a ten-page docx to its findings, in a warm sandbox: wall clock, median and best."""
    settings, rulebook = Settings(), load_rulebook(CONFIG)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "paper.docx"
        path.write_bytes(document())
        start = (settings, Workspace(CONFIG, folder / "var"), rulebook, ())
        with Sandbox(
            1, bounds=Bounds.of(settings), folder=folder / "spool", initargs=start,
            initializer=f"{sandbox_entry.__name__}:initialise",
        ) as sandbox:  # fmt: skip

            def read() -> Reading:
                source = SourceFile(0, path, path.name)
                reading: Reading = sandbox.run(
                    f"{sandbox_entry.__name__}:read_files", (source,), frozenset(), timeout=60.0
                )
                return reading

            characters = sum(len(segment.text) for part in read().texts for segment in part.text.segments)
            times = []
            for _ in range(rounds):
                began = time.perf_counter()
                read()
                times.append(time.perf_counter() - began)
    return {"median": statistics.median(times), "best": min(times), "characters": characters}
