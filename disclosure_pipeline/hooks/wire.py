"""What crosses between the host and a plugin's process: plain messages, and data only on the way back.

Unpickling can run code, so an answer is read by an unpickler that knows nothing but the classes of the
model and the contracts. Whatever else a plugin sends is nonsense, not an import into our process.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from disclosure_pipeline.hooks.guard import Nonsense
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Fault
from disclosure_pipeline.model.policy import RuleBook

_DATA = ("disclosure_pipeline.model.", "disclosure_pipeline.hooks.contracts.")
"""Packages whose classes a message may hold."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a plugin's process needs to make the plugin's objects.

    Args:
        section: the plugin's configuration section as written, or ``None``.
        rulebook: all rules in force.
        own: the one folder it may write.
        pages: folder of the site, which it may read; ``None`` where there is none.
        site: how the office presents itself.
        limits: ``[extraction]`` limits.
    """

    section: Mapping[str, Any] | None
    rulebook: RuleBook
    own: Path
    site: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)
    pages: Path | None = None


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """One object as its process describes it.

    Args:
        family: name of its family (``detectors``).
        id: full id.
        version: its version.
        kinds: finding kinds of a detector.
        attributes: what a channel takes.
        every: seconds between two runs of a job.
        follows: full id of the channel whose work a channel copies, or empty.
        mends: whether a channel can be asked to mend what it made.
    """

    family: str
    id: str
    version: str
    kinds: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    every: int = 0
    follows: str = ""
    mends: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """A plugin as its process describes it after loading.

    Args:
        version: the plugin's version.
        objects: usable objects.
        unproved: ids of detectors that failed their canary.
        events: whether it wants to be told of events.
        faults: what went wrong while loading.
        config_error: why its configuration section is refused, or empty.
        failed: whether the plugin is unusable as a whole.
    """

    version: str = ""
    objects: tuple[ObjectInfo, ...] = ()
    unproved: tuple[str, ...] = ()
    events: bool = False
    faults: tuple[Fault, ...] = ()
    config_error: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One call: the object's full id (empty for the plugin's own hooks), the method, the arguments."""

    id: str
    method: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer: a value, or the kind of problem and the exception's class name (of a channel's fault: its code)."""

    value: Any = None
    problem: str = ""
    name: str = ""


class _DataOnly(pickle.Unpickler):
    """Knows the classes of the model, the contracts and the messages, and no function at all."""

    def find_class(self, module: str, name: str) -> Any:
        if "." in name or not (module.startswith(_DATA) or module == __name__):
            raise Nonsense("it holds an object that is not data")
        found = super().find_class(module, name)
        if not isinstance(found, type) or found.__module__ != module:
            raise Nonsense("it holds an object that is not data")
        return found


def pack(message: object) -> bytes:
    """A message as bytes.

    Raises:
        Exception: the message holds something that cannot be pickled.
    """
    return pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)


def unpack(data: bytes) -> object:
    """Read what a plugin's process sent.

    Raises:
        Nonsense: damaged, or something else than data.
    """
    try:
        return _DataOnly(io.BytesIO(data)).load()
    except Nonsense:
        raise
    except Exception as error:  # noqa: BLE001  damaged pickles raise almost anything
        raise Nonsense(f"it cannot be read ({type(error).__name__})") from None
