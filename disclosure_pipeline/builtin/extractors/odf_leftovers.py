"""What a zip package carries beside its members: comments, extra fields, gaps, unlisted members, a tail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.package import Package
from disclosure_pipeline.model.text import Place

_READABLE = re.compile("[\u3400-\u9fff]{2,}|[\x20-\x7e\u3400-\u9fff]{6,}")
_LARGE = 64


def add_leftovers(out: Collector, package: Package, settings: Mapping[str, Any], depth: int) -> None:
    """Add what lies beside the members, once every member was read.

    Args:
        out: gets the segments, and a doubt for many bytes without words.
        package: the package.
        settings: the keys of ``[extraction]``.
        depth: how deep the package lies inside others.
    """
    out.add(_decoded(package.comment), "metadata", "zip comment", visible=False)
    for name, remark in package.remarks.items():
        out.add(_decoded(remark), "metadata", name, detail="member comment", visible=False)
    for stray in package.strays():
        if stray.unlisted:
            read_embedded(out, stray.part, stray.data, limits=settings, depth=depth)
            continue
        words = [text for text in _READABLE.findall(_decoded(stray.data)) if text not in stray.part]
        for text in words:
            out.add(text, "unplaced", stray.part, detail="outside the members", visible=False)
        if not words and len(stray.data) > _LARGE:
            message = "压缩包中有不属于任何文件的数据，未能读出，请人工查看。"
            out.doubt("file.stray_bytes", message, Place(stray.part, "unplaced"))


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")
