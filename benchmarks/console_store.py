"""Cost of the queue, its counts and the search in a store of 1,000,000 documents, 200,000 of which wait.

Run: ``python benchmarks/console_store.py [FOLDER] [--documents N] [--waiting N]``. Makes the store in FOLDER (a
temporary folder if none is named; one that is there is used again), then prints the milliseconds (median and
99th percentile of 300 calls) of each thing that the console asks on every page. The queue is then derived from the
documents by ``store/desk.py`` and the index made by ``store/search.py``, as a restore does.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select

from disclosure_pipeline.model.clock import DueDate, add_working_days
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import desk as queue
from disclosure_pipeline.pipeline.desk import Filters
from disclosure_pipeline.settings.calendars import load_calendar
from disclosure_pipeline.settings.resources import share
from disclosure_pipeline.store import audit, desk, search
from disclosure_pipeline.store.database import Database
from disclosure_pipeline.store.people import Grant
from disclosure_pipeline.store.tables import clock, document, finding, referral, tier

UNIT = "default"
CALENDAR = load_calendar(share("config"))
DAYS = 20
"""Working days in which a document is published, as in the rules that come with the program."""
CALLS = 300
BATCH = 10_000
DEPARTMENTS = (
    "办公室", "发改局", "教育局", "科技局", "工信局", "民宗局", "公安局", "民政局", "司法局", "财政局", "人社局", "自然资源局", "生态环境局", "住建局",
    "交通运输局", "水务局", "农业农村局", "商务局", "文旅局", "卫健局", "退役军人局", "应急局", "审计局", "市场监管局", "体育局", "统计局", "医保局",
    "信访局", "城管局", "林业局", "金融办", "政务服务局", "乡村振兴局", "投资促进局", "大数据局", "机关事务中心", "档案馆", "供销社", "城关镇", "河西街道",
)  # fmt: skip
THINGS = (
    "养老服务", "义务教育", "道路交通", "耕地保护", "森林防火", "食品安全", "医疗保障", "城市更新", "防汛抗旱", "安全生产", "招商引资", "乡村振兴",
    "住房公积金", "公共卫生", "环境整治", "水资源调度", "危房改造", "残疾人补贴", "创业担保贷款", "老旧小区改造", "困难群众救助", "河道管理", "职业技能培训",
    "农村公路", "污水处理", "疫苗接种",
)  # fmt: skip
BEGINNINGS = (
    "关于印发", "关于做好", "关于开展", "关于加强", "关于规范", "关于公布", "关于调整", "关于同意", "关于下达", "关于批准",
)  # fmt: skip
ENDINGS = (
    "工作的通知", "实施方案的通知", "专项行动的通告", "管理办法的通知", "项目的批复", "名单的公示", "资金的公告", "情况的报告", "工作要点的函", "若干措施的意见",
)  # fmt: skip
PLACES = tuple(
    f"{one}{two}{end}"
    for one in "东西南北新旧上下"
    for two in "河山桥庄湖塘岭沟"
    for end in ("镇", "村", "社区")
)
CHAIN = tuple(zip(("secrecy", "first", "second", "final"), ("保密审查", "初审", "复审", "终审"), strict=True))
WAITS = (
    (State.IN_REVIEW, 82), (State.RETURNED, 9), (State.REFERRED, 4), (State.ATTENTION, 4), (State.QUARANTINED, 1),
)  # fmt: skip
ENDED = ((State.PUBLISHED, 80), (State.WITHHELD, 12), (State.ON_REQUEST, 8))

Values = dict[str, Any]


def title(dice: random.Random) -> str:
    """A title as offices write them."""
    return f"{dice.choice(PLACES)}{dice.choice(BEGINNINGS)}2026年{dice.choice(THINGS)}{dice.choice(ENDINGS)}"


def cases(documents: int, waiting: int, dice: random.Random) -> Iterator[tuple[Values, list[Values]]]:
    """Rows of documents with those of other tables; the last ones are those that wait."""
    years = range(2016, 2027)
    each = -(-documents // len(years))
    for number in range(documents):
        year, serial = years[number // each], number % each + 1
        waits = number >= documents - waiting
        (state,) = dice.choices(*zip(*(WAITS if waits else ENDED), strict=True))
        day = date(year, 1, 1) + timedelta(days=dice.randrange(360))
        at = f"{day.isoformat()}T01:00:00.000000Z"
        sealed = state is State.QUARANTINED
        slip = {} if sealed else {"document_number": f"示政发〔{year}〕{serial % 900 + 1}号"}
        row = {
            "id": f"{year}-{serial:06d}", "unit": UNIT, "department": dice.choice(DEPARTMENTS), "state": state.value,
            "version": 1, "revision": 5, "title": None if sealed else title(dice), "slip": slip,
            "urgency": dice.choices((0, 1, 2), (3, 12, 85))[0], "content_digest": "0" * 64, "created_at": at,
            "entered_at": at, "reviewed_as": "proactive", "index_number": None if waits else f"11370300MB2026/{year}-{serial:05d}",
        }  # fmt: skip
        yield row, list(beside(row, day, waits=waits, dice=dice))


@cache
def limit_of(start: date) -> DueDate:
    """Day on which a publication clock ends, as the daemon computes it."""
    return add_working_days(CALENDAR, start, DAYS)


def beside(row: Values, day: date, *, waits: bool, dice: random.Random) -> Iterator[Values]:
    """Clock, tiers, findings and referrals of a document, each with the name of its table."""
    start = date(2026, 10, 1) + timedelta(days=dice.randrange(-20, 60)) if waits else day
    limit = limit_of(start)
    of = {"document": row["id"]}
    yield {
        "table": "clock", **of, "rule": "publish", "unit": UNIT, "department": row["department"],
        "start": start.isoformat(), "due": limit.day.isoformat(), "provisional": limit.provisional,
        "done_on": None if waits else limit.day.isoformat(),
        "inputs": {"calendar": CALENDAR.version, "days": DAYS, "reached": {}},
    }  # fmt: skip
    if row["state"] not in (State.IN_REVIEW.value, State.REFERRED.value):
        return
    opened = dice.choices(range(4), (45, 20, 20, 15))[0]
    for position, (name, label) in enumerate(CHAIN):
        yield {
            "table": "tier", **of, "version": 1, "position": position, "tier": name, "role": name, "label": label,
            "department": name == "first", "meeting": False, "limit": 3, "rules": [],
            "state": "open" if position >= opened else "approved", "at": row["entered_at"] if position < opened else None,
        }  # fmt: skip
    if row["state"] == State.REFERRED.value:
        yield {
            "table": "referral", **of, "version": 1, "tier": CHAIN[opened][0], "kind": "report_up", "reason": "",
            "opened_by": "", "opened_at": row["entered_at"],
        }  # fmt: skip
    if opened == 0 and dice.random() < 0.4:
        for number in range(dice.randint(1, 4)):
            yield {
                "table": "finding", **of, "version": 1, "id": f"f{number}", "ordinal": number, "part": 0,
                "detector": "", "kind": "privacy.mobile", "severity": dice.choice(["review", "review", "block"]),
                "text": None, "start": 0, "end": 1, "segment": 0, "more": [], "place": {}, "rule": "", "article": "",
                "suggestion": "", "confidence": "1.000",
            }  # fmt: skip


def fill(database: Database, documents: int, waiting: int) -> None:
    """Write the documents, and what is derived from them."""
    tables = {item.name: item for item in (clock, tier, referral, finding)}
    rows = cases(documents, waiting, random.Random(1))
    while some := list(islice(rows, BATCH)):
        with database.write() as connection:
            connection.execute(insert(document), [row for row, _ in some])
            for name, item in tables.items():
                values = [
                    {key: value for key, value in row.items() if key != "table"}
                    for _, others in some
                    for row in others
                    if row["table"] == name
                ]
                if values:
                    connection.execute(insert(item), values)
            audit.append(connection, audit.Record("filled", "benchmark", detail={"documents": len(some)}))
    for derive in (desk.rebuild, search.rebuild):
        with database.write() as connection:
            derive(connection)
    if not database.sqlite:
        database.maintain("VACUUM ANALYZE")


HEAD = DEPARTMENTS[7]
SCOPES = {
    "secrecy officer": (Grant(Role.SECRECY, UNIT, ""),),
    "head of a department": (Grant(Role.FIRST, UNIT, HEAD),),
    "clerk": (Grant(Role.CLERK, UNIT, HEAD),),
    "five roles": (
        Grant(Role.SECRECY, UNIT, ""), Grant(Role.SECOND, UNIT, ""), Grant(Role.FINAL, UNIT, ""),
        Grant(Role.FIRST, UNIT, HEAD), Grant(Role.FIRST, UNIT, DEPARTMENTS[9]),
    ),
}  # fmt: skip
FILTERS = {
    "all": Filters(),
    "blocking": Filters(severity=Severity.BLOCK),
    "one department": Filters(department=HEAD),
    "overdue": Filters(overdue=True),
    "quarantined": Filters(state=State.QUARANTINED),
    "no such": Filters(tier="nowhere"),
}

Question = Callable[[Connection, random.Random], object]


def page(scope: Sequence[Grant], wish: Filters) -> Question:
    """The first page of a filter."""
    return lambda at, _: queue.waiting(at, scope, wish)


def lookup(scope: Sequence[Grant], words: Callable[[random.Random], str]) -> Question:
    """A search for words that differ from call to call."""
    return lambda at, dice: search.find(at, scope, words(dice))


def questions(connection: Connection) -> Iterator[tuple[str, Question]]:
    """What is measured."""
    for who, scope in SCOPES.items():
        for name, wish in (
            FILTERS.items() if who in ("secrecy officer", "five roles") else [("all", Filters())]
        ):
            yield f"queue, {who}, {name}", page(scope, wish)
    officer, several = SCOPES["secrecy officer"], SCOPES["five roles"]
    deep = [
        row.place for skip in (500, 3_000, 8_000)
        for row in queue.waiting(connection, several, limit=skip).rows[-20:]
    ]  # fmt: skip
    yield (
        "queue, five roles, behind",
        lambda at, dice: queue.waiting(at, several, Filters(), dice.choice(deep)),
    )
    yield (
        "next, five roles",
        lambda at, dice: queue.next_in(at, several, Filters(), dice.choice(deep).document),
    )
    yield (
        "next, one department",
        lambda at, dice: queue.next_in(at, officer, Filters(department=HEAD), dice.choice(deep).document),
    )
    yield "counts, secrecy officer", lambda at, _: queue.counts(at, officer)
    yield "counts, five roles", lambda at, _: queue.counts(at, several)
    yield "mark of changes", lambda at, _: queue.changes(at)
    yield from searches(connection, officer, SCOPES["clerk"])


def searches(
    connection: Connection, officer: tuple[Grant, ...], clerk: tuple[Grant, ...]
) -> Iterator[tuple[str, Question]]:
    """What somebody may look for."""
    rows = connection.execute(
        select(document.c.id, document.c.title, document.c.slip, document.c.index_number)
        .where(document.c.index_number.is_not(None))
        .order_by(document.c.id.desc())
        .limit(3_000)
    ).all()
    asked: dict[str, Callable[[random.Random], str]] = {
        "common words": lambda _: "关于印发",
        "two parts of a title": lambda dice: f"{dice.choice(THINGS)} {dice.choice(PLACES)}",
        "a whole title": lambda dice: str(dice.choice(rows).title),
        "what no title holds": lambda dice: f"{dice.choice(THINGS)}不存在",
        "case number": lambda dice: str(dice.choice(rows).id),
        "document number": lambda dice: str(dice.choice(rows).slip["document_number"]),
        "index number": lambda dice: str(dice.choice(rows).index_number),
        "one character": lambda dice: dice.choice("养通河镇"),
    }
    for name, words in asked.items():
        yield f"search, {name}", lookup(officer, words)
    for name in ("two parts of a title", "document number"):
        yield f"search of a clerk, {name}", lookup(clerk, asked[name])


def measure(database: Database) -> None:
    """Ask everything, and print how long it took."""
    with database.read() as connection:
        total = connection.execute(select(func.count()).select_from(document)).scalar_one()
        print(
            f"{total:,} documents, {queue.counts(connection, SCOPES['five roles']).number:,} wait for five roles"
        )
        asked = list(questions(connection))
    print(f"{'':46}{'median':>9}{'p99':>9}  ms")
    for name, question in asked:
        dice, taken = random.Random(7), []
        for _ in range(CALLS):
            begin = time.perf_counter()
            with database.read() as connection:
                question(connection, dice)
            taken.append((time.perf_counter() - begin) * 1000)
        taken.sort()
        print(f"{name:46}{statistics.median(taken):9.1f}{taken[int(len(taken) * 0.99)]:9.1f}", flush=True)


def main() -> None:
    """Make or open the store, and measure."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", nargs="?", type=Path)
    options.add_argument("--documents", type=int, default=1_000_000)
    options.add_argument("--waiting", type=int, default=200_000)
    options.add_argument("--url", help="another store, e.g. of PostgreSQL; it must be empty")
    chosen = options.parse_args(sys.argv[1:])
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        database = Database(chosen.url or f"sqlite:///{folder / 'console.sqlite'}")
        database.migrate()
        with database.read() as connection:
            empty = connection.execute(select(document.c.id).limit(1)).first() is None
        if empty:
            begin = time.perf_counter()
            fill(database, chosen.documents, chosen.waiting)
            print(f"made in {time.perf_counter() - begin:.0f} s")
        measure(database)
        database.close()


if __name__ == "__main__":
    main()
