"""Real files from public corpora through `disclosure extract --jsonl`: outcomes by format and reason.

``python benchmarks/corpora.py FOLDER… [--suffixes docx,pdf]``. Every file gets exactly one line of answer, a
failure has a code, and nothing may take longer than the limits allow. Files are only read. The slowest files
and every reason that no one planned for (a crash) are named at the end, by path.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

BATCH = 200
SLOW = 10.0
"""Seconds after which a file is named."""
UNPLANNED = ("sandbox.crash", "extractor.raised", "internal")
"""Codes that mean a fault of ours, not of the file."""


def files(folders: Sequence[Path], suffixes: frozenset[str]) -> list[Path]:
    """Every regular file below the folders, of these suffixes if any are given."""
    found = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if not suffixes or path.suffix.lower().lstrip(".") in suffixes]


def answers(paths: Sequence[Path]) -> Iterator[tuple[dict[str, Any], float]]:
    """Each answer with the seconds it took, as the command prints them."""
    command = [str(Path(sys.executable).parent / "disclosure"), "extract", "--jsonl"]
    for start in range(0, len(paths), BATCH):
        batch = [str(path) for path in paths[start : start + BATCH]]
        with subprocess.Popen(
            [*command, *batch], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdout is not None
            began = time.perf_counter()
            for line in process.stdout:
                ended = time.perf_counter()
                yield json.loads(line), ended - began
                began = ended


def outcome(answer: dict[str, Any]) -> str:
    """``read``, ``read, with warnings``, or the code of the failure."""
    if "error" in answer:
        return str(answer["error"]["code"])
    return "read, with warnings" if answer["warnings"] else "read"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--suffixes", default="")
    options = parser.parse_args()
    paths = files(options.folders, frozenset(filter(None, options.suffixes.split(","))))
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    slow: list[tuple[float, str, str]] = []
    faults: list[str] = []
    seen = 0
    for answer, seconds in answers(paths):
        seen += 1
        reason = outcome(answer)
        counts[Path(answer["path"]).suffix.lower() or "(none)"][reason] += 1
        if seconds > SLOW:
            slow.append((seconds, reason, answer["path"]))
        if reason in UNPLANNED:
            faults.append(answer["path"])
        if seen % BATCH == 0:
            print(f"{seen} of {len(paths)}", file=sys.stderr)
    for suffix, reasons in sorted(counts.items(), key=lambda item: -item[1].total()):
        told = ", ".join(f"{reason} {number}" for reason, number in reasons.most_common())
        print(f"{suffix:10}{reasons.total():>6}  {told}")
    print(
        f"{seen} answers for {len(paths)} files; slower than {SLOW:.0f} s: {len(slow)}; our faults: {len(faults)}"
    )
    for seconds, reason, path in sorted(slow, reverse=True):
        print(f"  {seconds:5.1f} s  {reason}  {path}")
    for path in faults:
        print(f"  fault: {path}")
    sys.exit(1 if seen != len(paths) or faults else 0)


if __name__ == "__main__":
    main()
