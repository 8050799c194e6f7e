"""Collecting what one plugin registers: hooks called through the guard, ids and types checked.

All or nothing: one bad object makes the plugin failed and drops its other objects, because a plugin
that is half there looks whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.errors import ConfigError, PluginFault
from disclosure_pipeline.hooks import checks, contracts, stages
from disclosure_pipeline.hooks.guard import Nonsense, Subject, ask

if TYPE_CHECKING:
    from pydantic import BaseModel

    from disclosure_pipeline.hooks.loading import LoadedPlugin

_ID = re.compile(r"[a-z0-9_]{1,60}")


@dataclass(frozen=True, slots=True)
class Family:
    """One family of objects.

    Args:
        name: plural, as in the hook's name (``detectors``).
        singular: first half of fault codes.
        contract: the protocol its objects follow.
        stage: stage that shows its faults.
        sandboxed: whether built-in objects of it live in sandbox processes.
    """

    name: str
    singular: str
    contract: type
    stage: str
    sandboxed: bool = False

    @property
    def hook(self) -> str:
        """Name of the hook that registers it."""
        return f"register_{self.name}"

    def subject(self, full_id: str) -> Subject:
        """An object of this family, for the guard."""
        return Subject(self.singular, full_id, self.stage)


EXTRACTORS = Family("extractors", "extractor", contracts.Extractor, "extract", sandboxed=True)
DETECTORS = Family("detectors", "detector", contracts.Detector, "screen", sandboxed=True)
RECOGNISERS = Family("recognisers", "recogniser", contracts.Recogniser, "extract", sandboxed=True)
COLLATORS = Family("collators", "collator", contracts.Collator, "screen", sandboxed=True)
EDITORS = Family("editors", "editor", contracts.Editor, "edit", sandboxed=True)
ATTRIBUTE_RULES = Family("attribute_rules", "rule", contracts.AttributeRule, "tag")
ROUTES = Family("approval_routes", "planner", contracts.RoutePlanner, "route")
CHANNELS = Family("channels", "channel", contracts.Channel, "publish")
ARCHIVES = Family("archives", "channel", contracts.Archive, "publish")
NOTIFIERS = Family("notifiers", "notifier", contracts.Notifier, "notify")
JOBS = Family("jobs", "job", contracts.Job, "schedule")
STAGES = Family("stages", "stage", stages.Stage, "pipeline")

FAMILIES = (
    EXTRACTORS, DETECTORS, RECOGNISERS, COLLATORS, EDITORS, ATTRIBUTE_RULES, ROUTES, CHANNELS, ARCHIVES, NOTIFIERS, JOBS, STAGES,
)  # fmt: skip
"""Every family, in the order in which a plugin's hooks are called."""

BY_NAME = {family.name: family for family in FAMILIES}


@dataclass(frozen=True, slots=True)
class Registered:
    """One object of a plugin.

    Args:
        family: which family it is of.
        id: full id ``PLUGIN.ID``.
        version: its version.
        item: the object itself, or its proxy.
    """

    family: Family
    id: str
    version: str
    item: Any


def follows(registered: Registered) -> str:
    """Full id of the channel whose work this one copies; empty when it copies none."""
    found = getattr(registered.item, "follows", "")
    return found if isinstance(found, str) else ""


def mends(registered: Registered) -> bool:
    """Whether this channel can be asked to mend what it made; a proxy says so itself."""
    if registered.family not in (CHANNELS, ARCHIVES):
        return False
    item = registered.item
    return bool(getattr(item, "mends", isinstance(item, contracts.Mending)))


def section(plugin: LoadedPlugin, values: Mapping[str, Any] | None) -> BaseModel | None:
    """The plugin's own validated configuration section.

    Raises:
        ConfigError: a key or value that the plugin's model refuses, or a section it does not have.
        PluginFault: ``register_config`` failed or answered no model.
    """
    from pydantic import BaseModel, ValidationError

    if "register_config" not in plugin.hooks:
        if values is not None:
            raise ConfigError(f"[plugin.{plugin.name}]: this plugin has no settings")
        return None

    def model_of(answer: object) -> type[BaseModel]:
        if not isinstance(answer, type) or not issubclass(answer, BaseModel):
            raise Nonsense("expected a pydantic model")
        return answer

    subject = Subject("plugin", plugin.name, "load")
    model = ask(subject, lambda: plugin.call("register_config"), model_of).get()
    known = {item.alias or name for name, item in model.model_fields.items()}
    for key in sorted(set(values or {}) - known):
        raise ConfigError(f"disclosure.toml: plugin.{plugin.name}.{key}: unknown key")
    try:
        return model(**(values or {}))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(item) for item in ("plugin", plugin.name, *first["loc"]))
        raise ConfigError(f"disclosure.toml: {where}: {first['msg']}") from None


def collect(
    plugin: LoadedPlugin, context: contracts.PluginContext, families: Iterable[Family]
) -> tuple[Registered, ...]:
    """Call the plugin's hooks of these families and check what they give.

    Raises:
        PluginFault: a hook raised, an object is not of its family, or an id is bad or used twice.
    """
    found: dict[str, Registered] = {}
    for family in families:
        if family.hook not in plugin.hooks:
            continue
        for item in _objects(plugin, context, family):
            registered = _registered(plugin, family, item)
            if registered.id in found:
                raise PluginFault(f"{registered.id} is registered twice", code="plugin.duplicate")
            found[registered.id] = registered
    return tuple(found.values())


def _objects(plugin: LoadedPlugin, context: contracts.PluginContext, family: Family) -> Iterable[object]:
    subject = Subject("plugin", family.hook, "load")
    return ask(subject, lambda: plugin.call(family.hook, context=context), checks.listed).get()


def _registered(plugin: LoadedPlugin, family: Family, item: object) -> Registered:
    """Check one object; its attributes may be properties that raise, so this is guarded, too."""

    def described(_: object) -> tuple[str, str]:
        if not isinstance(item, family.contract):
            raise Nonsense(f"an object of {family.hook} is not a {family.contract.__name__}")
        identity: Any = item
        if not isinstance(identity.id, str) or not _ID.fullmatch(identity.id):
            raise Nonsense("an id has other characters than a-z, 0-9 and _")
        if family is DETECTORS and not all(checks.known_kind(kind) for kind in identity.kinds):
            raise Nonsense(f"detector {identity.id} declares an unknown kind")
        return f"{plugin.name}.{identity.id}", str(identity.version)

    subject = Subject("plugin", plugin.name, "load")
    full_id, version = ask(subject, lambda: item, described).get()
    return Registered(family, full_id, version, item)
