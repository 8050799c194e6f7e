"""Numbers that are in use outside the store, so that a restored one never gives them out again.

A backup knows nothing of the case and index numbers issued after it was made; site, archive,
register, outbox and quarantine records still carry them (design 14: never reused).
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, insert, select, update

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.intake import CASE_NUMBER
from disclosure_pipeline.settings.models import UnitSettings
from disclosure_pipeline.store.tables import counter

_LISTS = ("site/catalogue.json", "register/register.json")


def used_numbers(core: Core) -> dict[str, int]:
    """The highest number in use per counter, as far as this machine shows it.

    Args:
        core: the process's parts; the store that is about to be replaced counts too, if it can be read.
    """
    highest: dict[str, int] = {}
    for name, value in (*_counters(core), *_case_numbers(core), *_index_numbers(core)):
        highest[name] = max(value, highest.get(name, 0))
    return highest


def raise_counters(connection: Connection, wanted: Mapping[str, int]) -> int:
    """Let counters go on above the numbers in use.

    Args:
        connection: a writing transaction.
        wanted: highest number in use per counter.

    Returns:
        How many counters had to be raised.
    """
    present = {row.name: row.value for row in connection.execute(select(counter))}
    behind = {name: value for name, value in wanted.items() if value > present.get(name, 0)}
    for name, value in behind.items():
        if name in present:
            connection.execute(update(counter).where(counter.c.name == name).values(value=value))
        else:
            connection.execute(insert(counter).values(name=name, value=value))
    return len(behind)


def _counters(core: Core) -> list[tuple[str, int]]:
    try:
        with core.database.read() as connection:
            return [(row.name, row.value) for row in connection.execute(select(counter))]
    except DisclosureError:
        return []


def _case_numbers(core: Core) -> Iterator[tuple[str, int]]:
    space = core.workspace
    for folder in (space.site / "documents", space.archive, space.outbox, space.quarantine / "records"):
        for path in folder.rglob("*") if folder.is_dir() else ():
            for found in CASE_NUMBER.findall(path.name):
                year, _, serial = found.partition("-")
                yield f"case:{year}", int(serial)


def _index_numbers(core: Core) -> Iterator[tuple[str, int]]:
    patterns = [(unit.code, _pattern(unit)) for unit in core.settings.unit]
    for name in _LISTS:
        path = core.workspace.data / name
        try:
            entries = json.loads(path.read_text("utf-8")) if path.exists() else []
        except (OSError, ValueError):
            continue
        numbers = [str(entry.get("index_number", "")) for entry in entries if isinstance(entry, dict)]
        for unit, pattern in patterns:
            for found in filter(None, map(pattern.fullmatch, numbers)):
                year = found["year"] or today_in_shanghai().year
                yield f"index:{unit}:{year}", int(found["serial"])


def _pattern(unit: UnitSettings) -> re.Pattern[str]:
    """The unit's index template as a pattern; in a template without a year the group is empty."""
    fields = {"org": re.escape(unit.index_org), "unit": re.escape(unit.code), "year": r"(?P<year>\d{4})",
              "serial": r"(?P<serial>\d+)"}  # fmt: skip
    parts, seen = [], set()
    for text, field, _, _ in string.Formatter().parse(unit.index_template):
        parts.append(re.escape(text))
        if field:
            parts.append(fields[field] if field not in seen else r"\d+")
            seen.add(field)
    whole = "".join(parts)
    return re.compile(whole if "year" in seen else f"{whole}(?P<year>)")
