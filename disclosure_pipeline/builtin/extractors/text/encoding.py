"""Which encoding a text has: decided by strict decoding and by what Chinese text looks like, never guessed."""

from __future__ import annotations

import codecs
import re

from disclosure_pipeline.builtin.extractors.collector import Limits, Source
from disclosure_pipeline.builtin.extractors.failures import failure

UNSURE = frozenset(("utf-7", "hz", "iso-2022-cn"))
"""Encodings in seven bits: most programs show such a file as meaningless ASCII, so nobody can be sure."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Bell, backspace, end mark and escape stand in text meant for terminals and old printers.
_CONTROL = re.compile("[\x00-\x06\x0e-\x19\x1c-\x1f\x7f\ufffe\uffff]")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U000323af]")
_CHINESE = re.compile("[\u2010-\u2027\u3000-\u9fff\uff00-\uffef\U00020000-\U000323af]")
_ACCENTED = "A-Za-zÀ-ÖØ-öø-ćČ-ēĘ-ěĞğĪīİ-ıŁ-ńŇňŌōŐ-œŘ-šŪūŮ-űŸ-žǍ-ǜ"
_WESTERN = re.compile(
    rf"[{_ACCENTED}]*[A-Za-z][{_ACCENTED}]*"
    "|(?<= )[àèéó](?= )|(?<=[A-Za-z0-9])[°²³]|(?<=[A-Za-z0-9] )[°±©®]"
)
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_HZ = re.compile(r"~\{(?:[!-}][!-~])+~\}")
_UTF7 = re.compile(r"\+([A-Za-z0-9+/]{3,})-?")
_SHIFTED = re.compile("\x0e([!-~\r\n]*)\x0f?")
_DESIGNATION = re.compile("\x1b\\$\\)[AEG]|\x1b\\$[*+][A-Z]")
# Codecs of Python that are no charsets: a file that names them wants to be misread, or read for hours.
_NO_CHARSETS = frozenset(
    ("punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem")
)
_SAMPLE = 20_000
_COMMON_SHARE = 0.8


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

    A byte order mark decides; else the first of UTF-8, GB18030, Big5 and UTF-16 that decodes every byte
    into text without control characters and with the Han characters that real text has. ASCII that is
    UTF-7, HZ or ISO-2022-CN in disguise is decoded too (:data:`UNSURE`).

    Returns:
        The text and the name of the encoding.

    Raises:
        ExtractionFailed: ``text.binary`` (control characters) or ``text.encoding``.
    """
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "")
    if marked:
        text = strictly(data, marked)
        if text is None:
            raise failure("text.encoding", "It breaks the encoding that its byte order mark names.")
        return _without_controls(text), marked
    disguised = _seven_bits(data.decode("ascii")) if data.isascii() else None
    return disguised or _surely(data) or _perhaps(data)


def _surely(data: bytes) -> tuple[str, str] | None:
    """The first encoding that gives text without control characters that looks like real text."""
    utf8 = strictly(data, "utf-8")
    if utf8 is not None and not _CONTROL.search(utf8) and (_CHINESE.search(utf8) or _is_western(utf8)):
        return utf8, "utf-8"
    # A few short GB18030 texts (通知, 联通) are valid UTF-8 too, but hold no Han character there.
    gb = strictly(data, "gb18030")
    if gb is not None and (utf8 is None or _HAN.search(gb)) and not _CONTROL.search(gb) and is_plausible(gb):
        return gb, "gb18030"
    for encoding in ("utf-16-le", "utf-16-be"):
        text = strictly(data, encoding)
        if text is not None and not _CONTROL.search(text) and _is_wide_text(text):
            return text, encoding
    big5 = strictly(data, "cp950") if utf8 is None else None
    if big5 is not None and not _CONTROL.search(big5) and _is_traditional(big5):
        return big5, "big5"
    return None


def _is_western(text: str) -> bool:
    """Whether everything beyond ASCII is an accented letter in a word, or a sign behind a letter or figure.

    Such text (``café``, ``25 m²``) decodes as GB18030 too, and gives common Han characters there. The
    converse (a province's 鲁 before a number plate is a lone ``³`` in UTF-8) stays GB18030.
    """
    return text.isascii() or not _BEYOND_ASCII.search(_WESTERN.sub("", text))


def _perhaps(data: bytes) -> tuple[str, str]:
    """What decodes, though it does not look like Chinese text."""
    for encoding in ("utf-8", "gb18030"):
        text = strictly(data, encoding)
        if text is not None:
            return _without_controls(text), encoding
    raise failure("text.encoding")


def strictly(data: bytes, encoding: str) -> str | None:
    """The text, or ``None`` when the bytes break the encoding or it is unknown."""
    if not is_charset(encoding):
        return None
    try:
        return data.decode(encoding)
    except (ValueError, LookupError):  # ValueError: also names of encodings that hold NUL
        return None


def is_charset(name: str) -> bool:
    """Whether a name is not one of those codecs of Python that no file is written in."""
    return name.strip().lower().replace("_", "-") not in _NO_CHARSETS


def is_plausible(text: str) -> bool:
    """Whether most Han characters are common ones (GB 2312), as in any real Chinese text.

    Text in another encoding that happens to decode as GB18030 gives rare characters.
    """
    han = _HAN.findall(text[:_SAMPLE])
    if not han:
        # Real GB18030 without Han characters has full-width punctuation or letters, nothing else.
        return all(
            ord(char) < 0x80 or char in "“”‘’—…·×÷°" or "\u3000" <= char <= "\uffee"
            for char in text[:_SAMPLE]
        )
    return len("".join(han).encode("gb2312", "ignore")) / 2 >= _COMMON_SHARE * len(han)


def looks_like_text(head: bytes) -> bool:
    """Whether the head of a file decodes; its last character may be cut in two."""
    from disclosure_pipeline.errors import ExtractionFailed

    for cut in range(4):
        try:
            decode(head[: len(head) - cut] if cut else head)
        except ExtractionFailed:
            continue
        return True
    return False


def _without_controls(text: str) -> str:
    if _CONTROL.search(text):
        raise failure("text.binary")
    return text


def _is_traditional(text: str) -> bool:
    """Whether nearly all Han characters are the frequently used ones of Big5 (its first level)."""
    han = "".join(_HAN.findall(text[:_SAMPLE])).encode("cp950", "ignore")
    frequent = sum(0xA4 <= lead <= 0xC6 for lead in han[::2])
    return len(han) >= 8 and frequent >= 0.9 * len(han) / 2


def _is_wide_text(text: str) -> bool:
    """Whether a text decoded as UTF-16 without a mark is ASCII and common Han characters."""
    sample = text[:_SAMPLE]
    usual = sum(
        char.isascii() or bool(_HAN.match(char)) or "\u2000" <= char <= "\u30ff" or char >= "\uff00"
        for char in sample
    )
    return usual >= 0.95 * len(sample) and is_plausible(sample)


def _seven_bits(text: str) -> tuple[str, str] | None:
    """The text that ASCII bytes stand for, when an old encoding of mail shifts them to Han characters."""
    if _DESIGNATION.search(text):
        shown = _SHIFTED.sub(lambda match: _eight_bits(match[1]), _DESIGNATION.sub("", text))
        if _HAN.search(shown) and not _CONTROL.search(shown):
            return shown, "iso-2022-cn"
    if _HZ.search(text):
        shown = strictly(text.encode(), "hz") or ""
        if _HAN.search(shown) and is_plausible(shown):
            return shown, "hz"
    shown = _UTF7.sub(_from_utf7, text)
    return (shown, "utf-7") if _HAN.search(shown) else None


def _eight_bits(shifted: str) -> str:
    data = bytes(ord(char) | 0x80 if char >= "!" else ord(char) for char in shifted)
    return strictly(data, "gb2312") or data.decode("gb2312", "replace")


def _from_utf7(match: re.Match[str]) -> str:
    """A run of UTF-7, where it gives at least two characters and all of them are usual ones."""
    shown = strictly(match[0].encode(), "utf-7")
    if shown is None or len(shown) < 2 or not _HAN.search(shown) or not is_plausible(shown):
        return match[0]
    return shown if all(_CHINESE.match(char) or char.isascii() for char in shown) else match[0]
