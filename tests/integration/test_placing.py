"""Item, theme and keywords of a document: suggested by its title, said by the office, shown by every channel."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from disclosure_pipeline.model.columns import Theme
from disclosure_pipeline.pipeline import orders, placing
from disclosure_pipeline.pipeline.placing import Placement
from disclosure_pipeline.settings.columns import load_columns, load_themes
from disclosure_pipeline.store import documents, purging
from tests.support import ADMIN, CONFIG, OFFICE, SECRECY, Office, refused

MONEY, CARE = "财政、金融、审计", "民政、扶贫、救灾"


@pytest.fixture
def one(staffed: Callable[..., Office]) -> Office:
    """An office with items and themes, where the database makes no difference."""
    office = staffed()
    office.core.columns = load_columns(CONFIG)
    office.core.themes = (*load_themes(CONFIG), Theme("试行", (), ("补助标准",)))
    return office


def entry(office: Office, case: str) -> Any:
    with office.core.database.read() as connection:
        return orders.entry(office.core, connection, documents.fetch(connection, case))


def place(office: Office, case: str, by: str = OFFICE, **said: str) -> None:
    placing.place(office.core, case, Placement(**said), by=by)


def page(office: Office, case: str) -> str:
    (found,) = office.core.workspace.site.glob(f"documents/*/{case}/index.html")
    return found.read_text("utf-8")


def test_the_item_of_the_law_is_suggested_by_the_title_and_set_by_the_office(one: Office) -> None:
    case, coming = one.published("示范县2026年财政预算公开"), one.reviewed("关于丑的通知")
    assert entry(one, case).item == "budget"
    place(one, case, item="fees")
    place(one, coming, ADMIN, item="welfare")
    one.work()
    assert (entry(one, case).item, entry(one, coming).item) == ("fees", "welfare")
    assert set(one.channels(case).values()) == {"done"}
    assert refused(lambda: place(one, case, item="nothing")) == "item.unknown"
    assert refused(lambda: place(one, case, SECRECY, item="budget")) == "wrong_role"
    assert entry(one, case).item == "fees"
    one.chain_holds()


def test_theme_and_keywords_reach_the_page_and_the_listings(office: Office) -> None:
    office.core.themes = (*load_themes(CONFIG), Theme("试行", (), ("补助标准",)))
    case = office.published("关于发放冬季养老服务补贴的通知")
    site = office.core.workspace.site
    assert f'<th scope="row">主题分类</th><td>{CARE}</td>' in page(office, case)
    assert '<th scope="row">主题词</th><td colspan="3"></td>' in page(office, case)
    place(office, case, theme=MONEY, keywords=" 养老服务  补助标准 养老服务 ")
    office.work()
    assert f'<th scope="row">主题分类</th><td>{MONEY}</td>' in page(office, case)
    assert '<td colspan="3">养老服务 补助标准</td>' in page(office, case)
    assert '<meta name="Keywords" content="养老服务 补助标准">' in page(office, case)
    listed = {
        path.name.split("-")[0]: path.read_text("utf-8") for path in site.glob("catalogue/theme/*.html")
    }
    assert [name for name, text in listed.items() if case in text] == [MONEY.replace("、", "-").split("-")[0]]
    (row,) = json.loads((site / "catalogue.json").read_text("utf-8"))
    assert (row["theme"], row["keywords"]) == (MONEY, "养老服务 补助标准")

    place(office, case, theme="", keywords="")
    office.work()
    assert (entry(office, case).theme, entry(office, case).keywords) == (CARE, "")
    office.chain_holds()


def test_nobody_can_say_words_that_were_not_reviewed(one: Office) -> None:
    secret = "甲号储备库"
    case = one.published("关于发放冬季养老服务补贴的通知")
    said = one.steps(case)
    for words in (secret, f"养老服务 {secret}", "补助"):
        assert refused(lambda words=words: place(one, case, keywords=words)) == "item.keywords"
    assert refused(lambda: place(one, case, theme="没有的主题")) == "item.theme"
    assert refused(lambda: place(one, case)) == "item.nothing"
    assert one.steps(case) == said
    assert secret not in json.dumps(one.dump(), ensure_ascii=False, default=str)
    hidden = one.published(attribute="不予公开", ground="R16a", reason="内部事务")
    assert refused(lambda: place(one, hidden, theme=MONEY)) == "item.late"


def test_a_keyword_that_is_no_word_of_the_title_any_more_is_not_shown(one: Office) -> None:
    case = one.published("关于发放冬季养老服务补贴的通知")
    place(one, case, keywords="养老服务 补贴")
    one.sql("UPDATE document SET title = '关于发放补贴的通知' WHERE id = :d", d=case)
    assert entry(one, case).keywords == "补贴"


def test_keywords_leave_with_the_text_of_a_suspected_secret(one: Office) -> None:
    case = one.published("关于发放冬季养老服务补贴的通知")
    place(one, case, keywords="养老服务")
    with one.core.database.write() as connection:
        purging.purge_text(connection, case)
    assert "养老服务" not in json.dumps(one.dump(), ensure_ascii=False, default=str)
