"""The items of the statutory columns: read from a file of the office, suggested by titles."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import CONFIG

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.columns import Column, suggested
from disclosure_pipeline.settings.columns import FILE, load_columns

ITEM = '[[column]]\nid = "{id}"\narticle = "第二十条"\nname = "规章"\n'


def test_the_shipped_file_holds_the_fifteen_items_of_the_law() -> None:
    columns = load_columns(CONFIG)
    assert len(columns) == 15
    assert len({column.id for column in columns}) == 15
    assert all("第二十条" in column.article for column in columns)


@pytest.mark.parametrize(
    ("title", "item"),
    [
        ("示范县2026年财政预算公开", "budget"),
        ("关于公布行政许可事项目录的规定", "normative"),
        ("示范县突发事件应急预案", "emergency"),
        ("关于停水的公告", ""),
        ("", ""),
    ],
)
def test_a_title_suggests_its_item(title: str, item: str) -> None:
    assert suggested(title, load_columns(CONFIG)) == item


def test_of_several_the_last_words_count() -> None:
    columns = (Column("a", "x", "甲", ("许可",)), Column("b", "x", "乙", ("规定",)))
    assert suggested("关于许可的规定", columns) == "b"
    assert suggested("规定许可", columns) == "a"


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert load_columns(tmp_path) == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (ITEM.format(id="one") + ITEM.format(id="one"), "'one' stands there twice"),
        (ITEM.format(id="第一"), "column.0.id"),
        (ITEM.format(id="one") + "words = 1\n", "column.0.words"),
        ('[[column]]\nid = "one"\n', "column.0.article"),
        ("[[column]\n", "cannot be read"),
    ],
)
def test_a_faulty_file_stops_the_start_and_says_where(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / FILE).write_text(content, "utf-8")
    with pytest.raises(ConfigError) as error:
        load_columns(tmp_path)
    assert told in str(error.value)
