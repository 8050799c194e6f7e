"""The print package: what is printed, who signs for it, and who is asked for it back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from paper_channels import made, text_left
from plugin_hosts import host, settings, workspace
from pydantic import ValidationError
from site_orders import LATER, TITLE, artefact, entry, first, frozen, order, recall, second

from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.model.publication import Action

CASE = "2026-000001"
PLACES = {"places": [{"name": "县政务服务中心", "copies": 10}, {"name": "县图书馆"}]}


def paper(folder: Path, name: str) -> html.HtmlElement:
    return html.fromstring((folder / CASE / name).read_text("utf-8"))


def rows(page: html.HtmlElement, caption: str) -> list[list[str]]:
    found = page.xpath(f"//table[caption='{caption}']/tbody/tr")
    return [[cell.text_content().strip() for cell in row.findall("td")][:2] for row in found]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / CASE).iterdir())


def test_the_page_is_printed_where_there_is_no_pdf(tmp_path: Path) -> None:
    given = first(tmp_path / "vault")
    made("paper", tmp_path, PLACES).publish(given)
    assert names(tmp_path) == ["封面.html", "正文.html", "移交清单.html"]
    assert (tmp_path / CASE / "正文.html").read_bytes() == given.artefacts[0][1].read_bytes()
    assert paper(tmp_path, "封面.html").findtext(".//h1") == TITLE


def test_the_frozen_pdf_files_are_printed_where_there_are_some(tmp_path: Path) -> None:
    pdf, path = artefact(tmp_path / "vault", "正式文本.pdf", b"%PDF-1.7 frozen", "text")
    given = first(tmp_path / "vault")
    given = replace(given, artefacts=(*given.artefacts, (replace(pdf, media_type="application/pdf"), path)))
    made("paper", tmp_path, PLACES).publish(given)
    assert names(tmp_path) == ["封面.html", "正式文本.pdf", "移交清单.html"]
    assert (tmp_path / CASE / "正式文本.pdf").read_bytes() == b"%PDF-1.7 frozen"


def test_each_place_signs_for_its_copies(tmp_path: Path) -> None:
    made("paper", tmp_path, PLACES).publish(first(tmp_path / "vault"))
    page = paper(tmp_path, "移交清单.html")
    assert rows(page, "签收") == [["县政务服务中心", "10"], ["县图书馆", "1"]]
    assert "共印 11 份" in page.text_content()


def test_ten_copies_go_to_the_reading_point_where_nothing_else_is_said(tmp_path: Path) -> None:
    made("paper", tmp_path).publish(first(tmp_path / "vault"))
    assert rows(paper(tmp_path, "移交清单.html"), "签收") == [["政府信息公开查阅点", "10"]]


def test_everybody_who_got_copies_is_asked_for_them(tmp_path: Path) -> None:
    """Also a place that is none any more, with the most that it had."""
    made("paper", tmp_path, PLACES).publish(first(tmp_path / "vault"))
    fewer = made("paper", tmp_path, {"places": [{"name": "县政务服务中心", "copies": 3}]})
    fewer.update(second(tmp_path / "vault"))
    assert "收回旧版" in paper(tmp_path, "移交清单.html").text_content()
    answer = fewer.withdraw(recall())
    assert names(tmp_path) == ["收回清单.html"]
    page = paper(tmp_path, "收回清单.html")
    assert rows(page, "收回") == [["县图书馆", "1"], ["县政务服务中心", "10"]]
    assert "MB0000000/2026-00001" in page.text_content()
    assert text_left(tmp_path, TITLE, "更正后的通知") == []
    assert fewer.withdraw(recall()) == answer
    assert rows(paper(tmp_path, "收回清单.html"), "收回") == rows(page, "收回")


def test_a_withdrawal_that_overtook_the_papers_says_so(tmp_path: Path) -> None:
    made("paper", tmp_path).withdraw(recall())
    assert "没有移交记录" in paper(tmp_path, "收回清单.html").text_content()


def test_nothing_that_a_document_says_becomes_part_of_the_lists(tmp_path: Path) -> None:
    given = order(Action.PUBLISH, entry(title="<script>x</script>"), frozen(tmp_path / "vault"))
    made("paper", tmp_path).publish(given)
    for name in ("封面.html", "移交清单.html"):
        assert paper(tmp_path, name).xpath("//script") == []


def test_a_document_without_anything_to_print_is_a_fault(tmp_path: Path) -> None:
    given = order(Action.PUBLISH, entry(), frozen(tmp_path / "vault")[1:], at=LATER)
    with pytest.raises(ChannelFault) as caught:
        made("paper", tmp_path).publish(given)
    assert caught.value.code == "artefact.none"


@pytest.mark.parametrize(
    "places", [[], [{"name": ""}], [{"name": "甲", "copies": 0}], [{"name": "甲"}, {"name": "甲"}]]
)
def test_places_have_a_name_each_and_copies(tmp_path: Path, places: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        made("paper", tmp_path, {"places": places})


def test_it_runs_in_its_own_process(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    with host(place, settings(("paper",), plugin={"paper": PLACES}, publication={"timeout": 10})) as running:
        answer = running.channel_call("paper.package", Action.PUBLISH, first(tmp_path / "vault"))
        assert (answer.kind, answer.folder) == ("hand_over", CASE)
        assert names(place.data / "plugins" / "paper") == ["封面.html", "正文.html", "移交清单.html"]
