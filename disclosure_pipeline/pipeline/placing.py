"""Where the catalogue lists a document: item of 条例 第二十条, theme (主题分类) and keywords (主题词), said by the office.

Item and theme are suggested by the title until somebody says otherwise. Keywords are words of the title, which was
signed, or of the office's own list: nobody has reviewed any others.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.model.columns import MOST_KEYWORDS, keywords_shown
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline import deputies
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.publication_rows import reissue
from disclosure_pipeline.pipeline.relations import COMING, allowed
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.store import audit, documents
from disclosure_pipeline.store.tables import document as document_table


@dataclass(frozen=True, slots=True)
class Placement:
    """What is said of a document; ``None`` leaves it as it is.

    Args:
        item: code of the item (`config/columns.toml`).
        theme: name of the theme (`config/themes.toml`); empty for what the title suggests.
        keywords: 主题词 between blanks; empty for none.
    """

    item: str | None = None
    theme: str | None = None
    keywords: str | None = None


def place(core: Core, document: str, placement: Placement, *, by: str) -> None:
    """Say where the catalogue lists a document; of a published one every channel is told.

    Args:
        core: the process's parts.
        document: case number.
        placement: what is said.
        by: a person with role ``office`` or ``admin``.

    Raises:
        NotFound: no such case in a unit of this person.
        NotAllowed: the person may not.
        Refused: nothing is said, there is no such item or theme, a keyword is neither of the title nor of the list, or
            the document is not public and not on its way to be.
    """
    _check_known(core, placement)
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
        principal = allowed(connection, by, row)
        if State(row.state) not in COMING:
            raise Refused(f"{document} is {row.state}: it is not listed.", code="item.late")
        changes: dict[str, str] = {}
        if placement.item is not None:
            changes["item"] = placement.item
        if placement.theme is not None:
            changes["theme"] = placement.theme
        if placement.keywords is not None:
            changes["keywords"] = _keywords(core, placement.keywords, row.title or "")
        told = {name: value for name, value in changes.items() if name != "keywords"}
        detail = {**told, "said": sorted(changes), **deputies.told(principal)}
        if row.state == State.PUBLISHED.value:
            generation = reissue(core, connection, row)
            take_step(
                core, connection, document, "amend", actor=by, changes={**changes, "generation": generation},
                detail=detail,
            )  # fmt: skip
        else:
            connection.execute(
                update(document_table).where(document_table.c.id == document).values(**changes)
            )
            record = audit.Record(
                "catalogue.placed", by, document, row.unit, version=row.version, detail=detail
            )
            audit.append(connection, record)


def _check_known(core: Core, placement: Placement) -> None:
    if placement == Placement():
        raise Refused(
            "Nothing is said of the document.",
            code="item.nothing",
            advice="Name an item, --theme or --keywords.",
        )
    known = {column.id for column in core.columns}
    if placement.item is not None and placement.item not in known:
        raise Refused(
            f"There is no item '{placement.item}'.", code="item.unknown", advice="See config/columns.toml."
        )
    themes = {"", *(theme.id for theme in core.themes)}
    if placement.theme is not None and placement.theme not in themes:
        raise Refused(
            f"There is no theme '{placement.theme}'.", code="item.theme", advice="See config/themes.toml."
        )


def _keywords(core: Core, said: str, title: str) -> str:
    """The keywords as they are kept, each once.

    Raises:
        Refused: ``item.keywords``.
    """
    words = tuple(dict.fromkeys(said.split()))
    if words != keywords_shown(said, title, core.themes):
        raise Refused(
            "A keyword stands neither in the title nor in the list, or there are too many.",
            code="item.keywords",
            advice=f"At most {MOST_KEYWORDS}, words of the title or of config/themes.toml.",
        )
    return " ".join(words)
