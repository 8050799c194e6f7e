"""The Markdown pages of the project, cut into the pieces that the tests of this folder compare with the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_SKIPPED = {"node_modules", "dist", "build", "var", "var-demo"}
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Every Markdown page of the repository."""
    found = []
    for path in ROOT.rglob("*.md"):
        parts = path.relative_to(ROOT).parts
        if not any(part.startswith(".") or part in _SKIPPED for part in parts):
            found.append(path)
    return sorted(found)


def name_of(path: Path) -> str:
    """A page's path for the name of a test."""
    return path.relative_to(ROOT).as_posix()


def read(name: str) -> str:
    """The text of a page, by its path in the repository."""
    return (ROOT / name).read_text("utf-8")


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Code blocks as (language, content)."""
    for found in _FENCE.finditer(text):
        yield found[1], found[2]


def prose(text: str) -> str:
    """A page without its code blocks."""
    return _FENCE.sub("", text)


def inline_codes(text: str) -> list[str]:
    """What stands between single backticks, outside code blocks."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose(text))


def between(text: str, name: str) -> str:
    """What stands between ``<!-- name -->`` and ``<!-- end of name -->``."""
    return text.split(f"<!-- {name} -->\n")[1].split(f"<!-- end of {name} -->", maxsplit=1)[0]


def table(text: str) -> list[list[str]]:
    """Rows of a Markdown table, without head and rule."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]
