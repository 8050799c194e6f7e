"""Archive bags: complete, verified by reading back, written once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import bagit
import pytest
from bag_orders import AT, DOCUMENT, DRAFT, PAGE, archive_in, digest, filled_vault, order, tree

from disclosure_pipeline.builtin.archives.bag import BagArchive
from disclosure_pipeline.builtin.archives.package import check_bag, payload_name
from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.hooks.contracts import Archive
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import (
    Action,
    Receipt,
    Standing,
)


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    return filled_vault(tmp_path / "vault")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def archive(root: Path) -> BagArchive:
    return archive_in(root)


def test_follows_the_contract(archive: BagArchive) -> None:
    assert isinstance(archive, Archive)
    assert archive.attributes == tuple(Attribute)


def test_a_bag_holds_everything_and_validates(archive: BagArchive, root: Path, vault: Path) -> None:
    here = Path.cwd()
    receipt = archive.publish(order(vault))
    assert Path.cwd() == here
    bag = root / "default" / "2026" / f"{DOCUMENT}-v1"
    assert sorted(tree(root)) == [
        f"default/2026/{DOCUMENT}-v1/bag-info.txt",
        f"default/2026/{DOCUMENT}-v1/bagit.txt",
        f"default/2026/{DOCUMENT}-v1/data/metadata.json",
        f"default/2026/{DOCUMENT}-v1/data/originals/01-通知_100_~.docx",
        f"default/2026/{DOCUMENT}-v1/data/public/取暖通知.html",
        f"default/2026/{DOCUMENT}-v1/data/record.json",
        f"default/2026/{DOCUMENT}-v1/data/审查单.html",
        f"default/2026/{DOCUMENT}-v1/manifest-sha256.txt",
        f"default/2026/{DOCUMENT}-v1/tagmanifest-sha256.txt",
        f"default/2026/{DOCUMENT}.state.json",
    ]
    assert check_bag(bag) == []
    held = bagit.Bag(str(bag))
    assert held.validate()
    assert held.info == {
        "Source-Organization": "示范县人民政府办公室",
        "External-Identifier": "MB0000000/2026-00001",
        "Internal-Sender-Identifier": f"{DOCUMENT}/v1/builtin.archive/publish/g0",
        "Fonds-Identifier": "0042",
        "Bagging-Date": "2026-11-23",
        "Payload-Oxum": held.info["Payload-Oxum"],
    }
    assert receipt == Receipt(
        "archive",
        f"{DOCUMENT}/v1/builtin.archive/publish/g0",
        "",
        {"取暖通知.html": digest(PAGE)},
        {
            "kept": True,
            "bag": f"default/2026/{DOCUMENT}-v1",
            "manifest": digest((bag / "manifest-sha256.txt").read_bytes()),
        },
    )


def test_metadata_names_the_standards_elements(archive: BagArchive, root: Path, vault: Path) -> None:
    archive.publish(order(vault))
    data = json.loads((root / "default/2026" / f"{DOCUMENT}-v1" / "data/metadata.json").read_bytes())
    document = data["GB/T 33480-2016"]
    assert len(document) == 18
    assert {name: value for name, value in document.items() if value} == {
        "公文标识": "MB0000000/2026-00001",
        "文种": "通知",
        "发文机关标志": "示范县人民政府办公室",
        "发文字号": "示政办〔2026〕1号",
        "标题": "关于取暖的通知",
        "发文机关或签发人署名": "示范县人民政府办公室、示范县财政局",
        "成文日期": "2026-11-20",
        "发布层次": "主动公开",
    }
    record = data["DA/T 46-2009"]
    known = {name: value for name, value in record["档号"].items() if value}
    assert known == {"全宗号": "0042", "年度": "2026", "机构或问题": "办公室"}
    assert {"目录号", "保管期限", "室编件号"} <= set(record["档号"])
    assert (record["内容描述"]["密级"], record["电子签名"]) == ("", "")
    assert record["存储位置"]["当前位置"] == f"default/2026/{DOCUMENT}-v1"
    assert [(item["业务行为"], item["机构人员标识符"]) for item in record["业务实体"]] == [("同意", "王审")]
    assert [(file["name"], file["kind"]) for file in data["files"]] == [
        ("通知 100%~.docx", "original"),
        ("取暖通知.html", "public"),
    ]


def test_the_text_of_the_public_copy_is_named(archive: BagArchive, root: Path, vault: Path) -> None:
    good = order(vault)
    ((artefact, path),) = good.artefacts
    text = replace(artefact, name="取暖通知.txt", media_type="text/plain", role="text")
    archive.publish(replace(good, artefacts=((artefact, path), (text, path))))
    data = json.loads((root / "default/2026" / f"{DOCUMENT}-v1" / "data/metadata.json").read_bytes())
    assert [file["path"] for file in data["files"] if file["kind"] == "text"] == ["data/public/取暖通知.txt"]


def test_publishing_twice_answers_the_same_and_changes_nothing(
    archive: BagArchive, root: Path, vault: Path
) -> None:
    first = archive.publish(order(vault))
    before = tree(root)
    for name in vault.iterdir():
        name.unlink()  # the second call needs nothing from the vault
    assert archive.publish(order(vault)) == first
    assert tree(root) == before


def test_bytes_come_from_the_order_alone(tmp_path: Path, vault: Path) -> None:
    for name in ("one", "two"):
        archive_in(tmp_path / name).publish(order(vault))
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_a_document_that_is_not_public_is_kept_without_public_files(
    archive: BagArchive, root: Path, vault: Path
) -> None:
    assert archive.publish(order(vault, public=False)).hashes == {}
    bag = root / "default/2026" / f"{DOCUMENT}-v1"
    assert check_bag(bag) == []
    assert not (bag / "data/public").exists()
    assert archive.verify([DOCUMENT]) == [Standing(DOCUMENT, "published", 0, 1, {})]


@pytest.mark.parametrize("data", [PAGE, DRAFT])
def test_a_changed_vault_file_is_refused(archive: BagArchive, root: Path, vault: Path, data: bytes) -> None:
    (vault / digest(data)).write_bytes(b"something else")
    with pytest.raises(ChannelFault) as caught:
        archive.publish(order(vault))
    assert caught.value.code == "artefact.changed"
    assert not (root / "default/2026" / f"{DOCUMENT}-v1").exists()
    (vault / digest(data)).write_bytes(data)
    archive.publish(order(vault))
    assert [name for name in tree(root) if name.startswith(".staging")] == []


def test_a_missing_vault_file_is_named_by_code(archive: BagArchive, vault: Path) -> None:
    (vault / digest(DRAFT)).unlink()
    with pytest.raises(ChannelFault) as caught:
        archive.publish(order(vault))
    assert caught.value.code == "artefact.missing"
    assert str(vault) not in caught.value.message


@pytest.mark.parametrize(
    ("damage", "problems"),
    [
        (lambda bag: (bag / "data/record.json").write_bytes(b"{}"), ["changed: data/record.json"]),
        (lambda bag: (bag / "data/record.json").unlink(), ["missing: data/record.json"]),
        (lambda bag: (bag / "data/new.txt").write_text("x"), ["unexpected: data/new.txt"]),
        (lambda bag: (bag / "bag-info.txt").write_text("x: y\n"), ["changed: bag-info.txt"]),
        (lambda bag: (bag / "data/link").symlink_to("record.json"), ["link: data/link"]),
        (lambda bag: (bag / "manifest-sha256.txt").unlink(), None),
    ],
)
def test_damage_is_seen_everywhere(
    archive: BagArchive, root: Path, vault: Path, damage: object, problems: list[str] | None
) -> None:
    archive.publish(order(vault))
    bag = root / "default/2026" / f"{DOCUMENT}-v1"
    damage(bag)  # type: ignore[operator]
    assert check_bag(bag) == problems if problems else check_bag(bag)
    (standing,) = archive.verify([DOCUMENT])
    assert standing.hashes["bag"].startswith("damaged:")
    with pytest.raises(ChannelFault) as caught:
        archive.publish(order(vault))
    assert caught.value.code == "archive.damaged"


def test_every_problem_of_a_bag_is_listed(archive: BagArchive, root: Path, vault: Path) -> None:
    archive.publish(order(vault))
    bag = root / "default/2026" / f"{DOCUMENT}-v1"
    (bag / "data/record.json").write_bytes(b"{}")
    (bag / "data/审查单.html").unlink()
    (bag / "data/extra").write_bytes(b"")
    assert check_bag(bag) == [
        "changed: data/record.json",
        "missing: data/审查单.html",
        "unexpected: data/extra",
    ]
    assert check_bag(bag / "nowhere") == ["missing: the whole bag"]


def test_a_damaged_public_file_shows_by_its_real_hash(archive: BagArchive, root: Path, vault: Path) -> None:
    archive.publish(order(vault))
    (root / "default/2026" / f"{DOCUMENT}-v1" / "data/public/取暖通知.html").write_bytes(b"other")
    (standing,) = archive.verify(())
    assert standing.hashes["取暖通知.html"] == digest(b"other")


def test_other_content_under_the_same_version_is_a_conflict(archive: BagArchive, vault: Path) -> None:
    archive.publish(order(vault))
    with pytest.raises(ChannelFault) as caught:
        archive.publish(order(vault, public=False))
    assert caught.value.code == "archive.conflict"


def test_an_update_keeps_the_old_version(archive: BagArchive, root: Path, vault: Path) -> None:
    archive.publish(order(vault))
    archive.update(order(vault, version=2, action=Action.UPDATE))
    bags = sorted(path.name for path in (root / "default/2026").iterdir() if path.is_dir())
    assert bags == [f"{DOCUMENT}-v1", f"{DOCUMENT}-v2"]
    assert archive.verify([DOCUMENT]) == [
        Standing(DOCUMENT, "published", 0, 2, {"取暖通知.html": digest(PAGE)})
    ]


@pytest.mark.parametrize("damage", ["flip", "lose"])
def test_damage_to_an_older_version_is_seen(
    archive: BagArchive, root: Path, vault: Path, damage: str
) -> None:
    archive.publish(order(vault))
    archive.update(order(vault, version=2, action=Action.UPDATE))
    older = root / "default/2026" / f"{DOCUMENT}-v1"
    if damage == "flip":
        (older / "data/record.json").write_bytes(b"{}")
    else:
        older.rename(root.parent / "aside")
    (standing,) = archive.verify([DOCUMENT])
    assert standing.hashes == {"取暖通知.html": digest(PAGE), "bag": "damaged:1"}


def test_a_withdrawal_keeps_the_bag_and_fences_late_orders(
    archive: BagArchive, root: Path, vault: Path
) -> None:
    archive.publish(order(vault))
    bag_before = tree(root / "default/2026" / f"{DOCUMENT}-v1")
    recall = order(vault, action=Action.WITHDRAW, generation=1)
    receipt = archive.withdraw(recall)
    assert archive.withdraw(recall) == receipt
    assert tree(root / "default/2026" / f"{DOCUMENT}-v1") == bag_before
    notice = json.loads((root / "default/2026" / f"{DOCUMENT}-v1.withdrawn.json").read_bytes())
    assert notice == {
        "document": DOCUMENT,
        "index_number": "MB0000000/2026-00001",
        "key": str(recall.key),
        "reason": "发现个人信息",
        "version": 1,
        "withdrawn": AT,
    }
    with pytest.raises(Fenced):
        archive.publish(order(vault))
    (standing,) = archive.verify([DOCUMENT])
    assert (standing.state, standing.generation, standing.version) == ("withdrawn", 1, 1)


def test_the_bags_of_a_suspected_secret_leave_the_archive(
    archive: BagArchive, root: Path, vault: Path, tmp_path: Path
) -> None:
    archive.publish(order(vault))
    archive.publish(order(vault, version=2))
    bags = {version: tree(root / "default/2026" / f"{DOCUMENT}-v{version}") for version in (1, 2)}
    held = tmp_path / "quarantine/case/archived"
    recall = replace(order(vault, version=2, action=Action.WITHDRAW, generation=1), isolate=held)
    for _ in range(2):
        assert archive.withdraw(recall).detail == {"kept": False}
        assert {version: tree(held / "default/2026" / f"{DOCUMENT}-v{version}") for version in (1, 2)} == bags
    assert held.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in (root / "default/2026").iterdir()) == [
        f"{DOCUMENT}-v2.withdrawn.json",
        f"{DOCUMENT}.state.json",
    ]
    (standing,) = archive.verify([DOCUMENT])
    assert (standing.state, standing.generation) == ("withdrawn", 1)
    # After a release it is deposited anew; the late recall touches nothing any more.
    archive.publish(order(vault, version=2, generation=2))
    with pytest.raises(Fenced):
        archive.withdraw(recall)


def test_a_withdrawal_before_the_deposit_fences_it_off(archive: BagArchive, root: Path, vault: Path) -> None:
    receipt = archive.withdraw(order(vault, action=Action.WITHDRAW, generation=1))
    assert receipt.detail == {"kept": False}
    with pytest.raises(Fenced):
        archive.publish(order(vault))
    assert [path for path in (root / "default/2026").iterdir() if path.is_dir()] == []
    assert archive.verify([DOCUMENT]) == [Standing(DOCUMENT, "withdrawn", 1, 0, {})]


def test_a_repeated_withdrawal_does_not_touch_a_later_deposit(archive: BagArchive, vault: Path) -> None:
    archive.publish(order(vault))
    recall = order(vault, action=Action.WITHDRAW, generation=1)
    archive.withdraw(recall)
    archive.publish(order(vault, version=2, generation=1))
    archive.withdraw(recall)
    (standing,) = archive.verify([DOCUMENT])
    assert (standing.state, standing.version) == ("published", 2)


def test_a_lost_record_does_not_hide_the_bag(archive: BagArchive, root: Path, vault: Path) -> None:
    archive.publish(order(vault))
    record = root / "default/2026" / f"{DOCUMENT}.state.json"
    record.write_text("not json")
    assert [(item.version, item.hashes["record"]) for item in archive.verify([DOCUMENT])] == [(1, "damaged")]
    with pytest.raises(ChannelFault) as caught:
        archive.publish(order(vault))
    assert caught.value.code == "archive.record"
    record.unlink()
    assert archive.verify(()) == [Standing(DOCUMENT, "published", -1, 1, {"取暖通知.html": digest(PAGE)})]
    assert archive.verify(["2026-000009"]) == [Standing("2026-000009", "absent")]


@pytest.mark.parametrize("field", ["document", "unit"])
def test_ids_that_leave_the_archive_are_refused(
    archive: BagArchive, root: Path, vault: Path, field: str
) -> None:
    good = order(vault)
    bad = (
        replace(good, key=replace(good.key, document="../../x"))
        if field == "document"
        else replace(good, entry=replace(good.entry, unit="../x"))
    )
    with pytest.raises(ChannelFault) as caught:
        archive.publish(bad)
    assert caught.value.code == "order.malformed"
    assert list(root.iterdir()) == []


def test_a_public_name_that_is_a_path_is_refused(archive: BagArchive, root: Path, vault: Path) -> None:
    good = order(vault)
    ((artefact, path),) = good.artefacts
    with pytest.raises(ChannelFault) as caught:
        archive.publish(replace(good, artefacts=((replace(artefact, name="../page.html"), path),)))
    assert caught.value.code == "artefact.name"
    assert not list(root.rglob("page.html"))


def test_an_order_without_deposit_is_refused(archive: BagArchive, vault: Path) -> None:
    with pytest.raises(ChannelFault):
        archive.publish(replace(order(vault), deposit=None))


def test_any_original_name_is_archived(archive: BagArchive, root: Path, vault: Path) -> None:
    names = ["..", "a/b.docx", "\udcff坏名.txt", "　空格　", "长" * 200 + ".docx", "e\u0301.txt", "con.\n"]
    good = order(vault)
    assert good.deposit is not None
    originals = tuple((name, digest(DRAFT), vault / digest(DRAFT)) for name in names)
    archive.publish(replace(good, deposit=replace(good.deposit, originals=originals)))
    bag = root / "default/2026" / f"{DOCUMENT}-v1"
    assert check_bag(bag) == []
    data = json.loads((bag / "data/metadata.json").read_bytes())
    assert [file["name"] for file in data["files"] if file["kind"] == "original"] == names
    assert payload_name(5, names[4]).endswith(".docx")


def test_verify_ignores_the_anchor_and_staging(archive: BagArchive, root: Path, vault: Path) -> None:
    archive.publish(order(vault))
    (root / "audit-anchor.txt").write_text("2026-11-22T00:00:00.000000Z 1 a\n")
    assert [item.document for item in archive.verify(())] == [DOCUMENT]
