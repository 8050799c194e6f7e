"""Searches files for bytes, as a process of its own.

The stores that are searched are open in the tests' process, and closing a file there would end the
locks that SQLite holds on it.

``search.py FOLDER`` reads needles in hexadecimal, one a line, and prints the relative paths (bytes in
hexadecimal) that hold one in their content or in their name.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    folder = Path(sys.argv[1])
    needles = [bytes.fromhex(line) for line in sys.stdin.read().split()]
    for path in sorted(folder.rglob("*")):
        name = os.fsencode(path.relative_to(folder))
        try:
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        except FileNotFoundError:
            continue
        if any(needle in name or needle in content for needle in needles):
            print(name.hex())


if __name__ == "__main__":
    main()
