"""Packages of Office Open XML written by hand: relationships, content types, core properties, the zip."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
PREFIX = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OUTSIDE = ' TargetMode="External"'


@dataclass(frozen=True)
class Relation:
    """A relationship: its type (the last word, or a whole address), target, and whether that is outside."""

    kind: str
    target: str
    external: bool = False


def core(**fields: str) -> str:
    """``docProps/core.xml``."""
    values = {"creator": "openpyxl", **fields}
    inner = "".join(f"<{_core_name(name)}>{value}</{_core_name(name)}>" for name, value in values.items())
    return (
        f'{PREFIX}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:dcterms="http://purl.org/dc/terms/">{inner}</cp:coreProperties>'
    )


def _core_name(name: str) -> str:
    return f"dc:{name}" if name in ("creator", "title", "subject", "description") else f"cp:{name}"


def relation_parts(relations: Mapping[str, Sequence[Relation]]) -> dict[str, str]:
    """The parts of relationships, each numbered ``rId1`` … in order.

    Args:
        relations: of each part by its name; the package's own under an empty name.
    """
    parts = {}
    for source, some in relations.items():
        folder, _, base = source.rpartition("/")
        parts[f"{folder}/_rels/{base}.rels".removeprefix("/")] = _relations(some)
    return parts


def _relations(relations: Sequence[Relation]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{at}" Type="{_address(relation.kind)}" Target="{relation.target}"'
        f"{_OUTSIDE if relation.external else ''}/>"
        for at, relation in enumerate(relations, 1)
    )
    return f'{PREFIX}<Relationships xmlns="{PACKAGE}">{entries}</Relationships>'


def _address(kind: str) -> str:
    if kind.startswith("http"):
        return kind
    return f"{PACKAGE}/{kind}" if kind.startswith("metadata/") else f"{OFFICE}/{kind}"


def content_types(parts: Iterable[str], types: Sequence[tuple[str, str]], defaults: Mapping[str, str]) -> str:
    """``[Content_Types].xml``.

    Args:
        parts: names of the parts.
        types: patterns of names, and the type of parts of such a name.
        defaults: types by suffix.
    """
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{match.expand(content)}"/>'
        for name in parts
        for pattern, content in types
        if (match := re.fullmatch(pattern, name))
    )
    entries = "".join(
        f'<Default Extension="{key}" ContentType="{value}"/>' for key, value in defaults.items()
    )
    address = "http://schemas.openxmlformats.org/package/2006/content-types"
    return f'{PREFIX}<Types xmlns="{address}">{entries}{overrides}</Types>'


def zipped(parts: Mapping[str, str | bytes], comment: bytes = b"") -> bytes:
    """The package; ``comment`` stands behind the zip directory."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
        package.comment = comment
    return buffer.getvalue()
