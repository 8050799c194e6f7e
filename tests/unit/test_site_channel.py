from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from site_orders import (
    PAGE,
    SENTENCE,
    TITLE,
    artefact,
    catalogue,
    context,
    entry,
    first,
    frozen,
    order,
    recall,
    second,
    tree,
)

from disclosure_pipeline.builtin.channels.site.channel import SiteChannel
from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.hooks.contracts import Channel
from disclosure_pipeline.model.publication import Action, Standing

PUBLISH, UPDATE, WITHDRAW = Action.PUBLISH, Action.UPDATE, Action.WITHDRAW


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "site"


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def site(root: Path) -> SiteChannel:
    return SiteChannel(context(site=root))


def listing_counts(root: Path, word: str) -> dict[str, int]:
    names = [
        "catalogue.json",
        "feed.xml",
        "index.html",
        "catalogue/index/2026.html",
        "catalogue/month/2026-11.html",
    ]
    return {name: (root / name).read_text("utf-8").count(word) for name in names}


def test_it_is_a_channel_for_public_documents(site: SiteChannel) -> None:
    assert isinstance(site, Channel)
    assert [attribute.value for attribute in site.attributes] == ["proactive"]


def test_publish_shows_text_header_downloads_and_reviewers(
    site: SiteChannel, root: Path, vault: Path
) -> None:
    asked = first(vault)
    receipt = site.publish(asked)
    assert receipt.address == PAGE
    assert receipt.key == "2026-000001/v1/site/publish/g0"
    assert receipt.hashes == {item.name: item.sha256 for item, _ in asked.artefacts}
    page = (root / PAGE).read_text("utf-8")
    for cell in (
        '<th scope="row">索引号</th><td>MB0000000/2026-00001</td>',
        '<th scope="row">主题分类</th><td></td>',
        '<th scope="row">发文机关</th><td>示范县财政局、示范县教育局</td>',
        '<th scope="row">成文日期</th><td>2026-11-02</td>',
        f'<th scope="row">标题</th><td colspan="3">{TITLE}</td>',
        '<th scope="row">发文字号</th><td>示财〔2026〕7号</td>',
        '<th scope="row">发布日期</th><td>2026-11-22</td>',
        '<th scope="row">体裁分类</th><td>通知</td>',
        '<th scope="row">有效性</th><td>有效</td>',
        '<th scope="row">主题词</th><td colspan="3">收费目录</td>',
        "<span>初审：张三</span><span>复审：李四</span><span>终审：王五</span>",
        f"<p>{SENTENCE}</p>",
        "（此件公开发布）",
    ):
        assert page.count(cell) == 1, cell
    assert page.count(f"<h1>{TITLE}</h1>") == 1
    assert re.findall("<script[^>]*>", page) == ['<script type="application/ld+json">']
    for item, source in asked.artefacts:
        assert (root / PAGE).with_name("files").joinpath(item.name).read_bytes() == source.read_bytes()


def test_a_heading_and_a_note_of_the_text_are_not_repeated(
    site: SiteChannel, root: Path, vault: Path
) -> None:
    text = f"<main><h1>{TITLE}</h1><p>（此件公开发布）</p></main>".encode()
    site.publish(order(PUBLISH, entry(), (artefact(vault, "a.html", text, "page"),)))
    page = (root / PAGE).read_text("utf-8")
    assert page.count("<h1") == 1
    assert page.count("此件公开发布") == 1


def test_only_what_stands_in_main_is_placed(site: SiteChannel, root: Path, vault: Path) -> None:
    html = "<head><title>外面</title></head><main class='a'>里<main>面</main>仍里面</main>之后".encode()
    site.publish(order(PUBLISH, entry(), (artefact(vault, "a.html", html, "page"),)))
    page = (root / PAGE).read_text("utf-8")
    assert "里<main>面</main>仍里面" in page
    assert "外面" not in page
    assert "之后" not in page


def test_metadata_is_escaped(site: SiteChannel, root: Path, vault: Path) -> None:
    site.publish(
        order(PUBLISH, entry(title="<script>alert(1)</script>&\x0b\ud800", summary="<b>"), frozen(vault))
    )
    for name, data in tree(root).items():
        if name.endswith((".html", ".xml")):
            assert data.count(b"<script") == data.count(b'<script type="application/ld+json">') <= 1
            assert b"<b>" not in data
            assert b"alert(1)</" not in data


def test_listings_hold_the_document_once(site: SiteChannel, root: Path, vault: Path) -> None:
    site.publish(first(vault))
    site.publish(first(vault))
    assert listing_counts(root, TITLE) == {
        "catalogue.json": 1, "feed.xml": 1, "index.html": 1,
        "catalogue/index/2026.html": 1, "catalogue/month/2026-11.html": 1,
    }  # fmt: skip
    assert catalogue(root) == [
        {
            "id": "2026-000001", "title": TITLE, "index_number": "MB0000000/2026-00001", "department": "财政局",
            "attribute": "proactive", "published": "2026-11-22 09:30", "address": PAGE,
            "updated": "2026-11-22T01:30:00Z", "issuing_body": "示范县财政局", "document_number": "示财〔2026〕7号",
            "genre": "通知", "keywords": "收费目录", "formed": "2026-11-02", "validity": "有效",
            "summary": "公布收费目录清单。",
        }
    ]  # fmt: skip


def test_changed_bytes_are_refused_and_nothing_is_out(site: SiteChannel, root: Path, vault: Path) -> None:
    asked = first(vault)
    asked.artefacts[2][1].write_bytes(b"tampered")
    with pytest.raises(ChannelFault) as caught:
        site.publish(asked)
    assert caught.value.code == "artefact.changed"
    assert [name for name in tree(root) if not name.startswith(".lock")] == [
        "documents/2026/2026-000001/record.json"
    ]
    assert [item.state for item in site.verify(["2026-000001"])] == ["absent"]


def test_changed_bytes_of_an_update_leave_the_old_version(site: SiteChannel, root: Path, vault: Path) -> None:
    site.publish(first(vault))
    before = {name: data for name, data in tree(root).items() if not name.endswith("record.json")}
    asked = second(vault)
    asked.artefacts[0][1].write_bytes(b"tampered")
    with pytest.raises(ChannelFault):
        site.update(asked)
    assert {name: data for name, data in tree(root).items() if not name.endswith("record.json")} == before


@pytest.mark.parametrize("name", ["../a.html", "a/b.html", ".tmp-1", "", "..", "a\nb", "ä" * 200, "a\\b"])
def test_artefact_names_that_are_no_file_names(site: SiteChannel, root: Path, vault: Path, name: str) -> None:
    with pytest.raises(ChannelFault) as caught:
        site.publish(order(PUBLISH, entry(), (artefact(vault, name, b"x", "text"),)))
    assert caught.value.code == "artefact.name"
    assert tree(root.parent / "site") == {}


@pytest.mark.parametrize("attribute", ["exempt", "on_request", ""])
def test_documents_that_are_not_public_are_refused(
    site: SiteChannel, root: Path, vault: Path, attribute: str
) -> None:
    with pytest.raises(ChannelFault) as caught:
        site.publish(order(PUBLISH, entry(attribute=attribute), frozen(vault)))
    assert caught.value.code == "attribute.refused"
    assert not root.exists()


def test_a_page_without_main_is_refused(site: SiteChannel, root: Path, vault: Path) -> None:
    for data in (b"<p>text</p>", "<main>".encode("utf-16")):
        with pytest.raises(ChannelFault) as caught:
            site.publish(order(PUBLISH, entry(), (artefact(vault, "a.html", data, "page"),)))
        assert caught.value.code == ("page.malformed" if data.startswith(b"<p") else "order.changed")
    assert not (root / PAGE).exists()


def test_the_same_key_with_other_files_is_refused(site: SiteChannel, root: Path, vault: Path) -> None:
    site.publish(first(vault))
    before = tree(root)
    with pytest.raises(ChannelFault) as caught:
        site.publish(order(PUBLISH, entry(), frozen(vault, "每小时九元")))
    assert caught.value.code == "order.changed"
    assert tree(root) == before


def test_an_update_replaces_everything_of_the_older_version(
    site: SiteChannel, root: Path, vault: Path
) -> None:
    site.publish(first(vault))
    receipt = site.update(second(vault))
    assert sorted(path.name for path in (root / PAGE).with_name("files").iterdir()) == ["正文.html"]
    assert receipt.detail["version"] == 2
    for name, data in tree(root).items():
        assert SENTENCE.encode() not in data, name
        assert TITLE.encode() not in data, name
    assert not (root / "catalogue/department/财政局.html").exists()
    assert "更正后的通知" in (root / "catalogue/department/教育局.html").read_text("utf-8")
    assert "财政局" not in (root / "catalogue/department/index.html").read_text("utf-8")
    with pytest.raises(Fenced):
        site.publish(first(vault))


def test_a_lower_generation_is_fenced(site: SiteChannel, root: Path, vault: Path) -> None:
    site.publish(order(PUBLISH, entry(), frozen(vault), generation=3))
    before = tree(root)
    with pytest.raises(Fenced):
        site.update(replace(second(vault)))
    with pytest.raises(Fenced):
        site.withdraw(recall(generation=2))
    assert tree(root) == before


def test_a_withdrawal_leaves_a_notice_and_nothing_of_the_text(
    site: SiteChannel, root: Path, vault: Path
) -> None:
    asked = first(vault)
    site.publish(asked)
    site.publish(order(PUBLISH, entry(2, title="另一份通知"), frozen(vault, "另一段文字", "另一份通知")))
    receipt = site.withdraw(recall())
    assert receipt.address == PAGE
    assert receipt.hashes == {}
    words = [TITLE, SENTENCE, "示财〔2026〕7号", "公布收费目录清单", "张三", "附件1", "收费目录"]
    for name, data in tree(root).items():
        if "2026-000002" not in name and not name.startswith(("catalogue", "feed", "index")):
            assert [word for word in words if word.encode() in data or word in name] == [], name
        assert TITLE.encode() not in data
        assert SENTENCE.encode() not in data
    notice = (root / PAGE).read_text("utf-8")
    for word in ("已撤回", "2026-11-23", "MB0000000/2026-00001", "内容有误，予以撤回", "财政局"):
        assert word in notice
    rows = {row["id"]: row for row in catalogue(root)}
    assert rows["2026-000001"] == {
        "id": "2026-000001", "title": "已撤回", "index_number": "MB0000000/2026-00001", "department": "财政局",
        "attribute": "proactive", "published": "2026-11-22 09:30", "address": PAGE,
        "updated": "2026-11-23T02:00:00Z", "withdrawn": "2026-11-23",
    }  # fmt: skip
    assert rows["2026-000002"]["title"] == "另一份通知"
    assert not (root / PAGE).with_name("files").exists()


def test_a_late_publish_is_fenced_after_a_withdrawal(site: SiteChannel, root: Path, vault: Path) -> None:
    site.publish(first(vault))
    site.withdraw(recall())
    before = tree(root)
    for late in (first(vault), order(PUBLISH, entry(version=2), frozen(vault), generation=1)):
        with pytest.raises(Fenced):
            site.publish(late)
    assert tree(root) == before
    site.publish(order(PUBLISH, entry(version=2), frozen(vault), generation=2))
    assert [item.state for item in site.verify(["2026-000001"])] == ["published"]


def test_a_withdrawal_before_publication_leaves_a_tombstone(
    site: SiteChannel, root: Path, vault: Path
) -> None:
    receipt = site.withdraw(recall())
    assert receipt.address == ""
    assert catalogue(root) == []
    assert not (root / PAGE).exists()
    with pytest.raises(Fenced):
        site.publish(first(vault))
    assert [item.state for item in site.verify([])] == ["withdrawn"]
    for name, data in tree(root).items():
        assert TITLE.encode() not in data, name
    assert site.withdraw(recall()) == receipt


def test_a_broken_record_stops_publishing_but_not_taking_back(
    site: SiteChannel, root: Path, vault: Path
) -> None:
    site.publish(first(vault))
    (root / PAGE).with_name("record.json").write_text("{", "utf-8")
    with pytest.raises(ChannelFault) as caught:
        site.publish(first(vault))
    assert caught.value.code == "record.broken"
    site.withdraw(recall())
    for name, data in tree(root).items():
        assert TITLE.encode() not in data, name
        assert SENTENCE.encode() not in data, name
    assert "已撤回" in (root / PAGE).read_text("utf-8")


def test_verify_tells_what_is_there(site: SiteChannel, root: Path, vault: Path) -> None:
    asked = first(vault)
    site.publish(asked)
    hashes = {item.name: item.sha256 for item, _ in asked.artefacts}
    whole = Standing("2026-000001", "published", 0, 1, hashes)
    assert site.verify([]) == [whole]
    assert site.verify(["2026-000001", "2026-000009"]) == [whole, Standing("2026-000009", "absent")]
    page = root / PAGE
    served = page.read_bytes()
    page.write_bytes(served + b"<p>more</p>")
    without_page = {name: value for name, value in hashes.items() if name != "正文.html"}
    assert site.verify([])[0].hashes == without_page
    page.write_bytes(served)
    page.with_name("files").joinpath("正文.html").write_bytes(b"other")
    assert site.verify([])[0].hashes["正文.html"] != hashes["正文.html"]
    page.unlink()
    assert site.verify([])[0].state == "absent"


def test_verify_finds_a_withdrawn_page_that_came_back(site: SiteChannel, root: Path, vault: Path) -> None:
    site.publish(first(vault))
    served = (root / PAGE).read_bytes()
    site.withdraw(recall())
    assert site.verify([]) == [Standing("2026-000001", "withdrawn", 1, 1, {})]
    (root / PAGE).write_bytes(served)
    assert site.verify([])[0].state == "published"


def test_a_page_without_record_is_found(site: SiteChannel, root: Path, vault: Path) -> None:
    site.publish(first(vault))
    (root / PAGE).with_name("record.json").unlink()
    found = site.verify([])[0]
    assert (found.state, found.generation, found.version) == ("published", -1, 0)


def test_faults_name_no_path(site: SiteChannel, root: Path, vault: Path) -> None:
    site.publish(first(vault))
    (root / "catalogue.json").unlink()
    (root / "catalogue.json").mkdir()
    with pytest.raises(ChannelFault) as caught:
        site.publish(order(PUBLISH, entry(2), frozen(vault)))
    assert caught.value.code == "channel.storage"
    assert str(root) not in str(caught.value)
    assert caught.value.__cause__ is None
