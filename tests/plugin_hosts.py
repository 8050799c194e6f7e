"""Workspaces and hosts for the tests of the plugin host."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

from disclosure_pipeline.hooks.host import PluginHost
from disclosure_pipeline.hooks.loading import GROUP, PluginSource, find_plugins
from disclosure_pipeline.hooks.wire import Setup
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.settings.models import Settings
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.workspace import Workspace

ROOT = Path(__file__).parents[1]
FAULTS = ROOT / "tests" / "fault_plugins"
SHIPPED = ROOT / "plugins"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
INSTALLED = frozenset(PROJECT["entry-points"][GROUP])
"""Plugins that come with the product's own package; they are in sight wherever it is installed."""


def workspace(folder: Path) -> Workspace:
    """A workspace with the shipped rules and an empty plugin folder."""
    config = folder / "config"
    shutil.copytree(ROOT / "config", config)
    (folder / "plugins").mkdir(mode=0o755)
    made = Workspace(config, folder / "var")
    made.make()
    return made


def install(place: Workspace, *files: Path) -> tuple[str, ...]:
    """Copy plugin files into the workspace's plugin folder; the names to allow."""
    for file in files:
        copy = place.config.parent / "plugins" / file.name
        shutil.copyfile(file, copy)
        copy.chmod(0o644)
    return tuple(file.stem for file in files)


def settings(allow: tuple[str, ...] = (), **sections: Any) -> Settings:
    """Settings that allow these plugins, with short time limits."""
    values: dict[str, Any] = {
        "plugins": {"allow": allow},
        "screening": {"detector_timeout": 1.0},
        "publication": {"timeout": 1.0},
        **sections,
    }
    return Settings(**values)


def found(given: Settings, place: Workspace) -> tuple[PluginSource, ...]:
    """Every plugin in sight but those that come with the product's own package."""
    return tuple(item for item in find_plugins(given, place) if item.name not in INSTALLED)


def host(place: Workspace, given: Settings, scope: Any = "worker") -> PluginHost:
    """The real host over the shipped rules."""
    return PluginHost.load(given, place, load_rulebook(place.config), scope=scope)


def source(file: Path) -> PluginSource:
    """A drop-in file as the host finds it."""
    return PluginSource(file.stem, "folder", str(file))


def setup(folder: Path, section: dict[str, Any] | None = None) -> Setup:
    """What a plugin's process is given."""
    return Setup(section, RuleBook(()), folder)
