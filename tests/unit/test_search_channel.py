from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from site_orders import LATER, artefact, context, entry, first, frozen, order, recall, second, tree

from disclosure_pipeline.builtin.channels.search import index as index_module
from disclosure_pipeline.builtin.channels.search.channel import SearchChannel
from disclosure_pipeline.builtin.channels.search.index import Card, opened
from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.hooks import testing
from disclosure_pipeline.hooks.public_index import FILE, Narrowing, PublicIndex, SearchFailed
from disclosure_pipeline.model.public_search import Question
from disclosure_pipeline.model.publication import Action, Standing
from disclosure_pipeline.model.search_terms import terms_of

SECRET = "甲号储备库坐落于鲸鲵巷麒麟墀饕餮弄"
"""Rare characters: no pair of them can stand in the files by accident."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "search"


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def channel(folder: Path) -> SearchChannel:
    return SearchChannel(context(search=folder))


def titles(folder: Path, words: str, **narrowed: str) -> list[str]:
    return [hit.title for hit in PublicIndex(folder).find(Question(words), Narrowing(**narrowed)).hits]


def published(channel: SearchChannel, vault: Path, number: int, text: str, **changes: str) -> None:
    listed = entry(number, **changes)
    channel.publish(order(Action.PUBLISH, listed, frozen(vault, text), channel="search"))


def test_it_keeps_the_contract(channel: SearchChannel, folder: Path) -> None:
    testing.check_channel(channel, folder)


def test_documents_are_found_by_title_text_and_numbers_the_best_and_newest_first(
    channel: SearchChannel, folder: Path, vault: Path
) -> None:
    published(channel, vault, 1, "停车费每小时五元整", title="收费目录", published="2026-01-05 09:00")
    published(channel, vault, 2, "收费目录另行公布", title="停车办法", published="2026-03-05 09:00")
    published(
        channel,
        vault,
        3,
        "无关的话",
        title="收费目录（修订）",
        published="2026-02-05 09:00",
        department="教育局",
    )
    assert titles(folder, "收费目录") == ["收费目录（修订）", "收费目录", "停车办法"]
    assert titles(folder, "停车 五元") == ["收费目录"]
    assert titles(folder, "MB0000000/2026-00002") == ["停车办法"]
    assert titles(folder, "收费目录", department="教育局") == ["收费目录（修订）"]
    assert titles(folder, "收费目录", since="2026-02-01", until="2026-02-05") == ["收费目录（修订）"]
    (hit,) = PublicIndex(folder).find(Question("五元整")).hits
    assert (hit.address, hit.published) == ("documents/2026/2026-000001/index.html", "2026-01-05")
    assert PublicIndex(folder).departments() == ("教育局", "财政局")
    assert titles(folder, "没有这个词") == titles(folder, "") == []


def test_a_new_version_replaces_and_a_new_validity_keeps(
    channel: SearchChannel, folder: Path, vault: Path
) -> None:
    channel.publish(first(vault))
    channel.update(second(vault))
    assert titles(folder, "四元") == ["更正后的通知"]
    assert titles(folder, "五元") == []
    renewed = replace(second(vault), key=replace(second(vault).key, generation=3))
    channel.update(renewed)
    assert titles(folder, "四元") == ["更正后的通知"]
    with pytest.raises(Fenced):
        channel.update(second(vault, reviewers=()))
    assert not any("五元".encode() in data for data in tree(folder).values())


def test_nothing_of_a_withdrawn_text_stays_in_any_file(
    channel: SearchChannel, folder: Path, vault: Path
) -> None:
    for number in range(2, 40):
        published(channel, vault, number, f"第{number}号补贴名单" * 9, title=f"补贴公示{number}")
    published(channel, vault, 1, f"{SECRET}。" * 30, title=f"{SECRET}的通知")
    for number in range(40, 60):
        published(channel, vault, number, f"第{number}号补贴名单" * 9, title=f"补贴公示{number}")
    terms = set(terms_of(SECRET)) - {"号"}
    rare = {term for term in terms if any(char in "鲸鲵麒麟墀饕餮" for char in term)}
    before = b"".join(tree(folder).values())
    assert SECRET.encode() in before
    assert any(term.encode() in before for term in rare)
    channel.withdraw(recall())
    for name, data in tree(folder).items():
        held = [form for form in (SECRET, *rare, *"鲸鲵麒麟墀饕餮") if form.encode() in data]
        assert not held, name
    assert titles(folder, SECRET) == titles(folder, "储备库") == []
    assert len(titles(folder, "补贴")) == 20
    vocabulary = sqlite3.connect(folder / FILE)
    vocabulary.execute("CREATE VIRTUAL TABLE temp.seen USING fts5vocab(main, words_1, instance)")
    numbers = {row[0] for row in vocabulary.execute("SELECT DISTINCT doc FROM temp.seen")}
    alive = {row[0] for row in vocabulary.execute("SELECT id FROM document WHERE state = 'published'")}
    assert numbers == alive


def test_a_reader_in_the_middle_only_delays_a_withdrawal(
    channel: SearchChannel, folder: Path, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "_WAIT", 0.05)
    published(channel, vault, 1, SECRET)
    reader = sqlite3.connect(folder / FILE, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM document").fetchone()
    with pytest.raises(ChannelFault) as caught:
        channel.withdraw(recall())
    assert caught.value.code == "channel.busy"
    assert SECRET not in str(caught.value)
    reader.execute("ROLLBACK")
    receipt = channel.withdraw(recall())
    assert receipt == channel.withdraw(recall())
    reader.close()
    assert not any(SECRET.encode() in data for data in tree(folder).values())


def test_only_signed_public_text_gets_in(channel: SearchChannel, folder: Path, vault: Path) -> None:
    with pytest.raises(ChannelFault) as caught:
        published(channel, vault, 1, SECRET, attribute="on_request")
    assert caught.value.code == "attribute.refused"
    page = artefact(vault, "正文.html", f"<main><p>{SECRET}</p></main>".encode(), "page")
    page[1].write_bytes(f"<main><p>{SECRET}改</p></main>".encode())
    with pytest.raises(ChannelFault) as caught:
        channel.publish(order(Action.PUBLISH, entry(), (page,)))
    assert caught.value.code == "artefact.changed"
    with pytest.raises(ChannelFault):
        channel.publish(order(Action.PUBLISH, entry(document="../x")))
    assert not any(SECRET.encode() in data for data in tree(folder).values())


def test_verify_sees_what_was_done_behind_its_back_and_retry_mends_it(
    channel: SearchChannel, folder: Path, vault: Path
) -> None:
    given = order(Action.PUBLISH, entry(), frozen(vault, SECRET))
    receipt = channel.publish(given)
    published(channel, vault, 2, "另一件")

    def change(statement: str) -> Standing:
        with sqlite3.connect(folder / FILE) as hand:
            hand.execute(statement)
        hand.close()
        return channel.verify(["2026-000001"])[0]

    changed = change("""UPDATE document SET body = '假话' WHERE "case" = '2026-000001'""")
    assert (changed.state, changed.hashes == receipt.hashes) == ("published", False)
    assert channel.publish(given) == receipt
    assert channel.verify(["2026-000001"])[0].hashes == receipt.hashes
    lost = change("INSERT INTO words_1 (words_1) VALUES ('delete-all')")
    assert lost.state == "absent"
    assert channel.publish(given) == receipt
    assert [item.state for item in channel.verify(())] == ["published"] * 2
    assert titles(folder, "另一件") and titles(folder, SECRET)
    change("""UPDATE document SET body = '假话' WHERE "case" = '2026-000001'""")
    channel.withdraw(recall())
    assert not any("鲸鲵".encode() in data for data in tree(folder).values())


def test_shelves_are_bounded_and_searched_from_the_newest(
    channel: SearchChannel, folder: Path, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "SHELF_DOCUMENTS", 3)
    for number in range(1, 9):
        published(channel, vault, number, "补贴名单", title=f"公示{number}")
    with sqlite3.connect(folder / FILE) as hand:
        assert [row[0] for row in hand.execute("SELECT documents FROM shelf ORDER BY id")] == [3, 3, 2]
    hand.close()
    channel.withdraw(recall(number=2))
    assert titles(folder, "补贴") == [f"公示{number}" for number in (8, 7, 6, 5, 4, 3, 1)]
    monkeypatch.setattr("disclosure_pipeline.hooks.public_index.MOST", 4)
    found = PublicIndex(folder).find(Question("补贴"))
    assert (found.total, found.is_cut) == (4, True)


def test_an_index_that_is_not_there_or_not_ours_says_so(
    channel: SearchChannel, folder: Path, vault: Path
) -> None:
    with pytest.raises(SearchFailed):
        PublicIndex(folder).find(Question("补贴"))
    channel.publish(first(vault))
    reader = PublicIndex(folder)
    assert reader.find(Question("五元")).total == 1
    for path in folder.iterdir():
        path.unlink()
    with pytest.raises(SearchFailed):
        reader.find(Question("五元"))
    (folder / FILE).write_bytes(b"no database, but long enough to be looked at" * 40)
    with pytest.raises(SearchFailed):
        reader.find(Question("五元"))
    with pytest.raises(ChannelFault) as caught:
        channel.publish(first(vault))
    assert caught.value.code == "search.broken"


# ------------------------------------------------------------------ power cuts


def killed(work: Callable[[], object], statements: int) -> bool:
    """Run in a child that dies without clean-up before its n-th statement of SQL; whether it got through."""
    child = os.fork()
    if child == 0:
        left = statements
        real = sqlite3.connect

        class Dying(sqlite3.Connection):
            def execute(self, *args: object) -> sqlite3.Cursor:
                nonlocal left
                if left == 0:
                    os._exit(9)
                left -= 1
                return super().execute(*args)  # type: ignore[arg-type]

        index_module.sqlite3.connect = lambda *args, **options: real(*args, factory=Dying, **options)  # type: ignore[assignment]
        try:
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001 -- a child must not return into the test run
            os._exit(70)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9), f"the work failed by itself ({code})"
    return code == 0


def until_it_gets_through(work: Callable[[], object], after: Callable[[], None]) -> int:
    for statements in range(60):
        through = killed(work, statements)
        after()
        if through:
            return statements
    raise AssertionError("the work never ends")


def test_a_power_cut_ends_published_or_withdrawn_never_half(folder: Path, vault: Path) -> None:
    given = order(Action.PUBLISH, entry(), frozen(vault, SECRET), at=LATER)
    made = SearchChannel(context(search=folder))

    def publish() -> object:
        return SearchChannel(context(search=folder)).publish(given)

    def whole() -> None:
        (standing,) = made.verify([given.key.document])
        found = PublicIndex(folder).find(Question(SECRET)).total
        assert (standing.state, found) in (("absent", 0), ("published", 1))

    assert until_it_gets_through(publish, whole) > 8
    (held,) = made.verify([given.key.document])
    assert (held.state, held.version) == ("published", 1)

    def withdraw() -> object:
        return SearchChannel(context(search=folder)).withdraw(recall())

    def gone() -> None:
        (standing,) = made.verify([given.key.document])
        found = PublicIndex(folder).find(Question(SECRET)).total
        assert (standing.state, found) in (("published", 1), ("withdrawn", 0))

    assert until_it_gets_through(withdraw, gone) > 8
    assert not any("鲸鲵".encode() in data for data in tree(folder).values())


def test_a_card_tells_itself_apart(folder: Path) -> None:
    card = Card("2026-000001", "k", 0, 1, "published", LATER, title="甲", body="乙")
    assert card.digest != replace(card, title="", body="甲乙").digest
    assert card.digest == replace(card, generation=4, key="other").digest
    with opened(folder) as index, index.transaction():
        index.put(card)
        assert index.get("2026-000001") == card
        assert index.get("2026-000002") is None
