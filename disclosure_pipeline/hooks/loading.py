"""Which plugins load, from where, and whether their hooks are what they claim to be.

Threat model: whoever can write a file that the daemon imports owns the daemon. So nothing is imported
that the configuration does not allow by name; the plugin folder must not lie where people drop files,
nor be writable by others; a link must not lead out of it. A plugin that loads but would silently do
nothing (a misspelt hook, a missing marker, default values that change the call) is refused by name,
because its silence would look like "clear". Accepted: whoever may install packages into the daemon's
environment and edit its configuration is trusted.

The built-ins are plugins too, named by string; each module is essential for what it registers, and
losing one makes that missing, not the daemon.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

from disclosure_pipeline.errors import ConfigError, PluginFault
from disclosure_pipeline.hooks import hookspecs

if TYPE_CHECKING:
    from disclosure_pipeline.settings.models import Settings
    from disclosure_pipeline.settings.workspace import Workspace

BUILTIN = "builtin"
"""Name of the product's own plugin; the first half of its objects' ids."""

BUILTIN_MODULES = tuple(
    f"disclosure_pipeline.builtin.registration.{name}"
    for name in (
        "extraction",
        "secrecy",
        "personal_data",
        "persons",
        "circumstances",
        "wording",
        "grounds",
        "hidden_content",
        "recognition",
        "editing",
        "tagging",
        "publication",
        "archiving",
        "notices",
        "stages",
    )
)
"""The product's own behaviour, imported by name; nothing else imports it."""

GROUP = "disclosure_pipeline.plugins"
"""Entry point group of installed plugins."""

NAME = re.compile(r"[a-z0-9_]{1,60}")
_HOOK_LIKE = re.compile(r"(register|on)_[A-Za-z0-9_]+")
_OWN_HOOKS = ("register_stages", "register_collators")
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class PluginSource:
    """Where a plugin comes from.

    Args:
        name: its name, first half of its objects' ids.
        origin: ``builtin``, ``folder`` or ``entry_point``.
        target: module name, or path of the file.
        version: version of the distribution, where there is one.
        refused: why it must not be loaded; empty for a usable source.
        code: fault code that goes with ``refused``.
        allowed: whether the configuration allows it; others are only listed.
    """

    name: str
    origin: str
    target: str
    version: str = ""
    refused: str = ""
    code: str = ""
    allowed: bool = True


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """An imported plugin whose hooks were checked.

    Args:
        name: first half of its objects' ids.
        version: its version, or empty.
        hooks: implementations by hook name.
    """

    name: str
    version: str
    hooks: Mapping[str, pluggy.HookImpl] = field(default_factory=dict)

    def call(self, hook: str, **arguments: object) -> Any:
        """Call this plugin's implementation with the arguments it asks for."""
        implementation = self.hooks[hook]
        return implementation.function(*(arguments[name] for name in implementation.argnames))


def builtin_sources() -> tuple[PluginSource, ...]:
    """The product's own plugin modules."""
    return tuple(PluginSource(BUILTIN, "builtin", module) for module in BUILTIN_MODULES)


def find_plugins(settings: Settings, workspace: Workspace) -> tuple[PluginSource, ...]:
    """Every third-party plugin in sight, allowed or not; nothing is imported.

    Returns:
        Drop-in files first, then entry points, each by name. A second plugin of one name, a bad name
        and a link out of the folder are marked ``refused``; an allowed name that is nowhere, too.

    Raises:
        ConfigError: the plugin folder or an allowed file in it could be written by others.
    """
    allow = settings.plugins.allow
    seen: set[str] = set()
    found: list[PluginSource] = []
    for source in (*_drop_ins(settings, workspace), *_entry_points(allow)):
        if source.name in seen and source.allowed and not source.refused:
            source = _refuse(source, "plugin.duplicate", "another plugin of this name comes first")  # noqa: PLW2901
        seen.add(source.name)
        found.append(source)
    for name in sorted(set(allow) - seen):
        missing = PluginSource(name, "folder", "")
        found.append(_refuse(missing, "plugin.not_found", "there is neither a drop-in nor an entry point"))
    return tuple(found)


def _drop_ins(settings: Settings, workspace: Workspace) -> Iterator[PluginSource]:
    folder = workspace.plugin_folder(settings)
    if not folder.is_dir():
        return
    allow = settings.plugins.allow
    files = sorted(path for path in folder.glob("*.py") if not path.name.startswith((".", "_")))
    if any(path.stem in allow for path in files):
        _check_folder(folder, settings, workspace)
    for path in files:
        source = PluginSource(path.stem, "folder", str(path), allowed=path.stem in allow)
        yield _checked(source, path, folder) if source.allowed else source


def _checked(source: PluginSource, path: Path, folder: Path) -> PluginSource:
    if not path.resolve().is_relative_to(folder):
        return _refuse(source, "plugin.link", "its file is a link out of the plugin folder")
    if not path.is_file():
        return _refuse(source, "plugin.link", "it is not a regular file")
    if path.stat().st_mode & _OTHERS_WRITE:
        raise ConfigError(
            f"plugin file {path.name} can be written by others",
            code="config.plugin_folder",
            advice=f"Run `chmod go-w {path}`.",
        )
    return _usable_name(source)


def _usable_name(source: PluginSource) -> PluginSource:
    if not NAME.fullmatch(source.name) or source.name == BUILTIN:
        return _refuse(source, "plugin.name", "names have a-z, 0-9 and _ only, and 'builtin' is taken")
    return source


def _refuse(source: PluginSource, code: str, why: str) -> PluginSource:
    return PluginSource(
        source.name, source.origin, source.target, source.version, refused=why, code=code, allowed=True
    )


def _check_folder(folder: Path, settings: Settings, workspace: Workspace) -> None:
    """Refuse a plugin folder that drop-folder users, other accounts or plugins could write."""
    dropped = [workspace.inbox, workspace.outbox, workspace.plugin_data]
    for unit in settings.unit:
        for root in unit.drop_roots:
            dropped += [Path(path) for path in (root.path, root.outbox) if path]
    for place in (path.resolve() for path in dropped):
        if folder.is_relative_to(place) or place.is_relative_to(folder):
            raise ConfigError(
                f"the plugin folder {folder} overlaps {place}, where people or plugins write files",
                code="config.plugin_folder",
                advice="Set [plugins] folder to a folder that only the operator can write.",
            )
    if folder.stat().st_mode & _OTHERS_WRITE:
        raise ConfigError(
            f"the plugin folder {folder} can be written by others",
            code="config.plugin_folder",
            advice=f"Run `chmod go-w {folder}`.",
        )


def _entry_points(allow: tuple[str, ...]) -> Iterator[PluginSource]:
    points = sorted(metadata.entry_points(group=GROUP), key=lambda point: (point.name, point.value))
    for point in points:
        version = point.dist.version if point.dist is not None else ""
        source = PluginSource(point.name, "entry_point", point.value, version, allowed=point.name in allow)
        yield _usable_name(source) if source.allowed else source


# ------------------------------------------------------------------ import


def load(source: PluginSource) -> LoadedPlugin:
    """Import one plugin and check its hooks.

    Raises:
        PluginFault: refused, not importable, or its hooks are not usable; never with the text of the
            plugin's own exception.
    """
    if source.refused:
        raise PluginFault(f"plugin {source.name}: {source.refused}", code=source.code)
    try:
        module = _import(source)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  SystemExit at import included
        raise PluginFault(
            f"{source.target.rpartition('/')[2]} could not be imported ({type(error).__name__})",
            code="plugin.import",
            advice="Import the file by hand to see why, mend it, then restart.",
        ) from None
    version = getattr(module, "__version__", "") or source.version
    return LoadedPlugin(source.name, str(version), _hooks(module, source))


def _import(source: PluginSource) -> ModuleType:
    if source.origin != "folder":
        return importlib.import_module(source.target.partition(":")[0])
    name = f"disclosure_plugins_{source.name}"
    spec = importlib.util.spec_from_file_location(name, source.target)
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _hooks(module: ModuleType, source: PluginSource) -> dict[str, pluggy.HookImpl]:
    """The module's hook implementations, every one of them checked against the specification."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    known = {name for name in vars(manager.hook) if not name.startswith("_")}
    _refuse_misspelt(module, source, known)
    try:
        manager.register(module, source.name)
    except pluggy.PluginValidationError:
        raise _bad_hook(source, "a hook asks for an argument that the hook does not have") from None
    hooks: dict[str, pluggy.HookImpl] = {}
    for caller in manager.get_hookcallers(module) or ():
        if caller.name not in known:
            raise _bad_hook(source, f"there is no hook {caller.name}")
        hooks[caller.name] = _checked_hook(caller.get_hookimpls()[0], caller.name, source)
    if not hooks:
        raise _bad_hook(source, "it implements no hook at all")
    return hooks


def _refuse_misspelt(module: ModuleType, source: PluginSource, known: set[str]) -> None:
    """Functions of the module that look like hooks must be hooks: pluggy would just not call them."""
    for name, value in vars(module).items():
        if not _HOOK_LIKE.fullmatch(name) or getattr(value, "__module__", None) != module.__name__:
            continue
        if name not in known:
            raise _bad_hook(source, f"there is no hook {name}")
        if not hasattr(value, f"{hookspecs.PROJECT}_impl"):
            raise _bad_hook(source, f"{name} lacks the @hookimpl marker")


def _checked_hook(hook: pluggy.HookImpl, name: str, source: PluginSource) -> pluggy.HookImpl:
    if hook.wrapper or hook.hookwrapper:
        raise _bad_hook(source, f"{name} is a wrapper; wrappers could change other plugins' answers")
    if hook.kwargnames:
        raise _bad_hook(source, f"{name} gives an argument a default value")
    if name in _OWN_HOOKS and source.origin != "builtin":
        raise _bad_hook(source, f"only built-ins may register {name.removeprefix('register_')}")
    return hook


def _bad_hook(source: PluginSource, why: str) -> PluginFault:
    return PluginFault(
        f"plugin {source.name}: {why}", code="plugin.hooks", advice="See docs/plugins.md for the hooks."
    )
