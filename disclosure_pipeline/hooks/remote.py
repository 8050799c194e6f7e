"""Third-party plugins, seen from the host: a killable process each, and proxies for its objects.

The time limit of a call is real: the process is killed when it passes, and started again for the next
call. What the proxies answer is still to be checked by the caller's guard.
"""

from __future__ import annotations

import contextlib
import multiprocessing as mp
import re
import threading
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, cast

from disclosure_pipeline.errors import ChannelFault, Fenced, PluginFault
from disclosure_pipeline.hooks import registry, wire
from disclosure_pipeline.hooks.contracts import Canary, Case, Event, Opinion, PartText
from disclosure_pipeline.hooks.guard import Nonsense
from disclosure_pipeline.hooks.loading import PluginSource
from disclosure_pipeline.hooks.parcel import Parcel
from disclosure_pipeline.hooks.resident import serve
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Fault, Finding
from disclosure_pipeline.model.publication import Answer, Order, Standing
from disclosure_pipeline.model.route import Route

LOAD_SECONDS = 30.0
"""Time that a plugin gets to be imported, make its objects and prove its detectors."""

EVENT_SECONDS = 5.0
"""Time that a plugin gets to take note of an event."""


UNCERTAIN = "channel.uncertain"
"""Code of a channel's fault after which the order may have been carried out or not: it waits for a person."""

_FAULT_CODE = re.compile(r"(channel|artefact|order|record)\.[a-z_]{1,40}")


class RemotePlugin:
    """One plugin in a process of its own. Calls are made one at a time; thread-safe.

    Args:
        source: where the plugin comes from.
        setup: what its objects are made of.
        load_timeout: seconds for loading.
    """

    def __init__(self, source: PluginSource, setup: wire.Setup, *, load_timeout: float = LOAD_SECONDS):
        self.source = source
        self._setup = setup
        self._load_timeout = load_timeout
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._pipe: Connection[wire.Request, bytes] | None = None
        self._loading = False
        self.starts = 0

    def start(self) -> None:
        """Start the process without waiting for the plugin to load."""
        context = mp.get_context("spawn")
        ours, theirs = context.Pipe()
        with contextlib.closing(theirs), contextlib.closing(Parcel(self._setup)) as setup:
            self._process = context.Process(
                target=serve,
                args=(theirs, self.source, setup),
                name=f"plugin {self.source.name}",
                daemon=True,
            )
            self._process.start()
        self._pipe, self._loading = ours, True
        self.starts += 1

    def describe(self) -> wire.Description:
        """What the plugin says about itself; starts the process where it does not run.

        A plugin that hangs, dies or answers nonsense while loading is described as failed.
        """
        with self._lock:
            try:
                return self._described()
            except PluginFault as error:
                self._kill()
                fault = Fault(error.code, "load", error.message, error.advice, plugin=self.source.name)
                return wire.Description(faults=(fault,), failed=True)

    def tell(self, event: Event) -> None:
        """Tell the plugin of an event; raises as :meth:`call` does."""
        self.call("plugin", "", "on_event", event, timeout=EVENT_SECONDS)

    def call(self, kind: str, full_id: str, method: str, *arguments: object, timeout: float) -> Any:
        """Call one method of one object.

        Args:
            kind: singular of the object's family, first half of fault codes.
            full_id: the object; empty for the plugin's own ``on_event``.
            method: name of the method.
            arguments: picklable values.
            timeout: seconds.

        Raises:
            PluginFault: it raised, hung (and was killed), died, or answered something else than data.
            Fenced: a channel says that a newer generation was carried out.
            ChannelFault: a channel could not carry the order out.
        """
        with self._lock:
            self._ready()
            reply = self._exchange(kind, full_id, wire.Request(full_id, method, arguments), timeout)
        if reply.problem:
            raise _error(reply, kind, full_id)
        return reply.value

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._kill()

    def _ready(self) -> None:
        """Have a loaded plugin at the other end of the pipe; call with the lock held."""
        alive = self._process is not None and self._process.is_alive()
        if alive and not self._loading:
            return
        try:
            description = self._described()
        except PluginFault:
            self._kill()
            raise
        if description.failed:
            self._kill()
            raise PluginFault(f"plugin {self.source.name} did not load again.", code="plugin.restart")

    def _described(self) -> wire.Description:
        if self._process is None or not (self._process.is_alive() or self._loading):
            self._kill()
            self.start()
        subject = f"plugin {self.source.name}"
        answer = self._receive(subject, "plugin", self._load_timeout)
        self._loading = False
        if not isinstance(answer, wire.Description):
            raise PluginFault(f"{subject} described itself by nonsense", code="plugin.nonsense")
        return answer

    def _exchange(self, kind: str, full_id: str, request: wire.Request, timeout: float) -> wire.Reply:
        assert self._pipe is not None  # noqa: S101  _ready has made it
        who = full_id or self.source.name
        try:
            self._pipe.send(request)
            reply = self._receive(who, kind, timeout)
        except OSError:
            self._kill()
            raise PluginFault(f"{who}: its process died.", code=f"{kind}.crashed") from None
        except PluginFault:
            self._kill()
            raise
        if not isinstance(reply, wire.Reply):
            raise _nonsense(kind, who, "it is no reply")
        return reply

    def _receive(self, who: str, prefix: str, timeout: float) -> object:
        assert self._pipe is not None  # noqa: S101  callers have started the process
        try:
            if not self._pipe.poll(timeout):
                raise PluginFault(f"{who} did not answer within {timeout:g} s.", code=f"{prefix}.timeout")
            return wire.unpack(self._pipe.recv_bytes())
        except (EOFError, ConnectionError):
            raise PluginFault(f"{who}: its process died.", code=f"{prefix}.crashed") from None
        except Nonsense as problem:
            raise PluginFault(f"{who}: {problem}.", code=f"{prefix}.nonsense") from None

    def _kill(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.kill()
                self._process.join()
                self._process.close()
        self._process = self._pipe = None
        self._loading = False


def _error(reply: wire.Reply, kind: str, full_id: str) -> Exception:
    """What a reply's problem means to the caller."""
    match reply.problem:
        case "fenced":
            return Fenced()
        case "channel_fault":
            return _channel_fault(reply.name, full_id)
        case "raised":
            return PluginFault(reply.name, code=f"{kind}.raised")
        case _:
            return _nonsense(kind, full_id, f"it cannot be sent ({reply.name})")


def _channel_fault(code: object, full_id: str) -> ChannelFault:
    """A channel's fault under its own code; its words stay in its process, they could be a document's."""
    if code == UNCERTAIN:
        return ChannelFault(
            f"Nobody knows whether {full_id} carried out the order.",
            code=UNCERTAIN,
            advice="Look at what was really done there; then `disclosure channel retry`, which docs/channels.md explains.",
        )
    known = isinstance(code, str) and _FAULT_CODE.fullmatch(code) is not None
    message = f"{full_id} could not carry out the order."
    return ChannelFault(message, code=str(code)) if known else ChannelFault(message)


def _nonsense(kind: str, who: str, why: str) -> PluginFault:
    return PluginFault(f"{who} gave an answer that cannot be used: {why}.", code=f"{kind}.nonsense")


class _Proxy:
    """Base of the proxies: an object's identity, and calls under its family's time limit."""

    def __init__(self, remote: RemotePlugin, info: wire.ObjectInfo, timeout: float):
        self.id = info.id
        self.version = info.version
        self._remote = remote
        self._kind = registry.BY_NAME[info.family].singular
        self._timeout = timeout

    def _call(self, method: str, *arguments: object) -> Any:
        return self._remote.call(self._kind, self.id, method, *arguments, timeout=self._timeout)


class RemoteDetector(_Proxy):
    """A detector in its plugin's process; it was proved there."""

    canaries: tuple[Canary, ...] = ()

    def __init__(self, remote: RemotePlugin, info: wire.ObjectInfo, timeout: float):
        super().__init__(remote, info, timeout)
        self.kinds = info.kinds

    def detect(self, part: PartText) -> Sequence[Finding]:
        """See :class:`~disclosure_pipeline.hooks.contracts.Detector`."""
        return cast("Sequence[Finding]", self._call("detect", part))


class RemoteRule(_Proxy):
    """An attribute rule in its plugin's process."""

    def judge(self, case: Case) -> Opinion:
        """See :class:`~disclosure_pipeline.hooks.contracts.AttributeRule`."""
        return cast("Opinion", self._call("judge", case))


class RemotePlanner(_Proxy):
    """A route planner in its plugin's process."""

    def plan(self, case: Case, base: Route) -> Route:
        """See :class:`~disclosure_pipeline.hooks.contracts.RoutePlanner`."""
        return cast("Route", self._call("plan", case, base))


class RemoteChannel(_Proxy):
    """A channel or archive in its plugin's process."""

    def __init__(self, remote: RemotePlugin, info: wire.ObjectInfo, timeout: float):
        super().__init__(remote, info, timeout)
        self.attributes: tuple[Attribute, ...] = info.attributes
        self.follows = info.follows
        self.mends = info.mends

    def publish(self, order: Order) -> Answer:
        """See :class:`~disclosure_pipeline.hooks.contracts.Channel`."""
        return cast("Answer", self._call("publish", order))

    def update(self, order: Order) -> Answer:
        """See :class:`~disclosure_pipeline.hooks.contracts.Channel`."""
        return cast("Answer", self._call("update", order))

    def withdraw(self, order: Order) -> Answer:
        """See :class:`~disclosure_pipeline.hooks.contracts.Channel`."""
        return cast("Answer", self._call("withdraw", order))

    def verify(self, documents: Sequence[str]) -> Sequence[Standing]:
        """See :class:`~disclosure_pipeline.hooks.contracts.Channel`."""
        return cast("Sequence[Standing]", self._call("verify", tuple(documents)))

    def mend(self, whole: bool) -> bool:
        """See :class:`~disclosure_pipeline.hooks.contracts.Mending`; ``mends`` says whether the channel has it."""
        return cast("bool", self._call("mend", whole))


class RemoteNotifier(_Proxy):
    """A notifier in its plugin's process."""

    def notify(self, event: Event, letter: Mapping[str, Any]) -> None:
        """See :class:`~disclosure_pipeline.hooks.contracts.Notifier`."""
        self._call("notify", event, dict(letter))


class RemoteJob(_Proxy):
    """A job in its plugin's process; it has no facade of the core there and gets ``None``."""

    def __init__(self, remote: RemotePlugin, info: wire.ObjectInfo, timeout: float):
        super().__init__(remote, info, timeout)
        self.every = info.every

    def run(self, core: Any) -> Mapping[str, int]:
        """See :class:`~disclosure_pipeline.hooks.contracts.Job`."""
        del core  # the facade stays in our process
        return cast("Mapping[str, int]", self._call("run", None))


_PROXIES: Mapping[str, type[_Proxy]] = {
    registry.DETECTORS.name: RemoteDetector,
    registry.ATTRIBUTE_RULES.name: RemoteRule,
    registry.ROUTES.name: RemotePlanner,
    registry.CHANNELS.name: RemoteChannel,
    registry.ARCHIVES.name: RemoteChannel,
    registry.NOTIFIERS.name: RemoteNotifier,
    registry.JOBS.name: RemoteJob,
}


def proxy(remote: RemotePlugin, info: wire.ObjectInfo, timeout: float) -> registry.Registered | None:
    """The proxy of one described object; ``None`` for extractors, which load in the sandbox."""
    kind = _PROXIES.get(info.family)
    if kind is None:
        return None
    return registry.Registered(
        registry.BY_NAME[info.family], info.id, info.version, kind(remote, info, timeout)
    )
