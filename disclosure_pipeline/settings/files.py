"""Reading the files of a configuration."""

from __future__ import annotations

from pathlib import Path

from disclosure_pipeline.errors import ConfigError


def read_file(path: Path, name: str) -> bytes:
    """The bytes of a file.

    Args:
        path: where it is.
        name: what errors call it.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{name} cannot be read: {error.strerror}") from None
