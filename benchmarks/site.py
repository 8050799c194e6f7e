"""Cost of publishing and withdrawing one document on a site of 1,000 and 5,000.

Run: ``python benchmarks/site.py [COUNT …]``. Prints the number of files written, bytes written and
milliseconds (median of ten), and the ratio of the largest site to the smallest. The site is filled
record by record and its listings are made once by ``rebuild``; the timed orders are ordinary ones,
with every fsync.
"""

from __future__ import annotations

import hashlib
import statistics
import sys
import tempfile
import time
from pathlib import Path

from disclosure_pipeline.builtin.channels.site.channel import SiteChannel
from disclosure_pipeline.builtin.channels.site.layout import document_folder
from disclosure_pipeline.builtin.channels.site.records import Held, Record
from disclosure_pipeline.hooks.contracts import PluginContext
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.publication import Action, Artefact, EffectKey, Entry, Order
from disclosure_pipeline.settings.models import SiteSettings

ROUNDS = 10
DEPARTMENTS = tuple(f"第{number}科" for number in range(1, 21))
AT = "2026-11-22T01:30:00+00:00"


def order(action: Action, number: int, vault: Path, generation: int = 0) -> Order:
    """An order for document ``number``; documents are spread over 36 months and 20 departments."""
    year = 2024 + number % 3
    listed = Entry(
        document=f"{year}-{number:06d}",
        version=1,
        title=f"关于第{number}项工作安排的通知",
        index_number=f"MB0000000/{year}-{number:05d}",
        attribute="proactive",
        unit="default",
        unit_name="示范县人民政府办公室",
        department=DEPARTMENTS[number % len(DEPARTMENTS)],
        issuing_body="示范县人民政府办公室",
        genre="通知",
        summary="公布年度工作安排。",
        published=f"{year}-{1 + number // 3 % 12:02d}-{1 + number % 28:02d} 09:30",
    )
    data = ("<main>" + "<p>为做好年度工作，现将有关事项通知如下。</p>" * 60 + "</main>").encode()
    digest = hashlib.sha256(data).hexdigest()
    (vault / digest).write_bytes(data)
    page = Artefact("text.html", "text/html", digest, len(data), "page", "网页版")
    artefacts = () if action is Action.WITHDRAW else ((page, vault / digest),)
    return Order(EffectKey(listed.document, 1, "site", action, generation), listed, AT, artefacts)


def fill(root: Path, vault: Path, count: int) -> SiteChannel:
    """A site of ``count`` settled records with its listings."""
    for number in range(1, count + 1):
        asked = order(Action.PUBLISH, number, vault)
        folder = root / document_folder(asked.key.document)
        folder.mkdir(parents=True)
        Record(asked.key.document, held=Held.published(asked)).save(folder / "record.json")
    channel = SiteChannel(context(root))
    channel.rebuild()
    return channel


def context(root: Path) -> PluginContext:
    """What the core would give the channel."""
    site = SiteSettings().model_dump(mode="json")
    return PluginContext(options=None, rulebook=RuleBook(rules=()), folders={"site": root}, site=site)


def written_since(root: Path, stamp: int) -> tuple[int, int]:
    """Number and bytes of the files written after ``stamp`` (ns)."""
    sizes = [
        path.stat().st_size for path in root.rglob("*") if path.is_file() and path.stat().st_mtime_ns >= stamp
    ]
    return len(sizes), sum(sizes)


def measure(count: int) -> dict[str, tuple[int, int, float]]:
    """(files, bytes, milliseconds) per action on a site of ``count`` documents."""
    with tempfile.TemporaryDirectory() as folder:
        root, vault = Path(folder) / "site", Path(folder) / "vault"
        vault.mkdir()
        channel = fill(root, vault, count)
        channel.publish(order(Action.PUBLISH, count + 1, vault))  # loads the templates
        results = {}
        for action, generation in ((Action.PUBLISH, 0), (Action.WITHDRAW, 1)):
            times, touched = [], (0, 0)
            for number in range(count + 2, count + 2 + ROUNDS):
                asked = order(action, number, vault, generation)
                stamp = time.time_ns()
                started = time.perf_counter()
                channel.publish(asked) if action is Action.PUBLISH else channel.withdraw(asked)
                times.append((time.perf_counter() - started) * 1000)
                touched = max(touched, written_since(root, stamp - 10_000_000))
            results[action.value] = (*touched, statistics.median(times))
        return results


def main() -> None:
    """Measure the sizes named on the command line."""
    counts = [int(word) for word in sys.argv[1:]] or [1_000, 5_000]
    results = {count: measure(count) for count in counts}
    for count, result in results.items():
        for action, (files, size, milliseconds) in result.items():
            print(
                f"{count:>7} documents  {action:<8}  {files:>3} files  {size:>10,} bytes  {milliseconds:7.1f} ms"
            )
    for action in results[counts[0]]:
        ratio = results[counts[-1]][action][2] / results[counts[0]][action][2]
        print(f"{action}: {counts[-1]:,} documents cost {ratio:.2f} times {counts[0]:,}")


if __name__ == "__main__":
    main()
