"""The public search, measured: what building, changing and asking it costs, beside Pagefind.

Run: ``python benchmarks/publication_search.py [COUNT …] [--peers PYTHON]``. ``COUNT`` is how many documents there are
(1,000 and 10,000 by default); ``--peers`` names an interpreter with the peer (`make peers`).

Ours is filled with ordinary rows, a transaction for each hundred; one more document and its withdrawal are ordinary
orders with every fsync. Pagefind reads a folder of pages and makes its index as a whole: to add or remove one document
is to build again. Its questions are answered in the reader's browser, which fetches parts of the index and needs
JavaScript; they are not measured here.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from disclosure_pipeline.builtin.channels.search.channel import SearchChannel
from disclosure_pipeline.builtin.channels.search.index import Card, opened
from disclosure_pipeline.builtin.channels.site.layout import document_address
from disclosure_pipeline.hooks.contracts import PluginContext
from disclosure_pipeline.hooks.public_index import Narrowing, PublicIndex
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.public_search import Question
from disclosure_pipeline.model.publication import Action, Artefact, EffectKey, Entry, Order

BATCH = 100
CHANGES = 10
QUESTIONS = 200
PARAGRAPHS = 12
AT = "2026-11-22T01:30:00+00:00"
DEPARTMENTS = tuple(
    f"{name}局"
    for name in ("财政", "教育", "民政", "卫生健康", "自然资源", "交通运输", "农业农村", "住房城乡建设")
)
_DOES = ("发放", "调整", "公布", "下达", "开展", "规范", "加强", "做好", "推进", "印发", "核定", "拨付")
_WHAT = ("养老服务补贴", "义务教育经费", "农村公路养护", "医疗救助资金", "耕地地力保护补贴", "老旧小区改造", "停车收费标准",
         "水库移民后期扶持", "公共租赁住房", "残疾人两项补贴", "河道采砂管理", "防汛抗旱准备")  # fmt: skip
_KIND = ("通知", "公告", "意见", "方案", "办法", "批复", "目录", "名单")
_SAID = ("各乡镇人民政府、街道办事处要按照分工抓好落实", "资金应当专款专用，不得挤占、截留或者挪用", "符合条件的对象由村（社区）受理后逐级上报审核",
         "有关单位应当于每季度末报送进展情况", "对弄虚作假骗取补助的依法追回并追究责任", "本文件自印发之日起施行，有效期五年")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of one index.

    Args:
        name: whose index. documents: how many it holds.
        build: seconds. size: bytes of the finished index.
        add: seconds to add one document (median). remove: seconds to take one back (median).
        median: seconds of a question, ``None`` when not measured. worst: 99 of 100 are faster.
    """

    name: str
    documents: int
    build: float
    size: int
    add: float
    remove: float
    median: float | None = None
    worst: float | None = None

    def __str__(self) -> str:
        asked = [
            "in the browser" if seconds is None else f"{seconds * 1e3:.1f} ms"
            for seconds in (self.median, self.worst)
        ]
        return (
            f"| {self.name} | {self.documents:,} | {self.build:.1f} s | {self.size / self.documents / 1024:.1f} KiB "
            f"| {self.add * 1e3:,.0f} ms | {self.remove * 1e3:,.0f} ms | {asked[0]} | {asked[1]} |"
        )


HEADINGS = "| index | documents | build | size per document | add one | remove one | question, median | question, p99 |"


def text(number: int) -> tuple[str, str]:
    """Title and body of a document: of the length of an ordinary notice, the same at every run."""
    pick = random.Random(number)
    title = f"关于{pick.choice(_DOES)}{pick.choice(_WHAT)}（第{number}号）的{pick.choice(_KIND)}"
    lines = []
    for _ in range(PARAGRAPHS):
        lines.append(
            f"{pick.choice(_DOES)}{pick.choice(_WHAT)}共{pick.randrange(10_000)}户，补助{pick.randrange(100_000)}元。"
            f"{'；'.join(pick.sample(_SAID, 4))}。{_name(pick)}等按程序办理。"
        )
    return title, "\n".join(lines)


def _name(pick: random.Random) -> str:
    """A word of three characters that hardly any other document has."""
    return "".join(chr(pick.randrange(0x4E00, 0x9F00)) for _ in range(3))


def questions() -> list[str]:
    """What readers ask: common and rare words, one character, two words, a title, a number."""
    asked = []
    for number in range(QUESTIONS):
        pick = random.Random(-number)
        title, body = text(pick.randrange(1, 1000))
        start = pick.randrange(len(body) - 4)
        kinds = [
            pick.choice(_WHAT),
            body[start : start + 4],
            title,
            f"{pick.choice(_WHAT)} {pick.choice(_KIND)}",
        ]
        asked.append(
            [*kinds, pick.choice(_KIND), f"2026-{pick.randrange(1000):05d}", body[start]][number % 7]
        )
    return asked


def case(number: int) -> str:
    """Case number of a document."""
    return f"2026-{number:06d}"


def page(number: int) -> bytes:
    """The frozen page of a document."""
    title, body = text(number)
    lines = "".join(f"<p>{line}</p>\n" for line in body.split("\n"))
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><main><h1>{title}</h1>\n{lines}</main></body></html>"
    ).encode()


def ours(count: int, folder: Path) -> Figures:
    """Our index with ``count`` documents in a folder."""
    begin = time.perf_counter()
    with opened(folder) as index:
        for start in range(1, count + 1, BATCH):
            with index.transaction():
                for number in range(start, min(start + BATCH, count + 1)):
                    index.put(_card(number))
        index.empty_log()
    build = time.perf_counter() - begin
    size = sum(path.stat().st_size for path in folder.iterdir())
    channel = SearchChannel(PluginContext(None, RuleBook(()), {"search": folder}))
    with tempfile.TemporaryDirectory() as vault:
        new = [_order(number, Path(vault)) for number in range(count + 1, count + CHANGES + 1)]
        old = [_order(1 + (count - 1) * step // CHANGES, None) for step in range(CHANGES)]
        added = [_timed(channel.publish, order) for order in new]
        gone = [_timed(channel.withdraw, order) for order in old]
    reader = PublicIndex(folder)
    reader.departments()
    taken = sorted(_timed(_ask, reader, words) for words in questions())
    return Figures(
        "ours", count, build, size, statistics.median(added), statistics.median(gone), statistics.median(taken),
        taken[len(taken) * 99 // 100],
    )  # fmt: skip


def pagefind(count: int, folder: Path, python: str) -> Figures:
    """Pagefind's index of the same pages, made by the peers' interpreter."""
    for number in range(1, count + 1):
        path = folder / document_address(case(number))
        path.parent.mkdir(parents=True)
        path.write_bytes(page(number))
    build = _timed(_build, folder, python)
    size = sum(path.stat().st_size for path in (folder / "pagefind").rglob("*") if path.is_file())
    more = folder / document_address(case(count + 1))
    more.parent.mkdir(parents=True)
    more.write_bytes(page(count + 1))
    added = _timed(_build, folder, python)
    shutil.rmtree(more.parent)
    gone = _timed(_build, folder, python)
    return Figures("Pagefind", count, build, size, added, gone)


def _build(folder: Path, python: str) -> None:
    shutil.rmtree(folder / "pagefind", ignore_errors=True)
    subprocess.run(
        [python, "-m", "pagefind_bin_extended", "--site", str(folder), "--quiet"],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _card(number: int) -> Card:
    title, body = text(number)
    return Card(
        case(number), f"{case(number)}/v1/builtin.search/publish/g0", 0, 1, "published", AT,
        address=document_address(case(number)), title=title, index_number=f"MB0000000/2026-{number:05d}",
        department=DEPARTMENTS[number % len(DEPARTMENTS)], published=f"2026-{1 + number % 12:02d}-01 09:30",
        marks=f"MB0000000/2026-{number:05d}", body=f"{title}\n{body}",
    )  # fmt: skip


def _order(number: int, vault: Path | None) -> Order:
    action = Action.WITHDRAW if vault is None else Action.PUBLISH
    entry = Entry(
        case(number), 1, text(number)[0], f"MB0000000/2026-{number:05d}", "proactive", "default", "示范县人民政府办公室",
        DEPARTMENTS[0], "示范县人民政府办公室", published="2026-11-22 09:30",
    )  # fmt: skip
    key = EffectKey(case(number), 1, "builtin.search", action, 1 if vault is None else 0)
    if vault is None:
        return Order(key, entry, AT)
    data = page(number)
    digest = hashlib.sha256(data).hexdigest()
    (vault / digest).write_bytes(data)
    return Order(
        key, entry, AT, ((Artefact("text.html", "text/html", digest, len(data), "page"), vault / digest),)
    )


def _ask(reader: PublicIndex, words: str) -> None:
    """A question with what its page shows: marked titles and excerpts."""
    question = Question(words)
    for hit in reader.find(question, Narrowing()).hits:
        question.marked(hit.title)
        question.excerpt(hit.body)


def _timed(work: Callable[..., object], *given: object) -> float:
    begin = time.perf_counter()
    work(*given)
    return time.perf_counter() - begin


def measure(counts: Sequence[int], peers: str | None) -> list[Figures]:
    """Measure both indexes.

    Args:
        counts: numbers of documents.
        peers: interpreter with the peer; ``None`` leaves it out.
    """
    found = []
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            found.append(ours(count, Path(folder)))
        if peers is not None:
            with tempfile.TemporaryDirectory() as folder:
                found.append(pagefind(count, Path(folder), peers))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("counts", metavar="COUNT", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--peers", metavar="PYTHON")
    asked = parser.parse_args()
    print(HEADINGS, "|---" * 8 + "|", sep="\n")
    for figures in measure(asked.counts, asked.peers):
        print(figures, flush=True)


if __name__ == "__main__":
    main()
