"""Bundles over an air gap: signed, checked and taken in on the other side, and the receipt that comes back."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from paper_channels import made, signing_key, text_left
from site_orders import LATER, SENTENCE, TITLE, entry, first, frozen, order, recall, second, tree

from disclosure_pipeline.builtin.channels.carry.__main__ import main
from disclosure_pipeline.builtin.channels.carry.bundle import BadBundle, public_key, unpack
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.model.publication import Action, Order

CASE = "2026-000001"
MODULE = "disclosure_pipeline.builtin.channels.carry"


class Sides:
    """Both sides of the gap: a channel here, a folder there."""

    def __init__(self, folder: Path):
        self.vault = folder / "vault"
        self.own, self.there = folder / "own", folder / "there"
        self.ours, self.theirs = signing_key(folder / "ours.pem"), signing_key(folder / "theirs.pem")
        self.channel: Any = made("carry", self.own, {"key_file": str(self.ours)})
        self.receipt = folder / "receipt.json"

    def bundle(self, asked: Order) -> Path:
        getattr(self.channel, asked.key.action.value)(asked)
        (paper,) = (self.own / CASE).iterdir()
        return Path(shutil.copy(paper, self.own.parent / f"{paper.name}"))

    def take(self, bundle: Path, **other: Path) -> int:
        paths = {"key": self.ours.with_suffix(".pub"), "into": self.there, "sign": self.theirs, **other}
        words = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
        return main(["take", str(bundle), *words, "--receipt", str(self.receipt)])

    def check(self, bundle: Path, **receipt: Path) -> int:
        words = [word for name, path in receipt.items() for word in (f"--{name}", str(path))]
        return main(["check", str(bundle), "--key", str(self.ours.with_suffix(".pub")), *words])


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    return Sides(tmp_path)


def rewritten(bundle: Path, change: dict[str, bytes | None]) -> Path:
    """The bundle with other members: changed, added, or left out (``None``)."""
    with zipfile.ZipFile(bundle) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in (members | change).items():
            if data is not None:
                archive.writestr(name, data)
    path = bundle.with_name("rewritten.zip")
    path.write_bytes(buffer.getvalue())
    return path


def test_a_bundle_holds_the_signed_files_and_says_what_they_are(sides: Sides) -> None:
    given = first(sides.vault)
    path = sides.bundle(given)
    assert path.name == "摆渡包-2026-000001-v1-g0.zip"
    opened = unpack(path.read_bytes(), public_key(sides.ours.with_suffix(".pub").read_bytes()))
    assert (opened.key, opened.manifest["entry"]["title"]) == (given.key, TITLE)
    assert opened.files == {artefact.name: path.read_bytes() for artefact, path in given.artefacts}
    assert "reviewers" not in opened.manifest["entry"]


def test_what_is_carried_over_lies_there_until_it_is_taken_back(sides: Sides) -> None:
    given = first(sides.vault)
    assert sides.take(sides.bundle(given)) == 0
    held = tree(sides.there / CASE)
    assert held == {artefact.name: path.read_bytes() for artefact, path in given.artefacts}
    assert sides.take(sides.bundle(second(sides.vault))) == 0
    assert list(tree(sides.there / CASE)) == ["正文.html"]
    assert sides.take(sides.bundle(recall())) == 0
    assert text_left(sides.there, TITLE, SENTENCE, "更正后的通知", "每小时四元") == []


def test_a_withdrawal_bundle_tells_no_title(sides: Sides) -> None:
    given = order(Action.WITHDRAW, entry(), generation=1, at=LATER, reason="内容有误")
    path = sides.bundle(given)
    assert path.name.startswith("撤回包")
    data = path.read_bytes()
    assert TITLE.encode() not in data
    assert b"MB0000000/2026-00001" in data
    assert "内容有误".encode() in data


def test_a_bundle_that_is_carried_late_is_refused(sides: Sides, capsys: pytest.CaptureFixture[str]) -> None:
    late = sides.bundle(first(sides.vault))
    assert sides.take(sides.bundle(recall())) == 0
    assert sides.take(late) == 1
    assert text_left(sides.there) == []
    again = sides.bundle(order(Action.PUBLISH, entry(version=2), frozen(sides.vault), generation=2, at=LATER))
    assert sides.take(again) == 0
    assert text_left(sides.there) != []
    assert TITLE not in capsys.readouterr().err


def test_the_receipt_that_comes_back_fits_its_bundle_only(sides: Sides) -> None:
    bundle = sides.bundle(first(sides.vault))
    sides.take(bundle)
    theirs = sides.theirs.with_suffix(".pub")
    assert sides.check(bundle, receipt=sides.receipt, other=theirs) == 0
    assert sides.check(sides.bundle(recall()), receipt=sides.receipt, other=theirs) == 1
    assert sides.check(bundle, receipt=sides.receipt, other=sides.ours.with_suffix(".pub")) == 1
    told = json.loads(sides.receipt.read_text("utf-8"))
    told["receipt"]["at"] = "2020-01-01T00:00:00+00:00"
    sides.receipt.write_text(json.dumps(told), "utf-8")
    assert sides.check(bundle, receipt=sides.receipt, other=theirs) == 1
    sides.receipt.write_bytes(b"[]")
    assert sides.check(bundle, receipt=sides.receipt, other=theirs) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"files/正文.html": b"<p>other</p>"}, {"files/more.html": b"more"}, {"files/正文.html": None},
        {"manifest.json": b"{}"}, {"manifest.sig": b""}, {"manifest.sig": None}, {"../out": b"x"},
    ],
)  # fmt: skip
def test_nothing_of_a_bundle_that_was_touched_is_taken_in(sides: Sides, change: dict[str, Any]) -> None:
    bad = rewritten(sides.bundle(first(sides.vault)), change)
    assert sides.take(bad) == 1
    assert not sides.there.exists() or tree(sides.there) == {}
    assert not sides.receipt.exists()


def test_a_bundle_of_somebody_else_is_not_taken_in(sides: Sides) -> None:
    bundle = sides.bundle(first(sides.vault))
    assert sides.take(bundle, key=sides.theirs.with_suffix(".pub")) == 1
    assert not sides.receipt.exists()


@pytest.mark.parametrize("cut", [0, 10, 200, -1])
def test_half_a_bundle_is_refused(sides: Sides, cut: int) -> None:
    data = sides.bundle(first(sides.vault)).read_bytes()
    with pytest.raises(BadBundle):
        unpack(data[:cut], public_key(sides.ours.with_suffix(".pub").read_bytes()))


def test_without_its_key_the_channel_makes_no_bundle(sides: Sides) -> None:
    sides.ours.write_bytes(b"no key")
    with pytest.raises(ChannelFault) as caught:
        sides.channel.publish(first(sides.vault))
    assert caught.value.code == "channel.secret"
    sides.ours.chmod(0o644)
    with pytest.raises(ChannelFault) as caught:
        sides.channel.publish(first(sides.vault))
    assert caught.value.code == "channel.secret"
    assert text_left(sides.own) == []


def test_the_other_side_runs_it_as_a_module(sides: Sides) -> None:
    bundle = sides.bundle(first(sides.vault))
    words = [sys.executable, "-m", MODULE, "check", str(bundle), "--key", str(sides.ours.with_suffix(".pub"))]
    done = subprocess.run(words, capture_output=True, check=True)
    assert json.loads(done.stdout)["key"] == str(first(sides.vault).key)
    assert subprocess.run([*words, "--receipt", "x"], capture_output=True, check=False).returncode == 2
