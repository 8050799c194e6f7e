"""The streams of a pdf beside its fonts: metadata, scripts, attachments, pictures, content; and unknown ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.packages.package import parse_xml
from disclosure_pipeline.builtin.extractors.pdf.content import Found, comments, unshown
from disclosure_pipeline.builtin.extractors.pdf.pictures import picture_words, profile_words
from disclosure_pipeline.builtin.extractors.pdf.undrawn import is_large_enough
from disclosure_pipeline.builtin.extractors.pdf.words import loose_words, spoken
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Place

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.collector import Collector

_XML_RUN = re.compile(">([^<>]*[^<>\\s][^<>]*)<")
_SHOWS = re.compile(rb"\bBT\b.*?\b(?:T[jJ]|['\"])", re.DOTALL)
_TECHNICAL_KEYS = ("/ShadingType", "/HalftoneType")
_WORDS = re.compile(rb"\((?!\s*\))|<\s*[0-9A-Fa-f]{2}")

ObjectId = tuple[int, int]


class Role(StrEnum):
    """What a stream is for, as the objects that refer to it say."""

    FONT = "font"
    TABLE = "table"
    SCRIPT = "script"
    XMP = "xmp"
    FORM = "form"
    CONTENT = "content"
    GLYPH = "glyph"
    ATTACHMENT = "attachment"
    PICTURE = "picture"
    OTHER = "other"

    @classmethod
    def of(cls, key: str) -> Role:
        """The role of what stands under a key."""
        if key.startswith("FontFile") or key in ("CIDToGIDMap", "CIDSet"):
            return cls.FONT
        roles = {"JS": cls.SCRIPT, "Metadata": cls.XMP, "XFA": cls.FORM, "Thumb": cls.PICTURE}
        return roles.get(key, cls.TABLE)


class StreamReader:
    """Reads streams by their roles.

    Args:
        out: gets the segments.
        limits: the keys of ``[extraction]``, for attachments. depth: how deep the file lies inside others.
        done: content streams that were read already.
    """

    def __init__(self, out: Collector, limits: Mapping[str, Any], depth: int, done: Set[ObjectId]):
        self._done = done
        self._out = out
        self._limits = limits
        self._depth = depth
        self._roles: dict[ObjectId, Role] = {}
        self._names: dict[ObjectId, str] = {}
        self._attachments: list[Any] = []
        self.drawing: list[Any] = []
        """Streams that show words: contents, forms, patterns, glyphs."""
        self.pictures: list[Any] = []
        """Pictures that are large enough to hold words, drawn or not."""

    def note(self, key: ObjectId, role: Role, name: str = "") -> None:
        """Remember what a stream is for; a claim to be technical never overrules another."""
        technical = (Role.FONT, Role.TABLE, Role.PICTURE, Role.OTHER)
        if key not in self._roles or self._roles[key] in technical:
            self._roles[key] = role
        if name:
            self._names[key] = name

    def role(self, stream: Any) -> Role | None:
        """What a stream is for, as far as other objects say."""
        return self._roles.get(stream.objgen)

    def read(self, stream: Any) -> None:
        """Read one stream."""
        type_name, subtype = str(stream.get("/Type", "")), str(stream.get("/Subtype", ""))
        role = self._roles.get(stream.objgen)
        if stream.objgen in self._done or role is Role.FONT or type_name in ("/XRef", "/ObjStm"):
            return
        if role is Role.ATTACHMENT or type_name == "/EmbeddedFile":
            self._attachments.append(stream)
        elif role is Role.XMP or type_name == "/Metadata" or subtype == "/XML":
            self._xml(stream.read_bytes(), "metadata", "xmp")
        elif role is Role.FORM:
            self._xml(stream.read_bytes(), "form", "xfa")
        elif role is Role.SCRIPT:
            self._out.add(spoken(stream.read_bytes()), "script", "document", visible=False)
        elif subtype == "/Image" or role is Role.PICTURE:
            self._picture(stream)
        elif role in (Role.CONTENT, Role.GLYPH) or subtype == "/Form" or "/PatternType" in stream:
            self._content(stream)
        elif role is Role.TABLE or "/CMapName" in stream or stream.get("/FunctionType") == 4:
            self.keep(comments(stream.read_bytes()))
        elif "/FunctionType" not in stream and not any(key in stream for key in _TECHNICAL_KEYS):
            self._unknown(stream)

    def read_attachments(self) -> None:
        """Read the attached files, once all dictionaries have said their names."""
        for stream in self._attachments:
            self._attachment(stream)

    def _content(self, stream: Any) -> None:
        data = stream.read_bytes()
        self.keep(unshown(data))
        if _SHOWS.search(data) and _WORDS.search(data):
            self.drawing.append(stream)

    def keep(self, found: Iterable[Found]) -> None:
        """Add what was found in content."""
        for kind, detail, words in found:
            self._out.add(words, kind, "document", detail=detail, visible=False)

    def _picture(self, stream: Any) -> None:
        if is_large_enough(stream):
            self.pictures.append(stream)
        for detail, words in picture_words(stream):
            self._out.add(words, "metadata", "document", detail=detail, visible=False)

    def _xml(self, data: bytes, kind: str, detail: str) -> None:
        try:
            root = parse_xml(data.strip(b"\x00 \r\n\t"))
        except ExtractionFailed as error:
            if error.code == "file.bomb":
                raise
            for run in _XML_RUN.findall(data.decode("utf-8", "replace")):
                self._out.add(run, kind, "document", detail=detail, visible=False)
            return
        for element in root.iter():
            for text in (element.text, element.tail, *element.attrib.values()):
                if text and not str(text).isspace() and not str(text).startswith(("uuid:", "xmp.", "W5M0Mp")):
                    self._out.add(str(text), kind, "document", detail=detail, visible=False)

    def _unknown(self, stream: Any) -> None:
        """A stream that nothing says anything about: drawing, a colour profile, a file, words, or nobody knows."""
        data = stream.read_bytes()
        if data.startswith((b"/CIDInit", b"%!PS")):
            self.keep(comments(data))
        elif data[36:40] == b"acsp":
            for detail, words in profile_words(data):
                self._out.add(words, "metadata", "document", detail=detail, visible=False)
        elif _SHOWS.search(data[:1_000_000]):
            self._content(stream)
        else:
            self._out.add(loose_words(data), "unplaced", "document", detail="stream", visible=False)

    def _attachment(self, stream: Any) -> None:
        part = f"attachment {stream.objgen[0]}"
        self._out.warn("文件中带有附件。")
        try:
            data = stream.read_bytes()
        except MemoryError:
            raise  # it ends the process
        except Exception as error:  # noqa: BLE001 - damaged or hostile filters
            message = f"文件中的附件未能读出（{type(error).__name__}），请人工查看。"
            self._out.doubt("attachment.unread", message, Place(part, "attachment"))
            return
        name = self._names.get(stream.objgen, "")
        read_embedded(self._out, part, data, limits=self._limits, depth=self._depth, name=name)
