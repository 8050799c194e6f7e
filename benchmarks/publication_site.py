"""Cost of the site: publishing and withdrawing one document at 1,000, 10,000 and 100,000, and making all of it.

Run: ``python benchmarks/publication_site.py [COUNT …]``. For each size: milliseconds (median and slowest of twenty), files
and bytes written per publication and withdrawal, and documents per second of a full build. The site is filled record by
record, its pages and listings are made once by ``rebuild``; the timed orders are ordinary ones, with every fsync.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from disclosure_pipeline.builtin.channels.site.channel import SiteChannel
from disclosure_pipeline.builtin.channels.site.layout import CATALOGUE, FILES, RECORD, document_folder
from disclosure_pipeline.builtin.channels.site.records import Held, Record
from disclosure_pipeline.hooks.contracts import PluginContext
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.publication import Action, Artefact, EffectKey, Entry, Order
from disclosure_pipeline.settings.models import SiteSettings

COUNTS = (1_000, 10_000, 100_000)
ROUNDS = 20
LINE = b" " * 500
"""As long as a row of the catalogue: it is new, and moves all the others."""
DEPARTMENTS = tuple(f"第{number}科" for number in range(1, 21))
THEMES = ("财政", "教育", "卫生健康", "民政", "生态环境", "交通运输", "农业农村", "应急管理")
GENRES = ("通知", "公告", "意见", "批复", "方案")
ITEMS = tuple(f"item{number:02d}" for number in range(1, 16))
AT = "2026-11-22T01:30:00+00:00"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one kind of order costs.

    Args:
        median: milliseconds. slowest: milliseconds. files: most files written by one. size: most bytes written by one.
    """

    median: float
    slowest: float
    files: int
    size: int


@dataclass(frozen=True, slots=True)
class Result:
    """One size of the site.

    Args:
        count: documents. publish: cost of one. withdraw: cost of one. built: documents per second of a full build.
        copied: milliseconds in which the kernel replaces ``catalogue.json`` by a copy behind one new line: the file is
            one array that nobody may see half of, so no order can cost less.
    """

    count: int
    copied: float
    publish: Cost
    withdraw: Cost
    built: float


def order(action: Action, number: int, vault: Path, *, generation: int = 0, newest: bool = False) -> Order:
    """An order for document ``number``; documents are spread over 36 months, 20 departments, 8 themes, 15 items."""
    year, month = (2026, 12) if newest else (2024 + number % 3, 1 + number // 3 % 12)
    listed = Entry(
        document=f"{year}-{number:06d}",
        version=1,
        title=f"关于第{number}项年度工作安排有关事项的通知",
        index_number=f"MB0000000/{year}-{number:05d}",
        attribute="proactive",
        unit="default",
        unit_name="示范县人民政府办公室",
        department=DEPARTMENTS[number % len(DEPARTMENTS)],
        issuing_body="示范县人民政府办公室",
        document_number=f"示政办发〔{year}〕{number}号",
        genre=GENRES[number % len(GENRES)],
        theme=THEMES[number % len(THEMES)],
        item=ITEMS[number % len(ITEMS)],
        summary="公布年度工作安排。",
        formed=f"{year}-{month:02d}-01",
        published=f"{year}-{month:02d}-{1 + number % 28:02d} 09:{number % 60:02d}",
    )
    data = ("<main>" + "<p>为做好年度工作，现将有关事项通知如下。</p>" * 60 + "</main>").encode()
    digest = hashlib.sha256(data).hexdigest()
    if not (vault / digest).exists():
        (vault / digest).write_bytes(data)
    page = Artefact("text.html", "text/html", digest, len(data), "page", "网页版")
    artefacts = () if action is Action.WITHDRAW else ((page, vault / digest),)
    return Order(EffectKey(listed.document, 1, "site", action, generation), listed, AT, artefacts)


def context(root: Path) -> PluginContext:
    """What the core would give the channel."""
    site = SiteSettings().model_dump(mode="json")
    columns = [{"id": name, "name": f"第{at}项", "article": ""} for at, name in enumerate(ITEMS, 1)]
    return PluginContext(
        options=None, rulebook=RuleBook(rules=()), folders={"site": root}, site={**site, "columns": columns}
    )


def fill(root: Path, vault: Path, count: int) -> None:
    """Records and frozen files of ``count`` documents; their pages and listings are not made yet."""
    for number in range(1, count + 1):
        asked = order(Action.PUBLISH, number, vault)
        folder = root / document_folder(asked.key.document)
        (folder / FILES).mkdir(parents=True)
        for artefact, source in asked.artefacts:
            shutil.copyfile(source, folder / FILES / artefact.name)
        with _hasty_disk():
            Record(asked.key.document, held=Held.published(asked)).save(folder / RECORD)


@contextmanager
def _hasty_disk() -> Iterator[None]:
    """Do not wait for the disk: filling is not what is measured."""
    waiting = os.fsync
    os.fsync = int
    try:
        yield
    finally:
        os.fsync = waiting


def written_since(root: Path, stamp: int) -> tuple[int, int]:
    """Number and bytes of the files of a site that were written after ``stamp`` (ns)."""
    found = [path.stat() for folder in (root, *_folders(root)) for path in folder.iterdir() if path.is_file()]
    sizes = [status.st_size for status in found if status.st_mtime_ns >= stamp]
    return len(sizes), sum(sizes)


def _folders(root: Path) -> list[Path]:
    listings = [path for path in (root / "catalogue").rglob("*") if path.is_dir()]
    return [root / "catalogue", root / "sitemap", root / "static", *listings]


def measure(count: int) -> Result:
    """Cost on a site of ``count`` documents, in a temporary folder on disk."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCHMARK_FOLDER")) as folder:
        root, vault = Path(folder) / "site", Path(folder) / "vault"
        vault.mkdir()
        fill(root, vault, count)
        channel = SiteChannel(context(root))
        started = time.perf_counter()
        channel.rebuild()
        built = count / (time.perf_counter() - started)
        channel.publish(order(Action.PUBLISH, count + 1, vault, newest=True))  # loads the templates
        costs = [
            _cost(channel, root, vault, action, range(count + 2, count + 2 + ROUNDS))
            for action in (Action.PUBLISH, Action.WITHDRAW)
        ]
        return Result(count, _copied(root / CATALOGUE), *costs, built)


def _copied(file: Path) -> float:
    times = []
    beside = file.with_suffix(".copy")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        with file.open("rb") as old, beside.open("wb", buffering=0) as new:
            size = os.fstat(old.fileno()).st_size
            os.posix_fallocate(new.fileno(), 0, size + len(LINE))
            new.write(LINE)
            while copied := os.copy_file_range(old.fileno(), new.fileno(), size):
                size -= copied
        beside.replace(file)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def _cost(channel: SiteChannel, root: Path, vault: Path, action: Action, numbers: range) -> Cost:
    times, touched = [], []
    for number in numbers:
        generation = int(action is Action.WITHDRAW)
        asked = order(action, number, vault, generation=generation, newest=True)
        stamp = time.time_ns()
        started = time.perf_counter()
        channel.publish(asked) if action is Action.PUBLISH else channel.withdraw(asked)
        times.append((time.perf_counter() - started) * 1000)
        files, size = written_since(root, stamp - 4_000_000)
        own = [path for path in (root / document_folder(asked.key.document)).rglob("*") if path.is_file()]
        touched.append((files + len(own), size + sum(path.stat().st_size for path in own)))
    return Cost(statistics.median(times), max(times), *max(touched))


def main() -> None:
    """Measure the sizes named on the command line."""
    counts = [int(word) for word in sys.argv[1:]] or list(COUNTS)
    results = [measure(count) for count in counts]
    for result in results:
        for name, cost in (("publish", result.publish), ("withdraw", result.withdraw)):
            print(
                f"{result.count:>7,} documents  {name:<8}  {cost.median:6.1f} ms (slowest {cost.slowest:.1f})  "
                f"{cost.files:>2} files  {cost.size:>11,} bytes"
            )
        print(f"{result.count:>7,} documents  a copy of {CATALOGUE} alone  {result.copied:.1f} ms")
        print(f"{result.count:>7,} documents  full build {result.built:,.0f} documents a second")
    small, large = results[0], results[-1]
    for name, ratio in (
        ("publish", large.publish.median / small.publish.median),
        ("withdraw", large.withdraw.median / small.withdraw.median),
    ):
        print(f"{name}: {large.count:,} documents cost {ratio:.2f} times {small.count:,}")


if __name__ == "__main__":
    main()
