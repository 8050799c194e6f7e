"""The plugin host: the one façade between the core and everything replaceable.

The core never sees pluggy, a plugin's module or an exception of a plugin. It asks the host; the host
asks one object at a time through the guard (`hooks/guard.py`), built-in readers and detectors in the
sandbox, third-party objects in their plugin's process. A question that got no good answer comes back
as a doubt, a fault or a refusal, never as "clear".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.hooks import checks, consulting, floor, registry
from disclosure_pipeline.hooks.assembly import Scope, assemble
from disclosure_pipeline.hooks.canary import required_detectors
from disclosure_pipeline.hooks.contracts import (
    AttributeRule,
    Case,
    Detector,
    Editor,
    Event,
    Extractor,
    Job,
    Notifier,
    Opinion,
    PartText,
    Reading,
    RoutePlanner,
    SourceFile,
)
from disclosure_pipeline.hooks.fault_ledger import FaultLedger
from disclosure_pipeline.hooks.guard import Subject, anything, ask, instance
from disclosure_pipeline.hooks.loading import BUILTIN, PluginSource
from disclosure_pipeline.hooks.profiles import Profiles
from disclosure_pipeline.hooks.publishing import ChannelInfo, Channels
from disclosure_pipeline.hooks.reading import Reader
from disclosure_pipeline.hooks.registry import Family
from disclosure_pipeline.hooks.roster import PluginInfo, Roster
from disclosure_pipeline.hooks.screener import Screener
from disclosure_pipeline.hooks.stages import Outcome, ShownPicture, Stage, Toolbox, Wording
from disclosure_pipeline.model.amendment import guards_of
from disclosure_pipeline.model.finding import Fault, Screening
from disclosure_pipeline.model.publication import Action, Answer, Order, Standing
from disclosure_pipeline.model.route import Route
from disclosure_pipeline.model.text import Text

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.editing import Copy
    from disclosure_pipeline.hooks.forked import ForkedSandbox
    from disclosure_pipeline.hooks.page_pictures import Letters
    from disclosure_pipeline.hooks.sandbox import Sandbox
    from disclosure_pipeline.model.boxes import Box
    from disclosure_pipeline.model.policy import RuleBook
    from disclosure_pipeline.settings.models import Settings
    from disclosure_pipeline.settings.workspace import Workspace

__all__ = ["ChannelInfo", "PluginHost", "PluginInfo", "Scope", "required_detectors"]

_DESCRIBE_SECONDS = 60.0


class PluginHost:
    """Everything replaceable, behind typed methods. Make it by :meth:`load`; thread-safe.

    Args:
        settings: the settings.
        rulebook: all rules in force.
        roster: what is loaded in this process.
        sandbox: where files are read; ``None`` inside the sandbox itself.
    """

    def __init__(
        self, settings: Settings, rulebook: RuleBook, roster: Roster, sandbox: Sandbox | ForkedSandbox | None
    ):
        self._settings = settings
        self._rulebook = rulebook
        self._roster = roster
        self._sandbox = sandbox
        self._screener = Screener(settings, rulebook, roster, sandbox)
        self._sandboxed: tuple[PluginInfo, ...] | None = None
        self._ledger = FaultLedger()
        self._channels = Channels(roster, settings.publication.channels, self._ledger)
        for plugin in roster.plugins:
            self._ledger.record(plugin.faults)

    @classmethod
    def load(
        cls,
        settings: Settings,
        workspace: Workspace,
        rulebook: RuleBook,
        *,
        scope: Scope,
        extras: Sequence[PluginSource] = (),
    ) -> PluginHost:
        """Load the plugins of one process.

        Args:
            settings: the settings.
            workspace: the folders.
            rulebook: all rules in force.
            scope: what the process does; ``sandbox`` loads readers and detectors only.
            extras: only inside the sandbox: third-party plugins whose extractors it loads.

        Raises:
            ConfigError: the plugin folder is not safe, or a plugin's section is refused.
        """
        roster, sandbox = assemble(settings, workspace, rulebook, scope, extras)
        return cls(settings, rulebook, roster, sandbox)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the sandbox and the plugins' processes."""
        self._roster.close()
        if self._sandbox is not None:
            self._sandbox.close()

    def rest(self) -> None:
        """Give the memory of sandbox processes back that have nothing to do."""
        from disclosure_pipeline.hooks.sandbox import Sandbox

        if isinstance(self._sandbox, Sandbox):
            self._sandbox.rest()

    def warm(self) -> None:
        """Start the sandbox now, so that the first document does not wait for it."""
        if self._sandbox is not None:
            self._sandbox.warm()

    # ------------------------------------------------------------------ what is there

    def plugins(self) -> tuple[PluginInfo, ...]:
        """Every plugin: loaded, degraded, failed and disabled ones; the built-ins first.

        Outside the sandbox this asks a sandbox process once what it has loaded.
        """
        known = {info.name: info for info in self._sandbox_plugins()}
        found = []
        for info in self._roster.plugins:
            inside = known.pop(info.name, None) if info.state != "disabled" else None
            found.append(info.joined(inside) if inside is not None else info)
        return tuple(sorted((*found, *known.values()), key=lambda info: info.name != BUILTIN))

    def missing_detectors(self) -> tuple[str, ...]:
        """Required detectors that are not loaded or were not proved.

        While there are any, no screening is clear and the service is degraded.
        """
        provided = {name for info in self.plugins() for name in info.provides}
        return tuple(name for name in required_detectors(self._settings) if name not in provided)

    @property
    def extractors(self) -> Mapping[str, Extractor]:
        """Extractors of this process (the sandbox has them)."""
        return self._items(registry.EXTRACTORS)

    @property
    def detectors(self) -> Mapping[str, Detector]:
        """Detectors called from this process: built-ins in the sandbox, third-party ones outside."""
        return self._items(registry.DETECTORS)

    @property
    def editors(self) -> Mapping[str, Editor]:
        """Editors of this process (the sandbox has them)."""
        return self._items(registry.EDITORS)

    @property
    def attribute_rules(self) -> Mapping[str, AttributeRule]:
        """Attribute rules by full id."""
        return self._items(registry.ATTRIBUTE_RULES)

    @property
    def route_planners(self) -> Mapping[str, RoutePlanner]:
        """Route planners by full id."""
        return self._items(registry.ROUTES)

    @property
    def notifiers(self) -> Mapping[str, Notifier]:
        """Notifiers by full id."""
        return self._items(registry.NOTIFIERS)

    @property
    def jobs(self) -> Mapping[str, Job]:
        """Jobs by full id."""
        return self._items(registry.JOBS)

    @property
    def stages(self) -> Mapping[str, Stage]:
        """Stages by full id (``builtin.extract``)."""
        return self._items(registry.STAGES)

    @property
    def channels(self) -> Mapping[str, ChannelInfo]:
        """Channels and archives by full id, in use or not."""
        return self._channels.infos()

    def missing_channels(self) -> tuple[str, ...]:
        """Channels that documents should go to and that are not loaded; while there are any, none goes out."""
        return self._channels.missing()

    @property
    def reader(self) -> Reader:
        """Reads and screens with the objects of this process (inside the sandbox)."""
        prefix = f"{BUILTIN}."
        required = tuple(name for name in required_detectors(self._settings) if name.startswith(prefix))
        collators = self._items(registry.COLLATORS)
        guards, version = guards_of(self._rulebook), self._rulebook.version
        return Reader(
            self.extractors, self.detectors, required, version, collators,
            guards=guards, list_from=self._settings.screening.list_from,
            profiles=Profiles(self._rulebook),
        )  # fmt: skip

    def faults(self) -> tuple[Fault, ...]:
        """The most recent faults of this process, oldest first."""
        return self._ledger.recent()

    def fault_counts(self) -> Mapping[tuple[str, str], int]:
        """How often each (plugin or object id, code) failed since the start, for metrics."""
        return self._ledger.counts()

    # ------------------------------------------------------------------ read and screen

    def read(self, files: Sequence[SourceFile], *, released: frozenset[str] = frozenset()) -> Reading:
        """Extract and screen a submission.

        Args:
            files: its files.
            released: keys (:func:`~disclosure_pipeline.hooks.record.mark_key`) of markings that two
                secrecy officers released for these bytes; they do not count again.

        Returns:
            After a marking, or when the marking check could not be concluded, a reading without text.
        """
        reading = self._screener.read(files, released)
        self._ledger.record(reading.faults)
        return reading

    def extract(self, file: SourceFile) -> Text:
        """Extract one file, marked or not, for somebody who holds it; nothing is screened or kept.

        Raises:
            DisclosureError: it could not be read, or the sandbox failed.
        """
        return self._screener.extract(file)

    def edit(self, file: SourceFile, *, annotate: bool) -> Copy:
        """A proved clean copy of a draft, or a copy of it with remarks; see `hooks/editing.py`.

        Raises:
            DisclosureError: the draft is marked, cannot be read or edited, or the sandbox failed.
        """
        return self._screener.edit(file, annotate=annotate)

    def letters(self, file: SourceFile, media_type: str, pages: tuple[int, ...]) -> Mapping[int, Letters]:
        """The characters of the text layer of some pages, with their boxes.

        Args:
            file: the file, with its hash.
            media_type: what it is, as its reader found.
            pages: 1-based.

        Raises:
            DisclosureError: a page cannot be looked at, or the sandbox failed.
        """
        return self._screener.letters(file, media_type, pages)

    def reprint(
        self,
        file: SourceFile,
        media_type: str,
        struck: Mapping[int, tuple[Box, ...]],
        *,
        drawn: bool,
        wording: Wording,
    ) -> bytes:
        """The pages of a pdf or scan as a new pdf.

        Args:
            file: the file, with its hash.
            media_type: what it is, as its reader found.
            struck: boxes that are burnt in, by page.
            drawn: as pictures; else with the text layer.
            wording: what it says beside its pages.

        Raises:
            DisclosureError: it cannot be done, or the sandbox failed.
        """
        return self._screener.reprint(file, media_type, struck, drawn=drawn, wording=wording)

    def pictures(self, file: SourceFile, media_type: str) -> tuple[ShownPicture, ...]:
        """The pictures that a draft surely shows, made anew.

        Args:
            file: the file, with its hash.
            media_type: what it is, as its reader found.

        Raises:
            DisclosureError: the sandbox failed.
        """
        return self._screener.pictures(file, media_type)

    def screen(
        self,
        texts: Sequence[PartText],
        *,
        released: frozenset[str] = frozenset(),
        digests: Mapping[int, str] | None = None,
    ) -> tuple[Screening, tuple[Fault, ...]]:
        """Screen texts that were read before; the characters of a marking are left out.

        Args:
            texts: the text of each part.
            released: see :meth:`read`.
            digests: sha256 of each part's bytes by position, to which ``released`` is bound.
        """
        screening, faults = self._screener.screen(texts, released, digests or {})
        self._ledger.record(faults)
        return screening, faults

    def look_for(
        self, texts: Sequence[PartText], kinds: Sequence[str]
    ) -> tuple[Screening, tuple[Fault, ...]]:
        """Screen texts for some kinds of findings only; the characters of a marking are left out.

        Args:
            texts: the text of each part.
            kinds: kinds of findings.
        """
        screening, faults = self._screener.look_for(texts, tuple(kinds))
        self._ledger.record(faults)
        return screening, faults

    # ------------------------------------------------------------------ tag and route

    def opinions(self, case: Case) -> tuple[tuple[Opinion, ...], tuple[Fault, ...]]:
        """What every attribute rule thinks; a rule that failed leaves a finding for a person."""
        rules = self.attribute_rules
        opinions, faults = consulting.opinions(rules, case, floor.absent(registry.ATTRIBUTE_RULES, rules))
        self._ledger.record(faults)
        return opinions, faults

    def plan_route(self, case: Case, base: Route) -> tuple[Route, tuple[Fault, ...]]:
        """Let every planner lengthen the route; an answer that loses or weakens a tier is not taken."""
        planners = self.route_planners
        route, faults = consulting.plan_route(planners, case, base, floor.absent(registry.ROUTES, planners))
        self._ledger.record(faults)
        return route, faults

    def run_stage(self, name: str, case: Case, tools: Toolbox) -> Outcome | Fault:
        """Run one stage of the pipeline.

        Args:
            name: the stage's own id (``extract``).
            case: the case.
            tools: what the core lends it.

        Returns:
            What it concluded, or the fault: the code of an error it raised on purpose, else
            ``stage.missing``, ``stage.raised`` or ``stage.nonsense``.
        """
        full_id = f"{BUILTIN}.{name}"
        subject = Subject("stage", full_id, name)
        stage = self.stages.get(full_id)
        if stage is None:
            return subject.fault("missing", f"The stage '{name}' is not loaded.")
        answer = ask(subject, lambda: stage.run(case, tools), instance(Outcome))
        return answer.get() if answer.fault is None else answer.fault

    # ------------------------------------------------------------------ publish

    def channel_call(self, channel_id: str, action: Action, order: Order) -> Answer:
        """Have one channel carry out one order.

        Raises:
            ChannelFault: it could not; try again later.
            Fenced: a newer generation was carried out before.
            PluginFault: there is no such channel, it does not take this attribute, it raised, hung or
                answered nonsense (``channel.*``).
        """
        return self._channels.carry_out(channel_id, action, order)

    def channel_verify(self, channel_id: str, documents: Sequence[str] = ()) -> tuple[Standing, ...]:
        """What one channel really holds; raises as :meth:`channel_call` does."""
        return self._channels.verify(channel_id, documents)

    def channel_mend(self, channel_id: str, *, whole: bool = False) -> bool:
        """Have one channel make anew what may be behind, or all of it; whether anything was made.

        A channel that makes nothing has nothing to mend. Raises as :meth:`channel_call` does.
        """
        return self._channels.mend(channel_id, whole=whole)

    # ------------------------------------------------------------------ tell

    def emit(self, event: Event) -> None:
        """Tell every plugin that wants to know; a failure is recorded, nothing else."""
        for name, tell in self._roster.listeners:
            subject = Subject("plugin", name, "event")
            answer = ask(subject, lambda call=tell: call(event), anything)  # type: ignore[misc]
            self._ledger.record((answer.fault,) if answer.fault else ())

    def notify(self, event: Event, letter: Mapping[str, Any]) -> tuple[Fault, ...]:
        """Have every notifier deliver one letter; the faults of those that could not."""
        notifiers = self._roster.of(registry.NOTIFIERS)
        faults = list(floor.faults(registry.NOTIFIERS, floor.absent(registry.NOTIFIERS, notifiers)))
        for name, found in notifiers.items():
            subject = found.family.subject(name)
            answer = ask(subject, lambda item=found.item: item.notify(event, letter), anything)  # type: ignore[misc]
            if answer.fault is not None:
                faults.append(answer.fault)
        self._ledger.record(faults)
        return tuple(faults)

    def run_job(self, job_id: str, core: object) -> Mapping[str, int]:
        """Run one job once.

        Raises:
            PluginFault: there is no such job, or it failed.
        """
        found = self._roster.one(job_id, registry.JOBS)
        return self._ledger.ask(found, lambda: found.item.run(core), checks.counts)

    # ------------------------------------------------------------------ helpers

    def _items(self, family: Family) -> dict[str, Any]:
        return {name: found.item for name, found in self._roster.of(family).items()}

    def _sandbox_plugins(self) -> tuple[PluginInfo, ...]:
        if self._sandbox is None:
            return ()
        if self._sandboxed is None:
            try:
                name = "disclosure_pipeline.hooks.sandbox_entry:describe"
                self._sandboxed = tuple(self._sandbox.run(name, timeout=_DESCRIBE_SECONDS))
            except DisclosureError as error:
                fault = Fault(error.code, "load", error.message, error.advice, plugin=BUILTIN)
                self._ledger.record((fault,))
                return (PluginInfo(BUILTIN, "", "failed", faults=(fault,)),)
        return self._sandboxed
