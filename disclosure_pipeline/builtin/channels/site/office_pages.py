"""Pages that the office writes itself: 指南, 制度, 年报, and what it says of requests.

They lie in the folder that ``[site] pages`` names, one file a version::

    guide/2026-05-01.md              指南, each version (at least one)
    rules/NAME/2026-05-01.md         制度: one folder a rule, one file a version
    reports/2025.md                  年报, one file a year
    requests/2026-05-01.md           instead of the built-in words of the entrance

A file begins with a TOML head between lines of ``+++``; what follows is text (:mod:`.markup`)::

    +++
    title = "示范县人民政府政府信息公开指南"
    version = 2026-05-01

    [contact]
    name = "示范县人民政府办公室"
    address = "示范县人民路1号"
    hours = "工作日 8:30—12:00，14:00—17:30"
    phone = "0570-8000000"
    fax = "0570-8000001"
    email = "xxgk@example.gov.cn"
    postcode = "324000"
    +++

指南 and 制度 must say whom to ask: everything of ``contact`` is compulsory, of fax and e-mail one (条例 第十二条).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.channels.site import markup
from disclosure_pipeline.builtin.channels.site.layout import relative_root
from disclosure_pipeline.builtin.rendering import printable
from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.errors import ChannelFault

GUIDE, RULES, REPORTS, REQUESTS = "guide", "rules", "reports", "requests"
CONTACT = ("name", "address", "hours", "phone", "postcode")
"""Compulsory contact fields; beside them fax or email."""
EITHER = ("fax", "email")

_HEAD = re.compile(r"\ufeff?\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*\r?$(.*)", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"[\w-]{1,60}")
_SUFFIXES = (".md", ".txt")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a page.

    Args:
        name: file name without suffix, part of its address.
        title: heading.
        version: date, ``YYYY-MM-DD``.
        body: HTML.
        contact: contact fields by name.
    """

    name: str
    title: str
    version: str
    body: str
    contact: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OfficePage:
    """A page with its versions, newest first.

    Args:
        folder: where its pages lie, relative to the site's root.
        versions: at least one.
    """

    folder: str
    versions: tuple[Version, ...]

    @property
    def current(self) -> Version:
        """What is in force."""
        return self.versions[0]


@dataclass(frozen=True, slots=True)
class OfficePages:
    """All pages of the office that can go out, and what is wrong with the others.

    Args:
        pages: by folder.
        faults: (file, what is wrong) pairs; a page with a faulty version stays as it was.
    """

    pages: Mapping[str, OfficePage]
    faults: tuple[tuple[str, str], ...] = ()

    def check(self) -> None:
        """Tell what is wrong.

        Raises:
            ChannelFault: ``page.incomplete``, with every file and what it lacks.
        """
        if self.faults:
            told = "; ".join(f"{name}: {fault}" for name, fault in self.faults)
            raise ChannelFault(
                f"Pages of the office cannot go out: {told}",
                code="page.incomplete",
                advice="Complete the files in the folder that [site] pages names; until then the older ones stay.",
            )

    def below(self, column: str) -> list[OfficePage]:
        """The pages of a column, by folder."""
        return [page for folder, page in sorted(self.pages.items()) if folder.split("/")[0] == column]


def load(folder: Path | None) -> OfficePages:
    """Read the office's pages.

    Args:
        folder: where they lie; ``None`` for none.
    """
    if folder is None:
        return OfficePages({})
    sources: dict[str, list[Path]] = {}
    for column in (GUIDE, REQUESTS):
        sources[column] = _files(folder / column)
    for path in _files(folder / REPORTS):
        sources[f"{REPORTS}/{path.stem}"] = [path]
    if (folder / RULES).is_dir():
        for rule in sorted((folder / RULES).iterdir()):
            if rule.is_dir():
                sources[f"{RULES}/{rule.name}"] = _files(rule)
    pages, faults = {}, []
    for address, paths in sources.items():
        versions, wrong = _versions(folder, address, paths)
        faults += wrong
        if versions and not wrong:
            newest_first = sorted(versions, key=lambda item: (item.version, item.name), reverse=True)
            pages[address] = OfficePage(address, tuple(newest_first))
    return OfficePages(pages, tuple(faults))


def digest(folder: Path | None) -> str:
    """A digest of names and bytes of the office's pages; empty for none.

    Args:
        folder: where they lie; ``None`` for none.
    """
    if folder is None:
        return ""
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in _SUFFIXES and path.is_file()]
    lines = [f"{path.relative_to(folder).as_posix()} {file_digest(path)}" for path in paths]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest() if lines else ""


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES and path.is_file())


def _versions(folder: Path, address: str, paths: list[Path]) -> tuple[list[Version], list[tuple[str, str]]]:
    versions: list[Version] = []
    faults = []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            version = _version(path, address)
            if any(other.version == version.version for other in versions):
                faults.append((name, "another version has this date"))
            versions.append(version)
        except ValueError as error:
            faults.append((name, str(error)))
    return versions, faults


def _version(path: Path, address: str) -> Version:
    """Read one file.

    Raises:
        ValueError: what is wrong with it.
    """
    if not _NAME.fullmatch(path.stem) or path.stem == "index" or not _NAME.fullmatch(path.parent.name):
        raise ValueError("its name or folder is no part of an address")
    try:
        text = printable(path.read_text("utf-8"))
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    parts = _HEAD.fullmatch(text)
    if parts is None:
        raise ValueError("it does not begin with a head between lines of +++")
    try:
        head = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError:
        raise ValueError("its head is not TOML") from None
    given = head.get("contact", {})
    contact = {name: str(given.get(name, "")).strip() for name in (*CONTACT, *EITHER)}
    column = address.split("/", maxsplit=1)[0]
    missing = _missing(head, contact if column in (GUIDE, RULES) else None, parts[2])
    if missing:
        raise ValueError(f"{', '.join(missing)} missing")
    told = {name: text for name, text in contact.items() if text}
    version = head["version"].isoformat()
    body = markup.html(parts[2], relative_root(f"{address}/"))
    return Version(path.stem, str(head["title"]).strip(), version, body, told)


def _missing(head: Mapping[str, Any], contact: Mapping[str, str] | None, body: str) -> list[str]:
    missing = [] if str(head.get("title", "")).strip() else ["title"]
    if type(head.get("version")) is not date:
        missing.append("version (a date)")
    if not body.strip():
        missing.append("text")
    if contact is not None:
        missing += [f"contact.{name}" for name in CONTACT if not contact[name]]
        if not any(contact[name] for name in EITHER):
            missing.append("contact.fax or contact.email")
    return missing
