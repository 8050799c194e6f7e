"""What a zip package carries beside its members: comments, extra fields, gaps, unlisted members, a tail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.packages.package import Package
from disclosure_pipeline.builtin.extractors.readers import builtin_extractors
from disclosure_pipeline.hooks.sniff import HEAD_BYTES, choose


def add_leftovers(out: Collector, package: Package, settings: Mapping[str, Any], depth: int) -> None:
    """Add what lies beside the members, once every member was read.

    Text is kept as text; other bytes are read as the file that they are, or end as a doubt.

    Args:
        out: gets the segments and doubts.
        package: the package.
        settings: the keys of ``[extraction]``.
        depth: how deep the package lies inside others.
    """
    out.add(_decoded(package.comment), "metadata", "zip comment", visible=False)
    for name, remark in package.remarks.items():
        out.add(_decoded(remark), "metadata", name, detail="zip comment", visible=False)
    for stray in package.strays():
        text = _text(stray.data)
        # Much that is text is also a file of some format: a mail, a page, a pdf without packed streams.
        if text and not stray.unlisted and _is_plain(stray.data, settings):
            out.add(text, "unplaced", stray.part, detail="outside the members", visible=False)
        else:
            read_embedded(out, stray.part, stray.data, limits=settings, depth=depth)


def _is_plain(data: bytes, settings: Mapping[str, Any]) -> bool:
    """Whether no reader but that of plain text knows the bytes."""
    reader = choose(builtin_extractors(settings), data[:HEAD_BYTES], "")
    return reader is None or reader.id == "txt"


def _text(data: bytes) -> str:
    """The bytes as text; empty when they are none."""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "".join(text.split()).isprintable():
            return text
    return ""


def _decoded(data: bytes) -> str:
    """A remark, which is always text."""
    return _text(data) or data.decode("utf-8", "replace")
