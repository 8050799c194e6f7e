"""Jobs that the sandbox tests run in the sandbox's own processes."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

from disclosure_pipeline.errors import DisclosureError, ExtractionFailed

SECRET = "绝不外泄的文字"
_state: dict[str, Any] = {}


class OwnError(DisclosureError):
    """An error class that the parent does not know."""


def remember(value: str) -> None:
    """An initializer."""
    _state["value"] = value


def fail_to_start() -> None:
    """An initializer that refuses."""
    raise ExtractionFailed("no start", code="start.refused", advice="mend it")


def remembered() -> str:
    """What the initializer left."""
    return str(_state["value"])


def surroundings() -> dict[str, Any]:
    """What a job can see of its process."""
    with tempfile.NamedTemporaryFile() as file:
        temporary = file.name
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "token": os.environ.get("DISCLOSURE_TOKEN"),
        "core": resource.getrlimit(resource.RLIMIT_CORE),
        "memory": resource.getrlimit(resource.RLIMIT_AS),
        "temporary": temporary,
        "streams": [str(Path(f"/proc/self/fd/{number}").readlink()) for number in range(3)],
    }


def shout() -> None:
    """Write text to every stream, as a crashing library might."""
    print(SECRET)
    print(SECRET, file=sys.stderr)
    os.write(2, SECRET.encode())


def raise_with_text() -> None:
    """A parser's error that quotes the document."""
    raise ValueError(SECRET)


def raise_chained() -> None:
    """A product error whose cause quotes the document."""
    try:
        raise_with_text()
    except ValueError as error:
        raise ExtractionFailed("broken", code="file.broken", advice="再试") from error


def raise_own() -> None:
    """A product error of a class that only this process knows."""
    raise OwnError("own", code="own.code", advice="own advice")


def leave() -> None:
    """A library that calls exit."""
    sys.exit(SECRET)


def unpicklable() -> Any:
    """An answer that cannot travel."""
    return lambda: SECRET


def leave_file() -> str:
    """Leave a file behind and die."""
    path = Path(tempfile.gettempdir()) / "rest"
    path.write_text(SECRET)
    _state["path"] = str(path)
    os.kill(os.getpid(), 9)
    return ""
