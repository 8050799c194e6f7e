"""Loads the rules (``rules/*.toml``, ``lexicons/*.toml``) and the approval chains (``routes.toml``).

Everything is checked when it is loaded: an unknown key, a misspelt kind or a broken pattern stops
the start. A rule that does not work must never look like a rule that found nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, time
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.document import Attribute, canonical_digest
from disclosure_pipeline.model.finding import FINDING_KINDS
from disclosure_pipeline.model.issuing import IssueRule, Where
from disclosure_pipeline.model.masks import Mask
from disclosure_pipeline.model.policy import CheckItem, ClockRule, Ground, RouteRule, Rule, RuleBook
from disclosure_pipeline.model.profile import Profile
from disclosure_pipeline.model.reasons import Reason
from disclosure_pipeline.model.route import SIGNING_ROLES, Chain, Tier
from disclosure_pipeline.settings.files import read_file
from disclosure_pipeline.settings.resources import config_files, share

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from disclosure_pipeline.settings.models import Settings

RuleEntry = Rule | Ground | ClockRule | RouteRule | Profile | CheckItem | Reason | Mask | IssueRule
Entry = TypeVar("Entry", bound=RuleEntry | Tier)

TABLES: Mapping[str, type[RuleEntry]] = {
    "rule": Rule,
    "ground": Ground,
    "clock": ClockRule,
    "route": RouteRule,
    "profile": Profile,
    "check": CheckItem,
    "reason": Reason,
    "mask": Mask,
    "issue": IssueRule,
}
"""Tables of a rule file, and what each entry becomes."""

_IDENTITIES = {"ground": "code", "reason": "code", "mask": "kind"}
"""Keys that name an entry, where it is not ``id``."""

PATTERN_FORMS = frozenset(
    {
        "regex",
        "note",
        "genre",
        "forward",
        "not_title",
        "letterhead",
        "title_start",
        "title_end",
        "document_number",
        "urgency",
        "attachment_name",
        "citation",
        "aggregation_person",
        "aggregation_body",
    }
)
"""Rule forms whose patterns are regular expressions; each needs at least one."""

REFERRALS = ("special_approval", "countersign", "report_up")
"""Kinds of referral a route rule can demand (专项审批, 会签, 报审)."""

CHAIN_KEYS: Mapping[str, str] = {
    "name": "What `[[unit]] route` calls the chain; `default` must exist.",
    "tiers": "Tiers signed for every document, in order; the first has role `secrecy`, the last `final`.",
    "extra_tiers": "Tiers that route rules may add before the last one.",
}
"""Keys of a ``[[chain]]`` in ``routes.toml``; also the reference in ``docs/configuration.md``."""


def load_rulebook(config: Path, lexicons: Sequence[Path] = ()) -> RuleBook:
    """Read every rule file.

    Args:
        config: the configuration folder. A folder (``rules/``, ``lexicons/``) that has no TOML file
            is taken from the shipped configuration.
        lexicons: the office's own lists outside the configuration (``[screening] lexicons``); a list that is not
            there or holds nothing stops the start, because nobody would miss what it does not find.

    Raises:
        ConfigError: a file cannot be read, or an entry is wrong; names the file and the entry.
    """
    files = [*config_files(config, "rules"), *config_files(config, "lexicons")]
    own = [(f"[screening] lexicons: {path}", path) for path in lexicons]
    if relative := [name for name, path in own if not path.is_absolute()]:
        raise ConfigError(f"{relative[0]} is not an absolute path")
    files += own
    digests: list[tuple[str, str]] = []
    entries: dict[str, list[Any]] = {table: [] for table in TABLES}
    seen: set[tuple[str, str]] = set()
    for name, path in files:
        content, rules = read_file(path, name), len(entries["rule"])
        digests.append((path.name, hashlib.sha256(content).hexdigest()))
        for table, identity, entry in _known_entries(content, name):
            if (table, identity) in seen:
                raise ConfigError(f"{name}: {table} '{identity}' is defined twice")
            seen.add((table, identity))
            entries[table].append(entry)
        if (name, path) in own and len(entries["rule"]) == rules:
            raise ConfigError(f"{name} holds no [[rule]]")
    _check_profiles(entries["profile"], entries["rule"])
    _check_keys(entries["reason"])
    return RuleBook(
        rules=tuple(entries["rule"]), grounds=tuple(entries["ground"]), clocks=tuple(entries["clock"]),
        routes=tuple(entries["route"]), profiles=tuple(entries["profile"]),
        checks=tuple(entries["check"]),
        reasons=tuple(sorted(entries["reason"], key=lambda item: item.key)), masks=tuple(entries["mask"]),
        issuing=tuple(entries["issue"]), source=canonical_digest(digests),
    )  # fmt: skip


def load_chains(config: Path) -> dict[str, Chain]:
    """Read the approval chains.

    Args:
        config: the configuration folder; without ``routes.toml`` the shipped one counts.

    Returns:
        The chains by name; ``default`` is always among them.

    Raises:
        ConfigError: the file cannot be read, or a chain cannot hold (:meth:`Chain.problems`).
    """
    path = config / "routes.toml"
    if not path.exists():
        path = share("config") / "routes.toml"
    data = _toml(read_file(path, path.name), path.name)
    chains: dict[str, Chain] = {}
    for table in _tables(data, ("chain",), path.name)["chain"]:
        chain = _chain(table, path.name)
        if chain.name in chains:
            raise ConfigError(f"{path.name}: chain '{chain.name}' is defined twice")
        chains[chain.name] = chain
    if "default" not in chains:
        raise ConfigError(f"{path.name}: there is no chain 'default'")
    return chains


def policy_problems(settings: Settings, book: RuleBook, chains: Mapping[str, Chain]) -> list[str]:
    """What does not fit together across files; for `disclosure config check` and the start.

    Returns:
        One line per problem; empty when the configuration can be used.
    """
    found = []
    if "publish" not in {clock.id for clock in book.clocks}:
        found.append("rules: there is no [[clock]] 'publish'")
    if not book.grounds:
        found.append("rules: there is no [[ground]]")
    codes = {ground.code for ground in book.grounds}
    found += [f"rule '{rule.id}': unknown ground '{rule.ground}'"
              for rule in book.rules if rule.ground and rule.ground not in codes]  # fmt: skip
    ids = {rule.id for rule in book.rules}
    for route in book.routes:
        found += [f"route '{route.id}': unknown rule '{name}'" for name in route.rules if name not in ids]
    for unit in settings.unit:
        if unit.issued_only and not book.issuing:
            found.append(f"unit '{unit.code}': issued_only needs an [[issue]] rule")
        chain = chains.get(unit.route)
        if chain is None:
            found.append(f"unit '{unit.code}': routes.toml has no chain '{unit.route}'")
            continue
        found += [f"rules: no compulsory [[check]] is asked of tier '{tier.name}' of chain '{chain.name}'"
                  for tier in (chain.tiers[0], chain.tiers[-1])
                  if not any(item.compulsory for item in book.checklist(tier.name, tier.role))]  # fmt: skip
        names = {tier.name for tier in (*chain.tiers, *chain.extra)}
        wanted = {(f"route '{route.id}'", name) for route in book.routes for name in route.add}
        wanted |= {(f"rule '{rule.id}'", rule.tier) for rule in book.rules if rule.tier}
        found += [f"{who}: chain '{chain.name}' has no tier '{name}' to add"
                  for who, name in sorted(wanted) if name not in names]  # fmt: skip
    return found


def _toml(content: bytes, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigError(f"{name} is not UTF-8 text; save it with this encoding") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} cannot be read: {error}") from None


def _tables(data: Mapping[str, Any], known: Sequence[str], name: str) -> dict[str, list[dict[str, Any]]]:
    """The arrays of tables of a file, and nothing else."""
    if unknown := sorted(set(data) - set(known)):
        raise ConfigError(f"{name}: unknown table '{unknown[0]}'")
    found: dict[str, list[dict[str, Any]]] = {}
    for table in known:
        values = data.get(table, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise ConfigError(f"{name}: write each entry of '{table}' under [[{table}]]")
        found[table] = values
    return found


@lru_cache(maxsize=128)
def _known_entries(content: bytes, name: str) -> tuple[tuple[str, str, Any], ...]:
    """The entries of a rule file; the same bytes, read again by the same process, are not parsed again.

    Nothing can be stale, for the bytes themselves are the key, and a file with an error is never kept.
    """
    return tuple(_entries(content, name))


def _entries(content: bytes, name: str) -> Iterator[tuple[str, str, object]]:
    """(table, id, checked entry) of one rule file, in file order within each table."""
    for table, values in _tables(_toml(content, name), tuple(TABLES), name).items():
        for position, value in enumerate(values, start=1):
            identity = str(value.get(_IDENTITIES.get(table, "id")) or f"number {position}")
            where = f"{name}: {table} '{identity}'"
            entry = _build(TABLES[table], value, where)
            for problem in _problems(entry):
                raise ConfigError(f"{where}: {problem}")
            yield table, identity, entry


def _build(cls: type[Entry], value: Mapping[str, Any], where: str) -> Entry:
    """One entry, type-checked strictly: TOML text is never taken for a number or a truth value."""
    from pydantic import ValidationError

    if unknown := sorted(set(value) - {item.name for item in fields(cls)}):
        raise ConfigError(f"{where}: unknown key '{unknown[0]}'")
    try:
        entry: Entry = _adapters()[cls].validate_json(json.dumps(value, default=_plain), strict=True)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(item) for item in first["loc"])
        raise ConfigError(f"{where}: {key}: {first['msg']}") from None
    return entry


@cache
def _adapters() -> dict[type[Any], TypeAdapter[Any]]:
    """One checker per kind of entry; made on first use because making them is slow."""
    from pydantic import TypeAdapter

    return {cls: TypeAdapter(cls) for cls in (*TABLES.values(), Tier)}


def _plain(value: object) -> str:
    """TOML dates as JSON text."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    raise TypeError


def _problems(entry: RuleEntry) -> Iterator[str]:
    """What the types alone cannot say."""
    match entry:
        case Rule():
            yield from _rule_problems(entry)
        case RouteRule():
            yield from _route_problems(entry)
        case Profile() | Reason() | Mask():
            yield from entry.problems()
        case CheckItem():
            yield from _check_problems(entry)
        case IssueRule():
            yield from entry.problems()
            if entry.where is not Where.UNSEEN:
                yield from _pattern_problems(entry.patterns)
        case ClockRule():
            if entry.days <= 0 or any(days <= 0 for days in entry.legs.values()):
                yield "days must be positive"
            if set(entry.leg_titles) - set(entry.legs):
                yield "leg_titles names a leg that is not in legs"
            yield from _extension_problems(entry)
        case Ground():
            yield from entry.problems()


def _check_profiles(profiles: Sequence[Profile], rules: Sequence[Rule]) -> None:
    ids = {rule.id for rule in rules}
    for profile in profiles:
        if profile.id in ids:
            raise ConfigError(f"profile '{profile.id}': a rule has the same id")
        for problem in profile.misfits(rules):
            raise ConfigError(f"profile '{profile.id}': {problem}")


def _check_keys(reasons: Sequence[Reason]) -> None:
    keys: dict[str, str] = {}
    for reason in reasons:
        if reason.key in keys:
            raise ConfigError(f"reason '{reason.code}': key {reason.key} belongs to '{keys[reason.key]}'")
        keys[reason.key] = reason.code


def _rule_problems(rule: Rule) -> Iterator[str]:
    if not rule.id or not rule.form:
        yield "id and form must not be empty"
    if not _known_kind(rule.kind):
        yield f"unknown kind '{rule.kind}'"
    if rule.form in PATTERN_FORMS:
        yield from _pattern_problems(rule.patterns)
    if rule.form in (*PATTERN_FORMS, "literal") and not any(pattern.strip() for pattern in rule.patterns):
        yield f"form '{rule.form}' needs patterns"
    if rule.attribute and rule.attribute not in list(Attribute):
        yield f"unknown attribute '{rule.attribute}'"


def _route_problems(rule: RouteRule) -> Iterator[str]:
    triggers = (rule.title_patterns, rule.genres, rule.finding_kinds, rule.rules, rule.joint)
    if not any(triggers):
        yield "nothing triggers it (title_patterns, genres, finding_kinds, rules, joint)"
    if not (rule.add or rule.meeting or rule.refer or rule.risk):
        yield "it asks for nothing (add, meeting, refer, risk)"
    yield from _pattern_problems(rule.title_patterns)
    for kind in rule.finding_kinds:
        if not _known_kind(kind):
            yield f"unknown kind '{kind}'"
    for attribute in rule.attributes:
        if attribute not in list(Attribute):
            yield f"unknown attribute '{attribute}'"
    if rule.refer and rule.refer not in REFERRALS:
        yield f"unknown referral '{rule.refer}'; known: {', '.join(REFERRALS)}"


def _extension_problems(rule: ClockRule) -> Iterator[str]:
    may = rule.extendable or rule.by_law
    if may and (rule.extension_days <= 0 or not rule.extension_article):
        yield "a limit that may be extended needs extension_days and extension_article"
    if not may and (rule.extension_days or rule.extension_article):
        yield "extension_days and extension_article go with extendable or by_law only"


def _check_problems(item: CheckItem) -> Iterator[str]:
    if not (item.id and item.label and item.article):
        yield "id, label and article must not be empty"
    if not (item.tiers or item.roles):
        yield "it is asked of nobody (tiers, roles)"
    for role in item.roles:
        if role not in SIGNING_ROLES:
            yield f"role '{role}' signs nothing"


def _pattern_problems(patterns: Sequence[str]) -> Iterator[str]:
    for position, pattern in enumerate(patterns, start=1):
        try:
            empty = re.compile(pattern).search("") is not None
        except (re.error, RecursionError) as error:
            # Python's message quotes the pattern, which may be a secret of the office.
            where = (
                f" (at character {error.pos + 1})"
                if isinstance(error, re.error) and error.pos is not None
                else ""
            )
            yield f"pattern {position} is no regular expression{where}"
        else:
            if empty:
                yield f"pattern {position} matches everything"


def _known_kind(kind: str) -> bool:
    return kind in FINDING_KINDS or bool(re.fullmatch(r"format\.[a-z0-9_]+", kind))


def _chain(table: Mapping[str, Any], name: str) -> Chain:
    identity = table.get("name")
    if not isinstance(identity, str) or not identity:
        raise ConfigError(f"{name}: a chain needs a name")
    where = f"{name}: chain '{identity}'"
    if unknown := sorted(set(table) - set(CHAIN_KEYS)):
        raise ConfigError(f"{where}: unknown key '{unknown[0]}'")
    chain = Chain(identity, _tiers(table, "tiers", where), _tiers(table, "extra_tiers", where))
    for problem in chain.problems():
        raise ConfigError(f"{where}: {problem}")
    return chain


def _tiers(table: Mapping[str, Any], key: str, where: str) -> tuple[Tier, ...]:
    values = table.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise ConfigError(f"{where}: '{key}' must be a list of tiers")
    return tuple(_build(Tier, value, f"{where}, {key} {number}") for number, value in enumerate(values, 1))
