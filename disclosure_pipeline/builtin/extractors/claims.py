"""Which reader a file belongs to, by its first bytes and its name; no reader is imported to tell.

The scores of all formats are compared with one another (`hooks/sniff.py`), so they stand here side by
side: about 90 and more for bytes that only one format has, 60 and 80 for beginnings that are typical, 40
and less for what is a frame of other formats too (zip, XML), the least for text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from disclosure_pipeline.builtin.extractors import signatures
from disclosure_pipeline.builtin.extractors.signatures import BYTE_ORDER_MARK, OLE_MAGIC, ZIP_MAGIC
from disclosure_pipeline.builtin.extractors.text.encoding import looks_like_text

Score = Callable[[bytes, str], int]
"""See :meth:`Extractor.score <disclosure_pipeline.hooks.contracts.Extractor.score>`."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one reader reads.

    Args:
        id: the reader's id.
        reader: where it is: ``module:class`` below this package.
        score: how sure it is of a file.
        suffixes: of the names of its files, where more than the reader asks for them.
        version: the reader's version.
    """

    id: str
    reader: str
    score: Score
    suffixes: tuple[str, ...] = ()
    version: str = "1"


# ---------------------------------------------------------------------- packages

_OOXML_MARKS = (b"[Content_Types].xml", b"_rels/.rels")
_WORD = (".docx", ".docm", ".dotx", ".dotm")
_SHEETS = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xlam")
_SLIDES = (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm")
_REFUSED_SHEETS = (".xlsb",)
"""Taken only to be refused by their own reason."""

_ODF_TYPE = b"mimetypeapplication/vnd.oasis.opendocument."
_ODF_OFFICE = b"urn:oasis:names:tc:opendocument:xmlns:office:1.0"


def _ooxml(folder: str, suffixes: tuple[str, ...]) -> Score:
    """Certain when the zip's first members say so: an archive, too, may have a folder of this name."""

    def score(head: bytes, name: str) -> int:
        if signatures.first_folder(head) != folder:
            return 0
        known = any(member in _OOXML_MARKS for member in signatures.first_names(head))
        return 95 if known or name.endswith(suffixes) else 0

    return score


def _ofd(head: bytes, _name: str) -> int:
    """Certain when the zip's first members say so."""
    names = signatures.first_names(head)
    return 95 if any(name.rpartition(b"/")[2].lower() == b"ofd.xml" for name in names) else 0


def _odf(head: bytes, _name: str) -> int:
    """Certain when the type says so, as the first member of a package or in flat XML."""
    if head.startswith(ZIP_MAGIC):
        return 96 if _ODF_TYPE in head[:200] else 0
    flat = _ODF_OFFICE in head[:8192] and b":document" in head[:8192]
    return 96 if flat and signatures.MARKUP.match(head[:64]) else 0


def _archive(head: bytes, name: str) -> int:
    """By the first bytes; low for zip, because many formats are zips inside, and nothing for a Visio drawing."""
    packed = (signatures.RAR_MAGIC, signatures.SEVEN_MAGIC, *signatures.STREAM_MAGICS)
    if head.startswith(packed) or signatures.is_tar(head):
        return 90
    zipped = head.startswith((ZIP_MAGIC, signatures.EMPTY_ZIP_MAGIC, signatures.SPANNED_ZIP_MAGIC))
    if zipped and _is_drawing(tuple(signatures.first_names(head))):
        return 0
    return 20 if zipped or (name.endswith(".zip") and ZIP_MAGIC in head) else 0


def _is_drawing(members: Sequence[bytes]) -> bool:
    """Whether these are members of a Visio drawing, which nobody here reads."""
    return any(one in _OOXML_MARKS for one in members) and any(one.startswith(b"visio/") for one in members)


# ------------------------------------------------------------- pages and pictures

_PDF_WITHIN = 1024
_RTF_MAGIC = b"{\\rtf"
_HTML = (".html", ".htm", ".xhtml", ".shtml")
_HTML_START = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|div|table|script|style|link|p|span|font|center|h[1-6]|base|frameset)[\s>]",
    re.IGNORECASE,
)
_HTML_PROLOG = re.compile(rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*", re.DOTALL)
_PACKED_METAFILES = (".emz", ".wmz")
_BMP_HEADERS = tuple(size.to_bytes(4, "little") for size in (12, 40, 52, 56, 64, 108, 124))


def _pdf(head: bytes, _name: str) -> int:
    """Certain at the first byte; readers also accept a header within the first KiB."""
    if head.startswith(signatures.PDF_MAGIC):
        return 100
    return 60 if signatures.PDF_MAGIC in head[:_PDF_WITHIN] else 0


def _rtf(head: bytes, _name: str) -> int:
    """Certain for a file that begins as RTF must."""
    return 95 if head.removeprefix(BYTE_ORDER_MARK).lstrip().startswith(_RTF_MAGIC) else 0


def _html(head: bytes, name: str) -> int:
    """Sure when the first element is one of HTML; by the name when some element comes first."""
    sample = _narrowed(head[:4096])
    prolog = _HTML_PROLOG.match(sample)
    if _HTML_START.match(sample, prolog.end() if prolog else 0):
        return 80
    # A page may begin with a comment that is longer than the sample, or with text.
    named = name.endswith(_HTML) and not sample.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml")
    return 60 if named and b"<" in sample and b"\x00" not in sample else 0


def _image(head: bytes, name: str) -> int:
    """Sure by the first bytes; two letters (BM) need a header behind them."""
    if head.startswith(b"BM"):
        return 90 if len(head) > 26 and head[14:18] in _BMP_HEADERS else 0
    if head.startswith(signatures.GZIP_MAGIC[:2]):
        return 90 if name.endswith(_PACKED_METAFILES) else 0
    return 90 if signatures.is_picture("", head) else 0


# -------------------------------------------------------- compound files and mails

_MSG = (".msg", ".oft")
_MSG_SIGNS = tuple(
    name.encode("utf-16-le") for name in ("__properties_version1.0", "__substg1.0_", "__nameid_version1.0")
)
_MAIL = (".eml", ".mht", ".mhtml", ".mbox", ".nws")
_FIELD = re.compile(rb"[A-Za-z][\w.-]*[ \t]*:[^\n]*(?:\n|\Z)|[ \t]+[^\n]*(?:\n|\Z)")
_PROOF = re.compile(
    rb"^(?:MIME-Version|Received|Message-ID|Return-Path|Delivered-To|Content-Type|From|To|Subject|Date|Reply-To|"
    rb"X-Mailer|Sender|Cc)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)


def _msg(head: bytes, name: str) -> int:
    """Certain when the head of a compound file names message properties, or the file's name says so."""
    if not head.startswith(OLE_MAGIC):
        return 0
    return 100 if name.endswith(_MSG) or any(sign in head for sign in _MSG_SIGNS) else 0


def _legacy(head: bytes, _name: str) -> int:
    """Sure for a compound file; who knows the bytes better (mail messages) says more."""
    return 90 if head.startswith(OLE_MAGIC) else 0


def _mail(head: bytes, name: str) -> int:
    """Sure when the file begins with header fields, two of them those of mails."""
    sample = head[:8192].removeprefix(BYTE_ORDER_MARK).lstrip(b"\r\n")
    if signatures.MAILBOX.match(sample):
        return 85
    fields, at = [], 0
    while match := _FIELD.match(sample, at):
        fields.append(match[0])
        at = match.end()
    proofs = {found.lower() for found in _PROOF.findall(b"".join(fields))}
    if len(proofs) >= 2:
        return 85
    return 60 if fields and name.endswith(_MAIL) else 0


# --------------------------------------------------------------------------- text

_XML = (".xml", ".svg", ".rdf", ".xsd", ".xsl", ".xslt", ".rss", ".atom", ".kml", ".gml", ".xmp")
_XML_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\s|<!--|<svg[\s>])", re.IGNORECASE)
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_TABLES = (".csv", ".tsv", ".tab")
_TEXT_NAMES = (".txt", ".md", ".csv", ".tsv")
# Formats that are text on the outside and hold their words in an encoded form.
_OTHER_FORMATS = (
    _RTF_MAGIC, signatures.PDF_MAGIC, b"%!PS", b"<?xml", b"MIME-Version:", b"begin 6", b"From ", b"Received:",
)  # fmt: skip
# Names that claim a format whose words are not its bytes: text under them is a broken file, or markup.
_OTHER_NAMES = (
    ".doc", ".docx", ".docm", ".dot", ".dotx", ".wps", ".wpt", ".rtf", ".odt", ".ofd", ".pdf", ".ceb", ".caj",
    ".xls", ".xlsx", ".xlsm", ".et", ".ods", ".ppt", ".pptx", ".dps", ".odp", ".xml", ".svg", ".eml", ".msg",
    ".mht", ".mhtml", ".zip", ".rar", ".7z", ".tar", ".gz", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff",
    ".pbm", ".pgm", ".ppm", ".xpm", ".ps", ".eps",
)  # fmt: skip


def _xml(head: bytes, name: str) -> int:
    """Low: whoever knows the vocabulary reads the file; sure only for drawings."""
    sample = _narrowed(head[:4096])
    if not _XML_PROLOG.match(sample):
        return 15 if name.endswith(_XML) and sample.lstrip()[:1] == b"<" else 0
    if sample.lstrip().startswith(b"<!--") and not name.endswith(_XML):
        return 0
    return 40 if _SVG.search(sample) and b"<html" not in sample.lower() else 15


def _delimited(head: bytes, name: str) -> int:
    """By the name, when the bytes are text: nothing else tells a table from prose with commas."""
    if not name.endswith(_TABLES) or head.startswith(b"PK") or head.lstrip()[:1] == b"<":
        return 0
    return 12 if head and looks_like_text(head) else 0


def _txt(head: bytes, name: str) -> int:
    """The last resort: whatever decodes, and neither is nor claims to be another format."""
    if name.endswith(_OTHER_NAMES):
        return 0
    if not head or head.lstrip()[:16].startswith(_OTHER_FORMATS):
        return 0
    if any(mark in head[:2048] for mark in (b"\nMIME-Version:", b"\nContent-Transfer-Encoding:")):
        return 0
    # What calls itself text and does not decode is text in an unknown encoding, or damaged: the reader tells.
    return 10 if name.endswith(_TEXT_NAMES) or looks_like_text(head) else 0


def _narrowed(sample: bytes) -> bytes:
    """Markup in UTF-16 as its ASCII characters."""
    return sample.replace(b"\x00", b"")[2:] if sample[:2] in (b"\xff\xfe", b"\xfe\xff") else sample


# ---------------------------------------------------------------------- the table

DOCX = Claim("docx", "word.reader:DocxExtractor", _ooxml("word", _WORD), _WORD)
XLSX = Claim(
    "xlsx", "sheets.reader:XlsxExtractor", _ooxml("xl", _SHEETS + _REFUSED_SHEETS), _SHEETS, version="2"
)
PPTX = Claim("pptx", "slides.reader:PptxExtractor", _ooxml("ppt", _SLIDES), _SLIDES)
PDF = Claim("pdf", "pdf.reader:PdfExtractor", _pdf, version="2")
OFD = Claim("ofd", "ofd.reader:OfdExtractor", _ofd, (".ofd",))
ODF = Claim("odf", "odf.reader:OdfExtractor", _odf)
HTML = Claim("html", "html.reader:HtmlExtractor", _html, _HTML, version="2")
IMAGE = Claim("image", "pictures.reader:ImageExtractor", _image)
RTF = Claim("rtf", "rtf.reader:RtfExtractor", _rtf)
MSG = Claim("msg", "mail.msg:MsgExtractor", _msg, _MSG)
LEGACY = Claim("legacy", "legacy.reader:LegacyExtractor", _legacy, version="2")
MAIL = Claim("mail", "mail.mime:MailExtractor", _mail, _MAIL)
ARCHIVE = Claim("archive", "archives.reader:ArchiveExtractor", _archive)
XML = Claim("xml", "text.xml:XmlExtractor", _xml, _XML)
DELIMITED = Claim("delimited", "text.delimited:DelimitedExtractor", _delimited, _TABLES)
TXT = Claim("txt", "text.plain:TxtExtractor", _txt, version="2")

CLAIMS = (
    DOCX, XLSX, PPTX, PDF, OFD, ODF, HTML, IMAGE, RTF, MSG, LEGACY, MAIL, ARCHIVE, XML, DELIMITED, TXT,
)  # fmt: skip
"""Every built-in reader; on equal scores the earlier one reads the file."""
