"""Office packages written part by part, always the same bytes for the same content.

Nothing is taken from a template: a package holds the parts that are written here and no others, so that there is no
author, no date, no program, no theme, no thumbnail and no settings that could tell anything.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

PROLOGUE = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can give; there is no way to give none."""
_REGULAR = 0o100644 << 16
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """The bytes of a package.

    Args:
        parts: XML, or a picture's bytes, by part name, in the order in which they are written.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in parts.items():
            member = zipfile.ZipInfo(name, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = _REGULAR
            package.writestr(member, content.encode("utf-8") if isinstance(content, str) else content)
    return out.getvalue()


def content_types(kinds: Mapping[str, str]) -> str:
    """``[Content_Types].xml``.

    Args:
        kinds: content type by part name.
    """
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in kinds.items()
    )
    return (
        f'{PROLOGUE}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def relationships(targets: Mapping[str, str]) -> str:
    """A part of relationships, numbered from rId1 on.

    Args:
        targets: the last word of the relationship's type by target.
    """
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(targets.items(), 1)
    )
    return f'{PROLOGUE}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def words(text: str) -> str:
    """Text as XML holds it; a character that XML cannot hold becomes the replacement character."""
    return escape(_NOT_IN_XML.sub("\ufffd", text))
