"""What commands print: one JSON value for programs, plain Chinese lines and tables for people.

Results go to standard output, progress and errors for people to standard error. Errors carry code,
message and advice only; an unexpected exception is told by its class, because its arguments may
quote a document.
"""

from __future__ import annotations

import errno
import json
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click

from disclosure_pipeline.errors import DisclosureError, StoreFault, UsageError

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells expect it."""


def as_line(value: Any) -> bytes:
    """A JSON value on one line, UTF-8; a lone surrogate (some pdf hold them) becomes its JSON escape."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")


def print_json(value: Any) -> None:
    """Print one JSON value and make it visible at once (batches are read line by line)."""
    click.echo(as_line(value))


def say(text: str) -> None:
    """A line of the result, for people."""
    click.echo(text)


_GIVEN = {
    "token": "令牌（只显示这一次，请妥善保管）",
    "password": "工作台初始密码（只显示这一次，首次登录须修改）",
}


def give(name: str | None, what: str, secret: str | None) -> None:
    """Tell a person's new secret, this once.

    Args:
        name: whose it is.
        what: ``token`` or ``password``.
        secret: the secret.
    """
    say(f"{name} 的{_GIVEN[what]}：\n{secret}")


def progress(text: str) -> None:
    """A line about what is going on."""
    click.echo(text, err=True)


def fail(error: BaseException, *, as_json: bool) -> int:
    """Tell an error.

    Args:
        error: anything that ended a command.
        as_json: whether the caller asked for JSON.

    Returns:
        The exit status.
    """
    known = told(error)
    if not isinstance(error, DisclosureError | click.ClickException):
        _say_where(error)
    if as_json:
        print_json(known.as_json())
    else:
        progress(f"错误 [{known.code}] {known.message}\n建议：{known.advice}")
    return known.exit_code


def told(error: BaseException) -> DisclosureError:
    """What may be told about an exception: our own errors as they are, of others the class."""
    if isinstance(error, DisclosureError):
        return error
    if isinstance(error, click.ClickException):
        return UsageError(error.format_message())
    if isinstance(error, OSError):
        return StoreFault(
            f"A file or folder could not be used ({errno.errorcode.get(error.errno or 0, 'OSError')})."
        )
    return DisclosureError(f"An unexpected error occurred ({type(error).__name__}).")


def _say_where(error: BaseException) -> None:
    """Class and places in our own code, for whoever mends it; never the exception's words."""
    from disclosure_pipeline.logs import describe

    told_of = describe(error)
    progress(f"{told_of['class']} at {', '.join(told_of['at']) or 'start'}")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; columns are as wide as their widest cell, Chinese characters count twice."""
    lines = [list(head), *([cell_of(value) for value in row] for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
        say("  ".join(cells).rstrip())


def cell_of(value: object) -> str:
    """A value as one printable line."""
    if value is None or value == "":
        return "-"
    return "".join(char if char.isprintable() else " " for char in str(value))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
