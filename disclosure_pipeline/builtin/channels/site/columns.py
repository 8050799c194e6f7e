"""The columns beside the catalogue (国办公开办函〔2019〕61号): 指南, 制度, 年报, 依申请公开; 无障碍声明 and 数据开放.

What the office wrote is shown as versions: the one in force at the column's address, every one at an address of its own
with its date. A page with a faulty source stays as it is on the site.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.channels.site import layout, office_pages, tags
from disclosure_pipeline.builtin.channels.site.office_pages import OfficePage, OfficePages, Version
from disclosure_pipeline.builtin.channels.site.pages import Pages
from disclosure_pipeline.builtin.channels.site.writing import Writer
from disclosure_pipeline.builtin.files import sweep

COLUMNS = ("guide", "rules", "catalogue", "reports", "requests")
"""The columns in the order of the platform rules; each has a page at ``NAME/index.html``."""

_TAGS = {
    office_pages.GUIDE: tags.GUIDE,
    office_pages.RULES: tags.RULES,
    office_pages.REPORTS: tags.REPORTS,
    office_pages.REQUESTS: tags.REQUESTS,
}
_DATA = (
    (layout.CATALOGUE, "JSON", "data_catalogue"),
    (layout.FEED, "Atom", "data_atom"),
    (layout.JSON_FEED, "JSON Feed 1.1", "data_json_feed"),
    (layout.SITEMAP, "Sitemap", "data_sitemap"),
    (layout.DATASET, "DCAT (JSON-LD)", "data_dcat"),
)
"""Machine-readable files: address, format, key of the word that says what is in them."""


class Columns:
    """Writes the columns' pages.

    Args:
        root: the site's folder.
        pages: the renderer.
        source: the folder of the office's own pages; ``None`` for none.
    """

    def __init__(self, root: Path, pages: Pages, source: Path | None) -> None:
        self._root = root
        self._pages = pages
        self._source = source

    def write(self, writer: Writer) -> OfficePages:
        """Write every page that can go out; :meth:`~.OfficePages.check` tells of the others."""
        found = office_pages.load(self._source)
        folders = set()
        for address, html in self._made(found):
            writer.write(self._root / address, html)
            folders.add((self._root / address).parent)
        for folder in sorted(folders):
            sweep(folder)
        return found

    def digest(self) -> str:
        """A digest of what the office wrote, as it lies in its folder now."""
        return office_pages.digest(self._source)

    def addresses(self) -> list[str]:
        """Addresses of the pages of all columns that are there, for the sitemap."""
        folders = [self._root / name for name in (*_TAGS, "accessibility", "data")]
        found = [
            path.relative_to(self._root).as_posix() for folder in folders for path in folder.rglob("*.html")
        ]
        families = [f"catalogue/{name}/{layout.PAGE}" for name in layout.FAMILIES]
        return sorted([layout.PAGE, f"catalogue/{layout.PAGE}", *families, *found])

    def _made(self, found: OfficePages) -> Iterator[tuple[str, bytes]]:
        for page in found.pages.values():
            yield from self._versions(page)
        guide = found.pages.get(office_pages.GUIDE)
        if guide is None and not self._stays(office_pages.GUIDE, found):
            yield self._plain("guide", tags.GUIDE, "placeholder.html.j2")
        for column, words in ((office_pages.RULES, "no_rules"), (office_pages.REPORTS, "no_reports")):
            yield self._contents(column, words, found)
        if office_pages.REQUESTS not in found.pages and not self._stays(office_pages.REQUESTS, found):
            contact = guide.current.contact if guide else {}
            yield self._plain("requests", tags.REQUESTS, "requests.html.j2", contact=contact)
        yield self._plain("accessibility", tags.ACCESSIBILITY, "accessibility.html.j2")
        yield self._plain("data", tags.DATA, "data.html.j2", files=_DATA)

    def _versions(self, page: OfficePage) -> Iterator[tuple[str, bytes]]:
        yield self._version(page, page.current, layout.PAGE)
        for version in page.versions:
            yield self._version(page, version, f"{version.name}.html")

    def _version(self, page: OfficePage, version: Version, name: str) -> tuple[str, bytes]:
        address = f"{page.folder}/{name}"
        column = page.folder.split("/")[0]
        html = self._pages.page(
            "office.html.j2",
            address,
            self._pages.office_tags(_TAGS[column], address, version.title, f"{version.version} 00:00"),
            title=version.title,
            version=version,
            current=page.current,
            versions=[(item.version, f"{item.name}.html") for item in page.versions],
            contact=version.contact,
        )
        return address, html

    def _contents(self, column: str, words: str, found: OfficePages) -> tuple[str, bytes]:
        """The list of a column's pages, the ones in force with their dates, newest first."""
        listed = sorted(
            found.below(column), key=lambda page: (page.current.version, page.folder), reverse=True
        )
        shown = [
            (
                page.current.title,
                page.current.version,
                f"{page.folder.removeprefix(f'{column}/')}/{layout.PAGE}",
            )
            for page in listed
        ]
        return self._plain(
            column, _TAGS[column], "contents.html.j2", listed=shown, nothing=self._pages.words[words]
        )

    def _plain(self, name: str, column: tags.Column, template: str, **values: Any) -> tuple[str, bytes]:
        address = f"{name}/{layout.PAGE}"
        title = self._pages.words[name]
        return address, self._pages.page(
            template, address, self._pages.column_tags(column), title=title, **values
        )

    def _stays(self, column: str, found: OfficePages) -> bool:
        """Whether a faulty source leaves an older page standing."""
        faulty = any(name.split("/")[0] == column for name, _ in found.faults)
        return faulty and (self._root / column / layout.PAGE).is_file()
