"""Files made to hang, kill, fill or mislead a reader: one generator each, and how reading it must end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MARKER = "敌意文件中的正文"
"""Visible words of files that are hostile and still have something to read."""

READ = "read"
"""Stands for an ending without error and without doubt, with the marker read."""

LARGE = ("file.too_large",)
BOMB = ("file.bomb",)
BROKEN = ("file.broken",)
ATTACHED = ("attachment.unread", "archive.unread", "member.unread")
PICTURE = (
    "image.unread", "picture.unread", "image.large", "picture.large", "text.empty", "ocr.off",
    "image.unrecognised", "picture.unrecognised",
)  # fmt: skip
"""How files of many families may end: endings of :class:`Hostile`."""


@dataclass(frozen=True)
class Hostile:
    """One hostile file.

    Args:
        name: what it does, unique.
        suffix: of its name, with the dot.
        make: writes its bytes.
        ends: codes of errors or doubts (or :data:`READ`), one of which must come.
        warns: characters that a warning must hold.
    """

    name: str
    suffix: str
    make: Callable[[], bytes]
    ends: tuple[str, ...]
    warns: str = ""
