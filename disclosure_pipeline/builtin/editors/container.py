"""A new office package (OPC), built part by part; the same parts always give the same bytes."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from lxml import etree

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
"""Namespace of relationship types and of ``r:`` attributes."""

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EPOCH = (1980, 1, 1, 0, 0, 0)
_DEFAULTS = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml", "png": "image/png", "jpeg": "image/jpeg",
}  # fmt: skip


@dataclass(slots=True)
class _Part:
    data: bytes
    media_type: str
    relations: list[tuple[str, str]] = field(default_factory=list)


class Container:
    """Parts, their types and their relationships.

    Args:
        main: name of the main part (``word/document.xml``).
    """

    def __init__(self, main: str):
        self._main = main
        self._parts: dict[str, _Part] = {}

    def add(self, name: str, data: bytes, media_type: str = "") -> None:
        """Add a part, or replace its bytes.

        Args:
            name: path in the package, without a leading slash.
            data: its bytes.
            media_type: its content type; pictures have theirs by suffix.
        """
        if name in self._parts:
            self._parts[name].data, self._parts[name].media_type = data, media_type
        else:
            self._parts[name] = _Part(data, media_type)

    def add_xml(self, name: str, root: etree._Element, media_type: str) -> None:
        """Add an XML part."""
        from lxml import etree

        etree.cleanup_namespaces(root)
        self.add(name, _DECLARATION.encode() + etree.tostring(root), media_type)

    def relate(self, source: str, target: str, kind: str) -> str:
        """Relate a part to another one; the same relation twice is one.

        Args:
            source: name of the part that refers; it may be added later.
            target: name of the part referred to.
            kind: last word of the relationship type (``image``, ``styles`` …).

        Returns:
            The relationship's id (``rId3``).
        """
        relations = self._parts.setdefault(source, _Part(b"", "")).relations
        if (target, kind) not in relations:
            relations.append((target, kind))
        return f"rId{relations.index((target, kind)) + 1}"

    def save(self) -> bytes:
        """The package."""
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
            _write(package, "[Content_Types].xml", self._types())
            _write(package, "_rels/.rels", _relationships([(self._main, "officeDocument")]))
            for name, part in self._parts.items():
                _write(package, name, part.data)
                if part.relations:
                    folder, _, base = name.rpartition("/")
                    _write(package, f"{folder}/_rels/{base}.rels", _relationships(part.relations))
        return buffer.getvalue()

    def _types(self) -> bytes:
        lines = [
            f'<Default Extension="{suffix}" ContentType="{kind}"/>' for suffix, kind in _DEFAULTS.items()
        ]
        lines += [
            f"<Override PartName={quoteattr('/' + name)} ContentType={quoteattr(part.media_type)}/>"
            for name, part in self._parts.items()
            if part.media_type
        ]
        return f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">{"".join(lines)}</Types>'.encode()


def _relationships(relations: list[tuple[str, str]]) -> bytes:
    lines = [
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target={quoteattr("/" + target)}/>'
        for number, (target, kind) in enumerate(relations, start=1)
    ]
    body = "".join(lines)
    return f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{body}</Relationships>'.encode()


def _write(package: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    package.writestr(info, data)
