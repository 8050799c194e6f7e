"""Everyday files must stay quiet: how many clean ones end undetermined, and what is found in them all the same.

Run: ``python benchmarks/everyday.py [--kinds docx "scan, pdf"] [--scale 1.0] [--keep FOLDER]``. Writes some 185 clean
files (official documents, budgets, slides, letters, stamped scans, the same in every run) as Word, WPS, LibreOffice,
a browser and libraries write them, screens each as `disclosure screen` does, sandbox and recognition included, and
exits with 1 when more than 2 % of all, or of any family, end undetermined. LibreOffice and Chromium must be there.
Hidden content that has to be reviewed is noise here and listed, too; of a letter, attachments are its due.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.everyday_set import Everyday, everyday  # noqa: E402
from disclosure_pipeline.hooks import stateless  # noqa: E402
from disclosure_pipeline.hooks.contracts import SourceFile  # noqa: E402
from disclosure_pipeline.hooks.host import PluginHost  # noqa: E402
from disclosure_pipeline.model.finding import HIDDEN, Severity  # noqa: E402
from disclosure_pipeline.settings.models import Settings  # noqa: E402
from disclosure_pipeline.settings.policy import load_rulebook  # noqa: E402
from disclosure_pipeline.settings.workspace import Workspace  # noqa: E402

MOST = 0.02
"""Share of everyday files that may end undetermined."""

DUE = {"eml": {"attachment"}}
"""Kinds of hidden places that a clean file of a family has."""


@dataclass(frozen=True)
class Result:
    """What screening said about one file.

    Args:
        kind: of the file. family: over which shares are counted.
        verdict: clear, found or undetermined.
        doubts: codes.
        noise: kinds of hidden places that must be reviewed.
        findings: kinds of the other findings.
        seconds: taken.
    """

    kind: str
    family: str
    verdict: str
    doubts: tuple[str, ...]
    noise: tuple[str, ...]
    findings: tuple[str, ...]
    seconds: float


def results(files: Iterator[Everyday], folder: Path) -> Iterator[Result]:
    """Screen file after file."""
    settings, config = Settings(), ROOT / "config"
    with stateless.load(settings, Workspace(config, folder / "var"), load_rulebook(config)) as host:
        for number, file in enumerate(files, 1):
            path = folder / f"{number:03d} {file.kind.replace(', ', '-')}{file.suffix}"
            path.write_bytes(file.data)
            yield screened(host, file, path)


def screened(host: PluginHost, file: Everyday, path: Path) -> Result:
    """What screening says about one file."""
    began = time.monotonic()
    screening = host.read((SourceFile(0, path, f"通知{file.suffix}"),)).screening
    hidden = [found for found in screening.findings if found.kind == HIDDEN]
    noise = {found.place.kind for found in hidden if found.severity is not Severity.INFO}
    return Result(
        file.kind,
        file.family,
        screening.verdict.value,
        tuple(doubt.code for doubt in screening.doubts),
        tuple(sorted(noise - DUE.get(file.family, set()))),
        tuple(found.kind for found in screening.findings if found.kind != HIDDEN),
        time.monotonic() - began,
    )


def table(found: Sequence[Result]) -> Iterator[str]:
    """A Markdown table: a row a kind."""
    yield "| kind | files | clear | found | undetermined | doubts | hidden, to review | other findings | s a file |"
    yield "|---|---:|---:|---:|---:|---|---|---|---:|"
    for kind in dict.fromkeys(result.kind for result in found):
        yield _row(kind, [result for result in found if result.kind == kind])
    yield _row("**all**", found)


def _row(name: str, group: Sequence[Result]) -> str:
    verdicts = Counter(result.verdict for result in group)
    shown = [
        "; ".join(f"{word} {count}" for word, count in Counter(words).items()) or "–"
        for words in (
            [code for result in group for code in set(result.doubts)],
            [kind for result in group for kind in result.noise],
            [kind for result in group for kind in set(result.findings)],
        )
    ]
    counts = " | ".join(str(verdicts[name]) for name in ("clear", "found", "undetermined"))
    seconds = sum(result.seconds for result in group) / len(group)
    return f"| {name} | {len(group)} | {counts} | {' | '.join(shown)} | {seconds:.2f} |"


def too_many(found: Sequence[Result]) -> list[str]:
    """Families of which more end undetermined than may; ``all`` among them."""
    groups = {"all": list(found)}
    for result in found:
        groups.setdefault(result.family, []).append(result)
    return [
        name
        for name, group in groups.items()
        if sum(result.verdict == "undetermined" for result in group) > MOST * len(group)
    ]


def main() -> int:
    """Print the table; 1 when too many are undetermined."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", nargs="+", default=[])
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--keep", type=Path, help="a folder for the files")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = given.keep or Path(folder)
        where.mkdir(parents=True, exist_ok=True)
        found = []
        for result in results(everyday(given.kinds, given.scale), where):
            found.append(result)
            if result.verdict == "undetermined" or result.noise:
                print(f"{len(found):03d}", result, file=sys.stderr, flush=True)
    print(*table(found), sep="\n")
    failing = too_many(found)
    if failing:
        print(f"More than {MOST:.0%} undetermined: {', '.join(failing)}.")
    return bool(failing)


if __name__ == "__main__":
    sys.exit(main())
