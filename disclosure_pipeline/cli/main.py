"""The entry of the command line: parses, runs one command, and turns what happened into a status."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from disclosure_pipeline import __version__
from disclosure_pipeline.cli.lazy import LazyGroup
from disclosure_pipeline.cli.output import INTERRUPTED, fail

PROGRAM = "disclosure"


@click.group(
    cls=LazyGroup,
    help="政府信息公开：从投递文件夹到网站和档案。\n\n"
    "Government-information disclosure. Options follow the command's name; every command takes --json, "
    "--config DIR and --data DIR, and answers --help.",
)
@click.version_option(__version__, message="%(version)s")
def root() -> None:
    """The program itself does nothing; its commands do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: words behind the program's name; those of the process if left out.

    Returns:
        The exit status: 0 only for full success.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    _print_anything()
    try:
        status: Any = root.main(words, prog_name=PROGRAM, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`disclosure list | head`): nothing more can be told.
        sys.stderr.close()
        return 1
    except Exception as error:  # noqa: BLE001 -- told by class, because its arguments may quote a document
        return fail(error, as_json=_wants_json(words))
    return status if isinstance(status, int) else 0


def _wants_json(words: Sequence[str]) -> bool:
    """Whether the call asked for JSON; also when its words are wrong and were not parsed."""
    options = words[: words.index("--")] if "--" in words else words
    return "--json" in options


def _print_anything() -> None:
    """Print every character, whatever the locale: a name that cannot be shown must not end a command."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
