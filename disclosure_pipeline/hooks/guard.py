"""One guarded call of a plugin object: isolation, type check, attribution, duration.

Threat model: a plugin may raise anything (`SystemExit` included), answer something of the wrong type,
answer ``None``, or put document text into its exception. The guard lets none of that out: what comes
back is either a checked value or a :class:`~disclosure_pipeline.model.finding.Fault` that names the
object by its full id, with a code and the exception's class name, never its text or traceback.
Accepted: an object inside our process that never returns (built-ins; the sandbox bounds those) and one
that damages the interpreter. Third-party objects therefore live in processes of their own
(`hooks/remote.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from disclosure_pipeline.errors import DisclosureError, PluginFault
from disclosure_pipeline.model.finding import Fault

T = TypeVar("T")


class Nonsense(Exception):
    """An answer of the wrong shape; the message says which, without document text."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is asked.

    Args:
        family: singular name of the family, first half of fault codes (``detector``).
        id: full id ``PLUGIN.ID``, or the plugin's name for its hooks.
        stage: stage that shows the fault (``screen``).
    """

    family: str
    id: str
    stage: str

    def fault(self, problem: str, message: str, advice: str = PluginFault.advice) -> Fault:
        """A fault of this subject; ``problem`` is the second half of its code."""
        return Fault(f"{self.family}.{problem}", self.stage, message, advice, plugin=self.id)


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What came of a guarded call: a value or a fault, never both.

    Args:
        value: the checked answer; ``None`` when there is a fault.
        fault: what went wrong, or ``None``.
        seconds: how long the call took.
    """

    value: T | None
    fault: Fault | None
    seconds: float

    def get(self) -> T:
        """The value.

        Raises:
            PluginFault: the call failed; carries the fault's code, message and advice.
        """
        if self.fault is not None:
            raise PluginFault(self.fault.message, code=self.fault.code, advice=self.fault.advice)
        return self.value  # type: ignore[return-value]  # without a fault the check made a T


def ask(
    subject: Subject,
    question: Callable[[], object],
    check: Callable[[object], T],
    *,
    passes: tuple[type[BaseException], ...] = (),
    trusted: bool = True,
) -> Answer[T]:
    """Call ``question`` and check its answer.

    Args:
        subject: who is asked, for the fault.
        question: the call, with its arguments bound.
        check: turns the raw answer into a value of the right type, or raises :class:`Nonsense`.
        passes: exceptions that are an answer to the caller (``ExtractionFailed``, ``Fenced``).
        trusted: whether the words of a :class:`DisclosureError` may be shown; those of third-party code
            may quote the document.

    Raises:
        KeyboardInterrupt: always let through, as are the types in ``passes``.
    """
    began = time.monotonic()
    value: T | None = None
    fault: Fault | None = None
    try:
        value = check(question())
    except KeyboardInterrupt:
        raise
    except passes:
        raise
    except Nonsense as problem:
        fault = subject.fault("nonsense", f"{subject.id} gave an answer that cannot be used: {problem}.")
    except DisclosureError as error:
        if not trusted:
            error = PluginFault(
                f"{subject.id} raised {type(error).__name__}.", code=f"{subject.family}.raised"
            )
        fault = Fault(error.code, subject.stage, error.message, error.advice, plugin=subject.id)
    except BaseException as error:  # noqa: BLE001  SystemExit and GeneratorExit of a plugin included
        fault = subject.fault("raised", f"{subject.id} raised {type(error).__name__}.")
    return Answer(value, fault, time.monotonic() - began)


def instance(kind: type[T]) -> Callable[[object], T]:
    """A check that accepts exactly the instances of ``kind``."""

    def check(answer: object) -> T:
        if not isinstance(answer, kind):
            raise Nonsense(f"expected {kind.__name__}, got {type(answer).__name__}")
        return answer

    return check


def anything(answer: object) -> None:
    """The check for calls that answer nothing (`notify`, `on_event`): whatever comes is dropped."""
    del answer
