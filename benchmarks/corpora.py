"""Real files from public corpora through `disclosure extract --jsonl`: outcomes by format and reason.

Run: ``python benchmarks/corpora.py PATH… --record FILE [--suffixes docx,pdf] [--not-suffixes pdf] [--sample N]
[--without-recognition] [--without-office] [--answers FILE] [--write FILE]``. Every file gets exactly one answer,
a failure has a code, and no answer takes longer than the limits allow: a watchdog kills a command that is
silent for longer, and the run fails. Files are only read. What is in the record is not run again, so that a
run can be broken off and taken up; an outcome of several runs is one table.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import queue
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from disclosure_pipeline.hooks import allowance
from disclosure_pipeline.settings.models import ExtractionSettings, RecognitionSettings, Settings

CONFIG = Path(__file__).parents[1] / "config"
BATCH = 200
"""Files for one command."""
TICK = 0.2
"""Seconds between two looks at the memory of the sandbox processes."""
PATIENCE = 60.0
"""Seconds beyond all limits after which a command hangs."""
SLOW = 10.0
"""Seconds after which a file is named."""
HANG, SILENT = "no answer in time", "no answer"
FAULTS = (HANG, SILENT, "sandbox.crash", "sandbox.closed", "extractor.raised", "internal")
"""Outcomes that are a fault of ours, not of the file."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file.

    Args:
        path: the file. outcome: ``read``, ``read, with warnings``, or the code of the failure.
        seconds: until its answer. peak: most memory of one sandbox process, MB.
        characters: all that were read. hidden: those not visible on paper.
        warnings: the messages; advice: of the failure.
    """

    path: str
    outcome: str
    seconds: float
    peak: int = 0
    characters: int = 0
    hidden: int = 0
    warnings: list[str] = field(default_factory=list)
    advice: str = ""

    @classmethod
    def of(cls, answer: dict[str, Any], seconds: float, peak: int) -> Result:
        """What an answer of the command says."""
        if "error" in answer:
            error = answer["error"]
            return cls(answer["path"], error["code"], seconds, peak, advice=error["advice"])
        lengths = [(len(item["text"]), item["visible"]) for item in answer["segments"]]
        warnings = list(answer["warnings"])
        return cls(
            answer["path"], "read, with warnings" if warnings else "read", seconds, peak,
            sum(length for length, _ in lengths), sum(length for length, seen in lengths if not seen), warnings,
        )  # fmt: skip

    @property
    def format(self) -> str:
        """The suffix."""
        return Path(self.path).suffix.lower().lstrip(".") or "(none)"


class Command:
    """One `disclosure extract --jsonl` under watch.

    Args:
        config: configuration folder. paths: the files.
        longest: seconds without an answer after which it hangs.
        answers: gets the lines as they are, or ``None``.
    """

    def __init__(self, config: Path, paths: Sequence[Path], longest: float, answers: Path | None):
        self._paths = paths
        self._longest = longest
        self._answers = answers
        program = str(Path(sys.executable).parent / "disclosure")
        self._process = subprocess.Popen(
            [program, "extract", "--config", str(config), "--jsonl", *map(str, paths)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def results(self) -> Iterator[Result]:
        """One result a file, up to the first that gets no answer."""
        for path in self._paths:
            began = time.perf_counter()
            peak, line = 0, None
            while line is None and time.perf_counter() - began < self._longest:
                with contextlib.suppress(queue.Empty):
                    line = self._lines.get(timeout=TICK)
                peak = max(peak, peak_memory(self._process.pid))
            seconds = time.perf_counter() - began
            if not line:
                self._end()
                yield Result(str(path), HANG if line is None else SILENT, seconds, peak)
                return
            if self._answers:
                with self._answers.open("ab") as stream:
                    stream.write(line)
            yield Result.of(json.loads(line), seconds, peak)
        self._process.wait(self._longest)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def peak_memory(process: int) -> int:
    """The most memory (MB) that a process below this one has held since the last call."""
    most = 0
    for child in _children(process):
        most = max(most, peak_memory(child))
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{child}/status").read_text().partition("VmHWM:")[2]
            most = max(most, int(status.split(maxsplit=1)[0]) >> 10) if status else most
            Path(f"/proc/{child}/clear_refs").write_text("5")
    return most


def _children(process: int) -> Iterator[int]:
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            yield from map(int, task.read_text().split())


def files(options: argparse.Namespace) -> list[Path]:
    """The files that the options ask for and the record does not have yet."""
    done = {result.path for result in recorded(options.record)}
    wanted, unwanted = (
        frozenset(filter(None, value.split(","))) for value in (options.suffixes, options.not_suffixes)
    )
    found = [path for given in options.paths for path in (given, *sorted(given.rglob("*"))) if path.is_file()]
    suffix = {path: path.suffix.lower().lstrip(".") for path in found}
    found = [
        path for path in found if suffix[path] not in unwanted and (not wanted or suffix[path] in wanted)
    ]
    if options.sample and options.sample < len(found):
        found = sorted(random.Random(0).sample(found, options.sample))
    return [path for path in found if str(path) not in done]


def recorded(record: Path | None) -> list[Result]:
    """The results of earlier runs."""
    if record is None or not record.exists():
        return []
    with record.open(encoding="utf-8") as lines:
        return [Result(**json.loads(line)) for line in lines]


def run(options: argparse.Namespace, paths: Sequence[Path]) -> Iterator[Result]:
    """Each result, as it comes; a command that fell silent is followed by another one for the rest."""
    settings = Settings(
        extraction=ExtractionSettings(**({"office": ""} if options.without_office else {})),
        recognition=RecognitionSettings(enabled=not options.without_recognition),
    )
    longest = settings.extraction.timeout + allowance.most(settings) + PATIENCE
    with tempfile.TemporaryDirectory() as folder:
        config = write_config(Path(folder), settings)
        at = 0
        while at < len(paths):
            for result in Command(config, paths[at : at + BATCH], longest, options.answers).results():
                at += 1
                yield result


def write_config(folder: Path, settings: Settings) -> Path:
    """The product's own configuration with these settings."""
    config = folder / "config"
    shutil.copytree(CONFIG, config)
    (config / "disclosure.toml").write_text(
        f'[extraction]\noffice = "{settings.extraction.office}"\n'
        f"[recognition]\nenabled = {str(settings.recognition.enabled).lower()}\n"
    )
    return config


def table(results: Sequence[Result]) -> str:
    """Format × outcome, as Markdown."""
    formats: defaultdict[str, list[Result]] = defaultdict(list)
    for result in results:
        formats[result.format].append(result)
    lines = [
        "| Format | Files | Read | Read, with warnings | Not read, by reason | Median s | Longest s | Peak MB |",
        "| --- | ---: | ---: | ---: | --- | ---: | ---: | ---: |",
    ]
    for name, group in (*sorted(formats.items(), key=lambda item: -len(item[1])), ("all", list(results))):
        reasons = Counter(result.outcome for result in group)
        read, warned = reasons.pop("read", 0), reasons.pop("read, with warnings", 0)
        told = ", ".join(f"`{reason}` {number}" for reason, number in reasons.most_common())
        seconds = [result.seconds for result in group]
        lines.append(
            f"| {name} | {len(group)} | {read} | {warned} | {told} | {statistics.median(seconds):.2f} "
            f"| {max(seconds):.1f} | {max(result.peak for result in group)} |"
        )
    return "\n".join(lines) + "\n"


def report(results: Sequence[Result]) -> bool:
    """Print the table, what was slow, and what is a fault of ours; whether there was none."""
    print(table(results))
    slow = [result for result in results if result.seconds > SLOW]
    faults = [result for result in results if result.outcome in FAULTS]
    print(f"{len(results)} answers; slower than {SLOW:.0f} s: {len(slow)}; our faults: {len(faults)}")
    for result in sorted(slow, key=lambda item: -item.seconds):
        print(f"  {result.seconds:5.1f} s  {result.peak:5} MB  {result.outcome}  {result.path}")
    for result in faults:
        print(f"  fault: {result.outcome}  {result.path}")
    return not faults


def main() -> None:
    """Run what is left to run, and print the table of everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders")
    parser.add_argument("--record", type=Path, help="results, one JSON a line; a run goes on from it")
    parser.add_argument("--suffixes", default="", help="only these")
    parser.add_argument("--not-suffixes", default="", help="not these")
    parser.add_argument("--sample", type=int, help="so many files, always the same ones")
    parser.add_argument("--without-recognition", action="store_true")
    parser.add_argument("--without-office", action="store_true")
    parser.add_argument("--answers", type=Path, help="keep the answers in this file")
    parser.add_argument("--write", type=Path, help="write the table into this file")
    options = parser.parse_args()
    results = recorded(options.record)
    paths = files(options)
    for number, result in enumerate(run(options, paths), 1):
        results.append(result)
        if options.record:
            with options.record.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(asdict(result), ensure_ascii=False) + "\n")
        if number % 50 == 0 or result.seconds > SLOW:
            print(f"{number} of {len(paths)}; {result.outcome}, {result.seconds:.1f} s", file=sys.stderr)
    if not results:
        sys.exit("no files")
    clean = report(results)
    if options.write:
        options.write.write_text(table(results), encoding="utf-8")
    sys.exit(0 if clean else 1)


if __name__ == "__main__":
    main()
