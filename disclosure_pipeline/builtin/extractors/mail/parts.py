"""The parts of one mail, by their types; what no type explains is read by its bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from email import policy
from email.generator import BytesGenerator
from email.message import Message
from typing import Any

from disclosure_pipeline.builtin.extractors.archives.names import decode_name
from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.html.page import read_page
from disclosure_pipeline.builtin.extractors.html.reader import decode_page
from disclosure_pipeline.builtin.extractors.html.sheets import told_by_sheet
from disclosure_pipeline.builtin.extractors.mail.bodies import add_body, add_other_version
from disclosure_pipeline.builtin.extractors.mail.headers import codec, headers, names
from disclosure_pipeline.builtin.extractors.mail.related import addresses, beside, is_of_office
from disclosure_pipeline.builtin.extractors.mail.signed import open_signed
from disclosure_pipeline.builtin.extractors.mail.tnef import TNEF_MAGIC, BrokenTnef, attributes
from disclosure_pipeline.builtin.extractors.mail.transfer import characters, decoded
from disclosure_pipeline.builtin.extractors.pictures import pictures
from disclosure_pipeline.builtin.extractors.shared.byte_words import sweep
from disclosure_pipeline.builtin.extractors.signatures import is_picture
from disclosure_pipeline.builtin.extractors.text.encoding import decode, strictly
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Place

_SHOWN_HEADERS = frozenset(("from", "to", "cc", "subject", "date", "sender", "reply-to"))
_STRUCTURE = frozenset(("content-type", "content-transfer-encoding", "content-disposition", "mime-version"))
_STRUCTURE_PARAMETERS = frozenset(("charset", "boundary", "name", "filename", "format", "delsp", "type", "reply-type", "start",
                                   "size", "method", "protocol", "micalg", "smime-type", "access-type", "report-type",
                                   "creation-date", "modification-date", "read-date", "x-mac-type", "x-mac-creator"))  # fmt: skip
_FOLDED = re.compile(r"\r?\n[ \t]")
_PREAMBLE = re.compile(
    r"\s*(?:This (?:is an? (?:OpenPGP/MIME|multi-?part|cryptographically)|document is a Web archive)[^\n]*(?:\n(?!\n)[^\n]*)*)?\s*",
    re.IGNORECASE,
)
_CALENDARS = frozenset(("text/calendar", "text/vcard", "text/x-vcard", "text/x-vcalendar", "text/directory"))
_TNEF = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
_SIGNED = re.compile(r"application/(?:x-)?pkcs7-(?:mime|signature)")
_QUOTED_VALUE = re.compile(
    r"^([^\r\n:]*;ENCODING=QUOTED-PRINTABLE[^\r\n:]*:)((?:[^\r\n]*=\r?\n)*[^\r\n]*)",
    re.MULTILINE | re.IGNORECASE,
)
_MOST_PARTS = 2000
_DEEPEST = 40


class Mail:
    """One mail while it is read.

    Args:
        out: gets everything.
        settings: the keys of ``[extraction]``, with the budget.
        depth: depth of the mail.
        prefix: of the names of its parts, where a file holds several mails.
    """

    def __init__(self, out: Collector, settings: Mapping[str, Any], depth: int, prefix: str = ""):
        self._out = out
        self._settings = settings
        self._depth = depth
        self._prefix = prefix
        self._count = 0

    def read(self, message: Message) -> None:
        """Read the mail."""
        is_archive = (
            message.get_content_type() == "multipart/related"
            and "saved by" in str(message.get("From", "")).lower()
        )
        for name, value in headers(message):
            if name.lower() == "mime-version" and value == "1.0":
                continue
            shown = name.lower() in _SHOWN_HEADERS and not is_archive
            self._out.add(
                value, "header" if shown else "metadata", f"{self._prefix}headers", detail=_label(name)
            )
        if message.defects:
            self._check(message)
        self._entity(message, level=0, shown=True)

    # -------------------------------------------------------------------- structure

    def _entity(self, entity: Message, *, level: int, shown: bool) -> None:
        self._count += 1
        if self._count > _MOST_PARTS or level > _DEEPEST:
            self._unread(f"{self._prefix}part {self._count}")
            return
        part = f"{self._prefix}part {self._count}"
        if level:
            self._own_headers(entity, part)
        kind = entity.get_content_type()
        if entity.is_multipart():
            parts = [child for child in entity.get_payload() if isinstance(child, Message)]
            if kind.startswith("message/"):
                self._enclosed(entity, parts, kind, part)
            else:
                self._multipart(entity, parts, kind, level=level, shown=shown)
        else:
            self._leaf(entity, part, kind, level=level, shown=shown)

    def _own_headers(self, entity: Message, part: str) -> None:
        for name, value in headers(entity):
            if name.lower() not in _STRUCTURE:
                kind = "link" if name.lower() == "content-location" else "metadata"
                self._out.add(value, kind, part, detail=_label(name))
        for name in names(entity):
            self._out.add(name, "name", part, visible=True)
        for header in ("content-type", "content-disposition"):
            for key, value in entity.get_params(header=header, failobj=[])[1:]:
                if str(key).lower() not in _STRUCTURE_PARAMETERS and value:
                    self._out.add(str(value), "metadata", part, detail=_label(str(key)))
        if entity.defects:
            self._check(entity)

    def _multipart(
        self, entity: Message, parts: list[Message], kind: str, *, level: int, shown: bool
    ) -> None:
        for text, part in ((entity.preamble, "preamble"), (entity.epilogue, "epilogue")):
            if text and not _PREAMBLE.fullmatch(text):
                self._out.add(_raw(text), "unplaced", f"{self._prefix}{part}")
        if kind == "multipart/alternative":
            best = max(range(len(parts)), key=lambda number: (_has_html(parts[number]), number), default=0)
            order = [best, *(number for number in range(len(parts)) if number != best)]
            for number in order:
                self._entity(parts[number], level=level + 1, shown=shown and number == best)
        elif kind == "multipart/related":
            self._related(entity, parts, level=level, shown=shown)
        else:
            for child in parts:
                self._entity(child, level=level + 1, shown=shown)

    def _related(self, entity: Message, parts: list[Message], *, level: int, shown: bool) -> None:
        """A page with what stands beside it."""
        start = str(entity.get_param("start") or "")
        main = next(
            (child for child in parts if start and str(child.get("Content-ID", "")).strip() == start), None
        )
        main = main or next((child for child in parts if _has_html(child)), parts[0] if parts else None)
        if main is None:
            return
        others = [child for child in parts if child is not main]
        location = str(main.get("Content-Location", "")).strip()
        if main.get_content_type() == "text/html":
            self._count += 1
            part = f"{self._prefix}part {self._count}"
            self._own_headers(main, part)
            source = self._page(main, part, beside(others, location), shown=shown)
        else:
            source = ""
            self._entity(main, level=level + 1, shown=shown)
        for child in others:
            named = any(address in source for address in addresses(child, location))
            if is_of_office(child):
                self._count += 1
                self._companion(child, f"{self._prefix}part {self._count}")
            else:
                self._entity_beside(child, level=level, shown=shown and (named or not source))

    def _entity_beside(self, child: Message, *, level: int, shown: bool) -> None:
        """A part beside a page: never a body by itself."""
        if child.is_multipart():
            self._entity(child, level=level + 1, shown=shown)
            return
        self._count += 1
        part = f"{self._prefix}part {self._count}"
        self._own_headers(child, part)
        data = self._bytes(child, part)
        if child.get_content_type() == "text/css":
            for told in told_by_sheet(self._decoded(child, data, part)):
                self._out.add(told, "script", part, detail="style")
        else:
            self._file(child, data, part, shown=shown)

    def _companion(self, child: Message, part: str) -> None:
        """What Word keeps for itself beside a page; only words in Chinese are the author's."""
        for run in dict.fromkeys(sweep(self._bytes(child, part))):
            if not run.isascii():
                self._out.add(run, "metadata", part, detail="office")

    def _enclosed(self, entity: Message, parts: list[Message], kind: str, part: str) -> None:
        """Mails and reports inside a mail."""
        if kind == "message/rfc822" and parts:
            encoding = str(entity.get("Content-Transfer-Encoding", "")).strip().lower()
            if encoding in ("base64", "quoted-printable") and not parts[0].keys() and characters(parts[0]):
                parts[0]["Content-Transfer-Encoding"] = encoding
                data = self._bytes(parts[0], part)
            else:
                data, whole = _source(parts[0])
                if not whole:
                    self._unread(part)
            read_embedded(
                self._out, part, data, limits=self._settings, depth=self._depth, name="mail.eml", shown=True
            )
            return
        for inner in parts:
            for name, value in headers(inner):
                self._out.add(f"{name}: {value}", "attachment", part, visible=True, detail=kind)
            body = characters(inner)
            if body is None:
                self._unread(part)
            else:
                self._out.add(_raw(body), "attachment", part, visible=True, detail=kind)

    # -------------------------------------------------------------------- leaves

    def _leaf(self, entity: Message, part: str, kind: str, *, level: int, shown: bool) -> None:
        attached = level > 0 and (entity.get_content_disposition() == "attachment" or any(names(entity)))
        if kind == "text/html" and not attached:
            self._page(entity, part, {}, shown=shown)
            return
        data = self._bytes(entity, part)
        if kind in _CALENDARS:
            text = _unfolded(self._decoded(entity, data, part))
            read_embedded(self._out, part, text.encode("utf-8", "replace"), limits=self._settings, depth=self._depth,
                          name="card.vcf", shown=True)  # fmt: skip
        elif kind in _TNEF or data.startswith(TNEF_MAGIC):
            self._tnef(data, part)
        elif _SIGNED.fullmatch(kind):
            self._signed(data, part)
        elif not attached and (kind.startswith("text/") or kind.startswith("multipart/")):
            text = self._decoded(entity, data, part)
            if shown:
                add_body(self._out, text, part, settings=self._settings, depth=self._depth)
            else:
                add_other_version(self._out, text, part)
        else:
            self._file(entity, data, part, shown=True)

    def _page(self, entity: Message, part: str, around: Mapping[str, str], *, shown: bool) -> str:
        data = self._bytes(entity, part)
        if not data:
            return ""
        if not shown:
            read_embedded(self._out, part, data, limits=self._settings, depth=self._depth, name="a.html")
            return ""
        told = codec(str(entity.get_param("charset") or ""))
        try:
            text = decode_page(data, self._out, told)
        except ExtractionFailed:
            text = self._decoded(entity, data, part)
        read_page(self._out, text, part=part, settings=self._settings, depth=self._depth, beside=around)
        return text

    def _file(self, entity: Message, data: bytes, part: str, *, shown: bool) -> None:
        if not data:
            if entity.get_content_maintype() != "text":
                self._unread(part)
            return
        if is_picture("", data):
            pictures.look_at(self._out, part, data, large=entity.get_content_disposition() == "attachment")
            return
        name = next(names(entity), "") or _suffix(entity.get_content_type())
        read_embedded(self._out, part, data, limits=self._settings, depth=self._depth, name=name, shown=shown)

    def _tnef(self, data: bytes, part: str) -> None:
        try:
            for number, attribute in enumerate(attributes(data), start=1):
                here = f"{part} attribute {number}"
                if attribute.kind == "data":
                    read_embedded(
                        self._out, here, attribute.data, limits=self._settings, depth=self._depth, shown=True
                    )
                elif attribute.kind in ("name", "text", "body"):
                    kinds = {"name": "name", "body": "attachment"}
                    text = decode_name(attribute.data.rstrip(b"\x00"))
                    self._out.add(
                        text, kinds.get(attribute.kind, "metadata"), here, visible=attribute.kind != "text"
                    )
                else:
                    for run in dict.fromkeys(sweep(attribute.data)):
                        self._out.add(run, "unplaced", here)
                    if attribute.kind == "properties" and b"LZFu" in attribute.data:
                        self._unread(here)
        except BrokenTnef:
            self._unread(part)

    def _signed(self, data: bytes, part: str) -> None:
        found = open_signed(data)
        for word in found.words:
            self._out.add(word, "signature", part)
        if found.content:
            read_embedded(
                self._out,
                part,
                found.content,
                limits=self._settings,
                depth=self._depth,
                name="mail.eml",
                shown=True,
            )
        elif not found.readable:
            self._unread(part)

    # -------------------------------------------------------------------- bytes

    def _bytes(self, entity: Message, part: str) -> bytes:
        data, whole = decoded(entity)
        if not whole:
            self._unread(part)
        return data

    def _decoded(self, entity: Message, data: bytes, part: str) -> str:
        told = codec(str(entity.get_param("charset") or ""))
        text = strictly(data, told) if told and told not in ("us-ascii", "ascii", "unknown-8bit") else None
        if text is not None and "\x00" not in text:
            return text
        try:
            return decode(data)[0] if data else ""
        except ExtractionFailed:
            self._out.doubt(
                "text.encoding", "邮件中有一段文字的编码不能确定，请人工查看原件。", Place(part, "body")
            )
            return data.decode("gb18030", "replace")

    def _check(self, entity: Message) -> None:
        """Defects of the structure that may have cost us text."""
        from email import errors

        serious = (errors.StartBoundaryNotFoundDefect, errors.NoBoundaryInMultipartDefect,
                   errors.CloseBoundaryNotFoundDefect, errors.InvalidBase64LengthDefect)  # fmt: skip
        if any(isinstance(defect, serious) for defect in entity.defects):
            self._out.doubt("file.partial", "邮件结构不完整，可能没有读全，请人工查看原件。")

    def _unread(self, part: str) -> None:
        place = Place(part, "attachment")
        self._out.doubt("attachment.unread", "邮件中有未能读出的部分，请人工查看。", place)


def _has_html(entity: Message) -> bool:
    if entity.get_content_disposition() == "attachment":
        return False
    return any(part.get_content_type() in ("text/html", "application/xhtml+xml") for part in entity.walk())


def _source(message: Message) -> tuple[bytes, bool]:
    """The bytes of an enclosed mail, and whether they are all."""
    buffer = io.BytesIO()
    keeping = policy.compat32.clone(max_line_length=None)
    try:
        BytesGenerator(buffer, mangle_from_=False, policy=keeping).flatten(message)
    except (ValueError, LookupError, TypeError, AttributeError):
        return buffer.getvalue() or b" ", False
    return buffer.getvalue(), True


def _raw(text: str) -> str:
    return decode_name(text.encode("utf-8", "surrogateescape"))


def _label(name: str) -> str | None:
    """A field's name as detail, where it is one of the usual kind."""
    return name if re.fullmatch(r"[A-Za-z][A-Za-z-]{0,40}", name) else None


def _suffix(kind: str) -> str:
    known = {"text/html": "a.html", "text/csv": "a.csv", "text/plain": "a.txt", "message/rfc822": "a.eml"}
    return known.get(kind, "")


def _unfolded(text: str) -> str:
    """A calendar or card with its long lines joined and its quoted values decoded."""
    import quopri

    def value(match: re.Match[str]) -> str:
        return match[1] + decode_name(quopri.decodestring(match[2].encode("utf-8", "replace")))

    return _QUOTED_VALUE.sub(value, _FOLDED.sub("", text))
