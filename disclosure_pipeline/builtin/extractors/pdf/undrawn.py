"""Pictures of a pdf that no page draws: spare images, alternates, thumbnails, those of forms that nobody uses.

Who prints the file does not see them; who opens it with another program does. Their words are recognised like
those of any other picture.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.pdf.content import STRING
from disclosure_pipeline.builtin.extractors.pdf.words import shape_of
from disclosure_pipeline.builtin.extractors.pictures import pictures
from disclosure_pipeline.builtin.extractors.pictures.scanned import MOST_PIXELS
from disclosure_pipeline.model.text import Place

if TYPE_CHECKING:
    from disclosure_pipeline.model.text import Text

_USES = re.compile(
    rb"%s|%%[^\r\n]*|/([^\s/<>()\[\]{}%%]+)\s+(?:(Do|scn|SCN|gs|sh)\b|[-+.\d]+\s+(Tf)\b)" % STRING, re.DOTALL
)
_GROUPS = {
    b"Do": "/XObject", b"scn": "/Pattern", b"SCN": "/Pattern", b"gs": "/ExtGState", b"Tf": "/Font",
}  # fmt: skip
_ESCAPE = re.compile(r"#([0-9A-Fa-f]{2})")
_LOOKS = ("/Width", "/Height", "/Filter", "/ColorSpace", "/BitsPerComponent", "/Decode", "/DecodeParms")
_MASKS = ("/SMask", "/Mask")
_BESIDE = ("/Alternates", "/Metadata", "/OC", "/OPI", "/PieceInfo", "/StructParent", "/AF")
_HIDDEN, _PRINTED = 2, 4
_LARGE_SIDE = 400
_MOST = 100

ObjectId = tuple[int, int]


def is_large_enough(picture: Any) -> bool:
    """Whether a picture may hold words: the same measure as for those of other files."""
    wide, high = _size(picture)
    return wide * high >= pictures.SMALL_PIXELS and min(wide, high) >= pictures.LOW_PIXELS


class UndrawnPictures:
    """Finds and reads them.

    Args:
        pdf: the open ``pikepdf.Pdf``.
        out: gets the words and the doubts.
        seen: words of the pages without white space: a thumbnail repeats those of its page.
    """

    def __init__(self, pdf: Any, out: Collector, seen: str):
        self._pdf = pdf
        self._out = out
        self._seen = seen
        self._drawn: set[ObjectId] = set()

    def run(self, candidates: Sequence[Any]) -> None:
        """Read those that no page draws.

        Args:
            candidates: every picture of the file that may hold words.
        """
        if not candidates:
            return
        self._survey()
        spare = [picture for picture in candidates if picture.objgen not in self._drawn]
        if not spare:
            return
        try:
            known = {_digest(picture) for picture in candidates if picture.objgen in self._drawn}
            several = {_digest(picture): picture for picture in spare}
        except _damage():
            self._unread()
            return
        work = [picture for digest, picture in several.items() if digest not in known]
        if len(work) > _MOST:
            self._unread()
        for picture in work[:_MOST]:
            self._look(picture)

    # ------------------------------------------------------------ what is drawn

    def _survey(self) -> None:
        """Gather what is drawn; the pictures of a page that cannot be followed count as not drawn."""
        for page in self._pdf.pages:
            with contextlib.suppress(*_damage()):
                content = b"\n".join(stream.read_bytes() for stream in _streams(page.obj.get("/Contents")))
                self._uses(content, page.resources)
                for annotation in page.obj.get("/Annots") or ():
                    self._printed(annotation)

    def _printed(self, annotation: Any) -> None:
        """The appearance with which an annotation is printed."""
        look: Any = annotation.get("/AP") if shape_of(annotation) == "dictionary" else None
        if shape_of(look) != "dictionary":
            return
        flags = int(annotation.get("/F", 0))
        if not flags & _PRINTED or flags & _HIDDEN:
            return
        normal = look.get("/N")
        if shape_of(normal) == "dictionary":
            normal = normal.get(str(annotation.get("/AS", "/Off")))
        self._draws(normal, None)

    def _uses(self, content: bytes, resources: Any) -> None:
        """Follow the names that operators draw with."""
        if shape_of(resources) != "dictionary":
            return
        for group, name in dict.fromkeys(_names(content)):
            items = resources.get(group)
            item = items.get(name) if shape_of(items) == "dictionary" else None
            if item is not None:
                self._draws(item, resources)

    def _draws(self, item: Any, resources: Any) -> None:
        """Note one drawn thing, and what it draws in turn."""
        if item is None or (item.is_indirect and item.objgen in self._drawn):
            return
        if item.is_indirect:
            self._drawn.add(item.objgen)
        shape = shape_of(item)
        if shape == "stream" and "/Width" in item:
            for mask in (item.get(key) for key in _MASKS):
                if shape_of(mask) == "stream":
                    self._drawn.add(mask.objgen)
        elif shape == "stream":
            self._uses(item.read_bytes(), item.get("/Resources") or resources)
        elif shape == "dictionary" and "/CharProcs" in item:
            for glyph in item.CharProcs.values():
                self._draws(glyph, item.get("/Resources") or resources)
        elif shape == "dictionary" and shape_of(item.get("/SMask")) == "dictionary":
            self._draws(item.SMask.get("/G"), resources)

    # --------------------------------------------------------------- their words

    def _look(self, picture: Any) -> None:
        """Recognise a picture as it looks, and without what masks it."""
        wide, high = _size(picture)
        if wide * high > self._out.limits.max_pixels:
            self._unread()
            return
        inner = Collector("application/pdf", "builtin.pdf", self._out.limits)
        try:
            for data in _rendered(picture):
                pictures.look_at(inner, "picture", data, large=max(wide, high) >= _LARGE_SIDE)
        except MemoryError:
            raise  # it ends the process
        except Exception:  # noqa: BLE001 - hostile pictures fail in many ways; each is simply unread
            self._unread()
            return
        self._adopt(inner.text())

    def _adopt(self, inner: Text) -> None:
        for segment in inner.segments:
            if segment.place.kind == "ocr" and "".join(segment.text.split()) not in self._seen:
                self._out.add(segment.text, "ocr", "document", detail="not drawn", visible=False)
        for doubt in inner.doubts:
            if doubt.code != "text.empty":
                self._out.doubt(doubt.code, doubt.message, Place("document", "ocr"))

    def _unread(self) -> None:
        pictures.unread(self._out, Place("document", "ocr"))


def _damage() -> tuple[type[Exception], ...]:
    import pikepdf

    return pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError


def _names(content: bytes) -> Iterator[tuple[str, str]]:
    """(group of resources, name) that operators draw with; comments and strings draw nothing."""
    for name, operator, font in _USES.findall(content):
        group = _GROUPS.get(operator or font)
        if group is not None:
            yield group, "/" + _ESCAPE.sub(lambda code: chr(int(code[1], 16)), name.decode("latin-1"))


def _rendered(picture: Any) -> Iterator[bytes]:
    """The picture as a file of its own on white; once more without its mask, where it has one."""
    import pikepdf
    import pypdfium2

    from disclosure_pipeline.builtin.extractors.pdf.sight import render

    wide, high = _size(picture)
    buffer = BytesIO()
    with pikepdf.new() as scratch:
        for bare in (False, True) if any(key in picture for key in _MASKS) else (False,):
            copy = scratch.copy_foreign(picture)
            if bare:
                copy = scratch.make_indirect(scratch.copy_foreign(picture).copy())
            for key in (*_BESIDE, *(_MASKS if bare else ())):
                if key in copy:
                    del copy[key]
            copy["/Type"], copy["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
            page = scratch.add_blank_page(page_size=(max(wide, 3), max(high, 3)))
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=copy))
            page.Contents = scratch.make_stream(b"q %d 0 0 %d 0 0 cm /P Do Q" % (wide, high))
        scratch.save(buffer)
    scale = min(1.0, (MOST_PIXELS / (wide * high)) ** 0.5)
    document = pypdfium2.PdfDocument(buffer.getvalue())
    try:
        for index in range(len(document)):
            page = document[index]
            try:
                face = render(page, scale)
                if face.getcolors(1):
                    _check(page)
                image = BytesIO()
                face.save(image, "PNG", compress_level=1)
            finally:
                page.close()
            yield image.getvalue()
    finally:
        document.close()


def _check(page: Any) -> None:
    """Ensure that a page is blank because its picture is, not because it cannot be read.

    Raises:
        RuntimeError: it cannot.
    """
    for item in page.get_objects():
        item.get_bitmap()


def _digest(picture: Any) -> bytes:
    """What two pictures that look the same have in common."""
    digest = hashlib.sha256(picture.read_raw_bytes())
    for key in _LOOKS:
        value = picture.get(key)
        digest.update(key.encode() + (value.unparse() if hasattr(value, "unparse") else repr(value).encode()))
    for key in _MASKS:
        mask = picture.get(key)
        if shape_of(mask) == "stream":
            digest.update(key.encode() + mask.read_raw_bytes())
    return digest.digest()


def _size(picture: Any) -> tuple[int, int]:
    return int(picture.get("/Width", 0)), int(picture.get("/Height", 0))


def _streams(value: Any) -> list[Any]:
    if shape_of(value) == "stream":
        return [value]
    return [one for item in value for one in _streams(item)] if shape_of(value) == "array" else []
