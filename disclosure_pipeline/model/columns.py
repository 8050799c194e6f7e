"""What the site lists documents by: the items of what is public by law (条例 第二十条), and themes (主题分类)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol


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


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme (主题分类).

    Args:
        id: its name, as readers see it and as it is kept with a document.
        titles: words in a title that suggest it.
        keywords: 主题词 that the office may give to a document of any theme, beside the words of its title.
    """

    id: str
    titles: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


class _Suggested(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def titles(self) -> tuple[str, ...]: ...


def suggested(title: str, columns: Iterable[_Suggested]) -> str:
    """The id of the item or theme that a title speaks of; of several the one whose words stand last, empty for none.

    Chinese titles name the matter before the kind of document: 关于公布行政许可事项目录的规定 is a rule (规定).

    Args:
        title: a document's title.
        columns: the items, or the themes.
    """
    found = [
        (title.rfind(word) + len(word), len(word), column.id)
        for column in columns
        for word in column.titles
        if word in title
    ]
    return max(found, default=(0, 0, ""))[2]


MOST_KEYWORDS = 8
"""Most 主题词 of one document."""


def keywords_shown(keywords: str, title: str, themes: Iterable[Theme]) -> tuple[str, ...]:
    """The keywords of a document that may be shown: words of its title, which was signed, and of the office's own list.

    Whatever else somebody has written there was reviewed by nobody.

    Args:
        keywords: words between blanks.
        title: the document's title, as it was signed.
        themes: the themes with their keywords.
    """
    listed = {word for theme in themes for word in theme.keywords}
    words = dict.fromkeys(keywords.split())
    return tuple(word for word in words if word in listed or word in title)[:MOST_KEYWORDS]
