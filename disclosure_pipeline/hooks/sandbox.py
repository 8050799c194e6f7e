"""Runs code that touches hostile files in processes of their own, with limits and a hard kill.

Threat model. A dropped file may make a parser hang, eat memory, crash, or print what it read. Each
job therefore runs in a process with limits on address space and file size, without core dumps, with its
standard streams on ``/dev/null``, an emptied environment and a private folder. It has no network, reads
copies of its own job's files (`hooks/lending.py`) and nothing else of the workspace, and writes in its folder only
(`hooks/confinement.py`). The kernel ends it at its time limit (`hooks/allowance.py`); a second, outer limit is
held here. It dies with the daemon; programs that it had started, and files that it left, are swept away
(`hooks/leftovers.py`). Errors come back as codes, never with a traceback. A process that crashes
may have been at fault itself, so the job is tried once more in a fresh one; time and memory are not.

Accepted risks. The process's answers are unpickled by the parent: code execution inside a parser is hindered,
not contained. Where the kernel offers no Landlock, it may open what the daemon's user may open; `disclosure
doctor` tells. So run the daemon as its own user, confine it by the service manager, and keep the parsers current.

Each slot is a pebble pool of one process: pebble kills it for real, and a broken one disturbs nobody.
Pools are started by one *keeper* thread, because Linux sends the parent-death signal when the
thread that started a process ends, and callers' threads come and go.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Future, wait
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import structlog

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.hooks import leftovers, sandbox_child
from disclosure_pipeline.hooks.lending import lent
from disclosure_pipeline.hooks.parcel import Parcel
from disclosure_pipeline.hooks.sandbox_child import Answer, Bounds, Surroundings

if TYPE_CHECKING:
    from pebble import ProcessPool

START_ALLOWANCE = 60.0
"""Seconds that a new process gets to start and run its initializer, on top of a job's time limit."""

OUTER_ALLOWANCE = 1.0
"""Seconds after a job's own limit at which the parent kills its process, should the kernel's alarm have failed."""

_LOOK = 0.2
"""Seconds between looks whether the process of a job is still there."""

RETRIED = "sandbox.retried"
"""Code of the fault that a process crashed and its job was tried once more."""

FOLDER_PREFIX = "sandbox-"
"""Beginning of the name of a sandbox's private folder: ``sandbox-<host>-<process>-<random>``."""


class SandboxFault(DisclosureError):
    """A sandbox process crashed."""

    code = "sandbox.crash"
    advice = sandbox_child.CRASH_ADVICE


class _Slot:
    """A place for one process: a pool of one, or none yet.

    Args:
        lent: where the files of its jobs are.
    """

    def __init__(self, lent: Path) -> None:
        self.lent = lent
        self.pool: ProcessPool | None = None
        self.job: Future[Answer] | None = None
        self.used = 0.0


class Sandbox:
    """Processes in which jobs run one at a time each.

    Args:
        processes: most processes at a time; each starts when a job first needs it.
        bounds: what a process may use; the defaults if ``None``.
        folder: where private temporary folders are made; the system's own if ``None``.
        initializer: ``module:callable`` called once in every new process (it may build a plugin
            host); if it fails, every job of that process fails with its error.
        initargs: the initializer's arguments; they must pickle.
        idle: seconds without a job after which a process ends and gives its memory back.
    """

    def __init__(
        self,
        processes: int = 1,
        *,
        bounds: Bounds | None = None,
        folder: Path | None = None,
        initializer: str = "",
        initargs: tuple[Any, ...] = (),
        idle: float = 120.0,
    ):
        self._folder = _private_folder(folder)
        bounds = bounds or Bounds()
        self._surroundings = Surroundings(
            os.getpid(), bounds.memory, str(self._folder), initializer, Parcel(initargs), bounds
        )
        self._outer = bounds.granted + OUTER_ALLOWANCE
        self._idle = idle
        self._free = [_Slot(self._folder / f"lent-{number}") for number in range(processes)]
        self._slots = tuple(self._free)
        self._returned = threading.Condition()
        self._errands: queue.SimpleQueue[tuple[Callable[[], None], Future[None]] | None] = queue.SimpleQueue()
        self._keeper: threading.Thread | None = None
        self._closed = False

    def run(
        self, function: str, *args: Any, timeout: float, on_retry: Callable[[], None] | None = None
    ) -> Any:
        """Run one job and wait for its answer.

        Args:
            function: ``module:callable``, imported in the sandbox process.
            args: its arguments; they must pickle, and so must its answer. Files in them (:class:`SourceFile`)
                are copied to where the process may read them.
            timeout: seconds that the job may run before its process is killed, without what it is granted.
            on_retry: called when the process crashed and the job is tried once more.

        Raises:
            DisclosureError: what the job raised, as it was.
            ExtractionFailed: ``extract.open``: a file could not be copied.
            SandboxFault: code ``sandbox.crash``, ``sandbox.timeout``, ``sandbox.memory`` or ``sandbox.closed``.
        """
        slot = self._take()
        try:
            with lent(args, slot.lent) as arguments:
                answer = self._ask(slot, function, arguments, timeout)
                if answer.died and not self._closed:
                    structlog.get_logger(__name__).warning(RETRIED, code=SandboxFault.code)
                    if on_retry is not None:
                        on_retry()
                    answer = self._ask(slot, function, arguments, timeout)
        finally:
            leftovers.remove_sockets()
            self._give_back(slot)
        if answer.error is not None:
            raise answer.error
        return answer.value

    def warm(self) -> None:
        """Start every free process now and wait until each has run its initializer.

        Raises:
            DisclosureError: an initializer failed.
        """
        slots = self._take_all()
        try:
            nothing = f"{sandbox_child.__name__}:{sandbox_child.nothing.__name__}"
            futures = [self._schedule(slot, nothing, (), START_ALLOWANCE) for slot in slots]
            answers = [
                self._wait(slot, future, START_ALLOWANCE) for slot, future in zip(slots, futures, strict=True)
            ]
        finally:
            for slot in slots:
                self._give_back(slot)
        for answer in answers:
            if answer.error is not None:
                raise answer.error

    def rest(self) -> None:
        """End the processes that no job uses, now; the next job starts one again."""
        self._by_keeper(lambda: self._end_idle(0.0))

    def close(self) -> None:
        """End every process, running jobs included, and remove the private folder."""
        with self._returned:
            if self._closed:
                return
            self._closed = True
            self._returned.notify_all()
            keeper = self._keeper
        if keeper is not None:
            self._errands.put(None)
            keeper.join()
        for slot in self._slots:
            # A stopped pool forgets its jobs: free those who wait for them.
            if slot.job is not None:
                slot.job.cancel()
            self._end(slot)
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---------------------------------------------------------------- one job

    def _ask(self, slot: _Slot, function: str, args: tuple[Any, ...], timeout: float) -> Answer:
        return self._wait(slot, self._schedule(slot, function, args, timeout), timeout)

    def _schedule(self, slot: _Slot, function: str, args: tuple[Any, ...], timeout: float) -> Future[Answer]:
        """Hand the job to the slot's process; what goes wrong is in the future."""
        try:
            if slot.pool is None or not slot.pool.active:
                self._by_keeper(lambda: self._start(slot)).result()
            if slot.pool is not None:
                future: Future[Answer] = slot.pool.schedule(
                    sandbox_child.call, args=(function, args, timeout), timeout=timeout + self._outer
                )
                slot.job = future
                if self._closed:
                    future.cancel()
                return future
            error: Exception = _closed()
        except Exception as failed:  # noqa: BLE001 - pebble and the operating system
            error = failed
        lost: Future[Answer] = Future()
        lost.set_exception(error)
        return lost

    def _wait(self, slot: _Slot, future: Future[Answer], timeout: float) -> Answer:
        from pebble import ProcessExpired

        ends = time.monotonic() + timeout + self._outer + START_ALLOWANCE
        pool = slot.pool  # closing the sandbox takes it out of its place
        while not future.done() and time.monotonic() < ends and pool is not None and pool.active:
            wait((future,), _LOOK)
        if not future.done() and time.monotonic() < ends and not self._closed:
            # A process that dies between its start and its first job breaks the pool, which may forget the job then.
            self._replace(slot)
            return Answer(error=SandboxFault("The sandbox died before its job."), died=True)
        try:
            return future.result(max(0.0, ends - time.monotonic()))
        except TimeoutError:
            # Either the process never got as far as the job, or pebble has just killed it.
            self._replace(slot)
            return timed_out()
        except ProcessExpired as expired:
            # The dead process may have held a lock of the pool: never use that pool again.
            self._replace(slot)
            return died(expired.exitcode)
        except (Exception, CancelledError) as error:  # noqa: BLE001 - pebble, pickling, no more processes
            self._replace(slot)
            if self._closed:
                return Answer(error=_closed())
            fault = SandboxFault(f"The sandbox failed with {type(error).__name__}.")
            return Answer(error=fault, died=isinstance(error, BrokenExecutor))
        except BaseException:
            self._replace(slot)
            raise

    # ------------------------------------------------------------ slots, keeper

    def _take(self) -> _Slot:
        with self._returned:
            while not self._free and not self._closed:
                self._returned.wait()
            if self._closed:
                raise _closed()
            return self._free.pop()

    def _take_all(self) -> list[_Slot]:
        with self._returned:
            if self._closed:
                raise _closed()
            slots, self._free = self._free, []
            return slots

    def _give_back(self, slot: _Slot) -> None:
        slot.used = time.monotonic()
        with self._returned:
            self._free.append(slot)
            self._returned.notify()

    def _replace(self, slot: _Slot) -> None:
        """Have the keeper end the slot's process; the next job starts another."""
        old, slot.pool = slot.pool, None
        self._by_keeper(lambda: self._stop(old))

    def _start(self, slot: _Slot) -> None:
        from pebble import ProcessPool

        self._end(slot)
        slot.lent.mkdir(exist_ok=True)
        pool = ProcessPool(
            max_workers=1,
            initializer=sandbox_child.prepare,
            initargs=(replace(self._surroundings, lent=str(slot.lent)),),
            context=multiprocessing.get_context("spawn"),
        )
        # The property starts the process, in this thread.
        if pool.active:
            slot.pool = pool

    def _by_keeper(self, errand: Callable[[], None]) -> Future[None]:
        """Have the keeper thread do something; cancelled when the sandbox is closed."""
        done: Future[None] = Future()
        with self._returned:
            if self._closed:
                done.cancel()
                return done
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._keep, name="sandbox-keeper", daemon=True)
                self._keeper.start()
            self._errands.put((errand, done))
        return done

    def _keep(self) -> None:
        while True:
            try:
                item = self._errands.get(timeout=self._idle / 2)
            except queue.Empty:
                self._end_idle(self._idle)
                continue
            if item is None:
                return
            errand, done = item
            try:
                errand()
                done.set_result(None)
            except Exception as error:  # noqa: BLE001 - the keeper must outlive any failure
                done.set_exception(error)

    def _end_idle(self, seconds: float) -> None:
        deadline = time.monotonic() - seconds
        with self._returned:
            idle = [slot for slot in self._free if slot.pool is not None and slot.used <= deadline]
            self._free = [slot for slot in self._free if slot not in idle]
        for slot in idle:
            self._end(slot)
        with self._returned:
            self._free[:0] = idle
            self._returned.notify_all()

    def _end(self, slot: _Slot) -> None:
        pool, slot.pool = slot.pool, None
        self._stop(pool)

    def _stop(self, pool: ProcessPool | None) -> None:
        """Kill a pool's process, and what it had started and written."""
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()
            leftovers.sweep(self._folder)


def died(status: int | None) -> Answer:
    """The answer of a process that ended in the middle of a job.

    Args:
        status: its exit status, negative for a signal.
    """
    if status == sandbox_child.OUT_OF_MEMORY:
        return _fault("sandbox.memory", "A job in the sandbox reached its memory limit.")
    if status == -signal.SIGALRM:
        return timed_out()
    return Answer(error=SandboxFault(f"A sandbox process died (status {status})."), died=True)


def timed_out() -> Answer:
    """The answer of a process that was ended because its job took too long."""
    return _fault("sandbox.timeout", "A job in the sandbox reached its time limit and was killed.")


def _fault(code: str, message: str) -> Answer:
    return Answer(error=SandboxFault(message, code=code))


def _closed() -> SandboxFault:
    return SandboxFault("The sandbox is closed.", code="sandbox.closed")


def _private_folder(parent: Path | None) -> Path:
    """A new folder for this process (0700), by its whole path: programs started in another folder use it too.

    Those of processes of this host that are gone are removed. The parent may be a file system that several hosts
    share: another host's processes are not seen here.
    """
    root = (Path(tempfile.gettempdir()) if parent is None else parent).absolute()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    prefix = f"{FOLDER_PREFIX}{socket.gethostname()}-"
    for old in root.glob(f"{prefix}*-*"):
        owner = old.name.removeprefix(prefix).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            leftovers.sweep(old)
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=root))
