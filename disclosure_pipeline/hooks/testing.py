"""Contract tests for plugin authors: call these from your own tests.

Each function raises :class:`AssertionError` that says which promise of `hooks/contracts/` is broken.
They run the real objects and judge only what can be seen from outside; the core's own detectors and
channels are tested by the same functions.

    from disclosure_pipeline.hooks import testing

    def test_plugin(tmp_path):
        testing.check_plugin(Path("plugins/vehicle_plate.py"), tmp_path)
"""

from __future__ import annotations

import hashlib
import json
import pickle
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from disclosure_pipeline.errors import Fenced, PluginFault
from disclosure_pipeline.hooks import checks, registry
from disclosure_pipeline.hooks.canary import prove
from disclosure_pipeline.hooks.contracts import Channel, Detector, PartText, PluginContext
from disclosure_pipeline.hooks.guard import Nonsense
from disclosure_pipeline.hooks.loading import PluginSource, load
from disclosure_pipeline.model.document import Attribute, PartRole
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.publication import (
    Action,
    Answer,
    Artefact,
    Deposit,
    EffectKey,
    Entry,
    Order,
    Standing,
)
from disclosure_pipeline.model.text import Place, Segment, Text

DOCUMENT = "2026-000001"
"""Case number of the document that :func:`check_channel` publishes."""


def part(*paragraphs: str, role: PartRole = PartRole.MAIN, position: int = 0) -> PartText:
    """A part made of plain paragraphs, as detectors see it."""
    segments = tuple(
        Segment(text, Place("body", "body", page=1, paragraph=number))
        for number, text in enumerate(paragraphs, start=1)
    )
    return PartText(position, role, Text("text/plain", "testing", segments))


# ------------------------------------------------------------------ detectors


def check_detector(
    detector: Detector, positives: Mapping[str, Sequence[str]], negatives: Sequence[str] = ()
) -> None:
    """Check a detector's contract.

    Args:
        detector: the detector.
        positives: texts, each with exactly what must be found in it, in order.
        negatives: texts in which nothing may be found.

    Raises:
        AssertionError: a promise is broken.
    """
    name = f"detector {getattr(detector, 'id', '?')!r}"
    _require(isinstance(detector, Detector), f"{name} does not follow the Detector contract")
    _require(
        all(checks.known_kind(kind) for kind in detector.kinds), f"{name} declares a kind that does not exist"
    )
    fault = prove(detector, f"testing.{detector.id}")
    _require(fault is None, f"{name} is not proved by its canaries: {fault and fault.message}")
    for text, expected in positives.items():
        found = _found(detector, part("前一段。", text), name)
        _require(
            [item.text for item in found] == list(expected), f"{name}: expected {expected!r} in {text!r}, got "
            f"{[item.text for item in found]!r}",
        )  # fmt: skip
    for text in negatives:
        found = _found(detector, part("前一段。", text), name)
        _require(
            not found, f"{name}: nothing may be found in {text!r}, got {[item.text for item in found]!r}"
        )
    _require(not _found(detector, part(), name), f"{name} finds something in a part without text")


def _found(detector: Detector, given: PartText, name: str) -> list[Finding]:
    first, second = detector.detect(given), detector.detect(given)
    _require(isinstance(first, list | tuple), f"{name} must answer a list; None is no answer")
    _require(list(first) == list(second), f"{name} answers the same part differently the second time")
    try:
        found = [checks.finding(item, given, f"testing.{detector.id}", detector.kinds) for item in first]
    except Nonsense as problem:
        raise AssertionError(f"{name}: {problem}") from None
    _require(pickle.loads(pickle.dumps(found)) == found, f"{name}: its findings must pickle")  # noqa: S301  our own bytes
    return sorted(found, key=lambda item: (item.segment, item.start))


# ------------------------------------------------------------------ channels


def check_channel(
    channel: Channel,
    folder: Path,
    *,
    attribute: Attribute = Attribute.PROACTIVE,
    keeps: bool = False,
) -> None:
    """Check a channel's contract on one document's life: published, updated, withdrawn, published again.

    Args:
        channel: the channel, made so that everything it writes lies in ``folder``.
        folder: that folder; it is searched for text after the withdrawal.
        attribute: attribute of the document.
        keeps: whether the channel is an archive, which gets the deposit and keeps older text.

    Raises:
        AssertionError: a promise is broken.
    """
    with tempfile.TemporaryDirectory() as vault:
        life = _Life(channel, folder, Path(vault), attribute, keeps)
        life.publishes_once()
        life.updates()
        life.withdraws()
        life.fences_late_orders()
        life.comes_back()
        life.fences_before_it_came()
        life.tells_the_truth()


class _Life:
    """One document's life in one channel."""

    def __init__(self, channel: Channel, folder: Path, vault: Path, attribute: Attribute, keeps: bool):
        self.channel = channel
        self.folder = folder
        self.vault = vault
        self.attribute = attribute
        self.keeps = keeps
        self.name = f"channel {getattr(channel, 'id', '?')!r}"
        _require(isinstance(channel, Channel), f"{self.name} does not follow the Channel contract")
        _require(attribute in channel.attributes, f"{self.name} does not take {attribute.value}")

    def publishes_once(self) -> None:
        order = self.order(Action.PUBLISH, version=1, generation=0)
        first = self.receipt(self.channel.publish(order), order)
        files = self.files()
        second = self.receipt(self.channel.publish(order), order)
        _require(first == second, f"{self.name}: the same key twice must give the same receipt")
        _require(files == self.files(), f"{self.name}: the same key twice must have one effect")
        self.stands("published", generation=0, version=1)

    def updates(self) -> None:
        order = self.order(Action.UPDATE, version=2, generation=0)
        first = self.receipt(self.channel.update(order), order)
        _require(first == self.channel.update(order), f"{self.name}: update must be idempotent by key")
        self.stands("published", generation=0, version=2)
        if not self.keeps:
            self.holds_no(_words(1), "an update")

    def withdraws(self) -> None:
        order = self.order(Action.WITHDRAW, version=2, generation=1)
        first = self.receipt(self.channel.withdraw(order), order)
        _require(first == self.channel.withdraw(order), f"{self.name}: withdraw must be idempotent by key")
        self.stands("withdrawn", generation=1)
        if not self.keeps:
            self.holds_no(_words(1), "a withdrawal")
            self.holds_no(_words(2), "a withdrawal")

    def fences_late_orders(self) -> None:
        late = self.order(Action.UPDATE, version=2, generation=0)
        self.refuses(late, "a publish of an older generation, behind a withdrawal,")
        self.stands("withdrawn", generation=1)
        if not self.keeps:
            self.holds_no(_words(2), "a late publish")

    def comes_back(self) -> None:
        order = self.order(Action.PUBLISH, version=3, generation=2)
        self.receipt(self.channel.publish(order), order)
        self.stands("published", generation=2, version=3)

    def fences_before_it_came(self) -> None:
        """A withdrawal may overtake the publish that it takes back."""
        other = "2026-000002"
        self.channel.withdraw(self.order(Action.WITHDRAW, version=1, generation=1, document=other))
        self.refuses(
            self.order(Action.PUBLISH, version=1, generation=0, document=other),
            "a publish that a withdrawal has overtaken",
        )
        state = self.standing(other).state
        _require(state != "published", f"{self.name}: verify says that an overtaken document is published")

    def tells_the_truth(self) -> None:
        _require(
            self.standing("2026-999999").state == "absent",
            f"{self.name}: verify must say 'absent' of a document it never got",
        )
        everything = {standing.document for standing in self.channel.verify(())}
        _require(DOCUMENT in everything, f"{self.name}: verify without names must list what it holds")

    # ------------------------------------------------------------- helpers

    def order(self, action: Action, *, version: int, generation: int, document: str = DOCUMENT) -> Order:
        key = EffectKey(document, version, f"testing.{self.channel.id}", action, generation)
        entry = Entry(
            document, version, _words(version)[0], "MB0000000/2026-00001", self.attribute.value, "default",
            "示范县人民政府办公室", "财政局", "示范县人民政府办公室", formed="2026-03-02", published="2026-03-20 09:00",
        )  # fmt: skip
        at = f"2026-03-20T01:0{version}:00Z"
        if action is Action.WITHDRAW:
            return Order(key, entry, at, reason="内容有误", deposit=self.deposit())
        return Order(key, entry, at, artefacts=(self.page(version),), deposit=self.deposit())

    def page(self, version: int) -> tuple[Artefact, Path]:
        title, body = _words(version)
        lines = ["<!DOCTYPE html>", '<html lang="zh-CN">', "<head>", '<meta charset="utf-8">']
        lines += [f"<title>{title}</title>", "</head>", "<body>", "<main>", f"<h1>{title}</h1>"]
        lines += [f"<p>{body}</p>", "</main>", "</body>", "</html>", ""]
        path = self.vault_file("\n".join(lines).encode())
        return Artefact("page.html", "text/html", path.name, path.stat().st_size, "page", title), path

    def deposit(self) -> Deposit | None:
        if not self.keeps and self.attribute is Attribute.PROACTIVE:
            return None
        path = self.vault_file("原稿".encode())
        record = {"ground": "R16b", "ground_article": "第十六条", "ground_reason": "过程性信息"}
        return Deposit((("原稿.txt", path.name, path),), record, fonds="J001")

    def vault_file(self, data: bytes) -> Path:
        path = self.vault / hashlib.sha256(data).hexdigest()
        path.write_bytes(data)
        return path

    def receipt(self, answer: object, order: Order) -> Answer:
        try:
            given = checks.answer_to(f"testing.{self.channel.id}", order)(answer)
        except Nonsense as problem:
            raise AssertionError(f"{self.name}: {problem}") from None
        for artefact, _ in order.artefacts:
            held = given.hashes.get(artefact.name, artefact.sha256)
            _require(held == artefact.sha256, f"{self.name}: it holds other bytes than were signed")
        return replace(given, channel=self.channel.id)

    def standing(self, document: str) -> Standing:
        try:
            found = checks.standings(self.channel.verify((document,)))
        except Nonsense as problem:
            raise AssertionError(f"{self.name}: verify: {problem}") from None
        _require(
            [item.document for item in found] == [document], f"{self.name}: verify must answer for each name"
        )
        return found[0]

    def stands(self, state: str, *, generation: int, version: int | None = None) -> None:
        found = self.standing(DOCUMENT)
        expected = (state, generation, found.version if version is None else version)
        told = (found.state, found.generation, found.version)
        _require(told == expected, f"{self.name}: verify says {told}, but {expected} was carried out")

    def refuses(self, order: Order, what: str) -> None:
        try:
            getattr(self.channel, order.key.action.value)(order)
        except Fenced:
            return
        raise AssertionError(f"{self.name}: {what} must raise Fenced")

    def files(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }

    def holds_no(self, words: Sequence[str], after: str) -> None:
        for name, data in self.files().items():
            for word in words:
                forms = (word.encode(), word.encode("gb18030"), json.dumps(word).strip('"').encode())
                _require(
                    not any(form in data for form in forms),
                    f"{self.name}: after {after}, {name} still holds text",
                )


def _words(version: int) -> tuple[str, str]:
    """Title and body of a version; no other version has them."""
    return f"关于第{'零一二三四'[version]}号春耕补贴的通知", f"本次补贴发放{version}0{version}0户，名单附后。"


# ------------------------------------------------------------------ whole plugins


def check_plugin(
    path: Path, folder: Path, section: Mapping[str, Any] | None = None
) -> tuple[registry.Registered, ...]:
    """Load a drop-in file as the host would, and prove its detectors.

    Args:
        path: the plugin's file.
        folder: the folder it may write (``context.folders["own"]``).
        section: its configuration section; ``None`` means that there is none.

    Returns:
        What it registers, for further checks.

    Raises:
        AssertionError: it does not load, a hook or an id is bad, a detector is not proved.
        ConfigError: the section is refused by the plugin's own model.
    """
    source = PluginSource(path.stem, "folder", str(path.resolve()))
    try:
        plugin = load(source)
        options = registry.section(plugin, section)
        context = PluginContext(options, RuleBook(()), {"own": folder})
        families = (family for family in registry.FAMILIES if family is not registry.STAGES)
        found = registry.collect(plugin, context, families)
    except PluginFault as error:
        raise AssertionError(f"{error.message} ({error.code})") from None
    for registered in found:
        if registered.family is registry.DETECTORS:
            fault = prove(registered.item, registered.id)
            _require(fault is None, f"{registered.id}: {fault and fault.message}")
    return found


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)
