"""What a parser of HTML throws away: swept from the source, so that nothing in it is lost."""

from __future__ import annotations

import html
import re

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.shared.code_words import PATTERN

_SPACE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\x00\ufffd]+")
_IGNORED = re.compile(
    r"<style\b.*?(?:</style\s*>|\Z)|\b(?:style|face)\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)|\bdata:[^\"'\s>)]*"
    r"|&quot;|\b\w{1,6}_x0020_\d+|mso-[\w-]+\s*:[^;\"']*|<!--\[if.*?<!\[endif\]-->",
    re.DOTALL | re.IGNORECASE,
)
_RUN = re.compile(
    "[\u3400-\u9fff\U00020000-\U000323af](?:[^\\W_]|[，。；：、·★☆]){1,}|\\d{11,}[Xx]?|" + PATTERN
)
_END_TAG = re.compile(r"</[A-Za-z][\w:-]*\s+([^>]*[^\s>])\s*>")
_START_TAG = re.compile(r"<[A-Za-z][\w:-]*\s([^<>]*)>")
_ATTRIBUTE = re.compile(r"([^\s=\"'>/]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)")
_WORDS = re.compile(r"[^\W_]{2,}")


def sweep_source(out: Collector, source: str, part: str) -> None:
    """Add as ``unplaced`` what stands in the source and was read nowhere.

    Runs of Chinese, long numbers and code words anywhere; attributes of end tags and second attributes of one name,
    whatever they hold.

    Args:
        out: what was read so far; gets the rest.
        source: the page's source.
        part: name of the page.
    """
    known = _SPACE.sub("", "\n".join(out.texts()))
    rest = _IGNORED.sub(" ", source)
    for run in _RUN.findall(html.unescape(rest)):
        word = _SPACE.sub("", run)
        if word not in known:
            out.add(run, "unplaced", part)
            known += word
    for match in _END_TAG.finditer(rest):
        out.add(match[1], "unplaced", part, detail="end tag")
    for match in _START_TAG.finditer(rest):
        names: set[str] = set()
        for name, value in _ATTRIBUTE.findall(match[1]):
            words = html.unescape(value.strip("\"'"))
            if name.lower() in names and _WORDS.search(words) and _SPACE.sub("", words) not in known:
                out.add(words, "unplaced", part, detail="second attribute")
            names.add(name.lower())
