"""Many drops at once, a slow copy, the same file twice, a file replaced while it is taken in: the real daemon."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store.tables import document, part
from tests.e2e.bureau import Bureau, draft, wait_for

MANY = int(os.environ.get("DISCLOSURE_TEST_DROPS", "500"))
"""How many files are dropped at once."""

MEGABYTES = int(os.environ.get("DISCLOSURE_TEST_MEGABYTES", "20"))
"""Size of the file that is copied slowly."""

PATIENCE = 120.0


class Desk:
    """A bureau that only takes in; what workers do with a case is another matter."""

    def __init__(self, bureau: Bureau):
        self.bureau = bureau
        self.core = Core.open(bureau.workspace)

    def cases(self) -> dict[str, list[tuple[str, str]]]:
        """(case number, state) of every case, by the hash of its file."""
        found: dict[str, list[tuple[str, str]]] = {}
        query = select(document.c.id, document.c.state, part.c.sha256).join(
            part, part.c.document == document.c.id
        )
        with self.core.database.read() as connection:
            for case, state, sha256 in connection.execute(query.order_by(document.c.id)):
                found.setdefault(sha256, []).append((case, state))
        return found

    def states(self, content: bytes) -> list[str]:
        """States of the cases of these bytes, oldest first."""
        return [state for _, state in self.cases().get(sha256(content), [])]

    def waiting(self) -> list[str]:
        """What still lies in the drop folder or in a claim."""
        return [path.name for path in self.bureau.inbox().rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    settings = {"workers": "0", "stable_after": "0.5\nrescan_every = 5.0"}
    bureau = Bureau(tmp_path_factory.mktemp("drops"), plugins=(), settings=settings)
    bureau.daemon.start()
    made = Desk(bureau)
    left_by_init = set(made.waiting())
    yield made
    assert set(made.waiting()) == left_by_init
    made.core.close()
    assert bureau.daemon.stop() == 0


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_the_same_file_twice(desk: Desk) -> None:
    content = draft("关于重复投递的通知", "同一份文稿投递两次。")
    for name in ("第一次.txt", "第二次.txt"):
        (desk.bureau.inbox() / name).write_bytes(content)
    wait_for(lambda: len(desk.states(content)) == 2, "both are cases", PATIENCE)
    assert sorted(desk.states(content)) == ["duplicate", "received"]
    # The same name, once more, after the first was taken.
    (desk.bureau.inbox() / "第一次.txt").write_bytes(content)
    wait_for(lambda: desk.states(content).count("duplicate") == 2, "the third is a duplicate too", PATIENCE)
    assert not any("第" in name for name in desk.waiting())


@pytest.mark.slow
def test_many_files_dropped_at_once(desk: Desk) -> None:
    contents = [draft(f"关于第{number}号投递的通知", f"第{number}份。") for number in range(MANY)]
    for number, content in enumerate(contents):
        (desk.bureau.inbox() / f"投递{number}.txt").write_bytes(content)
    wanted = {sha256(content) for content in contents}
    wait_for(lambda: wanted <= desk.cases().keys(), "every file is a case", PATIENCE)
    found = desk.cases()
    assert [found[item][0][1] for item in sorted(wanted)] == ["received"] * MANY
    assert sum(len(found[item]) for item in wanted) == MANY
    wait_for(
        lambda: not any(name.startswith("投递") for name in desk.waiting()), "the folder is empty", PATIENCE
    )
    with desk.core.database.read() as connection:
        numbers = sorted(connection.execute(select(document.c.id)).scalars())
    serials = [int(number.partition("-")[2]) for number in numbers]
    assert serials == list(range(1, len(serials) + 1))  # none skipped, none twice


@pytest.mark.slow
def test_a_large_file_copied_slowly_is_taken_once_and_whole(desk: Desk) -> None:
    piece = ("各镇抓好落实。" * 8000).encode()
    whole = hashlib.sha256()
    path = desk.bureau.inbox() / "大文件.txt"
    total, written = MEGABYTES << 20, 0
    with path.open("wb") as stream:
        while written < total:
            written += stream.write(piece)
            whole.update(piece)
            stream.flush()
            if written % (2 << 20) < len(piece):
                time.sleep(0.2)  # shorter than a file must be still
    wait_for(lambda: whole.hexdigest() in desk.cases(), "the whole file is a case", PATIENCE)
    with desk.core.database.read() as connection:
        named = (
            connection.execute(select(part.c.size).where(part.c.sha256 == whole.hexdigest())).scalars().all()
        )
        large = connection.execute(select(part.c.size).where(part.c.size > 1 << 20)).scalars().all()
    assert named == [written] == large  # no half of it became a case


def test_a_file_replaced_during_intake(desk: Desk) -> None:
    """Every case holds one of the written contents, whole; the last one written is among them."""
    aside = desk.bureau.office.folder / "aside.txt"
    path = desk.bureau.inbox() / "更换.txt"
    contents = []
    until = time.monotonic() + 4.0
    while time.monotonic() < until:
        contents.append(draft("关于更换的通知", f"第{len(contents)}稿。" * (200 + len(contents) % 50)))
        aside.write_bytes(contents[-1])
        aside.replace(path)
        # Now faster, now slower than a file must be still.
        time.sleep(0.02 if len(contents) % 12 else 0.7)
    wait_for(lambda: desk.states(contents[-1]) != [], "the last one is a case", PATIENCE)
    wait_for(lambda: "更换.txt" not in desk.waiting(), "the folder is empty", PATIENCE)
    replaced = _cases_named(desk, contents)
    assert sha256(contents[-1]) in replaced
    assert replaced <= {sha256(content) for content in contents}


def _cases_named(desk: Desk, contents: list[bytes]) -> set[str]:
    """Hashes of the cases whose size is that of a replaced draft (nothing else here is as large)."""
    sizes = {len(content) for content in contents}
    query = select(part.c.sha256, part.c.size)
    with desk.core.database.read() as connection:
        rows: list[Any] = list(connection.execute(query))
    return {row.sha256 for row in rows if min(sizes) // 2 < row.size <= max(sizes)}


def test_everything_dropped_has_its_receipt(desk: Desk) -> None:
    """Letters are the workers' business; owed once for each case, and for none twice."""
    with desk.core.database.read() as connection:
        owed = connection.exec_driver_sql("SELECT document, COUNT(*) FROM letter GROUP BY document").all()
        cases = connection.execute(select(document.c.id)).all()
    assert sorted(row[0] for row in owed) == sorted(row.id for row in cases)
    assert {row[1] for row in owed} == {1}
