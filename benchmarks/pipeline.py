"""How fast the pipeline is: idle cost, latency, throughput, command line.

    python benchmarks/pipeline.py [--store sqlite|postgres] [--documents 200] [--json]

Real daemon, real files, nothing mocked. Absolute times depend on the machine; the ratios name what
they are compared with, measured in the same run:

- throughput: the engine alone (DBOS workflows that do nothing, on the same store);
- `--help`: an empty Python start; `screen`: a Python that only imports python-docx and opens the file.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import create_engine, text

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PARAGRAPH = (
    "为做好年度重点工作，各单位要按照职责分工抓好落实，及时报送进展情况，加强统筹协调，确保各项任务按期完成。"
)
WANTED = {
    "latency_s": 1.5,
    "documents_per_s": 8.0,
    "help_s": 0.3,
    "screen_s": 1.5,
    "idle_cpu_percent": 2.0,
    "idle_mb": 200,
}


def docx(path: Path, number: int, pages: int = 5) -> None:
    """A clean notice of some pages as docx."""
    from docx import Document

    document = Document()
    document.add_heading(f"关于开展第{number}项年度工作的通知", 0)
    for line in range(pages * 12):
        document.add_paragraph(f"（{line + 1}）{PARAGRAPH}")
    document.add_paragraph("2026年11月20日")
    document.add_paragraph("（此件公开发布）")
    document.save(str(path))


def pdf(path: Path, number: int, pages: int = 5) -> None:
    """A clean notice of some pages as pdf with a text layer."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), pagesize=(595, 842))
    for page in range(pages):
        canvas.setFont("STSong-Light", 16)
        if page == 0:
            canvas.drawString(120, 780, f"关于开展第{number}项年度工作的公告")
        canvas.setFont("STSong-Light", 11)
        for line in range(24):
            canvas.drawString(70, 740 - line * 26, f"（{page * 24 + line + 1}）{PARAGRAPH[:38]}")
        if page == pages - 1:
            canvas.drawString(350, 90, "2026年11月20日")
            canvas.drawString(70, 60, "（此件公开发布）")
        canvas.showPage()
    canvas.save()


class Bench:
    """A workspace with a daemon.

    Args:
        folder: where it lies.
        workers: worker processes.
        store: SQLAlchemy URL, empty for SQLite.
    """

    def __init__(self, folder: Path, workers: int, store: str):
        self.folder = folder
        (folder / "config").mkdir()
        settings = (
            f'[[unit]]\ndepartments = ["办公室"]\n[engine]\nworkers = {workers}\n[store]\nurl = "{store}"\n'
        )
        (folder / "config" / "disclosure.toml").write_text(settings, "utf-8")
        self.url = store or f"sqlite:///{folder / 'var' / 'disclosure.sqlite'}"
        self.stable_after = 1.0

    @property
    def inbox(self) -> Path:
        """A department's drop folder; the subfolder names the attribute."""
        return self.folder / "var" / "inbox" / "办公室" / "主动公开"

    @contextmanager
    def daemon(self) -> Iterator[psutil.Process]:
        """A running daemon."""
        log = (self.folder / "run.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "disclosure_pipeline", "run", "--port", "0"],
            cwd=self.folder,
            stdout=log,
            stderr=log,
        )
        try:
            wait(lambda: b"worker_started" in (self.folder / "run.log").read_bytes(), 60)
            self.inbox.mkdir(parents=True, exist_ok=True)
            yield psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            (self.folder / "run.log").write_bytes(b"")

    def states(self) -> dict[str, str]:
        """State by case number, read from the store."""
        engine = create_engine(self.url)
        with engine.connect() as connection:
            found = {row.id: row.state for row in connection.execute(text("SELECT id, state FROM document"))}
        engine.dispose()
        return found


def wait(done: Callable[[], bool], seconds: float, every: float = 0.02) -> float:
    """Wait until something is true; returns the seconds it took."""
    start = time.monotonic()
    while not done():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"not done after {seconds} s")
        time.sleep(every)
    return time.monotonic() - start


def tree(process: psutil.Process) -> list[psutil.Process]:
    """A process with everything below it."""
    return [process, *process.children(recursive=True)]


def idle(bench: Bench, seconds: float = 30.0) -> dict[str, float]:
    """What a daemon costs that has nothing to do."""
    with bench.daemon() as process:
        time.sleep(5.0)
        before = sum(sum(item.cpu_times()[:2]) for item in tree(process))
        time.sleep(seconds)
        after = sum(sum(item.cpu_times()[:2]) for item in tree(process))
        memory = [item.memory_full_info() for item in tree(process)]
    return {
        "idle_cpu_percent": 100 * (after - before) / seconds,
        "idle_mb": sum(item.rss for item in memory) / 1e6,
        "idle_pss_mb": sum(item.pss for item in memory) / 1e6,
    }


def latency(bench: Bench, count: int = 12) -> dict[str, float]:
    """From stable to ready for review, one document at a time, daemon otherwise idle."""
    times = []
    with bench.daemon():
        for number in range(count):
            made = bench.folder / f"draft-{number}.{'docx' if number % 2 else 'pdf'}"
            (docx if number % 2 else pdf)(made, number)
            ready = sum(state == "in_review" for state in bench.states().values())
            dropped = time.monotonic()
            shutil.move(made, bench.inbox / made.name)
            wait(lambda ready=ready: sum(s == "in_review" for s in bench.states().values()) > ready, 60)
            times.append(time.monotonic() - dropped - bench.stable_after)
    return {"latency_s": statistics.median(times), "latency_max_s": max(times), "latency_first_s": times[0]}


def throughput(bench: Bench, count: int) -> dict[str, float]:
    """Many documents at once, two workers."""
    drafts = bench.folder / "drafts"
    drafts.mkdir()
    for number in range(count):
        kind = docx if number % 2 else pdf
        kind(drafts / f"draft-{number}.{'docx' if number % 2 else 'pdf'}", number)
    with bench.daemon():
        known = len(bench.states())
        for path in drafts.iterdir():
            shutil.move(path, bench.inbox / path.name)
        start = time.monotonic()
        wait(lambda: any(s == "in_review" for s in list(bench.states().values())[known:]), 60)
        first = time.monotonic()
        wait(lambda: sum(s == "in_review" for s in bench.states().values()) >= known + count, 600, 0.1)
        end = time.monotonic()
    return {"documents_per_s": (count - 1) / (end - first), "all_dropped_to_all_ready_s": end - start}


def engine_alone(url: str, count: int = 200) -> float:
    """DBOS workflows a second that do nothing, on the same store."""
    code = (
        "import sys,time;from disclosure_pipeline.store.database import Database;"
        "from disclosure_pipeline.service.engine import WorkEngine;d=Database(sys.argv[1]);done=[];"
        "e=WorkEngine(d,executor='bench',tasks={'intake':lambda s:(done.append(s),s)[1]},poll=5.0);e.launch();"
        "n=int(sys.argv[2]);t=time.time();[e.start('intake',f'bench-{t}-{i}',str(i)) for i in range(n)];"
        "\nwhile len(done)<n: time.sleep(.005)\nprint(n/(time.time()-t));e.stop(1)"
    )
    output = subprocess.run(
        [sys.executable, "-c", code, url, str(count)], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return float(output.split()[-1])


def command_line(folder: Path) -> dict[str, float]:
    """Cold starts of commands, medians of five."""
    path = folder / "three-pages.docx"
    docx(path, 1, pages=3)
    base = [sys.executable, "-m", "disclosure_pipeline"]
    config = ["--config", str(ROOT / "config"), "--data", str(folder / "none")]
    empty = timed([sys.executable, "-c", "pass"])
    peer = timed([sys.executable, "-c", f"import docx; docx.Document({str(path)!r})"])
    figures = {
        "help_s": timed([*base, "--help"]),
        "screen_s": timed([*base, "screen", str(path), "--json", *config]),
    }
    return figures | {"help_ratio": figures["help_s"] / empty, "screen_ratio": figures["screen_s"] / peer}


def timed(command: list[str], runs: int = 5) -> float:
    """Median seconds of a command as a whole process."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> int:
    """Run everything and print the table; exit 1 when a wanted figure is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name, server(options.store) as fresh:
        folder = Path(name)
        for part, workers in (("idle", 1), ("latency", 1), ("throughput", 2)):
            (folder / part).mkdir()
            bench = Bench(folder / part, workers, fresh())
            work = {"idle": idle, "latency": latency}.get(part)
            figures |= work(bench) if work else throughput(bench, options.documents)
            print(f"{part} done", file=sys.stderr)
        alone = engine_alone(bench.url)
        figures |= {"engine_alone_per_s": alone, "throughput_ratio": figures["documents_per_s"] / alone}
        figures |= command_line(folder)
    missed = [key for key, limit in WANTED.items() if (figures[key] < limit) != (key != "documents_per_s")]
    if options.json:
        print(json.dumps({"figures": figures, "wanted": WANTED, "missed": missed}, indent=1))
    else:
        for key, value in figures.items():
            sign = ">" if key == "documents_per_s" else "<"
            note = (
                f"   wanted {sign} {WANTED[key]}{'   MISSED' if key in missed else ''}"
                if key in WANTED
                else ""
            )
            print(f"{key:28} {value:10.3f}{note}")
    return 1 if missed else 0


@contextmanager
def server(store: str) -> Iterator[Callable[[], str]]:
    """Gives a fresh store address per part; empty for SQLite in the workspace."""
    if store == "sqlite":
        yield lambda: ""
        return
    from tests.postgres import start_server

    with contextmanager(start_server)() as postgres:
        yield postgres.fresh_database


if __name__ == "__main__":
    sys.exit(main())
