"""Which plugins may load: allowed by name, from a safe folder, one of each name."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

import pytest
from plugin_hosts import FAULTS, INSTALLED, SHIPPED, found, install, settings, workspace

from disclosure_pipeline.errors import ConfigError, PluginFault
from disclosure_pipeline.hooks.loading import GROUP, PluginSource, builtin_sources, find_plugins, load
from disclosure_pipeline.settings.workspace import Workspace


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return workspace(tmp_path)


def summary(sources) -> list[tuple[str, str, bool, str]]:
    return [(item.name, item.origin, item.allowed, item.code) for item in sources]


def test_only_allowed_names_load_and_the_others_are_listed(place: Workspace):
    install(place, SHIPPED / "notice_board.py", SHIPPED / "vehicle_plate.py")
    sources = found(settings(("vehicle_plate",)), place)
    assert summary(sources) == [("notice_board", "folder", False, ""), ("vehicle_plate", "folder", True, "")]


def test_finding_plugins_imports_none(place: Workspace):
    allow = install(place, FAULTS / "not_importable.py")
    assert summary(found(settings(allow), place)) == [("not_importable", "folder", True, "")]


def test_an_allowed_name_that_is_nowhere_is_shown(place: Workspace):
    assert summary(found(settings(("ghost",)), place)) == [("ghost", "folder", True, "plugin.not_found")]


@pytest.mark.parametrize("inside", ["inbox/财政局", "outbox", "plugins"])
def test_a_plugin_folder_where_people_or_plugins_write_is_refused(place: Workspace, inside: str):
    folder = place.data / inside
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "planted.py").write_text("raise SystemExit", "utf-8")
    given = settings(plugins={"allow": ("planted",), "folder": str(folder)})
    with pytest.raises(ConfigError) as caught:
        found(given, place)
    assert caught.value.code == "config.plugin_folder"


def test_a_plugin_folder_inside_a_drop_root_is_refused(place: Workspace, tmp_path: Path):
    share = tmp_path / "share"
    (share / "tools").mkdir(parents=True)
    (share / "tools" / "planted.py").write_text("raise SystemExit", "utf-8")
    unit = {"drop_roots": ({"department": "财政局", "path": str(share)},)}
    given = settings(plugins={"allow": ("planted",), "folder": str(share / "tools")}, unit=(unit,))
    with pytest.raises(ConfigError):
        found(given, place)


@pytest.mark.parametrize("mode", [0o775, 0o757])
def test_a_folder_or_file_that_others_can_write_is_refused(place: Workspace, mode: int):
    allow = install(place, SHIPPED / "vehicle_plate.py")
    folder = place.config.parent / "plugins"
    folder.chmod(mode)
    with pytest.raises(ConfigError) as caught:
        found(settings(allow), place)
    assert "chmod go-w" in caught.value.advice
    folder.chmod(0o755)
    (folder / "vehicle_plate.py").chmod(0o666)
    with pytest.raises(ConfigError):
        found(settings(allow), place)


def test_a_link_out_of_the_folder_is_refused(place: Workspace, tmp_path: Path):
    outside = tmp_path / "outside.py"
    outside.write_text("raise SystemExit", "utf-8")
    (place.config.parent / "plugins" / "linked.py").symlink_to(outside)
    assert summary(found(settings(("linked",)), place)) == [("linked", "folder", True, "plugin.link")]


def test_the_product_s_own_name_and_odd_names_are_refused(place: Workspace):
    folder = place.config.parent / "plugins"
    for name in ("builtin", "Loud-Name"):
        (folder / f"{name}.py").write_text("", "utf-8")
        (folder / f"{name}.py").chmod(0o644)
    sources = found(settings(("builtin", "Loud-Name")), place)
    assert {item.code for item in sources} == {"plugin.name"}


def test_the_second_plugin_of_a_name_is_refused_and_both_are_shown(place: Workspace, installed):
    allow = install(place, SHIPPED / "vehicle_plate.py")
    installed("vehicle_plate")
    assert summary(found(settings(allow), place)) == [
        ("vehicle_plate", "folder", True, ""),
        ("vehicle_plate", "entry_point", True, "plugin.duplicate"),
    ]


def test_an_installed_plugin_loads_only_when_allowed(place: Workspace, installed):
    installed("office_rules")
    (disabled,) = found(settings(), place)
    assert not disabled.allowed
    (allowed,) = found(settings(("office_rules",)), place)
    plugin = load(allowed)
    assert (plugin.name, plugin.version, sorted(plugin.hooks)) == (
        "office_rules",
        "7.1",
        ["register_notifiers"],
    )


def test_the_channels_of_the_product_are_installed_and_load_only_when_allowed(place: Workspace):
    own = {item.name: item for item in find_plugins(settings(), place) if item.name in INSTALLED}
    assert set(own) == INSTALLED
    assert not any(item.allowed or item.refused for item in own.values())
    for item in own.values():
        assert {"register_config", "register_channels"} == set(load(item).hooks)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch):
    """Install a distribution with one entry point, as an installer leaves it on the path."""
    library = tmp_path / "site-packages"
    library.mkdir()
    monkeypatch.syspath_prepend(str(library))

    def install_one(name: str) -> None:
        module = f"{name}_module"
        (library / f"{module}.py").write_text(
            "from disclosure_pipeline.hooks.hookspecs import hookimpl\n"
            "@hookimpl\ndef register_notifiers():\n    return []\n",
            "utf-8",
        )
        info = library / f"{name}-7.1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 7.1\n", "utf-8")
        (info / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {module}\n", "utf-8")
        importlib.invalidate_caches()

    yield install_one
    for name in [name for name in sys.modules if name.endswith("_module")]:
        del sys.modules[name]


def test_every_built_in_module_loads():
    for source in builtin_sources():
        assert load(source).hooks


def test_a_refused_source_is_never_imported():
    refused = PluginSource(
        "x", "folder", str(FAULTS / "exits_at_import.py"), refused="no", code="plugin.name"
    )
    with pytest.raises(PluginFault) as caught:
        load(refused)
    assert caught.value.code == "plugin.name"
