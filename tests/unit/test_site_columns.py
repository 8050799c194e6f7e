"""指南, 制度, 年报 and the other columns beside the catalogue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from site_orders import context, first, tree

from disclosure_pipeline.builtin.channels.site import markup
from disclosure_pipeline.builtin.channels.site.channel import SiteChannel
from disclosure_pipeline.builtin.channels.site.tags import missing_tags
from disclosure_pipeline.errors import ChannelFault

CONTACT = {
    "name": "示范县人民政府办公室", "address": "示范县人民路1号", "hours": "工作日 8:30—17:30",
    "phone": "0570-8000000", "fax": "0570-8000001", "email": "xxgk@example.gov.cn", "postcode": "324000",
}  # fmt: skip


def source(title: str, version: str, text: str, **contact: str) -> str:
    told = "".join(f'{name} = "{value}"\n' for name, value in contact.items())
    return f'+++\ntitle = "{title}"\nversion = {version}\n[contact]\n{told}+++\n{text}\n'


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """An office's own pages."""
    folder = tmp_path / "pages"
    files = {
        "guide/2025-01-01.md": source("旧指南", "2025-01-01", "旧的公开范围", **CONTACT),
        "guide/2026-05-01.md": source("公开指南", "2026-05-01", "# 公开范围\n\n- 一\n- 二", **CONTACT),
        "rules/review/2026-03-01.md": source("保密审查制度", "2026-03-01", "先审查后公开", **CONTACT),
        "reports/2025.md": source("2025年年度报告", "2026-01-31", "一、总体情况"),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def site_of(root: Path, pages: Path | None = None, **site: object) -> SiteChannel:
    given = context(site=root)
    return SiteChannel(replace(given, site={**given.site, "pages": str(pages or ""), **site}))


def test_the_version_in_force_stands_at_the_column_and_every_one_at_its_date(
    tmp_path: Path, office: Path
) -> None:
    site_of(tmp_path / "site", office).rebuild()
    current = (tmp_path / "site/guide/index.html").read_text("utf-8")
    old = (tmp_path / "site/guide/2025-01-01.html").read_text("utf-8")
    for value in CONTACT.values():
        assert value in current
    assert "公开指南" in current and "旧的公开范围" not in current
    assert "<h2>公开范围</h2>" in current and "<li>一</li>" in current
    assert '<a href="2025-01-01.html">2025-01-01</a>' in current
    assert "旧的公开范围" in old
    assert '本页为旧版本，现行版本见</strong> <a href="index.html">现行版本（2026-05-01）</a>' in old
    assert '<a href="review/index.html">保密审查制度</a>' in (tmp_path / "site/rules/index.html").read_text(
        "utf-8"
    )
    assert "2025年年度报告" in (tmp_path / "site/reports/index.html").read_text("utf-8")
    assert CONTACT["phone"] in (tmp_path / "site/requests/index.html").read_text("utf-8")


def test_every_column_has_a_page_with_its_tags_without_any_source(tmp_path: Path) -> None:
    site_of(tmp_path / "site").rebuild()
    for name in ("guide", "rules", "catalogue", "reports", "requests", "accessibility", "data"):
        html = (tmp_path / "site" / name / "index.html").read_text("utf-8")
        assert missing_tags(html, content=False) == [], name
        assert (f'href="{name}/index.html"') in (tmp_path / "site/index.html").read_text("utf-8")
    assert '<meta name="ColumnType" content="信息公开指南">' in (
        tmp_path / "site/guide/index.html"
    ).read_text("utf-8")


@pytest.mark.parametrize("name", ["name", "address", "hours", "phone", "postcode"])
def test_a_guide_without_a_compulsory_field_is_refused_and_the_older_one_stays(
    tmp_path: Path, office: Path, name: str
) -> None:
    site = site_of(tmp_path / "site", office)
    site.rebuild()
    before = tree(tmp_path / "site/guide")
    left = {key: value for key, value in CONTACT.items() if key != name}
    (office / "guide/2026-11-01.md").write_text(
        source("新指南", "2026-11-01", "新的公开范围", **left), "utf-8"
    )
    (office / "reports/2024.md").write_text(source("2024年年度报告", "2025-01-31", "一、总体情况"), "utf-8")
    with pytest.raises(ChannelFault) as caught:
        site.rebuild()
    assert caught.value.code == "page.incomplete"
    assert f"guide/2026-11-01.md: contact.{name} missing" in str(caught.value)
    assert tree(tmp_path / "site/guide") == before
    assert "2024年年度报告" in (tmp_path / "site/reports/index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("没有头", "it does not begin with a head between lines of +++"),
        ("+++\ntitle = \n+++\n文", "its head is not TOML"),
        ("+++\nversion = 2026-01-01\n+++\n文", "title missing"),
        ('+++\ntitle = "题"\nversion = "2026"\n+++\n文', "version (a date) missing"),
        ('+++\ntitle = "题"\nversion = 2026-01-01\n+++\n', "text missing"),
    ],
)
def test_a_report_that_cannot_be_read_is_told(tmp_path: Path, office: Path, text: str, told: str) -> None:
    (office / "reports/2024.md").write_text(text, "utf-8")
    with pytest.raises(ChannelFault) as caught:
        site_of(tmp_path / "site", office).rebuild()
    assert f"reports/2024.md: {told}" in str(caught.value)
    assert not (tmp_path / "site/reports/2024").exists()


def test_fax_or_mail_is_enough_but_one_is_needed(tmp_path: Path, office: Path) -> None:
    site = site_of(tmp_path / "site", office)
    neither = {key: value for key, value in CONTACT.items() if key not in ("fax", "email")}
    path = office / "rules/review/2026-03-01.md"
    path.write_text(source("制度", "2026-03-01", "文", **neither, fax="1"), "utf-8")
    site.rebuild()
    path.write_text(source("制度", "2026-03-01", "文", **neither), "utf-8")
    with pytest.raises(ChannelFault, match=r"contact\.fax or contact\.email missing"):
        site.rebuild()


def test_a_faulty_page_of_the_office_keeps_no_document_in_or_out(tmp_path: Path, office: Path) -> None:
    (office / "guide/2026-05-01.md").write_text("没有头", "utf-8")
    site = site_of(tmp_path / "site", office)
    assert site.publish(first(tmp_path / "vault")).address


def test_html_in_a_page_of_the_office_is_text(tmp_path: Path) -> None:
    shown = markup.html(
        "<script>x</script>\n\n[去](https://a.example/?a=1&b=2) [恶](javascript:x) [内](guide/index.html)",
        "../",
    )
    assert "<script" not in shown
    assert '<a href="https://a.example/?a=1&amp;b=2">去</a>' in shown
    assert "[恶](javascript:x)" in shown
    assert '<a href="../guide/index.html">内</a>' in shown


def test_items_of_the_law_are_listed_also_without_documents(tmp_path: Path) -> None:
    items = [{"id": "budget", "name": "财政预算、决算信息"}, {"id": "fees", "name": "收费"}]
    site_of(tmp_path / "site", columns=items).rebuild()
    html = (tmp_path / "site/catalogue/index.html").read_text("utf-8")
    assert html.index("财政预算、决算信息") < html.index(">收费<")
    assert "暂无文件" in (tmp_path / "site/catalogue/item/budget.html").read_text("utf-8")
