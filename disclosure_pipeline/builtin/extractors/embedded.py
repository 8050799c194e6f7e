"""Files inside files: read by the same extractors, ``max_depth`` levels deep at most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.budget import Budget
from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.readers import builtin_extractors
from disclosure_pipeline.builtin.extractors.shared.byte_words import sweep
from disclosure_pipeline.builtin.extractors.text.encoding import looks_like_text
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.sniff import HEAD_BYTES, choose
from disclosure_pipeline.model.text import Place


def read_embedded(
    out: Collector, part: str, data: bytes, *, limits: Mapping[str, Any], depth: int, name: str = "",
    shown: bool = False,
) -> None:  # fmt: skip
    """Read a file found inside another; what cannot be read is swept for words and is a doubt, never a silence.

    Args:
        out: gets the text as kind ``attachment``.
        part: where the file lies in the outer one.
        data: its bytes.
        limits: the keys of ``[extraction]``.
        depth: depth of the outer file.
        name: its own name, if it differs from ``part``.
        shown: see :meth:`Collector.adopt`.
    """
    place = Place(part, "attachment")
    if not data:
        return
    name = (name or part).lower()
    limits = Budget.among(out, limits, len(data))
    inside = builtin_extractors(limits, depth + 1) if depth < limits["max_depth"] else ()
    reader = choose(inside, data[:HEAD_BYTES], name)
    if reader is None:
        # Sound, films and the like are weighed: any bytes hold some letters in a row.
        for run in dict.fromkeys(sweep(data, everything=looks_like_text(data[:HEAD_BYTES]))):
            out.add(run, "unplaced", part, detail="unknown format", visible=False)
        out.doubt("attachment.unread", "文件中嵌有无法读取的附件或对象，请人工查看。", place)
        return
    try:
        out.adopt(reader.read(data, name), part, shown=shown)
    except ExtractionFailed as error:
        if error.code in ("file.bomb", "file.too_large"):
            raise
        out.doubt("attachment.unread", f"文件中嵌有的附件未能读出（{error.code}），请人工查看。", place)
