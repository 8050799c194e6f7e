"""Outlook's ``winmail.dat`` ([MS-OXTNEF]): attachments and texts in attributes, one after the other."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

TNEF_MAGIC = b"\x78\x9f\x3e\x22"
_ATTACHMENT_DATA, _ATTACHMENT_NAME = 0x800F, 0x8010
_RENDERING = 0x9002
_TEXTS = frozenset((0x8004, 0x800C, 0x8006, 0x8005, 0x8007))
_BODY = 0x800C
_MESSAGE_PROPERTIES, _ATTACHMENT_PROPERTIES = 0x9003, 0x9005


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute.

    Args:
        kind: ``data``, ``name``, ``body``, ``text``, ``properties`` or ``other``.
        data: its bytes.
    """

    kind: str
    data: bytes


class BrokenTnef(ValueError):
    """The bytes end early or make no sense."""


def attributes(data: bytes) -> Iterator[Attribute]:
    """The attributes of a file.

    Raises:
        BrokenTnef: after the last readable one.
    """
    at = 6
    while at < len(data):
        try:
            _, identifier, length = struct.unpack_from("<BII", data, at)
        except struct.error as error:
            raise BrokenTnef from error
        start = at + 9
        if start + length > len(data):
            raise BrokenTnef
        yield Attribute(_kind(identifier & 0xFFFF), data[start : start + length])
        at = start + length + 2


def _kind(identifier: int) -> str:
    if identifier in (_MESSAGE_PROPERTIES, _ATTACHMENT_PROPERTIES):
        return "properties"
    named = {_ATTACHMENT_DATA: "data", _ATTACHMENT_NAME: "name", _BODY: "body"}
    return named.get(identifier, "text" if identifier in _TEXTS else "other")
