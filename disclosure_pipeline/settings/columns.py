"""The items of the statutory columns and the themes, from ``config/columns.toml`` and ``config/themes.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.columns import Column, Theme

FILE = "columns.toml"
THEMES = "themes.toml"

_STRICT = ConfigDict(extra="forbid", frozen=True)


class _Column(BaseModel):
    model_config = _STRICT

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    article: str = Field(min_length=1)
    name: str = Field(min_length=1)
    titles: tuple[str, ...] = ()


class _Theme(BaseModel):
    model_config = _STRICT

    name: str = Field(pattern=r"^\S{1,60}$")
    titles: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


class _Columns(BaseModel):
    model_config = _STRICT

    column: tuple[_Column, ...] = ()


class _Themes(BaseModel):
    model_config = _STRICT

    theme: tuple[_Theme, ...] = ()


_Model = TypeVar("_Model", _Columns, _Themes)


def load_columns(config: Path) -> tuple[Column, ...]:
    """The items in the order of the file; none when there is no file.

    Args:
        config: the folder of the configuration.

    Raises:
        ConfigError: the file cannot be read, or an item is malformed or stands there twice.
    """
    found = _read(config / FILE, _Columns).column
    _check_once(FILE, "item", [item.id for item in found])
    return tuple(Column(item.id, item.article, item.name, item.titles) for item in found)


def load_themes(config: Path) -> tuple[Theme, ...]:
    """The themes in the order of the file; none when there is no file.

    Args:
        config: the folder of the configuration.

    Raises:
        ConfigError: the file cannot be read, or a theme is malformed or stands there twice.
    """
    found = _read(config / THEMES, _Themes).theme
    _check_once(THEMES, "theme", [item.name for item in found])
    return tuple(Theme(item.name, item.titles, item.keywords) for item in found)


def _read(path: Path, model: type[_Model]) -> _Model:
    if not path.exists():
        return model()
    try:
        return model.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path.name} cannot be read: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path.name}: {place}: {first['msg']}") from None


def _check_once(file: str, what: str, names: Sequence[str]) -> None:
    if twice := {name for name in names if names.count(name) > 1}:
        raise ConfigError(f"{file}: the {what} '{min(twice)}' stands there twice")
