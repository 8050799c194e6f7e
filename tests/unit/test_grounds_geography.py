"""Coordinates by their precision, and maps without 审图号."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from disclosure_pipeline.builtin.detectors.grounds.geography import Coordinates, MapNumber
from disclosure_pipeline.model.policy import RuleBook
from tests.unit.screening_rules import assert_offsets, part, shipped

FINE = [
    ("东经116.391275，北纬39.907217", "东经116.391275，北纬39.907217"), ("116.391275,39.907217", "116.391275,39.907217"), ("39.907217 116.391275", "39.907217 116.391275"),
    ("经度：103.2154", "经度：103.2154"), ("lng: 103.215478, lat: 26.118803", "lng: 103.215478, lat: 26.118803"), ("26.118803N", "26.118803N"),
    ("116°23′28″", "116°23′28″"), ("103度12分45秒", "103度12分45秒"), ("103°12′45.3″E", "103°12′45.3″E"), ("X=4412345.678", "X=4412345.678"),
    ("X坐标：2894512", "X坐标：2894512"), ("2894512.331，35412887.902", "2894512.331，35412887.902"), ("１１６．３９１２７５，３９．９０７２１７", "１１６．３９１２７５，３９．９０７２１７"),
]  # fmt: skip

COARSE = [
    "东经116.39，北纬39.91", "116°23′", "东经103°12′，北纬26°07′", "同比增长12.3456%", "X=12", "圆周率3.14159265", "坐标轴", "气温36.1234℃", "经度与纬度的概念",
    "第2024坐标点", "金额1234567.89元",
]  # fmt: skip


@pytest.fixture(scope="module")
def coordinates() -> Coordinates:
    return Coordinates(shipped())


@pytest.fixture(scope="module")
def maps() -> MapNumber:
    return MapNumber(shipped())


@pytest.mark.parametrize(("text", "coordinate"), FINE)
def test_fine_coordinates(coordinates: Coordinates, text: str, coordinate: str) -> None:
    screened = part(f"位于{text}。")
    found = coordinates.detect(screened)
    assert_offsets(found, screened)
    assert [finding.text for finding in found] == [coordinate]


@pytest.mark.parametrize("text", COARSE)
def test_coarse_coordinates_and_other_numbers(coordinates: Coordinates, text: str) -> None:
    assert list(coordinates.detect(part(f"位于{text}。"))) == []


def test_a_column_of_coordinates_is_one_finding(coordinates: Coordinates) -> None:
    rows = "\n".join(f"井{number}\t103.21{number:04}\t26.11{number:04}" for number in range(40))
    (found,) = coordinates.detect(part(f"名称\t经度\t纬度\n{rows}"))
    assert found.count == 80
    assert found.text == "103.210000"


def test_the_precision_is_set_by_the_rule() -> None:
    book = shipped()
    column = book.of_form("coordinate_column")[0]
    fewer = replace(column, options={**column.options, "decimals": 2})
    table = part("名称\t经度\n井\t103.21\n")
    assert list(Coordinates(book).detect(table)) == []
    changed = RuleBook((*(rule for rule in book.rules if rule.id != column.id), fewer))
    assert len(Coordinates(changed).detect(table)) == 1


def test_many_coordinates_are_one_finding(coordinates: Coordinates) -> None:
    (found,) = coordinates.detect(
        part(*[f"点{number}：116.39{number:04},39.90{number:04}" for number in range(50)])
    )
    assert found.count == 50


@pytest.mark.parametrize(
    "caption", ["图1 宁山县行政区划图", "附图：大桥乡地理位置图", "项目区位图", "水系图（局部）", "图2-1　卫星影像图", "东山镇行 政 区 划 图"]
)  # fmt: skip
def test_a_map_needs_its_number(maps: MapNumber, caption: str) -> None:
    screened = part("一、概况。", caption, "二、其他。")
    (found,) = maps.detect(screened)
    assert_offsets([found], screened)
    assert found.text == caption
    for number in ("审图号：云S（2026）031号", "审图号 GS(2019)1822号", "京S(2021)023号"):
        assert list(maps.detect(part("一、概况。", caption, number))) == []


@pytest.mark.parametrize(
    "text", ["图1 办事流程图", "组织机构图", "项目应当附区位图。", "绘制并公布行政区划图，及时更新。", "地图管理条例", "看图说话"]
)  # fmt: skip
def test_other_pictures_need_none(maps: MapNumber, text: str) -> None:
    assert list(maps.detect(part(text))) == []


def test_maps_of_a_part_are_one_finding(maps: MapNumber) -> None:
    (found,) = maps.detect(part("图1 区位图", "图2 水系图", "图3 交通图"))
    assert found.count == 3


@pytest.mark.parametrize(
    "text", ["图", "行政区划图\n", "116°23′28″", "116.123456,", "X=4412345 ", "坐标", "4412345.67,"]
)
def test_repeated_beginnings_take_no_longer_than_they_must(
    coordinates: Coordinates, maps: MapNumber, text: str
) -> None:
    screened = part(text * 100_000)
    assert screened.views.plain.text
    for detector in (coordinates, maps):
        start = time.process_time()
        detector.detect(screened)
        assert time.process_time() - start < 4  # about half a second on an idle core
