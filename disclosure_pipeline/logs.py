"""Logs without document text (design: "Logs never hold document text").

Threat model. A log is read by more people than a draft, is shipped elsewhere and is kept for years; one
line with a paragraph of a suspected secret in it is a leak that cannot be called back. Text gets into logs
by four ways, and each is closed here, whatever the caller does:

1. A field with text in it: fields of tell-tale names are dropped, long strings cut, objects named by class.
2. An exception: its arguments quote what could not be parsed. Only its class, its place in our own code and,
   for our own errors, code and message (which hold no text by contract) are written.
3. A library's log record: arguments are never rendered, and the message only if it is a literal in the
   library's source, so that an f-string with text in it is withheld.
4. An uncaught exception: the hooks of interpreter and threads are replaced.

Accepted: an *event name* is written as given (first 300 characters). Callers pass constants there, ids and
counts as fields.
"""

from __future__ import annotations

import errno
import logging
import sys
import threading
from collections.abc import Mapping, MutableMapping
from datetime import date
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Protocol, TextIO
from uuid import UUID

import structlog

from disclosure_pipeline.errors import DisclosureError

WITHHELD_KEYS = frozenset(
    {"text", "title", "content", "snippet", "filename", "file_name", "body", "token", "password"}
)
"""Field names that never reach a log, at any depth."""

MAX_VALUE = 300
"""Characters of a string value that are written."""

MAX_MESSAGE = 80
"""Characters of a library's static message that are written."""

MAX_FRAMES = 5
"""Innermost frames of our own code that are named for an exception."""

_PACKAGE = Path(__file__).parent


class LogOptions(Protocol):
    """What `configure` needs of the settings section ``[log]``."""

    @property
    def format(self) -> str:
        """``json`` or ``console``."""

    @property
    def level(self) -> str:
        """Least level that is written: ``debug``, ``info``, ``warning`` or ``error``."""


def configure(options: LogOptions, stream: TextIO | None = None) -> None:
    """Set up structlog, the logging of libraries and the hooks for uncaught exceptions.

    Call it first thing in every process, before libraries are imported. Calling it again replaces the
    earlier set-up.

    Args:
        options: format and level, usually ``settings.log``.
        stream: where lines go; standard error if left out.
    """
    stream = sys.stderr if stream is None else stream
    level = logging.getLevelNamesMapping()[options.level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            replace_exception,
            withhold_text,
            _renderer(options.format, stream),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    _route_libraries()
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread
    sys.unraisablehook = _log_unraisable


def describe(error: BaseException) -> dict[str, Any]:
    """What may be told about an exception: never its arguments, unless it is one of our own errors.

    Args:
        error: any exception.

    Returns:
        ``class`` (qualified name), ``at`` (own frames as ``file:line``, outermost first), ``causes`` (class
        names), and where they exist ``code`` and ``message`` (our errors) or ``errno`` (its symbol).
    """
    told: dict[str, Any] = {"class": _class_name(error), "at": _own_frames(error.__traceback__)}
    if isinstance(error, DisclosureError):
        told |= {"code": error.code, "message": error.message}
    elif isinstance(error, OSError) and error.errno is not None:
        told["errno"] = errno.errorcode.get(error.errno, str(error.errno))
    if causes := _causes(error):
        told["causes"] = causes
    return told


def replace_exception(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Processor: ``exc_info`` becomes ``error``, described without its arguments; stacks are dropped."""
    exc_info = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(error, BaseException):
        event["error"] = describe(error)
    return event


def withhold_text(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Processor: drop fields of tell-tale names, cut long strings, name other objects by class."""
    return _safe_mapping(event)


def _safe_mapping(fields: Mapping[Any, Any]) -> dict[str, Any]:
    safe: dict[str, Any] = {}
    withheld = []
    for key, value in fields.items():
        if isinstance(key, str) and key.lower() not in WITHHELD_KEYS:
            safe[_safe_text(key)] = _safe_value(value)
        else:
            withheld.append(key if isinstance(key, str) else type(key).__name__)
    if withheld:
        safe["withheld"] = sorted(withheld)
    return safe


def _safe_value(value: object) -> Any:
    safe: Any
    match value:
        case None | bool() | int() | float():
            safe = value
        case str():
            safe = _safe_text(value)
        case UUID() | date():
            safe = str(value)
        case BaseException():
            safe = describe(value)
        case Mapping():
            safe = _safe_mapping(value)
        case list() | tuple() | set() | frozenset():
            safe = [_safe_value(item) for item in value]
        case bytes() | bytearray() | memoryview():
            safe = f"<{len(value)} bytes>"
        case _:
            safe = f"<{type(value).__qualname__}>"
    return safe


def _safe_text(value: str) -> str:
    """At most `MAX_VALUE` characters, on one line (a line break could forge a log line)."""
    line = "".join(character if character.isprintable() else " " for character in value[:MAX_VALUE])
    return line if len(value) <= MAX_VALUE else f"{line}… ({len(value)} characters)"


def _class_name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _own_frames(traceback: TracebackType | None) -> list[str]:
    frames = []
    while traceback is not None:
        path = Path(traceback.tb_frame.f_code.co_filename)
        if path.is_relative_to(_PACKAGE):
            frames.append(f"{path.relative_to(_PACKAGE).as_posix()}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return frames[-MAX_FRAMES:]


def _causes(error: BaseException) -> list[str]:
    causes: list[str] = []
    seen = {id(error)}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        causes.append(_class_name(cause))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return causes


def _renderer(format_: str, stream: TextIO) -> structlog.typing.Processor:
    if format_ == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True)
    return structlog.dev.ConsoleRenderer(colors=stream.isatty())


class LibraryLogger(logging.Logger):
    """A library's logger: whatever handlers the library hangs on it, records go to the root's only."""

    def callHandlers(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        """Pass the record to the root logger."""
        logging.getLogger().callHandlers(record)


class LibraryHandler(logging.Handler):
    """Writes a library's record through structlog: logger, level, static message; arguments never."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        fields: dict[str, Any] = {"logger": record.name}
        if (message := _static_message(record)) is not None:
            fields["static"] = message[:MAX_MESSAGE]
        if record.exc_info and record.exc_info[1] is not None:
            fields["error"] = describe(record.exc_info[1])
        structlog.get_logger().log(record.levelno, "library", **fields)


def _static_message(record: logging.LogRecord) -> str | None:
    """The record's message if it is a literal of the function that logged it, else None."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_lineno == record.lineno and frame.f_code.co_filename == record.pathname:
            literal = isinstance(record.msg, str) and record.msg in frame.f_code.co_consts
            return record.msg if literal else None
        frame = frame.f_back
    return None


def _route_libraries() -> None:
    logging.setLoggerClass(LibraryLogger)
    for logger in logging.Logger.manager.loggerDict.values():
        if type(logger) is logging.Logger:
            logger.__class__ = LibraryLogger
        elif isinstance(logger, logging.Logger) and not isinstance(logger, LibraryLogger):
            logger.handlers.clear()
            logger.propagate = True
    root = logging.getLogger()
    root.handlers = [LibraryHandler(level=logging.WARNING)]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)


def _log_uncaught(
    kind: type[BaseException],
    error: BaseException,
    traceback: TracebackType | None,
    thread: str | None = None,
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    fields = {} if thread is None else {"thread": thread}
    structlog.get_logger().critical("uncaught", error=describe(error.with_traceback(traceback)), **fields)


def _log_uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        name = None if args.thread is None else args.thread.name
        _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback, thread=name)


def _log_unraisable(args: sys.UnraisableHookArgs) -> None:
    if args.exc_value is not None:
        _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
