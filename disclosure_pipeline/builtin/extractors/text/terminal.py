"""Text meant for terminals and printers: escape sequences, concealed and overstruck characters."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x07\x08\x1a\x1b]")
_SEQUENCE = re.compile(
    r"\x1b\[(?P<style>[0-9;:]*)m|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_](?P<told>[^\x07\x1b]*)(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]"
)


def is_terminal_text(line: str) -> bool:
    """Whether a line holds characters that a terminal obeys instead of showing them."""
    return _CONTROL.search(line) is not None


def shown(line: str) -> tuple[str, list[str]]:
    """What a terminal shows of a line, and what it keeps from the eye.

    Args:
        line: the line with its escape sequences.

    Returns:
        The visible characters; and the concealed, rubbed out and out-of-band ones, run by run.
    """
    seen: list[str] = []
    kept: list[str] = []
    concealed = False
    at = 0
    for match in _SEQUENCE.finditer(line):
        (kept if concealed else seen).append(line[at : match.start()])
        at = match.end()
        if match["told"]:
            kept.append(match["told"])
        if match["style"] is not None:
            concealed = _conceals(match["style"], before=concealed)
    (kept if concealed else seen).append(line[at:])
    visible, rubbed_out = _struck("".join(seen))
    return visible, [run for run in (*kept, rubbed_out) if run.strip()]


def _conceals(style: str, *, before: bool) -> bool:
    for code in re.split("[;:]", style):
        if code == "8":
            before = True
        elif code in ("", "0", "28"):
            before = False
    return before


def _struck(text: str) -> tuple[str, str]:
    """Obey backspaces: the later character stands; an earlier one that differs was rubbed out."""
    line: list[str] = []
    gone: list[str] = []
    at = 0
    for char in text:
        if char == "\b":
            at = max(at - 1, 0)
        elif char not in "\x07\x1a\x1b":
            if at < len(line):
                if line[at] not in (char, "_"):
                    gone.append(line[at])
                line[at] = char if char != "_" else line[at]
            else:
                line.append(char)
            at += 1
    return "".join(line), "".join(gone)
