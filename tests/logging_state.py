"""What `logs.configure` does to a process, and how it is undone: one test must not hear with the ears of another."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Iterator

import structlog

from disclosure_pipeline.logs import LibraryLogger


@contextlib.contextmanager
def logging_put_back() -> Iterator[None]:
    """Undo it at the end: structlog, the root logger, the loggers of libraries, warnings, the hooks for what is uncaught."""
    root = logging.getLogger()
    handlers, level, kind = root.handlers, root.level, logging.getLoggerClass()
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    try:
        yield
    finally:
        structlog.reset_defaults()
        logging.captureWarnings(False)
        root.handlers = handlers
        root.setLevel(level)  # forgets, too, what loggers remember of it
        logging.setLoggerClass(kind)
        for logger in logging.Logger.manager.loggerDict.values():
            if type(logger) is LibraryLogger:
                logger.__class__ = logging.Logger
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
