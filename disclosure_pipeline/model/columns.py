"""The items of what is public by law (法定主动公开内容, 条例 第二十条), by which the site lists documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """One item.

    Args:
        id: code that is kept with a document; never changed.
        article: legal source.
        name: as readers see it.
        titles: words in a title that suggest it.
    """

    id: str
    article: str
    name: str
    titles: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The item as channels get it."""
        return {"id": self.id, "article": self.article, "name": self.name}


def suggested(title: str, columns: Iterable[Column]) -> str:
    """The code of the item that a title speaks of; of several the one whose words stand last, empty for none.

    Chinese titles name the matter before the kind of document: 关于公布行政许可事项目录的规定 is a rule (规定).

    Args:
        title: a document's title.
        columns: the items.
    """
    found = [
        (title.rfind(word) + len(word), column.id)
        for column in columns
        for word in column.titles
        if word in title
    ]
    return max(found, default=(0, ""))[1]
