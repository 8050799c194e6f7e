"""Everything a step of the pipeline works with, in one value.

`service` and `cli` make a :class:`Core`; nothing below them knows where its parts came from.
"""

from __future__ import annotations

import resource
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from disclosure_pipeline.model.amendment import amended
from disclosure_pipeline.model.clock import Calendar
from disclosure_pipeline.model.columns import Column, Theme
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.route import Chain
from disclosure_pipeline.settings.workspace import Workspace
from disclosure_pipeline.store import rule_changes
from disclosure_pipeline.store.database import Database
from disclosure_pipeline.store.vault import Vault

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from disclosure_pipeline.hooks.host import PluginHost
    from disclosure_pipeline.settings.models import Settings, UnitSettings

Scope = Literal["worker", "daemon", "cli"]

INTAKE, PUBLISH, RESCREEN = "intake", "publish", "rescreen"
"""The engine's queues."""


class Queue(Protocol):
    """The port through which steps ask for work; `service.engine` fills it."""

    def enqueue(
        self, connection: Connection, queue: str, *, key: str, subject: str, delay: float = 0.0
    ) -> None:
        """Ask for work inside the transaction of the step that needs it.

        Args:
            connection: the step's writing transaction.
            queue: one of ``intake``, ``publish``, ``rescreen``.
            key: deterministic id; the same key again is the same piece of work.
            subject: id that the work is about; never text.
            delay: seconds before it may begin.
        """
        ...


class RowsOnly:
    """A queue that notes nothing: the doorbell and the reconciler find the work in the rows.

    Used by short-lived commands when the engine's tables do not exist yet, and by tests of single
    steps. Nothing is lost with it, work only starts a little later.
    """

    def enqueue(
        self, connection: Connection, queue: str, *, key: str, subject: str, delay: float = 0.0
    ) -> None:
        """Leave the work to be derived from the rows."""


@dataclass(slots=False)
class Core:
    """The parts of one process.

    Args:
        settings: validated configuration. workspace: its folders.
        database: rows. vault: bytes.
        rulebook: rules in force. calendar: working days. chains: approval chains by name.
        queue: where work is asked for.
        worker: id of this worker's present life (``host-1#3f2a…``), or ``cli``.
        scope: which plugins the host loads.
        unreleased: leases (document, fence) that this life no longer needs and could not give back.
        unrecorded: the same of publications (document, channel, fence).
        written: the rules of the files, without the office's changes; ``None`` means that there are none.
        rules_mark: which of the office's changes ``rulebook`` holds (`store.rule_changes.mark`).
    """

    settings: Settings
    workspace: Workspace
    database: Database
    vault: Vault
    rulebook: RuleBook
    calendar: Calendar
    chains: Mapping[str, Chain]
    queue: Queue = field(default_factory=RowsOnly)
    worker: str = "cli"
    scope: Scope = "cli"
    unreleased: set[tuple[str, int]] = field(default_factory=set)
    unrecorded: set[tuple[str, str, int]] = field(default_factory=set)
    columns: tuple[Column, ...] = ()
    themes: tuple[Theme, ...] = ()
    written: RuleBook | None = None
    rules_mark: str = ""

    @cached_property
    def host(self) -> PluginHost:
        """The plugin host; loaded when first asked for, because decisions need no plugins."""
        from disclosure_pipeline.hooks.host import PluginHost

        return PluginHost.load(self.settings, self.workspace, self.rulebook, scope=self.scope)

    def host_by(self, rulebook: RuleBook) -> PluginHost:
        """A host that works by other rules than those in force; whoever asks for it closes it.

        Args:
            rulebook: the rules, e.g. with a change that is only proposed.
        """
        from disclosure_pipeline.hooks.host import PluginHost

        return PluginHost.load(self.settings, self.workspace, rulebook, scope="cli")

    @classmethod
    def open(cls, workspace: Workspace, *, scope: Scope = "cli", worker: str = "cli") -> Core:
        """Read the configuration and open the store.

        Raises:
            ConfigError: the configuration cannot be used.
            StoreFault: the store cannot be opened.
        """
        from disclosure_pipeline.settings.calendars import load_calendar
        from disclosure_pipeline.settings.columns import load_columns, load_themes
        from disclosure_pipeline.settings.policy import load_chains, load_rulebook
        from disclosure_pipeline.settings.workspace import load_settings

        # A dump of our memory would hold text of drafts, and of suspected secrets (design 7).
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        settings = load_settings(workspace.config)
        written = load_rulebook(workspace.config, tuple(map(Path, settings.screening.lexicons)))
        workspace.make()
        database = Database(workspace.store_url(settings), settings.store.busy_timeout)
        database.migrate()
        with database.read() as connection:
            changes, mark = rule_changes.in_force(connection), rule_changes.mark(connection)
        return cls(
            settings=settings,
            workspace=workspace,
            database=database,
            vault=Vault(workspace.vault),
            rulebook=amended(written, changes),
            written=written,
            rules_mark=mark,
            calendar=load_calendar(workspace.config),
            chains=load_chains(workspace.config),
            columns=load_columns(workspace.config),
            themes=load_themes(workspace.config),
            worker=worker,
            scope=scope,
        )

    @property
    def rules_written(self) -> RuleBook:
        """The rules of the files, without the office's changes."""
        return self.written or self.rulebook

    def rules_changed(self) -> bool:
        """Whether other changes of the rules are in force than this process works by."""
        with self.database.read() as connection:
            return rule_changes.mark(connection) != self.rules_mark

    def take_up_rules(self) -> None:
        """Work by the changes that are in force now; a host that is loaded already keeps its rules."""
        with self.database.read() as connection:
            changes, mark = rule_changes.in_force(connection), rule_changes.mark(connection)
        written = self.rules_written
        self.written, self.rulebook, self.rules_mark = written, amended(written, changes), mark

    def unit(self, code: str) -> UnitSettings:
        """The unit with this code; the first unit if the configuration no longer names it."""
        for unit in self.settings.unit:
            if unit.code == code:
                return unit
        return self.settings.unit[0]

    def chain_of(self, unit: str) -> Chain:
        """The approval chain of a unit."""
        return self.chains[self.unit(unit).route]

    def close(self) -> None:
        """End helper processes and give connections back."""
        if "host" in self.__dict__:
            self.host.close()
        self.database.close()
