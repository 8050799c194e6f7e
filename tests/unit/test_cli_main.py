"""The entry: fast help, lazy imports, honest errors in both forms."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline import __version__
from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.catalogue import COMMANDS
from disclosure_pipeline.cli.main import main
from disclosure_pipeline.errors import ConfigError
from tests.cli_calls import call

SECRET = "绝密★三十年：某要塞布防图"
PROGRAM = (sys.executable, "-m", "disclosure_pipeline")
HEAVY = ("structlog", "pydantic", "sqlalchemy", "dbos", "lxml", "pluggy", "asyncio")


def run(*words: str, folder: Path | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*PROGRAM, *words], capture_output=True, cwd=folder, check=False, env={**os.environ, **environment}
    )


def test_help_lists_every_command() -> None:
    done = run("--help")
    assert done.returncode == 0
    listed = [line.split()[0] for line in done.stdout.decode().partition("Commands:\n")[2].splitlines()]
    assert listed == list(COMMANDS)


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(option: str) -> None:
    code = (
        "import sys; from disclosure_pipeline.cli.main import main; "
        f"main([{option!r}]); print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stderr.decode().strip() == "[]"


def test_version_is_the_package_version() -> None:
    assert call("--version").text == f"{__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_entry_of_the_catalogue_is_the_command_it_names(name: str) -> None:
    entry = COMMANDS[name]
    command = getattr(importlib.import_module(f"disclosure_pipeline.cli.{entry.module}"), entry.attribute)
    assert command.name == name
    assert command.help.partition("\n")[0] == entry.summary
    members = command.commands.values() if isinstance(command, click.Group) else [command]
    for member in members:
        options = {option for param in member.params for option in param.opts}
        assert {"--json", "--config", "--data"} <= options


@pytest.mark.parametrize(
    "words",
    [
        ("unheard-of",),
        ("list", "--unheard-of"),
        ("list", "--state", "unheard-of"),
        ("show",),
        ("decide", "2026-000001", "perhaps", "--version", "1", "--as", "甲"),
        ("decide", "2026-000001", "approve", "--version", "0", "--as", "甲"),
        ("quarantine", "unheard-of"),
        ("replace", "2026-000001"),
        ("rescreen", "--pause", "--resume"),
        ("lexicon", "propose", "2026-000001"),
    ],
)
def test_wrong_words_are_a_usage_error_in_both_forms(words: tuple[str, ...]) -> None:
    asked = call(*words, "--json")
    assert (asked.status, asked.code) == (2, "usage")
    plain = call(*words)
    assert (plain.status, plain.out) == (2, b"")
    assert plain.err.startswith("错误 [usage] ")


def test_without_a_command_the_help_goes_to_standard_error() -> None:
    answer = call()
    assert (answer.status, answer.out) == (2, b"")
    assert "Commands:" in answer.err


def test_json_behind_a_double_dash_is_a_word_and_no_option() -> None:
    assert call("show", "--", "--json", "--json").out == b""


def test_an_unexpected_error_is_told_by_class_and_place_only(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    try:
        json.loads(SECRET)
    except ValueError as error:
        status = output.fail(error, as_json=True)
    captured = capsysbinary.readouterr()
    assert status == 1
    told = json.loads(captured.out)["error"]
    assert (told["code"], told["message"]) == ("internal", "An unexpected error occurred (JSONDecodeError).")
    assert SECRET[0].encode() not in captured.out + captured.err
    assert b"JSONDecodeError at start" in captured.err


def test_an_operating_system_error_names_its_kind_but_no_path() -> None:
    try:
        Path(f"/{SECRET}").read_text("utf-8")
    except OSError as error:
        told = output.told(error)
    assert (told.code, told.message) == ("store.fault", "A file or folder could not be used (ENOENT).")


def test_our_own_error_keeps_its_exit_code_and_advice(capsys: pytest.CaptureFixture[str]) -> None:
    assert output.fail(ConfigError("x.toml: wrong"), as_json=False) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == ["错误 [config] x.toml: wrong", f"建议：{ConfigError.advice}"]


def test_a_reader_that_goes_away_ends_the_command_quietly(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "extract", "--jsonl", *[str(Path(__file__))] * 400],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(30) == 1
    assert b"Traceback" not in errors


def test_json_is_utf8_in_every_locale(tmp_path: Path) -> None:
    draft = tmp_path / "文.txt"
    draft.write_text("通知", "utf-8")
    done = run(
        "extract", str(draft), "--json", folder=tmp_path, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
    )
    assert json.loads(done.stdout.decode("utf-8"))["segments"][0]["text"] == "通知"
    plain = run("extract", str(draft), folder=tmp_path, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert plain.returncode == 0


def test_a_lone_surrogate_becomes_its_json_escape() -> None:
    line = output.as_line({"text": "甲\ud83d乙"})
    assert line == '{"text": "甲\\ud83d乙"}'.encode()
    assert json.loads(line) == {"text": "甲\ud83d乙"}


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_every_text_survives_its_line(text: str) -> None:
    line = output.as_line({"text": text})
    assert b"\n" not in line
    assert json.loads(line.decode("utf-8"))["text"] == text


def test_a_table_lines_up_chinese_and_hides_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("姓名", "a"), [("x", "1"), ("张三丰", "\x1b[31m"), (None, "")])
    assert capsys.readouterr().out.splitlines() == [
        "姓名    a",
        "x       1",
        "张三丰   [31m",
        "-       -",
    ]


WORKSPACE_COMMANDS = (
    ("list",), ("show", "2026-000001"), ("history", "2026-000001"), ("findings", "2026-000001"),
    ("submit", __file__, "--department", "办公室"),
    ("decide", "2026-000001", "approve", "--version", "1", "--as", "甲"),
    ("clear", "2026-000001", "all", "accept", "--as", "甲", "--reason", "可"),
    ("take-back", "2026-000001", "--as", "甲"), ("retry", "2026-000001"),
    ("quarantine", "list"), ("quarantine", "release", "2026-000001", "--as", "甲", "--reason", "误"),
    ("quarantine", "confirm", "2026-000001", "--as", "甲", "--reason", "是"),
    ("withdraw", "2026-000001", "--as", "甲", "--reason", "误"), ("review-attributes",),
    ("backup", "copy"), ("channel", "list"), ("channel", "verify"), ("channel", "retry"),
    ("audit", "verify"), ("audit", "export"), ("user", "add", "甲", "--role", "final"), ("user", "token", "甲"),
    ("user", "list"), ("user", "password", "甲"), ("user", "disable", "甲"), ("user", "enable", "甲"),
    ("user", "deputy", "甲", "乙", "--role", "final", "--from", "2026-12-01", "--to", "2026-12-02", "--as", "甲"),
    ("user", "deputy-end", "1", "--as", "甲"), ("user", "deputies"), ("run",), ("work",),
)  # fmt: skip


@pytest.mark.parametrize("words", WORKSPACE_COMMANDS)
def test_without_a_workspace_a_command_says_how_to_make_one(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = call(*words, "--json")
    assert (answer.status, answer.code) == (4, "workspace.missing")
    assert "disclosure init" in answer.json["error"]["advice"]
    assert list(tmp_path.iterdir()) == []


def test_main_returns_and_does_not_exit() -> None:
    assert main(["--version"]) == 0
