"""Plain text: txt, md, json and the like; one segment per line, characters unchanged."""

from __future__ import annotations

import re
from typing import Any

from disclosure_pipeline.builtin.extractors.claims import TXT
from disclosure_pipeline.builtin.extractors.collector import Collector, Source, check_suffix
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.text.encoding import (
    UNSURE,
    decode,
    is_plausible,
    load,
)
from disclosure_pipeline.builtin.extractors.text.escapes import base64_files, unescaped
from disclosure_pipeline.builtin.extractors.text.terminal import is_terminal_text, shown
from disclosure_pipeline.model.text import Place, Text

_SUFFIXES = (
    ".txt",
    ".md",
    ".markdown",
    ".text",
    ".log",
    ".json",
    ".toml",
    ".ini",
    ".yaml",
    ".yml",
    ".ics",
    ".vcf",
)
_MARKDOWN = (".md", ".markdown")
_LINE_END = re.compile(r"\r\n|\r|\n")


class TxtExtractor(BuiltinExtractor):
    """Reads plain text."""

    claim = TXT

    def read(self, source: Source, name: str) -> Text:
        """Read every line.

        Raises:
            ExtractionFailed: ``text.encoding``, ``text.binary``, ``file.empty``, ``file.too_large``.
        """
        out = self._collector("text/plain")
        check_suffix(out, name, _SUFFIXES, "纯文本")
        text = decode_into(out, load(source, self._limits))
        if name.lower().endswith(_MARKDOWN):
            from disclosure_pipeline.builtin.extractors.text.markdown import read_markdown

            read_markdown(out, text, self._settings, self._depth)
        else:
            self._lines(out, text)
        self._coded(out, text)
        return out.text()

    def _lines(self, out: Collector, text: str) -> None:
        for number, line in enumerate(_LINE_END.split(text), start=1):
            if is_terminal_text(line):
                visible, kept = shown(line)
                out.add(visible, "body", "text", paragraph=number)
                for run in kept:
                    out.add(run, "hidden", "text", paragraph=number, detail="terminal")
            else:
                out.add(line, "body", "text", paragraph=number)
            out.reveal(line, Place("text", "hidden", paragraph=number))

    def _coded(self, out: Collector, text: str) -> None:
        """What stands in the text as escapes or Base64."""
        if (strings := _json_strings(text)) is not None:
            for string in strings:
                out.add(string, "body", "text", detail="json")
        else:
            for run in unescaped(text):
                out.add(run, "hidden", "text", detail="escapes")
        for number, data in enumerate(base64_files(text), start=1):
            part = f"base64 {number}"
            if not data:
                place = Place(part, "attachment")
                out.doubt(
                    "text.encoded", "文本中有经过编码的内容（如 Base64），未能读出，请人工查看。", place
                )
            read_embedded(out, part, data, limits=self._settings, depth=self._depth)


def decode_into(out: Collector, data: bytes) -> str:
    """Decode a whole text file; an encoding that cannot be sure is a doubt.

    Args:
        out: gets the fact ``encoding`` and the doubt.
        data: the file.

    Raises:
        ExtractionFailed: ``text.encoding``, ``text.binary``.
    """
    text, encoding = decode(data)
    out.facts["encoding"] = encoding
    if encoding in UNSURE or (encoding == "gb18030" and not is_plausible(text)):
        out.doubt("text.encoding_unsure", "文本编码不能确定，读出的文字可能是乱码，请人工查看原件。")
    return text


def _json_strings(text: str) -> list[str] | None:
    """The strings of a JSON text that do not stand in it letter by letter; ``None`` for other texts."""
    import json

    if text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return None
    found: list[str] = []

    def keep(pairs: list[tuple[str, Any]]) -> None:
        found.extend(key for key, _ in pairs)
        for _, value in pairs:
            gather(value)

    def gather(value: object) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list):
            for item in value:
                gather(item)

    try:
        gather(json.loads(text.lstrip("\ufeff"), object_pairs_hook=keep))
    except (ValueError, RecursionError):
        return None
    return [string for string in dict.fromkeys(found) if string not in text]
