"""Renders ``docs/configuration.md`` from the settings models and the rule types.

``python -m disclosure_pipeline.settings.reference`` writes it, ``--check`` fails when it is stale.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from disclosure_pipeline.model.issuing import Where
from disclosure_pipeline.model.route import Tier
from disclosure_pipeline.settings.calendars import SCHEDULE_KEYS
from disclosure_pipeline.settings.models import Settings
from disclosure_pipeline.settings.policy import CHAIN_KEYS, PATTERN_FORMS, REFERRALS, TABLES, RuleEntry

PAGE = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"

INTRODUCTION = """\
# Configuration

The configuration is a folder (`--config DIR`, default `./config`):

| path | holds |
|---|---|
| `disclosure.toml` | the settings |
| `routes.toml` | the approval chains |
| `rules/*.toml` | grounds, clocks, route rules, attribute rules, disclosure profiles, checks, reasons, masks, issued files |
| `lexicons/*.toml` | screening rules and terms |
| `hand_over.toml` | headings of hand-over lists, and what they propose about opening ([archive](archive.md)) |
| `calendars/*.toml` | holiday schedules (放假安排) beyond those of the calendar library |

What is missing is taken from the configuration that ships with the product, each item of this list for
itself: without `disclosure.toml` every setting has its default; without `routes.toml` or `hand_over.toml`, or without a TOML
file in `rules/`, `lexicons/` or `calendars/`, the shipped ones are used. A folder that has a file of its own
replaces the shipped folder as a whole. Files of a folder are read in name order.

An unknown key, a wrong type, an id that is defined twice, a pattern that does not compile or a date that is
none stops the start, and `disclosure config check` names the file and the entry.

This page is generated from the code (`python -m disclosure_pipeline.settings.reference`) and checked in CI.

## `disclosure.toml`
"""

CHAINS = """\
## `routes.toml`

One `[[chain]]` per approval chain (审批链). A unit names its chain with `route`. Each tier is signed by a
different person, the drafter is none of them, and 保密审查 always comes first (先审查、后公开).
"""

RULES = """\
## `rules/*.toml` and `lexicons/*.toml`

A file may hold entries of each kind below, in any number. Every entry has an id that is used once in the whole
configuration. `[[rule]]` entries of the forms {forms} hold regular expressions.
"""

ENTRIES: Mapping[str, str] = {
    "rule": "A screening or attribute rule. `kind` is one of the finding kinds or `format.NAME`; after the day "
    "`expires`, a screening is undetermined until the rule is renewed. How to write one: [rules](rules.md).",
    "ground": "A reason for not publishing (不予公开理由). A slip may give the code, the title or an alias.",
    "clock": "A time limit in working days. `publish` must exist; it starts on the 成文日期.",
    "route": "What lengthens a route. It fires when any of its triggers does (`title_patterns`, `genres`, "
    f"`finding_kinds`, `rules`, `joint`). `refer` is one of {', '.join(f'`{name}`' for name in REFERRALS)}.",
    "check": "A point that a signer confirms before a tier is signed (发布前确认). Who signs in the console ticks every "
    "compulsory one; the first and the last tier of every chain must have at least one. Name tiers, roles, or both.",
    "profile": "A disclosure profile (公示口径): a kind of document in which the law wants names shown; see "
    "[profiles](profiles.md).",
    "reason": "A reason for which an officer settles a finding, given with one key in the console or as `--reason code` "
    'or `--reason "code: remark"`. Other words may be given instead of any of them.',
    "mask": "How much of a hit may stay readable where an officer masks it. A kind without an entry can only be removed.",
    "issue": "What an issued file (正式件) may say otherwise than the approved version, for units with `issued_only`: see "
    f"[publication](publication.md). `where` is one of {', '.join(f'`{item.value}`' for item in Where)}.",
}

CALENDARS = """\
## `calendars/*.toml`

One file per holiday schedule. A day named by a file goes by the file, every other day by the calendar library.
A date that crosses into a year without a schedule is computed by weekdays and marked provisional (暂定); it is
computed again when the schedule is there. No internet connection is needed.
"""


def render() -> str:
    """The whole page."""
    parts = [INTRODUCTION, *_sections("", Settings), CHAINS, _keys(CHAIN_KEYS), "### A tier\n", _entry(Tier)]
    forms = ", ".join(f"`{form}`" for form in sorted(PATTERN_FORMS))
    parts.append(RULES.format(forms=forms))
    for table, cls in TABLES.items():
        parts += [f"### `[[{table}]]`\n", f"{ENTRIES[table]}\n", _entry(cls)]
    parts += [CALENDARS, _keys(SCHEDULE_KEYS)]
    return "\n".join(parts)


# ---------------------------------------------------------------------- settings


def _sections(path: str, model: type[BaseModel], heading: str = "") -> Iterator[str]:
    """A model's own keys as one table, then the models inside it."""
    inner: list[tuple[str, type[BaseModel], bool]] = []
    rows = []
    for name, field in model.model_fields.items():
        below = f"{path}.{name}" if path else name
        nested, many = _model(field.annotation)
        if nested is not None:
            inner.append((below, nested, many))
        elif path:
            rows.append((name, _type(field.annotation), _default(field.default), field.description or ""))
        else:
            yield f"### `[{below}.NAME]`\n\n{field.description}\n"
    if path:
        yield f"### `{heading}`\n\n{_summary(model)}\n"
        if rows:
            yield _table(("key", "type", "default", "meaning"), rows)
    for below, nested, many in inner:
        yield from _sections(below, nested, f"[[{below}]]" if many else f"[{below}]")


def _model(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The section model an annotation names, and whether there may be many of it."""
    if get_origin(annotation) is tuple:
        nested, _ = _model(get_args(annotation)[0])
        return nested, True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    return None, False


def _summary(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0].replace("``", "`")


# ----------------------------------------------------------------- entries, keys


def _entry(cls: type[RuleEntry | Tier]) -> str:
    """A table of a rule type's fields; the meanings are the ``Args`` of its docstring."""
    hints = get_type_hints(cls)
    meanings = _arguments(cls.__doc__ or "")
    rows = [(item.name, _type(hints[item.name]), _field_default(item), meanings[item.name])
            for item in fields(cls)]  # fmt: skip
    return _table(("key", "type", "default", "meaning"), rows)


def _arguments(docstring: str) -> dict[str, str]:
    """Argument → description of a Google-style docstring."""
    found: dict[str, str] = {}
    name = ""
    for line in docstring.partition("Args:\n")[2].splitlines():
        if match := re.fullmatch(r" {8}(\w+): (.*)", line):
            name = match.group(1)
            found[name] = match.group(2)
        elif line.startswith(" " * 12) and name:
            found[name] += f" {line.strip()}"
        elif line.strip():
            break
    return {key: text.replace("``", "`") for key, text in found.items()}


def _field_default(item: Field[Any]) -> str:
    if item.default is not MISSING:
        return _default(item.default)
    return _default(PydanticUndefined) if item.default_factory is MISSING else "empty"


def _keys(keys: Mapping[str, str]) -> str:
    return _table(("key", "meaning"), list(keys.items()))


# ------------------------------------------------------------------------- cells


def _type(annotation: Any) -> str:
    """An annotation in words a person who writes TOML knows."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin is Literal:
        return " or ".join(f"`{choice}`" for choice in arguments)
    if origin is tuple:
        return f"list of {_type(arguments[0])}"
    if origin in (Union, UnionType):
        return " or ".join(_type(argument) for argument in arguments if argument is not type(None))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f"`{member.value}`" for member in annotation)
    words = {"str": "text", "int": "number", "float": "number", "bool": "true or false", "date": "date"}
    return words.get(getattr(annotation, "__name__", ""), "table")


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return "**required**"
    if value is None or value == ():
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{item}"' for item in value) + "]`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [_row(head), "|" + "---|" * len(head)]
    lines += [_row((f"`{row[0]}`", *row[1:])) for row in rows]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(arguments: Sequence[str]) -> None:
    """Write the page, or with ``--check`` fail when it is not what the code says.

    Raises:
        SystemExit: the page is stale.
    """
    page = render()
    if "--check" not in arguments:
        PAGE.write_text(page, "utf-8")
    elif not PAGE.exists() or PAGE.read_text("utf-8") != page:
        raise SystemExit(
            "docs/configuration.md is stale: run python -m disclosure_pipeline.settings.reference"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
