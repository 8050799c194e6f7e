"""Addresses of the site: where everything lies, relative to the site's root."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from disclosure_pipeline.builtin.files import NAME_BYTES
from disclosure_pipeline.errors import ChannelFault

PAGE = "index.html"
RECORD = "record.json"
FILES = "files"
STYLE = "static/site.css"
FEED = "feed.xml"
JSON_FEED = "feed.json"
CATALOGUE = "catalogue.json"
DATASET = "dcat.jsonld"
SITEMAP = "sitemap.xml"
SITEMAP_PARTS = "sitemap"
DOCUMENTS = "documents"
STATE = ".state"
"""What the shell was made from, and which boots of machines have compared the listings; no page."""

FAMILIES = ("index", "item", "theme", "genre", "body", "department", "month", "validity")
"""The ways the catalogue is divided; readers see the words ``by_…`` of :mod:`.words`."""

URLS_PER_PART = 1000
"""Case numbers of a year that share one part of the sitemap (the protocol allows 50,000 addresses)."""

_DOCUMENT = re.compile(r"(\d{4})-\d{6,12}")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_PLAIN = re.compile(r"[\w-]{1,40}")
_NOT_PLAIN = re.compile(r"[^\w-]+")


def is_document(name: str) -> bool:
    """Whether this is a case number."""
    return _DOCUMENT.fullmatch(name) is not None


def document_folder(document: str) -> str:
    """Folder of a document's page, e.g. ``documents/2026/2026-000123``.

    Raises:
        ChannelFault: ``order.malformed``, this is not a case number.
    """
    match = _DOCUMENT.fullmatch(document)
    if match is None:
        raise ChannelFault("The order names no case number.", code="order.malformed")
    return f"{DOCUMENTS}/{match[1]}/{document}"


def document_address(document: str) -> str:
    """Address of a document's page; it works on a web server and from a plain folder."""
    return f"{document_folder(document)}/{PAGE}"


def check_name(name: str) -> None:
    """Refuse an artefact's name that is not a plain file name.

    Raises:
        ChannelFault: ``artefact.name``.
    """
    odd = any(char in "/\\" or unicodedata.category(char) in ("Cc", "Cs") for char in name)
    if not name or name.startswith(".") or odd or len(name.encode("utf-8", "replace")) > NAME_BYTES:
        raise ChannelFault("An artefact's name is not a plain file name.", code="artefact.name")


def relative_root(address: str) -> str:
    """What leads from a page at ``address`` back to the site's root, e.g. ``../../``."""
    return "../" * address.count("/")


def link(address: str) -> str:
    """An address as it stands in a link."""
    return quote(address, safe="/-_.~")


@dataclass(frozen=True, slots=True, order=True)
class Partition:
    """One page family's share of the catalogue: a year, a department or a month.

    Args:
        family: key of :data:`FAMILIES`.
        name: ``2026``, the department's name, ``2026-11``.
    """

    family: str
    name: str

    @property
    def stem(self) -> str:
        """File name without suffix; never holds a dot and is never ``index``."""
        name = unicodedata.normalize("NFC", self.name)
        if _PLAIN.fullmatch(name) and name.lower() != "index":
            return name
        digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
        return f"{_NOT_PLAIN.sub('-', name)[:30]}-{digest}"

    @property
    def folder(self) -> str:
        """Folder of the family."""
        return f"catalogue/{self.family}"

    @property
    def head(self) -> str:
        """File name of the page that everything links to: it holds the newest rows."""
        return f"{self.stem}.html"

    @property
    def address(self) -> str:
        """Address of the partition's newest page."""
        return f"{self.folder}/{self.head}"


def partitions_of(row: Mapping[str, Any]) -> frozenset[Partition]:
    """The partitions that list a catalogue row; what is not known of a document divides nothing.

    The year of the index number is the first one in it (``MB1532375/2019-00045``,
    ``0101-02-2017-000641``), else the year of publication.
    """
    published = str(row["published"])
    year = _YEAR.search(str(row["index_number"]))
    names = {
        "index": year[0] if year else published[:4],
        "month": published[:7],
        "body": row.get("issuing_body", ""),
        **{name: row.get(name, "") for name in ("item", "theme", "genre", "department", "validity")},
    }
    required = ("index", "month", "department")
    return frozenset(
        Partition(family, str(name)) for family, name in names.items() if name or family in required
    )


def sitemap_part(document: str) -> str:
    """Address of the part of the sitemap that names a document's page."""
    year, _, serial = document.partition("-")
    return f"{SITEMAP_PARTS}/{year}-{int(serial) // URLS_PER_PART:04d}.xml"
