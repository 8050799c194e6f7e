"""No way of text into the log: fields, exceptions, libraries, uncaught errors.

Every refusal here holds a secret that could leak: `SECRET`.
"""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disclosure_pipeline import logs
from disclosure_pipeline.errors import PluginFault, StoreFault
from disclosure_pipeline.settings.models import LogSettings
from tests.logging_state import logging_put_back

SECRET = "绝密★三十年：某要塞布防图"


@dataclass
class Log:
    stream: io.StringIO

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def only(self) -> dict[str, Any]:
        (line,) = self.lines
        return {key: value for key, value in line.items() if key not in ("timestamp", "level")}


@pytest.fixture
def configured() -> Iterator[Callable[..., Log]]:
    """Configures the process's logging, and puts everything back afterwards."""

    def configure(format_: str = "json", level: str = "debug") -> Log:
        stream = io.StringIO()
        logs.configure(LogSettings(format=format_, level=level), stream)
        return Log(stream)

    with logging_put_back():
        yield configure


@pytest.fixture
def log(configured: Callable[..., Log]) -> Log:
    return configured()


def test_a_line_has_time_in_utc_level_and_fields(log: Log) -> None:
    structlog.get_logger().info("screened", document="2026-000123", findings=3, clear=False)
    (line,) = log.lines
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "screened", "level": "info", "document": "2026-000123", "findings": 3, "clear": False,
    }  # fmt: skip


def test_levels_below_the_configured_one_are_not_written(configured: Callable[..., Log]) -> None:
    log = configured(level="warning")
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    assert [line["event"] for line in log.lines] == ["loud"]


@pytest.mark.parametrize("format_", ["json", "console"])
@pytest.mark.parametrize("key", [*sorted(logs.WITHHELD_KEYS), "Title", "TEXT"])
def test_fields_of_tell_tale_names_are_dropped_at_any_depth(
    configured: Callable[..., Log], format_: str, key: str
) -> None:
    log = configured(format_)
    structlog.get_logger().info("found", **{key: SECRET}, finding={key: SECRET}, all=[{key: SECRET}])
    assert SECRET not in log.text
    assert log.text.count(key) == 3  # named as withheld, three times


def test_bound_fields_and_context_variables_are_checked_too(log: Log) -> None:
    with structlog.contextvars.bound_contextvars(title=SECRET):
        structlog.get_logger().bind(snippet=SECRET).info("found")
    assert log.only == {"event": "found", "withheld": ["snippet", "title"]}


def test_long_strings_are_cut(log: Log) -> None:
    structlog.get_logger().info("found", note="长" * 301)
    assert log.only["note"] == "长" * 300 + "… (301 characters)"


def test_a_value_cannot_forge_a_line(configured: Callable[..., Log]) -> None:
    log = configured("console")
    structlog.get_logger().info("found\nforged event", note="a\r\nforged\u2028line\x1b[31m")
    assert len(log.text.splitlines()) == 1
    assert "\x1b" not in log.text


def test_objects_are_named_by_class_only(log: Log) -> None:
    @dataclass
    class Finding:
        text: str

    structlog.get_logger().info(
        "found", finding=Finding(SECRET), path=Path(SECRET), raw=SECRET.encode(), error=ValueError(SECRET)
    )
    assert SECRET not in log.text
    assert log.only == {
        "event": "found",
        "finding": "<test_objects_are_named_by_class_only.<locals>.Finding>",
        "path": "<PosixPath>",
        "raw": f"<{len(SECRET.encode())} bytes>",
        "error": {"class": "ValueError", "at": []},
    }


def test_an_exception_is_its_class_and_its_causes(log: Log) -> None:
    try:
        try:
            SECRET.encode().decode("ascii")
        except UnicodeDecodeError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError:
        structlog.get_logger().exception("failed")
    assert SECRET not in log.text
    assert repr(SECRET.encode())[2:20] not in log.text
    assert log.only == {
        "event": "failed",
        "error": {"class": "RuntimeError", "at": [], "causes": ["UnicodeDecodeError"]},
    }


def test_our_own_error_tells_code_and_message(log: Log) -> None:
    error = PluginFault("Detector `names.person` did not answer within 20 s.")
    error.__cause__ = ValueError(SECRET)
    structlog.get_logger().error("failed", exc_info=error)
    assert log.only["error"] == {
        "class": "disclosure_pipeline.errors.PluginFault",
        "at": [],
        "code": "plugin.fault",
        "message": "Detector `names.person` did not answer within 20 s.",
        "causes": ["ValueError"],
    }


def test_an_os_error_tells_its_number_but_not_its_file(log: Log) -> None:
    try:
        Path(f"/nowhere/{SECRET}.docx").read_bytes()
    except FileNotFoundError as error:
        assert SECRET in str(error)
        structlog.get_logger().error("failed", exc_info=error)
    assert SECRET not in log.text
    assert log.only["error"]["errno"] == "ENOENT"


def test_frames_of_our_own_code_are_named_by_file_and_line() -> None:
    from disclosure_pipeline.model.lifecycle import State, target_of

    try:
        target_of("publish " + SECRET, State.RECEIVED)
    except KeyError as error:
        told = logs.describe(error)
    assert told["class"] == "KeyError"
    (frame,) = told["at"]
    path, line = frame.split(":")
    assert path == "model/lifecycle.py"
    assert int(line) > 0


def test_causes_that_form_a_ring_end() -> None:
    one, two = ValueError(SECRET), TypeError(SECRET)
    one.__cause__, two.__cause__ = two, one
    assert logs.describe(one) == {"class": "ValueError", "at": [], "causes": ["TypeError"]}


def test_a_librarys_literal_message_is_written_without_its_arguments(log: Log) -> None:
    logging.getLogger("pdfminer.psparser").warning("Cannot parse %r in stream", SECRET)
    assert log.only == {
        "event": "library", "logger": "pdfminer.psparser", "static": "Cannot parse %r in stream",
    }  # fmt: skip


def test_a_librarys_composed_message_is_withheld(log: Log) -> None:
    logging.getLogger("pdfminer.psparser").error(f"Cannot parse {SECRET}")
    logging.getLogger("pdfminer.psparser").error("Cannot parse " + SECRET)
    logging.getLogger("pdfminer.psparser").error(ValueError(SECRET))
    assert SECRET not in log.text
    assert [line.get("static") for line in log.lines] == [None, None, None]


def test_a_librarys_exception_is_described(log: Log) -> None:
    error = StoreFault("The vault is full.")
    error.__cause__ = OSError(28, SECRET)
    logging.getLogger("apscheduler.executors.default").error("Job %s raised", SECRET, exc_info=error)
    assert SECRET not in log.text
    assert log.only["error"]["code"] == "store.fault"
    assert log.only["error"]["causes"] == ["OSError"]


def test_a_library_is_heard_from_warning_up_whatever_level_it_sets(log: Log) -> None:
    chatty = logging.getLogger("tests.chatty")
    chatty.setLevel(logging.DEBUG)
    chatty.debug("debug")
    chatty.info("info")
    chatty.warning("warning")
    assert [line["static"] for line in log.lines] == ["warning"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_librarys_own_handler_gets_nothing(configured: Callable[..., Log], when: str) -> None:
    own = io.StringIO()
    name = f"tests.own_handler.{when}"

    def set_up_library() -> None:
        logger = logging.getLogger(name)
        logger.addHandler(logging.StreamHandler(own))
        logger.propagate = False

    if when == "before":
        set_up_library()
    log = configured()
    if when == "after":
        set_up_library()
    logging.getLogger(name).warning("Segmenting %s", SECRET)
    assert own.getvalue() == ""
    assert log.only == {"event": "library", "logger": name, "static": "Segmenting %s"}


def test_a_warning_of_the_interpreter_is_written_without_its_text(log: Log) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(SECRET, UserWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert SECRET not in log.text


def test_an_uncaught_exception_in_a_thread_leaves_no_traceback(log: Log) -> None:
    def fail() -> None:
        raise ValueError(SECRET)

    thread = threading.Thread(target=fail, name="watcher")
    # pytest puts a hook of its own in front for the time of a test.
    threading.excepthook = logs._log_uncaught_in_thread
    thread.start()
    thread.join()
    assert SECRET not in log.text
    assert log.only == {"event": "uncaught", "thread": "watcher", "error": {"class": "ValueError", "at": []}}


def test_a_crash_of_the_process_leaves_no_traceback() -> None:
    program = (
        "import sys\n"
        "from disclosure_pipeline import logs\n"
        "from disclosure_pipeline.settings.models import LogSettings\n"
        "logs.configure(LogSettings(format='json'))\n"
        "raise ValueError(sys.argv[1])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, SECRET], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert SECRET not in done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert json.loads(line)["error"] == {"class": "ValueError", "at": []}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=ANYTHING)
def test_any_value_becomes_one_line_of_json(configured: Callable[..., Log], value: object) -> None:
    log = configured()
    structlog.get_logger().info("event", value=value)
    assert log.text.endswith("\n")
    (line,) = log.text.split("\n")[:-1]
    assert json.loads(line)["event"] == "event"
