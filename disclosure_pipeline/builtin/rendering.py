"""One way to turn templates into pages, for the site and for letters."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The time of all pages and letters; China has had no other offset since 1991."""

# Characters that neither XML nor UTF-8 can carry: controls, lone surrogates, non-characters.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@lru_cache(maxsize=8)
def environment(folder: Path) -> Environment:
    """The template environment of one folder: everything is escaped, a missing value is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def printable(text: str) -> str:
    """``text`` without the characters that would make a page or feed invalid."""
    return _UNPRINTABLE.sub("", text)


def beijing_time(at: str) -> str:
    """A UTC time (ISO 8601) as people in China read it, ``YYYY-MM-DD HH:MM``."""
    return _moment(at).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def utc_stamp(at: str, timespec: str = "seconds") -> str:
    """A time (ISO 8601) in the one form that compares as text, ``YYYY-MM-DDTHH:MM:SSZ``.

    Args:
        at: the time; one without offset is UTC.
        timespec: ``seconds`` or ``microseconds``; only stamps of the same kind compare.
    """
    return _moment(at).astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def file_size(size: int) -> str:
    """A number of bytes for readers, e.g. ``12.3 KB``."""
    if size < 1024:
        return f"{size} B"
    value = size / 1024
    for unit in ("KB", "MB"):
        if value < 1024:
            return f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} GB"


def _moment(at: str) -> datetime:
    moment = datetime.fromisoformat(at)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
