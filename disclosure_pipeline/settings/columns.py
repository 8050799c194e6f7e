"""The items of the statutory columns, from ``config/columns.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.columns import Column

FILE = "columns.toml"


class _Column(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    article: str = Field(min_length=1)
    name: str = Field(min_length=1)
    titles: tuple[str, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    column: tuple[_Column, ...] = ()


def load_columns(config: Path) -> tuple[Column, ...]:
    """The items in the order of the file; none when there is no file.

    Args:
        config: the folder of the configuration.

    Raises:
        ConfigError: the file cannot be read, or an item is malformed or stands there twice.
    """
    path = config / FILE
    if not path.exists():
        return ()
    try:
        read = _File.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{FILE} cannot be read: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{FILE}: {place}: {first['msg']}") from None
    names = [item.id for item in read.column]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ConfigError(f"{FILE}: the item '{min(twice)}' stands there twice")
    return tuple(Column(item.id, item.article, item.name, item.titles) for item in read.column)
