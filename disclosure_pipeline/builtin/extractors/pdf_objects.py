"""Every object of a pdf that holds words beside its pages, found by a walk over all of them.

Annotations, form fields, links, scripts, bookmarks, document information, XMP, alternative texts,
attachments; what fits no name is ``unplaced``. Objects that nothing refers to are walked too:
deleted pages and old values stay in a file until it is rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.package import parse_xml
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Place

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.collector import Collector, Source

_HAN_OR_DIGITS = re.compile("[\u3400-\u9fff]|\\d{2}")
_ACTUAL_TEXT = re.compile(rb"/ActualText\s*(<[0-9A-Fa-f\s]*>|\((?:[^()\\]|\\.)*\))", re.DOTALL)
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffd]")
_XML_RUN = re.compile(">([^<>]*[^<>\\s][^<>]*)<")
_DESTINATION = re.compile(r"(?!.*\d{9})[\x20-\x7e]{1,60}")
"""Names of places in the document that writers of pdf make up."""

_MAX_NESTING = 40

# Values that never hold words; a walk over font metrics and coordinates would take most of the time.
_SKIPPED_KEYS = frozenset(
    ("/W", "/W2", "/Widths", "/Differences", "/Rect", "/MediaBox", "/CropBox", "/QuadPoints", "/Vertices", "/InkList",
     "/Matrix", "/BBox", "/D", "/Dest", "/DA", "/DS", "/M", "/NM", "/Lang", "/CharSet", "/Panose", "/ID", "/Lookup", "/CIDSystemInfo",
     "/Decode", "/ColorSpace", "/CS", "/CreationDate", "/ModDate", "/Cert", "/ByteRange", "/LastModified", "/CheckSum", "/RoleMap",
     "/Limits", "/K", "/ParentTree", "/Params")
)  # fmt: skip
_SKIPPED_TYPES = frozenset(
    (
        "/Font",
        "/FontDescriptor",
        "/Encoding",
        "/XRef",
        "/ObjStm",
        "/CMap",
        "/Halftone",
        "/ExtGState",
        "/Pattern",
    )
)
_ACTION_KEYS = {"/URI": "link", "/JS": "script", "/F": "link"}
_ANNOTATIONS_DRAWN_FROM_CONTENTS = frozenset(
    ("/Link", "/Widget", "/Popup", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Text", "/FileAttachment",
     "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Ink", "/Caret")
)  # fmt: skip


class ObjectSweep:
    """Walks all objects of a pdf.

    Args:
        source: the file. out: gets the segments.
        limits: the keys of ``[extraction]``, for attachments. depth: how deep the file lies inside others.
    """

    def __init__(self, source: Source, out: Collector, limits: Mapping[str, Any], depth: int):
        self._source = source
        self._out = out
        self._limits = limits
        self._depth = depth
        self._file_names: dict[tuple[int, int], str] = {}
        self._files: dict[tuple[int, int], Any] = {}
        self._forms: set[tuple[int, int]] = set()
        self._info: tuple[int, int] = (0, 0)
        self._loose: list[Any] = []
        self._pages: set[tuple[int, int]] = set()
        self._contents: set[tuple[int, int]] = set()

    def run(self) -> None:
        """Do it.

        Raises:
            ExtractionFailed: ``file.encrypted``, ``file.broken``.
        """
        import pikepdf

        source = BytesIO(self._source) if isinstance(self._source, bytes) else self._source
        try:
            pdf = pikepdf.open(source, suppress_warnings=True)
        except pikepdf.PasswordError:
            raise failure("file.encrypted") from None
        except (pikepdf.PdfError, ValueError) as error:
            raise failure("file.broken", f"Its objects cannot be read ({type(error).__name__}).") from None
        with pdf:
            if pdf.is_encrypted:
                self._out.warn("文件设有权限密码（可以打开，但限制编辑或复制）。")
            self._orient(pdf)
            for item in pdf.objects:
                try:
                    self._visit(item)
                except (pikepdf.PdfError, ValueError, RuntimeError, TypeError) as error:
                    self._doubt(
                        "object.unread",
                        f"文件中有损坏的对象，未能读出（{type(error).__name__}），请人工查看。",
                    )
            # A string of its own is mostly the value of a key elsewhere: keep it if it was not met there.
            known = self._out.texts()
            for item in self._loose:
                if str(item) not in known:
                    self._add(item, "unplaced", "")
            for key, stream in self._files.items():
                name = self._file_names.get(key, "")
                self._attachment(stream, name)

    def _orient(self, pdf: Any) -> None:
        """Learn which objects the document's own tree reaches as pages, contents, forms, information."""
        info = pdf.trailer.get("/Info")
        if info is not None:
            self._info = info.objgen
        for page in pdf.pages:
            self._pages.add(page.obj.objgen)
            contents = page.obj.get("/Contents")
            if contents is not None:
                streams = list(contents) if _kind(contents) == "array" else [contents]
                self._contents.update(stream.objgen for stream in streams)
        xfa = _dig(pdf.Root, "/AcroForm", "/XFA")
        if xfa is not None:
            parts = list(xfa) if _kind(xfa) == "array" else [xfa]
            self._forms.update(part.objgen for part in parts if _kind(part) == "stream")
        if len(_dig(pdf.Root, "/OCProperties", "/D", "/OFF") or ()):
            self._doubt("layer.hidden", "文件中有默认隐藏的图层，请人工打开全部图层查看。")

    # -------------------------------------------------------------------- walk

    def _visit(self, item: Any) -> None:
        kind = _kind(item)
        if kind == "stream":
            self._stream(item)
        elif kind == "dictionary":
            self._dictionary(item, 0)
        elif kind == "array":
            self._array(item, "", "unplaced", 0)
        elif kind == "string":
            self._loose.append(item)

    def _dictionary(self, item: Any, depth: int) -> None:
        kind_name = str(item.get("/Type", ""))
        if kind_name in _SKIPPED_TYPES or depth > _MAX_NESTING:
            return
        self._notice(item, kind_name)
        for key, value in item.items():
            if key in _SKIPPED_KEYS:
                continue
            self._value(value, key, item, kind_name, depth)

    def _value(self, value: Any, key: str, holder: Any, kind_name: str, depth: int) -> None:
        shape = _kind(value)
        if shape == "string":
            if not (kind_name == "/Sig" and key == "/Contents"):
                self._add(value, _place_kind(key, holder, kind_name, holder.objgen == self._info), key)
        elif shape in ("array", "dictionary") and not value.is_indirect:
            if shape == "array":
                self._array(value, key, _place_kind(key, holder, kind_name, False), depth + 1)
            else:
                self._dictionary(value, depth + 1)

    def _array(self, items: Any, key: str, kind: str, depth: int) -> None:
        if depth > _MAX_NESTING or (
            len(items) and str(items[0]) in ("/Indexed", "/ICCBased", "/Separation", "/DeviceN")
        ):
            return
        for item in items:
            shape = _kind(item)
            if shape == "string":
                self._add(item, kind, key)
            elif shape == "dictionary" and not item.is_indirect:
                self._dictionary(item, depth + 1)
            elif shape == "array" and not item.is_indirect:
                self._array(item, key, kind, depth + 1)

    def _notice(self, item: Any, kind_name: str) -> None:
        """Things about a dictionary beyond the words in it."""
        files = item.get("/EF")
        if files is not None:
            name = str(item.get("/UF", item.get("/F", "")))
            for stream in files.values():
                self._file_names[stream.objgen] = name
                self._files[stream.objgen] = stream
        if kind_name == "/Page" and item.objgen not in self._pages:
            self._doubt("page.orphan", "文件中残留已删除的页面，其内容未能读出，请人工查看。")
        subtype = str(item.get("/Subtype", ""))
        if "/Rect" in item and "/AP" in item and subtype not in _ANNOTATIONS_DRAWN_FROM_CONTENTS:
            self._doubt("annotation.unread", "文件中有图章、水印等批注，其图样未能读出，请人工查看。")

    # ----------------------------------------------------------------- streams

    def _stream(self, item: Any) -> None:
        kind_name, subtype = str(item.get("/Type", "")), str(item.get("/Subtype", ""))
        self._dictionary(item, 0)
        if kind_name == "/EmbeddedFile":
            self._files.setdefault(item.objgen, item)
        elif kind_name == "/Metadata" or subtype == "/XML":
            self._xml(item.read_bytes(), "metadata", "xmp")
        elif item.objgen in self._forms:
            self._xml(item.read_bytes(), "form", "xfa")
        elif item.objgen in self._contents or subtype == "/Form":
            self._actual_texts(item.read_bytes())
        elif not kind_name and not subtype and not _is_font_or_function(item):
            self._unknown(item.read_bytes())

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
                if text and not str(text).isspace() and isinstance(element.tag, str):
                    self._out.add(str(text), kind, "document", detail=detail, visible=False)

    def _actual_texts(self, data: bytes) -> None:
        """Replacement texts inside page content: the page may look different from what is read."""
        import pikepdf

        if b"/ActualText" not in data:
            return
        for match in _ACTUAL_TEXT.finditer(data):
            self._actual_text(str(pikepdf.Object.parse(match[1])))

    def _actual_text(self, text: str) -> None:
        self._out.add(text, "alt", "document", detail="/ActualText", visible=False)
        if _HAN_OR_DIGITS.search(text):
            self._doubt("page.actual_text", "页面上看到的文字可能与读出的文字不同（替换文本），请人工查看。")

    def _unknown(self, data: bytes) -> None:
        if data.startswith((b"/CIDInit", b"%!PS", b"\x00\x01\x00\x00", b"OTTO", b"true")):
            return
        if re.search(rb"\bBT\b.*\bT[jJ]\b", data[:1_000_000], re.DOTALL):
            self._doubt("page.orphan", "文件中残留已删除的页面，其内容未能读出，请人工查看。")
            return
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return
        if not _UNPRINTABLE.search(text):
            self._out.add(text, "unplaced", "document", detail="stream", visible=False)

    def _attachment(self, stream: Any, name: str) -> None:
        part = f"attachment {stream.objgen[0]}"
        self._out.warn("文件中带有附件。")
        try:
            data = stream.read_bytes()
        except Exception as error:  # noqa: BLE001 - damaged or hostile filters
            message = f"文件中的附件未能读出（{type(error).__name__}），请人工查看。"
            self._out.doubt("attachment.unread", message, Place(part, "attachment"))
            return
        read_embedded(self._out, part, data, limits=self._limits, depth=self._depth, name=name)

    def _add(self, value: Any, kind: str, key: str) -> None:
        text = str(value)
        if _UNPRINTABLE.search(text) or (key in ("/Names", "/P") and _DESTINATION.fullmatch(text)):
            return
        if key == "/ActualText":
            self._actual_text(text)
            return
        if key == "/RC":
            text = " ".join(_XML_RUN.findall(text)) or text
        self._out.add(text, kind, "document", detail=key.strip("/") or None, visible=False)

    def _doubt(self, code: str, message: str) -> None:
        self._out.doubt(code, message)


def _kind(value: Any) -> str:
    """``string``, ``array``, ``dictionary``, ``stream`` or the like; empty for plain Python values."""
    code = getattr(value, "_type_code", None)
    return "" if code is None else str(code.name)


def _dig(value: Any, *keys: str) -> Any:
    for key in keys:
        if _kind(value) not in ("dictionary", "stream"):
            return None
        value = value.get(key)
    return value


def _place_kind(key: str, holder: Any, kind_name: str, is_info: bool) -> str:  # noqa: PLR0911 - a table of cases
    if is_info or kind_name in ("/OCG", "/Sig"):
        return "metadata"
    subtype = str(holder.get("/Subtype", ""))
    if "/FT" in holder or subtype == "/Widget" or ("/T" in holder and "/Kids" in holder):
        return "form"
    if "/Rect" in holder and subtype:
        return "annotation"
    if key in _ACTION_KEYS and "/S" in holder:
        return _ACTION_KEYS[key]
    if key == "/Title" and "/Parent" in holder:
        return "note"
    if key in ("/Alt", "/ActualText", "/E") or kind_name == "/StructElem":
        return "alt"
    if "/EF" in holder or kind_name == "/Filespec":
        return "attachment"
    return "unplaced"


def _is_font_or_function(stream: Any) -> bool:
    keys = (
        "/Length1",
        "/N",
        "/FunctionType",
        "/ShadingType",
        "/PatternType",
        "/CMapName",
        "/Width",
        "/First",
    )
    return any(key in stream for key in keys)
