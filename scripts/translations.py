"""Brings the console's English catalogue up to date with the messages in the source (`make translations`).

Chinese is what the source says. Messages that are new get an empty translation, which the tests refuse until
somebody writes it; messages that are gone are dropped. Nothing else of the file changes from run to run.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from disclosure_pipeline.model.words import MESSAGES
from disclosure_pipeline.pipeline.quarantine import COPIES

CONSOLE = Path(__file__).parents[1] / "disclosure_pipeline" / "console"
CATALOGUE = CONSOLE / "locale" / "en" / "console.po"

_METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
_OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}}


def messages() -> Catalog:
    """Every message of templates and code, in the order of files and lines; then those that other layers say."""
    found = Catalog(locale="en", fuzzy=False)
    found.header_comment = "# English for the review console; the messages are the Chinese of the source."
    rows = extract_from_dir(
        CONSOLE, _METHODS, _OPTIONS, keywords={"_": None, "gettext": None, "ngettext": (1, 2)}
    )
    for name, _line, message, _comments, _context in sorted(rows, key=lambda row: (row[0], row[1])):
        found.add(message, locations=[(name, None)])  # type: ignore[list-item]
    for messages, name in ((MESSAGES, "model/words.py"), (COPIES, "pipeline/quarantine.py")):
        for message in messages:
            found.add(message, locations=[(name, None)])  # type: ignore[list-item]
    return found


def translated() -> Catalog:
    """The catalogue as it is written; an empty one when there is none."""
    if not CATALOGUE.is_file():
        return Catalog(locale="en")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def merged() -> Catalog:
    """The messages of the source with the translations that are there."""
    found, known = messages(), translated()
    for message in found:
        there = known.get(message.id) if message.id else None
        if there is not None and there.string:
            message.string = there.string
    return found


def written(catalogue: Catalog) -> bytes:
    """A catalogue as the bytes of its file: no dates, no tools' names."""
    file = io.BytesIO()
    write_po(file, catalogue, width=110, omit_header=False, include_lineno=False)
    lines = file.getvalue().decode().split("\n")
    kept = [
        line for line in lines
        if not line.startswith(('"POT-', '"PO-', '"Generated', '"Last-Tr', '"Language-Team', '"Report-', '"Project-'))
    ]  # fmt: skip
    return "\n".join(kept).encode()


def main() -> int:
    """Write the catalogue; the exit code says whether something waits for its translation."""
    catalogue = merged()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_bytes(written(catalogue))
    missing = [message.id for message in catalogue if message.id and not message.string]
    for message in missing:
        print(f"not translated: {message}")
    print(f"{len(catalogue)} messages, {len(missing)} without English")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
