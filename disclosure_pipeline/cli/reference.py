"""Renders the reference part of ``docs/commands.md`` from the commands themselves.

``python -m disclosure_pipeline.cli.reference`` writes it, ``--check`` fails when it is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from disclosure_pipeline.cli.main import PROGRAM, root

PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"
MARK = "<!-- generated below this line: python -m disclosure_pipeline.cli.reference -->\n"
COMMON = ("--json", "--config", "--data")
"""Options of every command, explained once."""


def render() -> str:
    """The reference: every command with its words and options."""
    return "\n".join(_section(path, item) for path, item in commands(root, ()))


def commands(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that can be called, with the words that lead to it, in the help's order."""
    context = click.Context(group)
    for name in group.list_commands(context):
        item = group.get_command(context, name)
        if isinstance(item, click.Group):
            yield from commands(item, (*path, name))
        elif item is not None:
            yield (*path, name), item


def _section(path: tuple[str, ...], item: click.Command) -> str:
    words = [PROGRAM, *path]
    words += [
        param.make_metavar(click.Context(item)) for param in item.params if isinstance(param, click.Argument)
    ]
    lines = [f"## `{PROGRAM} {' '.join(path)}`", "", f"`{' '.join(words)}`", "", _plain(item.help or ""), ""]
    rows = [_row(param) for param in item.params if isinstance(param, click.Option) and not _is_common(param)]
    if rows:
        lines += ["| option | |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """A help text as paragraphs without indentation."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _is_common(option: click.Option) -> bool:
    return option.opts[0] in COMMON


def _row(option: click.Option) -> str:
    value = "" if option.is_flag else f" {option.make_metavar(click.Context(root))}"
    required = "**required** " if option.required else ""
    default = f"（默认 {option.default}）" if option.show_default else ""
    cells = (f"`{', '.join(option.opts)}{value}`", f"{required}{option.help}{default}")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(arguments: Sequence[str]) -> None:
    """Write the generated part of the page, or with ``--check`` fail when it is not what the code says.

    Raises:
        SystemExit: the page is stale.
    """
    page = PAGE.read_text("utf-8")
    written, _, _ = page.partition(MARK)
    fresh = f"{written}{MARK}\n{render()}"
    if "--check" not in arguments:
        PAGE.write_text(fresh, "utf-8")
    elif page != fresh:
        raise SystemExit("docs/commands.md is stale: run python -m disclosure_pipeline.cli.reference")


if __name__ == "__main__":
    main(sys.argv[1:])
