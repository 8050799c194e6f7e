"""XML packages of the archive: by their schema, complete, the same bytes twice, and nothing half written."""

from __future__ import annotations

import base64
import os
import resource
import signal
from dataclasses import replace
from pathlib import Path

import bagit
import pytest
from bag_orders import DOCUMENT, DRAFT, archive_in, digest, filled_vault, order, tree
from lxml import etree

from disclosure_pipeline.builtin.archives import envelope
from disclosure_pipeline.builtin.archives.package import check_bag, manifest
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.model.publication import Order

BAG = Path("default/2026") / f"{DOCUMENT}-v1"
XML = BAG / "data" / envelope.NAME
NS = {"e": envelope.NAMESPACE}


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    return filled_vault(tmp_path / "vault")


def with_original(given: Order, vault: Path, name: str, data: bytes) -> Order:
    """The order with another original, which is the 正文 by its record."""
    (vault / digest(data)).write_bytes(data)
    assert given.deposit is not None
    parts = [{"sha256": digest(data), "role": "main", "media_type": "application/pdf"}]
    deposit = replace(
        given.deposit,
        originals=(*given.deposit.originals, (name, digest(data), vault / digest(data))),
        record={**given.deposit.record, "parts": parts, "urgency": "特急"},
    )
    return replace(given, deposit=deposit)


def parsed(path: Path) -> etree._Element:
    """A package, valid by the schema."""
    tree = etree.parse(path, etree.XMLParser(huge_tree=True))
    schema = etree.XMLSchema(file=str(envelope.SCHEMA))
    schema.assertValid(tree)
    return tree.getroot()


def words(root: etree._Element, path: str) -> list[str]:
    return [item.text or "" for item in root.iterfind(path, NS)]


def test_a_package_holds_every_file_of_its_bag(tmp_path: Path, vault: Path) -> None:
    root = tmp_path / "archive"
    large = os.urandom(3 * (1 << 20) + 1)  # ends in the middle of a piece, of a line and of a group
    archive_in(root, "bag+xml").publish(with_original(order(vault), vault, "正文<1>&.pdf", large))
    assert check_bag(root / BAG) == []
    assert bagit.Bag(str(root / BAG)).validate()

    held = manifest(root / BAG)
    assert held.pop(f"data/{envelope.NAME}")
    assert envelope.contents(root / XML) == held
    assert len(held) == 6

    package = parsed(root / XML)
    assert words(package, ".//e:计算机文件名") == [
        "data/originals/01-通知_100_~.docx",
        "data/originals/02-正文_1_&.pdf",
        "data/public/取暖通知.html",
        "data/metadata.json",
        "data/record.json",
        "data/审查单.html",
    ]
    first = package.find(".//e:编码数据", NS)
    assert first is not None
    assert base64.b64decode(first.text or "") == DRAFT
    assert words(package, ".//e:反编码关键字")[:3] == ["base64-docx", "base64-pdf", "base64-html"]
    assert words(package, ".//e:文档主从声明") == ["主文档"]
    assert words(package, ".//e:格式信息") == ["application/pdf", "text/html"]


def test_a_package_tells_what_is_known_and_claims_nothing_else(tmp_path: Path, vault: Path) -> None:
    root = tmp_path / "archive"
    archive_in(root, "bag+xml").publish(with_original(order(vault), vault, "a.pdf", b"%PDF"))
    package = parsed(root / XML)
    assert words(package, ".//e:题名")[0] == "关于取暖的通知"
    assert words(package, ".//e:责任者") == ["示范县人民政府办公室、示范县财政局"]
    assert words(package, ".//e:封装包创建时间") == ["2026-11-23T01:30:00+08:00"]
    assert (words(package, ".//e:密级"), words(package, ".//e:保管期限")) == ([""], [""])
    assert words(package, ".//e:紧急程度") == ["特急"]
    assert words(package, ".//e:业务状态") == ["历史行为"]
    assert words(package, ".//e:机构人员名称") == ["示范县人民政府办公室", "王审"]
    for unknown in ("室编件号", "档案馆名称", "页数", "电子签名块", "锁定签名"):
        assert package.findall(f".//e:{unknown}", NS) == []


def test_the_same_order_gives_the_same_package(tmp_path: Path, vault: Path) -> None:
    for name in ("one", "two"):
        archive_in(tmp_path / name, "bag+xml").publish(order(vault))
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_bags_that_are_there_stay_without_a_package(tmp_path: Path, vault: Path) -> None:
    root = tmp_path / "archive"
    first = archive_in(root).publish(order(vault))
    before = tree(root)
    assert archive_in(root, "bag+xml").publish(order(vault)) == first
    assert tree(root) == before
    assert not (root / XML).exists()


@pytest.mark.parametrize("name", ["..", "\udcff坏名.txt", "con.\n", "a\x00\x1f.docx", "]]>&lt;.txt"])
def test_any_name_can_be_packed(tmp_path: Path, vault: Path, name: str) -> None:
    root = tmp_path / "archive"
    archive_in(root, "bag+xml").publish(with_original(order(vault), vault, name, b"x"))
    parsed(root / XML)
    assert len(envelope.contents(root / XML)) == 6


def test_a_document_that_is_not_public_and_has_no_date_is_packed(tmp_path: Path, vault: Path) -> None:
    root = tmp_path / "archive"
    given = order(vault, public=False)
    assert given.deposit is not None
    bare = replace(given, entry=replace(given.entry, formed=""), deposit=replace(given.deposit, record={}))
    archive_in(root, "bag+xml").publish(bare)
    assert words(parsed(root / XML), ".//e:年度") == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data.replace("</编码数据>".encode(), "!</编码数据>".encode(), 1),
        lambda data: data.replace(b"\n</", b"A\n</", 1),
        lambda data: b"",
    ],
)
def test_a_damaged_package_is_told(tmp_path: Path, vault: Path, damage: object) -> None:
    root = tmp_path / "archive"
    archive_in(root, "bag+xml").publish(order(vault))
    path = root / XML
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(ChannelFault) as caught:
        envelope.contents(path)
    assert caught.value.code == "archive.damaged"
    assert check_bag(root / BAG) == [f"changed: data/{envelope.NAME}"]


def test_a_full_disk_leaves_no_bag(tmp_path: Path, vault: Path) -> None:
    """The limit lets every file of the bag be written, but not all of them again in one package."""
    root = tmp_path / "archive"
    given = with_original(order(vault), vault, "a.pdf", os.urandom(90_000))
    child = os.fork()
    if child == 0:
        ended = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
            try:
                archive_in(root, "bag+xml").publish(given)
            except ChannelFault as fault:
                ended = 0 if fault.code == "channel.storage" else 2
        finally:
            os._exit(ended)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not (root / BAG).exists()
    archive_in(root, "bag+xml").publish(given)
    assert check_bag(root / BAG) == []
    assert [name for name in tree(root) if name.startswith(".staging")] == []
