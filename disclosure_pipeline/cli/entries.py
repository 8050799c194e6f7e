"""`disclosure catalogue {import,number,place}`: the catalogue that an office had before, and numbers from a platform."""

from __future__ import annotations

from pathlib import Path

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.session import ACTING, Session, group, prove, subcommand

catalogue = group("catalogue")


@subcommand(catalogue, "import", "导入已有目录（CSV、XLSX）：供转发查核，索引号不再重复使用")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", default=None, metavar="UNIT", help="单位代码；不写则为第一个单位。")
@click.option("--check", is_flag=True, help="只检查，不导入。")
@ACTING
def bring_in(session: Session, *, file: Path, unit: str | None, check: bool, user: str) -> None:
    """Bring in the catalogue that the office had before; office or admin.

    The first line names the columns: 标题, and where there are 索引号, 发文字号, 成文日期, 发布日期, 网址, 公开属性. Either
    every line is right and all come in, or none does and the mistakes are named by their lines.
    """
    from disclosure_pipeline.pipeline import catalogue_import

    with session.core() as core:
        code = unit or core.settings.unit[0].code
        number = catalogue_import.bring_in(core, file, code, by=prove(core, user), check=check)
    if session.as_json:
        output.print_json({"unit": code, "entries": number, "imported": not check})
    else:
        output.say(f"{'检查通过' if check else '已导入'}：{number} 条。")


@subcommand(catalogue, "number", "登记平台给定的索引号")
@click.argument("document", metavar="ID")
@click.argument("number", metavar="NUMBER")
@ACTING
def set_number(session: Session, document: str, number: str, user: str) -> None:
    """Give a document the index number of a platform, before the final signature; office or admin."""
    from disclosure_pipeline.pipeline import index_numbers

    with session.core() as core:
        index_numbers.set_number(core, document, number, by=prove(core, user))
    if session.as_json:
        output.print_json({"id": document, "index_number": number})
    else:
        output.say(f"{document} 的索引号：{number}。")


@subcommand(catalogue, "place", "指定文件归入的法定主动公开事项、主题分类和主题词")
@click.argument("document", metavar="ID")
@click.argument("item", metavar="[ITEM]", required=False)
@click.option(
    "--theme", default=None, metavar="THEME", help="主题分类（config/themes.toml 中的名称）；空则按标题归类。"
)
@click.option("--keywords", default=None, metavar="WORDS", help="主题词，以空格分开；空则没有。")
@ACTING
def place(
    session: Session, *, document: str, item: str | None, theme: str | None, keywords: str | None, user: str
) -> None:
    """Say where the catalogue lists a document; office or admin.

    ITEM is an item of the statutory columns (config/columns.toml). Item and theme are suggested by the title otherwise.
    Keywords are words of the title or of the list in config/themes.toml.
    """
    from disclosure_pipeline.pipeline import placing

    placement = placing.Placement(item, theme, keywords)
    with session.core() as core:
        placing.place(core, document, placement, by=prove(core, user))
    if session.as_json:
        output.print_json({"id": document, "item": item, "theme": theme, "keywords": keywords})
    else:
        said = [word for word in (item, theme, keywords) if word]
        output.say(f"{document} 归入 {'，'.join(said)}。" if said else f"{document} 按标题归类。")
