"""Parts of OOXML packages that are no XML: pictures, programs, controls, printers, embedded files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.ole.object import read_control, read_object, read_program
from disclosure_pipeline.builtin.extractors.ooxml.defaults import is_default
from disclosure_pipeline.builtin.extractors.ooxml.pictures import ShownPictures
from disclosure_pipeline.builtin.extractors.ooxml.words import is_plain
from disclosure_pipeline.builtin.extractors.pictures import pictures
from disclosure_pipeline.builtin.extractors.shared.byte_words import sweep
from disclosure_pipeline.builtin.extractors.signatures import OLE_MAGIC, is_picture

_FONTS = (".odttf", ".ttf", ".otf", ".fntdata", ".ttc")
_DEVICE_BYTES = 64
_FORM_NAME = slice(102, 166)


def read_binary(
    out: Collector,
    name: str,
    data: bytes,
    shown: ShownPictures,
    *,
    limits: Mapping[str, Any],
    depth: int,
    large: bool = False,
) -> None:
    """Read one part.

    Args:
        out: gets the text; what cannot be read is a doubt.
        name: of the part.
        data: its bytes.
        shown: knows which pictures are shown.
        limits: the keys of ``[extraction]``.
        depth: depth of the package.
        large: whether it is a picture that takes half a page or more.
    """
    lower = name.lower()
    if is_picture(lower, data):
        out.facts["pictures"] = out.facts.get("pictures", 0) + 1
        if is_default("pictures", hashlib.sha256(data).hexdigest()):
            return
        pictures.look_at(out, name, data, large=large, window=shown.window(name))
    elif lower.endswith("vbaproject.bin"):
        read_program(out, name, data, limits=limits)
    elif "/activex/" in lower:
        read_control(out, name, data, limits=limits)
    elif "vbaprojectsignature" in lower:
        for run in sweep(data):
            out.add(run, "signature", name, visible=False)
    elif lower.endswith(_FONTS):
        return
    elif "/printersettings" in lower:
        _printer(out, name, data)
    elif data.startswith(OLE_MAGIC):
        read_object(out, name, data, limits=limits, depth=depth)
    else:
        read_embedded(out, name, data, limits=limits, depth=depth)


def _printer(out: Collector, name: str, data: bytes) -> None:
    """A printer's settings: its name, its paper, and words that its driver keeps."""
    device = data[:_DEVICE_BYTES].decode("utf-16-le", "replace").partition("\x00")[0]
    form = data[_FORM_NAME].decode("utf-16-le", "replace").partition("\x00")[0]
    for text in dict.fromkeys((device, form, *sweep(data[_DEVICE_BYTES:]))):
        if text.isprintable() and not is_plain(text):
            out.add(text, "metadata", name, detail="printer", visible=False)
