"""Pages of long listings: what was changed row by row is what all rows would give."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from site_orders import context, tree

from disclosure_pipeline.builtin.channels.site import division
from disclosure_pipeline.builtin.channels.site.faults import ListingBroken
from disclosure_pipeline.builtin.channels.site.layout import Partition
from disclosure_pipeline.builtin.channels.site.pages import Pages
from disclosure_pipeline.builtin.channels.site.shelf import Shelf
from disclosure_pipeline.builtin.channels.site.writing import Writer


def row(number: int, published: str, index_number: str = "") -> dict[str, str]:
    return {
        "id": f"2026-{number:06d}", "title": f"第{number}号", "department": "财政局", "published": published,
        "index_number": index_number or f"X/2026-{number}", "address": f"documents/2026/2026-{number:06d}/index.html",
    }  # fmt: skip


def at(minute: int) -> str:
    return f"{2008 + minute // 1000 % 19}-{1 + minute // 7 % 12:02d}-{1 + minute % 28:02d} {minute % 24:02d}:{minute % 60:02d}"


@pytest.mark.parametrize("family", ["month", "index"])
@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_coming_and_going_gives_the_pages_of_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: str, seed: int
) -> None:
    monkeypatch.setattr(division, "ROWS_PER_PAGE", 3)
    pages, partition, writer = Pages(dict(context().site)), Partition(family, "甲"), Writer(forced=False)
    shelf = Shelf(tmp_path / "one", partition, pages, writer)
    chance, there = random.Random(seed), {}
    for step in range(60):
        number = chance.randrange(40)
        if number in there and chance.random() < 0.7:
            shelf.change(there.pop(number), None)
        elif number in there:
            changed = {**there[number], "title": f"改{step}"}
            shelf.change(there[number], changed)
            there[number] = changed
        else:
            there[number] = row(number, at(chance.randrange(20_000)))
            shelf.change(None, there[number])
        anew = Shelf(tmp_path / f"anew-{step}", partition, pages, writer)
        anew.fill(there.values())
        assert tree(tmp_path / "one") == tree(tmp_path / f"anew-{step}"), step


def test_a_row_that_is_not_what_the_page_shows_is_refused(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, Partition("month", "甲"), Pages(dict(context().site)), Writer(forced=False))
    shelf.change(None, row(1, "2026-01-01 09:00"))
    before = tree(tmp_path)
    for old, new in (
        (row(2, "2026-01-01 09:00"), None),
        ({**row(1, "2026-01-01 09:00"), "title": "别的"}, None),
        (None, row(1, "2026-01-01 09:00")),
    ):
        with pytest.raises(ListingBroken):
            shelf.change(old, new)
    assert tree(tmp_path) == before


@given(st.lists(st.integers(0, 2**24 - 1), min_size=1, max_size=900, unique=True))
def test_every_row_has_one_page_and_no_page_is_too_long(numbers: list[int]) -> None:
    keys = [number.to_bytes(3) for number in sorted(numbers)]
    shares = division.divide(len(keys), keys.__getitem__)
    assert [share.start for share in shares] == [0, *(share.stop for share in shares[:-1])]
    assert shares[-1].stop == len(keys)
    assert all(0 < share.stop - share.start <= division.ROWS_PER_PAGE for share in shares)
    ends = [share.end for share in shares[:-1]]
    for share_at, share in enumerate(shares):
        assert {division.position(ends, key) for key in keys[share.start : share.stop]} == {share_at}
    assert len(set(ends)) == len(ends)


def test_one_that_goes_changes_few_pages() -> None:
    keys = [number.to_bytes(3) for number in range(0, 2**20, 97)]
    whole = {
        (keys[share.start], keys[share.stop - 1], share.end)
        for share in division.divide(len(keys), keys.__getitem__)
    }
    for gone in (0, 5_000, len(keys) - 1):
        left = keys[:gone] + keys[gone + 1 :]
        after = {
            (left[share.start], left[share.stop - 1], share.end)
            for share in division.divide(len(left), left.__getitem__)
        }
        assert len(whole ^ after) <= 3
    assert len(whole) > 40
