"""Recognition set up in the test's own process, as a sandbox process has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from disclosure_pipeline.hooks import recognition
from disclosure_pipeline.hooks.loading import PluginSource
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.settings.models import Settings
from disclosure_pipeline.settings.workspace import Workspace


@contextmanager
def opened(folder: Path, *plugins: Path, **options: Any) -> Iterator[None]:
    """Recognition with these ``[recognition]`` options and third-party plugin files; the desk before comes back."""
    settings = Settings.model_validate({"recognition": options})
    space = Workspace(folder / "config", folder / "var")
    sources = [PluginSource(path.stem, "folder", str(path)) for path in plugins]
    for source in sources:  # as the host does before a recognition process starts, which could not
        (space.data / "plugins" / source.name).mkdir(parents=True, exist_ok=True)
    before = recognition._desk
    recognition.configure(settings, space, RuleBook(()), sources)
    try:
        yield
    finally:
        recognition.close()
        recognition._desk = before  # it starts its process again when it is asked


@pytest.fixture(scope="module", autouse=True)
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Recognition in the process of a module that imports this fixture."""
    with opened(tmp_path_factory.mktemp("desk")):
        yield


@pytest.fixture(autouse=True)
def submission() -> None:
    """Each test is a submission of its own."""
    recognition.begin()
