"""The rules of hand-over lists, from ``config/hand_over.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.hand_over import HandOverRules, ListForm, Opinion, Target
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.settings.resources import share

FILE = "hand_over.toml"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _List(_Entry):
    target: Target
    title: str = Field(min_length=1)
    article: str = Field(min_length=1)
    days: int = Field(0, ge=0, le=1000)


class _Opinion(_Entry):
    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    text: str = Field(min_length=1)
    article: str = Field(min_length=1)
    attributes: frozenset[Attribute] = frozenset()
    states: frozenset[State] = frozenset()
    grounds: frozenset[str] = frozenset()


class _File(_Entry):
    list: tuple[_List, ...] = ()
    opinion: tuple[_Opinion, ...] = ()


def load_hand_over(config: Path) -> HandOverRules:
    """The rules; those that ship with the product when the configuration has none of its own.

    Args:
        config: the folder of the configuration.

    Raises:
        ConfigError: the file cannot be read, an entry is malformed or stands there twice, or a list is missing.
    """
    path = config / FILE
    if not path.exists():
        path = share("config") / FILE
    try:
        read = _File.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{FILE} cannot be read: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{FILE}: {place}: {first['msg']}") from None
    targets = [item.target for item in read.list]
    if sorted(targets) != sorted(Target):
        raise ConfigError(f"{FILE}: there must be one [[list]] each for {', '.join(Target)}")
    names = [item.id for item in read.opinion]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ConfigError(f"{FILE}: the opinion '{min(twice)}' stands there twice")
    return HandOverRules(
        tuple(ListForm(item.target, item.title, item.article, item.days) for item in read.list),
        tuple(
            Opinion(
                item.id, item.text, item.article,
                frozenset(attribute.value for attribute in item.attributes),
                frozenset(state.value for state in item.states), item.grounds,
            )
            for item in read.opinion
        ),
    )  # fmt: skip
