"""The items of the statutory columns and the themes: read from files of the office, suggested by titles."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import CONFIG

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.columns import MOST_KEYWORDS, Column, Theme, keywords_shown, suggested
from disclosure_pipeline.settings.columns import FILE, THEMES, load_columns, load_themes

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


@pytest.mark.parametrize(
    ("title", "theme"),
    [
        ("示范县2026年财政预算公开", "财政、金融、审计"),
        ("关于发放冬季养老服务补贴的通知", "民政、扶贫、救灾"),
        ("关于做好农村公路养护工作的通知", "工业、交通"),
        ("关于调整城乡居民医疗保险缴费的公告", "劳动、人事、监察"),
        ("关于中小学食品安全检查的通报", "市场监管、安全生产监管"),
        ("关于第3号事项的函", ""),
    ],
)
def test_a_title_suggests_its_theme(title: str, theme: str) -> None:
    assert suggested(title, load_themes(CONFIG)) == theme


def test_of_words_that_end_together_the_longer_one_counts() -> None:
    themes = (Theme("乙", ("保险",)), Theme("甲", ("养老保险",)))
    assert suggested("关于养老保险的通知", themes) == "甲"


def test_keywords_are_of_the_title_or_of_the_list_and_nothing_else_is_shown() -> None:
    themes = (Theme("甲", (), ("预算", "决算")), Theme("乙", (), ("收费",)))
    assert keywords_shown("预算 养老 预算 秘密字句 收费", "关于养老的通知", themes) == (
        "预算",
        "养老",
        "收费",
    )
    assert keywords_shown("养老", "", themes) == ()
    title = "".join(chr(0x4E00 + number) for number in range(20))
    assert len(keywords_shown(" ".join(title), title, ())) == MOST_KEYWORDS


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert load_columns(tmp_path) == ()
    assert load_themes(tmp_path) == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('[[theme]]\nname = "甲"\n' * 2, "the theme '甲' stands there twice"),
        ('[[theme]]\nname = "甲 乙"\n', "theme.0.name"),
        ('[[theme]]\nname = "甲"\nid = "x"\n', "theme.0.id"),
        ("[[theme]\n", "cannot be read"),
    ],
)
def test_a_faulty_file_of_themes_stops_the_start(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / THEMES).write_text(content, "utf-8")
    with pytest.raises(ConfigError) as error:
        load_themes(tmp_path)
    assert told in str(error.value)


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
