"""What a plugin is given when its objects are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from disclosure_pipeline.model.policy import RuleBook


@dataclass(frozen=True, slots=True)
class PluginContext:
    """What a plugin gets when its objects are made.

    Args:
        options: the plugin's own validated config section (the model its ``register_config``
            returned), or ``None`` when it has none.
        rulebook: all rules in force.
        folders: named folders it may write: ``site``, ``archive``, ``register``, ``outbox`` for
            built-ins; only ``own`` (``var/plugins/<name>``) for others, which may read ``site``.
        site: how the publishing office presents itself (names, domain, footer option), JSON values.
        limits: ``[extraction]`` limits, JSON values.
        words: words that a segmenter should know (``[screening] user_words``).
        archive: ``[archive]``, JSON values; only for built-ins.
    """

    options: Any
    rulebook: RuleBook
    folders: Mapping[str, Path]
    site: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    archive: Mapping[str, Any] = field(default_factory=dict)
