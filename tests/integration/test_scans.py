"""Scans through the real host, sandbox and engine: determined alone, compared with their text, undetermined when off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import docx
import plugin_hosts
import pytest
from PIL import Image, ImageChops, ImageDraw

from disclosure_pipeline.hooks.contracts import Reading, SourceFile
from disclosure_pipeline.hooks.host import PluginHost
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Verdict
from tests.hiding.picture import face

LINES = (
    "关于做好冬季清洁取暖工作的通知",
    "各镇人民政府，县政府各部门：",
    "为保障群众温暖过冬，现通知如下。",
    "按照标准发放清洁取暖补贴1280元。",
    "示范县人民政府办公室",
    "2026年11月20日",
)
FAULTS = plugin_hosts.FAULTS


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PluginHost]:
    place = plugin_hosts.workspace(tmp_path_factory.mktemp("office"))
    with plugin_hosts.host(place, plugin_hosts.settings()) as made:
        yield made


def scan(folder: Path, *lines: str, stamped: bool = True) -> Path:
    picture = Image.new("RGB", (1000, 120 + 90 * len(lines)), "white")
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((80, 60 + 90 * number), line, font=face(44), fill="black")
    if stamped:
        stamp = Image.new("RGB", picture.size, "white")
        pen = ImageDraw.Draw(stamp)
        x, y = 330, 60 + 90 * (len(lines) - 1)
        pen.ellipse((x - 140, y - 140, x + 140, y + 140), outline=(225, 40, 40), width=8)
        pen.regular_polygon((x, y, 40), 5, fill=(225, 40, 40))
        picture = ImageChops.multiply(picture, stamp)  # ink of a seal lets toner through
    path = folder / "盖章扫描件.png"
    picture.save(path, dpi=(200, 200))
    return path


def editable(folder: Path, *lines: str) -> Path:
    paper = docx.Document()
    for line in lines:
        paper.add_paragraph(line)
    path = folder / "正文.docx"
    paper.save(str(path))
    return path


def read(host: PluginHost, *paths: Path) -> Reading:
    return host.read(
        [
            SourceFile(number, path, path.name, PartRole.MAIN if number == 0 else PartRole.ATTACHMENT)
            for number, path in enumerate(paths)
        ]
    )


def differences(reading: Reading) -> list[tuple[int, str | None]]:
    return [
        (found.part, found.text)
        for found in reading.screening.findings
        if found.kind == "format.scan_difference"
    ]


def test_a_stamped_scan_alone_is_determined(host: PluginHost, tmp_path: Path) -> None:
    reading = read(host, scan(tmp_path, *LINES))
    assert reading.screening.doubts == ()
    assert [
        segment.text for segment in reading.texts[0].text.segments if segment.place.detail != "seal"
    ] == list(LINES)


def test_a_scan_that_agrees_with_its_text_is_clear(host: PluginHost, tmp_path: Path) -> None:
    reading = read(host, editable(tmp_path, *LINES), scan(tmp_path, *LINES))
    assert (reading.screening.doubts, differences(reading)) == ((), [])


def test_an_amount_that_differs_is_a_finding_at_its_place(host: PluginHost, tmp_path: Path) -> None:
    changed = [line.replace("1280", "1580") for line in LINES]
    reading = read(host, editable(tmp_path, *LINES), scan(tmp_path, *changed))
    assert differences(reading) == [(1, "5")]
    assert reading.screening.verdict is not Verdict.CLEAR


def test_a_marking_in_pixels_lets_no_text_out(host: PluginHost, tmp_path: Path) -> None:
    reading = read(host, scan(tmp_path, "机密★5年", *LINES, stamped=False), editable(tmp_path, *LINES))
    assert reading.marked
    assert reading.texts == ()
    assert "取暖" not in repr(reading)


def test_switched_off_it_is_undetermined(tmp_path: Path) -> None:
    place = plugin_hosts.workspace(tmp_path / "office")
    with plugin_hosts.host(place, plugin_hosts.settings(recognition={"enabled": False})) as host:
        reading = read(host, editable(tmp_path, *LINES), scan(tmp_path, *LINES))
    assert reading.screening.verdict is Verdict.UNDETERMINED
    assert "picture.unread" in {doubt.code for doubt in reading.screening.doubts}


def test_an_engine_of_a_plugin_is_listed_and_used_and_its_hanging_is_named(tmp_path: Path) -> None:
    place = plugin_hosts.workspace(tmp_path / "office")
    allow = plugin_hosts.install(place, FAULTS / "recogniser_faults.py")
    engines = ["recogniser_faults.hangs", "builtin.rapidocr"]
    given = plugin_hosts.settings(allow, recognition={"engines": engines, "page_timeout": 1.0})
    with plugin_hosts.host(place, given) as host:
        provided = {name for info in host.plugins() for name in info.provides}
        assert {
            "recogniser_faults.hangs",
            "builtin.rapidocr",
            "builtin.tesseract",
            "builtin.scans",
        } <= provided
        reading = read(host, scan(tmp_path, *LINES))
    assert reading.screening.verdict is Verdict.UNDETERMINED
    assert [fault.code for fault in reading.faults] == ["recogniser.timeout"]


def test_nothing_is_left_of_it(tmp_path: Path) -> None:
    place = plugin_hosts.workspace(tmp_path / "office")
    with plugin_hosts.host(place, plugin_hosts.settings()) as host:
        read(host, scan(tmp_path, *LINES))
        running = [pid for pid in _processes() if str(place.spool) in pid[1]]
        assert len(running) == 1
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and any(pid == running[0][0] for pid, _ in _processes()):
        time.sleep(0.05)
    assert running[0][0] not in {pid for pid, _ in _processes()}
    assert list(place.spool.iterdir()) == []


def _processes() -> list[tuple[str, str]]:
    """Recognition processes: number and command line."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "cmdline").read_bytes().decode()
        except OSError:
            continue
        if "recognition_child" in words:
            found.append((folder.name, words))
    return found
