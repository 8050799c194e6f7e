"""What runs inside a sandbox process; the parent's side is :mod:`disclosure_pipeline.hooks.sandbox`.

The module stays light: a sandbox process imports it before anything else. Nothing here lets text
out by another way than a job's answer: the standard streams go to ``/dev/null``, exceptions leave
as a code and a class name, and core dumps are off.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import resource
import shutil
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from disclosure_pipeline import errors

OUT_OF_MEMORY = 86
"""Exit status of a process that reached its memory limit; the parent reads it."""

_PR_SET_PDEATHSIG = 1
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH")
_KEPT_PREFIXES = ("LC_", "PYTHON")

_start_failure: errors.DisclosureError | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """How a sandbox process is set up.

    Args:
        parent: process id that it must not outlive.
        memory: most address space, bytes.
        folder: private folder; the process makes its own temporary folder in it.
        initializer: ``module:callable`` called once in a new process, or empty.
        initargs: its arguments.
    """

    parent: int
    memory: int
    folder: str
    initializer: str = ""
    initargs: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a job returned, or the error it ended with."""

    value: Any = None
    error: errors.DisclosureError | None = None


def prepare(surroundings: Surroundings) -> None:
    """Set the process up. A failing initializer is kept and answered to every job."""
    _die_with(surroundings.parent)
    # SIGTERM must end a process that hangs in C code, where a Python handler would never run.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _silence_standard_streams()
    _drop_environment()
    _limit(surroundings.memory)
    _use_private_folder(Path(surroundings.folder))
    if surroundings.initializer:
        global _start_failure  # noqa: PLW0603 - one process, one start
        _start_failure = _guarded(surroundings.initializer, surroundings.initargs).error


def call(function: str, args: tuple[Any, ...]) -> Answer:
    """Run one job; every exception becomes an error without document text."""
    if _start_failure is not None:
        return Answer(error=_start_failure)
    return _guarded(function, args)


def nothing() -> None:
    """The job that only proves that the process runs."""


def _guarded(function: str, args: tuple[Any, ...]) -> Answer:
    try:
        return Answer(_resolve(function)(*args))
    except MemoryError:
        # The heap of this process is spoiled: end it, so that the next job starts in a fresh one.
        os._exit(OUT_OF_MEMORY)
    except errors.DisclosureError as error:
        return Answer(error=_portable(error))
    except BaseException as error:  # noqa: BLE001 - SystemExit of a library included
        message = f"A job in the sandbox failed with {type(error).__name__}."
        return Answer(error=errors.DisclosureError(message, code="sandbox.crash", advice=CRASH_ADVICE))


CRASH_ADVICE = "Try `disclosure retry`; if it stays, ask the department for the file in another format."


def _portable(error: errors.DisclosureError) -> errors.DisclosureError:
    """The error without cause, context and traceback, of a class that the parent knows."""
    known = type(error).__module__ == errors.__name__
    cls = type(error) if known else errors.DisclosureError
    return cls(error.message, code=error.code, advice=error.advice)


def _resolve(function: str) -> Callable[..., Any]:
    module, _, name = function.partition(":")
    target: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return target


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when the parent's keeper thread ends (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _silence_standard_streams() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


def _drop_environment() -> None:
    """Forget variables (tokens, database addresses) that a reader of files has no need of."""
    for name in tuple(os.environ):
        if name not in _KEPT_VARIABLES and not name.startswith(_KEPT_PREFIXES):
            del os.environ[name]


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # Where the whole machine runs out of memory, the kernel should pick this process first.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


def _use_private_folder(folder: Path) -> None:
    """Give the process its own temporary folder and remove those of killed siblings."""
    os.umask(0o077)
    for sibling in folder.iterdir():
        if sibling.name.isdigit() and not Path("/proc", sibling.name).exists():
            shutil.rmtree(sibling, ignore_errors=True)
    own = folder / str(os.getpid())
    own.mkdir(exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(own)
