"""The inside of a third-party plugin's own process: load, describe, answer calls.

The plugin's standard output and error are discarded (they could print document text), core dumps are
off, and the process ends with its parent, whatever the plugin is doing.
"""

from __future__ import annotations

import multiprocessing as mp
import os
import resource
import signal
import threading
from multiprocessing import connection
from typing import Any

from disclosure_pipeline.errors import ChannelFault, ConfigError, Fenced, PluginFault
from disclosure_pipeline.hooks import registry, wire
from disclosure_pipeline.hooks.canary import prove
from disclosure_pipeline.hooks.contracts import PluginContext
from disclosure_pipeline.hooks.guard import Subject, ask
from disclosure_pipeline.hooks.loading import LoadedPlugin, PluginSource, load
from disclosure_pipeline.hooks.parcel import Parcel
from disclosure_pipeline.model.finding import Fault


def serve(
    pipe: connection.Connection[bytes, wire.Request], source: PluginSource, setup: Parcel[wire.Setup]
) -> None:
    """Run one plugin until the host closes the pipe (target of the process)."""
    silence()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the host, which then closes the pipe
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        resident = Resident.load(source, setup.open())
    except ConfigError as error:
        pipe.send_bytes(wire.pack(wire.Description(config_error=error.message, failed=True)))
        return
    except PluginFault as error:
        fault = Fault(error.code, "load", error.message, error.advice, plugin=source.name)
        pipe.send_bytes(wire.pack(wire.Description(faults=(fault,), failed=True)))
        return
    pipe.send_bytes(wire.pack(resident.description))
    while True:
        try:
            request = pipe.recv()
        except EOFError:
            return
        pipe.send_bytes(_packed(resident.answer(request)))


def silence() -> None:
    """Discard whatever the process prints, from Python or C; no core dumps, no tokens."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name in [name for name in os.environ if name.startswith("DISCLOSURE_")]:
        del os.environ[name]  # an officer's token is no business of a plugin


def _end_with_parent() -> None:
    parent = mp.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(0)


def _packed(reply: wire.Reply) -> bytes:
    try:
        return wire.pack(reply)
    except Exception as error:  # noqa: BLE001  a plugin's object may raise anything when pickled
        return wire.pack(wire.Reply(problem="nonsense", name=type(error).__name__))


class Resident:
    """A loaded plugin with its objects by full id.

    Args:
        plugin: the plugin.
        objects: its usable objects.
        description: what the host is told.
    """

    def __init__(self, plugin: LoadedPlugin, objects: dict[str, Any], description: wire.Description):
        self._plugin = plugin
        self._objects = objects
        self.description = description

    @classmethod
    def load(cls, source: PluginSource, setup: wire.Setup) -> Resident:
        """Import the plugin, make its objects and prove its detectors.

        Raises:
            ConfigError: its configuration section is refused.
            PluginFault: it cannot be used at all.
        """
        plugin = load(source)
        options = registry.section(plugin, setup.section)
        folders = {"own": setup.own} | ({} if setup.pages is None else {"site": setup.pages})
        context = PluginContext(options, setup.rulebook, folders, setup.site, setup.limits)
        families = (
            family for family in registry.FAMILIES if family not in (registry.STAGES, registry.COLLATORS)
        )
        objects: dict[str, Any] = {}
        infos, unproved, faults = [], [], []
        for registered in registry.collect(plugin, context, families):
            fault = prove(registered.item, registered.id) if registered.family is registry.DETECTORS else None
            if fault is not None:
                unproved.append(registered.id)
                faults.append(fault)
                continue
            objects[registered.id] = registered.item
            infos.append(_info(registered))
        description = wire.Description(
            plugin.version, tuple(infos), tuple(unproved), "on_event" in plugin.hooks, tuple(faults)
        )
        return cls(plugin, objects, description)

    def answer(self, request: wire.Request) -> wire.Reply:
        """Carry out one call; whatever the plugin raises becomes a problem with a class name or a code."""

        def call() -> object:
            if not request.id:
                return self._plugin.call(request.method, event=request.arguments[0])
            return getattr(self._objects[request.id], request.method)(*request.arguments)

        subject = Subject("plugin", request.id or self._plugin.name, "call")
        try:
            answer = ask(subject, call, _as_is, passes=(Fenced, ChannelFault), trusted=False)
        except Fenced:
            return wire.Reply(problem="fenced")
        except ChannelFault as error:
            return wire.Reply(problem="channel_fault", name=error.code)
        if answer.fault is not None:
            return wire.Reply(problem="raised", name=answer.fault.message)
        return wire.Reply(answer.value)


def _as_is(answer: object) -> object:
    return answer


def _info(registered: registry.Registered) -> wire.ObjectInfo:
    item = registered.item
    return wire.ObjectInfo(
        registered.family.name,
        registered.id,
        registered.version,
        kinds=tuple(item.kinds) if registered.family is registry.DETECTORS else (),
        attributes=tuple(item.attributes) if hasattr(item, "attributes") else (),
        every=int(item.every) if registered.family is registry.JOBS else 0,
        follows=registry.follows(registered),
        mends=registry.mends(registered),
    )
