"""What runs inside a recognition process; the other side is :mod:`.recognition_process`.

Started as ``python -m …recognition_child DESCRIPTOR PARENT FOLDER``. It prepares itself as a sandbox process
does (limits, no streams, no core dumps, dies with its parent), loads the plugins that offer engines, and
answers one picture at a time. It refuses every network connection and ends when it has been idle.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.hooks import sandbox_child, wire

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.contracts import Raster, Recogniser
    from disclosure_pipeline.hooks.recognition_process import Setup
    from disclosure_pipeline.model.finding import Fault

_NETWORK = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "socket.sendmsg")


def main(arguments: Sequence[str]) -> None:
    """Prepare, load, answer until the line is closed or nothing came for ``[recognition] idle`` seconds."""
    descriptor, parent, folder = arguments
    line: Connection[bytes, Any] = Connection(int(descriptor))
    setup: Setup = line.recv()
    memory = setup.settings.recognition.memory
    plugins = tuple(Path(source.target) for source in setup.extras if source.origin == "folder")
    bounds = sandbox_child.Bounds(memory, readable=plugins, programs=("tesseract",))
    sandbox_child.prepare(sandbox_child.Surroundings(int(parent), memory, folder, bounds=bounds))
    sys.addaudithook(_refuse_network)
    counter = Counter(setup)
    line.send_bytes(wire.pack(counter.faults))
    with contextlib.suppress(EOFError, OSError):
        while line.poll(setup.settings.recognition.idle):
            line.send_bytes(wire.pack(counter.answer(line.recv())))


def _refuse_network(event: str, _: tuple[object, ...]) -> None:
    """An engine that wants to fetch a model or report home is stopped."""
    if event in _NETWORK:
        raise PermissionError("a recognition process has no network")


class Counter:
    """The engines of ``[recognition] engines``, in their order.

    Args:
        setup: what the process is made of.
    """

    def __init__(self, setup: Setup):
        from disclosure_pipeline.hooks import registry
        from disclosure_pipeline.hooks.roster import Roster, builtin_context

        roster = Roster()
        families = (registry.RECOGNISERS,)
        roster.add_builtins(builtin_context(setup.settings, setup.workspace, setup.rulebook), families)
        for source in setup.extras:
            roster.add_third_party(source, setup.settings, setup.workspace, setup.rulebook, families)
        wanted = setup.settings.recognition.engines
        found = roster.of(registry.RECOGNISERS)
        self._engines: dict[str, Recogniser] = {name: found[name].item for name in wanted if name in found}
        self.faults: tuple[Fault, ...] = tuple(
            registry.RECOGNISERS.subject(name).fault("missing", f"The engine '{name}' is not loaded.")
            for name in wanted
            if name not in found
        )

    def answer(self, raster: Raster) -> tuple[str, tuple[object, ...] | None, tuple[Fault, ...]]:
        """Ask one engine after the other until one answers: its id and lines, and the faults on the way."""
        from disclosure_pipeline.hooks import checks
        from disclosure_pipeline.hooks.guard import ask
        from disclosure_pipeline.hooks.registry import RECOGNISERS

        faults: list[Fault] = []
        for name, engine in self._engines.items():
            try:
                answer = ask(
                    RECOGNISERS.subject(name),
                    lambda engine=engine: engine.recognise(raster),  # type: ignore[misc]
                    checks.recognised(raster),
                    passes=(MemoryError,),
                    trusted=False,
                )
            except MemoryError:
                os._exit(sandbox_child.OUT_OF_MEMORY)
            if answer.value is not None:
                return name, answer.value, tuple(faults)
            faults += [answer.fault] if answer.fault is not None else []
        return "", None, tuple(faults)


if __name__ == "__main__":
    main(sys.argv[1:])
