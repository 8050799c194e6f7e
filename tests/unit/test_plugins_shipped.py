"""The two shipped plugins keep the contracts, alone and through the real host."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from plugin_hosts import INSTALLED, ROOT, SHIPPED, host, install, settings, workspace

from disclosure_pipeline.builtin.archives.bag import BagArchive
from disclosure_pipeline.builtin.channels.register import RegisterChannel
from disclosure_pipeline.builtin.channels.search.channel import SearchChannel
from disclosure_pipeline.builtin.channels.site.channel import SiteChannel
from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.hooks import testing
from disclosure_pipeline.hooks.contracts import PluginContext
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.publication import Action, Artefact, EffectKey, Entry, Order
from disclosure_pipeline.settings.models import Settings

# ------------------------------------------------------------------ the notice board


@pytest.fixture
def board(tmp_path: Path):
    """The board, made by the plugin's own hook, and its folder."""
    section = {"limit": 2, "characters": 20}
    (registered,) = testing.check_plugin(SHIPPED / "notice_board.py", tmp_path / "own", section)
    return registered.item, tmp_path / "own"


def order(number: int, action: Action = Action.PUBLISH, generation: int = 0, version: int = 1) -> Order:
    document = f"2026-{number:06d}"
    entry = Entry(
        document, version, f"第{number}号公示", f"MB0000000/2026-{number:05d}", "proactive", "default", "示范县",
        "民政局", "示范县", published=f"2026-03-{number:02d} 09:00",
    )  # fmt: skip
    key = EffectKey(document, version, "notice_board.board", action, generation)
    return Order(key, entry, f"2026-03-{number:02d}T01:00:00Z")


def with_page(given: Order, folder: Path, body: str) -> Order:
    data = f"<html><head><title>题</title></head><body><main><h1>题</h1>{body}</main></body></html>".encode()
    path = folder / "page"
    path.write_bytes(data)
    artefact = Artefact("page.html", "text/html", hashlib.sha256(data).hexdigest(), len(data), "page")
    return replace(given, artefacts=((artefact, path),))


def feed(folder: Path) -> dict:
    return json.loads((folder / "board.json").read_text("utf-8"))


def test_the_notice_board_keeps_the_channel_contract(board):
    channel, folder = board
    testing.check_channel(channel, folder)


def test_the_board_shows_the_newest_and_their_text_in_screens(board, tmp_path: Path):
    channel, folder = board
    channel.publish(
        with_page(order(1), tmp_path, "<p>春耕<b>补贴</b></p><table><tr><td>甲</td><td>乙</td></tr></table>")
    )
    channel.publish(order(2))
    assert [entry["screens"] for entry in feed(folder)["entries"]] == [[], ["春耕补贴 甲 乙"]]
    channel.publish(order(3))
    assert [entry["id"] for entry in feed(folder)["entries"]] == ["2026-000003", "2026-000002"]
    channel.withdraw(order(3, Action.WITHDRAW, generation=1))
    assert [entry["id"] for entry in feed(folder)["entries"]] == ["2026-000002", "2026-000001"]
    assert feed(folder)["withdrawn"] == [
        {"id": "2026-000003", "index_number": "MB0000000/2026-00003", "at": "2026-03-03T01:00:00Z"}
    ]


def test_a_board_lost_or_altered_is_told_and_made_again(board):
    channel, folder = board
    channel.publish(order(1))
    altered = feed(folder)
    altered["entries"][0]["title"] = "另一个标题"
    (folder / "board.json").write_text(json.dumps(altered), "utf-8")
    assert [(held.state, held.version) for held in channel.verify(())] == [("published", 0)]
    channel.publish(order(1))
    assert feed(folder)["entries"][0]["title"] == "第1号公示"


def test_a_withdrawn_entry_that_still_stands_on_the_board_counts_as_published(board):
    channel, folder = board
    channel.publish(order(1))
    shown = (folder / "board.json").read_bytes()
    channel.withdraw(order(1, Action.WITHDRAW, generation=1))
    (folder / "board.json").write_bytes(shown)
    assert [held.state for held in channel.verify(["2026-000001"])] == ["published"]


def test_bytes_other_than_the_signed_ones_are_not_shown(board, tmp_path: Path):
    channel, folder = board
    given = with_page(order(1), tmp_path, "<p>已签发</p>")
    (tmp_path / "page").write_text("<p>被改动</p>", "utf-8")
    with pytest.raises(ChannelFault) as caught:
        channel.publish(given)
    assert caught.value.code == "channel.altered"
    assert not (folder / "board.json").exists()


def test_the_shipped_plugins_work_through_the_host(tmp_path: Path):
    place = workspace(tmp_path)
    allow = install(place, SHIPPED / "notice_board.py", SHIPPED / "vehicle_plate.py")
    with host(place, settings(allow, plugin={"notice_board": {"title": "大厅公告"}})) as made:
        states = {
            info.name: (info.state, info.provides) for info in made.plugins() if info.name not in ("builtin", *INSTALLED)
        }  # fmt: skip
        assert states == {
            "notice_board": ("loaded", ("notice_board.board",)),
            "vehicle_plate": ("loaded", ("vehicle_plate.plate",)),
        }
        receipt = made.channel_call("notice_board.board", Action.PUBLISH, order(1))
        assert receipt.address == "board.json#2026-000001"
        assert feed(place.data / "plugins" / "notice_board")["title"] == "大厅公告"
        withdrawal = order(1, Action.WITHDRAW, generation=1)
        made.channel_call("notice_board.board", Action.WITHDRAW, withdrawal)
        with pytest.raises(Fenced):
            made.channel_call("notice_board.board", Action.PUBLISH, order(1))
        (held,) = made.channel_verify("notice_board.board")
        assert (held.state, held.generation) == ("withdrawn", 1)


# ------------------------------------------------------------------ the harness on the built-ins


@pytest.mark.parametrize(
    ("make", "name", "more"),
    [
        (SiteChannel, "site", {}),
        (SearchChannel, "search", {}),
        (RegisterChannel, "register", {"attribute": Attribute.ON_REQUEST}),
        (BagArchive, "archive", {"keeps": True}),
    ],
)
def test_the_built_in_channels_keep_the_same_contract(tmp_path: Path, make, name: str, more: dict):
    context = PluginContext(None, RuleBook(()), {name: tmp_path}, Settings().site.model_dump(), {})
    testing.check_channel(make(context), tmp_path, **more)


class Forgetful:
    """A channel that only remembers what it was told last: every promise of the contract is broken."""

    id = "forgetful"
    version = "1"
    attributes = (Attribute.PROACTIVE,)

    def __init__(self, folder: Path):
        self.folder = folder

    def publish(self, order):
        from disclosure_pipeline.model.publication import Receipt

        count = len(list(self.folder.iterdir()))
        (self.folder / f"{count}.txt").write_text(order.entry.title, "utf-8")
        return Receipt(self.id, str(order.key), str(count))

    update = withdraw = publish

    def verify(self, documents):
        return []


def test_the_harness_names_the_broken_promise(tmp_path: Path):
    with pytest.raises(AssertionError, match="the same key twice must give the same receipt"):
        testing.check_channel(Forgetful(tmp_path), tmp_path)
    (registered,) = testing.check_plugin(ROOT / "tests" / "fault_plugins" / "detector_none.py", tmp_path)
    with pytest.raises(AssertionError, match="None is no answer"):
        testing.check_detector(registered.item, {}, ["无"])
    with pytest.raises(AssertionError, match="there is no hook register_detector "):
        testing.check_plugin(ROOT / "tests" / "fault_plugins" / "misspelt_hook.py", tmp_path)
