"""Where the files that ship with the product lie: default configuration, samples, example plugins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from disclosure_pipeline.errors import ConfigError

_PACKAGE = Path(__file__).resolve().parent.parent


def share(name: Literal["config", "samples", "plugins"]) -> Path:
    """A folder that ships with the product.

    Returns:
        The copy inside an installed package, else the folder of that name in the repository.

    Raises:
        ConfigError: the installation is incomplete.
    """
    for folder in (_PACKAGE / "_share" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise ConfigError(f"the folder '{name}' is missing from this installation",
                      advice="Install the package again.")  # fmt: skip


def config_files(config: Path, folder: str) -> Iterator[tuple[str, Path]]:
    """The TOML files of one folder of the configuration, or the shipped ones when it has none.

    Args:
        config: the configuration folder.
        folder: ``rules``, ``lexicons`` or ``calendars``.

    Yields:
        (``folder/name``, path) in name order.
    """
    found = sorted((config / folder).glob("*.toml"))
    if not found:
        found = sorted((share("config") / folder).glob("*.toml"))
    for path in found:
        yield f"{folder}/{path.name}", path
