"""What holds for every channel that ends with a person: papers per document, an errand, nothing left of the text."""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paper_channels import made, signing_key, text_left
from site_orders import LATER, SENTENCE, TITLE, entry, first, frozen, order, recall, run_killed, second, tree

from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.hooks import testing
from disclosure_pipeline.hooks.contracts import Channel
from disclosure_pipeline.model.publication import Action, Errand

CASE = "2026-000001"
NAMES = ("portal_form", "carry", "paper")
KINDS = {
    "portal_form": ("enter", {"address"}, "take_down", set()),
    "carry": ("carry", {"receipt"}, "carry", {"receipt"}),
    "paper": ("hand_over", {"scan"}, "recall", {"scan"}),
}

Make = Callable[[Path], Channel]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make(name: str, tmp_path: Path) -> Make:
    return lambda folder: made(name, folder, section(name, tmp_path))


def section(name: str, folder: Path) -> dict[str, Any]:
    """The plugin's settings, as far as it cannot do without."""
    return {"key_file": str(signing_key(folder / "key.pem"))} if name == "carry" else {}


def papers(folder: Path) -> dict[str, bytes]:
    return tree(folder / CASE)


def test_the_contract_is_kept(make: Make, tmp_path: Path) -> None:
    testing.check_channel(make(tmp_path / "own"), tmp_path / "own")


def test_each_order_asks_a_person(name: str, make: Make, tmp_path: Path) -> None:
    channel = make(tmp_path / "own")
    out, wants, back, wants_back = KINDS[name]
    for call, asked, kind, wanted in (
        (channel.publish, first(tmp_path / "vault"), out, wants),
        (channel.update, second(tmp_path / "vault"), out, wants),
        (channel.withdraw, recall(), back, wants_back),
    ):
        answer = call(asked)
        assert isinstance(answer, Errand)
        assert (answer.kind, answer.wants, answer.folder) == (kind, wanted, CASE)
        assert answer == call(asked)
        (standing,) = channel.verify([CASE])
        assert dict(standing.hashes) == dict(answer.hashes)


def test_nothing_of_the_text_stays_after_a_withdrawal(make: Make, tmp_path: Path) -> None:
    channel = make(tmp_path / "own")
    channel.publish(first(tmp_path / "vault"))
    assert text_left(tmp_path / "own") != []
    channel.withdraw(recall())
    assert text_left(tmp_path / "own") == []
    assert [item.state for item in channel.verify(())] == ["withdrawn"]
    with pytest.raises(Fenced):
        channel.publish(first(tmp_path / "vault"))
    assert text_left(tmp_path / "own") == []


def test_papers_that_were_changed_lost_or_put_back_are_told(make: Make, tmp_path: Path) -> None:
    channel = make(tmp_path / "own")
    answer = channel.publish(first(tmp_path / "vault"))
    laid = papers(tmp_path / "own")
    paper = tmp_path / "own" / CASE / sorted(laid)[0]
    paper.write_bytes(b"other")
    (standing,) = channel.verify([CASE])
    assert standing.hashes != answer.hashes
    shutil.rmtree(tmp_path / "own" / CASE)
    assert [item.state for item in channel.verify(())] == ["absent"]
    channel.publish(first(tmp_path / "vault"))
    assert papers(tmp_path / "own") == laid
    channel.withdraw(recall())
    paper.write_bytes(laid[paper.name])
    assert [item.state for item in channel.verify(())] == ["published"]


def test_papers_without_a_record_are_told_as_published(make: Make, tmp_path: Path) -> None:
    channel = make(tmp_path / "own")
    channel.publish(first(tmp_path / "vault"))
    shutil.rmtree(tmp_path / "own" / "ledger")
    assert [(item.state, item.generation) for item in channel.verify(())] == [("published", -1)]


def test_a_broken_record_stops_the_channel_for_that_document_only(make: Make, tmp_path: Path) -> None:
    channel = make(tmp_path / "own")
    channel.publish(first(tmp_path / "vault"))
    (record,) = (tmp_path / "own" / "ledger").rglob("*.json")
    record.write_text("{", "utf-8")
    with pytest.raises(ChannelFault) as caught:
        channel.withdraw(recall())
    assert caught.value.code == "record.broken"
    channel.publish(order(Action.PUBLISH, entry(2), frozen(tmp_path / "vault")))


def test_bytes_other_than_the_signed_ones_are_not_laid_out(make: Make, tmp_path: Path) -> None:
    channel = make(tmp_path / "own")
    given = first(tmp_path / "vault")
    given.artefacts[1][1].write_text("改动", "utf-8")
    with pytest.raises(ChannelFault) as caught:
        channel.publish(given)
    assert caught.value.code == "artefact.changed"
    assert text_left(tmp_path / "own") == []


@pytest.mark.parametrize("last", ["publish", "update", "withdraw"])
def test_killed_between_any_two_operations(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    """The same order again ends as if nothing had happened; a withdrawal instead leaves no text."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    vault = tmp_path / "vault"
    calls: dict[str, Callable[[Channel], object]] = {
        "publish": lambda channel: channel.publish(first(vault)),
        "update": lambda channel: channel.update(second(vault)),
        "withdraw": lambda channel: channel.withdraw(recall()),
    }
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    if last != "publish":
        calls["publish"](make(prepared))
    undisturbed = make(shutil.copytree(prepared, tmp_path / "undisturbed"))
    answer = calls[last](undisturbed)
    expected = tree(tmp_path / "undisturbed")
    for after in range(200):
        folder = shutil.copytree(prepared, tmp_path / f"killed{after}")
        ended = run_killed(lambda folder=folder: calls[last](make(folder)), after)
        taken = shutil.copytree(folder, tmp_path / f"taken{after}")
        assert calls[last](make(folder)) == answer
        assert tree(folder) == expected
        make(taken).withdraw(recall(generation=2))
        assert text_left(taken, TITLE, SENTENCE, "更正后的通知", "每小时四元") == []
        if ended:
            assert after > 3
            return
    raise AssertionError("it never ends")


def test_a_full_disk_is_a_fault_that_names_no_title_and_passes(make: Make, tmp_path: Path) -> None:
    channel = make(tmp_path / "own")
    given = first(tmp_path / "vault")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
    try:
        with pytest.raises(ChannelFault) as caught:
            channel.publish(given)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.code == "channel.storage"
    assert TITLE not in str(caught.value)
    assert text_left(tmp_path / "own") == []
    channel.publish(given)
    assert [item.state for item in channel.verify(())] == ["published"]


def test_a_later_generation_of_the_same_version_is_laid_out_again(make: Make, tmp_path: Path) -> None:
    """Its entry changed: links, validity."""
    channel = make(tmp_path / "own")
    vault = tmp_path / "vault"
    channel.publish(first(vault))
    again = order(
        Action.UPDATE, entry(document_number="示财〔2026〕8号"), frozen(vault), generation=1, at=LATER
    )
    assert isinstance(channel.update(again), Errand)
    assert text_left(tmp_path / "own", "示财〔2026〕8号") != []
    with pytest.raises(Fenced):
        channel.update(second(vault))
