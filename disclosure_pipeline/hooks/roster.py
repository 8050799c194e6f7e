"""Everything that is loaded in one process: the built-ins and the proxies of third-party plugins.

Built-in modules load one by one; a broken one costs what it registers, not the daemon. Third-party
plugins start side by side, each in its own process, and describe themselves; none is imported here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from disclosure_pipeline import __version__
from disclosure_pipeline.errors import ConfigError, PluginFault
from disclosure_pipeline.hooks import floor, registry, wire
from disclosure_pipeline.hooks.canary import prove
from disclosure_pipeline.hooks.contracts import Event, PluginContext
from disclosure_pipeline.hooks.loading import BUILTIN, PluginSource, builtin_sources, load
from disclosure_pipeline.hooks.registry import Family, Registered, collect
from disclosure_pipeline.model.finding import Fault
from disclosure_pipeline.settings.columns import load_columns

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.loading import LoadedPlugin
    from disclosure_pipeline.hooks.remote import RemotePlugin
    from disclosure_pipeline.model.policy import RuleBook
    from disclosure_pipeline.settings.models import Settings
    from disclosure_pipeline.settings.workspace import Workspace


PluginState = Literal["loaded", "degraded", "failed", "disabled"]
"""``degraded``: some of it is missing; ``disabled``: the configuration does not allow it."""


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """A plugin as `disclosure plugins` shows it.

    Args:
        name: its name.
        version: its version, or empty.
        state: see :data:`PluginState`.
        provides: full ids of its objects, sorted.
        faults: what went wrong while loading.
    """

    name: str
    version: str
    state: PluginState
    provides: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The plugin as an entry of `disclosure plugins --json`."""
        return {
            "name": self.name, "version": self.version, "state": self.state,
            "provides": list(self.provides), "faults": [fault.as_json() for fault in self.faults],
        }  # fmt: skip

    def joined(self, other: PluginInfo) -> PluginInfo:
        """The same plugin as two processes know it, together."""
        provides = tuple(sorted({*self.provides, *other.provides}))
        faults = tuple(dict.fromkeys((*self.faults, *other.faults)))
        return PluginInfo(self.name, self.version, state_of(provides, faults), provides, faults)


def state_of(provides: Sequence[str], faults: Sequence[Fault]) -> PluginState:
    """The state of an allowed plugin."""
    if not faults:
        return "loaded"
    return "degraded" if provides else "failed"


@dataclass(slots=True)
class Roster:
    """What one process has loaded.

    Args:
        objects: by full id.
        listeners: (plugin, call) pairs that want to be told of events.
        plugins: every plugin, also failed and disabled ones.
        unproved: detectors that failed their canary.
        remotes: processes of third-party plugins.
        extras: third-party plugins whose extractors the sandbox must load.
        recognisers: third-party plugins whose engines a recognition process must load.
    """

    objects: dict[str, Registered] = field(default_factory=dict)
    listeners: list[tuple[str, Callable[[Event], object]]] = field(default_factory=list)
    plugins: list[PluginInfo] = field(default_factory=list)
    unproved: list[str] = field(default_factory=list)
    remotes: list[RemotePlugin] = field(default_factory=list)
    extras: list[PluginSource] = field(default_factory=list)
    recognisers: dict[PluginSource, None] = field(default_factory=dict)

    def of(self, *families: Family) -> dict[str, Registered]:
        """The objects of these families, by full id."""
        return {name: found for name, found in self.objects.items() if found.family in families}

    def one(self, full_id: str, *families: Family) -> Registered:
        """The object of this id, if it is of one of these families.

        Raises:
            PluginFault: there is none (``FAMILY.missing``).
        """
        found = self.objects.get(full_id)
        if found is None or found.family not in families:
            kind = families[0].singular
            raise PluginFault(f"There is no {kind} '{full_id}' loaded.", code=f"{kind}.missing")
        return found

    # ------------------------------------------------------------- in this process

    def add_builtins(self, context: PluginContext, families: Sequence[Family]) -> None:
        """Import the product's own modules and make their objects of these families."""
        provides: list[str] = []
        faults: list[Fault] = []
        for source in builtin_sources():
            try:
                added, unproved = self._add(load(source), context, families)
            except PluginFault as error:
                module = source.target.rpartition(".")[2]
                faults.append(replace(fault_of(error, BUILTIN), message=f"{module}: {error.message}"))
            else:
                provides += added
                faults += unproved
        self._list(BUILTIN, __version__, provides, faults)

    def add_third_party(
        self, source: PluginSource, settings: Settings, workspace: Workspace, rulebook: RuleBook,
        families: Sequence[Family],
    ) -> None:  # fmt: skip
        """Import a third-party plugin in this process, for its objects of these families only."""
        setup = _setup(source.name, settings, workspace, rulebook)
        try:
            plugin = load(source)
            options = registry.section(plugin, setup.section)
            context = PluginContext(options, rulebook, {"own": setup.own}, setup.site, setup.limits)
            added, faults = self._add(plugin, context, families)
            self._list(source.name, plugin.version, added, faults)
        except PluginFault as error:
            self._list(source.name, source.version, [], [fault_of(error, source.name)])

    def _add(
        self, plugin: LoadedPlugin, context: PluginContext, families: Sequence[Family]
    ) -> tuple[list[str], list[Fault]]:
        """Take in what a plugin registers: ids that were added, faults of detectors not proved."""
        found = collect(plugin, context, families)
        for registered in found:
            if registered.id in self.objects:
                raise PluginFault(f"{registered.id} is registered twice", code="plugin.duplicate")
        added: list[str] = []
        faults: list[Fault] = []
        for registered in found:
            fault = prove(registered.item, registered.id) if registered.family is registry.DETECTORS else None
            if fault is not None:
                faults.append(fault)
                self.unproved.append(registered.id)
            else:
                self.objects[registered.id] = registered
                added.append(registered.id)
        if "on_event" in plugin.hooks:
            self.listeners.append((plugin.name, lambda event: plugin.call("on_event", event=event)))
        return added, faults

    def _list(self, name: str, version: str, provides: Sequence[str], faults: Sequence[Fault]) -> None:
        state = state_of(provides, faults)
        self.plugins.append(PluginInfo(name, version, state, tuple(sorted(provides)), tuple(faults)))

    # ------------------------------------------------------ in processes of their own

    def start_remotes(
        self, sources: Iterable[PluginSource], settings: Settings, workspace: Workspace, rulebook: RuleBook
    ) -> None:
        """Start the process of every usable third-party plugin; refused and disabled ones are listed."""
        from disclosure_pipeline.hooks.remote import RemotePlugin

        for source in sources:
            if not source.allowed:
                self.plugins.append(PluginInfo(source.name, source.version, "disabled"))
            elif source.refused:
                error = PluginFault(f"plugin {source.name}: {source.refused}", code=source.code)
                self._list(source.name, source.version, [], [fault_of(error, source.name)])
            else:
                setup = _setup(source.name, settings, workspace, rulebook)
                setup = replace(setup, site={**setup.site, "columns": _columns(workspace)})
                self.remotes.append(RemotePlugin(source, setup))
                self.remotes[-1].start()

    def join_remotes(self, timeouts: Callable[[Family], float]) -> None:
        """Hear what the started plugins say about themselves and make proxies for their objects.

        Args:
            timeouts: seconds for one call of an object of a family.

        Raises:
            ConfigError: a plugin's section of the configuration is refused.
        """
        for remote in self.remotes:
            description = remote.describe()
            if description.config_error:
                raise ConfigError(description.config_error)
            self._add_description(remote, description, timeouts)

    def _add_description(
        self, remote: RemotePlugin, description: wire.Description, timeouts: Callable[[Family], float]
    ) -> None:
        from disclosure_pipeline.hooks.remote import proxy

        name = remote.source.name
        for info in description.objects:
            registered = proxy(remote, info, timeouts(registry.BY_NAME[info.family]))
            if registered is not None:
                self.objects[info.id] = registered
            elif info.family == registry.RECOGNISERS.name:
                self.recognisers[remote.source] = None
            elif remote.source not in self.extras:
                self.extras.append(remote.source)
        if description.events:
            self.listeners.append((name, remote.tell))
        self.unproved += description.unproved
        provides = [info.id for info in description.objects]
        self._list(name, description.version or remote.source.version, provides, description.faults)

    def close(self) -> None:
        """End the processes of third-party plugins."""
        for remote in self.remotes:
            remote.close()


def check_sections(sections: Mapping[str, Any], sources: Sequence[PluginSource]) -> None:
    """Every ``[plugin.NAME]`` section must belong to exactly one allowed plugin.

    Raises:
        ConfigError: it belongs to none, or to two of one name.
    """
    for name in sections:
        owners = [source for source in sources if source.name == name and source.allowed and source.target]
        if not owners:
            raise ConfigError(f"disclosure.toml: [plugin.{name}]: no such plugin is loaded")
        if len(owners) > 1:
            raise ConfigError(f"disclosure.toml: [plugin.{name}]: two plugins have this name")


def builtin_context(settings: Settings, workspace: Workspace, rulebook: RuleBook) -> PluginContext:
    """What built-ins get when their objects are made."""
    folders: dict[str, Path] = {
        "site": workspace.site, "search": workspace.search, "archive": workspace.archive,
        "register": workspace.register, "outbox": workspace.outbox,
    }  # fmt: skip
    return PluginContext(
        options=None,
        rulebook=rulebook,
        folders=folders,
        site=settings.site.model_dump(),
        limits=settings.extraction.model_dump(),
        words=settings.screening.user_words,
        archive=settings.archive.model_dump(),
    )


def publishing_context(settings: Settings, workspace: Workspace, rulebook: RuleBook) -> PluginContext:
    """What built-ins get that publish: beside the rest, what the office's folders say of the site.

    A sandbox must not read those folders, and need not.

    Raises:
        ConfigError: ``columns.toml`` cannot be used.
    """
    context = builtin_context(settings, workspace, rulebook)
    return replace(context, site={**context.site, **_of_the_site(settings, workspace)})


def _of_the_site(settings: Settings, workspace: Workspace) -> dict[str, Any]:
    """The items of the statutory columns, and the office's folders by their whole paths, empty where there are none."""
    folders = {name: getattr(settings.site, name) for name in ("pages", "templates")}
    places = {name: workspace.config / folder for name, folder in folders.items() if folder}
    return {
        "columns": _columns(workspace),
        "search": _search(settings),
        **{name: str(places[name]) if name in places and places[name].is_dir() else "" for name in folders},
    }


def _search(settings: Settings) -> str:
    """The address of the search, relative to the site's root or absolute; empty for none."""
    if settings.site.search != "auto":
        return settings.site.search
    chosen = settings.publication.channels
    is_searched = not chosen or set(floor.INDEXES) <= set(chosen)
    is_here = settings.server.site and "push" not in settings.plugins.allow
    return "../search" if is_searched and is_here else ""


def _columns(workspace: Workspace) -> list[dict[str, Any]]:
    return [column.as_json() for column in load_columns(workspace.config)]


def fault_of(error: PluginFault, plugin: str) -> Fault:
    """A loading fault."""
    return Fault(error.code, "load", error.message, error.advice, plugin=plugin)


def _setup(name: str, settings: Settings, workspace: Workspace, rulebook: RuleBook) -> wire.Setup:
    own = workspace.plugin_data / name
    own.mkdir(parents=True, exist_ok=True)
    return wire.Setup(
        settings.plugin.get(name),
        rulebook,
        own,
        settings.site.model_dump(),
        settings.extraction.model_dump(),
        workspace.site,
    )
