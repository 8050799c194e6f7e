"""Plain text: txt, csv, md. UTF-8, GB18030, UTF-16; one segment per line, characters unchanged."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits, Source, check_suffix
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text

_SUFFIXES = (".txt", ".csv", ".md", ".text", ".log", ".tsv", ".json", ".toml", ".ini", ".yaml", ".yml")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Formats that are text on the outside and hold their words in an encoded form.
_OTHER_FORMATS = (
    b"{\\rtf",
    b"%PDF-",
    b"%!PS",
    b"<?xml",
    b"MIME-Version:",
    b"begin 6",
    b"From ",
    b"Received:",
)
# Names that claim a format whose words are not its bytes: text under them is a broken file, or markup.
_OTHER_NAMES = (
    ".doc", ".docx", ".docm", ".dot", ".dotx", ".wps", ".wpt", ".rtf", ".odt", ".ofd", ".pdf", ".ceb", ".caj",
    ".xls", ".xlsx", ".xlsm", ".et", ".ods", ".ppt", ".pptx", ".dps", ".odp", ".xml", ".svg", ".eml", ".msg",
    ".mht", ".mhtml", ".zip", ".rar", ".7z", ".tar", ".gz", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff",
)  # fmt: skip
_CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1c-\x1f\x7f\ufffe\uffff]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ENCODED = re.compile(
    r"[A-Za-z0-9+/=_-]{200}|(?:%[0-9A-F]{2}){6}|(?:\\u[0-9A-Fa-f]{4}|&#x?[0-9A-Fa-f]{2,6};){2}"
)
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U000323af]")
_CHINESE = re.compile("[\u2010-\u2027\u3000-\u9fff\uff00-\uffef\U00020000-\U000323af]")
_COMMON_SHARE = 0.8


class TxtExtractor:
    """Reads plain text.

    Args:
        limits: the keys of ``[extraction]``.
    """

    id = "txt"
    version = "1"

    def __init__(self, limits: Mapping[str, Any], depth: int = 0):
        self._settings = limits
        self._limits = Limits.of(limits)
        self._depth = depth

    def score(self, head: bytes, name: str) -> int:
        """The last resort: whatever decodes, and neither is nor claims to be another format."""
        if name.endswith(_OTHER_NAMES):
            return 0
        if not head or head.lstrip()[:16].startswith(_OTHER_FORMATS):
            return 0
        if any(mark in head[:2048] for mark in (b"\nMIME-Version:", b"\nContent-Transfer-Encoding:")):
            return 0
        return 10 if _looks_like_text(head) else 0

    def extract(self, file: SourceFile) -> Text:
        """Read every line.

        Raises:
            ExtractionFailed: ``text.encoding``, ``text.binary``, ``file.empty``, ``file.too_large``.
        """
        return self.read(file.path, file.name)

    def read(self, source: Source, name: str) -> Text:
        """Read from a path or from memory."""
        out = Collector("text/plain", f"builtin.{self.id}", self._limits)
        check_suffix(out, name, _SUFFIXES, "纯文本")
        text, encoding = decode(load(source, self._limits))
        out.facts["encoding"] = encoding
        if encoding == "gb18030" and not is_plausible(text):
            out.doubt("text.encoding_unsure", "文本编码不能确定，读出的文字可能是乱码，请人工查看原件。")
        if _ENCODED.search(text):
            out.doubt("text.encoded", "文本中有经过编码的内容（如 Base64、转义符），未能读出，请人工查看。")
        for number, line in enumerate(_LINE_END.split(text), start=1):
            out.add(line, "body", "text", paragraph=number)
        return out.text()


def load(source: Source, limits: Limits) -> bytes:
    """The bytes of a text file.

    Raises:
        ExtractionFailed: ``file.empty`` or, before reading, ``file.too_large``.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size == 0:
        raise failure("file.empty")
    if size > 4 * limits.max_characters:  # no encoding takes more than four bytes a character
        raise failure("file.too_large", "It holds too many characters.")
    return source if isinstance(source, bytes) else source.read_bytes()


def decode(data: bytes) -> tuple[str, str]:
    """Decode text strictly, never guessing a character.

    A byte order mark decides; else the first of UTF-8, GB18030 and UTF-16 that decodes every byte
    into text without control characters. Between GB18030 and UTF-16 without a mark, which may both
    decode, the share of common Han characters decides.

    Returns:
        The text and the name of the encoding.

    Raises:
        ExtractionFailed: ``text.binary`` (control characters) or ``text.encoding``.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _strictly(data, encoding)
            if text is None:
                raise failure("text.encoding", "It breaks the encoding that its byte order mark names.")
            return _without_controls(text), encoding
    utf8 = _strictly(data, "utf-8")
    if utf8 is not None and not _CONTROL.search(utf8) and (utf8.isascii() or _CHINESE.search(utf8)):
        return utf8, "utf-8"
    # A few short GB18030 texts (通知, 联通) are valid UTF-8 too, but hold no Han character there.
    gb = _strictly(data, "gb18030")
    if gb is not None and (utf8 is None or _HAN.search(gb)) and not _CONTROL.search(gb) and is_plausible(gb):
        return gb, "gb18030"
    for encoding in ("utf-16-le", "utf-16-be"):
        text = _strictly(data, encoding)
        if text is not None and not _CONTROL.search(text) and _is_wide_text(text):
            return text, encoding
    if utf8 is not None:
        return _without_controls(utf8), "utf-8"
    if gb is not None:
        return _without_controls(gb), "gb18030"
    raise failure("text.encoding")


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _without_controls(text: str) -> str:
    if _CONTROL.search(text):
        raise failure("text.binary")
    return text


def is_plausible(text: str) -> bool:
    """Whether most Han characters are common ones (GB 2312), as in any real Chinese text.

    Text in another encoding that happens to decode as GB18030 gives rare characters.
    """
    han = _HAN.findall(text[:20_000])
    if not han:
        # Real GB18030 without Han characters has full-width punctuation or letters, nothing else.
        return all(
            ord(char) < 0x80 or char in "“”‘’—…·×÷°" or "\u3000" <= char <= "\uffee" for char in text[:20_000]
        )
    return len("".join(han).encode("gb2312", "ignore")) / 2 >= _COMMON_SHARE * len(han)


def _is_wide_text(text: str) -> bool:
    """Whether a text decoded as UTF-16 without a mark is ASCII and common Han characters."""
    sample = text[:20_000]
    usual = sum(
        char.isascii() or bool(_HAN.match(char)) or "\u2000" <= char <= "\u30ff" or char >= "\uff00"
        for char in sample
    )
    return usual >= 0.95 * len(sample) and is_plausible(sample)


def _looks_like_text(head: bytes) -> bool:
    """Whether the head decodes; its last character may be cut in two."""
    for cut in range(4):
        try:
            decode(head[: len(head) - cut] if cut else head)
        except ExtractionFailed:
            continue
        return True
    return False
