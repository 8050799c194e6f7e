"""What the glyphs of a font show, against what its ``ToUnicode`` table says they mean.

The text layer of a pdf is what ``ToUnicode`` says; a table that lies shows one thing to the reader and
another to every program. Fonts often know better themselves: by the names of their glyphs, by a standard
encoding, by the collection their character codes come from, or by the embedded font's own Unicode table.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from disclosure_pipeline.builtin.extractors.failures import check_memory
from disclosure_pipeline.builtin.extractors.pdf.words import shape_of

_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")
_BASE_CODECS = {
    "/WinAnsiEncoding": "cp1252",
    "/MacRomanEncoding": "mac_roman",
    "/StandardEncoding": "latin-1",
}
_HIGHEST_ASCII = 0x7F
_DOUBLES_SHARE, _DOUBLES_LEAST = 0.3, 6
_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")
_SFNT = (b"\x00\x01\x00\x00", b"true", b"OTTO", b"ttcf")
_MOST_TABLES = 60
_HEAD = 12 + 16 * _MOST_TABLES
_UNICODE_TABLES = {(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)}

ObjectId = tuple[int, int]

Meaning = Mapping[int, str]
"""Character code → characters."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a font.

    Args:
        width: bytes of a character code.
        claims: what its table says.
        lies: its table says other letters than its glyphs show.
        doubtful: nobody knows what its glyphs show: its table is nonsense, or its program is.
        embedded: the file brings its outlines, which may be other ones than the font's names and tables say.
        silent: it has no table.
        truth: what its glyphs show, as far as the font itself knows.
    """

    width: int
    claims: Meaning
    lies: bool
    silent: bool
    truth: Meaning
    doubtful: bool = False
    embedded: bool = False


def fonts_of(resources: Any, seen: set[ObjectId] | None = None) -> Iterator[tuple[str, Any]]:
    """(name, font) of a resource dictionary and of the forms in it, always in the same order.

    The names of fonts of forms are empty. A form that many others name is looked at once.

    Args:
        resources: of a page, or of a form.
        seen: forms that were met; none for a page.
    """
    is_page, seen = seen is None, set() if seen is None else seen
    for name, font in _items(resources, "/Font"):
        if _is_dictionary(font):
            yield (name.lstrip("/") if is_page else ""), font
    for _, item in _items(resources, "/XObject"):
        if is_form(item) and item.objgen not in seen:
            seen.add(item.objgen)
            yield from fonts_of(item.get("/Resources"), seen)


def is_form(item: Any) -> bool:
    """Whether a drawable object is a form."""
    return shape_of(item) == "stream" and str(item.get("/Subtype", "")) == "/Form"


def judge(font: Any) -> Verdict:
    """Compare a font's table with what the font itself knows; of a broken font nobody knows anything."""
    import pikepdf

    try:
        return _judge(font)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, LookupError, AttributeError):
        return Verdict(1, {}, lies=False, silent=False, truth={}, doubtful=True)


def _judge(font: Any) -> Verdict:
    program = _program(font)
    if program is not None and not (_is_stream(program) and _is_program(_head(program))):
        return Verdict(1, {}, lies=False, silent=False, truth={}, doubtful=True)
    table = font.get("/ToUnicode")
    claims = parse_table(table.read_bytes()) if _is_stream(table) else {}
    composite = str(font.get("/Subtype", "")) == "/Type0"
    width = 2 if composite else 1
    if str(font.get("/Subtype", "")) == "/Type3":
        return Verdict(width, claims, lies=False, silent=False, truth={}, embedded=True)
    truth = _composite_truth(font, claims) if composite else _simple_truth(font)
    embedded = program is not None
    if not claims:
        silent = composite and bool(truth) and not str(font.get("/Encoding", "")).startswith("/Uni")
        return Verdict(width, claims, lies=False, silent=silent, truth=truth, embedded=embedded)
    doubles = _says_the_same_too_often(claims)
    lies = doubles or any(code in truth and _differ(truth[code], says) for code, says in claims.items())
    doubtful = doubles and not truth
    return Verdict(width, claims, lies, silent=False, truth=truth, doubtful=doubtful, embedded=embedded)


def parse_table(data: bytes) -> dict[int, str]:
    """The character codes and meanings of a ``ToUnicode`` table."""
    meanings: dict[int, str] = {}
    for section in _SECTION.finditer(data):
        tokens = [_token(match) for match in _TOKEN.finditer(section[2])]
        if section[1] == b"bfchar":
            for code, value in zip(tokens[::2], tokens[1::2], strict=False):
                meanings[int.from_bytes(code, "big")] = _text(value)
        else:
            _ranges(tokens, meanings)
    return meanings


def write_table(meanings: Meaning, width: int) -> bytes:
    """A ``ToUnicode`` table.

    Args:
        meanings: code → characters.
        width: bytes of a code.
    """
    rows = "\n".join(
        f"<{code:0{2 * width}x}> <{text.encode('utf-16-be').hex()}>" for code, text in meanings.items()
    )
    full = "ff" * width
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def\n"
        f"1 begincodespacerange <{'00' * width}> <{full}> endcodespacerange\n"
        f"{len(meanings)} beginbfchar\n{rows}\nendbfchar\nendcmap end end"
    ).encode()


def unicode_table(font_file: bytes) -> dict[int, str]:
    """Glyph number → character, from the Unicode table of a TrueType or OpenType font."""
    offset = _table(font_file, b"cmap")
    if offset is None:
        return {}
    try:
        (count,) = struct.unpack_from(">H", font_file, offset + 2)
        for index in range(count):
            platform, encoding, at = struct.unpack_from(">HHI", font_file, offset + 4 + 8 * index)
            if (platform, encoding) in _UNICODE_TABLES:
                return _glyphs(font_file, offset + at)
    except (struct.error, IndexError, ValueError, OverflowError):
        return {}
    return {}


# ------------------------------------------------------------------- font programs


def _program(font: Any) -> Any:
    """The outlines that a file brings with a font; readers show letters of some other font where they are broken."""
    descendants = font.get("/DescendantFonts")
    descriptor = (descendants[0] if descendants else font).get("/FontDescriptor")
    if not _is_dictionary(descriptor):
        return None
    return next((descriptor[key] for key in _PROGRAMS if key in descriptor), None)


def _is_program(head: bytes) -> bool:
    """Whether bytes begin like a font: PostScript, compact (CFF) or a directory of tables."""
    if head.startswith((b"%!", b"\x80\x01")):
        return True
    if head[:4] in _SFNT:
        count = int.from_bytes(head[4:6], "big")
        tags = [head[at : at + 4] for at in range(12, 12 + 16 * count, 16)]
        return 0 < count <= _MOST_TABLES and all(tag.isascii() and len(tag) == 4 for tag in tags)
    return len(head) > 4 and head[0] == 1 and head[2] >= 4 and 1 <= head[3] <= 4


# ------------------------------------------------------------------- what fonts know


def _composite_truth(font: Any, claims: Meaning) -> Meaning:  # noqa: PLR0911 - a table of cases
    encoding = font.get("/Encoding")
    name = "" if _is_stream(encoding) else str(encoding)
    if name.startswith("/Uni") and ("UCS2" in name or "UTF16" in name):
        return {code: chr(code) for code in claims if code <= 0xFFFF and not 0xD800 <= code < 0xE000}
    if name.startswith("/GBK"):
        return {code: text for code in claims if (text := _gbk(code))}
    if not name.startswith("/Identity"):
        return {}
    descendants = font.get("/DescendantFonts")
    descendant = descendants[0] if descendants else None
    if descendant is None:
        return {}
    collection = str(_dig(descendant, "/CIDSystemInfo", "/Ordering") or "")
    if collection in ("GB1", "CNS1", "Japan1", "Korea1") and claims:
        return _collection(collection, claims)
    descriptor = descendant.get("/FontDescriptor")
    file = descriptor.get("/FontFile2") if descriptor is not None else None
    mapping = descendant.get("/CIDToGIDMap")
    if file is None or not _is_stream(file) or (mapping is not None and str(mapping) != "/Identity"):
        return {}
    return unicode_table(file.read_bytes()) if b"cmap" in _head(file) else {}


def _simple_truth(font: Any) -> Meaning:
    encoding = font.get("/Encoding")
    base = str(encoding.get("/BaseEncoding", "")) if _is_dictionary(encoding) else str(encoding or "")
    truth: dict[int, str] = {}
    codec = _BASE_CODECS.get(base)
    if codec:
        highest = 0xFF if codec != "latin-1" else _HIGHEST_ASCII
        for code in range(0x20, highest + 1):
            truth[code] = bytes([code]).decode(codec, "ignore")
    if _is_dictionary(encoding) and "/Differences" in encoding:
        from pdfminer.encodingdb import name2unicode

        code = 0
        for item in encoding["/Differences"]:
            if isinstance(item, int):
                code = int(item)
                continue
            try:
                truth[code] = name2unicode(str(item).lstrip("/"))
            except (KeyError, ValueError):
                truth.pop(code, None)
            code += 1
    return truth


def _collection(name: str, claims: Meaning) -> Meaning:
    """The characters of one of Adobe's collections, of which the font's codes are numbers.

    Raises:
        LookupError: there is no table of it; nobody knows what the font shows.
    """
    from pdfminer.cmapdb import CMapDB

    try:
        table = CMapDB.get_unicode_map(f"Adobe-{name}").cid2unichr
    except (CMapDB.CMapNotFound, OSError) as error:
        raise LookupError(f"this installation lacks the table of {name}") from error
    return {code: table[code] for code in claims if code in table}


def _gbk(code: int) -> str:
    try:
        return code.to_bytes(2 if code > 0xFF else 1, "big").decode("gbk")
    except UnicodeDecodeError:
        return ""


# -------------------------------------------------------------------------- comparing


def _differ(shows: str, says: str) -> bool:
    """Whether two meanings of a glyph are different letters; variants of one letter are not."""
    one, other = (unicodedata.normalize("NFKC", text).casefold().strip() for text in (shows, says))
    if one == other or not one or not other:
        return bool(one) != bool(other) and (one + other).isalnum() and (one + other) < "\ue000"
    if any("\ue000" <= letter <= "\uf8ff" for letter in one + other):
        return False
    return one.isalnum() and other.isalnum() and one not in other and other not in one


def _says_the_same_too_often(claims: Meaning) -> bool:
    letters = Counter(text for text in claims.values() if text.isalnum())
    doubles = sum(count - 1 for count in letters.values())
    return doubles >= _DOUBLES_LEAST and doubles > _DOUBLES_SHARE * len(claims)


# ---------------------------------------------------------------------------- parsing


def _ranges(tokens: list[bytes], meanings: dict[int, str]) -> None:
    at = 0
    while at + 2 < len(tokens):
        first, last = int.from_bytes(tokens[at], "big"), int.from_bytes(tokens[at + 1], "big")
        at += 2
        if tokens[at] == b"[":
            end = tokens.index(b"]", at) if b"]" in tokens[at:] else len(tokens)
            for code, value in zip(range(first, last + 1), tokens[at + 1 : end], strict=False):
                meanings[code] = _text(value)
            at = end + 1
            continue
        start = _text(tokens[at])
        at += 1
        for code in range(first, min(last, first + 0xFFFF) + 1):
            if start:
                number = ord(start[-1]) + code - first
                meanings[code] = start[:-1] + (chr(number) if number <= 0x10FFFF else "\ufffd")


def _token(match: re.Match[bytes]) -> bytes:
    if match[1] is None:
        return match[0]
    digits = b"".join(match[1].split())
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _text(data: bytes) -> str:
    return data.decode("utf-16-be", "replace") if len(data) > 1 else data.decode("latin-1")


def _head(stream: Any) -> bytes:
    """The first bytes of a stream: enough for the directory of a font's tables."""
    if str(stream.get("/Filter", "")) != "/FlateDecode":
        return bytes(stream.read_bytes()[:_HEAD])
    try:
        return zlib.decompressobj().decompress(stream.read_raw_bytes(), _HEAD)
    except zlib.error as error:
        check_memory(error)
        return b""


def _table(data: bytes, tag: bytes) -> int | None:
    if len(data) < 12:
        return None
    (count,) = struct.unpack_from(">H", data, 4)
    for index in range(min(count, 64)):
        entry = data[12 + 16 * index : 28 + 16 * index]
        if entry[:4] == tag and len(entry) == 16:
            return int.from_bytes(entry[8:12], "big")
    return None


def _glyphs(data: bytes, at: int) -> dict[int, str]:
    (kind,) = struct.unpack_from(">H", data, at)
    found: dict[int, str] = {}
    if kind == 4:
        (twice,) = struct.unpack_from(">H", data, at + 6)
        segments = twice // 2
        ends = struct.unpack_from(f">{segments}H", data, at + 14)
        starts = struct.unpack_from(f">{segments}H", data, at + 16 + twice)
        deltas = struct.unpack_from(f">{segments}H", data, at + 16 + 2 * twice)
        where = at + 16 + 3 * twice
        offsets = struct.unpack_from(f">{segments}H", data, where)
        for index, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
            for code in range(start, min(end, 0xFFFE) + 1):
                glyph = code
                if offset:
                    (glyph,) = struct.unpack_from(">H", data, where + 2 * index + offset + 2 * (code - start))
                    if not glyph:
                        continue
                found.setdefault((glyph + delta) & 0xFFFF, chr(code))
    elif kind == 12:
        (groups,) = struct.unpack_from(">I", data, at + 12)
        for index in range(min(groups, 0xFFFF)):
            start, end, glyph = struct.unpack_from(">III", data, at + 16 + 12 * index)
            for code in range(start, min(end, start + 0xFFFF) + 1):
                found.setdefault(glyph + code - start, chr(code))
    return found


def _dig(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if _is_dictionary(value) else None
    return value


def _items(resources: Any, key: str) -> list[tuple[str, Any]]:
    group = _dig(resources, key)
    return sorted(group.items(), key=lambda item: str(item[0])) if _is_dictionary(group) else []


def _is_stream(value: Any) -> bool:
    return shape_of(value) == "stream"


def _is_dictionary(value: Any) -> bool:
    return shape_of(value) in ("dictionary", "stream")
