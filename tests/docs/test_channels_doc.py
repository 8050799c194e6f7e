"""docs/channels.md names every shipped channel, and its tables of settings are what the plugins' models say."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_args

import pytest
from doc_pages import ROOT, between, read, table
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from disclosure_pipeline.hooks.loading import GROUP

PAGE = read("docs/channels.md")
POINTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"][GROUP]


def nested(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a list of tables."""
    inner = [item for item in get_args(field.annotation) if isinstance(item, type)]
    return next((item for item in inner if issubclass(item, BaseModel)), None)


def models(name: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """The plugin's section, and the lists of tables in it."""
    model: type[BaseModel] = import_module(POINTS[name]).register_config()
    yield name, model
    for key, field in model.model_fields.items():
        if (inner := nested(field)) is not None:
            yield f"{name}.{key}", inner


def shown(field: FieldInfo) -> str:
    """A default as TOML writes it."""
    if field.is_required():
        return "required"
    default: Any = field.default
    if nested(field) is not None:
        return "see below"
    if default is None:
        return ""
    return f"`{str(default).lower()}`" if isinstance(default, bool) else f"`{default!r}`".replace("'", '"')


def expected(model: type[BaseModel]) -> list[list[str]]:
    return [[f"`{key}`", shown(field), field.description or ""] for key, field in model.model_fields.items()]


@pytest.mark.parametrize("name", sorted(POINTS))
def test_the_settings_of_a_channel_are_those_of_its_model(name: str) -> None:
    for section, model in models(name):
        assert table(between(PAGE, f"settings of {section}")) == expected(model), section
        assert all(row[2] for row in expected(model)), section


def test_every_channel_has_its_chapter_and_its_full_id() -> None:
    for name, target in POINTS.items():
        module = import_module(target)
        kinds = [
            item for item in vars(module).values() if isinstance(item, type) and hasattr(item, "publish")
        ]
        (channel,) = [item for item in kinds if item.__module__ == module.__name__]
        assert f"\n## `{name}`: " in PAGE
        assert f"`{name}.{channel.id}`" in PAGE
