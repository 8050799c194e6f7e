"""What runs inside a sandbox process; the parent's side is :mod:`disclosure_pipeline.hooks.sandbox`.

The module stays light: a sandbox process imports it before anything else. Nothing here lets text
out by another way than a job's answer: the standard streams go to ``/dev/null``, exceptions leave
as a code and a class name, core dumps are off, and there is neither network nor a file to write outside of the
process's own folder, which is emptied after each job.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import resource
import shutil
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from disclosure_pipeline import errors
from disclosure_pipeline.hooks import allowance, confinement
from disclosure_pipeline.hooks.leftovers import MARK
from disclosure_pipeline.hooks.parcel import Parcel

if TYPE_CHECKING:
    from disclosure_pipeline.settings.models import Settings

OUT_OF_MEMORY = 86
"""Exit status of a process that reached its memory limit; the parent reads it."""

_PR_SET_PDEATHSIG = 1
_KEPT_VARIABLES = ("PATH", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "TESSDATA_PREFIX")
_KEPT_PREFIXES = ("LC_", "PYTHON")

_OPEN_FILES = 1024
_COLLECT_AFTER = 50_000
"""Objects made before the youngest are searched for cycles."""

_HOMES = {
    "HOME": "", "XDG_CACHE_HOME": ".cache", "XDG_CONFIG_HOME": ".config", "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state", "XDG_RUNTIME_DIR": ".run",
}  # fmt: skip

_own_folder: Path | None = None
_start_failure: errors.DisclosureError | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a sandbox process may use.

    Args:
        memory: most address space, bytes.
        children: most address space of a program that it starts, bytes, if that is more.
        file_size: largest file that it may write, bytes.
        granted: most seconds that a job can be granted on top of its time (`hooks/allowance.py`).
        readable: files and folders that it may read, beside system, Python and the job's own files.
        programs: programs that it starts.
    """

    memory: int = 1 << 30
    children: int = 0
    file_size: int = 1 << 30
    granted: float = 0.0
    readable: tuple[Path, ...] = ()
    programs: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings, readable: tuple[Path, ...] = ()) -> Bounds:
        """The bounds that the settings give.

        Args:
            settings: ``[extraction]`` and ``[recognition]`` of them.
            readable: see above.
        """
        extraction, recognition = settings.extraction, settings.recognition
        return cls(
            extraction.memory, recognition.memory, extraction.max_unpacked, allowance.most(settings), readable,
            (extraction.office, "tesseract"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """How a sandbox process is set up.

    Args:
        parent: process id that it must not outlive.
        memory: most address space, bytes.
        folder: private folder; the process makes its own folder in it.
        initializer: ``module:callable`` called once in a new process, or empty.
        initargs: its arguments, if there is one.
        bounds: the other limits.
        lent: where the files of its jobs are.
    """

    parent: int
    memory: int
    folder: str
    initializer: str = ""
    initargs: Parcel[tuple[Any, ...]] | None = None
    bounds: Bounds = Bounds()
    lent: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a job returned, or the error it ended with.

    Args:
        value: what it returned.
        error: the error.
        died: the process crashed, so that there may be nothing wrong with the job.
    """

    value: Any = None
    error: errors.DisclosureError | None = None
    died: bool = False


def prepare(surroundings: Surroundings) -> None:
    """Set the process up. A failing initializer is kept and answered to every job."""
    _die_with(surroundings.parent)
    # SIGTERM must end a process that hangs in C code, where a Python handler would never run.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # What it starts stays in its session, so that it can be found when this process has been killed.
    with contextlib.suppress(OSError):
        os.setsid()
    _silence_standard_streams()
    _drop_environment()
    _limit(surroundings.memory, surroundings.bounds)
    own = _use_private_folder(Path(surroundings.folder))
    readable = (*surroundings.bounds.readable, *([Path(surroundings.lent)] if surroundings.lent else ()))
    confinement.confine(own, readable, surroundings.bounds.programs)
    if surroundings.initializer:
        global _start_failure  # noqa: PLW0603 - one process, one start
        _start_failure = _guarded(surroundings.initializer, _unpacked(surroundings.initargs)).error
    collect_seldom()


def _unpacked(initargs: Parcel[tuple[Any, ...]] | None) -> tuple[Any, ...]:
    if initargs is None:
        return ()
    with contextlib.closing(initargs):
        return initargs.open()


def call(function: str, args: tuple[Any, ...], seconds: float) -> Answer:
    """Run one job; every exception becomes an error without document text.

    The kernel ends the process by SIGALRM when the job takes longer than its time and what it was granted.

    Args:
        function: ``module:callable``.
        args: its arguments.
        seconds: its time.
    """
    if _start_failure is not None:
        return Answer(error=_start_failure)
    allowance.begin(seconds)
    try:
        return _guarded(function, args)
    finally:
        _empty(Path(tempfile.gettempdir()))
        allowance.end()


def own_folder() -> Path | None:
    """This process's folder, for what must outlive a job; ``None`` outside of a sandbox process."""
    return _own_folder


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


def _limit(memory: int, bounds: Bounds) -> None:
    """Set the limits; a program started from here may raise its memory up to ``bounds.children``."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = max(memory, bounds.children)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (min(memory, most), most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for limit, wanted in ((resource.RLIMIT_FSIZE, bounds.file_size), (resource.RLIMIT_NOFILE, _OPEN_FILES)):
        _, hard = resource.getrlimit(limit)
        resource.setrlimit(limit, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    # Where the whole machine runs out of memory, the kernel should pick this process first.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


def collect_seldom() -> None:
    """Spare what is loaded for good, and most of what a job makes, the search for cycles.

    A text of many thousand segments is no garbage, and has no cycles: to look through it again and again
    while it grows is a good part of the time that reading a workbook takes.
    """
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, *gc.get_threshold()[1:])


def _use_private_folder(folder: Path) -> Path:
    """Give the process a folder of its own, with a home and a folder for the temporary files of a job."""
    global _own_folder  # noqa: PLW0603 - one process, one folder
    os.umask(0o077)
    own = folder / str(os.getpid())
    home, temporary = own / "home", own / "tmp"
    for made in (home / ".run", temporary):
        made.mkdir(parents=True, exist_ok=True)
    os.environ.update({name: str(home / below) for name, below in _HOMES.items()})
    os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
    os.environ[MARK] = str(own)
    _own_folder = own
    return own


def _empty(folder: Path) -> None:
    """Remove what a job left in its temporary folder."""
    for left in tuple(folder.iterdir()):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                left.unlink()
