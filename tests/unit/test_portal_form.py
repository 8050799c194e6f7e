"""The form for portals without an interface: every field to copy, the files to upload, and the slip after."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html
from paper_channels import made
from plugin_hosts import host, settings, workspace
from pydantic import ValidationError
from site_orders import SENTENCE, TITLE, entry, first, frozen, order, recall, second

from disclosure_pipeline.model.publication import Action, Errand, Validity

CASE = "2026-000001"


def form(folder: Path, name: str = "录入单.html") -> html.HtmlElement:
    return html.fromstring((folder / CASE / name).read_text("utf-8"))


def fields(folder: Path) -> dict[str, str]:
    rows = form(folder).xpath("//table[caption='录入内容']//tr")
    return {row.findtext("th"): row.xpath("string(td)") for row in rows}


def test_every_field_has_its_value_to_copy(tmp_path: Path) -> None:
    made("portal_form", tmp_path).publish(first(tmp_path / "vault"))
    assert fields(tmp_path) == {
        "标题": TITLE,
        "索引号": "MB0000000/2026-00001",
        "发文字号": "示财〔2026〕7号",
        "发文机关": "示范县财政局",
        "联合发文机关": "示范县教育局",
        "主题分类": "",
        "体裁分类": "通知",
        "主题词": "收费目录",
        "内容概述": "公布收费目录清单。",
        "成文日期": "2026-11-02",
        "发布日期": "2026-11-22 09:30",
        "有效性": "有效",
        "正文": SENTENCE,
    }


def test_the_office_names_the_fields_of_its_portal(tmp_path: Path) -> None:
    section = {
        "portal": "省政府集约化平台",
        "fields": [
            {"name": "栏目", "text": "政策文件"},
            {"name": "时效", "value": "validity"},
            {"name": "名称", "value": "title"},
        ],
    }
    given = order(Action.PUBLISH, entry(validity=Validity.REPEALED), frozen(tmp_path / "vault"))
    made("portal_form", tmp_path, section).publish(given)
    assert list(fields(tmp_path).items()) == [("栏目", "政策文件"), ("时效", "废止"), ("名称", TITLE)]
    assert form(tmp_path).findtext(".//h1") == "省政府集约化平台录入单"


@pytest.mark.parametrize(
    "field",
    [{"name": "甲"}, {"name": "甲", "value": "title", "text": "乙"}, {"name": "甲", "value": "secret"}],
)
def test_a_field_has_a_known_value_or_a_text(tmp_path: Path, field: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        made("portal_form", tmp_path, {"fields": [field]})


def test_nothing_that_a_document_says_becomes_part_of_the_page(tmp_path: Path) -> None:
    evil = "</td><script>alert(1)</script>\x00\ufffe<b>&amp;"
    given = order(Action.PUBLISH, entry(title=evil), frozen(tmp_path / "vault", name="<i>附件"))
    made("portal_form", tmp_path).publish(given)
    page = form(tmp_path)
    assert page.xpath("//script | //b | //i") == []
    assert fields(tmp_path)["标题"] == "</td><script>alert(1)</script><b>&amp;"


def test_the_body_keeps_its_paragraphs_and_rows(tmp_path: Path) -> None:
    body = (
        "<h1>题</h1><p>第一段<b>加粗</b>。</p><p>第二\n段。</p><table><tr><td>甲</td><td>乙</td></tr></table>"
    )
    given = replace(first(tmp_path / "vault"), artefacts=frozen(tmp_path / "vault", body))
    made("portal_form", tmp_path).publish(given)
    assert fields(tmp_path)["正文"].splitlines() == ["题", "第一段加粗。", "第二 段。", "甲 乙"]


def test_the_files_to_upload_are_the_frozen_bytes(tmp_path: Path) -> None:
    given = first(tmp_path / "vault")
    made("portal_form", tmp_path).publish(given)
    listed = form(tmp_path).xpath("//ul//a/text()")
    assert listed == [artefact.name for artefact, _ in given.artefacts]
    for artefact, path in given.artefacts:
        assert (tmp_path / CASE / artefact.name).read_bytes() == path.read_bytes()


def test_an_update_says_that_the_page_is_there_already(tmp_path: Path) -> None:
    channel = made("portal_form", tmp_path)
    channel.publish(first(tmp_path / "vault"))
    assert "不要新建" not in form(tmp_path).text_content()
    channel.update(second(tmp_path / "vault"))
    assert "不要新建" in form(tmp_path).text_content()


def test_an_item_of_the_law_is_told_by_its_name(tmp_path: Path) -> None:
    section = {"fields": [{"name": "公开事项", "value": "item"}]}
    items = [{"id": "fees", "name": "行政事业性收费", "article": "第二十条"}]
    channel = made("portal_form", tmp_path, section, columns=items)
    for item, shown in (("fees", "行政事业性收费"), ("gone", "gone"), ("", "")):
        given = order(Action.PUBLISH, entry(item=item), frozen(tmp_path / "vault"))
        channel.publish(given)
        assert fields(tmp_path) == {"公开事项": shown}


def test_the_slip_names_what_is_to_be_taken_down(tmp_path: Path) -> None:
    channel = made("portal_form", tmp_path)
    channel.publish(first(tmp_path / "vault"))
    unknown = replace(recall(), entry=entry(title="", index_number=""))
    channel.withdraw(unknown)
    assert "按索引号在门户中查找" in form(tmp_path, "撤回单.html").text_content()
    taken = replace(unknown, address="https://www.example.gov.cn/art/1.html")
    assert channel.withdraw(taken) == channel.withdraw(taken)
    assert sorted(path.name for path in (tmp_path / CASE).iterdir()) == ["撤回单.html"]
    words = form(tmp_path, "撤回单.html").text_content()
    assert CASE in words
    assert "MB0000000/2026-00001" in words
    assert "https://www.example.gov.cn/art/1.html" in words
    assert "内容有误，予以撤回" in words


def test_it_is_turned_on_by_name_and_runs_in_its_own_process(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    with host(place, settings(("portal_form",), plugin={"portal_form": {"portal": "县门户"}})) as running:
        (info,) = [info for info in running.plugins() if info.name == "portal_form"]
        assert (info.state, info.provides) == ("loaded", ("portal_form.form",))
        answer = running.channel_call("portal_form.form", Action.PUBLISH, first(tmp_path / "vault"))
        assert isinstance(answer, Errand)
        assert answer.channel == "portal_form.form"
        own = place.data / "plugins" / "portal_form"
        assert form(own).findtext(".//h1") == "县门户录入单"
        running.channel_call("portal_form.form", Action.WITHDRAW, recall())
        (held,) = running.channel_verify("portal_form.form")
        assert (held.state, held.generation) == ("withdrawn", 1)
