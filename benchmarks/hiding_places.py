"""Hiding places × extractors: who finds the marker, and whether ours names the place rightly.

Run by ``benchmarks/extraction.py``; the files come from the generators in ``tests/hiding``.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.peers import PEERS  # noqa: E402
from tests.hiding.place import Hiding  # noqa: E402
from tests.hiding.reading import found  # noqa: E402
from tests.recognition_desk import opened  # noqa: E402

FORMATS = (
    "docx",
    "xlsx",
    "pptx",
    "pdf",
    "ofd",
    "odf",
    "html",
    "mail",
    "archive",
    "legacy",
    "rtf",
    "txt",
    "picture",
)
"""Modules of ``tests/hiding``."""

OURS = "ours"


@dataclass(frozen=True)
class Line:
    """One place: who finds it (``None``: not that peer's format), and whether ours names it rightly."""

    format: str
    place: Hiding
    named: bool
    finds: dict[str, bool | None]


def places(formats: Sequence[str]) -> Iterator[tuple[str, Hiding]]:
    """Every place of these formats."""
    for name in formats:
        for place in importlib.import_module(f"tests.hiding.{name}").PLACES:
            yield name, place


def measure(formats: Sequence[str], python: str) -> list[Line]:
    """Write every file, and ask ours and every peer.

    Args:
        formats: modules of ``tests/hiding``.
        python: an interpreter that has the peers; a peer it has not finds nothing and is left out.
    """
    known = list(places(formats))
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, (_, place) in enumerate(known):
            path = Path(folder) / f"{number:03d}{place.suffix}"
            path.write_bytes(place.data)
            files.append({"path": str(path), "marker": place.marker})
        peers = {name: _ask(name, python, files) for name in PEERS}
    lines = []
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)):
        ours = [found(place) for _, place in known]
    for number, ((name, place), segments) in enumerate(zip(known, ours, strict=True)):
        named = any(segment.place.kind in place.kinds for segment in segments)
        finds = {peer: answers[number] for peer, answers in peers.items() if answers is not None}
        lines.append(Line(name, place, named, {OURS: bool(segments), **finds}))
    return lines


def _ask(peer: str, python: str, files: list[dict[str, str]]) -> list[bool | None] | None:
    script = Path(__file__).parent / "peers.py"
    done = subprocess.run(
        [python, str(script), peer], input=json.dumps(files), capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"{peer}: no answer ({done.stderr.strip().splitlines()[-1:]})", file=sys.stderr)
        return None
    answers: list[bool | None] = json.loads(done.stdout)
    return answers if any(answer is not None for answer in answers) else None


def summary(lines: Sequence[Line]) -> Iterator[str]:
    """A Markdown table: found places by format and extractor, and how many of ours are named rightly."""
    columns = list(lines[0].finds)
    yield f"| format | places | {' | '.join(columns)} | ours, right kind |"
    yield "|---|" + "---:|" * (len(columns) + 2)
    for name in dict.fromkeys(line.format for line in lines):
        group = [line for line in lines if line.format == name]
        yield _row(name, group, columns)
    yield _row("**all**", lines, columns)


def _row(name: str, group: Sequence[Line], columns: Sequence[str]) -> str:
    counts = []
    for column in columns:
        answers = [line.finds[column] for line in group if line.finds[column] is not None]
        counts.append(str(sum(map(bool, answers))) if answers else "–")
    named = sum(line.named for line in group)
    return f"| {name} | {len(group)} | {' | '.join(counts)} | {named} ({100 * named / len(group):.0f} %) |"


def details(lines: Sequence[Line]) -> Iterator[str]:
    """Markdown tables: every place of every format."""
    for name in dict.fromkeys(line.format for line in lines):
        group = [line for line in lines if line.format == name]
        columns = [
            column for column in group[0].finds if any(line.finds[column] is not None for line in group)
        ]
        yield f"\n### {name}\n"
        yield f"| file | place | kind | {' | '.join(columns)} |"
        yield "|---|---|---|" + ":-:|" * len(columns)
        for line in group:
            marks = " | ".join("●" if line.finds[column] else "·" for column in columns)
            yield f"| {line.place.suffix} | {line.place.name.replace('|', '/')} | {line.place.kinds[0]} | {marks} |"
