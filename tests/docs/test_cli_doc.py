"""docs/commands.md is what the commands say: every one, with exactly its options."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from disclosure_pipeline.cli import reference
from disclosure_pipeline.cli.main import root
from disclosure_pipeline.errors import DisclosureError

COMMANDS = {" ".join(path): item for path, item in reference.commands(root, ())}


def generated() -> str:
    return reference.PAGE.read_text("utf-8").partition(reference.MARK)[2]


def written() -> str:
    return reference.PAGE.read_text("utf-8").partition(reference.MARK)[0]


def sections() -> dict[str, str]:
    """Command → its section of the page."""
    parts = re.split(r"^## `disclosure ([^`]+)`$", generated(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_generated_part_is_exactly_what_the_code_renders() -> None:
    assert generated() == f"\n{reference.render()}"


def test_check_fails_on_a_stale_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "commands.md"
    page.write_text(reference.PAGE.read_text("utf-8") + "\nextra\n", "utf-8")
    monkeypatch.setattr(reference, "PAGE", page)
    with pytest.raises(SystemExit, match="stale"):
        reference.main(["--check"])
    reference.main([])
    reference.main(["--check"])
    assert page.read_text("utf-8").startswith("# Commands\n")


def test_the_page_has_every_command_and_no_other() -> None:
    assert list(sections()) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_exactly_its_options(name: str) -> None:
    rows = {line.split("`")[1] for line in sections()[name].splitlines() if line.startswith("| `")}
    listed = {word for row in rows for word in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", row)}
    options = {
        option for param in COMMANDS[name].params if isinstance(param, click.Option) for option in param.opts
    }
    assert listed | {"--json", "--config", "--data"} == options
    assert all(option.help for option in COMMANDS[name].params if isinstance(option, click.Option))


def test_the_table_of_answers_names_commands_and_leaves_out_only_those_that_run_on() -> None:
    table = written().partition("## What the answers look like")[2]
    named = {
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([^`]+)`", line.split("|")[1])
    }
    assert named == set(COMMANDS) - {"work", "demo", "audit export"}


def test_the_table_of_exit_statuses_knows_every_one() -> None:
    documented = {int(number) for number in re.findall(r"^\| (\d+) \|", written(), flags=re.MULTILINE)}
    used = {cls.exit_code for cls in _all(DisclosureError)}
    assert documented == used | {0, 130}


def _all(cls: type[DisclosureError]) -> set[type[DisclosureError]]:
    return {cls, *(found for child in cls.__subclasses__() for found in _all(child))}
