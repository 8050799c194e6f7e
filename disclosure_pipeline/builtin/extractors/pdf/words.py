"""From bytes in a pdf to words: encodings of strings, and what is technical and nobody's words."""

from __future__ import annotations

import re

from disclosure_pipeline.builtin.extractors.pdf.names import is_given

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffd]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LETTERS = re.compile(r"[^\W\d_]{2}|\d{2}|[\u3400-\u9fff]")
_RUNS = re.compile("[\\w★☆*\u2014\u2018-\u201d\u2026\u3000-\u303f\uff00-\uffef.,:;()/@ +-]{4,}")
_ASCII_RUN = re.compile(rb"[\x20-\x7e]{8,}")
_TECHNICAL = re.compile(r"(?!.*\d{8})[\x20-\x7e\r\n]{0,300}")
_COUNTED = re.compile(r"[A-Za-z_.-]{2,}0*\d{1,6}")
_PHRASE = re.compile(r"[A-Za-z]{2,}(?:[ ,:;]+[A-Za-z]{2,})+")
_DEFAULT_NAME = re.compile(
    r"(?:check|list|combo|text|drop|date|image|radio|push|signature|number|group|form)[ -]?"
    r"(?:box|fields?|buttons?|down|list|choices?)?(?: (?:list|field|box))?[ _-]?\d*(?:_\d+)?", re.IGNORECASE
)  # fmt: skip
_DATE = re.compile(r"(?:D:)?[12]\d{3}[\d\s'Z:T.+-]{0,30}")
_NUMBER_LONG = re.compile(r"\d{6}")
_BOMS = ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"), (b"\xef\xbb\xbf", "utf-8"))

_LONG, _FEW = 20, 6

TECHNICAL_KEYS = frozenset(
    ("/DA", "/DS", "/NM", "/Lang", "/Dest", "/D", "/Names", "/Limits", "/P", "/CharSet", "/Registry",
     "/Ordering", "/ID", "/IDTree", "/Dests", "/Style", "/Headers", "/XFA", "/NS", "/RT", "/StemV", "/FontFamily", "/OutputConditionIdentifier", "/Identifier")
)  # fmt: skip
"""Keys whose values are mostly made up by programs: kept only when they look like somebody's words."""

_PEOPLE_NAME = frozenset(
    ("/NM", "/T", "/D", "/Dest", "/Dests", "/Names", "/Limits", "/P", "/IDTree", "/Headers")
)
"""Those of them that people name now and then: kept when several words follow one another."""

DATE_KEYS = frozenset(("/M", "/CreationDate", "/ModDate", "/LastModified", "/TS"))
BINARY_KEYS = frozenset(
    ("/ID", "/Cert", "/Certs", "/Lookup", "/CheckSum", "/Panose", "/O", "/U", "/OE", "/UE", "/Perms", "/Hash", "/MAC", "/DigestValue")
)  # fmt: skip


def shape_of(value: object) -> str:
    """``string``, ``array``, ``dictionary``, ``stream``, ``name`` …; empty for plain Python values."""
    code = getattr(value, "_type_code", None)
    if code is None:
        return ""
    name: str = code._name_
    return name.rstrip("_")


def decoded(data: bytes) -> str:
    """The words of a pdf string; empty when it holds none.

    Writers are to use PDFDocEncoding or UTF-16 with a mark; many write UTF-8 or GBK without one. Strings of
    bytes that are no text give the runs of characters in them that look like some.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _UNPRINTABLE.sub(" ", data[len(mark) :].decode(encoding, "replace")).strip()
    text = data.decode("ascii") if data.isascii() else _unmarked(data)
    if not _UNPRINTABLE.search(text):
        return text.strip()
    return spoken(data)


def is_technical(words: str, key: str = "") -> bool:
    """Whether a value is a program's, not a person's: dates, identifiers, names of fonts and places.

    Args:
        words: the value.
        key: its key with the slash; empty for an operand.
    """
    if words.startswith("D:") and _DATE.fullmatch(words):
        return True
    if key in DATE_KEYS:
        return _DATE.fullmatch(words) is not None
    if key in _PEOPLE_NAME and _is_phrase(words):
        return False
    if key in TECHNICAL_KEYS or not key:
        return _TECHNICAL.fullmatch(words) is not None or _COUNTED.fullmatch(words) is not None
    return False


def kept_as(words: str, key: str = "", kind: str = "unplaced") -> str | None:
    """The kind that a value is kept as: a technical one that somebody named is a ``name``; else ``None``.

    Args:
        words: the value.
        key: see :func:`is_technical`.
        kind: what it is when it is not technical.
    """
    if not is_technical(words, key):
        return kind
    return "name" if is_given(words, key) else None


def is_binary(data: bytes, key: str) -> bool:
    """Whether a value is bytes that mean nothing, by its key, and does not look like words all the same."""
    if key not in BINARY_KEYS or data.startswith((b"\xfe\xff", b"\xef\xbb\xbf")):
        return False
    return not (data.isascii() and is_given(data.decode("ascii"), key))


def _is_phrase(words: str) -> bool:
    """Whether several words follow one another, other than a program's name for a box."""
    phrase = _PHRASE.search(words)
    return phrase is not None and len(phrase[0]) > _FEW and not _DEFAULT_NAME.fullmatch(words.strip())


def spoken(data: bytes) -> str:
    """The words in bytes that may be text in any encoding, or no text at all; empty for the latter."""
    if not data or data.isspace():
        return ""
    for encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"):
        if encoding.startswith("utf-16") and not (
            data[:2] in (b"\xff\xfe", b"\xfe\xff") or _HAN.search(_try(data, encoding))
        ):
            continue
        text = _try(data, encoding)
        if text and not _UNPRINTABLE.search(text) and _is_plausible(text):
            return text.strip("\ufeff \t\r\n")
    found = [run.decode("ascii") for run in _ASCII_RUN.findall(data)]
    utf8 = data.decode("utf-8", "ignore")
    found += [run for run in _RUNS.findall(utf8) if len(_HAN.findall(run)) >= 2]
    return " ".join(run.strip() for run in found if _LETTERS.search(run))


def loose_words(data: bytes) -> str:
    """The words in a stream that nothing says anything about; drawings and tables have none."""
    if data.startswith(
        (b"/CIDInit", b"%!PS", b"%!FontType", b"OTTO", b"\x00\x01\x00\x00", b"true")
    ) or _is_drawing(data):
        return ""
    words = spoken(data)
    return "" if len(words) > _LONG and len(set(words)) < _FEW else words


def _is_drawing(data: bytes) -> bool:
    """Whether bytes are operators that draw lines and pictures: numbers and short words."""
    head = data[:4000].split()
    short = sum(len(word) <= 12 and word.isascii() for word in head)
    numbers = sum(word.lstrip(b"-.").replace(b".", b"").isdigit() for word in head)
    return (
        bool(head)
        and short > 0.95 * len(head)
        and (numbers > 0.4 * len(head) or head[-1] in (b"sh", b"Q", b"Do"))
    )


def name_words(name: str) -> str:
    """The words in a name (a key or a value like ``/Name``), when it is more than a technical word."""
    words = name.lstrip("/")
    if words.isascii():
        return words if _NUMBER_LONG.search(words) and " " in words else ""
    raw = words.encode("utf-8", "surrogateescape")
    text = _unmarked(raw)
    return text if _HAN.search(text) else ""


def _unmarked(data: bytes) -> str:
    import pikepdf

    for encoding in ("utf-8", "gb18030"):
        text = _try(data, encoding)
        if text and _is_plausible(text):
            return text
    return str(pikepdf.String(data))


def _try(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _is_plausible(text: str) -> bool:
    """Whether what is not ASCII is mostly Han: bytes of any kind decode to something in GBK or UTF-16."""
    if not _LETTERS.search(text):
        return False
    foreign = [letter for letter in text if ord(letter) > 0x7F]
    usual = sum(
        "\u3400" <= letter <= "\u9fff"
        or "\u3000" <= letter <= "\u303f"
        or "\u2010" <= letter <= "\u203f"
        or "\u2460" <= letter <= "\u26ff"
        or letter > "\uff00"
        for letter in foreign
    )
    return not foreign or usual >= 0.8 * len(foreign)
