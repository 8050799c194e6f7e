"""The plugin host of `disclosure extract` and `disclosure screen`: readers and detectors, nothing else.

Such a command lives for a moment and keeps nothing. When no third-party plugin is allowed, it loads
the built-in readers and detectors in its own process and forks the sandbox from there, which costs a
third of starting another interpreter. With third-party plugins it is the host as everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from disclosure_pipeline.hooks import sandbox_entry
from disclosure_pipeline.hooks.forked import ForkedSandbox
from disclosure_pipeline.hooks.host import PluginHost
from disclosure_pipeline.hooks.loading import find_plugins
from disclosure_pipeline.hooks.roster import Roster, check_sections
from disclosure_pipeline.hooks.sandbox_child import Bounds

if TYPE_CHECKING:
    from disclosure_pipeline.model.policy import RuleBook
    from disclosure_pipeline.settings.models import Settings
    from disclosure_pipeline.settings.workspace import Workspace


def load(settings: Settings, workspace: Workspace, rulebook: RuleBook) -> PluginHost:
    """A host that reads and screens.

    Args:
        settings: the settings.
        workspace: the folders; nothing is written into them unless a third-party plugin is allowed.
        rulebook: all rules in force.

    Raises:
        ConfigError: the plugin folder is not safe, or a plugin's section is refused.
    """
    if settings.plugins.allow:
        return PluginHost.load(settings, workspace, rulebook, scope="cli")
    check_sections(settings.plugin, find_plugins(settings, workspace))
    sandbox_entry.initialise(settings, workspace, rulebook, ())
    return PluginHost(settings, rulebook, Roster(), ForkedSandbox(Bounds.of(settings)))
