"""What must be there before a question counts as answered: the built-ins, and what the configuration names.

A module of ours that cannot be imported registers nothing, and nothing has no opinion, asks for no
tier, delivers no letter and publishes nowhere. Each of these silences must be heard.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from disclosure_pipeline.hooks import registry
from disclosure_pipeline.hooks.registry import Family
from disclosure_pipeline.model.finding import Fault

CHANNELS = ("builtin.archive", "builtin.register", "builtin.site")
"""Channels and archives without which nothing goes out, unless ``[publication] channels`` names others."""

INDEXES = ("builtin.search",)
"""Channels that lead to a document, and are no place where it can be read."""

_FLOOR: Mapping[str, tuple[str, ...]] = {
    registry.ATTRIBUTE_RULES.name: (
        "builtin.attribute_given", "builtin.note_contradiction", "builtin.genre_advice", "builtin.forwarded_source",
        "builtin.stricter_attachment",
    ),
    registry.ROUTES.name: ("builtin.focus_items",),
    registry.NOTIFIERS.name: ("builtin.outbox",),
}  # fmt: skip


def absent(family: Family, loaded: Collection[str]) -> tuple[str, ...]:
    """Full ids of the built-in objects of a family that are not loaded."""
    return tuple(name for name in _FLOOR[family.name] if name not in loaded)


def faults(family: Family, names: Collection[str]) -> tuple[Fault, ...]:
    """The faults that absent objects are."""
    return tuple(
        family.subject(name).fault("missing", f"{name} is not loaded.", "See `disclosure plugins`.")
        for name in names
    )
