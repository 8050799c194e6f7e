"""Publication, measured: what one more document costs at each size, beside what was wished for; the search; the copies.

Run: ``python benchmarks/publication.py [--sizes 1000 10000 100000] [--peers PYTHON] [--write docs/publication.md]``.
``--peers`` names an interpreter with Pagefind (`make peers`), which is measured up to ``--peers-up-to`` documents: it
makes its index as a whole. ``--write`` puts the tables into the page. What is measured, and how, say the three modules
that this one joins: `publication_site.py`, `publication_search.py` and `publication_copy.py`.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import publication_copy, publication_search, publication_site
from tests import recognition_desk

SIZES = (1_000, 10_000, 100_000)
PEERS_UP_TO = 10_000

FLAT, TOUCHED, TOOK = 2.0, 20, 100.0
"""What was wished for: at most so many times the cost of the smallest site, so many files, so many milliseconds."""


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured at one size.

    Args:
        site: cost of the site.
        search: our index.
        peer: Pagefind's; ``None`` where it was not measured.
    """

    site: publication_site.Result
    search: publication_search.Figures
    peer: publication_search.Figures | None


def measure(count: int, peer: str | None) -> Size:
    """Everything at one size.

    Args:
        count: documents.
        peer: interpreter with Pagefind, or ``None``.
    """
    ours, *others = publication_search.measure([count], peer)
    return Size(publication_site.measure(count), ours, others[0] if others else None)


def measured(sizes: Sequence[Size]) -> Iterator[str]:
    """The table of all sizes, one column each; the last one says what was wished for, and whether it is so."""
    yield f"| | {' | '.join(f'{size.site.count:,} documents' for size in sizes)} | wish |"
    yield "|---" * (len(sizes) + 2) + "|"
    for name in ("publish", "withdraw"):
        costs = [getattr(size.site, name) for size in sizes]
        beside = [cost.median - size.site.copied for cost, size in zip(costs, sizes, strict=True)]
        ratio = max(beside) / beside[0]
        slow, most = max(cost.median for cost in costs), max(cost.files for cost in costs)
        yield _row(
            f"{name} one", (f"{cost.median:.1f} ms" for cost in costs),
            f"at most {TOOK:g} ms: {_said(slow <= TOOK)}",
        )  # fmt: skip
        yield _row(
            f"{name} one, without copying `catalogue.json`", (f"{took:.1f} ms" for took in beside),
            f"flat within {FLAT:g}×: {_said(ratio <= FLAT)} ({ratio:.2f}×)",
        )  # fmt: skip
        yield _row(
            f"{name} one, slowest of {publication_site.ROUNDS}", (f"{cost.slowest:.1f} ms" for cost in costs)
        )
        yield _row(
            f"{name} one, files written", (str(cost.files) for cost in costs),
            f"at most {TOUCHED}: {_said(most <= TOUCHED)}",
        )  # fmt: skip
        yield _row(f"{name} one, written", (_kib(cost.size) for cost in costs))
    yield _row("copying `catalogue.json` alone", (f"{size.site.copied:.1f} ms" for size in sizes))
    yield _row("site, full build", (f"{size.site.built:,.0f} documents/s" for size in sizes))
    yield from _searched("search", [size.search for size in sizes])
    yield from _searched("Pagefind", [size.peer for size in sizes])


def copies(pages: int) -> Iterator[str]:
    """The table of what a page of a public copy costs.

    Args:
        pages: pages of each format.
    """
    with tempfile.TemporaryDirectory() as folder, recognition_desk.opened(Path(folder), enabled=False):
        costs = publication_copy.measure(pages)
    yield "| public copy | made, ms a page | read again, ms a page | size of a page |"
    yield "|---|---|---|---|"
    for cost in costs:
        again = "" if cost.read is None else f"{cost.read:.2f}"
        yield f"| {cost.format} | {cost.made:.2f} | {again} | {_kib(cost.size)} |"


def _searched(name: str, found: Sequence[publication_search.Figures | None]) -> Iterator[str]:
    """The rows of one index; none when it was never measured."""
    if not any(found):
        return
    yield _row(
        f"{name}, build", (_of(item and f"{item.documents / item.build:,.0f} documents/s") for item in found)
    )
    yield _row(
        f"{name}, size per document", (_of(item and _kib(item.size / item.documents)) for item in found)
    )
    yield _row(f"{name}, add one", (_of(item and f"{item.add * 1e3:,.0f} ms") for item in found))
    yield _row(f"{name}, take one back", (_of(item and f"{item.remove * 1e3:,.0f} ms") for item in found))
    if any(item is not None and item.median is not None for item in found):
        yield _row(f"{name}, question, median", (_of(item and _milliseconds(item.median)) for item in found))
        yield _row(
            f"{name}, question, 99 of 100", (_of(item and _milliseconds(item.worst)) for item in found)
        )


def _row(name: str, cells: Iterator[str], wish: str = "") -> str:
    return f"| {name} | {' | '.join(cells)} | {wish} |"


def _of(cell: str | None) -> str:
    return cell or "not measured"


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1e3:.1f} ms"


def _kib(size: float) -> str:
    return f"{size / 1024:,.1f} KiB"


def _said(holds: bool) -> str:
    return "yes" if holds else "no"


def main() -> None:
    """Measure and print, and write into the page if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", metavar="COUNT", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--peers", metavar="PYTHON")
    parser.add_argument("--peers-up-to", metavar="COUNT", type=int, default=PEERS_UP_TO)
    parser.add_argument("--pages", type=int, default=10, help="pages of each format of the public copy")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    asked = parser.parse_args()
    sizes = []
    for count in sorted(asked.sizes):
        sizes.append(measure(count, asked.peers if count <= asked.peers_up_to else None))
        print(f"{count:,} documents measured", file=sys.stderr, flush=True)
    sections = {"measured": list(measured(sizes)), "copies": list(copies(asked.pages))}
    for name, lines in sections.items():
        print(*lines, "", sep="\n", flush=True)
        if asked.write:
            _replace(asked.write, name, lines)


def _replace(page: Path, name: str, lines: Sequence[str]) -> None:
    """Put a section between its marks in a page."""
    text = page.read_text("utf-8")
    expression = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    page.write_text(
        expression.sub(lambda marks: f"{marks[1]}{chr(10).join(lines)}\n{marks[2]}", text), "utf-8"
    )


if __name__ == "__main__":
    main()
